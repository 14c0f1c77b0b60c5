"""Whole numbers by branching on running sums, each branch solved from where its parent stood.

Expansions and orders in whole units are put off by a month where that month's number is made nothing, so that branching on
single numbers goes round the calendar. Branched is therefore on the sum of a key's numbers up to a month, which is whole too:

    sum of x[key, t] for t <= month   <= k   or   >= k + 1

First down to a plan, then the branch with the least bound. A branch is left where it has no plan, or none that is better by
the gap. Source: branching on sets of variables (Beale and Tomlin 1970; Wolsey, Integer Programming, 2020, 7.4).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rampart.engine.highs import BEYOND, INFEASIBLE, NO_LIMIT, OPTIMAL, Sparse, sparse
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.solving.pass_solver import WEIGHTS, PassSolver

WHOLE = 1e-6
"""Distance from a whole number below which a sum is whole: what the solver takes for whole."""
ITERATIONS = 3_000
"""Of one branch; a count, so that what is found does not hang on the speed of the machine."""
AFRESH, LONG = 50_000, 20.0
"""Iterations of a branch begun afresh, and seconds after which the solver is stuck: a branch takes hundredths of one."""


@dataclass(frozen=True, eq=False)
class Branched:
    """What the search found: scaled columns, None where no plan is left; a bound below every plan with whole numbers.

    settled  whether the search came to its end: the plan is the best within the gap, or there is none
    """

    columns: Floats | None
    bound: float
    settled: bool


@dataclass(frozen=True, eq=False)
class Branch:
    """Bounds of the running sums, the bound of the branch before it, and where that stood."""

    lower: Floats
    upper: Floats
    bound: float
    basis: Any = field(repr=False)


def running(layout: Layout, whole: Integers) -> tuple[Sparse, Integers]:
    """Running sums of the whole numbers of each key over time, shape (whole columns, columns), and the key of each."""
    names = {name: n for n, name in enumerate(dict.fromkeys(layout.column_family))}
    family = np.array([names[layout.column_family[k]] for k in whole.tolist()])
    order = np.lexsort((layout.column_node[whole], layout.column_key[whole], family))
    at = whole[order]
    new = np.diff(family[order], prepend=-1).astype(bool) | np.diff(layout.column_key[at], prepend=-1).astype(bool)
    key = np.cumsum(new) - 1
    first = np.flatnonzero(new)[key]
    rows = np.repeat(np.arange(at.size), np.arange(at.size) - first + 1)
    columns = np.concatenate([at[a : n + 1] for n, a in enumerate(first.tolist())])
    return sparse((np.ones(rows.size), (rows, columns)), shape=(at.size, layout.columns)), key


def branched(
    solver: PassSolver, sums: tuple[Sparse, Integers], *, gap: float, most: int, deadline: float | None = None
) -> Branched:
    """Search among the plans that the solver holds, with the costs that it has; it stands afterwards as it stood.

    sums  as ``running`` gives them
    gap   by which a plan must be better to be sought, as a share of its value
    most  branches
    """
    matrix, key = sums
    first, free = solver.row_count, np.full(key.size, np.inf)
    solver.add_rows_at_most(matrix, free)
    try:
        if solver.solve(deadline) != OPTIMAL:
            return Branched(None, -np.inf, solver.status == INFEASIBLE)
        value, basis = solver.value, solver.basis_as_it_is()
        solver.forget()  # the solver reads the next option only then
        solver.option(WEIGHTS, 1)
        solver.option("simplex_strategy", 1)
        search = _Search(solver, matrix, key, first + np.arange(key.size), gap)
        return search.run(Branch(-free, free, value, basis), most, deadline)
    finally:
        solver.option("objective_bound", np.inf)
        solver.option("simplex_iteration_limit", NO_LIMIT)
        solver.delete_rows(first + np.arange(key.size))
        solver.forget()
        solver.option(WEIGHTS, -1)
        solver.solved = False


class _Search:
    """Branches still open, and the best plan so far."""

    def __init__(self, solver: PassSolver, matrix: Sparse, key: Integers, rows: Integers, gap: float) -> None:
        self.solver, self.matrix, self.rows, self.gap = solver, matrix, rows, gap
        self.total = np.append(key[1:] != key[:-1], True)  # the sum over all months
        self.best, self.lowest = np.inf, np.inf
        self.columns: Floats | None = None

    def enough(self) -> float:
        """Value from which a branch is left."""
        return self.best - self.gap * max(1.0, abs(self.best)) if np.isfinite(self.best) else np.inf

    def run(self, root: Branch, most: int, deadline: float | None) -> Branched:
        """Search until nothing is open, or the branches are used up."""
        still = [root]
        for _ in range(most):
            if not still or (deadline is not None and time.monotonic() >= deadline):
                break
            here = still.pop() if self.columns is None else still.pop(int(np.argmin([one.bound for one in still])))
            if here.bound >= self.enough():
                self.lowest = min(self.lowest, here.bound)
                continue
            found = self._solve(here)
            if found is None:
                return Branched(self.columns, min([here.bound, self.lowest, *(one.bound for one in still)]), False)
            still += found
        settled = all(one.bound >= self.enough() for one in still)
        return Branched(self.columns, min([self.best, self.lowest, *(one.bound for one in still)]), settled)

    def _solve(self, here: Branch) -> list[Branch] | None:
        """Solve a branch: the branches out of it, the nearer one last; None where the solver lost its way in it."""
        solver = self.solver
        solver.set_row_bounds(self.rows, here.lower, here.upper)
        solver.begin_as(here.basis)
        solver.option("simplex_iteration_limit", ITERATIONS)
        solver.option("objective_bound", self.enough())
        solver.option("time_limit", solver.seconds + LONG)
        status = solver.run()
        if status not in (OPTIMAL, BEYOND, INFEASIBLE):  # what is held leaves so little that simplex can lose its way
            solver.forget()
            solver.option("simplex_iteration_limit", AFRESH)
            solver.option("time_limit", solver.seconds + LONG)
            status = solver.run()
        if status == BEYOND:
            self.lowest = min(self.lowest, self.enough())
            return []
        if status == INFEASIBLE:
            return []
        if status != OPTIMAL:
            return None
        value, levels = solver.value, solver.levels()
        if value >= self.enough():
            self.lowest = min(self.lowest, value)
            return []
        sums = self.matrix @ levels[: self.matrix.shape[1]]
        away = np.abs(sums - np.round(sums))
        if away.max() <= WHOLE:
            self.best, self.columns = value, levels[: self.matrix.shape[1]]
            return []
        n = int(np.argmax(np.where(away > WHOLE, away + self.total, 0.0)))
        below, basis = np.floor(sums[n]), solver.basis_as_it_is()
        less, more = here.upper.copy(), here.lower.copy()
        less[n], more[n] = below, below + 1
        branches = [Branch(here.lower, less, value, basis), Branch(more, here.upper, value, basis)]
        return branches if sums[n] - below > 0.5 else branches[::-1]
