"""Which spares to buy next, and where to hold them: the curve for LRUs with their SRUs over all sites.

Parts without children enter by their own hull (``allocation``). A family, LRUs with the SRUs that they share, is solved
for every level of SRU stock on the path of best SRU buys: the LRUs then compete as single parts, and the lower hull is
taken over all levels. Exact for one indenture over depot and bases; with SRUs the path is a good one, not a proven best,
so every point that is shown is evaluated again with the whole network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.allocation import Allocation, Fleets, Steps, penalty
from rampart.sustainment.availability import part_factor
from rampart.sustainment.echelon_network import Counts, Floats, Network, Whole
from rampart.sustainment.echelons import before_supply, evaluate

BLOCK = 1_000_000
"""Steps looked at together in search of ties."""
MOST_LEVELS = 60
"""Levels of SRU stock tried for a family; where its path is longer, levels are spread along it."""


@dataclass(frozen=True)
class Spares:
    """The curve: step n moves one family to its next point.

    cost       (n+1,) money above what is held; logarithm (n+1,) weighted ln A
    family     (n,) family moved, point (n,) index of the state it moves to
    most       (P,) units of each part that can be bought at all; none where nothing bounds them
    states     every point of every family: level of SRU stock and place in that level's order of LRU buys
    """

    problem: Problem
    cost: Floats
    logarithm: Floats
    family: Counts
    point: Counts
    most: Floats | None = None

    @property
    def availability(self) -> Floats:
        """Exp of the weighted ln A: the geometric mean over sites, a little below the mean."""
        return np.exp(self.logarithm)

    def within(self, budget: float) -> int:
        """Last step that the budget pays for."""
        return int(np.searchsorted(self.cost, budget * (1 + 1e-12) + 1e-9, side="right")) - 1

    def reaching(self, target: float) -> int | None:
        """First step whose availability reaches the target; None where no spares reach it."""
        found = np.flatnonzero(self.availability >= target)
        return int(found[0]) if len(found) else None

    def stock(self, step: int) -> NDArray[np.int64]:
        """Spares (P, S) to hold at a step, those held now included."""
        return self.problem.stock(self.family[:step], self.point[:step])

    def stocks_along(self, first: int, last: int) -> Iterator[NDArray[np.int64]]:
        """Spares (P, S) at each step from ``first`` to ``last``, both included.

        A step moves one family; those of parts that stand alone are split over the sites many at once.
        """
        steps = np.arange(first + 1, last + 1)
        family, point = self.family[first:last], self.point[first:last]
        alone = np.isin(family, self.problem.alone)
        there: dict[int, NDArray[np.int64]] = {}
        order = np.argsort(family, kind="stable")
        begins = np.flatnonzero(np.diff(family[order], prepend=-1))
        time = np.empty(len(steps), np.int64)
        time[order] = np.arange(len(steps)) - np.repeat(begins, np.diff(np.append(begins, len(steps))))
        for again in range(int(time.max(initial=-1)) + 1):
            mine = np.flatnonzero((time == again) & alone)
            if len(mine):
                total = np.zeros(self.problem.network.parts, np.int64)
                total[family[mine]] = point[mine]
                found = self.problem.held + self.problem.only(family[mine], total)
                there |= {int(steps[n]): found[family[n]] for n in mine}
        now = self.stock(first)
        yield now
        for n, step in enumerate(steps.tolist()):
            if alone[n]:
                now = now.copy()
                now[family[n]] = there[step]
            else:
                now = self.stock(step)
            yield now


class Problem:
    """Everything that a curve needs to know, and the states of its families.

    price  (P,) money per unit; held (P, S) spares that stay where they are
    """

    def __init__(
        self, network: Network, fleets: Fleets, price: Floats, *, held: NDArray[np.int64] | None = None,
        tail: float | None = None,
    ) -> None:  # fmt: skip
        self.network, self.fleets, self.price = network, fleets, price
        self.held = np.zeros(network.demand.shape, np.int64) if held is None else held
        systems = max(float(fleets.systems.max(0, initial=0.0).sum()), 1.0)
        # What is left unsaid of all parts together stays near a thousandth of ln A.
        self.tail = tail or float(np.clip(1e-3 * systems / max(network.parts, 1), 1e-9, 1e-4))
        wanted = network.rate.sum(1) > 0
        if np.any(wanted & (price <= 0)):
            raise ValueError("a part in demand has no price above zero")
        self.alone = np.flatnonzero(wanted & ~np.isin(np.arange(network.parts), [*network.parent, *network.child]))
        self.plain = Allocation(network, fleets, held=self.held, tail=self.tail, parts=self.alone)

    @cached_property
    def start(self) -> float:
        """-ln A with what is held now."""
        state = evaluate(self.network, self.held)
        return float(sum(self._site_penalty(state.ebo[:, n], n).sum() for n in range(self.network.sites)))

    def _site_penalty(self, ebo: Floats, site: int) -> Floats:
        f = self.fleets
        return penalty(ebo, f.systems[:, site], f.weight[:, site], f.installed, f.needed)

    @cached_property
    def family_of(self) -> Whole:
        """Family (P,) of each part: the first part of its connected group; -1 for parts that stand alone."""
        group = np.arange(self.network.parts)
        while True:
            lowest = group.copy()
            np.minimum.at(lowest, self.network.child, group[self.network.parent])
            np.minimum.at(lowest, self.network.parent, lowest[self.network.child])
            if np.array_equal(lowest, group):
                break
            group = lowest
        linked = np.isin(np.arange(self.network.parts), [*self.network.parent, *self.network.child])
        return np.where(linked, group, -1)

    @cached_property
    def children_path(self) -> tuple[Whole, Whole, Whole]:
        """Best SRU buys: part, its total after the buy, and the level of its family's SRU stock that it opens."""
        kids = np.unique(self.network.child)
        if not len(kids):
            return (np.zeros(0, np.int64),) * 3
        worth = _Worth(self)
        steps = worth.steps()
        rate = steps.gain / (steps.units * self.price[steps.part])
        order = np.lexsort((steps.part, -rate, self.family_of[steps.part]))
        part, total = steps.part[order], steps.total[order]
        family = self.family_of[part]
        first = np.concatenate(([0], np.flatnonzero(np.diff(family)) + 1)) if len(family) else np.zeros(0, np.int64)
        rank = np.arange(len(family)) - np.repeat(first, np.diff(np.append(first, len(family))))
        size = np.repeat(np.diff(np.append(first, len(family))), np.diff(np.append(first, len(family))))
        # Levels 1, 2, ... one buy each, or several where the path is long.
        level = 1 + rank * MOST_LEVELS // np.maximum(size, MOST_LEVELS)
        return part, total, level

    def children_stock(self, level: Whole) -> NDArray[np.int64]:
        """Spares (P, S) with every family's SRUs at its own level (by the family's first part)."""
        part, total, opens = self.children_path
        reached = opens <= level[self.family_of[part]]
        totals = np.zeros(self.network.parts, np.int64)
        np.maximum.at(totals, part[reached], total[reached])
        kids = np.unique(self.network.child)
        stock = self.held.copy()
        if len(kids):
            # The split of a total does not depend on the rest, so each is made once.
            allocation = self._kids_allocation
            stock[allocation.parts] += allocation.stocks(totals[allocation.parts])
        return stock

    @cached_property
    def _kids_allocation(self) -> Allocation:
        return _Worth(self).allocation

    @cached_property
    def lru_points(self) -> tuple[Whole, Whole, Whole, Floats, Floats, Whole, Whole]:
        """Points of all families: family, level, place in the level's order, cost, penalty, and part and total bought.

        Place 0 of a level is its SRU stock alone; part -1 there.
        """
        kids = np.unique(self.network.child)
        lrus = np.flatnonzero((self.family_of >= 0) & ~np.isin(np.arange(self.network.parts), kids))
        # A part that is both an SRU and a system's own part is bought along the path of its family.
        families = np.unique(self.family_of[lrus])
        part, _, opens = self.children_path
        top = np.zeros(self.network.parts, np.int64)
        np.maximum.at(top, self.family_of[part], opens)
        found = []
        for level in range(int(top.max(initial=0)) + 1):
            here = families[top[families] >= level]
            if not len(here):
                continue
            at = np.where(np.isin(np.arange(self.network.parts), here), level, 0)
            stock = self.children_stock(at)
            state = evaluate(self.network, stock)
            mine = lrus[np.isin(self.family_of[lrus], here)]
            allocation = Allocation(
                self.network, self.fleets, held=stock, tail=self.tail, parts=mine,
                pipelines=before_supply(self.network, state),
            )  # fmt: skip
            start = np.zeros(self.network.parts)
            for n in range(self.network.sites):
                np.add.at(start, np.maximum(self.family_of, 0),
                          np.where(self.family_of >= 0, self._site_penalty(state.ebo[:, n], n), 0.0))  # fmt: skip
            extra = (stock - self.held).sum(1) * self.price
            base = np.zeros(self.network.parts)
            np.add.at(base, np.maximum(self.family_of, 0), np.where(self.family_of >= 0, extra, 0.0))
            found.append(self._level_points(allocation, here, level, base, start))
        if not found:
            none = np.zeros(0, np.int64)
            return none, none, none, np.zeros(0), np.zeros(0), none, none
        return tuple(np.concatenate([f[i] for f in found]) for i in range(7))  # type: ignore[return-value]

    def _level_points(
        self, allocation: Allocation, here: Whole, level: int, base: Floats, start: Floats
    ) -> tuple[Whole, Whole, Whole, Floats, Floats, Whole, Whole]:
        steps = allocation.steps()
        family = np.concatenate((here, self.family_of[steps.part]))
        part: Whole = np.concatenate((np.full(len(here), -1, np.int64), steps.part))
        total = np.concatenate((np.zeros(len(here), np.int64), steps.total))
        cost = np.concatenate((base[here], steps.units * self.price[steps.part]))
        fall = np.concatenate((start[here], -steps.gain))
        value = np.concatenate((np.full(len(here), np.inf), steps.gain / (steps.units * self.price[steps.part])))
        order = np.lexsort((part, -value, family))
        family, part, total = family[order], part[order], total[order]
        cost, fall = cost[order], fall[order]
        first = np.flatnonzero(part == -1)
        rank = np.arange(len(family), dtype=np.int64) - np.repeat(first, np.diff(np.append(first, len(family))))
        return (
            family,
            np.full(len(family), level, np.int64),
            rank,
            _running(cost, first),
            _running(fall, first),
            part,
            total,
        )

    def only(self, parts: Whole, total: Whole) -> NDArray[np.int64]:
        """Spares (P, S) above what is held with ``total`` (P,) of some parts that stand alone."""
        alone = Allocation(self.network, self.fleets, held=self.held, tail=self.tail, parts=parts)
        added = np.zeros_like(self.held)
        added[parts] = alone.stocks(total[parts])
        return added

    def stock(self, family: Whole, point: Whole) -> NDArray[np.int64]:
        """Spares (P, S) after each family has moved to the last of its points, held ones included."""
        ends: Whole = np.full(self.network.parts, -1)
        ends[family] = point  # the last entry for a family wins: points of a family stand in their order
        totals = np.zeros(self.network.parts, np.int64)
        single = self.alone[ends[self.alone] >= 0]
        totals[single] = ends[single]
        families, level, rank, _, _, part, total = self.lru_points
        at = np.zeros(self.network.parts, np.int64)
        moved = np.flatnonzero((ends >= 0) & (self.family_of >= 0))
        at[moved] = level[ends[moved]]
        stock = self.children_stock(at) if len(families) else self.held.copy()
        stock[self.alone] += self.plain.stocks(totals[self.alone])
        if len(moved):
            state = evaluate(self.network, stock)
            placed = (level == level[np.maximum(ends[families], 0)]) & (rank <= rank[np.maximum(ends[families], 0)])
            chosen = placed & (ends[families] >= 0) & (part >= 0)
            np.maximum.at(totals, part[chosen], total[chosen])
            mine = np.unique(part[chosen])
            if len(mine):
                split = Allocation(self.network, self.fleets, held=stock, tail=self.tail, parts=mine,
                                   pipelines=before_supply(self.network, state))  # fmt: skip
                stock[mine] += split.stocks(totals[mine])
        return stock


