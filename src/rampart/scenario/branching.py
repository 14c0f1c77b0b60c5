"""Trees of what may happen: the comb (the war ends or goes on), all regimes, given branches, paths, mean paths.

The war goes on every period, whatever is looked at; on revision dates it is seen how. What waits for a look is decided
alike wherever the same was seen (``Tree.alike``). After the end a branch goes on alone: stocks are refilled, contracts run
out. Within a period longer than a month the regime is that of its beginning.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rampart.beliefs.chain import Chain, Floats, Integers
from rampart.beliefs.draws import NEVER, last_of_war, months_after, onward, revision_periods
from rampart.beliefs.supply import Supply
from rampart.case.calendar import Calendar, month_number
from rampart.case.tables import Case
from rampart.findings import CaseError, Finding
from rampart.network.tree import Tree

MOST_NODES = 3000  # of a tree that is solved whole; beyond it paths are drawn


class Growing:
    """A tree node by node."""

    def __init__(self, calendar: Calendar, regimes: tuple[str, ...]) -> None:
        self.calendar, self.regimes = calendar, regimes
        self.period: list[int] = []
        self.parent: list[int] = []
        self.probability: list[float] = []
        self.mix: list[Floats] = []
        self.alike: list[int] = []
        self.seen: list[int] = []
        self.supply: list[int] = []
        self._number_of: dict[Hashable, int] = {}

    def add(
        self, period: int, parent: int, probability: float, mix: Floats, *, saw: Hashable = None, look: bool = True,
        blind: bool = False, supply: int = 0,
    ) -> int:  # fmt: skip
        """A node; its number comes back.

        saw     what was seen until then, where nodes of one period that saw the same are decided alike; none: only this one
        look    whether it is looked at here; a first node is, but for ``blind``
        supply  way in which supply comes on its branch
        """
        node = len(self.period)
        self.alike.append(self._number_of.setdefault((period, ("one", node) if saw is None else saw), node))
        before = (0 if blind else node) if parent < 0 else self.seen[parent]
        self.seen.append(node if look and not (blind and parent < 0) else before)
        self.supply.append(supply)
        self.period.append(period)
        self.parent.append(parent)
        self.probability.append(probability)
        self.mix.append(mix)
        return len(self.period) - 1

    def done(self, slips: Floats | None = None) -> Tree:
        """The tree; with ``slips`` supply slips on it."""
        mix = np.array(self.mix).reshape(len(self.period), len(self.regimes))
        alike, seen = np.array(self.alike, dtype=np.int64), np.array(self.seen, dtype=np.int64)
        own = np.arange(len(self.period))
        return Tree(
            self.calendar, np.array(self.period), np.array(self.parent), np.array(self.probability), self.regimes, mix,
            alike=None if (alike == own).all() else alike, seen=None if (seen == own).all() else seen,
            supply=None if slips is None else np.array(self.supply, dtype=np.int64), slips=slips,
        )  # fmt: skip


def grow(case: Case, chain: Chain, *, regimes: bool = True, revisions: Sequence[int] | None = None) -> Tree:
    """The tree of a chain.

    regimes    whether each regime has a branch of its own; else the comb: the war ends or goes on, and as long as it
               goes on the need is that of the regimes by their shares
    revisions  periods at whose beginning the regime is looked at; those of the case by default. In the others it changes
               all the same, and what waits for a look does not know it (``Tree.alike``)

    CaseError beyond ``MOST_NODES``, which is not too many to draw paths from.
    """
    calendar = case.calendar
    looks = set(revision_periods(case) if revisions is None else revisions)
    until, after = last_of_war(case), months_after(case)
    tree = Growing(calendar, chain.regimes)
    end_mix = chain.ends / max(1, chain.ends.sum())

    def seen(belief: Floats) -> list[tuple[float, Floats, Floats]]:
        """What may be seen: chance, mix, weight over the states once it is."""
        over = chain.ends[chain.regime_of]
        groups = [over] if not regimes else [over & (chain.regime_of == n) for n in np.flatnonzero(chain.ends)]
        groups += [~over] if not regimes else [chain.regime_of == n for n in np.flatnonzero(~chain.ends)]
        found = [(float(belief[g].sum()), np.where(g, belief, 0.0)) for g in groups]
        return [(p, chain.shares(b) / p, b / p) for p, b in found if p > NEVER]

    # (node, weight over the states, month of the end or none, what the looks saw)
    here: list[tuple[int, Floats, int | None, tuple[bytes, ...]]] = []
    for p, mix, belief in seen(chain.first):
        saw: tuple[bytes, ...] = (_sight(mix),) if chain.known_at_start else ()
        root = tree.add(0, -1, p, mix, saw=saw, blind=not chain.known_at_start)
        here.append((root, belief, _ended(chain, mix, calendar.first), saw))
    until_seen = next((t for t, start in enumerate(calendar.starts) if start > until), None)  # known without a look
    for t in range(1, len(calendar)):
        start, before, look = calendar.starts[t], calendar.lengths[t - 1], t in looks or t == until_seen
        following: list[tuple[int, Floats, int | None, tuple[bytes, ...]]] = []
        for node, belief, ended, saw in here:
            chance, mix = tree.probability[node], tree.mix[node]
            if ended is not None:
                if start >= ended + after:
                    continue
                turned = [(1.0, mix, belief)]
            elif start > until:
                turned = [(1.0, end_mix, belief)]
            else:
                turned = seen(chain.after(belief, before))
            for p, now, weight in turned:
                sights = (*saw, _sight(now)) if look else saw
                child = tree.add(t, node, chance * p, now, saw=sights, look=look)
                following.append((child, weight, _ended(chain, now, start) if ended is None else ended, sights))
        here = following
        if len(tree.period) > MOST_NODES:
            raise CaseError([Finding("tree-too-large", "settings", column="revise_every", value=str(len(tree.period)))])
    return tree.done()


def _sight(mix: Floats) -> bytes:
    """What a look sees: which regimes it may be."""
    return (mix > 0).tobytes()


def _ended(chain: Chain, mix: Floats, month: int) -> int | None:
    return month if float(mix @ chain.ends) > 0.5 else None


def given(case: Case, regimes: tuple[str, ...]) -> Tree:
    """The tree of the case's table ``branches``. Branches that look alike so far are one node until they differ.

    CaseError where the table has no rows.
    """
    if case["branches"].is_empty():
        raise CaseError([Finding("no-branches", "branches")])
    rows = list(case["branches"].iter_rows(named=True))
    calendar = case.calendar
    begin = {r["branch"]: month_number(r["from"]) if r["from"] else calendar.first for r in rows}
    after: dict[str | None, list[str]] = {}
    for r in rows:
        after.setdefault(r["after"], []).append(r["branch"])
    row_of = {r["branch"]: r for r in rows}
    tree = Growing(calendar, regimes)
    here: list[tuple[str | None, int, float]] = [(None, -1, 1.0)]
    for t, start in enumerate(calendar.starts):
        following: list[tuple[str | None, int, float]] = []
        node_of: dict[tuple[int, str | None], int] = {}
        for branch, node, chance in here:
            turned = [b for b in after.get(branch, []) if begin[b] <= start]
            onward: list[str | None] = [*turned] or [branch]
            total = sum(row_of[b]["probability"] for b in turned)  # one, but for rounding
            for now in onward:
                p = chance * (row_of[now]["probability"] / total if turned and now else 1.0)
                if p <= NEVER:
                    continue
                regime = row_of[now]["regime"] if now else None
                if (node, regime) not in node_of:
                    mix = np.array([1.0 if regime == r else 0.0 for r in regimes])
                    node_of[node, regime] = tree.add(t, node, 0.0, mix)
                mine = node_of[node, regime]
                tree.probability[mine] += p
                following.append((now, mine, p))
        here = following
    return tree.done()


def from_paths(
    case: Case,
    regimes: tuple[str, ...],
    paths: Integers,
    probability: Floats,
    *,
    shared: int | None = None,
    ends: NDArray[np.bool_] | None = None,
    looks: Sequence[int] | None = None,
    slips: Floats | None = None,
) -> Tree:
    """A tree of paths, each the regime of every period; -1 where a path has stopped. Shape of ``paths``: (paths, periods).

    shared  periods in which paths that look alike so far are one; afterwards each goes its own way, as if all were known.
            None: alike for as long as they look alike, so nothing is known before it happens. 0: each path alone
    ends    whether each regime is the end, to stop paths some months after it (``after_end``)
    looks   periods at whose beginning the regime is looked at: what waits for one is decided alike by paths that looked
            alike then. Within ``shared`` each path is then alone but for that. None: every period is looked at
    """
    calendar = case.calendar
    after = months_after(case)
    tree = Growing(calendar, regimes)
    node_of: dict[tuple[int, ...], int] = {}
    here = np.full(len(paths), -1)
    over = np.full(len(paths), calendar.last + after + 1)
    blind = looks is not None and np.unique(paths[:, 0]).size > 1
    watched = () if looks is None else tuple(looks) if blind else (0, *looks)
    for t in range(len(calendar)):
        together = shared is None or t < shared
        for n, path in enumerate(paths):
            if path[t] < 0 or calendar.starts[t] >= over[n] + after or (t and here[n] < 0):
                here[n] = -1
                continue
            if ends is not None and ends[path[t]]:
                over[n] = min(over[n], calendar.starts[t])
            alone = not together or (looks is not None and shared is not None)
            if slips is not None and not alone:
                raise ValueError("where supply slips each path is alone")
            history = (*path[: t + 1].tolist(), n) if alone else (*path[: t + 1].tolist(),)
            if history not in node_of:
                mix = np.zeros(len(regimes))
                mix[path[t]] = 1.0
                saw, look = None, looks is None or t in looks
                if together and looks is not None:
                    saw = (*(int(path[k]) for k in watched if k <= t),)
                supply = 0 if slips is None else n
                node_of[history] = tree.add(t, int(here[n]), 0.0, mix, saw=saw, look=look, blind=blind, supply=supply)
            here[n] = node_of[history]
            tree.probability[here[n]] += float(probability[n])
    return tree.done(slips)


def paths_of(tree: Tree) -> tuple[Integers, Floats]:
    """Regime of every period on the way to every leaf (-1 past its end), and the chance of each leaf."""
    if tree.mix is None:
        raise ValueError("the tree has no regimes")
    table = tree.ancestor[tree.leaves]
    regime = np.argmax(tree.mix, axis=1)
    return np.where(table >= 0, regime[table], -1), tree.probability[tree.leaves]


def fan(tree: Tree, *, shared: int | None, leaves: Integers | None = None, chance: Floats | None = None) -> Tree:
    """The paths of a tree, alike in their first periods and each alone afterwards, as if all were known then.

    shared  periods in which the tree keeps its branches; 0: each path alone from the start; None: the tree itself
    leaves  leaves whose paths count, all by default, with their chances
    """
    leaves = tree.leaves if leaves is None else leaves
    chance = tree.probability[leaves] if chance is None else chance
    mix = tree.mix if tree.mix is not None else np.zeros((len(tree), 0))
    result, node_of = Growing(tree.calendar, tree.regimes), {}
    table = tree.ancestor[leaves]
    here = np.full(len(leaves), -1)
    for t in range(table.shape[1]):
        together = shared is None or t < shared
        for n in np.flatnonzero(table[:, t] >= 0).tolist():
            own = (int(table[n, t]), -1 if together else n)
            if own not in node_of:
                saw = int(tree.group[own[0]]) if together else None
                look, way = bool(tree.looks[own[0]]), 0 if tree.supply is None else int(tree.supply[own[0]])
                node_of[own] = result.add(
                    t, int(here[n]), 0.0, mix[own[0]], saw=saw, look=look, blind=tree.blind, supply=way
                )
            here[n] = node_of[own]
            result.probability[here[n]] += float(chance[n])
    return result.done(tree.slips)


def with_supply(tree: Tree, supply: Supply) -> Tree:
    """A tree on which supply comes in every way in which it may: each branch once for each of them, decided alike for as long
    as neither the war nor what has come tells them apart.

    What waits for a look knows of supply what was known at the last one. CaseError beyond ``MOST_NODES``.
    """
    if supply.variants * len(tree) > MOST_NODES:
        nodes = str(supply.variants * len(tree))
        raise CaseError([Finding("tree-too-large", "settings", column="revise_every", value=nodes)])
    points, chance = supply.all()
    size, ways, calendar = len(tree), len(points), tree.calendar
    begins = np.repeat(np.arange(ways) * size, size)
    ends = [start + length - 1 for start, length in zip(calendar.starts, calendar.lengths, strict=True)]
    known = [[supply.shown(each, month) for month in ends] for each in points]  # at the end of each period
    before = [[supply.shown(each, start - 1) for start in calendar.starts] for each in points]
    last, group, numbers = tree.last_look, tree.group, dict[Hashable, int]()

    def number(*what: Hashable) -> int:
        return numbers.setdefault(what, len(numbers))

    saw = [number("saw", int(group[n]), before[way][tree.period[last[n]]]) for way in range(ways) for n in range(size)]
    lived = [number("lived", n, known[way][tree.period[n]]) for way in range(ways) for n in range(size)]
    came = [_in_words(known[way][tree.period[n]]) for way in range(ways) for n in range(size)]
    parent = np.tile(tree.parent, ways)
    looked = np.tile(last, ways) + (0 if tree.blind else begins)
    return replace(
        tree, period=np.tile(tree.period, ways), parent=np.where(parent >= 0, parent + begins, -1),
        probability=np.repeat(chance, size) * np.tile(tree.probability, ways),
        mix=None if tree.mix is None else np.tile(tree.mix, (ways, 1)), alike=np.array(saw), lived=np.array(lived),
        seen=np.where(np.tile(tree.looks, ways), np.arange(size * ways), looked), supply=np.repeat(np.arange(ways), size),
        slips=points, came=tuple(came),
    )  # fmt: skip


def _in_words(shown: Sequence[Sequence[int] | None]) -> str:
    """What is known of supply: months late of each thing, a dash for what has not come."""
    return " ".join("-" if months is None else "/".join(str(m) for m in months) for months in shown)


def mean_path(tree: Tree, *, alive: NDArray[np.bool_] | None = None) -> Tree:
    """One path with the shares of the regimes in each period.

    alive  whether each regime counts, shape (regimes,): the mean while the war goes on. None: all count, so that the
           need of a period shrinks with the chance that the war is over (a trap: every month of war that then comes
           is planned for too low)
    """
    if tree.mix is None:
        raise ValueError("the tree has no regimes")
    periods = np.arange(tree.period.max() + 1)
    shares = np.zeros((periods.size, len(tree.regimes)))
    np.add.at(shares, tree.period, tree.mix * tree.probability[:, None])
    if alive is not None:
        shares = np.where(alive, shares, 0.0)
        total = shares.sum(axis=1, keepdims=True)
        shares = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return Tree(tree.calendar, periods, periods - 1, np.ones(periods.size), tree.regimes, shares)


def sampled(case: Case, chain: Chain, paths: int, *, seed: int = 0, shared: int | None = 1) -> Tree:
    """Paths drawn from the chain, looked at on the revision dates of the case."""
    drawn = onward(case, chain, np.array([chain.start]), paths, seed=(seed,))
    chance, looks = np.full(paths, 1 / paths), revision_periods(case)
    return from_paths(case, chain.regimes, drawn, chance, shared=shared, ends=chain.ends, looks=looks)


def reduced(
    case: Case, regimes: tuple[str, ...], paths: Integers, chance: Floats, keep: int
) -> tuple[Integers, Floats, float]:
    """Fewer paths that stand for many: numbers of those kept, their chances, and the error relative to keeping the best
    single one.

    Forward selection (Heitsch and Roemisch 2003): each step keeps the path that brings the others nearest. The distance
    of two paths is the months in which their regimes differ; the error is the mean distance to the nearest path kept
    (the Kantorovich distance of the two distributions), over that with one path kept.
    """
    if not 0 < keep <= len(paths):
        raise ValueError(f"of {len(paths)} paths {keep} cannot be kept")
    months = np.asarray(case.calendar.lengths, dtype=float)
    apart = np.zeros((len(paths), len(paths)))
    for r in range(len(regimes)):  # months together in a regime count as near
        at = (paths == r) * np.sqrt(months)
        apart -= at @ at.T
    apart += months.sum()
    chosen: list[int] = []
    near, errors = np.full(len(paths), np.inf), []
    for _ in range(keep):
        cost = np.minimum(near[:, None], apart).T @ chance
        cost[chosen] = np.inf
        chosen.append(int(np.argmin(cost)))
        near = np.minimum(near, apart[:, chosen[-1]])
        errors.append(float(near @ chance))
    of = np.argmin(apart[:, chosen], axis=1)
    weight: Floats = np.bincount(of, chance, minlength=keep).astype(float)
    return np.array(chosen), weight, errors[-1] / errors[0] if errors[0] > 0 else 0.0
