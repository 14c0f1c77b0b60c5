"""Parts that wear with use: barrels by rounds, tracks by kilometres, engines by hours.

A part lives for a random amount of use, gamma with mean M and coefficient of variation cv (shape 1/cv^2). With every
part new at the start the replacements after x of use are the renewal function ``R(x) = sum_k F_k(x)``, F_k the k-fold
life; with ages spread as in the long run they are x/M. All new hides the wave that is coming: R(x) is near zero until
x is near M, then x/M - (1-cv^2)/2.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def replacements(use: ArrayLike, life: float, cv: float, *, worn: float | None = 0.0) -> Floats:
    """Expected replacements of one place after ``use``, in the unit of ``life``.

    worn  share of the mean life used up at the start: 0 for new parts; None for ages spread as in the long run
    """
    x = np.asarray(use, float)
    if worn is None:
        return x / life
    if worn == 0:
        return _renewals(x, life, cv)
    return _from_age(x, life, cv, worn * life)


def count_variance(use: float, life: float, cv: float) -> float:
    """Variance of the replacements of one place that starts new: ``2 sum_k k F_k - R - R^2``."""
    from scipy.special import gammainc

    shape = 1.0 / cv**2
    k = np.arange(1, _most(use, life))
    f = gammainc(k * shape, use * shape / life)
    first = float(np.sum(f))
    return 2.0 * float(np.dot(k, f)) - first - first**2


def _most(use: float, life: float) -> int:
    return int(3.0 * use / life + 30)


def _renewals(x: Floats, life: float, cv: float) -> Floats:
    if cv <= 0:
        return np.floor(x / life + 1e-12)
    from scipy.special import gammainc

    shape = 1.0 / cv**2
    k = np.arange(1, _most(float(np.max(x, initial=0.0)), life))
    return np.asarray(np.sum(gammainc(k * shape, x[..., None] * shape / life), axis=-1))


def _from_age(x: Floats, life: float, cv: float, age: float) -> Floats:
    """First the rest of a life that has reached ``age``, then new ones: ``G(x) + integral R(x-u) dG(u)``."""
    if cv <= 0:
        left = max(life - age, 0.0)
        return np.where(x + 1e-12 >= left, 1.0 + np.floor((x - left) / life + 1e-12), 0.0)
    lives = max(1, int(np.ceil(float(np.max(x, initial=0.0)) / life)))
    grid, total = _delayed(life, cv, age, lives)
    return np.interp(x, grid, total)


@lru_cache(maxsize=256)
def _delayed(life: float, cv: float, age: float, lives: int) -> tuple[Floats, Floats]:
    """The delayed renewal function on a grid of 400 points a life."""
    from scipy.special import gammaincc

    shape = 1.0 / cv**2
    grid = np.linspace(0.0, lives * life, 400 * lives + 1)
    alive = gammaincc(shape, age * shape / life)
    rest = 1.0 - gammaincc(shape, (age + grid) * shape / life) / alive
    middle = (grid[1:] + grid[:-1]) / 2.0
    later = np.convolve(_renewals(middle, life, cv), np.diff(rest))[: len(middle)]
    return grid, np.asarray(rest + np.concatenate(([0.0], later)))
