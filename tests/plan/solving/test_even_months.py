"""Who lacks in which month, where nothing asks for one rather than another: equals lack alike, by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rampart
from cases_random import make_case
from cases_small import CONTRACT, ITEM, line, month
from independent.builder import build
from independent.in_turn import InTurn
from rampart.case.tables import Case
from rampart.plan.solving import even_months
from rampart.results.result import Result

Row = dict[str, Any]
ROLES = {"AAA": "member", "BBB": "member", "CCC": "member", "UUU": "recipient", "VVV": "recipient", "WWW": "recipient"}


def wants(holder: str, need: float, **more: Any) -> Row:
    return {"holder": holder, "item": "shell", "purpose": "operations", "rate_per": "month", "need": need} | more


def way(destination: str, months: float = 0.0) -> Row:
    return {
        "origin": "AAA",
        "destination": destination,
        "item": "shell",
        "months": months,
        "capacity": math.inf,
        "cost": 0.0,
    }


def a_case(
    months: int, ranked: Sequence[str] = ("need",), *, tolerance: float | None = None,
    said: Mapping[str, str] | None = None, **rows: Sequence[Row],
) -> Case:  # fmt: skip
    """Three members, one of which makes or holds, and three partners; only those that are asked for matter."""
    base: dict[str, Sequence[Row]] = {
        "nations": [{"nation": n, "name_en": n, "role": r, "fiscal_year_start": 1} for n, r in ROLES.items()],
        "items": [ITEM | {"price": 1.0}],
        "priorities": [{"rank": n + 1, "objective": o, "tolerance": tolerance} for n, o in enumerate(ranked)],
        "routes": [way(n) for n in ROLES if n != "AAA"],
    }
    every = {"start": month(0), "end": month(months - 1), "money_unit": "one"} | dict(said or {})
    return make_case(every, base | rows)


def planned(case: Case) -> Result:
    return rampart.plan(case, give_or_keep=False, reasons="none")


def served(plan: Result) -> dict[str, list[float]]:
    return {
        holder: plan["demand"].filter(holder=holder).sort("period")["served"].to_list()
        for holder in plan["demand"]["holder"].unique().sort()
    }


def close(expected: dict[str, list[float]], within: float = 1e-6) -> dict[str, Any]:
    return {holder: pytest.approx(row, abs=within) for holder, row in expected.items()}


PLANT = {"lines": [line(max_rate=10.0)]}
TWO = {"demand": [wants("UUU", 10.0), wants("VVV", 10.0)]}
ALIKE = {"UUU": [5.0] * 4, "VVV": [5.0] * 4}


@pytest.mark.parametrize("tolerance", [None, 0.0, 0.01], ids=["the default room", "no room", "much room"])
def test_equal_partners_are_served_alike_every_month(tolerance: float | None) -> None:
    """Ten a month for two who need ten each: five and five."""
    plan = planned(a_case(4, tolerance=tolerance, **PLANT, **TWO))
    assert served(plan) == close(ALIKE)
    sent = plan["transfers"].sort("destination", "month")["quantity"].to_list()
    assert sent == pytest.approx([5.0] * 8, abs=1e-6)


def test_so_are_they_by_orders_straight_from_the_line() -> None:
    deals = [CONTRACT | {"contract": n, "ship_to": n} for n in ("UUU", "VVV")]
    assert served(planned(a_case(4, **PLANT, **TWO, routes=[], contracts=deals))) == close(ALIKE)


def test_so_are_they_where_money_counts_behind_the_need() -> None:
    """Of the room of the need, a ten thousandth, money takes what it takes in the last month, of both alike."""
    found = served(planned(a_case(4, ("need", "money"), **PLANT, **TWO)))
    assert found == close(ALIKE, 2.1e-3)
    assert found["UUU"] == pytest.approx(found["VVV"], abs=1e-6)


def test_so_are_they_by_purchases() -> None:
    offer = {
        "offer": "abroad",
        "seller": "BBB",
        "item": "shell",
        "buyer": "AAA",
        "quantity": 40.0,
        "max_rate": 10.0,
        "price": 1.0,
        "delay": 0.0,
    }
    assert served(planned(a_case(4, ("need", "money"), market=[offer], **TWO))) == close(ALIKE, 2.1e-3)


def test_so_are_they_out_of_stock() -> None:
    """Thirty for two who need ten a month each: the first month in full, five each of the second, and no more."""
    stock = [{"holder": "AAA", "item": "shell", "quantity": 30.0}]
    assert served(planned(a_case(4, stocks=stock, **TWO))) == close(
        {"UUU": [10.0, 5.0, 0.0, 0.0], "VVV": [10.0, 5.0, 0.0, 0.0]}, 2e-3
    )


def test_so_is_the_own_use_of_equals() -> None:
    needs = [wants("BBB", 10.0, purpose="training"), wants("CCC", 10.0, purpose="training")]
    assert served(planned(a_case(4, ("own_use",), demand=needs, **PLANT))) == close(
        {"BBB": [5.0] * 4, "CCC": [5.0] * 4}
    )


def test_so_is_what_may_be_late() -> None:
    """Ten a month for two who need ten each and wait for what they lack: five, ten, fifteen and twenty late, both."""
    needs = [wants(n, 10.0, late=True) for n in ("UUU", "VVV")]
    plan = planned(a_case(4, demand=needs, **PLANT))
    for holder in ("UUU", "VVV"):
        late = plan["demand"].filter(holder=holder).sort("period")["late"].to_list()
        assert late == pytest.approx([5.0, 10.0, 15.0, 20.0], abs=1e-6)


def test_so_is_a_pledge_that_falls_due_to_both() -> None:
    """Ten a month out of forty pledged to each within four months: both are owed five, ten, fifteen, twenty."""
    owed = {"donor": "AAA", "item": "shell", "status": "pledged", "month": month(3), "quantity": 40.0}
    rows = [owed | {"recipient": n} for n in ("UUU", "VVV")]
    plan = planned(a_case(4, ("pledges",), deliveries=rows, **PLANT, demand=[wants(n, 0.001) for n in ("UUU", "VVV")]))
    for who in ("UUU", "VVV"):
        found = plan["transfers"].filter(destination=who).sort("month")["quantity"].to_list()
        assert found == pytest.approx([5.0] * 4, abs=1e-3)


def test_three_partners_with_unlike_needs_get_like_shares_every_month() -> None:
    """Thirty a month for ten, twenty and thirty: half of each."""
    needs = [wants("UUU", 10.0), wants("VVV", 20.0), wants("WWW", 30.0)]
    assert served(planned(a_case(4, lines=[line(max_rate=30.0)], demand=needs))) == close(
        {"UUU": [5.0] * 4, "VVV": [10.0] * 4, "WWW": [15.0] * 4}
    )


def test_who_is_reached_later_makes_up_evenly() -> None:
    """One partner can get nothing in the first two months, for its contract takes two months to sign. Of eighty in all
    each gets forty; the other had twenty by then, so twenty and forty are left over six months.
    """
    deals = [CONTRACT | {"contract": n, "ship_to": n, "admin_lead_time": m} for n, m in (("UUU", 0.0), ("VVV", 2.0))]
    plan = planned(a_case(8, said={"urgency": "0"}, **PLANT, **TWO, routes=[], contracts=deals))
    assert served(plan) == close({"UUU": [10.0] * 2 + [20 / 6] * 6, "VVV": [0.0] * 2 + [40 / 6] * 6})


def test_levels_of_need_are_reached_alike_every_month() -> None:
    """Ten a month for two who need ten each, of which three are essential: both are served five."""
    levels = [
        {"holder": n, "item": "shell", "level": level, "share": share}
        for n in ("UUU", "VVV")
        for level, share in (("essential", 0.3), ("required", 1.0))
    ]
    assert served(planned(a_case(4, levels=levels, **PLANT, **TWO))) == close(ALIKE)
    # 3 and 4 a step of half a unit each: within the step that both have begun nothing tells them apart
    plan = planned(a_case(4, levels=levels, lines=[line(max_rate=7.3)], demand=TWO["demand"]))
    assert served(plan) == close({"UUU": [3.65] * 4, "VVV": [3.65] * 4})


def test_what_is_believed_of_the_war_is_shared_alike_every_month() -> None:
    """A war that may end each month with a chance of a tenth."""
    believed: dict[str, Sequence[Row]] = {
        "regimes": [{"regime": "war", "name_en": "war"}, {"regime": "peace", "name_en": "peace", "ends": True}],
        "transitions": [{"from_regime": "war", "to_regime": "peace", "probability": 0.1}],
        "demand": [wants(n, 10.0, regime="war") for n in ("UUU", "VVV")],
    }
    plan = planned(a_case(4, said={"regime": "war"}, **PLANT, **believed))
    found = served(plan)
    assert found["UUU"] == pytest.approx(found["VVV"], abs=1e-6)
    assert [sum(both) for both in zip(*found.values(), strict=True)] == pytest.approx([10.0] * 4, abs=1e-5)


def test_who_counts_more_still_comes_first() -> None:
    """Five and five would be even, and is not as good: a unit of one is worth twice one of the other."""
    needs = [wants("UUU", 10.0, weight=2.0), wants("VVV", 10.0)]
    assert served(planned(a_case(4, demand=needs, **PLANT))) == close({"UUU": [10.0] * 4, "VVV": [0.0] * 4}, 5e-3)


def test_what_comes_whole_alternates() -> None:
    """One system a month for two who need one each: whole ones cannot be halved."""
    items = [{"item": "shell", "name_en": "system", "kind": "system", "unit": "u", "price": 1.0}]
    needs = [wants("UUU", 1.0), wants("VVV", 1.0)]
    found = served(planned(a_case(4, items=items, lines=[line(max_rate=1.0)], demand=needs)))
    assert all(quantity == pytest.approx(round(quantity), abs=1e-6) for row in found.values() for quantity in row)
    assert sum(map(sum, found.values())) == pytest.approx(4.0)


@settings(max_examples=8)
@given(
    rate=st.integers(1, 50), need=st.lists(st.integers(1, 40), min_size=2, max_size=3), months=st.integers(2, 5),
    stock=st.integers(0, 60), urgency=st.sampled_from(["0", "0.1"]), tolerance=st.sampled_from([None, 0.0]),
)  # fmt: skip
def test_shares_of_need_are_like_every_month_and_no_pass_pays_for_it(
    rate: int, need: list[int], months: int, stock: int, urgency: str, tolerance: float | None
) -> None:
    """Whatever is made and lies there, partners reached by the same ways get the same share of their need every month;
    every pass comes to what it comes to where ties alone choose, and as much is served in each month.
    """
    who = ("UUU", "VVV", "WWW")[: len(need)]
    case = a_case(
        months, ("need", "money"), tolerance=tolerance, said={"urgency": urgency},
        lines=[line(max_rate=float(rate))], demand=[wants(n, float(q)) for n, q in zip(who, need, strict=True)],
        stocks=[{"holder": "AAA", "item": "shell", "quantity": float(stock)}] if stock else [],
    )  # fmt: skip
    plan, plain = planned(case), without(case)
    found = served(plan)
    shares = [[q / asked for q in found[n]] for n, asked in zip(who, need, strict=True)]
    for row in shares[1:]:
        assert row == pytest.approx(shares[0], abs=1e-5)
    assert plan["passes"]["value"].to_list() == pytest.approx(plain["passes"]["value"].to_list(), rel=1e-7, abs=1e-7)
    if urgency != "0":  # else nothing says when, and what is sent is evened out over time
        assert in_all(found) == pytest.approx(in_all(served(plain)), abs=1e-3 * sum(need))


@settings(max_examples=5)
@given(
    rate=st.integers(5, 40), need=st.lists(st.integers(5, 40), min_size=2, max_size=3), late=st.integers(1, 3),
    months=st.integers(3, 5),
)  # fmt: skip
def test_shares_are_those_that_another_programme_finds(rate: int, need: list[int], late: int, months: int) -> None:
    """Contracts of unlike lead times: shared once more, with what lacks in each month in all as in the plan."""
    who = ("UUU", "VVV", "WWW")[: len(need)]
    leads = [float(late) if n == 0 else 0.0 for n in range(len(who))]
    deals = [CONTRACT | {"contract": n, "ship_to": n, "admin_lead_time": m} for n, m in zip(who, leads, strict=True)]
    case = a_case(
        months, tolerance=0.0, said={"urgency": "0"}, lines=[line(max_rate=float(rate))], contracts=deals,
        routes=[], demand=[wants(n, float(q)) for n, q in zip(who, need, strict=True)],
    )  # fmt: skip
    plan = planned(case)
    lacks = {(r["holder"], r["period"]): r["unmet"] for r in plan["demand"].iter_rows(named=True)}
    again = InTurn(build(case), {}, 1e-9)
    again.solve()
    together = {str(t): sum(q for (_, period), q in lacks.items() if period == t) for t in range(months)}
    shares = again.even("need", together)
    asked = dict(zip(who, need, strict=True))
    for (part, period), share in shares.items():
        holder = part.split("|")[0]
        assert lacks[holder, int(period)] / asked[holder] == pytest.approx(share, abs=2e-5)


def without(case: Case) -> Result:
    """The plan where ties alone choose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(even_months, "MOST", 0)
        return planned(case)


def in_all(found: dict[str, list[float]]) -> list[float]:
    """Units served in each month."""
    return [sum(month) for month in zip(*found.values(), strict=True)]
