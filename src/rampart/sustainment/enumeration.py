"""Exact answers by enumeration of whole distributions: the reference for every approximation, for small systems.

A distribution is an array of probabilities of 0, 1, 2, ... units. Sources: Graves 1985 (two echelons); Poisson
splitting (two indentures at one site); Feller (balls in cells) for holes placed at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]


def poisson(mean: float, tail: float = 1e-14) -> Floats:
    """Poisson probabilities up to where the rest is below ``tail``."""
    most = int(stats.poisson.isf(tail, mean)) + 2 if mean > 0 else 0
    return np.asarray(stats.poisson.pmf(np.arange(most + 1), mean))


def short_of(pmf: Floats, stock: int) -> Floats:
    """Distribution of the backorders max(X - s, 0)."""
    if stock >= len(pmf):
        return np.array([1.0])
    return np.concatenate(([pmf[: stock + 1].sum()], pmf[stock + 1 :]))


def thinned(pmf: Floats, share: float) -> Floats:
    """Distribution of those of X units that belong to one claimant, each with probability ``share``."""
    n = np.arange(len(pmf))
    table = stats.binom.pmf(n[:, None], n[None, :], share)
    return np.asarray(table @ pmf)


def moments(pmf: Floats) -> tuple[float, float]:
    """Mean and variance."""
    n = np.arange(len(pmf))
    mean = float(n @ pmf)
    return mean, float((n - mean) ** 2 @ pmf)


def two_echelons(
    depot: Floats, depot_stock: int, shares: Sequence[float], own: Sequence[float], stocks: Sequence[int]
) -> list[float]:
    """Exact expected backorders of each base (Graves 1985), units.

    depot   distribution of what the depot has outstanding (any repair process, also a finite shop)
    shares  each base's share of the depot's demand; requests are met first come, first served
    own     mean of each base's own Poisson pipeline: repair at the base and transport
    """
    owed = short_of(depot, depot_stock)
    return [
        moments(short_of(np.convolve(poisson(mean), thinned(owed, share)), stock))[0]
        for share, mean, stock in zip(shares, own, stocks, strict=True)
    ]


def two_indentures(own: float, child_means: Sequence[float], child_stocks: Sequence[int], stock: int) -> float:
    """Exact expected backorders of an LRU whose repair waits for at most one SRU, at one site, units."""
    pipeline = poisson(own)
    for mean, held in zip(child_means, child_stocks, strict=True):
        pipeline = np.convolve(pipeline, short_of(poisson(mean), held))
    return moments(short_of(pipeline, stock))[0]


def placed_at_random(pmf_short: Floats, systems: int, installed: int) -> float:
    """Share of systems without a hole, B holes at random over N Z places: E[C(NZ-B, Z) / C(NZ, Z)]."""
    places = systems * installed
    holes = np.arange(min(len(pmf_short), places + 1))
    whole = places - holes >= installed
    left = np.where(whole, places - holes, installed)
    ratio = np.exp(special.gammaln(left + 1) - special.gammaln(left - installed + 1)
                   - special.gammaln(places + 1) + special.gammaln(places - installed + 1))  # fmt: skip
    return float(np.where(whole, ratio, 0.0) @ pmf_short[: len(holes)])
