"""Spend a budget to the end: one option of every group, as little lacking as the money allows.

The hull gives the points between which money is left over; what is left buys options that are on no hull, by gain and then by
giving one purchase back for a better one. Few groups are solved exactly, by merging what is not beaten at any price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rampart.sustainment.echelon_network import Floats, Whole

MOST_UNBEATEN = 20_000
"""Mixes kept at most while groups are merged; where there are more, the answer is no longer proven."""
FEW = 12
"""Groups up to which merging is tried."""
SWAPS = 200
"""Groups up to which purchases are given back for better ones."""


@dataclass(frozen=True)
class Options:
    """What one group may be brought to: cost above what is held, and what then lacks (less is better)."""

    cost: Floats
    lack: Floats


def spent(options: list[Options], first: Whole, budget: float) -> tuple[Whole, bool]:
    """Option of each group within the budget, from ``first`` (n,), which is within it; and whether it is proven best."""
    room = budget * (1 + 1e-12) + 1e-9
    if len(options) <= FEW:
        found = _merged(options, room)
        if found is not None:
            return found, True
    chosen = first.copy()
    left = room - sum(float(o.cost[c]) for o, c in zip(options, chosen, strict=True))
    while True:
        moved, left = _one_more(options, chosen, left)
        if not moved and (len(options) > SWAPS or not _swap(options, chosen, left)):
            break
        left = room - sum(float(o.cost[c]) for o, c in zip(options, chosen, strict=True))
    return chosen, False


def _merged(options: list[Options], room: float) -> Whole | None:
    """The best mix, by all that is not beaten; None where too much is not."""
    cost, lack = np.zeros(1), np.zeros(1)
    back: list[tuple[Whole, Whole]] = []
    for o in options:
        all_cost = (cost[:, None] + o.cost[None, :]).ravel()
        all_lack = (lack[:, None] + o.lack[None, :]).ravel()
        order = np.lexsort((all_lack, all_cost))
        order = order[all_cost[order] <= room]
        best = np.minimum.accumulate(all_lack[order])
        better = np.concatenate(([True], best[1:] < best[:-1] - 1e-15))
        kept = order[better]
        if len(kept) > MOST_UNBEATEN:
            return None
        back.append((kept // len(o.cost), kept % len(o.cost)))
        cost, lack = all_cost[kept], all_lack[kept]
    at = int(np.argmin(lack))
    chosen = np.zeros(len(options), np.int64)
    for n in range(len(options) - 1, -1, -1):
        chosen[n] = back[n][1][at]
        at = int(back[n][0][at])
    return chosen


def _best_move(o: Options, now: int, room: float) -> tuple[float, int]:
    """Largest gain of a group with ``room`` more to spend, and the option that brings it."""
    within = np.flatnonzero(o.cost <= o.cost[now] + room)
    best = int(within[np.argmin(o.lack[within])])
    return float(o.lack[now] - o.lack[best]), best


def _one_more(options: list[Options], chosen: Whole, left: float) -> tuple[bool, float]:
    """Buy the option with most gain for its money that is still within reach, again and again."""
    moved = False
    while True:
        best, who, where = 0.0, -1, -1
        for n, o in enumerate(options):
            extra, gain = o.cost - o.cost[chosen[n]], o.lack[chosen[n]] - o.lack
            good = (extra <= left) & (gain > 1e-15)
            if good.any():
                rate = np.where(good, gain / np.maximum(extra, 1e-9), 0.0)
                at = int(np.argmax(rate))
                if rate[at] > best:
                    best, who, where = float(rate[at]), n, at
        if who < 0:
            return moved, left
        left -= float(options[who].cost[where] - options[who].cost[chosen[who]])
        chosen[who], moved = where, True


def _swap(options: list[Options], chosen: Whole, left: float) -> bool:
    """Give one group's purchase back, at a loss, for a larger gain of another; whether one was found."""
    best: tuple[float, int, int, int, int] = (1e-13, -1, -1, -1, -1)
    for n, o in enumerate(options):
        for back in np.flatnonzero(o.cost < o.cost[chosen[n]] - 1e-9):
            loss, room = float(o.lack[back] - o.lack[chosen[n]]), left + float(o.cost[chosen[n]] - o.cost[back])
            for k, other in enumerate(options):
                if k != n:
                    gain, where = _best_move(other, int(chosen[k]), room)
                    if gain - loss > best[0]:
                        best = (gain - loss, n, int(back), k, where)
    if best[1] < 0:
        return False
    chosen[best[1]], chosen[best[3]] = best[2], best[4]
    return True
