"""The whole cost-availability curve over several echelons: where to hold how many spares of every part.

For one part, with stock s at a site fixed, its backorders there are known, and the sites below compete for the
remaining spares with convex penalties, so that the best split follows from sorting their gains. Over s the penalty is
not convex: every s is tried, the best for each total kept, and the lower convex hull over the total taken. Sorting all
parts' hull steps by gain per euro gives the curve. It is the concave hull of enumeration for any number of parts with
one level of sites below a depot and VARI-METRIC pipelines; with more levels a middle site enters by its own hull.
Naive buying of one unit at a time misses up to three quarters of the effect.

Arrays run over parts; the loops run over sites and over the stock of the sites that supply others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Counts, Floats, Network, Whole
from rampart.sustainment.echelons import own_pipeline, sharing
from rampart.sustainment.marginal import CAP
from rampart.sustainment.pipelines import backorder_table, backorders, enough

CELLS = 3_000_000
"""Numbers in one working array; parts are taken in chunks that keep to it, so memory does not grow with the case."""
MOST_STOCKS = 250
"""Stocks of a supplying site that are tried; where more may be of use, they are spread evenly over the range."""


@dataclass(frozen=True)
class Fleets:
    """Systems that the sites support.

    systems    (P, S) systems at the site that hold the part; zero where there are none
    installed  (P,) places of the part in a system; needed (P,) of them that must be filled
    weight     (P, S) how much their ln A counts; by default their share of all systems
    """

    systems: Floats
    installed: Floats
    needed: Floats
    weight: Floats

    @classmethod
    def of(cls, systems: Floats, installed: Floats, needed: Floats | None = None) -> Fleets:
        """One type of system, all of whose parts are here, weighted by their number at each site (S,)."""
        total = systems.sum()
        each = np.broadcast_to(systems, (len(installed), len(systems)))
        return cls(each, installed, installed if needed is None else needed, each / (total if total else 1.0))


@dataclass(frozen=True)
class Steps:
    """Hull steps of every part: ``part`` goes to ``total`` spares above what is held, for ``gain`` in weighted ln A."""

    part: Counts
    total: Counts
    units: Counts
    gain: Floats


def penalty(ebo: Floats, systems: Floats, weight: Floats, installed: Floats, needed: Floats) -> Floats:
    """Weighted -ln of the part factor, all of one shape or broadcast: kept finite, whatever is installed.

    The share of empty places is kept below one less ``CAP``; where some places may be empty, the factor above ``CAP``.
    """
    places = systems * installed
    empty = np.minimum(ebo / np.where(places > 0, places, 1.0), 1.0)
    # In logarithms: a power of a hundred places passes below what a number can hold.
    whole = -weight * installed * np.log1p(-np.minimum(empty, 1.0 - CAP))
    if np.array_equal(installed, needed):
        return np.asarray(whole)
    from scipy import special

    left = installed - needed + 1.0
    share = np.where(needed <= 0, 1.0, special.betainc(np.maximum(needed, 1e-9), left, 1.0 - empty))
    return np.where(needed == installed, whole, -weight * np.log(np.maximum(share, CAP)))


class Allocation:
    """Best stock of every part for every total, over a network of sites, for parts without children.

    held   (P, S) spares that are there already and stay where they are
    tail   the search ends where one more spare is used with less than this probability
    """

    def __init__(
        self, network: Network, fleets: Fleets, *, held: NDArray[np.int64] | None = None, tail: float = 1e-7,
        pipelines: tuple[Floats, Floats] | None = None, parts: Whole | None = None,
    ) -> None:  # fmt: skip
        self.network, self.fleets, self.tail = network, fleets, tail
        mean, variance = own_pipeline(network) if pipelines is None else pipelines
        up = sharing(network).up
        chosen = np.arange(network.parts) if parts is None else parts
        self.parts = chosen
        self.mean, self.variance, self.up = mean[chosen], variance[chosen], up[chosen]
        self.held = np.zeros(self.mean.shape, np.int64) if held is None else held[chosen]
        self.installed, self.needed = fleets.installed[chosen], fleets.needed[chosen]
        self.systems, self.weight = fleets.systems[chosen], fleets.weight[chosen]
        self.below = {n: [int(c) for c in np.flatnonzero(network.supplier == n)] for n in range(network.sites)}
        self.roots = [n for n in network.downwards if network.supplier[n] < 0]

    def chunks(self) -> Iterator[Whole]:
        """Parts of about one pipeline length at a time, as many as the working memory takes."""
        size = self.mean.sum(1)
        order = np.argsort(size, kind="stable")
        at = 0
        while at < len(order):
            # The longest pipeline of the chunk decides how wide the arrays are.
            guess = min(len(order), at + 4096)
            width = self._width(order[at:guess]) * (self.mean.shape[1] + 1)
            guess = min(guess, at + max(1, CELLS // width))
            yield order[at:guess]
            at = guess

    def _width(self, rows: Whole) -> int:
        return 2 + max(self._most(rows, n) for n in range(self.mean.shape[1]))

    def _most(self, rows: Whole, site: int) -> int:
        """Spares of a part at a site above which one more is hardly ever used, whatever the supplier holds."""
        path, worst, spread = site, self.mean[rows, site].copy(), self.variance[rows, site].copy()
        share = np.ones(len(rows))
        while self.network.supplier[path] >= 0:
            share = share * self.up[rows, path]
            path = int(self.network.supplier[path])
            worst += share * self.mean[rows, path]
            spread += share * np.maximum(self.variance[rows, path], self.mean[rows, path])
        top = int(np.argmax(worst))
        if worst[top] == 0:
            return 0
        ratio = float(np.max(np.divide(spread, worst, out=np.ones_like(worst), where=worst > 0)))
        return enough(float(worst[top]), float(worst[top]) * max(1.0, ratio), self.tail)

    def steps(self) -> Steps:
        """Hull steps of every part, parts in no special order, steps of a part in the order of buying."""
        none = np.zeros(0, np.int32)
        columns: tuple[list[Any], ...] = ([none], [none], [none], [np.zeros(0)])
        names = self.parts.astype(np.int32)
        for rows in self.chunks():
            for part, *others in _hull_steps(rows, self._forest(rows)):
                for column, piece in zip(columns, (names[part], *others), strict=True):
                    column.append(piece)
        whole = []
        for column in columns:
            whole.append(np.concatenate(column))
            column.clear()
        return Steps(*whole)

    def values(self, rows: Whole | None = None) -> Floats:
        """Penalty of each part (rows) for every total of spares above what is held, before the hull is taken."""
        return self._forest(np.arange(len(self.parts)) if rows is None else rows)

    def _forest(self, rows: Whole) -> Floats:
        values = [self._tree(rows, n, self.mean[rows, n], self.variance[rows, n]) for n in self.roots]
        return values[0] if len(values) == 1 else _merged([_convex(v) for v in values])

    def _penalty(self, rows: Whole, site: int, ebo: Floats) -> Floats:
        """Weighted -ln of the part factor at a site; zero where no systems are."""
        shape = (len(rows),) + (1,) * (ebo.ndim - 1)
        systems, weight = self.systems[rows, site].reshape(shape), self.weight[rows, site].reshape(shape)
        if not weight.any():
            return np.zeros_like(ebo)
        return penalty(ebo, systems, weight, self.installed[rows].reshape(shape), self.needed[rows].reshape(shape))

    def _leaf(self, rows: Whole, site: int, mean: Floats, variance: Floats, most: int) -> Floats:
        """Penalty of a site that supplies no other, for 0, 1, ... spares above those held."""
        # What is held far above any use says no more than what is held just above it, however much that is.
        held = np.minimum(self.held[rows, site], 2 * most + 50)
        table = backorder_table(mean, variance, most + int(held.max(initial=0)))
        if held.any():
            table = np.take_along_axis(table, held[:, None] + np.arange(most + 1), axis=1)
        return self._penalty(rows, site, table)

    def _tree(self, rows: Whole, site: int, mean: Floats, variance: Floats) -> Floats:
        """Least penalty of a site and all below it for every total of spares above those held."""
        most = self._most(rows, site)
        if not self.below[site]:
            return self._leaf(rows, site, mean, variance, most)
        result: Floats | None = None
        for stock, values in self._with_each(rows, site, mean, variance, most):
            if result is None:
                result = np.full((len(rows), values.shape[1] + most), np.inf)
            width = values.shape[1]
            np.minimum(result[:, stock : stock + width], values, out=result[:, stock : stock + width])
        assert result is not None
        # A total past what any branch can use is as good as that branch's last.
        return np.minimum.accumulate(result, axis=1)

    def _with_each(
        self, rows: Whole, site: int, mean: Floats, variance: Floats, most: int
    ) -> Iterator[tuple[int, Floats]]:
        """``_with`` for every stock to try up to ``most``, as many at once as the working memory takes."""
        stocks = np.unique(np.linspace(0, most, min(most, MOST_STOCKS) + 1).round().astype(np.int64))
        width = (self._width(rows) + 1) * (1 + len(self.below[site])) * max(len(rows), 1)
        for block in np.array_split(stocks, max(1, -(-len(stocks) * width // CELLS))):
            if not len(block):
                continue
            times, stock = len(block), np.repeat(block, len(rows))
            values = self._with(np.tile(rows, times), site, np.tile(mean, times), np.tile(variance, times), stock)
            yield from zip(block.tolist(), values.reshape(times, len(rows), -1), strict=True)

    def _with(self, rows: Whole, site: int, mean: Floats, variance: Floats, stock: int | Whole) -> Floats:
        """Least penalty below a site that holds ``stock`` more than now, by spares in the sites below."""
        ebo, vbo = backorders(mean, variance, self.held[rows, site] + stock)
        branches = []
        for child in self.below[site]:
            f = self.up[rows, child]
            below_mean = self.mean[rows, child] + f * ebo
            below_variance = self.variance[rows, child] + f * (1 - f) * ebo + f * f * vbo
            branches.append(_convex_if(self._tree(rows, child, below_mean, below_variance), bool(self.below[child])))
        return _merged(branches) + self._penalty(rows, site, ebo)[:, None]

    def stocks(self, total: NDArray[np.int64]) -> NDArray[np.int64]:
        """Spares (P, S) to add so that each part has ``total`` (P,) more than now, split in the best way."""
        added = np.zeros_like(self.held)
        for rows in self.chunks():
            rows = rows[total[rows] > 0]
            if len(rows):
                self._split_roots(rows, total[rows], added)
        return added

    def _split_roots(self, rows: Whole, total: Whole, added: NDArray[np.int64]) -> None:
        means = {n: (self.mean[rows, n], self.variance[rows, n]) for n in self.roots}
        if len(self.roots) == 1:
            self._split(rows, self.roots[0], *means[self.roots[0]], total, added)
            return
        branches = [_convex(self._tree(rows, n, *means[n])) for n in self.roots]
        for n, given in zip(self.roots, _dealt(branches, total), strict=True):
            self._split(rows, n, *means[n], given, added)

    def _split(
        self, rows: Whole, site: int, mean: Floats, variance: Floats, total: Whole, added: NDArray[np.int64]
    ) -> None:
        if not self.below[site]:
            added[rows, site] = total
            return
        # The same branches as in ``_tree``: the best stock here for each part's own total.
        best = np.full(len(rows), np.inf)
        choice = np.zeros(len(rows), np.int64)
        for stock, values in self._with_each(rows, site, mean, variance, self._most(rows, site)):
            if stock > total.max():
                break
            left = np.clip(total - stock, 0, values.shape[1] - 1)
            here = np.where(total >= stock, values[np.arange(len(rows)), left], np.inf)
            better = here < best - 1e-15
            best, choice = np.where(better, here, best), np.where(better, stock, choice)
        added[rows, site] = choice
        for stock in np.unique(choice):
            at = np.flatnonzero(choice == stock)
            self._split_below(rows[at], site, mean[at], variance[at], int(stock), total[at] - stock, added)

    def _split_below(
        self, rows: Whole, site: int, mean: Floats, variance: Floats, stock: int, left: Whole,
        added: NDArray[np.int64],
    ) -> None:  # fmt: skip
        ebo, vbo = backorders(mean, variance, self.held[rows, site] + stock)
        moments, branches = [], []
        for child in self.below[site]:
            f = self.up[rows, child]
            pair = (
                self.mean[rows, child] + f * ebo,
                self.variance[rows, child] + f * (1 - f) * ebo + f * f * vbo,
            )
            moments.append(pair)
            branches.append(_convex_if(self._tree(rows, child, *pair), bool(self.below[child])))
        for child, pair, given in zip(self.below[site], moments, _dealt(branches, left), strict=True):
            self._split(rows, child, *pair, given, added)


def _merged(branches: list[Floats]) -> Floats:
    """Least sum of convex penalties for every total: the falls of all branches, largest first."""
    falls = np.concatenate([b[:, :-1] - b[:, 1:] for b in branches], axis=1)
    falls = np.sort(falls, axis=1)[:, ::-1]
    start = np.sum([b[:, 0] for b in branches], axis=0)
    return np.concatenate((start[:, None], start[:, None] - np.cumsum(falls, axis=1)), axis=1)


def _dealt(branches: list[Floats], total: Whole) -> list[Whole]:
    """Units of each branch when ``total`` are dealt to the largest falls."""
    falls = np.concatenate([b[:, :-1] - b[:, 1:] for b in branches], axis=1)
    rank = np.argsort(np.argsort(-falls, axis=1, kind="stable"), axis=1, kind="stable")
    taken = rank < total[:, None]
    ends = np.cumsum([b.shape[1] - 1 for b in branches])[:-1]
    return [part.sum(1).astype(np.int64) for part in np.split(taken, ends, axis=1)]


def _convex_if(values: Floats, needed: bool) -> Floats:
    return _convex(values) if needed else values


def _convex(values: Floats) -> Floats:
    """The greatest convex curve below each row."""
    kept = _on_hull(values)
    span = np.arange(values.shape[1])
    before = np.maximum.accumulate(np.where(kept, span, 0), axis=1)
    after = np.minimum.accumulate(np.where(kept, span, span[-1])[:, ::-1], axis=1)[:, ::-1]
    first, last = (np.take_along_axis(values, at, axis=1) for at in (before, after))
    share = (span - before) / np.maximum(after - before, 1)
    return np.asarray(first + share * (last - first))


def _on_hull(values: Floats) -> NDArray[np.bool_]:
    """Which points of each row lie on its lower convex hull: those above a chord of others go, until none does."""
    width = values.shape[1]
    span = np.arange(width)
    kept = np.ones(values.shape, bool)
    active = np.arange(len(values))
    while width > 2 and len(active):
        v, here = values[active], kept[active]
        before = np.maximum.accumulate(np.where(here, span, 0), axis=1)[:, :-2]
        after = np.minimum.accumulate(np.where(here, span, width - 1)[:, ::-1], axis=1)[:, ::-1][:, 2:]
        middle, j = v[:, 1:-1], span[1:-1]
        fall = (np.take_along_axis(v, before, axis=1) - middle) * (after - j)
        rise = (middle - np.take_along_axis(v, after, axis=1)) * (j - before)
        # Points on an edge go too, so that no edge is cut in two.
        gone = here[:, 1:-1] & (fall <= rise * (1 + 1e-12) + 1e-18)
        kept[active, 1:-1] &= ~gone
        active = active[gone.any(axis=1)]
    return kept


def _hull_steps(rows: Whole, values: Floats) -> Iterator[tuple[Whole, Counts, Counts, Floats]]:
    kept = _on_hull(values)
    row, end = np.nonzero(kept[:, 1:])
    end = end + 1
    start = np.maximum.accumulate(np.where(kept, np.arange(values.shape[1]), 0), axis=1)[row, end - 1]
    gain = values[row, start] - values[row, end]
    worth = gain > 1e-15
    yield rows[row[worth]], end[worth].astype(np.int32), (end - start)[worth].astype(np.int32), gain[worth]