class _Worth:
    """SRUs as parts in their own right: a backorder counts by the systems that it may ground, linearly."""

    def __init__(self, problem: Problem) -> None:
        network = problem.network
        kids = np.unique(network.child)
        rate = network.rate.sum(0)
        top = problem.fleets.systems.max(0, initial=0.0)
        heavy = problem.fleets.weight.max(0, initial=0.0)
        per = np.where(top > 0, heavy / np.where(top > 0, top, 1.0), 0.0)
        # A site without systems counts as much as the sites that it serves.
        for site in reversed(network.downwards):
            below = np.flatnonzero(network.supplier == site)
            if per[site] == 0 and len(below):
                per[site] = float(np.average(per[below], weights=rate[below] + 1e-300))
        mean, variance = before_supply(network, evaluate(network, problem.held))
        one, shape = np.ones(network.parts), network.demand.shape
        linear = Fleets(
            np.broadcast_to(np.where(per > 0, 1e7, 0.0), shape), one, one, np.broadcast_to(per * 1e7, shape)
        )
        self.allocation = Allocation(
            network, linear, held=problem.held, tail=problem.tail, parts=kids, pipelines=(mean, variance)
        )

    def steps(self) -> Steps:
        return self.allocation.steps()


def _running(values: Floats, first: Whole) -> Floats:
    """Running sums that begin anew at each of ``first``."""
    total = np.cumsum(values)
    before = total[first] - values[first]
    return total - np.repeat(before, np.diff(np.append(first, len(values))))


