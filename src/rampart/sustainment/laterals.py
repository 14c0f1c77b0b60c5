"""Lateral supply: bases of one pool help each other out before they wait for the supplier.

Two limits are exact. Help that takes no time makes the pool one stock: ``EBO = E max(sum X - sum s, 0)``. Help that
never comes leaves each base its own EBO. Between them, with transfers that take ``days``:

    EBO = min( own,  pooled + sum_b rate_b days P(base b is empty and the pool is not) )

the last term being units under way between bases (Little). The probability is taken as
``max(0, P(X_b >= s_b) - P(sum X >= sum s))``. An approximation: held against simulation in the tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rampart.sustainment.pipelines import exceeds, expected_backorders

Floats = NDArray[np.float64]


def pooled_backorders(
    mean: ArrayLike, variance: ArrayLike, stock: ArrayLike, rate: ArrayLike, days: float, *, axis: int = -1
) -> Floats:
    """Expected backorders of each base of a pool, along ``axis``; pipelines are taken as independent."""
    m, v, s, lam = (np.moveaxis(np.asarray(a, float), axis, -1) for a in np.broadcast_arrays(mean, variance, stock, rate))
    alone = expected_backorders(m, v, s)
    all_m, all_v, all_s = m.sum(-1), v.sum(-1), s.sum(-1)
    together = expected_backorders(all_m, all_v, all_s)
    empty = np.where(s > 0, exceeds(m, v, np.maximum(s - 1, 0)), 1.0)
    pool_empty = np.where(all_s > 0, exceeds(all_m, all_v, np.maximum(all_s - 1, 0)), 1.0)
    under_way = lam * days * np.maximum(empty - pool_empty[..., None], 0.0)
    total = np.minimum(together + under_way.sum(-1), alone.sum(-1))
    # What the pool owes falls on its bases in proportion to their demand, and never above what each would owe alone.
    claims = lam / np.where(lam.sum(-1) > 0, lam.sum(-1), 1.0)[..., None]
    each = np.minimum(together[..., None] * claims + under_way, alone)
    scale = np.divide(total, each.sum(-1), out=np.zeros_like(total), where=each.sum(-1) > 0)
    return np.moveaxis(np.minimum(each * scale[..., None], alone), -1, axis)
