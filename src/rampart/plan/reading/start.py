"""Where a plan stood as it was solved, for another that is like it to start from: the same case with a step in some limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rampart.engine.highs import NO_LIMIT, OPTIMAL
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.pass_solver import PassSolver

NEAR = 3_000
"""Iterations within which one plan is near another: a count, so that results do not depend on speed."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where the columns and rows of one plan stand in another.

    columns, rows                their places there; -1 where it has none
    column_factor, row_factor    units of the solver here in one there
    """

    columns: Integers
    rows: Integers
    column_factor: Floats
    row_factor: Floats

    @property
    def new(self) -> Integers:
        """Columns that the other plan does not have."""
        return np.flatnonzero(self.columns < 0)

    def from_there(self, of_columns: Floats, otherwise: Floats) -> Floats:
        """What columns are there, in units of here; ``otherwise`` where there are none."""
        found: Floats = np.where(self.columns >= 0, of_columns[self.columns] * self.column_factor, otherwise)
        return found


def same_places(p: Programme, layout: Layout, other: Programme, of_other: Layout) -> Places:
    """Places of one plan in another, by family, key and node."""
    columns, rows = np.full(layout.columns, -1), np.full(layout.matrix.shape[0], -1)
    for name, family in p.families.items():
        twin = other.families.get(name)
        if twin is not None:
            _match(columns, family.keys, family.labels, twin.keys, twin.labels)
    blocks = {block.name: block for block in other.rows}
    for block in p.rows:
        if block.name in blocks:
            _match(rows, block.keys, block.labels, blocks[block.name].keys, blocks[block.name].labels)
    return Places(
        columns, rows, of_other.column_scale[columns] / layout.column_scale, of_other.row_scale[rows] / layout.row_scale
    )


def _match(found: Integers, keys: Sequence[Key], labels: Integers, twins: Sequence[Key], theirs: Integers) -> None:
    place = {key: n for n, key in enumerate(twins)}
    at = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    mine = np.flatnonzero(at >= 0)
    both = (labels[mine] >= 0) & (theirs[at[mine]] >= 0)
    found[labels[mine][both]] = theirs[at[mine]][both]


@dataclass(frozen=True, eq=False)
class Start:
    """Where a plan stood as a pass was solved.

    columns, rows, held   status in the basis of columns, of rows, and of the rows that hold terms, by term
    lower, upper          bounds of the columns then; ``row_lower``, ``row_upper`` of the rows; ``most`` at which terms were
                          held: all in units of its solver
    """

    columns: list[Any]
    rows: list[Any]
    held: dict[Any, Any]
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    most: dict[Any, float]

    @staticmethod
    def of(solver: PassSolver) -> Start:
        """Where a solver stands."""
        columns, rows = solver.basis()
        low, high = solver.row_bounds()
        held = [one for one in solver.held if one.row >= 0]
        return Start(
            columns, rows[: solver.rows], {one.term: rows[one.row] for one in held}, solver.lower.copy(),
            solver.upper.copy(), low[: solver.rows], high[: solver.rows], {one.term: high[one.row] for one in held},
        )  # fmt: skip

    def begin(self, solver: PassSolver, places: Places, cost: Floats) -> None:
        """Start a solver of a plan that is like it from here, to make ``cost`` small.

        What is new is first used within the bounds of that plan, where it stays possible as it stood; so its prices hold
        when the bounds become those of this plan. Where that goes far, what stood there is no help.
        """
        solver.warm, solver.solved = True, False
        of_held: list[Any] = [None] * (solver.row_count - solver.rows)
        for one in solver.held:
            if one.row >= solver.rows:
                of_held[one.row - solver.rows] = self.held.get(one.term)
        columns = [self.columns[k] if k >= 0 else None for k in places.columns.tolist()]
        rows = [self.rows[k] if k >= 0 else None for k in places.rows.tolist()]
        solver.begin_from(columns, [*rows, *of_held])
        if places.new.size and not self._use_what_is_new(solver, places, cost):
            solver.forget()
            solver.warm = False
        solver.solved = False

    def _use_what_is_new(self, solver: PassSolver, places: Places, cost: Floats) -> bool:
        """Solve within the bounds that stood there; whether that was near."""
        every, all_rows = np.arange(solver.columns), np.arange(solver.row_count)
        low, high = solver.row_bounds()
        there, known = places.rows, np.flatnonzero(places.rows >= 0)
        low_there, high_there = np.full(low.size, -np.inf), np.full(low.size, np.inf)
        low_there[known] = (self.row_lower[there] * places.row_factor)[known]
        high_there[known] = (self.row_upper[there] * places.row_factor)[known]
        for one in solver.held:
            if one.row >= solver.rows:
                high_there[one.row] = self.most.get(one.term, np.inf)
        solver.set_bounds(
            every, places.from_there(self.lower, solver.lower), places.from_there(self.upper, solver.upper)
        )
        solver.set_row_bounds(all_rows, low_there, high_there)
        solver.set_costs(cost)
        solver.solved = True
        solver.option("simplex_iteration_limit", NEAR)
        status = solver.solve(None, afresh=False)
        solver.option("simplex_iteration_limit", NO_LIMIT)
        solver.set_bounds(every, solver.lower, solver.upper)
        solver.set_row_bounds(all_rows, low, high)
        return status == OPTIMAL
