"""Scales: plain units in one solver unit, so that the solver sees numbers near one. Powers of two round nothing."""

from __future__ import annotations

import math

import numpy as np

from rampart.network.network import Network
from rampart.network.payments import budget_limits


def item_scales(network: Network) -> dict[str, float]:
    """Plain units in one solver unit of each item: the power of two nearest a typical monthly flow."""
    sizes: dict[str, list[float]] = {}
    for demand, need in zip(network.demands, network.need_at_most, strict=True):
        sizes.setdefault(demand.item, []).extend(need[need > 0][:1])
    for code, row in network.lines.items():
        rate = network.monthly_rate(code, row["max_rate"])
        if math.isfinite(rate) and rate > 0:
            sizes.setdefault(row["item"], []).append(rate)
    for row in network.rows("stocks"):
        if row["quantity"] > 0:
            sizes.setdefault(row["item"], []).append(row["quantity"] / 12.0)
    for (_, item), total in zip(network.requirements.pairs, network.requirements.total, strict=True):
        asked = total[np.isfinite(total) & (total > 0)]
        sizes.setdefault(item, []).extend(asked[:1] / 12.0)
    return {
        item: 2.0 ** round(math.log2(float(np.median(sizes[item])) / 8.0)) if sizes.get(item) else 1.0
        for item in network.items
    }


def money_scale(network: Network) -> float:
    """Money units in one solver unit: the power of two nearest a typical budget, or one."""
    limits = [b.amount for b in budget_limits(network) if b.amount > 0]
    return 2.0 ** round(np.log2(np.median(limits) / 64.0)) if limits else 1.0
