"""Marginal analysis at one site: buy the unit with the most availability per euro, then the next.

With ``-ln A = sum_i -ln(factor_i)``, each term convex in its own stock, the purchases sorted by gain per euro are the
vertices of the efficient frontier: every point is the best for its own cost (Fox 1966). In between lies a knapsack; the
gap is at most the price of one unit. Not exact where a term is not convex: several echelons or indentures (use
``allocation``), repair bays, cannibalisation, packs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rampart.sustainment.availability import part_factor
from rampart.sustainment.pipelines import backorder_table, enough

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

CAP = 1e-6
"""The smallest part factor: a part without which no system works still has a finite logarithm."""


@dataclass(frozen=True)
class Curve:
    """A cost-availability curve; step n is the n-th purchase.

    cost        (n+1,) money spent after each step, from ``0``
    logarithm   (n+1,) ln A after each step
    item        (n,) what is bought, units (n,) how many of it
    """

    cost: Floats
    logarithm: Floats
    item: Whole
    units: Whole

    @property
    def availability(self) -> Floats:
        """A after each step."""
        return np.exp(self.logarithm)

    def within(self, budget: float) -> int:
        """Last step that the budget pays for."""
        return int(np.searchsorted(self.cost, budget * (1 + 1e-12), side="right")) - 1

    def reaching(self, target: float) -> int | None:
        """First step at which A reaches the target; None where no spares reach it."""
        found = np.flatnonzero(self.availability >= target)
        return int(found[0]) if len(found) else None

    def bought(self, step: int, items: int) -> Whole:
        """Units bought of each item up to a step."""
        return np.bincount(self.item[:step], self.units[:step], minlength=items).astype(np.int64)


def penalty(ebo: Floats, systems: ArrayLike, installed: ArrayLike, needed: ArrayLike | None = None) -> Floats:
    """-ln of the part factor, kept finite: convex and falling in the stock."""
    return -np.log(np.maximum(part_factor(ebo, systems, installed, needed), CAP))


def curve(
    mean: ArrayLike,
    variance: ArrayLike,
    price: ArrayLike,
    *,
    systems: float,
    installed: ArrayLike,
    needed: ArrayLike | None = None,
    held: ArrayLike = 0,
    tail: float = 1e-12,
) -> Curve:
    """The whole curve for parts at one site. Arrays over parts; nothing is bought of a part without demand.

    price  per unit; held: spares already there (they cost nothing); tail: stop at P(X > s) below it
    """
    m, v, c, z, start = (np.asarray(a, float) for a in np.broadcast_arrays(mean, variance, price, installed, held))
    need = None if needed is None else np.broadcast_to(np.asarray(needed, float), m.shape)
    if np.any(c <= 0):
        raise ValueError("marginal analysis needs a price above zero for every part")
    order = np.argsort(m, kind="stable")
    first = penalty(_held_ebo(m, v, start), systems, z, need).sum()
    pieces: list[tuple[Whole, Floats]] = []
    for chunk in np.array_split(order, max(1, len(order) // 4096)):
        if not len(chunk) or m[chunk].max() == 0:
            continue
        ratio = float(np.max(np.divide(v[chunk], m[chunk], out=np.ones(len(chunk)), where=m[chunk] > 0)))
        top = float(m[chunk].max())
        most = max(enough(top, top * max(ratio, 1.0), tail), int(start[chunk].max()) + 1)
        table = backorder_table(m[chunk], v[chunk], most)
        values = penalty(table, systems, z[chunk][:, None], None if need is None else need[chunk][:, None])
        gains = values[:, :-1] - values[:, 1:]
        worth = (np.arange(most) >= start[chunk][:, None]) & (table[:, :-1] - table[:, 1:] > tail)
        row, unit = np.nonzero(worth)
        pieces.append((chunk[row].astype(np.int64), gains[row, unit]))
    item = np.concatenate([p[0] for p in pieces]) if pieces else np.zeros(0, np.int64)
    gain = np.concatenate([p[1] for p in pieces]) if pieces else np.zeros(0)
    # Within a part units stand in their order and gains fall, so a stable sort keeps that order; ties by part.
    sequence = np.lexsort((item, -(gain / c[item]))) if len(item) else np.zeros(0, np.int64)
    item, gain = item[sequence], gain[sequence]
    return Curve(
        np.concatenate(([0.0], np.cumsum(c[item]))),
        np.concatenate(([-first], -first + np.cumsum(gain))),
        item,
        np.ones(len(item), np.int64),
    )


def _held_ebo(m: Floats, v: Floats, held: Floats) -> Floats:
    from rampart.sustainment.pipelines import expected_backorders

    return expected_backorders(m, v, held)


def hull(cost: Floats, value: Floats) -> Whole:
    """Indices of the lower convex hull of points sorted by cost: the efficient ones, value falling."""
    kept: list[int] = []
    for n in range(len(cost)):
        if kept and (value[n] >= value[kept[-1]] or cost[n] <= cost[kept[-1]]):
            if cost[n] > cost[kept[-1]] or value[n] >= value[kept[-1]]:
                continue
            kept.pop()
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (value[a] - value[b]) * (cost[n] - cost[b]) <= (value[b] - value[n]) * (cost[b] - cost[a]):
                kept.pop()
            else:
                break
        kept.append(n)
    return np.array(kept, np.int64)
