"""Of plans that are equal in everything, one that sends evenly: month after month the same, where nothing asks for more.

    change   -change[q,t] <= send[q,t] / D[t] - send[q,t-1] / D[t-1] <= change[q,t]

q, t     what is sent on a route, nodes, first to last; nothing is sent before the first
D        months of t
change   units a month by which more or less is sent than before, their sum as small as the plans that all passes leave allow

No more is sent on any route than in the plan that ties alone choose. A vertex of equals else sends three months' worth in
one month and nothing in the next. Nothing is added where what is sent is settled already, nor in a case with more than
``MOST`` such amounts.
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import OPTIMAL, sparse
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.solving.pass_solver import NOTHING, ROUNDING, PassSolver

EVENED = "send"
"""Family of what is sent."""
MOST = 2_000
"""Amounts sent up to which evenness is sought."""


class Evened:
    """Columns and rows that keep a plan even; ``remove`` takes them out again.

    The solver stands at the plan that ties choose without.
    """

    def __init__(self, solver: PassSolver, layout: Layout, months: Floats, deadline: float | None) -> None:
        self.solver, self.first = solver, solver.row_count
        at = free_to_fall_otherwise(solver, layout)
        self.changes: Integers = np.zeros(0, dtype=np.int64)
        if not 0 < at.size <= MOST:
            return
        key, node, sent = layout.column_key[at], layout.column_node[at], solver.levels()[at]
        per = 1.0 / months[node]
        order = np.arange(at.size)
        follows = np.zeros(at.size, dtype=bool)
        follows[1:] = (key[1:] == key[:-1]) & (node[1:] == node[:-1] + 1)
        self.changes = solver.add_variables(np.zeros(at.size))
        entries = np.concatenate([per, -per[:-1][follows[1:]]])
        places = np.concatenate([order, order[follows]]), np.concatenate([at, at[:-1][follows[1:]]])
        more = sparse((entries, places), shape=(at.size, solver.column_count))
        change = sparse((np.ones(at.size), (order, self.changes)), shape=(at.size, solver.column_count))
        for way in (1.0, -1.0):
            solver.add_rows_at_most(sparse(way * more - change), np.zeros(at.size))
        keys, of = np.unique(key, return_inverse=True)
        together = sparse((np.ones(at.size), (of, at)), shape=(keys.size, solver.column_count))
        most = np.bincount(of, sent)
        solver.add_rows_at_most(together, most + ROUNDING * np.maximum(1.0, most))
        self._settle(deadline)

    def _settle(self, deadline: float | None) -> None:
        """Make all changes small, and hold that."""
        solver, changes = self.solver, self.changes
        solver.set_costs(np.zeros(solver.column_count))
        solver.set_costs(np.ones(changes.size), changes)
        if solver.solve(deadline) != OPTIMAL:
            self.remove()
            return
        least = float(solver.levels()[changes].sum())
        total = sparse(
            (np.ones(changes.size), (np.zeros(changes.size, dtype=np.int64), changes)), shape=(1, solver.column_count)
        )
        solver.add_rows_at_most(total, np.array([least + ROUNDING * max(1.0, least)]))
        solver.set_costs(np.zeros(changes.size), changes)

    def remove(self) -> None:
        """Take the columns and rows out again."""
        if self.changes.size:
            self.solver.delete_rows(np.arange(self.first, self.solver.row_count))
            self.solver.delete_columns(self.changes)
            self.changes = np.zeros(0, dtype=np.int64)


def free_to_fall_otherwise(solver: PassSolver, layout: Layout) -> Integers:
    """Columns of what is sent, by key and node, of those of which some amount may still be another."""
    family = np.array(layout.column_family, dtype=object)
    at = np.flatnonzero(family == EVENED)
    at = at[np.lexsort((layout.column_node[at], layout.column_key[at]))]
    free = solver.upper[at] - solver.lower[at] > NOTHING
    open_keys = np.unique(layout.column_key[at][free])
    found: Integers = at[np.isin(layout.column_key[at], open_keys)]
    return found
