"""Shares proved by prices known from sharing before: of the same plan with a few other bounds, nothing is solved for them.

Where the least share of some entries was sought, or one was proved to lack no less, the prices ``y`` of rows and what columns
cost beyond them, ``d``, bound it from below for whatever bounds there are now:

    sought >= sum over i of y[i] b[i] + sum over j of d[j] b[j]

b   the lower bound of a row or column where its price is above nothing, else the upper one

Where a plan attains that, it is the best, and what was priced is settled again as it was: complementary slackness. Source:
weak duality (Dantzig and Thapa, Linear Programming 1, 1997, 5.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rampart.network.lags import Booleans, Floats, Integers
from rampart.plan.solving.pass_solver import NOTHING

NOISE = 1e-9
"""Price that is nothing where there is no bound."""
Bounds = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Priced:
    """Prices that are not nothing, and their places."""

    at: Integers
    price: Floats

    @classmethod
    def of(cls, prices: Floats, noise: float = 0.0) -> Priced:
        """Of prices of all rows or columns; those up to ``noise`` are nothing."""
        at = np.flatnonzero(np.abs(prices) > noise)
        return cls(at, prices[at])

    def some(self, which: Booleans) -> Priced:
        """Those of some of the places."""
        return Priced(self.at[which], self.price[which])

    def least(self, bounds: Bounds) -> float:
        """Least that what is priced can come to within bounds."""
        bound = np.where(self.price > 0, bounds[0][self.at], bounds[1][self.at])
        bounded = np.isfinite(bound)
        if (np.abs(self.price[~bounded]) > NOISE).any():
            return -np.inf
        return float(self.price[bounded] @ bound[bounded])


@dataclass(frozen=True, eq=False)
class Known:
    """A step of sharing: what was sought came to ``value``; entries that it settled, at what they lack.

    together  whether the least share of all that were open was sought: the others lacked no more
    """

    value: float
    columns: Priced
    rows: Priced
    settled: Integers
    lack: float
    together: bool

    def holds(self, columns: Bounds, rows: Bounds) -> bool:
        """Whether what was sought can be no less within these bounds."""
        return self.columns.least(columns) + self.rows.least(rows) >= self.value - NOTHING * max(1.0, abs(self.value))


@dataclass(eq=False)
class KnownShares:
    """Steps by group, of a solver with so many rows and columns."""

    size: tuple[int, int] = (0, 0)
    steps: dict[int, list[Known]] = field(default_factory=dict)

    def of_size(self, size: tuple[int, int]) -> KnownShares:
        """Itself; emptied where it is of another model."""
        if size != self.size:
            self.size, self.steps = size, {}
        return self
