"""Whole numbers by branching on running sums, each branch solved from where its parent stood.

Expansions and orders in whole units are put off by a month where that month's number is made nothing, so that branching on
single numbers goes round the calendar. Branched is therefore on the sum of a key's numbers up to a month, which is whole too:

    sum of x[key, t] for t <= month   <= k   or   >= k + 1

First down to a plan, then the branch with the least bound. A branch is left where it has no plan, or none that is better by
the gap. Split first are the sums that left no plan on either side before, then those that cost most: many cost nothing, being
whole a month earlier or later, and what is split by them has to be searched all over again on either side.

Source: branching on sets of variables (Beale and Tomlin 1970; Wolsey, Integer Programming, 2020, 7.4); what a sum costs is read
of the branches before (Bénichou et al. 1971, pseudo-costs), what leaves no plan comes first (Boussemart et al. 2004).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rampart.engine.highs import BEYOND, INFEASIBLE, NO_LIMIT, OPTIMAL, Sparse, sparse
from rampart.network.lags import Booleans, Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.solving.pass_solver import WEIGHTS, PassSolver

WHOLE = 1e-6
"""Distance from a whole number below which a sum is whole: what the solver takes for whole."""
ITERATIONS, FURTHER = 150, 3_000
"""Of one branch, which takes tens, and of one in which the solver lost its way; counts, so that what is found does not hang on
the speed of the machine."""
AFRESH, LONG = 50_000, 300.0
"""Iterations of a branch begun afresh, and seconds after which the solver is stuck: a branch takes hundredths of one, and on a
busy machine tenths, so that what is found does not hang on what else the machine has to do."""
LITTLE = 1e-3
"""Part of what splitting a sum costs on average that counts as its least cost."""
SETTLED = (OPTIMAL, BEYOND, INFEASIBLE)
"""What may come of a branch."""


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
    """Bounds of the running sums, the bound of the branch before it, and where that stood.

    split  the sum by which it was split, to which side (0 less, 1 more), and how far that moves it; none: it is the first
    """

    lower: Floats
    upper: Floats
    bound: float
    basis: Any = field(repr=False)
    split: tuple[int, int, float] | None = None


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
    solver: PassSolver, sums: tuple[Sparse, Integers], *, gap: float, most: int, deadline: float | None = None,
    best: float = np.inf,
) -> Branched:  # fmt: skip
    """Search among the plans that the solver holds, with the costs that it has; it stands afterwards as it stood.

    sums  as ``running`` gives them
    gap   by which a plan must be better to be sought, as a share of its value
    most  branches
    best  value of a plan that is known; only a better one is sought
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
        search = _Search(solver, matrix, key, first + np.arange(key.size), gap, deadline, best)
        return search.run(Branch(-free, free, value, basis), most)
    finally:
        solver.option("objective_bound", np.inf)
        solver.option("simplex_iteration_limit", NO_LIMIT)
        solver.delete_rows(first + np.arange(key.size))
        solver.forget()
        solver.option(WEIGHTS, -1)
        solver.solved = False


