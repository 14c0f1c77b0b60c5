"""A distribution over whole months: quantiles, sums, and the scores that judge it against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Distribution:
    """Values in rising order, each with its probability; probabilities sum to one."""

    values: Numbers
    weights: Numbers

    @classmethod
    def of(cls, values: Any, weights: Any = None) -> Distribution:
        """From values with weights (equal ones where none are given); like values are put together."""
        given = np.asarray(values, float)
        if given.size == 0:
            raise ValueError("a distribution needs at least one value")
        shares = np.ones(given.size) if weights is None else np.asarray(weights, float)
        if not np.all(np.isfinite(given)) or not np.all(shares >= 0) or shares.sum() <= 0:
            raise ValueError("values must be finite, weights at least zero and not all zero")
        unique, place = np.unique(given, return_inverse=True)
        summed = np.bincount(place, shares, unique.size)
        return cls(unique, summed / summed.sum())

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.values @ self.weights)

    def quantile(self, level: float) -> float:
        """The smallest value whose cumulated probability reaches the level."""
        cumulated = np.cumsum(self.weights)
        place = int(np.searchsorted(cumulated, level - 1e-9))
        return float(self.values[min(place, self.values.size - 1)])

    def interval(self, share: float = 0.8) -> tuple[float, float]:
        """The central interval: as much probability is left below it as above."""
        return self.quantile((1 - share) / 2), self.quantile((1 + share) / 2)

    def plus(self, other: Distribution) -> Distribution:
        """The sum of two independent ones."""
        sums = self.values[:, None] + other.values[None, :]
        return Distribution.of(sums.ravel(), (self.weights[:, None] * other.weights[None, :]).ravel())

    def mixed(self, other: Distribution, share: float) -> Distribution:
        """A mixture: itself with ``share`` of the probability, the other with the rest."""
        values = np.concatenate([self.values, other.values])
        return Distribution.of(values, np.concatenate([share * self.weights, (1 - share) * other.weights]))

    def towards(self, other: Distribution, share: float) -> Distribution:
        """Between this one and another, quantile by quantile: at ``share`` 0 itself, at 1 the other.

        Mean and every quantile run straight from one to the other.
        """
        mine, theirs = np.cumsum(self.weights), np.cumsum(other.weights)
        levels = np.union1d(mine[:-1], theirs[:-1])
        steps = np.diff(np.concatenate([[0.0], levels, [1.0]]))
        middle = np.concatenate([[0.0], levels]) + steps / 2
        places = (np.minimum(np.searchsorted(c, middle), c.size - 1) for c in (mine, theirs))
        own, its = (d.values[place] for d, place in zip((self, other), places, strict=True))
        return Distribution.of((1 - share) * own + share * its, np.maximum(steps, 0.0))

    def shifted(self, by: float) -> Distribution:
        """Every value moved by the same amount."""
        return Distribution(self.values + by, self.weights)

    def crps(self, came: float) -> float:
        """Continuous ranked probability score: E|X - y| - E|X - X'| / 2, in the unit of the values. 0 is best.

        For a forecast of one point this is the absolute error. Gneiting & Raftery (2007), eq. 21.
        """
        off = float(self.weights @ np.abs(self.values - came))
        # With sorted values E|X - X'| needs no pairs: it is twice the area of F (1 - F).
        cumulated = np.cumsum(self.weights)[:-1]
        spread = 2.0 * float((cumulated * (1 - cumulated)) @ np.diff(self.values))
        return off - spread / 2

    def pinball(self, came: float, levels: Sequence[float] = (0.1, 0.5, 0.9)) -> float:
        """Mean quantile loss over the levels; 0 is best."""
        return float(np.mean([pinball(self.quantile(level), came, level) for level in levels]))


def pinball(forecast: float, came: float, level: float) -> float:
    """Loss of one quantile: the miss weighed by ``level`` when too low, by 1 - level when too high."""
    miss = came - forecast
    return max(level * miss, (level - 1) * miss)
