"""Whole lots, set-ups and whole expansions against trying out every possibility."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import pytest
from hypothesis import strategies as st

from cases_random import START, make_case
from drawn import drawn
from independent.answers import SOLVERS
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case

HOLDING = 0.5


@dataclass(frozen=True)
class Tiny:
    """One line, one item, a few months; what is not met is lost at ``unmet`` a unit."""

    need: tuple[int, ...]
    opening: int
    rate: int
    lot: int | None
    setup: float
    price: float
    unmet: float
    expansion: float | None

    def case(self) -> Case:
        """As a planner would enter it."""
        first = month_number(START)
        months = [month_text(first + t) for t in range(len(self.need))]
        line = {"line": "plant", "nation": "AAA", "item": "gun", "state": "hot", "rate_per": "month"}
        line |= {"admin_lead_time": 0, "lead_time": 0, "max_rate": self.rate, "unit_cost": self.price}
        line |= {"lot": self.lot, "setup_cost": self.setup}
        item = {"item": "gun", "name_en": "gun", "kind": "system", "unit": "units"}
        demand = {"holder": "AAA", "item": "gun", "purpose": "training", "rate_per": "month"}
        more = {"expansion": "hall", "line": "plant", "added_rate": 2.0, "construction": 1, "whole": True}
        return make_case(
            {"start": months[0], "end": months[-1]},
            {
                "nations": [{"nation": "AAA", "name_en": "AAA", "role": "member"}],
                "items": [item | {"holding_cost": HOLDING}],
                "stocks": [{"holder": "AAA", "item": "gun", "quantity": self.opening}],
                "lines": [line],
                "expansions": [more | {"cost": self.expansion, "max_units": 2.0}] if self.expansion else [],
                "demand": [
                    demand | {"from": month, "need": need, "unmet_cost": self.unmet}
                    for month, need in zip(months, self.need, strict=True)
                ],
                "priorities": [{"rank": 1, "objective": "money", "tolerance": 0.0}],
            },
        )

    def cost(self, made: tuple[int, ...], built: tuple[int, ...]) -> float:
        """Cost of one plan: serving at once is never worse, as a unit lost costs the same in every month."""
        stock, total = float(self.opening), (self.expansion or 0.0) * sum(built)
        for t, need in enumerate(self.need):
            if made[t] > self.rate + 2 * sum(built[:t]):
                return math.inf
            stock += made[t]
            served = min(stock, need)
            stock -= served
            total += self.price * made[t] + (self.setup if made[t] else 0.0)
            total += HOLDING * stock + self.unmet * (need - served)
        return total

    def best(self) -> float:
        """Least cost over every plan; whole needs and lots make whole outputs enough."""
        top = self.rate + (4 if self.expansion else 0)
        outputs = range(0, top + 1, self.lot or 1)
        units = range(3) if self.expansion else range(1)
        months = len(self.need)
        plans = itertools.product(itertools.product(outputs, repeat=months), self._starts(units, months))
        return min(self.cost(made, built) for made, built in plans)

    @staticmethod
    def _starts(units: range, months: int) -> list[tuple[int, ...]]:
        return [start for start in itertools.product(units, repeat=months) if sum(start) <= units[-1]]


def tinies() -> st.SearchStrategy[Tiny]:
    """Problems small enough to try out every plan."""
    return st.builds(
        Tiny,
        need=st.lists(st.integers(0, 7), min_size=3, max_size=3).filter(any).map(tuple),
        opening=st.integers(0, 3),
        rate=st.integers(1, 5),
        lot=st.sampled_from([None, 2, 3]),
        setup=st.sampled_from([0.0, 2.0, 6.0]),
        price=st.sampled_from([0.0, 1.0]),
        unmet=st.sampled_from([1.0, 3.0, 8.0]),
        expansion=st.sampled_from([None, 3.0, 9.0]),
    )


@pytest.mark.parametrize("solver", list(SOLVERS))
@drawn(8, 30, tiny=tinies())
def test_best_of_all_plans(tiny: Tiny, solver: str) -> None:
    assert SOLVERS[solver](tiny.case()).passes["money"] == pytest.approx(tiny.best(), abs=1e-5)


@pytest.mark.parametrize("solver", list(SOLVERS))
@drawn(6, 25, tiny=tinies())
def test_whole_lots_lie_between_any_amount_and_rounding_up(tiny: Tiny, solver: str) -> None:
    lot = tiny.lot or 3
    whole = replace(tiny, lot=lot, rate=lot * 3, setup=0.0, expansion=None)
    free = replace(whole, lot=None)
    plan = SOLVERS[solver](free.case())
    rounded, ahead = [], 0.0  # every month's output rounded up, less what earlier rounding already covers
    for t in range(len(whole.need)):
        ahead -= plan.output["plant", t]
        lots = max(0, math.ceil(-ahead / lot - 1e-6))
        rounded.append(lots * lot)
        ahead += lots * lot
    found = SOLVERS[solver](whole.case()).passes["money"]
    assert plan.passes["money"] <= found + 1e-5
    assert found <= whole.cost(tuple(rounded), (0,) * len(rounded)) + 1e-5
