"""What waiting costs, worked out by hand: who lacks what from when, made good or not, alone and together, by when."""

from __future__ import annotations

import math
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest

import rampart
from cases_random import random_case
from cases_small import CONTRACT, ITEM, case, line, month, need
from plan.reading.later_by_hand import a_month_later
from rampart.case.tables import Case
from rampart.language.decisions_and_causes import deadline, delay, delay_costs
from rampart.language.in_words import InWords
from rampart.plan.reading import delays
from rampart.results.result import Result

PARTNER = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month"}
DEAL = CONTRACT | {"ship_to": "UUU"}


def waits(plan: Any, months: int, together: str = "") -> dict[str, Any]:
    rows = [r for r in plan["delays"].to_dicts() if r["months"] == months and r["together"] == together]
    assert len(rows) == 1
    return rows[0]


def test_a_need_of_every_month_loses_what_was_not_ordered_and_never_gets_it_back() -> None:
    """10 a month asked for and made, two months from the order: a month's delay costs the tenth of March, for good."""
    plan = rampart.plan(
        case(
            6, ["need", "money"], lines=[line(lead_time=2.0)], contracts=[DEAL],
            demand=[PARTNER | {"need": 10.0, "from": month(2)}],
        )
    )  # fmt: skip
    first = date.fromisoformat(f"{month(2)}-01")
    one = waits(plan, 1)
    assert (one["objective"], one["holder"], one["lacks"]) == ("need", "UUU", "shell")
    assert (one["from"], one["month"], one["made_good"]) == (first, first, None)
    assert one["most"] == pytest.approx(10.0)
    six = waits(plan, 6)
    assert six["most"] == pytest.approx(40.0)  # all that was asked for
    assert six["month"] == date.fromisoformat(f"{month(5)}-01")
    decision = plan["decisions"].to_dicts()[0]
    assert (decision["quantity"], decision["year_quantity"]) == (pytest.approx(10.0), pytest.approx(40.0))
    assert decision["decide_by"] == date.fromisoformat(f"{month(0)}-01")


def test_what_is_due_together_is_told_by_what_waiting_takes_at_its_price() -> None:
    """A month takes ten shells at 10 each and ten heavy ones at 100: these come first, though the need weighs shells more."""
    items = [ITEM | {"price": 10.0, "worth": 5.0}, ITEM | {"item": "heavy", "price": 100.0, "worth": 1.0}]
    makers = [line(lead_time=2.0), line(line="mill", item="heavy", lead_time=2.0)]
    deals = [DEAL, DEAL | {"contract": "second", "line": "mill"}]
    asked = [
        PARTNER | {"need": 10.0, "from": month(2)},
        PARTNER | {"item": "heavy", "need": 10.0, "from": month(2)},
    ]
    plan = rampart.plan(case(6, ["need", "money"], items=items, lines=makers, contracts=deals, demand=asked))
    rows = plan["decisions"].sort("rank").select("item", "delay_cost", "decide_by").rows()
    assert [item for item, _, _ in rows] == ["heavy", "shell"]  # by the objective alone it would be the other way
    assert rows[0][1] < rows[1][1] and rows[0][2] == rows[1][2]


def test_what_may_come_late_is_made_good() -> None:
    """10 due in March, nothing after: ordered a month late it comes in April, and nothing is lost by then."""
    plan = rampart.plan(
        case(
            6, ["need", "money"], lines=[line(lead_time=2.0)], contracts=[DEAL],
            demand=[PARTNER | {"need": 10.0, "from": month(2), "until": month(2), "late": True}],
        )
    )  # fmt: skip
    one = waits(plan, 1)
    assert one["most"] == pytest.approx(10.0)
    assert one["from"] == one["month"] == date.fromisoformat(f"{month(2)}-01")
    assert one["made_good"] == date.fromisoformat(f"{month(3)}-01")


