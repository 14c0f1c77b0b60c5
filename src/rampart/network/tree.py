"""Time as a tree. A node is a period on a branch of what may happen; the deterministic plan is one branch.

Every part of the model is written over nodes. A lag is a matrix from the node where something is done to the nodes
where it takes effect, and it only follows ancestry, so what is decided before a branching is shared after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rampart.case.calendar import Calendar
from rampart.network.lags import Booleans, Lag, Matrix, Now


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes in an order where parents come first.

    calendar     the periods
    period       period of each node, shape (nodes,)
    parent       parent of each node, -1 for a root, shape (nodes,)
    probability  probability of reaching each node, shape (nodes,)
    regimes      names of the regimes of the war; none in a plan that knows no branches
    mix          share of each regime at each node, shape (nodes, regimes): a one and zeros, or on a mean path its shares
    chances      whether the shares are chances, over which worth is expected; else needs are their mean
    alike        number of what was seen until each node, shape (nodes,): what waits for a look is decided alike at nodes of
                 one number, which are of one period. None: every node is seen as it comes
    seen         node of the last look on the way to each node, itself at a look, shape (nodes,); before the first look the
                 first node. None: each is a look
    supply       way in which supply comes on the branch of each node, shape (nodes,), a row of ``slips``; None: as promised
    slips        what slips in each of them (``beliefs.supply``), shape (ways, things)
    lived        number of what happened until each node, shape (nodes,), where nodes of one period may have lived the same:
                 there all is decided alike, what follows the war too. None: no two nodes have
    came         what is known of supply at each node, in words; none: nothing slips
    """

    calendar: Calendar
    period: NDArray[np.int64]
    parent: NDArray[np.int64]
    probability: NDArray[np.float64]
    regimes: tuple[str, ...] = ()
    mix: NDArray[np.float64] | None = None
    chances: bool = False
    alike: NDArray[np.int64] | None = None
    seen: NDArray[np.int64] | None = None
    supply: NDArray[np.int64] | None = None
    slips: NDArray[np.float64] | None = None
    lived: NDArray[np.int64] | None = None
    came: tuple[str, ...] | None = None

    @classmethod
    def single(cls, calendar: Calendar) -> Tree:
        """The deterministic plan: one node a period."""
        n = len(calendar)
        return cls(calendar, np.arange(n), np.arange(n) - 1, np.ones(n))

    @classmethod
    def believed(cls, calendar: Calendar, regimes: tuple[str, ...], chances: NDArray[np.float64]) -> Tree:
        """One plan for whatever regime comes: one node a period.

        chances  of each regime in each month, shape (regimes, months)
        """
        n, starts = len(calendar), np.asarray(calendar.starts) - calendar.first
        mix = (np.add.reduceat(chances, starts, axis=1) / np.asarray(calendar.lengths, dtype=float)).T
        return cls(calendar, np.arange(n), np.arange(n) - 1, np.ones(n), regimes, mix, chances=True)

    def __len__(self) -> int:
        return len(self.period)

    @cached_property
    def months(self) -> NDArray[np.float64]:
        """Length of each node in months, shape (nodes,)."""
        return np.asarray(self.calendar.lengths, dtype=float)[self.period]

    @cached_property
    def first_month(self) -> NDArray[np.int64]:
        """First month number of each node, shape (nodes,)."""
        return np.asarray(self.calendar.starts)[self.period]

    @cached_property
    def last_month(self) -> NDArray[np.int64]:
        """Last month number of each node, shape (nodes,)."""
        last: NDArray[np.int64] = self.first_month + np.asarray(self.calendar.lengths)[self.period] - 1
        return last

    @cached_property
    def leaves(self) -> NDArray[np.int64]:
        """Nodes without children."""
        found: NDArray[np.int64] = np.setdiff1d(np.arange(len(self)), self.parent)
        return found

    @cached_property
    def at_end(self) -> NDArray[np.bool_]:
        """Whether each node is a last one, shape (nodes,)."""
        return np.isin(np.arange(len(self)), self.leaves)

    @cached_property
    def last_look(self) -> NDArray[np.int64]:
        """Node of the last look on the way to each node, shape (nodes,)."""
        return np.arange(len(self)) if self.seen is None else self.seen

    @cached_property
    def blind(self) -> bool:
        """Whether the regime of the first period is not known until the first look."""
        if self.alike is None or self.mix is None:
            return False
        roots = self.parent < 0
        return bool(np.unique(self.mix[roots], axis=0).shape[0] > 1 and np.unique(self.alike[roots]).size == 1)

    @cached_property
    def looks(self) -> NDArray[np.bool_]:
        """Whether each node is a look, shape (nodes,)."""
        found: NDArray[np.bool_] = self.last_look == np.arange(len(self))
        return found & (self.parent >= 0) if self.blind else found

    @cached_property
    def group(self) -> NDArray[np.int64]:
        """Node of ``looked`` to which each node belongs, shape (nodes,)."""
        if self.alike is None:
            return np.arange(len(self))
        _, first, of = np.unique(self.alike, return_index=True, return_inverse=True)
        place = np.empty(first.size, dtype=np.int64)
        place[np.argsort(first)] = np.arange(first.size)  # in the order of their first nodes parents stay first
        found: NDArray[np.int64] = place[of]
        return found

    @cached_property
    def one_of(self) -> NDArray[np.int64]:
        """First node of each group, shape (groups,)."""
        found: NDArray[np.int64] = np.unique(self.group, return_index=True)[1]
        return found

    @cached_property
    def looked(self) -> Tree:
        """The tree of what is seen: one node for all that look alike, with the regime of the last look."""
        if self.alike is None:
            return self
        above = self.parent[self.one_of]
        parent = np.where(above >= 0, self.group[above], -1)
        mix = None if self.mix is None else self.mix[self.last_look[self.one_of]]
        if mix is not None and self.mix is not None and self.blind:
            roots = self.parent < 0
            mix[self.last_look[self.one_of] == np.argmax(roots)] = self.probability[roots] @ self.mix[roots]
        chance = np.bincount(self.group, self.probability).astype(float)
        return Tree(self.calendar, self.period[self.one_of], parent, chance, self.regimes, mix, self.chances)

    @cached_property
    def ancestor(self) -> NDArray[np.int64]:
        """Node of each period on the way to each node, itself included; -1 for later periods. (nodes, periods)."""
        table = np.full((len(self), len(self.calendar)), -1)
        for node in range(len(self)):
            if self.parent[node] >= 0:
                table[node] = table[self.parent[node]]
            table[node, self.period[node]] = node
        return table

    def over_nodes(self, periods: sp.coo_array) -> Matrix:
        """Turn a matrix over periods (effect, cause) into one over nodes; cause must not come after effect."""
        by_effect = np.argsort(periods.row, kind="stable")
        first = np.searchsorted(periods.row[by_effect], np.arange(len(self.calendar) + 1))
        entries = np.diff(first)[self.period]  # of the matrix over periods, for each node
        node = np.repeat(np.arange(len(self)), entries)
        within = np.arange(node.size) - np.repeat(np.cumsum(entries) - entries, entries)
        entry = by_effect[first[self.period[node]] + within]
        before = self.ancestor[node, periods.col[entry]]
        known = before >= 0
        at = node[known], before[known]
        return sp.csr_array((periods.data[entry][known], at), shape=(len(self), len(self)))

    @cached_property
    def earlier(self) -> Matrix:
        """Value at the node before; nothing before a root."""
        node = np.flatnonzero(self.parent >= 0)
        return sp.csr_array((np.ones(node.size), (node, self.parent[node])), shape=(len(self), len(self)))

    @cached_property
    def so_far(self) -> Matrix:
        """Sum over a node and all before it."""
        node, period = np.nonzero(self.ancestor >= 0)
        return sp.csr_array((np.ones(node.size), (node, self.ancestor[node, period])), shape=(len(self), len(self)))

    def effect(self, lag: Lag, *, only: Booleans | None = None) -> Matrix:
        """Share of what is done at a node that takes effect at another, by a lag. Shape (nodes, nodes), rows the effect.

        only  months of the horizon whose effects count, shape (months,); all by default
        """
        if only is None or only.all():
            return _effect(self, lag)
        return _effect_in(self, lag, only.tobytes())


@lru_cache(maxsize=512)
def _effect_in(tree: Tree, lag: Lag, only: bytes) -> Matrix:
    return tree.over_nodes(lag.over(tree.calendar, only=np.frombuffer(only, dtype=bool)))


@lru_cache(maxsize=512)
def _effect(tree: Tree, lag: Lag) -> Matrix:
    return sp.csr_array(sp.eye_array(len(tree))) if isinstance(lag, Now) else tree.over_nodes(lag.over(tree.calendar))
