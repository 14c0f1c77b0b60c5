"""Lateral supply: bases of one pool help each other out before they wait for the supplier.

Two limits are exact. Help that takes no time makes the pool one stock: ``EBO = E max(X - S, 0)``, X and S the sums over
the pool. Help that never comes leaves each base its own EBO. Between them, with transfers that take ``days``:

    EBO = min( own,  pooled + sum_b rate_b days P(a demand of b is met from another base) )

the last term being units under way (Little). A demand that finds h spares in the pool finds none at its own base with
about (1 - w_b)^h, w_b the base's share of the demand; a unit mended while u wait is not for its own base with about
(1 - w_b)^u; so P = sum_h P(X = S-h) (1-w_b)^h + sum_u P(X = S+u-1) (1-w_b)^u. An approximation, held against simulation
in the tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rampart.sustainment.pipelines import enough, exceeds, expected_backorders

Floats = NDArray[np.float64]


def pooled_backorders(
    mean: ArrayLike, variance: ArrayLike, stock: ArrayLike, rate: ArrayLike, days: float, *, axis: int = -1
) -> Floats:
    """Expected backorders of each base of a pool, along ``axis``; pipelines are taken as independent."""
    m, v, s, lam = (
        np.moveaxis(np.asarray(a, float), axis, -1) for a in np.broadcast_arrays(mean, variance, stock, rate)
    )
    alone = expected_backorders(m, v, s)
    all_m, all_v, all_s = m.sum(-1), v.sum(-1), s.sum(-1)
    together = expected_backorders(all_m, all_v, all_s)
    claims = lam / np.where(lam.sum(-1) > 0, lam.sum(-1), 1.0)[..., None]
    under_way = lam * days * _from_another(all_m, all_v, all_s, claims)
    total = np.minimum(together + under_way.sum(-1), alone.sum(-1))
    # What the pool owes falls on its bases in proportion to their demand, and never above what each would owe alone.
    each = np.minimum(together[..., None] * claims + under_way, alone)
    scale = np.divide(total, each.sum(-1), out=np.zeros_like(total), where=each.sum(-1) > 0)
    return np.moveaxis(np.minimum(each * scale[..., None], alone), -1, axis)


def _from_another(mean: Floats, variance: Floats, stock: Floats, claims: Floats) -> Floats:
    """Probability that a demand of each base is met by another base of the pool."""
    top = float(mean.max(initial=0.0))
    ratio = float(np.max(np.divide(variance, mean, out=np.ones_like(mean), where=mean > 0), initial=1.0))
    most = enough(top, top * ratio, 1e-9)
    result = np.zeros_like(claims)
    above = np.ones_like(mean)
    for k in range(most + 1):
        over = exceeds(mean, variance, k)
        away = np.where(k < stock, stock - k, k - stock + 1)
        result += (above - over)[..., None] * (1.0 - claims) ** away[..., None]
        above = over
    return result
