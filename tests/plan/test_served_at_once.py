"""Small decisions with answers that need no programme: what is there is served at once, weights count, and fair is to the end.

Each kind is one on which the plan once withheld what it had. Rooms are those of the default, a hundredth of a per cent of what
a need lacks: with urgency so small a loss buys a later pass up to two per cent of a month that is served in part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

import rampart
from cases_random import make_case
from cases_small import month
from rampart.results.result import Result

Row = dict[str, Any]
R = {"item": "r"}
NEVER = math.inf


def planned(months: int, priorities: Sequence[str], *, tolerance: float | None = None, **rows: list[Row]) -> Result:
    """A plan of donors AAA and BBB and a partner UUU; without a tolerance rooms are the default."""
    roles = {"AAA": "member", "BBB": "member", "CCC": "member", "DDD": "member", "UUU": "recipient"}
    base: dict[str, Sequence[Row]] = {
        "nations": [{"nation": n, "name_en": n, "role": role, "fiscal_year_start": 1} for n, role in roles.items()],
        "items": [R | {"name_en": "r", "kind": "munition", "unit": "u", "price": 1.0, "holding_cost": 0.0}],
        "priorities": [
            {"rank": n, "objective": name, "tolerance": tolerance} for n, name in enumerate(priorities, start=1)
        ],
    }
    said = {"start": month(0), "end": month(months - 1), "money_unit": "one"}
    return rampart.plan(make_case(said, base | rows), give_or_keep=False)


def served(plan: Result) -> list[float]:
    return [round(float(q), 1) for q in plan["demand"].filter(holder="UUU").sort("period")["served"]]


def wants(need: float, **more: Any) -> Row:
    return R | {"holder": "UUU", "purpose": "operations", "rate_per": "month", "need": need} | more


def holds(holder: str, quantity: float) -> Row:
    return R | {"holder": holder, "quantity": quantity}


def asks(holder: str, quantity: float, layer: str = "stated") -> Row:
    return R | {"holder": holder, "layer": layer, "quantity": quantity}


def route(origin: str, months: float = 0.0, capacity: float = math.inf) -> Row:
    return R | {"origin": origin, "destination": "UUU", "months": months, "capacity": capacity}


TRANSIT = R | {"donor": "AAA", "recipient": "UUU", "status": "in_transit"}


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        ({"stocks": [holds("UUU", 50.0)], "demand": [wants(20.0)]}, [20, 20, 10, 0, 0, 0]),
        (
            {
                "stocks": [holds("UUU", 20.0)],
                "deliveries": [TRANSIT | {"quantity": 30.0, "month": month(2)}],
                "demand": [wants(20.0)],
            },
            [20, 0, 20, 10, 0, 0],
        ),
        (
            {
                "stocks": [holds("UUU", 40.0)],
                "requirements": [asks("UUU", 15.0, "floor")],
                "demand": [wants(20.0)],
            },
            [20, 5, 0, 0, 0, 0],
        ),
        (
            {"stocks": [holds("UUU", 90.0)], "demand": [wants(20.0)], "calendar": [{"from": month(0), "step": 3}]},
            [60, 30],
        ),
        (
            {"stocks": [holds("UUU", 40.0)], "demand": [wants(10.0), wants(30.0, **{"from": month(2)})]},
            [10, 10, 20, 0, 0, 0],
        ),
    ],
)
def test_a_partner_uses_its_own_shelf_at_once(rows: dict[str, list[Row]], right: list[float]) -> None:
    assert served(planned(6, ("floors", "need", "money"), **rows)) == right


def weighed(*weights: float) -> list[Row]:
    return [wants(20.0, weight=weight, **{"from": month(n)}) for n, weight in enumerate(weights)]


@pytest.mark.parametrize(
    ("weights", "right"),
    [
        ((3, 2, 1, 1, 1, 1), [20, 20, 0, 0, 0, 0]),
        ((1, 1, 1, 2, 2, 2), [0, 0, 0, 20, 20, 0]),
        ((1, 1, 1, 1, 1, 9), [20, 0, 0, 0, 0, 20]),
        ((1, 5, 1, 1, 5, 1), [0, 20, 0, 0, 20, 0]),
        ((1, 1, 1, 1, 1, 1), [20, 20, 0, 0, 0, 0]),
    ],
)
def test_weights_that_change_by_month_are_honoured(weights: tuple[float, ...], right: list[float]) -> None:
    """Forty in hand, twenty a month; the urgency of 10 % a year decides only between equal weights."""
    plan = planned(6, ("need", "money"), stocks=[holds("UUU", 40.0)], demand=weighed(*weights))
    assert served(plan) == right


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        ({"stocks": [holds("AAA", 150.0)], "routes": [route("AAA")]}, [50, 50, 50, 0, 0, 0]),
        ({"stocks": [holds("AAA", 150.0)], "routes": [route("AAA", capacity=30.0)]}, [30, 30, 30, 30, 30, 0]),
        ({"stocks": [holds("AAA", 150.0)], "routes": [route("AAA", months=2.0)]}, [0, 0, 50, 50, 50, 0]),
        (
            {"stocks": [holds("AAA", 80.0), holds("BBB", 60.0)], "routes": [route("AAA"), route("BBB")]},
            [50, 50, 40, 0, 0, 0],
        ),
        (
            {
                "stocks": [holds("AAA", 150.0)],
                "routes": [route("AAA")],
                "requirements": [asks("AAA", 150.0), asks("AAA", 60.0, "floor")],
            },
            [50, 40, 0, 0, 0, 0],
        ),
    ],
)
def test_a_donor_gives_at_once_what_a_lower_rank_would_keep(rows: dict[str, list[Row]], right: list[float]) -> None:
    kept = {"requirements": [asks("AAA", 150.0), asks("BBB", 60.0)], "demand": [wants(50.0)]}
    order = ("floors", "need", "requirement", "money")
    assert served(planned(6, order, **(kept | rows))) == pytest.approx(right, abs=0.02 * 50.0)
    assert served(planned(6, order, tolerance=0.0, **(kept | rows))) == right


@pytest.mark.parametrize(("own", "big", "met"), [(10, 40, 0), (10, 40, 30), (50, 60, 100), (8, 800, 4), (25, 5, 50)])
def test_what_is_unmet_counts_in_months_of_the_need_that_is_planned(own: float, big: float, met: float) -> None:
    """A regime that is not planned for needs another amount: six months of ``own`` lack what is not met, over ``own``."""
    regimes = [{"regime": "big", "name_en": "big", "ends": False}]
    demand = [wants(own), wants(big, regime="big")]
    plan = planned(6, ("need", "money"), stocks=[holds("UUU", met)], demand=demand, regimes=regimes)
    (row,) = plan["passes"].filter(objective="need").to_dicts()
    assert row["plain"] == pytest.approx((6 * own - met) / own)
    assert plan["demand"]["unmet"].sum() == pytest.approx(6 * own - met)


@pytest.mark.parametrize(
    ("asked", "allowed", "made", "right"),
    [
        ((10, 10, 10), (0, NEVER, NEVER), 20, (0, 10, 10)),
        ((10, 10, 10, 10), (0, 0, NEVER, NEVER), 10, (0, 0, 5, 5)),
        ((10, 20, 20), (0, NEVER, NEVER), 10, (0, 5, 5)),
        ((10, 10, 10), (2, NEVER, NEVER), 10, (2, 4, 4)),
        ((10, 20, 10), (0, NEVER, NEVER), 12, (0, 8, 4)),
    ],
)
def test_shares_are_fair_beyond_the_one_who_cannot_be_helped(
    asked: tuple[float, ...], allowed: tuple[float, ...], made: float, right: tuple[float, ...]
) -> None:
    """One line, one month; a contract limits what a holder can get; the others share what is left by what they ask."""
    line = {"line": "l", "nation": "UUU", "state": "hot", "rate_per": "month", "max_rate": made, "unit_cost": 1.0}
    holders = ("AAA", "BBB", "CCC", "DDD")[: len(asked)]
    plan = planned(
        1, ("requirement", "money"), lines=[R | line | {"admin_lead_time": 0.0, "lead_time": 0.0}],
        requirements=[asks(holder, quantity) for holder, quantity in zip(holders, asked, strict=True)],
        contracts=[
            {"contract": holder, "line": "l", "buyer": holder, "max_quantity": most}
            for holder, most in zip(holders, allowed, strict=True)
        ],
    )  # fmt: skip
    closing = dict(plan["stock"].select("holder", "closing").iter_rows())
    assert [closing[holder] for holder in holders] == pytest.approx(right, abs=2e-3)
