"""Cannibalisation: holes are gathered on as few systems as they fill.

At most k systems are down if and only if every part has its places filled on the other N - k:
``X_i <= s_i + N Z_i - (N - k) K_i``, K_i of Z_i places being needed, which is ``s_i + k Z_i`` where all are.
Hence ``P(down <= k) = product F_i(...)`` and ``E down = sum_k (1 - P(down <= k))`` (Dyna-METRIC, RAND R-2785).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rampart.sustainment.availability import part_factor
from rampart.sustainment.pipelines import exceeds, expected_backorders

Floats = NDArray[np.float64]


def systems_down(
    mean: ArrayLike,
    variance: ArrayLike,
    stock: ArrayLike,
    *,
    systems: int,
    installed: ArrayLike,
    needed: ArrayLike | None = None,
) -> Floats:
    """P(down <= k) for k = 0..N, when parts (first axis of the arrays) may all be moved between systems."""  # fmt: skip
    m, v, s, z = (np.asarray(a, float)[..., None] for a in (mean, variance, stock, installed))
    need = z if needed is None else np.asarray(needed, float)[..., None]
    k = np.arange(systems + 1, dtype=float)
    level = s + systems * z - (systems - k) * need
    below = np.prod(1.0 - exceeds(m, v, level), axis=0) if m.shape[0] else np.ones(systems + 1)
    below[-1] = 1.0
    return np.asarray(below)


def expected_down(below: Floats) -> float:
    """Expected systems down of the distribution that ``systems_down`` gives."""
    return float(np.sum(1.0 - below[:-1]))


def availability(
    mean: ArrayLike,
    variance: ArrayLike,
    stock: ArrayLike,
    *,
    systems: int,
    installed: ArrayLike,
    movable: ArrayLike,
    needed: ArrayLike | None = None,
) -> float:
    """Availability where only ``movable`` parts are taken from one system for another.

    (1 - E down / N) over the movable parts, times the part factors of the rest: a little too low, since holes of the
    rest may also sit on systems already stripped (Gaver, Isaacson and Abell 1993).
    """  # fmt: skip
    m, v, s, z = (np.asarray(a, float) for a in (mean, variance, stock, installed))
    take = np.asarray(movable, bool)
    need = None if needed is None else np.asarray(needed, float)
    down = systems_down(
        m[take], v[take], s[take], systems=systems, installed=z[take], needed=None if need is None else need[take]
    )
    rest = part_factor(
        expected_backorders(m[~take], v[~take], s[~take]), systems, z[~take], None if need is None else need[~take]
    )
    return (1.0 - expected_down(down) / systems) * float(np.prod(rest))
