"""How far another draw of the paths may lie."""

from __future__ import annotations

import numpy as np

from rampart.network.lags import Floats
from rampart.results.result import Result

DRAWN = ("paths", "keep", "seed")
"""What of the sampling says which paths are drawn."""


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


def error_of_difference(first: Result, other: Result) -> float | None:
    """Standard error of the difference of the mean costs of two plans; nothing where no paths were drawn.

    On the same paths that of the difference path by path; on others the two errors are independent, and a tree has none.
    """
    drawn = [result for result in (first, other) if "sampling" in result.manifest]
    if not drawn:
        return None
    if len(drawn) == 2 and _same_paths(first, other):
        apart = other["ends"]["cost"] - first["ends"]["cost"]
        return standard_error(apart.to_numpy(), first["ends"]["probability"].to_numpy())
    errors = [result["values"].filter(name="standard_error")["value"] for result in drawn]
    return sum(float(error[0]) ** 2 for error in errors) ** 0.5 if all(len(error) for error in errors) else None


def _same_paths(first: Result, other: Result) -> bool:
    """Whether two plans are over the same draw from the same chain."""
    one, two = first.manifest["sampling"], other.manifest["sampling"]
    beliefs = ("regimes", "transitions", "calendar")
    return (
        all(one[name] == two[name] for name in DRAWN)
        and first["ends"].select("ends", "probability").equals(other["ends"].select("ends", "probability"))
        and all(first.case[table].equals(other.case[table], null_equal=True) for table in beliefs)
    )
