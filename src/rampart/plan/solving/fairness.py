"""Fair to the end: the least share as large as it can be, then the next, until all shares are settled.

Entries (a requirement at the end of a period; a demand) of one group are settled together, the groups in their order. For the
entries of a group whose share is not settled, ``least`` is made as large as it can be in

    lacks[e] x + least <= 1,

``lacks[e] x`` being the share of the entry that lacks. An entry whose row has a price at the optimum cannot get more without
another that has no more getting less: it is settled there, and the rest go on. The shares that come out are the only ones in
which nobody can get more but at the cost of one who has less. Source: max-min fairness by saturation (Bertsekas and Gallager,
Data Networks, 1992, 6.5.2; Ogryczak, Pióro and Tomaszewski 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rampart.engine.highs import OPTIMAL, Sparse, side_by_side, sparse
from rampart.network.lags import Floats, Integers
from rampart.plan.solving.pass_solver import DUAL_TOLERANCE, NOTHING, PassSolver

PERTURBATION = "primal_simplex_bound_perturbation_multiplier"
"""Option of the solver: moved bounds, mended at the end of each of the many runs, would take nearly all of the time."""
ALL = 1.0 - 1e-9
"""Share from which nothing lacks."""


@dataclass(frozen=True, eq=False)
class Shares:
    """What is to be shared.

    lacks   share of each entry that a unit of each column lacks, shape (entries, columns)
    group   group of each entry, settled in their order, shape (entries,)
    """

    lacks: Sparse
    group: Integers


@dataclass(eq=False)
class Shared:
    """How it was shared.

    status  of the solver; steps  its iterations
    lack    share of each entry that lacks, shape (entries,)
    levels  columns that share so, shape (columns,)
    """

    status: str
    steps: int
    lack: Floats
    levels: Floats


def share_fairly(solver: PassSolver, shares: Shares, deadline: float | None) -> Shared:
    """Settle all shares among the plans that the solver holds; it stands afterwards as it stood."""
    groups, of = np.unique(shares.group, return_inverse=True)
    count, first_row = shares.group.size, solver.row_count
    # what is due late may lack more than all that was asked for in one period
    levels = solver.levels()[: solver.columns]
    now = 1.0 - float((shares.lacks @ levels).max(initial=0.0))
    least = solver.add_variables(np.zeros(groups.size))
    solver.set_bounds(least, np.full(groups.size, min(0.0, now - NOTHING)), np.ones(groups.size))
    into = sparse((np.ones(count), (np.arange(count), of)), shape=(count, groups.size))
    other = sparse((count, int(least[0]) - shares.lacks.shape[1]))  # columns that others have added
    solver.add_rows_at_most(side_by_side([shares.lacks, other, into]), np.ones(count))
    solver.add_rows_at_most(side_by_side([shares.lacks, other, 0.0 * into]), np.full(count, np.inf))
    shared = first_row + np.arange(count)
    found = Shared(OPTIMAL, 0, np.zeros(count), levels)
    fixed = (solver.upper - solver.lower <= 0).astype(float)
    entries = np.flatnonzero(abs(shares.lacks) @ (1.0 - fixed) > 0)
    free = np.setdiff1d(np.arange(count), entries)
    found.lack[free] = (shares.lacks @ np.where(fixed > 0, solver.lower, 0.0))[free]
    _let_go(solver, shared[free])
    solver.set_costs(np.zeros(solver.column_count))
    solver.option(PERTURBATION, 0.0)
    for group, column in enumerate(least.tolist()):
        _share_group(solver, entries[of[entries] == group], shared, column, found, shares.lacks, deadline)
        if found.status != OPTIMAL:
            break
    solver.option(PERTURBATION, 1.0)
    solver.delete_rows(np.concatenate([shared, shared + count]))
    solver.delete_columns(least)
    return found


def _let_go(solver: PassSolver, rows: Integers) -> None:
    """Rows that hold no more."""
    if rows.size:
        solver.set_row_bounds(rows, np.full(rows.size, -np.inf), np.full(rows.size, np.inf))


def _settle(solver: PassSolver, rows: Integers, lack: Floats, count: int) -> None:
    """Entries that lack so much at most, and whose share is no longer sought."""
    _let_go(solver, rows)
    solver.set_row_bounds(rows + count, np.full(rows.size, -np.inf), lack)


def _lacks_nothing(found: Shared, entries: Integers, lacks: Sparse) -> bool:
    """Whether entries lack nothing in the plan found last, which keeps all that is settled."""
    return bool((lacks[entries] @ found.levels <= 1.0 - ALL).all())


def _share_group(
    solver: PassSolver, open_ones: Integers, shared: Integers, least: int, found: Shared, lacks: Sparse,
    deadline: float | None,
) -> None:  # fmt: skip
    """Settle the entries of one group."""
    one = np.array([least])
    if _lacks_nothing(found, open_ones, lacks):  # nobody can get more, and the plan at hand shows that all can
        found.lack[open_ones] = 0.0
        _settle(solver, shared[open_ones], found.lack[open_ones], shared.size)
        return
    solver.set_costs(np.array([-1.0]), one)
    while open_ones.size:
        found.status = solver.solve(deadline)
        found.steps += max(0, int(solver.info.simplex_iteration_count))
        if found.status != OPTIMAL:
            return
        solution = solver.solution()
        reached, rows = -solver.value, shared[open_ones]
        settled = np.abs(np.array(solution.row_dual)[rows]) > DUAL_TOLERANCE
        if reached >= ALL:
            settled[:] = True
        elif not settled.any():  # prices lost in rounding: those that stand at the limit
            level = np.array(solution.row_value)[rows]
            settled = level >= level.max() - NOTHING
        at = open_ones[settled]
        found.lack[at] = 0.0 if reached >= ALL else max(0.0, 1.0 - reached)
        _settle(solver, shared[at], found.lack[at], shared.size)
        found.levels = np.array(solution.col_value)[: solver.columns]
        open_ones = open_ones[~settled]
    solver.set_costs(np.zeros(1), one)
