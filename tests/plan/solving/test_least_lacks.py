"""What is proved to lack no less in any plan lacks no less where it is solved for; shares are those of solving each time."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from cases_random import random_case
from rampart.case.tables import Case
from rampart.network.lags import Floats, Integers
from rampart.plan.model.build import build
from rampart.plan.solving import fairness
from rampart.plan.solving.least_lacks import LeastLacks
from rampart.plan.solving.passes_in_turn import solve
from rampart.plan.solving.solution import Solution

SEEDS = (0, 1)


class Checked(LeastLacks):
    """Proofs each of which is solved for as well, by another door to a solver and from nothing."""

    proved, proved_of_items = 0, 0

    def is_least(self, entry: int) -> bool:
        """The same, and the least is what another solver finds."""
        if not super().is_least(entry):
            return False
        Checked.proved += 1
        cost = np.zeros(self.matrix.shape[1])
        cost[: self.lacks.shape[1]] = self.lacks[[entry]].toarray()[0]
        assert self.least(cost, self.no_rows) == pytest.approx(cost @ self.levels, abs=1e-6)
        return True

    def most_of(self, column: int, rows: Integers) -> Floats | None:
        """The same, and the most is what another solver finds."""
        prices = super().most_of(column, rows)
        if prices is not None:
            Checked.proved_of_items += 1
            cost = -np.eye(1, self.matrix.shape[1], column)[0]
            least = self.least(cost, np.setdiff1d(self.no_rows, rows))
            assert least == pytest.approx(-self.levels[column], abs=1e-6)
        return prices

    def least(self, cost: Floats, no_rows: Integers) -> float:
        """The least that columns cost in any plan, rows that hold none apart."""
        low, high = (bound.copy() for bound in self.rows)
        low[no_rows], high[no_rows] = -np.inf, np.inf
        slack = 1e-9  # of what is held to the last digit
        found = milp(
            cost,
            constraints=LinearConstraint(self.matrix, low - slack, high + slack),
            bounds=Bounds(self.columns[0] - slack, self.columns[1] + slack),
        )
        return float(found.fun)

    def stand_at(self, levels: Floats) -> None:
        """The same, and the plan is kept."""
        self.levels = levels
        super().stand_at(levels)


def shared(case: Case) -> tuple[Solution, list[Floats]]:
    """A plan, and what each term of its passes comes to."""
    solution = solve(build(case))
    return solution, [result.terms for result in solution.passes if result.name != "ties"]


def test_what_is_proved_is_so_and_shares_are_those_of_solving_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in SEEDS:
        of = random_case(Random(seed))
        monkeypatch.setattr(fairness, "FEW", 10**9)
        _, solved = shared(of)
        monkeypatch.setattr(fairness, "FEW", 0)
        monkeypatch.setattr(fairness, "LeastLacks", Checked)
        _, proved = shared(of)
        monkeypatch.undo()
        assert len(solved) == len(proved)
        for one, other in zip(solved, proved, strict=True):
            assert one == pytest.approx(other, rel=1e-6, abs=1e-6)
    assert Checked.proved > 20
