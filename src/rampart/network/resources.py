"""Shared resources: capacity and cost month by month."""

from __future__ import annotations

import numpy as np

from rampart.case.timelines import by_period, in_force
from rampart.network.lags import Floats
from rampart.network.network import Sets


def resource_codes(sets: Sets) -> list[str]:
    """Resources of the case, sorted."""
    return sorted({r["resource"] for r in sets.rows("resources")})


def resource_numbers(sets: Sets) -> tuple[Floats, Floats]:
    """Capacity in each period, and cost of a unit used (in its first month, currency). (resources, periods)."""
    codes = resource_codes(sets)
    months = sets.calendar.last - sets.calendar.first + 1
    if not codes:
        return np.zeros((0, len(sets.calendar))), np.zeros((0, len(sets.calendar)))
    table = sets.rows("resources")
    capacity = in_force(sets.calendar, codes, [(r["resource"], r["from"], None, r["capacity"]) for r in table])
    cost = in_force(sets.calendar, codes, [(r["resource"], r["from"], None, r["cost"]) for r in table])
    unlimited = in_force(
        sets.calendar, codes, [(r["resource"], r["from"], None, float(np.isinf(r["capacity"]))) for r in table]
    )
    summed = by_period(sets.calendar, np.where(np.isinf(capacity), 0.0, capacity))
    any_unlimited = by_period(sets.calendar, unlimited) > 0
    starts = np.asarray(sets.calendar.starts) - sets.calendar.first
    assert capacity.shape == (len(codes), months)
    return np.where(any_unlimited, np.inf, summed), np.nan_to_num(cost[:, starts])
