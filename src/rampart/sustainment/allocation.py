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
from rampart.sustainment.pipelines import backorder_table, backorders, enough, recurs

CELLS = 250_000
"""Numbers in one working array; parts are taken in chunks that keep to it, so that it stays near the processor."""
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
    """Hull steps of every part: ``part`` goes to ``total`` spares above what is held, for ``gain`` in weighted ln A.

    start   penalty of all parts together with what is held
    """

    part: Counts
    total: Counts
    units: Counts
    gain: Floats
    start: float


def penalty(ebo: Floats, systems: Floats, weight: Floats, installed: Floats, needed: Floats) -> Floats:
    """Weighted -ln of the part factor, all of one shape or broadcast: kept finite, whatever is installed.

    The share of empty places is kept below one less ``CAP``; where some places may be empty, the factor above ``CAP``.
    """
    places = systems * installed
    # In logarithms: a power of a hundred places passes below what a number can hold.
    whole = np.maximum(ebo * (-1.0 / np.where(places > 0, places, 1.0)), CAP - 1.0)
    np.log1p(whole, out=whole)
    whole *= -weight * installed
    if np.array_equal(installed, needed):
        return whole
    from scipy import special

    empty = np.minimum(ebo / np.where(places > 0, places, 1.0), 1.0)
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
        self.parts = np.arange(network.parts) if parts is None else parts
        all_of_them = np.array_equal(self.parts, np.arange(network.parts))
        chosen: Whole | slice = slice(None) if all_of_them else self.parts  # a slice copies nothing
        self.mean, self.variance, self.up = mean[chosen], variance[chosen], up[chosen]
        self.held = np.zeros(self.mean.shape, np.int64) if held is None else held[chosen]
        self.installed, self.needed = fleets.installed[chosen], fleets.needed[chosen]
        self.systems, self.weight = fleets.systems[chosen], fleets.weight[chosen]
        self._table: tuple[Floats, Floats, Floats, Floats] | None = None
        self._last: dict[tuple[str, ...], tuple[Whole, Whole, tuple[Any, ...]]] = {}
        self.below = {n: [int(c) for c in np.flatnonzero(network.supplier == n)] for n in range(network.sites)}
        self.roots = [n for n in network.downwards if network.supplier[n] < 0]

    def _cut(self, rows: Whole, sites: Whole, names: tuple[str, ...]) -> tuple[Any, ...]:
        """Some figures of some parts at some sites, each (n, L): kept for the next stock of the site that supplies them."""
        known = self._last.get(names)
        if known is None or known[0] is not rows or not np.array_equal(known[1], sites):
            at = np.ix_(rows, sites)
            self._last[names] = known = (rows, sites, tuple(getattr(self, name)[at] for name in names))
        return known[2]

    def _forget(self) -> None:
        """Let go of what is kept from stock to stock."""
        self._table, self._last = None, {}

    def chunks(self) -> Iterator[Whole]:
        """Parts of about one pipeline length at a time, as many as the working memory takes."""
        size = self.mean.sum(1)
        order = np.argsort(size, kind="stable")
        at, many = 0, 4096
        while at < len(order):
            # The longest pipeline of the chunk decides how wide the arrays are; the next chunk is about as wide.
            rows = order[at : at + many]
            for _ in range(2):
                width = (2 + int(self._tops(rows).max())) * (self.mean.shape[1] + 1)
                many = max(1, CELLS // width)
                if len(rows) <= many + many // 4:
                    break
                rows = rows[:many]
            yield rows
            at += len(rows)

    def _tops(self, rows: Whole) -> Whole:
        """Spares of a part at each site (S,) above which one more is hardly ever used, whatever the suppliers hold."""
        mean, variance, up = self.mean[rows], self.variance[rows], self.up[rows]
        worst, spread, share = mean.copy(), variance.copy(), np.ones_like(mean)
        path = np.arange(mean.shape[1])
        going = np.flatnonzero(self.network.supplier[path] >= 0)
        while len(going):
            share[:, going] *= up[:, path[going]]
            path[going] = self.network.supplier[path[going]]
            above = path[going]
            worst[:, going] += share[:, going] * mean[:, above]
            spread[:, going] += share[:, going] * np.maximum(variance[:, above], mean[:, above])
            going = going[self.network.supplier[above] >= 0]
        ratio = np.divide(spread, worst, out=np.ones_like(worst), where=worst > 0).max(axis=0, initial=1.0)
        most = worst.max(axis=0, initial=0.0)
        return np.array([enough(m, m * r, self.tail) for m, r in zip(most.tolist(), ratio.tolist(), strict=True)])

    def steps(self) -> Steps:
        """Hull steps of every part, parts in no special order, steps of a part in the order of buying."""
        # Columns grow where they are: pieces joined at the end would take the memory of all steps twice.
        columns: list[Any] = [np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)]
        names, start, used = self.parts.astype(np.int32), 0.0, 0
        for rows in self.chunks():
            values = self._forest(rows)
            start += float(values[:, 0].sum())
            which, *others = _hull_steps(rows, values)
            end = used + len(which)
            for column, piece in zip(columns, (names[which], *others), strict=True):
                if end > len(column):
                    column.resize(end + end // 4, refcheck=False)
                column[used:end] = piece
            used = end
        self._forget()
        for column in columns:
            column.resize(used, refcheck=False)
        part, total, units, gain = columns
        return Steps(part, total, units, gain, start)

    def values(self, rows: Whole | None = None) -> Floats:
        """Penalty of each part (rows) for every total of spares above what is held, before the hull is taken."""
        return self._forest(np.arange(len(self.parts)) if rows is None else rows)

    def _forest(self, rows: Whole) -> Floats:
        tops = self._tops(rows)
        values = [self._tree(rows, tops, n, self.mean[rows, n], self.variance[rows, n]) for n in self.roots]
        if len(values) == 1:
            return values[0]
        return _merged(*_side_by_side([_falls(_convex(v)[:, None]) for v in values]))

    def _penalty(self, rows: Whole, site: int, ebo: Floats) -> Floats:
        """Weighted -ln of the part factor (..., n) at a site; zero where no systems are."""
        systems, weight = self.systems[rows, site], self.weight[rows, site]
        if not weight.any():
            return np.zeros_like(ebo)
        return penalty(ebo, systems, weight, self.installed[rows], self.needed[rows])

    def _leaves(self, rows: Whole, sites: Whole, mean: Floats, variance: Floats, most: int) -> Floats:
        """Penalty (..., n, L, most+1) of sites that supply no other, for 0, 1, ... spares above those held."""
        held, systems, weight = self._cut(rows, sites, ("held", "systems", "weight"))
        # What is held far above any use says no more than what is held just above it, however much that is.
        held = np.minimum(held, 2 * most + 50)[:, :, None]
        table = backorder_table(mean, variance, most + int(held.max(initial=0)))
        if held.any():
            wanted = np.broadcast_to(held + np.arange(most + 1), (*mean.shape, most + 1))
            table = np.take_along_axis(table, wanted, axis=-1)
        if not weight.any():
            return np.zeros_like(table)
        systems, weight = systems[:, :, None], weight[:, :, None]
        return penalty(table, systems, weight, self.installed[rows][:, None, None], self.needed[rows][:, None, None])

    def _tree(self, rows: Whole, tops: Whole, site: int, mean: Floats, variance: Floats) -> Floats:
        """Least penalty of a site and all below it for every total of spares above those held."""
        most = int(tops[site])
        if not self.below[site]:
            return self._leaves(rows, np.array([site]), mean[:, None], variance[:, None], most)[:, 0]
        result: Floats | None = None
        for stock, values in self._with_each(rows, tops, site, mean, variance):
            if result is None:
                result = np.full((len(rows), values.shape[1] + most), np.inf)
            width = values.shape[1]
            np.minimum(result[:, stock : stock + width], values, out=result[:, stock : stock + width])
        assert result is not None
        # A total past what any branch can use is as good as that branch's last.
        return np.minimum.accumulate(result, axis=1, out=result)

    def _with_each(
        self, rows: Whole, tops: Whole, site: int, mean: Floats, variance: Floats
    ) -> Iterator[tuple[int, Floats]]:
        """Least penalty below a site for every stock there to try, as many at once as the working memory takes."""
        most = int(tops[site])
        stocks = np.unique(np.linspace(0, most, min(most, MOST_STOCKS) + 1).round().astype(np.int64))
        width = (int(tops.max()) + 3) * (1 + len(self.below[site])) * max(len(rows), 1)
        for block in np.array_split(stocks, max(1, -(-len(stocks) * width // CELLS))):
            if not len(block):
                continue
            below = self._below(rows, tops, site, mean, variance, block[:, None])
            values = _merged(below.start, below.falls)
            values += self._penalty(rows, site, below.owed)[..., None]
            yield from zip(block.tolist(), values, strict=True)

    def _below(self, rows: Whole, tops: Whole, site: int, mean: Floats, variance: Floats, stock: Whole) -> _Below:
        """What the sites below one gain by spares, where it holds ``stock`` (T, 1) or (T, n) more than now."""
        ebo, vbo = self._owed(rows, site, mean, variance, stock, int(tops[site]))
        below = np.array(self.below[site])
        f, mean_below, variance_below = self._cut(rows, below, ("up", "mean", "variance"))
        owed, spread = ebo[..., None], vbo[..., None]
        means, variances = f * owed, (f * (1.0 - f)) * owed
        means += mean_below
        variances += (f * f) * spread
        variances += variance_below
        pieces: list[tuple[Floats, Floats]] = []
        columns: dict[int, tuple[int, int]] = {}
        wide = 0
        for places in self._alike(below, tops):
            n = below[places]
            if self.below[int(n[0])]:
                one, many = int(places[0]), np.tile(rows, len(ebo))
                tree = self._tree(many, tops, int(n[0]), means[..., one].ravel(), variances[..., one].ravel())
                values = _convex(tree).reshape(*ebo.shape, 1, -1)
            else:
                chosen = slice(None) if len(places) == len(below) else places
                values = self._leaves(rows, n, means[..., chosen], variances[..., chosen], int(tops[n].max()))
            start, falls = _falls(values)
            pieces.append((start, falls))
            each = falls.shape[-1] // len(n)
            for k, site_below in enumerate(n.tolist()):
                columns[site_below] = (wide + k * each, wide + (k + 1) * each)
            wide += falls.shape[-1]
        return _Below(*_side_by_side(pieces), ebo, below, means, variances, columns)

    def _owed(
        self, rows: Whole, site: int, mean: Floats, variance: Floats, stock: Whole, top: int
    ) -> tuple[Floats, Floats]:
        """Mean and variance (T, n) of what a site owes that holds ``stock`` (T, 1) or (T, n) more than now, ``top`` at most.

        E B(s)^2 = E X^2 - sum over k < s of E B(k) + E B(k+1), since E B(k)^2 - E B(k+1)^2 = 2 E B(k) - P(X > k)
        """
        held = self.held[rows, site]
        width = int(top + held.max(initial=0)) + 1
        if width * len(rows) > CELLS or not recurs(mean, variance).all():
            return backorders(mean, variance, held + stock)
        if self._table is None or self._table[0] is not mean or self._table[1] is not variance:
            table = backorder_table(mean, variance, width - 1)
            square = np.empty_like(table)
            square[:, 0] = variance + mean * mean
            square[:, 1:] = square[:, :1] - np.cumsum(table[:, :-1] + table[:, 1:], axis=1)
            self._table = mean, variance, table, np.maximum(square - table * table, 0.0)
        at = np.arange(len(rows)), held + stock
        return self._table[2][at], self._table[3][at]

    def _alike(self, below: Whole, tops: Whole) -> list[Whole]:
        """Places of sites that supply no other and hold about as many at most, to be worked out at once; others alone."""
        found: list[list[int]] = []
        for k in sorted(range(len(below)), key=lambda k: (bool(self.below[int(below[k])]), int(tops[below[k]]))):
            leaf = not self.below[int(below[k])]
            if found and leaf and tops[below[k]] <= 1.25 * tops[below[found[-1][0]]] + 1:
                found[-1].append(k)
            else:
                found.append([k])
        return [np.sort(one) for one in found]

    def stocks(self, total: NDArray[np.int64]) -> NDArray[np.int64]:
        """Spares (P, S) to add so that each part has ``total`` (P,) more than now, split in the best way."""
        added = np.zeros_like(self.held)
        for rows in self.chunks():
            rows = rows[total[rows] > 0]
            if len(rows):
                self._split_roots(rows, total[rows], added)
        return added

    def _split_roots(self, rows: Whole, total: Whole, added: NDArray[np.int64]) -> None:
        means, tops = {n: (self.mean[rows, n], self.variance[rows, n]) for n in self.roots}, self._tops(rows)
        if len(self.roots) == 1:
            self._split(rows, tops, self.roots[0], *means[self.roots[0]], total, added)
            return
        branches = [_falls(_convex(self._tree(rows, tops, n, *means[n]))[:, None])[1] for n in self.roots]
        ends = np.cumsum([falls.shape[1] for falls in branches]).tolist()
        columns = dict(zip(self.roots, zip([0, *ends[:-1]], ends, strict=True), strict=True))
        for n, given in _dealt(np.concatenate(branches, axis=1), columns, total).items():
            self._split(rows, tops, n, *means[n], given, added)

    def _split(
        self, rows: Whole, tops: Whole, site: int, mean: Floats, variance: Floats, total: Whole,
        added: NDArray[np.int64],
    ) -> None:  # fmt: skip
        if not self.below[site]:
            added[rows, site] = total
            return
        # The same branches as in ``_tree``: the best stock here for each part's own total.
        best = np.full(len(rows), np.inf)
        choice = np.zeros(len(rows), np.int64)
        for stock, values in self._with_each(rows, tops, site, mean, variance):
            if stock > total.max():
                break
            left = np.clip(total - stock, 0, values.shape[1] - 1)
            here = np.where(total >= stock, values[np.arange(len(rows)), left], np.inf)
            better = here < best - 1e-15
            best, choice = np.where(better, here, best), np.where(better, stock, choice)
        added[rows, site] = choice
        below = self._below(rows, tops, site, mean, variance, choice[None, :])
        place = {n: k for k, n in enumerate(below.sites.tolist())}
        for n, given in _dealt(below.falls[0], below.columns, total - choice).items():
            pipeline = below.means[0, :, place[n]], below.variances[0, :, place[n]]
            self._split(rows, tops, n, *pipeline, given, added)


@dataclass(frozen=True, eq=False)
class _Below:
    """What the sites below one gain by spares, for T stocks of it and n parts.

    start (T, n) penalty without spares there; falls (T, n, W) by one more, each site's in their ``columns``, largest first
    owed  (T, n) backorders of the site itself; means, variances (T, n, L) of the pipelines of the ``sites`` (L,) below
    """

    start: Floats
    falls: Floats
    owed: Floats
    sites: Whole
    means: Floats
    variances: Floats
    columns: dict[int, tuple[int, int]]


def _falls(values: Floats) -> tuple[Floats, Floats]:
    """Value (..., n) without spares and falls (..., n, L*most) by one more of convex penalties (..., n, L, most+1)."""
    falls = np.empty((*values.shape[:-1], values.shape[-1] - 1))
    np.subtract(values[..., :-1], values[..., 1:], out=falls)
    return values[..., 0].sum(axis=-1), falls.reshape(*falls.shape[:-2], -1)


def _side_by_side(pieces: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    if len(pieces) == 1:
        return pieces[0]
    return np.sum([start for start, _ in pieces], axis=0), np.concatenate([falls for _, falls in pieces], axis=-1)


def _merged(start: Floats, falls: Floats) -> Floats:
    """Least sum (..., W+1) of convex penalties for every total: the falls (..., W) of all branches, largest first."""
    rises = np.negative(falls)
    rises.sort(axis=-1)
    result = np.empty((*start.shape, falls.shape[-1] + 1))
    result[..., 0] = start
    np.cumsum(rises, axis=-1, out=result[..., 1:])
    result[..., 1:] += start[..., None]
    return result


def _dealt(falls: Floats, columns: dict[int, tuple[int, int]], total: Whole) -> dict[int, Whole]:
    """Units (n,) of each branch when ``total`` are dealt to the largest falls (n, W)."""
    rank = np.argsort(np.argsort(-falls, axis=1, kind="stable"), axis=1, kind="stable")
    taken = rank < total[:, None]
    return {n: taken[:, first:last].sum(1).astype(np.int64) for n, (first, last) in columns.items()}


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
    kept = np.ones(values.shape, bool)
    at_end = np.zeros(values.shape, bool)
    at_end[:, 0] = at_end[:, -1] = True
    flat: Any = np.ascontiguousarray(values).ravel()
    ends: Any = at_end.ravel()
    # Points left, row after row: the first and the last of a row stay, so that the neighbours of others are in their row.
    points: Whole = np.arange(values.size, dtype=np.int64)
    row: Whole = np.repeat(np.arange(len(values)), values.shape[1])
    while len(points) > 2:
        drops, steps = -np.diff(flat[points]), np.diff(points)
        fall, rise = drops[:-1] * steps[1:], drops[1:] * steps[:-1]
        rise *= 1 + 1e-12
        rise += 1e-18
        # Points on an edge go too, so that no edge is cut in two.
        gone = np.zeros(len(points), bool)
        np.less_equal(fall, rise, out=gone[1:-1])
        gone &= ~ends[points]
        kept.ravel()[points[gone]] = False
        again = np.zeros(len(values), bool)
        again[row[gone]] = True
        left = again[row] & ~gone
        points, row = points[left], row[left]
    return kept


def _hull_steps(rows: Whole, values: Floats) -> tuple[Whole, Counts, Counts, Floats]:
    kept = _on_hull(values)
    row, end = np.nonzero(kept[:, 1:])
    end = end + 1
    start = np.maximum.accumulate(np.where(kept, np.arange(values.shape[1]), 0), axis=1)[row, end - 1]
    gain = values[row, start] - values[row, end]
    worth = gain > 1e-15
    return rows[row[worth]], end[worth].astype(np.int32), (end - start)[worth].astype(np.int32), gain[worth]
