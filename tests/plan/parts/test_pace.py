"""Output changes bearably, down as well as up; what must jump is named; steady output takes its room and says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rampart
from cases_random import make_case
from rampart.case.tables import Case

EXACT = 0.0


def a_case(
    need: Sequence[float], *, line: dict[str, Any] | None = None, orders: Sequence[tuple[str, float]] = (),
    rates: Sequence[tuple[str, float]] = (), ranked: Sequence[str] = ("need", "money"), tolerance: float | None = EXACT,
    own: Sequence[float] = (),
) -> Case:  # fmt: skip
    """One line, lead time one month, that makes for a partner, whose need is lost when it is not met."""
    plant = {"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "month", "max_rate": 20.0,
             "admin_lead_time": 0.0, "lead_time": 1.0, **(line or {})}  # fmt: skip
    asked = [(n, f"2024-{i + 1:02d}") for i, n in enumerate(need)]
    return make_case(
        {"start": "2024-01", "end": f"2024-{len(need):02d}"},
        {
            "nations": [{"nation": n, "name_en": n, "role": r, "fiscal_year_start": 1}
                        for n, r in (("AAA", "member"), ("UUU", "recipient"))],
            "items": [{"item": "shell", "name_en": "Shell", "kind": "munition", "unit": "u", "price": 1000.0}],
            "lines": [plant],
            "rates": [{"line": "plant", "from": month, "max_rate": rate} for month, rate in rates],
            "contracts": [{"contract": "deal", "line": "plant", "buyer": "AAA", "ship_to": "UUU", "max_quantity": math.inf}],
            "orders": [{"line": "plant", "item": "shell", "quantity": q, "buyer": "AAA", "ship_to": "UUU", "month": m}
                       for m, q in orders],
            "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": n,
                        "from": m, "until": m} for n, m in asked],
            "priorities": [{"rank": i + 1, "objective": o, "tolerance": tolerance if o != "steady" else None}
                           for i, o in enumerate(ranked)],
        },
    )  # fmt: skip


def output(plan: Any) -> list[float]:
    return [round(v, 6) + 0.0 for v in plan["production"]["output"].to_list()]


def test_a_line_goes_down_no_faster_than_up() -> None:
    """Need of 20 in the third and fourth month only: up by 3 a month, and down by 3 again although nobody needs it."""
    made = output(rampart.plan(a_case([0, 0, 20, 20, 0, 0, 0, 0, 0], line={"ramp": 3.0})))
    # 9 in the fourth month is the most there can be; the last month may fall as it likes: one lead time before the end
    assert made[:4] == [0, 3, 6, 9]
    assert made[4:8] == [6, 3, 0, 0]


def test_without_a_limit_a_line_stops_at_once() -> None:
    made = output(rampart.plan(a_case([0, 0, 20, 20, 0, 0])))
    assert made == [0, 0, 20, 20, 0, 0] or sum(made) == pytest.approx(40)


def test_the_rate_before_the_start_holds_the_first_period() -> None:
    """With no time to wait the first month is held to 8 a month before it, up and down; without it it begins anywhere."""

    def first(need: float, before: float | None) -> float:
        line = {"ramp": 3.0, "rate_before": before, "lead_time": 0.0}
        return output(rampart.plan(a_case([need] * 4, line=line)))[0]

    assert first(20, 8.0) == 11
    assert first(0, 8.0) == 5
    assert first(20, None) == 20
    assert first(0, None) == 0


def test_the_rate_before_the_start_may_be_that_of_months() -> None:
    """From the middle of a quarter to the middle of the first month are two months: the ramp allows twice its limit."""
    line = {"ramp": 3.0, "rate_before": 8.0, "rate_before_months": 3, "lead_time": 0.0}
    assert output(rampart.plan(a_case([20.0] * 4, line=line)))[0] == 14


def test_a_yearly_rate_before_the_start_is_a_twelfth_a_month() -> None:
    line = {"ramp": 3.0, "rate_before": 96.0, "rate_per": "year", "max_rate": 240.0, "lead_time": 0.0}
    assert output(rampart.plan(a_case([20.0] * 4, line=line)))[0] == 11


def test_jumps_of_the_placed_book_are_allowed_and_named() -> None:
    """The book rises by 10 and by 5, then falls by 13 to 2: what nobody decides any more is allowed, and told."""
    book = [("2024-02", 10.0), ("2024-03", 15.0), ("2024-04", 2.0)]
    plan = rampart.plan(a_case([0] * 8, line={"ramp": 3.0}, orders=book))
    told = [(str(r["month"])[:7], r["before"], r["after"], r["limit"], r["why"]) for r in plan["pace"].rows(named=True)]
    assert told == [
        ("2024-02", 0, 10, 3, "placed"), ("2024-03", 10, 15, 3, "placed"), ("2024-04", 15, 2, 3, "placed"),
    ]  # fmt: skip
    # new orders may not add to a jump, and may cushion a fall: from 15 no lower than 12 where they are wanted
    wanted = rampart.plan(a_case([20] * 8, line={"ramp": 3.0}, orders=book))
    assert output(wanted)[:3] == [0, 10, 15]
    assert 12 <= output(wanted)[3] <= 18
    assert wanted["pace"].height == 2


def test_falls_forced_by_rates_or_the_end_of_the_line_are_allowed_and_named() -> None:
    plan = rampart.plan(a_case([20] * 10, line={"ramp": 3.0}, rates=[("2024-06", 5.0)]))
    assert output(plan) == [0, 3, 6, 9, 12, 5, 5, 5, 5, 5]
    told = plan["pace"].rows(named=True)
    assert [(str(r["month"])[:7], r["before"], r["after"], r["why"]) for r in told] == [("2024-06", 12.0, 5.0, "rates")]
    closed = rampart.plan(a_case([20] * 10, line={"ramp": 3.0, "until": "2024-06"}))
    assert output(closed) == [0, 3, 6, 9, 12, 15, 0, 0, 0, 0]
    assert closed["pace"]["why"].to_list() == ["rates"]


def test_a_fall_at_the_end_is_allowed_and_named() -> None:
    plan = rampart.plan(a_case([20] * 5 + [0], line={"ramp": 3.0}))
    assert output(plan) == [0, 3, 6, 9, 12, 0]
    assert plan["pace"].rows(named=True)[0]["why"] == "end"


def test_a_start_that_cannot_be_kept_is_a_rule_that_gives_way() -> None:
    """Ten a month before the start, a contract for three: the fall of seven is four more than the ramp allows."""
    case = a_case([20] * 3, line={"ramp": 3.0, "rate_before": 10.0, "lead_time": 0.0})
    contract = case.tables["contracts"].with_columns(max_quantity=3.0)
    plan = rampart.plan(Case(tables={**case.tables, "contracts": contract}))
    broken = plan["rules_broken"].rows(named=True)
    assert [(r["family"], r["code"], r["amount"]) for r in broken] == [("ramp", "plant", 4.0)]
    assert plan["pace"]["why"].to_list()[0] == "rule"


def test_steady_output_evens_out_what_need_leaves_open() -> None:
    """Need 0, 5, 15, 5, 15, 5, 15, 5 of 65 in all from the second month: ten a month meets it, with half the changes."""
    need = [0, 5, 15, 5, 15, 5, 15, 5]
    plan = rampart.plan(a_case(need, ranked=("need", "steady", "money")))
    assert output(plan)[:7] == [0, 10, 10, 10, 10, 10, 10]
    reached = dict(plan["passes"].select("objective", "value").iter_rows())
    assert reached["steady"] == pytest.approx(10 / 20)  # full rates
    row = plan["steadiness"].rows(named=True)[0]
    assert row["after"] == pytest.approx(10)
    assert row["before"] >= row["after"]


def test_steady_output_takes_at_most_its_room_of_need_and_says_so() -> None:
    """A peak beyond the line leaves need open; for a hundredth of what is lost steadiness may shave production."""
    need = [0, 0, 60, 10, 10, 10, 10, 10]
    plan = rampart.plan(a_case(need, ranked=("need", "steady", "money"), tolerance=None))
    room = {r["objective"]: r for r in plan["rooms"].iter_rows(named=True)}["need"]
    assert room["reached"] < room["steadied"] <= room["reached"] * 1.01 + 1e-9
    assert room["final"] <= (room["steadied"] + 1e-4 * room["reached"]) * (1 + 1e-8)  # its own room beyond
    said = plan.manifest["steady"]
    assert said["may_take"] == 0.01
    assert said["took"]["need"]["after"] == pytest.approx(room["steadied"])
    assert said["changes_after"] < said["changes_before"]
    kept = rampart.plan(a_case(need, ranked=("need", "money"), tolerance=None))
    assert kept["passes"]["value"][0] == pytest.approx(room["reached"])
    assert "steady" not in kept.manifest


def test_steady_output_that_may_take_nothing_takes_nothing() -> None:
    case = a_case([0, 0, 60, 10, 10, 10, 10, 10], ranked=("need", "steady", "money"))
    ranked = case.tables["priorities"].with_columns(tolerance=0.0)
    plan = rampart.plan(Case(tables={**case.tables, "priorities": ranked}))
    reached = plan["passes"]["value"].to_list()
    free = rampart.plan(a_case([0, 0, 60, 10, 10, 10, 10, 10]))["passes"]["value"].to_list()
    assert reached[0] == pytest.approx(free[0])


def test_works_that_are_nothing_yet_count_by_what_they_may_become() -> None:
    """Forty in all from the third month on, of works that make nothing of themselves and may add twice ten a month: eight a
    month from the first on in which they stand is the flattest.
    """
    case = a_case(
        [0, 0, 10, 10, 10, 10], line={"max_rate": 0.0, "rate_before": 0.0}, ranked=("need", "steady", "money")
    )
    works = {"expansion": "x", "line": "plant", "added_rate": 10.0, "cost": 1.0, "construction": 1.0, "max_units": 2.0}
    more = pl.DataFrame([works], schema={n: t for n, t in case.tables["expansions"].schema.items() if n in works})
    more = pl.concat([case.tables["expansions"], more], how="diagonal")
    plan = rampart.plan(Case(tables={**case.tables, "expansions": more}))
    assert output(plan) == pytest.approx(
        [0, 8, 8, 8, 8, 8], rel=4.1e-4
    )  # of the room of 1e-4 four months take, and the last makes up
    assert dict(plan["passes"].select("objective", "value").iter_rows())["steady"] == pytest.approx(8 / 20)


def test_steady_output_that_may_take_nothing_gives_nothing() -> None:
    """Changes of ten, and of no ten thousandth more, though a cheaper month to make in would be had for it."""
    case = a_case([0, 5, 15, 5, 15, 5, 15, 5], ranked=("need", "steady", "money"))
    exact = case.tables["priorities"].with_columns(tolerance=pl.lit(0.0))
    plan = rampart.plan(Case(tables={**case.tables, "priorities": exact}))
    assert plan["steadiness"]["after"].sum() == pytest.approx(10, abs=1e-7)
    assert "steady" not in plan.manifest["rooms"]


def test_placed_orders_that_run_out_fall_by_themselves_and_new_ones_may_not_add_to_that() -> None:
    """Ten a month are placed until March, and nobody needs any: they run out, which is allowed and told. Where three and then
    six new ones beside them are wanted until March only, these may not go with them: the fall of April is the ten alone, and
    from May on three a month.
    """
    book = [(f"2024-{m:02d}", 10.0) for m in (1, 2, 3)]
    plan = rampart.plan(a_case([0] * 8, line={"ramp": 3.0}, orders=book))
    assert output(plan) == [10, 10, 10, 0, 0, 0, 0, 0]
    told = plan["pace"].rows(named=True)
    assert [(str(r["month"])[:7], r["before"], r["after"], r["why"]) for r in told] == [("2024-04", 10, 0, "placed")]
    wanted = rampart.plan(a_case([10, 13, 16, 0, 0, 0, 0, 0], line={"ramp": 3.0, "max_rate": 30.0}, orders=book))
    assert output(wanted)[:7] == [10, 13, 16, 6, 3, 0, 0]
    assert [(str(r["month"])[:7], r["why"]) for r in wanted["pace"].rows(named=True)] == [("2024-04", "placed")]


def test_a_fall_of_more_than_the_book_at_the_end_is_told_as_that() -> None:
    """In the last month the book falls by five of ten and nine new ones stop with it: the book does not explain fourteen."""
    book = [(f"2024-{m:02d}", 10.0) for m in range(1, 5)] + [("2024-05", 5.0)]
    plan = rampart.plan(a_case([10, 13, 16, 19, 0], line={"ramp": 3.0, "max_rate": 30.0}, orders=book))
    assert output(plan) == [10, 13, 16, 19, 5]
    assert [(str(r["month"])[:7], r["why"]) for r in plan["pace"].rows(named=True)] == [("2024-05", "end")]


@settings(max_examples=6)
@given(
    book=st.lists(st.integers(0, 20), min_size=8, max_size=8), need=st.lists(st.integers(0, 30), min_size=8, max_size=8),
    ramp=st.integers(0, 6), falls=st.integers(1, 7), rate=st.sampled_from([8.0, 25.0]),
)  # fmt: skip
def test_no_fall_is_steeper_than_the_ramp_the_book_and_the_rates(
    book: list[int], need: list[int], ramp: int, falls: int, rate: float
) -> None:
    """Up to one lead time before the end total output falls by no more than the largest of the three, whatever is placed and
    needed; all that is beyond the ramp is told, and nothing else.
    """
    placed = [(f"2024-{m + 1:02d}", float(q)) for m, q in enumerate(book) if q]
    changed = f"2024-{falls + 1:02d}"
    plan = rampart.plan(
        a_case(need, line={"ramp": float(ramp), "max_rate": 25.0}, orders=placed, rates=[(changed, rate)])
    )
    made = plan["production"].sort("period")["output"].to_list()
    told = {r["period"]: r["why"] for r in plan["pace"].iter_rows(named=True)}
    for t in range(1, 8):
        fall, own = made[t - 1] - made[t], book[t - 1] - book[t]
        forced = 25.0 - rate if t == falls else 0.0
        if t < 7:
            assert fall <= max(ramp, own, forced) + 1e-5
        if abs(fall) < ramp - 1e-4 or abs(fall) > ramp + 1e-4:
            assert (t in told) == (abs(fall) > ramp)
        if told.get(t) == "placed" and fall > 0:
            assert fall <= own + 1e-5
