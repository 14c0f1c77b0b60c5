"""Worth that falls with what there is already, in steps that a linear programme can weigh.

    worth of what is served     W(y) = sum over curves c of the integral of w[c] from 0 to y
    worth of a step from a to b     (W(b) - W(a)) / (b - a)     a unit

y  units there already; w  worth of the next unit: falls linearly from point to point, and is nothing beyond the last
a, b  steps end wherever a curve bends; where a curve falls they are no wider than its ``widest``

The steps add up to W exactly at their ends; between them W is a little more than the straight line, at most an eighth of
the step's width times the fall of the worth within it. Since no curve rises, a later step is never worth more than an earlier
one, so that a linear programme fills them in turn. Source: ordinary integration by pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDEST = 1.0 / 20.0
"""The widest step, as a share of the need or of the requirement."""
CLOSE = 1e-9
"""Points that lie closer than this share of the largest are one."""


@dataclass(frozen=True)
class Falling:
    """Worth of the next unit by how many there are.

    amount  units at which the pieces meet, from 0 upwards, at least two
    worth   worth of the next unit there, never rising; beyond the last it is nothing
    widest  units: the widest step where the worth falls
    """

    amount: tuple[float, ...]
    worth: tuple[float, ...]
    widest: float

    @classmethod
    def flat(cls, most: float, worth: float = 1.0) -> Falling:
        """The same worth up to ``most`` units."""
        return cls((0.0, most), (worth, worth), most)

    @classmethod
    def to_nothing(cls, most: float, worth: float = 1.0) -> Falling:
        """From ``worth`` at nothing to 0 at ``most`` units, along a straight line."""
        return cls((0.0, most), (worth, 0.0), WIDEST * most)

    def times(self, factor: float) -> Falling:
        """So many times the worth."""
        return Falling(self.amount, tuple(factor * worth for worth in self.worth), self.widest)

    def up_to(self, worth: float) -> float:
        """Units up to the last of which the next is worth at least so much."""
        found = 0.0
        for (start, before), (stop, after) in pairwise(zip(self.amount, self.worth, strict=True)):
            if after >= worth:
                found = stop
            elif before >= worth:
                return start + (stop - start) * (before - worth) / (before - after)
        return found

    def of(self, units: Floats | float) -> Floats:
        """Worth of so many units together, from the first: the integral, any shape."""
        at, height = np.array(self.amount), np.array(self.worth)
        whole = np.concatenate([[0.0], np.cumsum(np.diff(at) * (height[1:] + height[:-1]) / 2.0)])
        y = np.clip(units, 0.0, at[-1])
        n = np.clip(np.searchsorted(at, y, side="right") - 1, 0, at.size - 2)
        within, length = y - at[n], at[n + 1] - at[n]
        slope = np.divide(height[n + 1] - height[n], length, out=np.zeros(np.shape(y)), where=length > 0)
        found: Floats = whole[n] + within * (height[n] + slope * within / 2.0)
        return found


def mean_of(curves: Sequence[Falling], shares: Sequence[float]) -> Falling:
    """One curve between some: at each worth the mean of the units up to which they are worth so much, by their shares."""
    heights = sorted({worth for curve in curves for worth in curve.worth}, reverse=True)
    parts = list(zip(curves, shares, strict=True))
    amount = [sum(share * curve.up_to(height) for curve, share in parts) for height in heights]
    widest = sum(share * curve.widest for curve, share in parts)
    return Falling((0.0, *amount), (heights[0], *heights), widest)


class Steps(NamedTuple):
    """Steps from nothing upwards: units of each, and what one unit of it is worth, shape (steps,) each."""

    width: Floats
    worth: Floats


def steps(curves: Sequence[Falling]) -> Steps:
    """Steps of the sum of some curves; none where there is no curve or nothing to serve."""
    return _steps(tuple(curves))


@lru_cache(maxsize=8_192)
def _steps(curves: tuple[Falling, ...]) -> Steps:
    """The same of curves that are asked for again: in one plan by many nodes, and by a case that differs in a step only."""
    ends = step_ends(curves)
    if ends.size < 2:
        return Steps(np.zeros(0), np.zeros(0))
    width = np.diff(ends)
    gained = np.diff(np.sum([curve.of(ends) for curve in curves], axis=0))
    return Steps(width, gained / width)


def step_ends(curves: Sequence[Falling]) -> Floats:
    """Where the steps of some curves begin and end, from 0 upwards, shape (steps + 1,)."""
    points = np.unique(np.concatenate([[0.0], *(curve.amount for curve in curves)]))
    points = points[np.concatenate([[True], np.diff(points) > CLOSE * points[-1]])]
    found = [np.zeros(1)]
    for start, stop in pairwise(points.tolist()):
        middle = (start + stop) / 2.0
        widest = min((curve.widest for curve in curves if _falls(curve, middle)), default=np.inf)
        number = max(1, int(np.ceil((stop - start) / widest - CLOSE)))
        found.append(np.linspace(start, stop, number + 1)[1:])
    return np.concatenate(found)


def _falls(curve: Falling, units: float) -> bool:
    """Whether the worth falls at so many units."""
    n = int(np.searchsorted(curve.amount, units))
    return 0 < n < len(curve.amount) and curve.worth[n] < curve.worth[n - 1]
