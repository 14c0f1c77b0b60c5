"""Units thrown away and bought again.

With share kappa condemned, repair time T and lead time L of the replacement the pipeline is
``lam [ (1-kappa) T + kappa L ]``. Without replacement what is condemned only piles up: after t days of a campaign,
``lam [ (1-kappa) min(T, t) + kappa t ]`` from an empty start.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def replaced(rate: ArrayLike, condemned: ArrayLike, turnaround: ArrayLike, lead_time: ArrayLike) -> Floats:
    """Mean pipeline with replacement buys, units; rate in units/day, times in days."""
    lam, kappa, t, lead = (np.asarray(a, float) for a in (rate, condemned, turnaround, lead_time))
    return np.asarray(lam * ((1.0 - kappa) * t + kappa * lead))


def never_replaced(rate: ArrayLike, condemned: ArrayLike, turnaround: ArrayLike, days: ArrayLike) -> Floats:
    """Mean units away after ``days`` of a campaign that begins with every unit serviceable."""
    lam, kappa, t, d = (np.asarray(a, float) for a in (rate, condemned, turnaround, days))
    return np.asarray(lam * ((1.0 - kappa) * np.minimum(t, d) + kappa * d))


def buys(rate: ArrayLike, condemned: ArrayLike, days: float) -> Floats:
    """Units to buy in ``days`` to replace what is condemned."""
    return np.asarray(np.asarray(rate, float) * np.asarray(condemned, float) * days)
