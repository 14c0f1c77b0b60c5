"""Backorders of many cells at once, by one recursion up to each cell's stock: the inner loop of a course.

Poisson, negative and positive binomial share it (Panjer), with v the variance, m the mean, q = v/m:

    P(X=0) = exp(-m ln q / (q-1)),   P(X=k+1) = P(X=k) [m/q + k (1 - 1/q)] / (k+1)
    E B(s+1) = E B(s) - P(X > s),    E B(s+1)^2 = E B(s)^2 - 2 E B(s) + P(X > s)

so that the cost is one multiplication a unit of stock, whatever the law. A binomial of a part of a trial ends where its next
term would be negative. Where the stock or the mean is long, or the trials are few, the closed forms are taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Whole
from rampart.sustainment.pipelines import backorders, exceeds, in_closed_form

LONG, LARGE = 80, 400.0
"""Stock and mean above which the closed forms are quicker and safer."""
TRIALS = 6.0
"""Trials of a binomial below which a part of one matters: the two binomials of ``pipelines`` are taken."""
CERTAIN = 1e-9
"""Variance over mean at which units are as good as counted: the closed forms are taken."""
TINY = 0.2
"""Mean below which the law does not matter."""


class Cells:
    """Cells (n,) with their stock: whole units, sorted once, asked many times."""

    def __init__(self, stock: Floats) -> None:
        self.stock = np.minimum(stock, 1e15)
        order: Whole = np.argsort(-self.stock, kind="stable")
        self.held = order[: np.count_nonzero(self.stock > 0)]  # most first
        ordered = self.stock[self.held]
        self.long = int(np.searchsorted(-ordered, -float(LONG)))  # cells before it hold more
        most = int(ordered[self.long]) if self.long < len(ordered) else 0
        self.active = [int(np.searchsorted(-ordered, -float(k))) for k in range(most)]

    def shortfall(self, mean: Floats, variance: Floats, *, exceeded: bool = False) -> Floats:
        """Mean and variance of the backorders; P(X >= s), the chance that one more away is one more owed; P(X > s): (4, n).

        exceeded  whether P(X > s) is wanted where nothing is held, too: it is all that needs the law there; else zero
        """
        result = np.empty((4, len(mean)))
        result[0], result[1], result[2] = np.maximum(mean, 0.0), np.maximum(variance, 0.0), 1.0
        result[3] = _exceeds_nothing(mean, variance) if exceeded else 0.0
        if len(self.held):
            result[:, self.held] = self._of_held(mean[self.held], variance[self.held])
        return result

    def _of_held(self, m: Floats, v: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The same of cells that hold something, most first."""
        q, mass = _none_away(m, v)
        start, slope = m / q, 1.0 - 1.0 / q
        short, square, over = m.copy(), v + m * m, 1.0 - mass
        atleast = np.ones_like(m)  # P(X >= k)
        for k, end in enumerate(self.active):
            a = slice(self.long, end)
            square[a] += over[a] - 2.0 * short[a]
            short[a] -= over[a]
            atleast[a] = over[a]
            mass[a] *= np.maximum(start[a] + k * slope[a], 0.0) / (k + 1.0)
            over[a] -= mass[a]
        np.maximum(short, 0.0, out=short)
        spread = np.maximum(square - short * short, 0.0)
        slow = _slow(m, q, mass)
        slow[: self.long] = True
        if slow.any():
            s = self.stock[self.held[slow]]
            short[slow], spread[slow], atleast[slow], over[slow] = in_closed_form(m[slow], v[slow], s)
        return short, spread, np.minimum(np.maximum(atleast, 0.0), 1.0), np.minimum(np.maximum(over, 0.0), 1.0)


def _none_away(m: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Variance over mean, and P(X = 0)."""
    with np.errstate(all="ignore"):
        q = np.maximum(np.where(m > 0, v / np.where(m > 0, m, 1.0), 1.0), CERTAIN)
        near = np.abs(q - 1.0) < 1e-6
        log_ratio = np.where(near, 1.0 - 0.5 * (q - 1.0), np.log(q) / np.where(near, 1.0, q - 1.0))
        return q, np.exp(-m * log_ratio)


def _slow(m: Floats, q: Floats, mass: Floats) -> NDArray[np.bool_]:
    """Where the recursion does not hold."""
    return (q <= CERTAIN) | (m > LARGE) | ((m < TRIALS * (1.0 - q)) & (m > TINY)) | ~np.isfinite(mass)


def _exceeds_nothing(m: Floats, v: Floats) -> Floats:
    """P(X > 0)."""
    q, mass = _none_away(m, v)
    over, slow = 1.0 - mass, _slow(m, q, mass)
    if slow.any():
        over[slow] = exceeds(m[slow], v[slow], 0.0)
    return np.clip(over, 0.0, 1.0)


def batched(mean: Floats, variance: Floats, stock: Floats, batch: Floats) -> Floats:
    """Expected backorders of (r, Q), r + Q the stock: the position is uniform on r+1..r+Q.

    ``EBO = (1/Q) sum_{j=r+1..r+Q} E B(j) = (b(r) - b(r+Q)) / Q``, ``b(s) = E B(s)(B(s) - 1) / 2`` the second-order loss.
    """

    def second(s: Floats) -> Floats:
        short, spread = backorders(mean, variance, np.maximum(s, 0.0))
        below = np.maximum(-s, 0.0)  # a position below zero is owed already
        return np.asarray(0.5 * (spread + short**2 - short) + below * mean + 0.5 * below * (below - 1.0))

    return np.maximum(second(stock - batch) - second(stock), 0.0) / batch
