"""What is left open of a plan as a model of its own: much of a plan is settled when little of it is yet to be chosen.

What is settled is as it is, and so is what hangs together with nothing that counts. A run of the solver on the rest takes a
part of the time of one on the whole plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rampart.engine.highs import OPTIMAL, Sparse, side_by_side, sparse
from rampart.engine.linear_model import Matrices
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.solving.as_bounds import AsBounds, as_bounds
from rampart.plan.solving.fairness import Shared, Shares, share_fairly
from rampart.plan.solving.pass_solver import PassSolver
from rampart.plan.solving.pieces import Pieces


@dataclass(frozen=True, eq=False)
class LeftOpen:
    """What is left open of a plan.

    solver  of its own, which stands where that of the plan does, and is yet to be solved: a column for each that is open,
            and a last one, always 1, for all others as they are
    at      the open columns among those of the plan, shape (open,)
    plan    where the plan stands, shape (columns of the plan,)
    """

    solver: PassSolver
    at: Integers
    plan: Floats

    def of(self, coefficients: Sparse) -> Sparse:
        """Coefficients of the plan's columns, shape (any, columns of the plan), as those of its own."""
        others = self.plan.copy()
        others[self.at] = 0.0
        return sparse(side_by_side([coefficients[:, self.at], sparse((coefficients @ others)[:, None])]))

    @property
    def levels(self) -> Floats:
        """Where its own columns stand in the plan, shape (open + 1,)."""
        return np.append(self.plan[self.at], 1.0)

    def shared(self, shares: Shares, deadline: float | None) -> Shared:
        """How shares are settled in it; columns are those of the plan."""
        status = self.solver.solve(deadline)
        if status != OPTIMAL:
            return Shared(status, 0, np.zeros(shares.group.size), self.plan)
        found = share_fairly(self.solver, replace(shares, lacks=self.of(shares.lacks)), deadline, by_item=True)
        return replace(found, levels=self.into_plan(found.levels))

    def into_plan(self, levels: Floats) -> Floats:
        """The plan with its own columns at these levels, shape (columns of the plan,)."""
        found = self.plan.copy()
        found[self.at] = levels[:-1]
        return found


def left_open(solver: PassSolver, layout: Layout, levels: Floats, lacks: Sparse) -> LeftOpen:
    """The part of a plan that hangs together with what lacks, the rest being as it is.

    Rows of one open column are bounds. What is open falls into pieces that no row ties together; some touch nothing that
    lacks. The plan itself is always possible: rows that it keeps only nearly give way to it.

    levels  columns of the plan; ``lacks`` has an entry in each column that counts, shape (any, columns)
    """
    matrix = solver.matrix()[:, : solver.columns]
    now, (low, high) = matrix @ levels, solver.row_bounds()
    lower, upper = np.minimum(solver.lower, levels), np.maximum(solver.upper, levels)
    bounds = as_bounds(matrix, np.minimum(low, now), np.maximum(high, now), lower, upper, levels)
    touched = Pieces(matrix[bounds.rows], bounds.lower, bounds.upper).touched(np.unique(lacks.indices))
    at = np.flatnonzero(touched)
    inside = sparse(matrix[bounds.rows][:, at])
    tied = np.flatnonzero(np.diff(inside.indptr) > 0)
    row, inside, here = bounds.rows[tied], inside[tied], levels[at]
    rest = now[row] - inside @ here
    matrices = Matrices(
        sparse(side_by_side([inside, sparse((row.size, 1))])),
        np.append(bounds.lower[at], 1.0), np.append(bounds.upper[at], 1.0),
        np.minimum(low, now)[row] - rest, np.maximum(high, now)[row] - rest,
    )  # fmt: skip
    part = PassSolver(replace(layout, matrices=matrices), np.zeros(0, dtype=np.int64))
    part.remembers, part.warm, part.upper_at_first = False, True, np.append(solver.upper_at_first[at], 1.0)
    of_columns, of_rows = stands_as(bounds, solver, levels)
    part.begin_from([*(of_columns[n] for n in at.tolist()), None], [of_rows[n] for n in row.tolist()], alien=True)
    return LeftOpen(part, at, levels)


def stands_as(bounds: AsBounds, solver: PassSolver, levels: Floats) -> tuple[list[Any], list[Any]]:
    """Where the solver stands, status of every column and row: where a row that is a bound now holds its column at it, the
    column is at that bound, so that the basis is the same one and as many fewer are in it.
    """
    of_columns, of_rows = solver.basis()
    basic, lower, upper = solver.in_the_basis, solver.at_lower, solver.at_upper
    at_upper = bounds.upper - levels < levels - bounds.lower
    became = np.flatnonzero(bounds.bound_by >= 0)
    for row, column in zip(became.tolist(), bounds.bound_by[became].tolist(), strict=True):
        if of_rows[row] != basic and of_columns[column] == basic:
            of_columns[column] = upper if at_upper[column] else lower
    return of_columns, of_rows
