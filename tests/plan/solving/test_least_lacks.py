"""What is proved to lack no less in any plan lacks no less where it is solved for; shares are those of solving each time."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from cases_random import random_case
from rampart.case.tables import Case
from rampart.network.lags import Floats
from rampart.plan.model.build import build
from rampart.plan.solving import fairness
from rampart.plan.solving.least_lacks import LeastLacks
from rampart.plan.solving.passes_in_turn import solve
from rampart.plan.solving.solution import Solution

SEEDS = (0, 1)


class Checked(LeastLacks):
    """Proofs each of which is solved for as well, by another door to a solver and from nothing."""

    proved = 0

    def is_least(self, entry: int) -> bool:
        """The same, and the least is what another solver finds."""
        if not super().is_least(entry):
            return False
        Checked.proved += 1
        low, high = (bound.copy() for bound in self.rows)
        low[self.no_rows], high[self.no_rows] = -np.inf, np.inf
        cost = np.zeros(self.matrix.shape[1])
        cost[: self.lacks.shape[1]] = self.lacks[[entry]].toarray()[0]
        slack = 1e-9  # of what is held to the last digit
        least = milp(
            cost,
            constraints=LinearConstraint(self.matrix, low - slack, high + slack),
            bounds=Bounds(self.columns[0] - slack, self.columns[1] + slack),
        )
        assert least.fun == pytest.approx(cost @ self.levels, abs=1e-6)
        return True

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
