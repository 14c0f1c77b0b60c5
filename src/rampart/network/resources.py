"""Shared resources: capacity and cost month by month."""

from __future__ import annotations

import numpy as np

from rampart.case.timelines import by_period, in_force
from rampart.network.lags import Floats, begins
from rampart.network.network import Network


def resource_numbers(network: Network) -> tuple[Floats, Floats]:
    """Capacity in each period, and cost of a unit used (in its first month, currency). (resources, periods)."""
    codes = network.resources
    months = network.calendar.last - network.calendar.first + 1
    if not codes:
        return np.zeros((0, len(network.calendar))), np.zeros((0, len(network.calendar)))
    table = network.rows("resources")
    capacity = in_force(network.calendar, codes, [(r["resource"], r["from"], None, r["capacity"]) for r in table])
    cost = in_force(network.calendar, codes, [(r["resource"], r["from"], None, r["cost"]) for r in table])
    unlimited = in_force(
        network.calendar, codes, [(r["resource"], r["from"], None, float(np.isinf(r["capacity"]))) for r in table]
    )
    summed = by_period(network.calendar, np.where(np.isinf(capacity), 0.0, capacity))
    any_unlimited = by_period(network.calendar, unlimited) > 0
    starts = begins(network.calendar)
    assert capacity.shape == (len(codes), months)
    return np.where(any_unlimited, np.inf, summed), np.nan_to_num(cost[:, starts])
