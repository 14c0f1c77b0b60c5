"""Fair to the end: period by period the least share as large as it can be, then the next, until all shares are settled.

For the pairs of holder and item of a period whose share is not settled, ``least`` is made as large as it can be in

    part[p] short[p] + least <= 1,

``part[p] short[p]`` being the share of the requirement that lacks. A pair whose row has a price at the optimum cannot get more
without another that has no more getting less: it is settled there, and the rest go on. The shares that come out are the only
ones in which nobody can get more but at the cost of one who has less. Source: max-min fairness by saturation (Bertsekas and
Gallager, Data Networks, 1992, 6.5.2; Ogryczak, Pióro and Tomaszewski 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Measure
from rampart.plan.solving.highs import OPTIMAL, sparse
from rampart.plan.solving.pass_solver import DUAL_TOLERANCE, NOTHING, PassSolver

WHOLE = 1.0 - 1e-9
"""Share from which nothing lacks."""


@dataclass(frozen=True, eq=False)
class Shares:
    """What is to be shared: columns of what lacks, share of the requirement that one unit of each is, and its node."""

    column: Integers
    part: Floats
    node: Integers


def shares_of(measure: Measure, layout: Layout, weight: Floats) -> Shares:
    """What a measure shares: it counts each share at the weight of its node, shape (nodes,)."""
    cost = layout.costs(measure)
    column = np.flatnonzero(cost)
    node = layout.column_node[column]
    return Shares(column, cost[column] / weight[node], node)


def share_fairly(solver: PassSolver, shares: Shares, deadline: float | None) -> tuple[str, int]:
    """Settle all shares on what the solver holds, as upper bounds of what lacks. Status, and iterations of the solver."""
    open_now = solver.upper[shares.column] > solver.lower[shares.column]
    nodes = np.unique(shares.node[open_now])
    first_row, first_column = solver.row_count, solver.column_count
    least = dict(zip(nodes.tolist(), solver.add_variables(np.zeros(nodes.size)).tolist(), strict=True))
    columns = np.arange(first_column, solver.column_count)
    solver.set_bounds(columns, np.zeros(nodes.size), np.ones(nodes.size))
    entries = np.flatnonzero(open_now)
    row = np.full(shares.column.size, -1)
    row[entries] = first_row + np.arange(entries.size)
    at = np.arange(entries.size)
    solver.add_rows_at_most(
        sparse(
            (
                np.concatenate([shares.part[entries], np.ones(entries.size)]),
                (
                    np.concatenate([at, at]),
                    np.concatenate([shares.column[entries], [least[n] for n in shares.node[entries].tolist()]]),
                ),
            ),
            shape=(entries.size, solver.column_count),
        ),
        np.ones(entries.size),
    )
    solver.set_costs(np.zeros(solver.column_count))
    status, steps = OPTIMAL, 0
    for node in nodes.tolist():
        status, more = _share_node(solver, shares, entries[shares.node[entries] == node], row, least[node], deadline)
        steps += more
        if status != OPTIMAL:
            break
    solver.delete_rows(np.arange(first_row, solver.row_count))
    solver.delete_columns(columns)
    return status, steps


def _share_node(
    solver: PassSolver, shares: Shares, mine: Integers, row: Integers, least: int, deadline: float | None
) -> tuple[str, int]:
    """Settle the shares of one node."""
    one, steps = np.array([least]), 0
    solver.set_costs(np.array([-1.0]), one)
    while mine.size:
        status = solver.solve(deadline)
        steps += max(0, int(solver.info.simplex_iteration_count))
        if status != OPTIMAL:
            return status, steps
        solution = solver.solution()
        reached = float(solution.col_value[least])
        price = np.abs(np.array(solution.row_dual)[row[mine]])
        settled = price > DUAL_TOLERANCE if reached < WHOLE else np.ones(mine.size, dtype=bool)
        if not settled.any():  # prices lost in rounding: those that stand at the limit
            level = np.array(solution.row_value)[row[mine]]
            settled = level >= level.max() - NOTHING
        at = mine[settled]
        column = shares.column[at]
        lack = max(0.0, 1.0 - reached) / shares.part[at] if reached < WHOLE else np.zeros(at.size)
        solver.bound(column, np.minimum(solver.lower[column], lack), np.minimum(solver.upper[column], lack))
        solver.set_row_bounds(row[at], np.full(at.size, -np.inf), np.full(at.size, np.inf))
        mine = mine[~settled]
    solver.set_costs(np.zeros(1), one)
    return OPTIMAL, steps
