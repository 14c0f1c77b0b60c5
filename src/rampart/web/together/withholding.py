"""Which totals may be shown to nations: none from which a holder comes out, alone or by subtracting what is shown.

Every nation sees the same totals, so the rule holds whoever reads: beside the reader's own figure a total sums at least so
many holders. The same is asked of every sum and difference with totals that are shown already, since what one holder had and
others did not change would come out of it (complementary suppression). A total that one holder makes nearly alone is withheld
too: the holder of the second most would know the most to a tenth (p % rule).

Sources: Hundepool and others, "Statistical Disclosure Control", Wiley 2012, chapters 4.2 (threshold, p %) and 4.4 (secondary
suppression).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np

Held = Mapping[str, float]
"""What each holder has of an item."""
NEARLY = 0.1
"""A total is withheld where the holder of the second most would know the most to this share of it."""
RECENT = 7
"""Totals shown last, of which every sum and difference is looked at; of older ones those of two."""
LITTLE = 1e-9
"""A difference below this is none."""


def may_be_shown(held: Held, shown: Sequence[Held], *, least: int) -> bool:
    """Whether the total of an item may be shown.

    shown  what each holder had in the months whose totals of the item are shown, the newest last
    least  holders that a total sums beside any reader
    """
    holders = sorted({*held, *(holder for month in shown for holder in month)})
    now = np.array([held.get(holder, 0.0) for holder in holders])
    if not _many(now[None, :], least) or not np.any(now) or _nearly_one(now):
        return False
    before = np.array([[month.get(holder, 0.0) for holder in holders] for month in shown]).reshape(-1, len(holders))
    return all(_many(now + signs @ before, least) for signs in _ways(len(shown)))


def _many(sums: np.ndarray, least: int) -> bool:
    """Whether each row is nothing at all, or of at least so many holders beside any reader."""
    holders = (np.abs(sums) > LITTLE).sum(axis=1)
    return bool(np.all((holders == 0) | (holders > least)))


def _nearly_one(held: np.ndarray) -> bool:
    """Whether the holder of the second most could tell the most from the total."""
    most = np.sort(held)[::-1]
    return bool(most[2:].sum() < NEARLY * most[0])


def _ways(months: int) -> list[np.ndarray]:
    """Signs with which totals are added and subtracted: every way of the last ones, and two of all."""
    if not months:
        return []
    recent = range(max(0, months - RECENT), months)
    every = np.zeros((3 ** len(recent), months))
    every[:, list(recent)] = list(product((-1, 0, 1), repeat=len(recent)))
    pairs = np.zeros((4 * months * (months - 1) // 2 + 2 * months, months))
    row = 0
    for one in range(months):
        for sign in (-1, 1):
            pairs[row, one] = sign
            row += 1
    for (one, other), signs in product(combinations(range(months), 2), product((-1, 1), repeat=2)):
        pairs[row, [one, other]] = signs
        row += 1
    return [every, pairs]