@pytest.mark.parametrize(("start", "due"), [(2, 0), (3, 1), (9, 7)])
def test_a_decision_is_due_in_the_last_month_that_loses_nothing(start: int, due: int) -> None:
    """Works of two months' construction at no cost, begun at once as ties are settled; the line can do nothing without."""
    works = {
        "expansion": "more",
        "line": "plant",
        "added_rate": 10.0,
        "cost": 0.0,
        "construction": 2.0,
        "max_units": 1.0,
    }
    plan = rampart.plan(
        case(
            12, ["own_use"], lines=[line(max_rate=0.0)], expansions=[works],
            demand=[need(10.0, **{"from": month(start)})],
        )
    )  # fmt: skip
    begun = [r for r in plan["decisions"].to_dicts() if r["kind"] == "expansion"]
    assert [row["decide_by"] for row in begun] == [date.fromisoformat(f"{month(due)}-01")]


def test_contracts_of_one_line_cost_more_together_than_alone() -> None:
    """Ten asked for in one month, seven from each of two contracts: where one waits the other has four more to give."""
    cheap, dear = DEAL | {"max_quantity": 7.0}, DEAL | {"contract": "dear", "max_quantity": 7.0, "price": 2.0}
    plan = rampart.plan(
        case(
            2, ["need", "money"], lines=[line(lead_time=1.0)], contracts=[cheap, dear],
            demand=[PARTNER | {"need": 10.0, "from": month(1)}],
        )
    )  # fmt: skip
    assert sorted(plan["decisions"]["quantity"]) == [pytest.approx(3.0), pytest.approx(7.0)]
    lost = [(r["together"], r["most"]) for r in plan["delays"].to_dicts() if r["months"] == 1]
    assert lost == [("", pytest.approx(3.0)), ("", pytest.approx(3.0)), ("line", pytest.approx(10.0))]


