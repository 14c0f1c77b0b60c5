"""How far another draw of the paths may lie."""

from __future__ import annotations

import numpy as np

from rampart.network.lags import Floats


def standard_error(cost: Floats, chance: Floats) -> float:
    """Standard error of the mean over paths. Not known for a single path.

    It says how far another draw may lie, not how far the decisions would: those fitted to these paths look better on them.
    Paths are drawn one from each stratum of the month of the end: neighbours are taken together two by two, which is never
    too small on average (collapsed strata, Cochran 1977, section 5A.12). Paths that were kept to stand for others count as
    often as they do, as if drawn one by one.
    """
    n = cost.size
    if n < 2:
        return float("nan")
    if np.ptp(chance) > 1e-12:
        mean, weight = float(cost @ chance), float(chance @ chance)
        return float(np.sqrt((chance @ (cost - mean) ** 2) / (1 - weight) * weight))
    groups = np.array_split(cost, n // 2)
    return float(np.sqrt(sum(g.size * g.var(ddof=1) for g in groups)) / n)