class _Costs:
    """What it cost, in the branches solved so far, to make sums whole.

    total  whether a sum is over all months, shape (sums,)
    """

    def __init__(self, total: Booleans) -> None:
        self.total, self.dead = total, np.zeros(total.size)
        self.cost, self.seen = np.zeros((2, total.size)), np.zeros((2, total.size))

    def learn(self, branch: Branch, value: float) -> None:
        """Take in the value of a branch; infinite where it leaves no plan."""
        if branch.split is None:
            return
        n, side, moved = branch.split
        if np.isinf(value):
            self.dead[n] += 1
        else:
            self.cost[side, n] += max(0.0, value - branch.bound) / moved
            self.seen[side, n] += 1

    def split(self, sums: Floats, open_ones: Booleans) -> int:
        """The sum to split next, of those that are not whole."""
        mean = self.cost.sum() / max(1.0, self.seen.sum())  # of what was not split yet
        each = np.where(self.seen > 0, self.cost / np.maximum(1.0, self.seen), mean)
        less, more = sums - np.floor(sums), np.ceil(sums) - sums
        worth = np.maximum(each[0] * less, LITTLE * mean) * np.maximum(each[1] * more, LITTLE * mean)
        order = np.lexsort((np.minimum(less, more) + self.total, worth, self.dead // 2, open_ones))
        return int(order[-1])


class _Search:
    """Branches still open, and the best plan so far; ``lost`` where the solver has just lost its way in one."""

    def __init__(
        self, solver: PassSolver, matrix: Sparse, key: Integers, rows: Integers, gap: float, deadline: float | None,
        best: float,
    ) -> None:  # fmt: skip
        self.solver, self.matrix, self.rows, self.gap = solver, matrix, rows, gap
        self.deadline = np.inf if deadline is None else deadline
        self.costs = _Costs(np.append(key[1:] != key[:-1], True))
        self.best, self.lowest = best, np.inf
        self.columns: Floats | None = None
        self.lost = False

    def enough(self) -> float:
        """Value from which a branch is left."""
        return self.best - self.gap * max(1.0, abs(self.best)) if np.isfinite(self.best) else np.inf

    def left(self) -> float:
        """Seconds that a branch may take: what is left of the whole search, and less than where the solver is stuck."""
        return min(LONG, max(0.0, self.deadline - time.monotonic()))

    def run(self, root: Branch, most: int) -> Branched:
        """Search until nothing is open, or the branches are used up."""
        still = [root]
        for _ in range(most):
            if not still or self.left() <= 0.0:
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
        if self.lost:
            solver.forget()
            solver.option(WEIGHTS, 1)
            self.lost = False
        solver.set_row_bounds(self.rows, here.lower, here.upper)
        solver.begin_as(here.basis)
        solver.option("simplex_iteration_limit", ITERATIONS)
        solver.option("objective_bound", self.enough())
        solver.option("time_limit", solver.seconds + self.left())
        status = solver.run()
        if status not in SETTLED:  # what is held leaves so little that simplex can lose its way
            status = self._once_more(here)
        if status == BEYOND:
            self.costs.learn(here, self.enough())
            self.lowest = min(self.lowest, self.enough())
            return []
        if status == INFEASIBLE:
            self.costs.learn(here, np.inf)
            return []
        if status != OPTIMAL:
            return None
        value, levels = solver.value, solver.levels()
        self.costs.learn(here, value)
        if value >= self.enough():
            self.lowest = min(self.lowest, value)
            return []
        sums = self.matrix @ levels[: self.matrix.shape[1]]
        away = np.abs(sums - np.round(sums))
        if away.max() <= WHOLE:
            self.best, self.columns = value, levels[: self.matrix.shape[1]]
            return []
        n = self.costs.split(sums, away > WHOLE)
        below, basis = np.floor(sums[n]), solver.basis_as_it_is()
        less, more = here.upper.copy(), here.lower.copy()
        less[n], more[n] = below, below + 1
        branches = [
            Branch(here.lower, less, value, basis, (n, 0, sums[n] - below)),
            Branch(more, here.upper, value, basis, (n, 1, below + 1 - sums[n])),
        ]
        return branches if sums[n] - below > 0.5 else branches[::-1]

    def _once_more(self, here: Branch) -> str:
        """Solve a branch in which the solver lost its way: with weights worked out anew from where it begins, which take ten
        times as long and seldom fail, and at last afresh, which takes a hundred times as long.
        """
        solver = self.solver
        try:
            for basis, most in ((here.basis, FURTHER), (None, AFRESH)):
                solver.forget()  # the solver reads the next option only then
                solver.option(WEIGHTS, -1)
                if basis is not None:
                    solver.begin_as(basis)
                solver.option("simplex_iteration_limit", most)
                solver.option("time_limit", solver.seconds + self.left())
                if solver.run() in SETTLED or self.left() <= 0.0:
                    break
            return solver.status
        finally:
            self.lost = True
