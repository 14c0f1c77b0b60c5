"""Scales: plain units in one solver unit, so that the solver sees numbers near one."""

from __future__ import annotations

import numpy as np

from rampart.network.network import Sets
from rampart.plan.parts import money


def money_scale(sets: Sets) -> float:
    """Money units in one solver unit: the power of two nearest a typical budget, or one."""
    limits = [b.limit for b in money.budgets(sets) if b.limit > 0]
    return 2.0 ** round(np.log2(np.median(limits) / 64.0)) if limits else 1.0
