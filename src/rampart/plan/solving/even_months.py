"""Of plans that are equal in everything, one in which what lacks is even: those who lack do so alike in every month.

Passes settle how much each need, pledge, floor or fleet lacks over the plan, not in which months it lacks. Where several
plans are left, a vertex gives everything to one of two equals in one month and to the other in the next. So, pass by pass
in their order:

    lacking[i,t]  sum over e of i in t of cost[e] x <= what it is in the plan that ties choose
    even          the shares that lack of all entries, largest first, as small as they can be one after another

e      entry: a term of the pass in a node t; i its item
share  what an entry lacks, of what it would lack if nothing were had (without such a bound: what it lacks)

When something lacks is left as ties choose it; only who lacks it in that month is settled, and nothing that a pass reached
changes. In a month in which one only may lack there is nothing to settle, nor in a pass in which all do so in equal shares
every month. A pass with more than ``MOST`` entries left is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rampart.engine.highs import OPTIMAL, Sparse, one_above_other, sparse
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.fairness import Shares, share_fairly
from rampart.plan.solving.left_open import LeftOpen, left_open
from rampart.plan.solving.pass_solver import NOTHING, ROUNDING, PassSolver

MOST = 1_000
"""Entries of a pass up to which what lacks is made even: beyond, the many runs would take longer than the plan itself."""
UNEVEN = 1e-6
"""Difference of shares of a month up to which they are equal."""
WEIGHTS = 20_261_129
"""Seed of weights that have nothing in common, so that a sum by them stays the same only where all shares do."""
NEARLY_EVEN = 1e-8
"""What a share, or what lacks in a month, may be off once it is settled, so that the whole plan is possible beside it."""


class EvenMonths:
    """Rows that keep what lacks even; ``remove`` takes them out again.

    The solver stands at the plan that ties choose without.

    moved   whether something is settled otherwise than in that plan
    """

    def __init__(self, solver: PassSolver, layout: Layout, passes: Sequence[Pass], deadline: float | None) -> None:
        self.solver, self.first, self.moved = solver, solver.row_count, False
        levels = solver.levels()[: solver.columns]
        held = [each for each in passes if each.how == "held" and each.measure.parted]
        lacking = [Lacking.of(each, layout, solver) for each in held]
        lacking = [one for one in lacking if 0 < one.count <= MOST]
        if not any(one.uneven(levels) for one in lacking):
            return
        part = left_open(solver, layout, levels, one_above_other([one.lacks for one in lacking]))
        if part.solver.solve(deadline) != OPTIMAL:
            return
        shared, found = self._shared(part, lacking, deadline)
        if not shared:
            return
        levels = part.into_plan(found)
        self.moved = True
        for rows, most in [*((one.together, one.together @ levels) for one in lacking), *shared]:
            solver.add_rows_at_most(rows, most + NEARLY_EVEN * np.maximum(1.0, np.abs(most)))

    @staticmethod
    def _shared(
        part: LeftOpen, lacking: Sequence[Lacking], deadline: float | None
    ) -> tuple[list[tuple[Sparse, Floats]], Floats]:
        """Shares of the entries of each pass in turn, as rows of the plan with what each comes to; columns that share so."""
        solver, levels, found = part.solver, part.levels, list[tuple[Sparse, Floats]]()
        inside = [one.only(part) for one in lacking]
        for one in inside:  # all of them first: the plan that ties choose keeps them all
            most = one.together @ levels
            solver.add_rows_at_most(one.together, most + ROUNDING * np.maximum(1.0, np.abs(most)))
        for one, here in zip(lacking, inside, strict=True):
            if not here.uneven(levels):
                continue
            moves = that_move(solver, here.lacks, levels, deadline)
            if not moves.size:
                continue
            lacks = sparse(here.lacks[moves])
            shared = share_fairly(solver, Shares(lacks, *np.zeros((2, lacks.shape[0]), dtype=np.int64)), deadline)
            if shared.status != OPTIMAL:
                break
            solver.add_rows_at_most(lacks, shared.lack + ROUNDING)
            found.append((sparse(one.lacks[moves]), shared.lack))
            levels = shared.levels
        return found, levels

    def remove(self) -> None:
        """Take the rows out again."""
        if self.solver.row_count > self.first:
            self.solver.delete_rows(np.arange(self.first, self.solver.row_count))


def that_move(solver: PassSolver, lacks: Sparse, levels: Floats, deadline: float | None) -> Integers:
    """Entries whose share may be another than it is: most are settled by something else, and each would else take a run of
    its own to be seen at its level. Found by making sums of shares with weights that nothing has in common large and small.

    lacks  share of each entry that a unit of each column lacks, shape (entries, columns); ``levels`` where the plan stands
    """
    share, count = lacks @ levels, lacks.shape[0]
    weight = 1.0 + np.random.default_rng(WEIGHTS).random(count)
    moves = np.zeros(count, dtype=bool)
    while True:
        found = moves.copy()
        for way in (1.0, -1.0):
            solver.set_costs(np.zeros(solver.column_count))
            solver.set_costs(way * (np.where(moves, 0.0, weight) @ lacks))
            if solver.solve(deadline) != OPTIMAL:
                return np.zeros(0, dtype=np.int64)
            found |= np.abs(lacks @ solver.levels()[: solver.columns] - share) > UNEVEN
        if (found == moves).all():
            return np.flatnonzero(moves)
        moves = found


@dataclass(frozen=True, eq=False)
class Lacking:
    """What lacks of a pass, month by month, where it may still be otherwise.

    lacks     share of each entry that a unit of each column lacks, shape (entries, columns)
    month     of each entry: its node, for each kind of what lacks and each item another, shape (entries,)
    together  what a unit of each column costs in each such month, the dearest 1, shape (months, columns)
    """

    lacks: Sparse
    month: Integers
    together: Sparse

    @property
    def count(self) -> int:
        """Number of entries."""
        return self.month.size

    @classmethod
    def of(cls, each: Pass, layout: Layout, solver: PassSolver) -> Lacking:
        """Entries of a pass of nodes in which two or more of one kind and item may lack otherwise than they do."""
        cells = each.measure.by_term(layout.columns).tocoo()
        (term, column), cost = cells.coords, cells.data
        kinds: dict[tuple[type, str], int] = {}
        kind = [kinds.setdefault((type(one.of), getattr(one.of, "item", "")), len(kinds)) for one in each.measure.terms]
        node, nodes = layout.column_node[column], int(layout.column_node.max(initial=0)) + 1
        month = np.array(kind, dtype=np.int64)[term] * nodes + node
        _, first, of = np.unique(term.astype(np.int64) * nodes + node, return_index=True, return_inverse=True)
        count, at = first.size, month[first]
        upper, free = solver.upper_at_first[column], (solver.upper - solver.lower)[column] > NOTHING
        bounded = np.isfinite(upper)
        whole = np.bincount(of, cost * np.where(bounded, upper, 0.0), count)
        endless = (np.bincount(of, ~bounded, count) > 0) | (whole <= 0)
        movable = np.bincount(of, free, count) > 0
        movable &= (np.bincount(at, movable) > 1)[at] if count else False
        kept, place = movable[of], np.cumsum(movable) - 1
        part = cost / np.where(endless, 1.0, whole)[of]
        shape = int(movable.sum()), solver.columns
        lacks = sparse((part[kept], (place[of[kept]], column[kept])), shape=shape)
        months, row = np.unique(month[kept], return_inverse=True)
        largest = np.zeros(months.size)  # the solver's tolerances are absolute
        np.maximum.at(largest, row, np.abs(cost[kept]))
        together = sparse((cost[kept] / largest[row], (row, column[kept])), shape=(months.size, solver.columns))
        return cls(lacks, at[movable], together)

    def only(self, part: LeftOpen) -> Lacking:
        """The same in a model of what is left open."""
        return replace(self, lacks=part.of(self.lacks), together=part.of(self.together))

    def uneven(self, levels: Floats) -> bool:
        """Whether in some month not all lack the same share."""
        share, months = self.lacks @ levels, int(self.month.max(initial=-1)) + 1
        lowest, highest = np.full(months, np.inf), np.full(months, -np.inf)
        np.minimum.at(lowest, self.month, share)
        np.maximum.at(highest, self.month, share)
        return bool((highest - lowest > UNEVEN).any())