def curve(
    network: Network, fleets: Fleets, price: Floats, *, held: NDArray[np.int64] | None = None, tail: float | None = None
) -> Spares:
    """The whole curve from what is held now to where no further spare helps.

    price  (P,) money per unit, above zero for every part in demand
    """
    problem = Problem(network, fleets, price, held=held, tail=tail)
    single = problem.plain.steps()
    family, point = [single.part], [single.total]
    paid = price[single.part]
    paid *= single.units
    cost, gain = [paid], [single.gain]
    del paid
    families, _, _, spent, worth, _, _ = problem.lru_points
    if len(families):
        moved, start, end = _family_hulls(families, spent, worth)
        family.append(moved)
        point.append(end)
        cost.append(spent[end] - spent[start])
        gain.append(worth[start] - worth[end])
    who, where, money, better = (_joined(x) for x in (family, point, cost, gain))
    # Where no part has parts inside, what lacks at first is known from the steps.
    first = problem.start if len(families) else single.start
    del single
    # Gains of a family fall along its hull, so sorting keeps the order within each; ties by family.
    order = _by_value(better, money, who, where)
    who, where = (_taken(each, order, np.empty(len(order), np.int32)) for each in (who, where))
    spent_by = _summed(0.0, money, order)
    del money
    return Spares(problem, spent_by, _summed(-first, better, order), who, where)


