"""Floors that cannot all be held are shared: the worst-off lack as little as can be, then the next. By hand, and again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rampart
from cases_random import make_case
from cases_small import ITEM, line, month
from independent.builder import build
from rampart.case.tables import Case
from rampart.language.in_words import InWords
from rampart.language.rooms import shared
from rampart.results.result import Result

Row = dict[str, Any]
ROLES = {"AAA": "member", "BBB": "member", "CCC": "member", "DDD": "member", "UUU": "recipient"}


def holds(holder: str, quantity: float) -> Row:
    return {"holder": holder, "item": "shell", "quantity": quantity}


def asks(holder: str, quantity: float, layer: str = "floor") -> Row:
    return holds(holder, quantity) | {"layer": layer}


def way(origin: str, destination: str) -> Row:
    return {"origin": origin, "destination": destination, "item": "shell", "months": 0.0, "capacity": math.inf}


def a_case(months: int, ranked: Sequence[str] = ("floors",), *, tolerance: float | None = None, **rows: Any) -> Case:
    """AAA can send to BBB and CCC, and to nobody else."""
    base: dict[str, Sequence[Row]] = {
        "nations": [{"nation": n, "name_en": n, "role": r, "fiscal_year_start": 1} for n, r in ROLES.items()],
        "items": [ITEM | {"price": 1.0}],
        "priorities": [{"rank": n + 1, "objective": o, "tolerance": tolerance} for n, o in enumerate(ranked)],
        "routes": [way("AAA", "BBB"), way("AAA", "CCC")],
    }
    return make_case({"start": month(0), "end": month(months - 1), "money_unit": "one"}, base | rows)


def planned(case: Case) -> Result:
    return rampart.plan(case, give_or_keep=False, reasons="none")


def below(plan: Result) -> dict[str, list[float]]:
    """Units below the floor at the end of each month."""
    asked = plan["stock"].filter(plan["stock"]["floor"] > 0).sort("period")
    return {
        str(holder): [pytest.approx(q, abs=1e-6) for q in asked.filter(holder=holder)["below_floor"]]
        for holder in asked["holder"].unique().sort()
    }


@pytest.mark.parametrize("tolerance", [None, 0.0], ids=["the default room", "no room"])
@pytest.mark.parametrize("ranked", [("floors",), ("floors", "need", "money")], ids=["alone", "before others"])
def test_a_shortage_is_shared_by_the_size_of_the_floors(ranked: Sequence[str], tolerance: float | None) -> None:
    """Sixty for floors of a hundred and of twenty: half of each. Month by month of a full floor, one would get all of
    its twenty, since a unit fills more of it.
    """
    floors = [asks("BBB", 100.0), asks("CCC", 20.0)]
    plan = planned(a_case(3, ranked, tolerance=tolerance, stocks=[holds("AAA", 60.0)], requirements=floors))
    assert below(plan) == {"BBB": [50.0] * 3, "CCC": [10.0] * 3}
    assert dict(plan["passes"].select("objective", "value").iter_rows())["floors"] == pytest.approx(3.0)


def test_who_cannot_be_helped_does_not_keep_the_others_from_being_helped_alike() -> None:
    """Nothing reaches DDD: the sixty are shared as if it were not there."""
    floors = [asks("BBB", 100.0), asks("CCC", 20.0), asks("DDD", 40.0)]
    plan = planned(a_case(3, stocks=[holds("AAA", 60.0)], requirements=floors))
    assert below(plan) == {"BBB": [50.0] * 3, "CCC": [10.0] * 3, "DDD": [40.0] * 3}


def test_donors_go_below_their_floors_by_like_shares() -> None:
    """The need of thirty a month comes first here: of floors of a hundred and of twenty a quarter is given each month."""
    need = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 30.0}
    plan = planned(
        a_case(
            3, ("need", "floors"), stocks=[holds("BBB", 100.0), holds("CCC", 20.0)], demand=[need],
            routes=[way("BBB", "UUU"), way("CCC", "UUU")], requirements=[asks("BBB", 100.0), asks("CCC", 20.0)],
        )
    )  # fmt: skip
    assert below(plan) == {"BBB": [25.0, 50.0, 75.0], "CCC": [5.0, 10.0, 15.0]}


def test_floors_that_fill_up_are_filled_alike() -> None:
    """Twelve a month for floors of a hundred and of twenty: ten and two of each month's twelve."""
    plan = planned(a_case(3, lines=[line(max_rate=12.0)], requirements=[asks("BBB", 100.0), asks("CCC", 20.0)]))
    assert below(plan) == {"BBB": [90.0, 80.0, 70.0], "CCC": [18.0, 16.0, 14.0]}


def test_what_is_held_beyond_a_requirement_covers_it_once() -> None:
    plan = planned(
        a_case(2, ("requirement",), stocks=[holds("BBB", 111.0)], requirements=[asks("BBB", 100.0, "stated")])
    )
    assert plan["fill"].select("closing", "coverage").rows() == [(111.0, 1.0)] and plan.coverage()[
        "value"
    ].to_list() == [1.0]


def said(rows: Mapping[str, Any]) -> str:
    return shared(InWords(planned(a_case(3, ("floors", "requirement"), **rows))))


def test_that_not_all_can_be_helped_alike_is_told_only_where_that_is_so() -> None:
    """Floors are half of what is required: sixty give half of both floors, a quarter of both requirements."""
    asked = [asks("BBB", 100.0), asks("CCC", 20.0), asks("BBB", 200.0, "stated"), asks("CCC", 40.0, "stated")]
    rows = {"stocks": [holds("AAA", 60.0)], "requirements": asked}
    assert said(rows) == ""
    told = said(rows | {"requirements": [*asked, asks("DDD", 40.0, "stated")]})  # which nothing reaches
    assert "where not all can be helped alike" in told


@settings(max_examples=6)
@given(
    floors=st.lists(st.integers(1, 60), min_size=2, max_size=3), held=st.lists(st.integers(0, 30), min_size=3, max_size=3),
    rate=st.integers(1, 20), tolerance=st.sampled_from([None, 0.0]), most=st.sampled_from([math.inf, 4.0]),
)  # fmt: skip
def test_floors_are_shared_as_another_programme_shares_them(
    floors: list[int], held: list[int], rate: int, tolerance: float | None, most: float
) -> None:
    who = ("BBB", "CCC", "DDD")
    case = a_case(
        3, ("floors", "money"), tolerance=tolerance, lines=[line(max_rate=float(rate))],
        stocks=[holds(n, float(q)) for n, q in zip(who, held, strict=True)],
        requirements=[asks(n, float(q)) for n, q in zip(who, floors, strict=False)],
        routes=[way("AAA", "BBB") | {"capacity": most}, way("AAA", "CCC"), way("CCC", "DDD")],
    )  # fmt: skip
    plan = planned(case)
    again = build(case).solve()
    reached = dict(plan["passes"].select("objective", "value").iter_rows())
    assert reached["floors"] == pytest.approx(again.passes["floors"], rel=1e-5, abs=1e-5)
    room = 1e-4 if tolerance is None else 0.0
    for row in plan["stock"].filter(plan["stock"]["floor"] > 0).iter_rows(named=True):
        lack = again.shared[f"below|{row['holder']}|shell|{row['period']}"]
        assert row["below_floor"] <= lack * (1 + room) + 1e-5 * row["floor"]
