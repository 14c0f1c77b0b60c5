"""One persistent model for the passes of a plan: each pass is solved, held, and can be come back to."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.solving.highs import INFEASIBLE, NO_LIMIT, OPTIMAL, TIME_LIMIT, Highs

LARGE = 20_000  # columns from which the interior-point code with crossover beats the simplex code (SOLVER.md)
DUAL_TOLERANCE = 1e-7
PROBE_ITERATIONS = 5_000
CLEAN_ITERATIONS = 100_000  # of the linear programme that takes the room of the earlier passes out of a value


@dataclass(frozen=True, eq=False)
class Stage:
    """A linear pass as the solver saw it, to come back to: bounds before it, its basis, costs and value."""

    name: str
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    basis: tuple[list[Any], list[Any]] = field(repr=False)
    cost: Floats
    value: float


class PassSolver(Highs):
    """The model of a plan: change costs, bounds and rows, and run again from where it stands.

    whole  columns that are whole numbers where a pass asks for them
    """

    def __init__(self, layout: Layout, whole: Integers, *, seed: int = 0, mip_gap: float = 1e-7) -> None:
        m = layout.matrices
        super().__init__(m.matrix, m.row_lower, m.row_upper, m.lower, m.upper, random_seed=seed, mip_rel_gap=mip_gap)
        self.columns, self.rows = self.column_count, self.row_count
        self.whole = np.sort(whole)
        self.lower, self.upper = m.lower.copy(), m.upper.copy()
        self.row_lower, self.row_upper = m.row_lower.copy(), m.row_upper.copy()
        self.solved = False
        self.stages: list[Stage] = []
        self.held: list[float] = []  # upper bounds of the rows that hold earlier passes within their tolerance
        self.room: list[float] = []  # how far each stands above the value of its pass, beyond the tolerance of the case

    def solve(self, deadline: float | None, *, whole: bool = False) -> str:
        """Solve from where it stands; the status in words."""
        if deadline is not None:
            self.option("time_limit", self.seconds + max(0.1, deadline - time.monotonic()))
        if whole:
            self.set_whole(self.whole, True)
            self.option("solver", "choose")
        elif self.solved or self.columns < LARGE:
            # what was optimal for the pass before is feasible for this one: go on from there
            self.option("solver", "simplex")
            self.option("simplex_strategy", 4 if self.solved else 1)
        else:
            self.option("solver", "ipx")
        status = self.run_beside()
        # rules can give way, and what was found for the pass before fits: presolve can err
        if status == INFEASIBLE if whole else status not in (OPTIMAL, TIME_LIMIT):
            self.forget()
            self.option("solver", "choose")
            self.option("presolve", "off")
            status = self.run_beside()
            self.option("presolve", "choose")
        self.solved = status == OPTIMAL and not whole
        return status

    def settle_whole(self, values: Floats) -> None:
        """Fix the whole variables at their values as continuous ones, and drop the rows that held the passes."""
        self.set_whole(self.whole, False)
        self.lower[self.whole] = self.upper[self.whole] = np.round(values[self.whole])
        self.set_bounds(self.whole, self.lower[self.whole], self.upper[self.whole])
        self.held.clear()
        self.room.clear()
        held = np.arange(self.rows, self.row_count)
        if held.size:
            self.delete_rows(held)
        self.forget()
        self.solved = False

    def remember(self, name: str, cost: Floats) -> None:
        """Keep the pass just solved, before anything is held for the next."""
        value = float(cost @ self.levels())
        self.stages.append(
            Stage(name, self.lower.copy(), self.upper.copy(), *self.row_bounds(), self.basis(), cost, value)
        )

    def probe(self, stage: Stage, closed: Integers) -> tuple[float, Floats]:
        """Optimal value and columns of a pass when the columns ``closed`` stay at zero; costs as in the stage.

        Starts from the basis of the pass, so only what the closed columns change is worked out anew. Infinite where no
        plan is left; NaN where that takes more than ``PROBE_ITERATIONS``, a count so that results do not depend on speed.
        """
        lower, upper = stage.lower.copy(), stage.upper.copy()
        lower[closed] = upper[closed] = 0.0
        self.set_bounds(np.arange(self.columns), lower, upper)
        extra = self.row_count - stage.row_lower.size
        free = np.full(extra, np.inf)
        bounds = np.concatenate([stage.row_lower, -free]), np.concatenate([stage.row_upper, free])
        self.set_row_bounds(np.arange(self.row_count), *bounds)
        self.set_costs(stage.cost)
        columns, rows = stage.basis
        self.begin_from(columns, [*rows, *([None] * extra)])
        self.option("solver", "simplex")
        self.option("simplex_strategy", 1)
        self.option("time_limit", np.inf)
        self.option("simplex_iteration_limit", PROBE_ITERATIONS)
        status = self.run()
        self.option("simplex_iteration_limit", NO_LIMIT)
        if "teration" in status:
            return np.nan, np.zeros(self.columns)
        if status != OPTIMAL:
            return np.inf, np.zeros(self.columns)
        found = self.levels()
        return float(stage.cost @ found), found

    def hold_value(self, cost: Floats, most: float, room: float = 0.0) -> None:
        """Add the row ``cost x <= most + room``."""
        at = np.flatnonzero(cost)
        self.add_row(at, cost[at], most + room)
        self.held.append(most + room)
        self.room.append(room)

    def without_room(self, values: Floats) -> float | None:
        """Optimum of the pass with its whole numbers as they are and next to no room in the passes before; None where
        the solver finds none.

        A pass with whole numbers may win a little by the room of those before it. Held at that little less, the next
        pass would have to win it too, and could miss its best plan by a whole lot.
        """
        whole = np.round(values[self.whole])
        self.set_whole(self.whole, False)
        self.set_bounds(self.whole, whole, whole)
        for n, room in enumerate(self.room):
            self.set_row_bound(self.rows + n, -np.inf, self.held[n] - 0.9 * room)
        self.option("solver", "simplex")
        self.option("simplex_iteration_limit", CLEAN_ITERATIONS)
        optimal = self.run_beside() == OPTIMAL
        self.option("simplex_iteration_limit", NO_LIMIT)
        value = self.value
        for n in range(len(self.room)):
            self.set_row_bound(self.rows + n, -np.inf, self.held[n])
        self.set_bounds(self.whole, self.lower[self.whole], self.upper[self.whole])
        self.set_whole(self.whole, True)
        return value if optimal else None

    def hold_optimal(self) -> None:
        """Fix what every optimal plan of the last pass shares."""
        solution = self.solution()
        value, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        at = np.flatnonzero(np.abs(reduced) > DUAL_TOLERANCE)
        near = np.where(np.abs(value - self.lower) <= np.abs(value - self.upper), self.lower, self.upper)
        near = np.where(np.isfinite(near), near, value)
        self.lower[at] = self.upper[at] = near[at]
        if at.size:
            self.set_bounds(at, near[at], near[at])
        duals = np.array(solution.row_dual)
        level = np.array(solution.row_value)[: self.rows]
        rows = np.flatnonzero(np.abs(duals[: self.rows]) > DUAL_TOLERANCE)
        low, high = self.row_lower[rows], self.row_upper[rows]
        side = np.where(np.abs(level[rows] - low) <= np.abs(level[rows] - high), low, high)
        self.row_lower[rows] = self.row_upper[rows] = side
        if rows.size:
            self.set_row_bounds(rows, side, side)
        for n, dual in enumerate(duals[self.rows :]):
            if abs(dual) > DUAL_TOLERANCE:
                self.set_row_bound(self.rows + n, self.held[n], self.held[n])