def _joined(pieces: list[Any]) -> Any:
    """The pieces as one array; one piece as it is, since a curve of many parts fills a good part of the memory."""
    return pieces.pop() if len(pieces) == 1 else np.concatenate(pieces)


def _taken(values: Any, order: Whole, result: Any) -> Any:
    """Values in an order (n,), piece by piece: the order of all at once in the numbers that ``take`` wants is as long again."""
    for first in range(0, len(order), BLOCK):
        piece = slice(first, first + BLOCK)
        result[piece] = values[order[piece]]
    return result


def _summed(first: float, steps: Floats, order: Whole) -> Floats:
    """Running sums from ``first`` on, (n+1,) of n steps taken in an order."""
    result = np.empty(len(steps) + 1)
    result[0] = first
    _taken(steps, order, result[1:])
    np.cumsum(result[1:], out=result[1:])
    result[1:] += first
    return result


def _by_value(gain: Floats, money: Floats, family: Whole, point: Whole) -> Any:
    """Order of the steps by gain per money, the largest first; among equals by family, then by point.

    Whole numbers are sorted, rounded values with the places below them, which takes a fraction of the time and of the memory
    of an order of values; the few that are rounded to the same are set in order after it.
    """
    value = np.maximum(money, 1e-300)
    np.divide(gain, value, out=value)
    np.maximum(value, 0.0, out=value)
    with np.errstate(over="ignore", under="ignore"):
        rounded = value.astype(np.float32)
    del value
    bits = rounded.view(np.uint32)  # those of numbers above zero are in their order
    packed = np.invert(bits, out=bits).astype(np.uint64)
    del rounded, bits
    packed <<= np.uint64(32)
    packed |= np.arange(len(packed), dtype=np.uint32)
    packed.sort()
    alike = [
        first + np.flatnonzero((packed[first:-1][:BLOCK] ^ packed[first + 1 : first + BLOCK + 1]) >> np.uint64(32) == 0)
        for first in range(0, len(packed) - 1, BLOCK)
    ]
    same: Whole = np.concatenate(alike) if alike else np.zeros(0, np.int64)
    order: Any = packed.astype(np.uint32)  # the lower half
    del packed
    at = np.union1d(same, same + 1)
    mine = order[at]
    value = gain[mine] / np.maximum(money[mine], 1e-300)
    order[at] = mine[np.lexsort((point[mine], family[mine], -value))]
    return order


