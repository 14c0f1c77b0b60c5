"""Consumables ordered in batches: reorder point R, batch Q.

The inventory position is uniform on R+1..R+Q, so with largest position s = R + Q the backorders are those of a
one-for-one system whose pipeline has an independent uniform 0..Q-1 added (Galliher, Morse and Simond 1959):
``EBO = (1/Q) sum_{j=s-Q+1..s} E max(X - j, 0)``. Two moments of it: mean + (Q-1)/2, variance + (Q^2-1)/12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rampart.sustainment.pipelines import expected_backorders

Floats = NDArray[np.float64]


def batch_backorders(mean: ArrayLike, variance: ArrayLike, position: ArrayLike, batch: ArrayLike) -> Floats:
    """Exact expected backorders with largest inventory position ``position`` and batches of ``batch``, units."""
    m, v, s, q = np.broadcast_arrays(*(np.asarray(a, float) for a in (mean, variance, position, batch)))
    back = np.arange(int(q.max(initial=1)))
    at = s[..., None] - back
    short = expected_backorders(m[..., None], v[..., None], np.maximum(at, 0.0)) + np.maximum(-at, 0.0)
    return np.asarray(np.where(back < q[..., None], short, 0.0).sum(-1) / q)


def added(batch: ArrayLike) -> tuple[Floats, Floats]:
    """Mean and variance that ordering in batches adds to a pipeline."""
    q = np.asarray(batch, float)
    return np.asarray((q - 1.0) / 2.0), np.asarray((q * q - 1.0) / 12.0)


def economic_batch(rate: ArrayLike, order_cost: ArrayLike, holding_cost: ArrayLike) -> Floats:
    """``sqrt(2 K lam / h)``, rounded up to a whole unit; order cost K, holding cost h per unit and unit of time."""
    lam, k, h = (np.asarray(a, float) for a in (rate, order_cost, holding_cost))
    return np.asarray(np.maximum(np.ceil(np.sqrt(2.0 * k * lam / h) - 1e-9), 1.0))
