"""What lacks no less in any plan: proved by prices at the plan at hand, without solving again.

For an entry that lacks ``lack x`` at the plan ``x``, prices ``y`` of the rows give, for every plan ``z``,

    lack z - lack x = sum over j of d[j] (z[j] - x[j]) + sum over i of y[i] (a[i] z - a[i] x),    d = lack - y a

a[i], y[i]  row i and its price; d[j]  what a unit of column j costs beyond the prices

Where each d[j] above nothing stands at a column at its lower bound, each below nothing at one at its upper bound, and each y[i]
so at a row, no term of it can be less than nothing, and no plan lacks less there. A term that can may still be no help: where
the same column or row has its cost in the proof of an entry settled before, moving it would take from that entry, so it does
not move. The prices are those at which what is in the solver's basis costs nothing. Source: complementary slackness and the
lexicographic order of several objectives (Isermann 1982; Dantzig and Thapa, Linear Programming 1, 1997, 5.4).
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import Sparse
from rampart.network.lags import Booleans, Floats, Integers
from rampart.plan.solving.known_shares import Priced
from rampart.plan.solving.pass_solver import DUAL_TOLERANCE, PassSolver

NOISE = 1e-9
"""Price that is nothing, and distance from a bound, as a share of it or in solver units, at which a plan stands at it."""
OUTWEIGHED = 1e3
"""How many times the cost in an earlier proof a cost may be for the earlier one to outweigh it: beyond, rounding would show."""


class LeastLacks:
    """Proofs that entries lack no less in any plan that the solver holds, entries settled before being kept.

    lacks    share of each entry that a unit of each column lacks, shape (entries, columns of the plan)
    no_rows  rows that hold no plan but what is sought, which have no price but where that is asked for, shape (any,)
    prices   of the last proof: what columns cost beyond the prices of rows, and these; few are not nothing
    """

    def __init__(self, solver: PassSolver, lacks: Sparse, no_rows: Integers) -> None:
        self.solver, self.lacks, self.matrix = solver, lacks, solver.matrix()
        self.columns = solver.column_bounds()
        self.rows = solver.row_bounds()
        self.no_rows = no_rows
        self.prices: tuple[Priced, Priced] = (Priced.of(np.zeros(0)), Priced.of(np.zeros(0)))
        self.settled_columns, self.settled_rows = np.zeros(solver.column_count), np.zeros(solver.row_count)
        self.basic: Integers | None = None

    def stand_at(self, levels: Floats) -> None:
        """Prove of the plan where the solver stands from now on; ``levels`` of all its columns."""
        basic = self.solver.in_basis()
        self.basic = basic
        if basic is None:
            return
        self.place = np.full(levels.size, -1)
        at = np.flatnonzero(basic >= 0)
        self.place[basic[at]] = at
        self.column_stands = _stands(levels, *self.columns)
        low, high = _stands(self.matrix @ levels, *self.rows)
        self.sought_stand = high.copy()
        low[self.no_rows] = high[self.no_rows] = False
        self.row_stands = low, high

    def keep(self, rows: Integers, most: Floats, levels: Floats) -> None:
        """Rows that hold entries at what is settled."""
        self.rows[1][rows] = most
        if self.basic is not None:
            self.row_stands[1][rows] = self._now(rows, levels) >= most - NOISE * np.maximum(1.0, np.abs(most))

    def _now(self, rows: Integers, levels: Floats) -> Floats:
        """Rows of the matrix times levels; there are one or two of them, for which a part of the matrix takes too long."""
        starts, at, own = self.matrix.indptr, self.matrix.indices, self.matrix.data
        spans = [slice(starts[row], starts[row + 1]) for row in rows.tolist()]
        return np.array([own[span] @ levels[at[span]] for span in spans])

    def settle(self, columns: Priced, rows: Priced) -> None:
        """What stands at its bound wherever the entries settled last keep what they have: costs beyond prices, and prices."""
        for found, more in ((self.settled_columns, columns), (self.settled_rows, rows)):
            size = np.abs(more.price)
            found[more.at] = np.maximum(found[more.at], np.where(size > DUAL_TOLERANCE, size, 0.0))
        self.settled_rows[self.no_rows] = 0.0  # what is sought is no rule of the plan

    def is_least(self, entry: int) -> bool:
        """Whether no plan lacks less of an entry; then it counts as settled."""
        span = slice(self.lacks.indptr[entry], self.lacks.indptr[entry + 1])
        return self._is_proved(self.lacks.indices[span], self.lacks.data[span], None)

    def most_of(self, column: int, rows: Integers) -> Floats | None:
        """Prices of rows that hold a column down, such as no plan has more of it; None where that is not proved.

        Those with a price stand at their bound in every plan that has as much of it.
        """
        if not self._is_proved(np.array([column]), np.array([-1.0]), rows):
            return None
        found = np.zeros(self.settled_rows.size)
        found[self.prices[1].at] = self.prices[1].price
        return np.asarray(found[rows])

    def _is_proved(self, at: Integers, own: Floats, sought: Integers | None) -> bool:
        """Whether no plan has less of some columns; then what stands at its bound for it is kept.

        at, own  the columns, and what a unit of each counts, shape (any,)
        sought   rows that hold what is sought, and count here
        """
        if self.basic is None:
            return False
        priced = Priced.of(np.zeros(0))
        inside = self.place[at] >= 0
        if inside.any():
            of_basic = np.zeros(self.basic.size)
            of_basic[self.place[at[inside]]] = own[inside]
            found = self.solver.prices_for(of_basic)
            if found is None:
                return False
            priced = Priced.of(found, NOISE)
        cost = self._beyond(at, own, priced)
        low, high = (stands[priced.at] for stands in self.row_stands)
        if sought is not None:
            high = np.where(np.isin(priced.at, sought), self.sought_stand[priced.at], high)
        of_columns = _helps(cost.price, *(stands[cost.at] for stands in self.column_stands))
        of_rows = _helps(priced.price, low, high)
        for of, helps, settled in ((cost, of_columns, self.settled_columns), (priced, of_rows, self.settled_rows)):
            if (np.abs(of.price[helps]) > OUTWEIGHED * settled[of.at[helps]]).any():
                return False
        self.prices = cost, priced
        self.settle(cost.some(~of_columns), priced.some(~of_rows))
        return True

    def _beyond(self, at: Integers, own: Floats, rows: Priced) -> Priced:
        """What columns cost beyond the prices of a few rows, of which some columns count so much by themselves."""
        starts = self.matrix.indptr[rows.at]
        lengths = self.matrix.indptr[rows.at + 1] - starts
        ends = np.cumsum(lengths)
        inside = np.arange(lengths.sum()) + np.repeat(starts - ends + lengths, lengths)
        columns = np.concatenate([at, self.matrix.indices[inside]])
        costs = np.concatenate([own, -np.repeat(rows.price, lengths) * self.matrix.data[inside]])
        found: Floats = np.bincount(columns, costs, self.place.size).astype(float, copy=False)
        return Priced.of(found, NOISE)


def _stands(level: Floats, lower: Floats, upper: Floats) -> tuple[Booleans, Booleans]:
    """Whether each level stands at its lower bound, and at its upper one."""
    near = NOISE * np.maximum(1.0, np.abs(level))
    return level <= lower + near, level >= upper - near


def _helps(cost: Floats, low: Booleans, high: Booleans) -> Booleans:
    """Where moving by what the bounds leave could make less of what costs."""
    found: Booleans = ((cost > 0) & ~low) | ((cost < 0) & ~high)
    return found
