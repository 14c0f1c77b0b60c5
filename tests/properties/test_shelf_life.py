"""Shelf life without an index for age equals shelf life with one, for one holder that sends nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from cases_random import START, make_case
from drawn import drawn
from independent.ages import Perishable
from independent.answers import SOLVERS
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case

PASSES = {
    "requirement": ("requirement_worst", "requirement_sum"),
    "own_use": ("own_use",),
    "money": ("money",),
}
ORDERS = [
    ("money",),
    ("own_use", "money"),
    ("requirement", "money"),
    ("own_use", "requirement", "money"),
    ("requirement", "own_use", "money"),
]

# Ten months of the check value: life three months, receipts up to 8 a month at 1, holding 0.05, unmet 10.
CHECK = Perishable(
    life=3,
    need=(4, 0, 12, 3, 9, 0, 0, 15, 2, 6),
    most=8,
    price=1,
    holding=0.05,
    unmet=10,
    target=6,
    shortfall=10 / 3,
    disposal=1,
)


def test_check_value_of_the_age_index() -> None:
    """Anchors the long way: 79.1666666667 was found by two formulations outside this project."""
    assert CHECK.programme(["money"]).solve().passes["money"] == pytest.approx(79.1666666667, rel=1e-11)


def as_case(problem: Perishable, order: tuple[str, ...]) -> Case:
    """The same problem as a planner would enter it; a case prices neither shortfall nor disposal."""
    first = month_number(START)
    months = [month_text(first + t) for t in range(len(problem.need))]
    demand = {"holder": "AAA", "item": "charge", "purpose": "training", "rate_per": "month"}
    line = {"line": "plant", "nation": "AAA", "item": "charge", "state": "hot", "rate_per": "month"}
    line |= {"admin_lead_time": 0, "lead_time": 0, "max_rate": problem.most, "unit_cost": problem.price}
    item = {"item": "charge", "name_en": "charge", "kind": "component", "unit": "units"}
    stated = {"holder": "AAA", "item": "charge", "layer": "stated", "quantity": problem.target}
    lots = [{"lot": month_text(first + made + 1), "quantity": quantity} for made, quantity in problem.lots]
    return make_case(
        {"start": months[0], "end": months[-1]},
        {
            "nations": [{"nation": "AAA", "name_en": "AAA", "role": "member"}],
            "items": [item | {"shelf_life": problem.life, "holding_cost": problem.holding}],
            "stocks": [{"holder": "AAA", "item": "charge"} | lot for lot in lots],
            "requirements": [stated] if problem.target else [],
            "lines": [line],
            "demand": [
                demand | {"from": month, "need": need, "unmet_cost": problem.unmet}
                for month, need in zip(months, problem.need, strict=True)
            ],
            "priorities": [
                {"rank": rank, "objective": name, "tolerance": 0.0} for rank, name in enumerate(order, start=1)
            ],
        },
    )


@st.composite
def problems(draw: st.DrawFn) -> Perishable:
    """Small perishable problems; every opening lot is still usable in the first month."""
    life = draw(st.integers(1, 4))
    needs = st.lists(st.sampled_from([0.0, 2.0, 5.0, 9.0, 15.0]), min_size=4, max_size=9)
    lots = st.dictionaries(st.integers(-life, -1), st.sampled_from([3.0, 7.0]), max_size=3)
    return Perishable(
        life=life,
        need=draw(needs.filter(any)),
        most=draw(st.sampled_from([3.0, 6.0, 8.0])),
        price=draw(st.sampled_from([0.0, 1.0, 4.0])),
        holding=draw(st.sampled_from([0.0, 0.05, 1.0])),
        unmet=draw(st.sampled_from([0.0, 3.0, 10.0])),
        target=draw(st.sampled_from([0.0, 6.0, 12.0])),
        lots=tuple(sorted(draw(lots).items())),
    )


def agree(problem: Perishable, order: tuple[str, ...], solver: str) -> None:
    names = [name for objective in order for name in PASSES[objective]]
    if not problem.target:
        names = [name for name in names if not name.startswith("requirement")]
    expected = problem.programme(names).solve().passes
    found = SOLVERS[solver](as_case(problem, order)).passes  # a pass with nothing in it is left out
    assert {name: found.get(name, 0.0) for name in names} == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("solver", list(SOLVERS))
@pytest.mark.parametrize("order", ORDERS, ids=["-".join(order) for order in ORDERS])
def test_check_problem_as_a_case(order: tuple[str, ...], solver: str) -> None:
    """The check problem without the two prices that a case cannot state; its target is a pass instead."""
    agree(replace(CHECK, shortfall=0.0, disposal=0.0), order, solver)


@pytest.mark.parametrize("solver", list(SOLVERS))
@drawn(8, 40, problem=problems(), order=st.sampled_from(ORDERS))
def test_short_rows_equal_the_age_index(problem: Perishable, order: tuple[str, ...], solver: str) -> None:
    agree(problem, order, solver)
