"""Fair to the end: the least share as large as it can be, then the next, until all shares are settled.

Entries (a requirement at the end of a period; a demand) of one group are settled together, the groups in their order. For the
entries of a group whose share is not settled, ``least`` is made as large as it can be in

    lacks[e] x + least <= 1,

``lacks[e] x`` being the share of the entry that lacks. An entry whose row has a price at the optimum cannot get more without
another that has no more getting less: it is settled there, and the rest go on. The shares that come out are the only ones in
which nobody can get more but at the cost of one who has less. Source: max-min fairness by saturation (Bertsekas and Gallager,
Data Networks, 1992, 6.5.2; Ogryczak, Pióro and Tomaszewski 2005).

Mostly the entry that lacks most in the plan at hand already lacks as little as it can. Where prices at that plan prove it
(``least_lacks``) it is settled so and nothing is solved.

Items hang together little, so each item of a group may have a least share of its own, whose sum is made as large as it can be:

    lacks[e] x + own[item of e] <= 1,   least <= own[i]

That alone would not be fair. But where the item of the entry that lacks most is proved to have its least share as large as
in any plan, its entries with a price in that proof are settled as above; where it is not, ``least`` itself is made large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rampart.engine.highs import OPTIMAL, TIME_LIMIT, Sparse, side_by_side, sparse
from rampart.network.lags import Booleans, Floats, Integers
from rampart.plan.solving.known_shares import Known, KnownShares, Priced
from rampart.plan.solving.least_lacks import LeastLacks
from rampart.plan.solving.pass_solver import DUAL_TOLERANCE, NOTHING, PassSolver

PERTURBATION = "primal_simplex_bound_perturbation_multiplier"
"""Option of the solver: moved bounds, mended at the end of each of the many runs, would take nearly all of the time."""
ALL = 1.0 - 1e-9
"""Share from which nothing lacks."""
ALMOST = 1e-9
"""What a share may be off, in solver units or of itself, and still be the one that is sought."""
FEW = 4
"""Entries up to which proofs are not worth their beginning."""


@dataclass(frozen=True, eq=False)
class Shares:
    """What is to be shared.

    lacks   share of each entry that a unit of each column lacks, shape (entries, columns)
    group   group of each entry, settled in their order, shape (entries,)
    item    of which each entry is: those of different ones hang together little, shape (entries,)
    """

    lacks: Sparse
    group: Integers
    item: Integers

    def some(self, entries: Integers) -> Shares:
        """Those of some entries."""
        return Shares(sparse(self.lacks[entries]), self.group[entries], self.item[entries])


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


def share_fairly(
    solver: PassSolver, shares: Shares, deadline: float | None, known: KnownShares | None = None, *,
    by_item: bool = False,
) -> Shared:  # fmt: skip
    """Settle all shares among the plans that the solver holds; it stands afterwards as it stood.

    known    steps of sharing in the same model with other bounds; those of this one are left in it
    by_item  whether items have least shares of their own: fewer runs where there are many items
    """
    groups, of = np.unique(shares.group, return_inverse=True)
    items, of_item = np.unique(np.stack([of, shares.item]), axis=1, return_inverse=True)
    count, first_row = shares.group.size, solver.row_count
    # what is due late may lack more than all that was asked for in one period
    levels = solver.levels()[: solver.columns]
    now = 1.0 - float((shares.lacks @ levels).max(initial=0.0))
    added = solver.add_variables(np.zeros(groups.size + by_item * items.shape[1]))
    solver.set_bounds(added, np.full(added.size, min(0.0, now - NOTHING)), np.ones(added.size))
    least = added[: groups.size]
    own = added[groups.size :][of_item] if by_item else least[of]
    into = sparse((np.ones(count), (np.arange(count), own - added[0])), shape=(count, added.size))
    others = sparse((count, int(added[0]) - shares.lacks.shape[1]))  # columns that others have added
    solver.add_rows_at_most(side_by_side([shares.lacks, others, into]), np.ones(count))
    solver.add_rows_at_most(side_by_side([shares.lacks, others, 0.0 * into]), np.full(count, np.inf))
    if by_item:
        each = np.arange(items.shape[1])
        place = np.concatenate([least[items[0]], added[groups.size :]])
        beneath = (np.repeat([1.0, -1.0], each.size), (np.tile(each, 2), place))
        solver.add_rows_at_most(sparse(beneath, shape=(each.size, solver.column_count)), np.zeros(each.size))
    shared = first_row + np.arange(count)
    found = Shared(OPTIMAL, 0, np.zeros(count), levels)
    fixed = (solver.upper - solver.lower <= 0).astype(float)
    entries = np.flatnonzero(abs(shares.lacks) @ (1.0 - fixed) > 0)
    free = np.setdiff1d(np.arange(count), entries)
    found.lack[free] = (shares.lacks @ np.where(fixed > 0, solver.lower, 0.0))[free]
    solver.set_costs(np.zeros(solver.column_count))
    solver.option(PERTURBATION, 0.0)
    size = solver.row_count, solver.column_count
    items_own = own if by_item else None
    known = None if known is None else known.of_size(size)
    sharing = _Sharing(solver, shares.lacks, shared, items_own, found, deadline, known)
    sharing.let_go(shared[free])
    if entries.size > FEW:
        sharing.begin_to_prove()
    for group, column in enumerate(least.tolist()):
        sharing.share(group, entries[of[entries] == group], column)
        if found.status != OPTIMAL:
            break
    solver.option(PERTURBATION, 1.0)
    solver.delete_rows(np.arange(first_row, solver.row_count))
    solver.delete_columns(added)
    return found


class _Sharing:
    """Settles shares group by group.

    shared   rows of the entries whose share is sought; those that hold what is settled come as many rows later, and after
             them those that keep least shares beneath those of items
    own      column of the least share of each entry's item in its group, shape (entries,); none where items have none
    found    what is settled so far
    levels   of all columns of the solver, in the plan found last, which keeps all that is settled
    waiting  entries that are settled, of which the solver is yet to be told
    known    steps of sharing before; none where nobody asks for them
    steps    of the group that is being settled
    """

    def __init__(
        self, solver: PassSolver, lacks: Sparse, shared: Integers, own: Integers | None, found: Shared,
        deadline: float | None, known: KnownShares | None,
    ) -> None:  # fmt: skip
        self.solver, self.lacks, self.shared, self.found, self.deadline = solver, lacks, shared, found, deadline
        self.own = own
        self.levels = solver.levels()
        self.waiting: list[int] = []
        self.proofs: LeastLacks | None = None
        self.known = known
        self.steps: list[Known] = []

    def begin_to_prove(self) -> None:
        """Have the solver work out its basis with the rows that were added, and prove from it."""
        self._solve()
        if self.found.status == OPTIMAL:
            beneath = np.arange(self.shared[-1] + 1 + self.shared.size, self.solver.row_count)
            self.proofs = LeastLacks(self.solver, self.lacks, np.concatenate([self.shared, beneath]))
            self._stand(self.solver.solution())

    def _solve(self) -> None:
        """Solve from where the solver stands; where it loses its way there, from nothing, and with bounds moved again, without
        which that may never end.
        """
        self.found.status = self.solver.solve(self.deadline, afresh=False)
        if self.found.status not in (OPTIMAL, TIME_LIMIT):
            self.solver.option(PERTURBATION, 1.0)
            self.found.status = self.solver.solve(self.deadline)
            self.solver.option(PERTURBATION, 0.0)

    def _stand(self, solution: Any) -> None:
        """Where the solver stands now."""
        self.levels = np.array(solution.col_value)
        self.found.levels = self.levels[: self.solver.columns]
        if self.proofs is not None:
            self.proofs.stand_at(self.levels)

    def let_go(self, rows: Integers) -> None:
        """Rows that hold no more."""
        if rows.size:
            self.solver.set_row_bounds(rows, np.full(rows.size, -np.inf), np.full(rows.size, np.inf))

    def _settle(self, entries: Integers, lack: float) -> None:
        """Entries that lack so much at most, and whose share is no longer sought."""
        self.found.lack[entries] = lack
        self.waiting += entries.tolist()
        if self.proofs is not None:
            self.proofs.keep(self.shared[entries] + self.shared.size, np.full(entries.size, lack), self.levels)

    def _tell(self) -> None:
        """Tell the solver what is settled."""
        at = np.array(self.waiting, dtype=np.int64)
        if at.size:
            self.let_go(self.shared[at])
            rows = self.shared[at] + self.shared.size
            self.solver.set_row_bounds(rows, np.full(at.size, -np.inf), self.found.lack[at])
        self.waiting = []

    def _prove(self, open_ones: Integers) -> Integers:
        """Settle those that lack most as long as it is proved that they lack no less in any plan; those that are left."""
        lacks = self.lacks[open_ones] @ self.found.levels  # of the plan at hand, which stays
        while open_ones.size:
            most = int(np.argmax(lacks))
            one, lack = open_ones[most : most + 1], float(lacks[most])
            if lack <= 1.0 - ALL:  # nobody can get more, and the plan at hand shows that all can
                self._settle(open_ones, 0.0)
                return open_ones[:0]
            if self.proofs is None:
                break
            if self.proofs.is_least(int(one[0])):
                if self.known is not None:
                    self.steps.append(Known(lack, *self.proofs.prices, one, lack, together=False))
                self._settle(one, lack)
                settled = np.arange(open_ones.size) == most
            else:
                settled = self._prove_item(open_ones, most, lack)
                if not settled.any():
                    break
            open_ones, lacks = open_ones[~settled], lacks[~settled]
        return open_ones

    def _prove_item(self, open_ones: Integers, most: int, lack: float) -> Booleans:
        """Settle those of the item of the one that lacks most that hold its least share where it is, if that is proved to be
        as large as in any plan; which are settled, shape (open ones,).

        most  place of the one that lacks most, ``lack``, among the open ones
        """
        settled = np.zeros(open_ones.size, dtype=bool)
        if self.proofs is None or self.own is None:
            return settled
        own = int(self.own[open_ones[most]])
        if abs(1.0 - lack - self.levels[own]) > ALMOST:
            return settled
        mine = self.own[open_ones] == own
        prices = self.proofs.most_of(own, self.shared[open_ones[mine]])
        if prices is not None:
            settled[mine] = np.abs(prices) > DUAL_TOLERANCE
            self._settle(open_ones[settled], lack)
        return settled

    def share(self, group: int, open_ones: Integers, least: int) -> None:
        """Settle the entries of one group; ``least`` is its column."""
        self.steps = []
        self._share(self._as_known(group, open_ones), least)
        if self.known is not None:
            self.known.steps[group] = self.steps

    def _as_known(self, group: int, open_ones: Integers) -> Integers:
        """Settle those of a group that known prices prove to lack what they lacked; those that are left."""
        steps = [] if self.known is None or self.proofs is None else self._that_hold(group, open_ones)
        if not steps:
            return open_ones
        others = min((step.lack for step in steps if step.together), default=np.inf)
        most = np.full(self.found.lack.size, others)
        for step in steps:
            most[step.settled] = step.lack
        if not self._stands_within(open_ones, most[open_ones]):
            return open_ones
        for step in steps:
            self._settle(step.settled, step.lack)
        self.steps = steps
        return np.setdiff1d(open_ones, np.concatenate([step.settled for step in steps]))

    def _that_hold(self, group: int, open_ones: Integers) -> list[Known]:
        """The first steps known of a group that hold, each where those before it are as they were."""
        found: list[Known] = []
        if self.known is None or self.proofs is None:
            return found
        low, high = self.proofs.rows
        high = high.copy()
        for step in self.known.steps.get(group, ()):
            if not np.isin(step.settled, open_ones).all() or not step.holds(self.proofs.columns, (low, high)):
                break
            high[self.shared[step.settled] + self.shared.size] = step.lack
            found.append(step)
        return found

    def _stands_within(self, entries: Integers, most: Floats) -> bool:
        """Whether some plan lets entries lack so much at most; it is then the one at hand."""
        solver, rows = self.solver, self.shared[entries] + self.shared.size
        if (self.lacks[entries] @ self.found.levels <= most + ALMOST * np.maximum(1.0, np.abs(most))).all():
            return True
        self._tell()
        free = np.full(rows.size, -np.inf)
        solver.set_row_bounds(rows, free, most)
        solver.solved = False  # prices of nothing hold, so the dual simplex goes on from where it stands
        possible = solver.solve(self.deadline, afresh=False) == OPTIMAL
        if possible:
            self._stand(solver.solution())
        solver.set_row_bounds(rows, free, np.full(rows.size, np.inf))
        return possible

    def _share(self, open_ones: Integers, least: int) -> None:
        """Settle entries of one group for which nothing is known."""
        solver, one = self.solver, np.array([least])
        open_ones = self._prove(open_ones)
        if not open_ones.size:
            return
        each_item = self.proofs is not None and self.own is not None
        while open_ones.size:
            self._tell()
            items = one if self.own is None else np.unique(self.own[open_ones])
            each_item = each_item and items.size > 1
            columns = items if each_item else one
            solver.set_costs(np.full(columns.size, -1.0), columns)
            self._solve()
            self.found.steps += max(0, int(solver.info.simplex_iteration_count))
            if self.found.status != OPTIMAL:
                return
            before = open_ones.size
            if each_item:
                self._stand(solver.solution())
                open_ones = self._prove(open_ones)
            else:
                open_ones = self._prove(self._settle_priced(open_ones, -solver.value))
            each_item = each_item and open_ones.size < before
            solver.set_costs(np.zeros(columns.size), columns)

    def _settle_priced(self, open_ones: Integers, reached: float) -> Integers:
        """Settle those that hold the least share where it is, ``reached``; those that are left."""
        solution, rows = self.solver.solution(), self.shared[open_ones]
        prices = np.array(solution.row_dual)
        settled = np.abs(prices[rows]) > DUAL_TOLERANCE
        if self.known is not None and (settled.any() or reached >= ALL):
            which, lack = (open_ones, 0.0) if reached >= ALL else (open_ones[settled], max(0.0, 1.0 - reached))
            columns = Priced.of(np.array(solution.col_dual))
            self.steps.append(Known(-reached, columns, Priced.of(prices), which, lack, together=True))
        if reached >= ALL:
            settled[:] = True
        elif not settled.any():  # prices lost in rounding: those that stand at the limit
            level = np.array(solution.row_value)[rows]
            settled = level >= level.max() - NOTHING
        self._stand(solution)
        self._settle(open_ones[settled], 0.0 if reached >= ALL else max(0.0, 1.0 - reached))
        if self.proofs is not None:
            self.proofs.settle(Priced.of(np.array(solution.col_dual)), Priced.of(prices))
        left: Integers = open_ones[~settled]
        return left