def _family_hulls(family: Whole, cost: Floats, value: Floats) -> tuple[Whole, Whole, Whole]:
    """Edges of the lower hull of each family's points: family, point at the start, point at the end."""
    order = np.lexsort((value, cost, family))
    groups, first = np.unique(family[order], return_index=True)
    size = np.diff(np.append(first, len(order)))
    width = int(size.max())
    at = first[:, None] + np.minimum(np.arange(width), size[:, None] - 1)
    x, y = cost[order][at], value[order][at]
    here = np.zeros(len(groups), np.int64)
    active = np.arange(len(groups))
    edges: list[tuple[Whole, Whole, Whole]] = []
    while len(active):
        a = here[active]
        dx = x[active] - x[active, a][:, None]
        dy = y[active, a][:, None] - y[active]
        slope = np.where(dx > 1e-12, dy / np.where(dx > 1e-12, dx, 1.0), -np.inf)
        best = width - 1 - np.argmax(slope[:, ::-1] >= slope.max(1)[:, None] * (1 - 1e-12), axis=1)
        going = slope[np.arange(len(active)), best] > 1e-15
        active, a, best = active[going], a[going], best[going]
        if len(active):
            edges.append((groups[active], order[at[active, a]], order[at[active, best]]))
            here[active] = best
    if not edges:
        none = np.zeros(0, np.int64)
        return none, none, none
    return tuple(np.concatenate([e[i] for e in edges]) for i in range(3))  # type: ignore[return-value]


def availability_by_site(problem: Problem, stock: NDArray[np.int64]) -> Floats:
    """Supply availability (S,) of one type of system at each site, by the whole network; nan where there are none."""
    state = evaluate(problem.network, stock)
    found = np.full(problem.network.sites, np.nan)
    for n in np.flatnonzero(problem.fleets.systems.any(axis=0)):
        f = problem.fleets
        there = f.systems[:, n] > 0
        factors = part_factor(state.ebo[there, n], f.systems[there, n], f.installed[there], f.needed[there])
        found[n] = float(np.prod(factors))
    return found
