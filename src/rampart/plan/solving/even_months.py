"""Of plans that are equal in everything, one in which what lacks is even: those who lack do so alike in every month.

Passes settle how much each need, pledge, floor or fleet lacks over the plan, not in which months it lacks. Where several
plans are left, a vertex gives everything to one of two equals in one month and to the other in the next. So, pass by pass
in their order:

    lacking[t]   sum over e in t of cost[e] x <= what it is in the plan that ties choose
    even         the shares that lack of all entries, largest first, as small as they can be one after another

e      entry: a term of the pass in a node t
share  what an entry lacks, of what it would lack if nothing were had (without such a bound: what it lacks)

When something lacks is left as ties choose it; only who lacks it in that month is settled, and nothing that a pass reached
changes. In a month in which all who may lack do so in equal shares already, or in which one only may, there is nothing to
settle. A pass with more than ``MOST`` entries left is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rampart.engine.highs import OPTIMAL, Sparse, sparse
from rampart.network.lags import Booleans, Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.fairness import Shares, share_fairly
from rampart.plan.solving.pass_solver import NOTHING, ROUNDING, PassSolver

MOST = 2_000
"""Entries of a pass up to which what lacks is made even."""
UNEVEN = 1e-6
"""Difference of shares of a month up to which they are equal."""


class EvenMonths:
    """Rows that keep what lacks even; ``remove`` takes them out again.

    The solver stands at the plan that ties choose without.

    moved   whether something is settled otherwise than in that plan
    """

    def __init__(self, solver: PassSolver, layout: Layout, passes: Sequence[Pass], deadline: float | None) -> None:
        self.solver, self.first, self.moved = solver, solver.row_count, False
        self.levels = solver.levels()[: solver.columns]
        held = [each for each in passes if each.how == "held" and each.measure.parted]
        lacking = [Lacking.of(each.measure.by_term(layout.columns), layout.column_node, solver) for each in held]
        lacking = [one for one in lacking if one.count]
        if not any(one.uneven(self.levels).any() for one in lacking):
            return
        for one in lacking:  # all of them first: the plan that ties choose keeps them all
            most = one.together @ self.levels
            solver.add_rows_at_most(one.together, most + ROUNDING * np.maximum(1.0, np.abs(most)))
        for one in lacking:
            if not self._even(one, deadline):
                break

    def _even(self, lacking: Lacking, deadline: float | None) -> bool:
        """Settle the entries of one pass; whether the solver found how."""
        open_ones = lacking.uneven(self.levels)
        if not 0 < np.count_nonzero(open_ones) <= MOST:
            return True
        lacks = sparse(lacking.lacks[open_ones])
        shared = share_fairly(self.solver, Shares(lacks, np.zeros(lacks.shape[0], dtype=np.int64)), deadline)
        if shared.status != OPTIMAL:
            return False
        self.solver.add_rows_at_most(lacks, shared.lack + ROUNDING)
        self.levels, self.moved = shared.levels, True
        return True

    def remove(self) -> None:
        """Take the rows out again."""
        if self.solver.row_count > self.first:
            self.solver.delete_rows(np.arange(self.first, self.solver.row_count))


@dataclass(frozen=True, eq=False)
class Lacking:
    """What lacks of a pass, month by month, where it may still be otherwise.

    lacks     share of each entry that a unit of each column lacks, shape (entries, columns)
    node      node of each entry, shape (entries,)
    together  what a unit of each column costs in each node with such entries, shape (nodes, columns)
    """

    lacks: Sparse
    node: Integers
    together: Sparse

    @property
    def count(self) -> int:
        """Number of entries."""
        return self.node.size

    @classmethod
    def of(cls, by_term: Sparse, node_of: Integers, solver: PassSolver) -> Lacking:
        """Entries of a pass of nodes in which two or more may lack otherwise than they do.

        by_term  coefficient of every column in every term; ``node_of`` node of each column
        """
        cells = by_term.tocoo()
        (term, column), cost = cells.coords, cells.data
        node, nodes = node_of[column], int(node_of.max(initial=0)) + 1
        free = (solver.upper - solver.lower)[column] > NOTHING
        numbers, of = np.unique(term.astype(np.int64) * nodes + node, return_inverse=True)
        count, at = numbers.size, numbers % nodes
        upper = solver.upper_at_first[column]
        bounded = np.isfinite(upper)
        whole = np.bincount(of, cost * np.where(bounded, upper, 0.0), count)
        endless = (np.bincount(of, ~bounded, count) > 0) | (whole <= 0)
        movable = np.bincount(of, free, count) > 0
        movable &= (np.bincount(at, movable, nodes) > 1)[at]
        kept, place = movable[of], np.cumsum(movable) - 1
        each = cost / np.where(endless, 1.0, whole)[of]
        shape = int(movable.sum()), solver.columns
        lacks = sparse((each[kept], (place[of[kept]], column[kept])), shape=shape)
        months, month = np.unique(node[kept], return_inverse=True)
        together = sparse((cost[kept], (month, column[kept])), shape=(months.size, solver.columns))
        return cls(lacks, at[movable], together)

    def uneven(self, levels: Floats) -> Booleans:
        """Entries of nodes in which not all lack the same share, shape (entries,)."""
        share, nodes = self.lacks @ levels, int(self.node.max(initial=0)) + 1
        lowest, highest = np.full(nodes, np.inf), np.full(nodes, -np.inf)
        np.minimum.at(lowest, self.node, share)
        np.maximum.at(highest, self.node, share)
        found: Booleans = (highest - lowest > UNEVEN)[self.node]
        return found