NATIONS = [{"nation": n, "name_en": n, "role": role, "fiscal_year_start": 3}
           for n, role in (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"), ("VVV", "recipient"))]  # fmt: skip
FLOOR = {"holder": "AAA", "item": "shell", "layer": "floor", "quantity": 20.0}


def test_a_delay_of_floors_that_two_share_names_who_lacks_most_and_what_all_lack() -> None:
    """Ten a month from the second month on, for floors of 20 and 40, go by thirds. A month later all of it is a month later."""
    way = {"origin": "AAA", "destination": "BBB", "months": 0.0, "capacity": math.inf}
    plan = rampart.plan(
        case(
            5, ["floors", "money"], nations=NATIONS, lines=[line(lead_time=1.0)], routes=[way],
            requirements=[FLOOR, FLOOR | {"holder": "BBB", "quantity": 40.0}],
        ), reasons="none",
    )  # fmt: skip
    one, second = waits(plan, 1), date.fromisoformat(f"{month(1)}-01")
    assert (one["objective"], one["holder"], one["from"], one["month"]) == ("floors", "BBB", second, second)
    assert (one["most"], one["others"], one["in_all"]) == (pytest.approx(20.0 / 3.0), 1, pytest.approx(10.0))
    (order,) = plan["decisions"].to_dicts()
    said = [
        delay(InWords(plan, language), order).replace("\u00a0", " ").replace("\u202f", " ") for language in ("en", "fr")
    ]
    assert "7 rounds fewer for BBB" in said[0]
    assert "10 rounds in all with one other" in said[0]
    assert "10 coups en tout avec un autre" in said[1]


def test_a_delay_of_floors_that_are_filled_later() -> None:
    """Ten a month from the second month on for a floor of twenty: it is full after the third, or after the fourth."""
    made = case(5, ["floors", "money"], lines=[line(lead_time=1.0)], requirements=[FLOOR])
    one = waits(rampart.plan(made, reasons="none"), 1)
    assert (one["objective"], one["most"], one["unit_months"]) == ("floors", pytest.approx(10.0), pytest.approx(20.0))
    assert one["made_good"] == date.fromisoformat(f"{month(3)}-01")


def test_of_two_who_share_alike_the_one_lacks_whose_order_waits() -> None:
    """Ten a month for two who want eight each: five each. In the first month the one whose order waits gets nothing, and the
    other eight; later it gets what is left over of the two months' ten.
    """
    plan = rampart.plan(
        case(
            4, ["need", "money"], nations=NATIONS, lines=[line()],
            contracts=[DEAL, DEAL | {"contract": "other", "ship_to": "VVV"}],
            demand=[PARTNER | {"need": 8.0, "holder": n} for n in ("UUU", "VVV")],
        ), reasons="none",
    )  # fmt: skip
    told = {r["to"]: r for r in plan["delays"].filter(months=1, together="").iter_rows(named=True)}
    assert {to: (r["holder"], r["most"]) for to, r in told.items()} == {
        "UUU": ("UUU", pytest.approx(5.0)), "VVV": ("VVV", pytest.approx(5.0)),
    }  # fmt: skip


def held_at_the_end(plan: Result) -> dict[tuple[str, str], list[float]]:
    """What each holder has of what it must hold, as it is shared, month by month."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in plan["shares"].sort("holder", "item", "period").iter_rows(named=True):
        found.setdefault((row["holder"], row["item"]), []).append(row["held"])
    return found


@pytest.mark.parametrize("seed", [1, 3, 4, 11, 16, 26, 33])
def test_a_months_delay_of_a_requirement_is_what_planning_again_says(seed: int) -> None:
    """With that decision a month later and nothing else: who lacks what of its share, and for how many months."""
    of = requirement_first(random_case(Random(seed)))
    plan = rampart.plan(of, reasons="none", give_or_keep=False)
    before, lengths = held_at_the_end(plan), of.calendar.lengths
    for row in plan["delays"].filter(months=1, together="").iter_rows(named=True):
        later = a_month_later(of, row)
        if later is None or not (row["objective"] or "").startswith("requirement"):
            continue
        after = held_at_the_end(rampart.plan(later, reasons="none", give_or_keep=False))
        lacks = {who: [max(0.0, a - b) for a, b in zip(now, after[who], strict=True)] for who, now in before.items()}
        mine = lacks[row["holder"], row["lacks"]]
        assert row["unit_months"] == pytest.approx(
            sum(q * n for q, n in zip(mine, lengths, strict=True)), rel=1e-4, abs=1e-3
        )
        assert row["most"] == pytest.approx(max(mine), rel=1e-4, abs=1e-4)


def requirement_first(of: Case) -> Case:
    """The case with the one objective to hold what is required, and nothing that comes before it; its first period a month."""
    ranked = of.tables["priorities"]
    only = pl.DataFrame([{c: {"rank": 1, "objective": "requirement", "tolerance": 0.0}.get(c) for c in ranked.columns}],
                        schema=ranked.schema)  # fmt: skip
    return of.with_tables({"priorities": only, "calendar": of.tables["calendar"].clear()})


def test_a_delay_of_shares_is_read_once_they_are_settled() -> None:
    """Six a month for three that must hold 20, 20 and 40, the first of at most 2. Shared: 1.5, 1.5, 3 in the first month, then
    2 in all for the first and a third and two thirds of the others. The order for the third a month later: it has 3 less at
    the end of the first month, and 6 in place of 6 2/3 at that of the second, since the other two keep what they have.
    """
    nations = [{"nation": n, "name_en": n, "role": "member"} for n in ("AAA", "BBB", "CCC", "DDD")]
    deals = [{"contract": f"for-{n}", "line": "plant", "buyer": n, "max_quantity": most}
             for n, most in (("BBB", 2.0), ("CCC", math.inf), ("DDD", math.inf))]  # fmt: skip
    asked = [{"holder": n, "item": "shell", "layer": "stated", "quantity": q} for n, q in
             (("BBB", 20.0), ("CCC", 20.0), ("DDD", 40.0))]  # fmt: skip
    plan = rampart.plan(
        case(5, ["requirement"], nations=nations, lines=[line(max_rate=6.0)], contracts=deals, requirements=asked)
    )
    told = {r["to"]: r for r in plan["delays"].filter(months=1, together="").iter_rows(named=True)}
    assert {to: (r["holder"], r["most"], r["unit_months"]) for to, r in told.items()} == {
        "BBB": ("BBB", pytest.approx(1.5), pytest.approx(1.5)),
        "CCC": ("CCC", pytest.approx(1.5), pytest.approx(1.5)),
        "DDD": ("DDD", pytest.approx(3.0), pytest.approx(3.0 + 2.0 / 3.0)),
    }


def test_a_delay_leaves_what_hangs_together_with_nothing_of_it_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shells and guns of two who share each line of theirs: the delays of one item are those without the other, and those
    that are found by sharing everything again.
    """
    nations = [{"nation": n, "name_en": n, "role": "member"} for n in ("AAA", "BBB", "CCC")]
    items = [ITEM, ITEM | {"item": "gun", "name_en": "gun", "kind": "system", "unit": "systems"}]
    lines = [line(max_rate=6.0), line(line="works", item="gun", max_rate=3.0)]
    deals = [{"contract": f"{made}-{n}", "line": made, "buyer": n, "max_quantity": most}
             for made in ("plant", "works") for n, most in (("BBB", 7.0), ("CCC", math.inf))]  # fmt: skip
    asked = [{"holder": n, "item": item, "layer": "stated", "quantity": q} for n, item, q in
             (("BBB", "shell", 20.0), ("CCC", "shell", 40.0), ("BBB", "gun", 12.0), ("CCC", "gun", 9.0))]  # fmt: skip

    def delays_of(only: tuple[str, ...]) -> pl.DataFrame:
        made = [one["line"] for one in lines if one["item"] in only]
        found = rampart.plan(
            case(
                5, ["requirement"], nations=nations, items=[one for one in items if one["item"] in only],
                lines=[one for one in lines if one["line"] in made], requirements=[r for r in asked if r["item"] in only],
                contracts=[one for one in deals if one["line"] in made],
            ), reasons="none",
        )  # fmt: skip
        return found["delays"].filter(months=1, together="")

    both = delays_of(("shell", "gun"))
    assert both.height == 4 and both["unit_months"].min() > 0
    columns = ["to", "item", "holder", "most", "unit_months", "from_month", "good_by"]
    columns = [name for name in columns if name in both.columns]
    alone = pl.concat([delays_of(("shell",)), delays_of(("gun",))])
    assert rounded(both, columns) == rounded(alone, columns)
    monkeypatch.setattr(delays.Delays, "_beside", lambda *_: None)
    assert rounded(delays_of(("shell", "gun")), columns) == rounded(both, columns)


def rounded(table: pl.DataFrame, columns: list[str]) -> list[tuple[Any, ...]]:
    """Rows in an order of their own, figures to a millionth."""
    return sorted(table.select(columns).with_columns(pl.selectors.float().round(6)).rows(), key=str)


def test_a_delay_that_leaves_the_worst_off_as_they_are_may_take_of_anothers_share() -> None:
    """One can get nothing at all; ten a month for another are ten fewer at the end of the first month, then as before."""
    nations = [{"nation": n, "name_en": n, "role": "member"} for n in ("AAA", "BBB", "CCC")]
    asked = [{"holder": n, "item": "shell", "layer": "stated", "quantity": 100.0} for n in ("BBB", "CCC")]
    deals = [{"contract": "for-BBB", "line": "plant", "buyer": "BBB", "max_quantity": 15.0}]
    plan = rampart.plan(case(3, ["requirement"], nations=nations, lines=[line()], contracts=deals, requirements=asked))
    one = plan["delays"].filter(months=1, together="").row(0, named=True)
    assert (one["objective"], one["holder"]) == ("requirement_fair", "BBB")
    assert one["most"] == pytest.approx(10.0)  # at the end of the first month; at that of the second 10 for 15
    assert one["unit_months"] == pytest.approx(10.0 + 5.0)
    assert one["cost"] == pytest.approx(0.15)


@pytest.mark.parametrize(("step", "told"), [(1, [1, 6]), (2, [2, 6]), (3, [3, 6]), (4, [4, 8]), (12, [12])])
def test_a_delay_is_told_as_long_as_it_is_where_periods_are_longer(step: int, told: list[int]) -> None:
    """A period is closed as a whole: in quarters a decision waits for three months, and that is what is said and costs. Ten a
    month asked for and made at once: what is not ordered in the first period is lost, so many months of it.
    """
    of = case(
        12, ["need", "money"], lines=[line()], contracts=[DEAL], demand=[PARTNER | {"need": 10.0}],
        calendar=[{"from": month(0), "step": step}],
    )  # fmt: skip
    plan = rampart.plan(of)
    alone = plan["delays"].filter(together="").sort("months")
    assert alone["months"].to_list() == told
    assert alone["most"].to_list() == pytest.approx([10.0 * n for n in told])
    head = delay_costs(InWords(plan, "en"), "head.delay")
    assert head == ("A month's delay costs" if step == 1 else f"A delay of {step} months costs")
    assert plan["decisions"]["delay_cost"].to_list() == pytest.approx(alone["cost"].to_list()[:1])


LOT = {"lead_time": 1.0, "lot": 7.0}


def test_an_order_in_whole_lots_is_held_against_the_plan_in_whole_lots() -> None:
    """Lots of seven, at most ten a month, twenty to hold: 7, 14 and 21 are there from the second month on, 39 short in all.

    A month later 20 and 20, 13, 6 are short: 20 more.
    """
    must = {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 20.0}
    plan = rampart.plan(case(6, ["requirement", "money"], lines=[line(**LOT)], requirements=[must]), reasons="none")
    (order,) = plan["decisions"].to_dicts()
    assert order["decide_by"] == date.fromisoformat(f"{month(0)}-01")
    assert order["delay_units"] == pytest.approx(20.0)


@pytest.mark.parametrize("lot", [None, 5.0])
def test_deadlines_of_orders_in_whole_lots_differ(lot: float | None) -> None:
    """Thirty of each in the seventh month, ten a month, a little dearer from the fourth on, where ten of the one and twenty
    of the other may still be ordered: twenty of the one must come of the second and third month, ten of the other of the third.
    """
    early = DEAL | {"price": 1.0, "until": month(2)}
    later = DEAL | {"price": 1.0005, "from": month(3), "until": month(6)}
    wanted = PARTNER | {"need": 30.0, "from": month(6), "until": month(6)}
    plan = rampart.plan(
        case(
            7, ["need", "money"], items=[ITEM, ITEM | {"item": "bolt", "name_en": "bolt"}],
            lines=[line(lot=lot), line(line="other", item="bolt", lot=lot)],
            contracts=[
                early, later | {"contract": "later", "max_quantity": 10.0}, early | {"contract": "b", "line": "other"},
                later | {"contract": "c", "line": "other", "max_quantity": 20.0},
            ],
            demand=[wanted, wanted | {"item": "bolt"}],
        ), reasons="none",
    )  # fmt: skip
    due = dict(plan["decisions"].select("code", "decide_by").iter_rows())
    assert due == {"plant": date.fromisoformat(f"{month(1)}-01"), "other": date.fromisoformat(f"{month(2)}-01")}


def in_lots(seed: int, *, sooner: int, lot: float | None) -> Any:
    """A random case of a line in lots with a set-up; its contract opens after so many months."""
    draw = Random(seed)
    needs = [PARTNER | {"need": float(draw.randint(0, 20)), "from": month(n), "until": month(n)} for n in range(2, 7)]
    made = line(max_rate=float(draw.randint(8, 14)), lead_time=float(draw.randint(0, 2)), setup_cost=3.0, lot=lot)
    return case(
        7, ["need", "money"], lines=[made], contracts=[DEAL | {"from": month(sooner)}],
        stocks=[{"holder": "UUU", "item": "shell", "quantity": float(draw.randint(0, 6))}], demand=needs,
    )  # fmt: skip


@pytest.mark.parametrize("lot", [6.0, None])
def test_what_a_month_costs_in_lots_is_what_the_plan_made_again_without_it_loses(lot: float | None) -> None:
    """Each case is planned again with a contract that opens a month later: the first pass that loses, and by how much."""
    told = 0
    for seed in range(4):
        plan = rampart.plan(in_lots(seed, sooner=0, lot=lot), reasons="none")
        if plan["decisions"].is_empty():
            continue
        again = rampart.plan(in_lots(seed, sooner=1, lot=lot), reasons="none")
        before, after = (dict(p["passes"].select("objective", "value").iter_rows()) for p in (plan, again))
        lost = next((name for name in ("need", "money") if after[name] > before[name] + 1e-6), None)
        one = waits(plan, 1)
        assert one["objective"] == lost
        if lost is not None:
            assert one["cost"] == pytest.approx(after[lost] - before[lost], rel=1e-4, abs=1e-4)
            told += 1
    assert told >= 1


def test_a_large_case_tells_delays_in_fractions_of_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the columns up to which whole lots are sought, a month costs what it costs where the line has no lots."""
    monkeypatch.setattr(delays, "IN_WHOLE", 0)
    wanted = PARTNER | {"need": 20.0}
    plan = rampart.plan(
        case(6, ["need", "money"], lines=[line(**LOT)], contracts=[DEAL], demand=[wanted]), reasons="none"
    )
    assert waits(plan, 1)["most"] == pytest.approx(10.0)  # of ten a month the first, as without lots
    assert plan["decisions"]["decide_by"].to_list() == [date.fromisoformat(f"{month(0)}-01")]


def test_what_is_not_solved_again_leaves_a_bound_and_not_a_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten to hold at once, ten a month, and ten that the partner needs in the third month, sent from home: what must be held
    asks for the first ten now, but a large case does not ask it again, and the need loses nothing until the third month.
    """
    monkeypatch.setattr(delays, "LARGE", 0)
    must = {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 10.0}
    plan = rampart.plan(
        case(
            4, ["need", "requirement", "money"], lines=[line()], requirements=[must],
            routes=[{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": 100.0}],
            demand=[PARTNER | {"need": 10.0, "from": month(2), "until": month(2)}],
        ), reasons="none",
    )  # fmt: skip
    (order,) = plan["decisions"].to_dicts()
    assert (order["decide_by"], order["at_latest"]) == (date.fromisoformat(f"{month(2)}-01"), True)
    assert order["delay_objective"] is None
    answer = InWords(plan)
    assert deadline(answer, order) == "May 2024 at the latest"
    assert deadline(InWords(plan, "fr"), order) == "mai 2024 au plus tard"
    assert "not worked out" in delay(answer, order)
    assert plan["delays"].filter(pl.col("months") == 1).is_empty()


def test_in_a_large_case_what_whole_things_might_make_good_hides_no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty a month asked for; one works of ten a month can be paid, and another line makes five. A month's delay of either
    order is ten and five fewer: one and a half works, in fractions, would make good both, but nobody can order them.
    """
    monkeypatch.setattr(delays, "LARGE", 0)
    monkeypatch.setattr(delays, "IN_WHOLE", 0)
    works = {
        "expansion": "more",
        "line": "plant",
        "added_rate": 10.0,
        "cost": 10.0,
        "construction": 0.0,
        "max_units": 5.0,
    }
    plan = rampart.plan(
        case(
            12, ["own_use"], demand=[need(30.0)], expansions=[works],
            lines=[line(max_rate=0.0, unit_cost=0.0), line(line="other", max_rate=5.0, unit_cost=0.0)],
            budgets=[{"nation": "AAA", "fiscal_year": 2025, "purpose": "all", "commitments": 15.0, "payments": math.inf}],
        ), reasons="none",
    )  # fmt: skip
    told = plan["delays"].filter(pl.col("kind") == "order", months=1, together="")
    assert dict(told.select("code", "most").iter_rows()) == {
        "plant": pytest.approx(10.0),
        "other": pytest.approx(5.0),
    }


def test_a_loss_of_one_need_that_is_next_to_nothing_of_all_is_told_all_the_same() -> None:
    """Ten rounds wanted once, beside a need of a million times the weight that no line can meet: a month later they come a
    month late, and no plan holds both what the need reached and the rest.
    """
    heavy = PARTNER | {"item": "bolt", "need": 10.0, "until": month(0), "late": True, "weight": 1e6}
    light = PARTNER | {"need": 10.0, "from": month(1), "until": month(1), "late": True, "weight": 1.0}
    plan = rampart.plan(
        case(
            12, ["need", "money"], items=[ITEM, ITEM | {"item": "bolt", "name_en": "bolt"}],
            lines=[line(lead_time=1.0, unit_cost=5.0, max_rate=math.inf)], contracts=[DEAL], demand=[heavy, light],
        ), reasons="none",
    )  # fmt: skip
    one = waits(plan, 1)
    assert (one["objective"], one["holder"], one["lacks"]) == ("need", "UUU", "shell")
    assert one["most"] == pytest.approx(10.0)
    assert plan["decisions"]["decide_by"].null_count() == 0
