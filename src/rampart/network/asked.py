"""What is asked of each holder and item: requirement, floor and daily rate laid on the pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rampart.case.timelines import at_period_end, in_force
from rampart.network.keys import Pair
from rampart.network.lags import Floats
from rampart.network.network import Network


@dataclass(frozen=True)
class Held:
    """Requirement and floor in force at the end of each period, shape (pairs, periods), 0 where none is stated.

    if_called  what a call at home asks for, in the same shape
    """

    requirement: Floats
    floor: Floats
    daily_rate: Floats  # NaN where unknown
    if_called: Floats


def held(network: Network) -> Held:
    """Requirements of the case laid on the pairs of the model."""
    asked = network.requirements
    at = network.pair_positions([Pair(*pair) for pair in asked.pairs])
    result = [np.zeros((len(network.pairs), len(network.calendar))) for _ in range(4)]
    result[2][:] = np.nan
    for target, source in zip(result, (asked.total, asked.floor, asked.daily_rate, asked.if_called), strict=True):
        if at.size:
            target[at] = at_period_end(network.calendar, source)
    return Held(np.nan_to_num(result[0]), np.nan_to_num(result[1]), result[2], np.nan_to_num(result[3]))


def short_elsewhere(network: Network, items: list[str]) -> Floats:
    """Share of its requirement that the worst-off holder outside the case lacks of each item at the end of each period,
    0 where none is stated. Shape (items, periods).
    """
    rows = [(r["item"], r["from"], None, r["missing"]) for r in network.rows("elsewhere") if r["item"] in set(items)]
    missing: Floats = np.nan_to_num(at_period_end(network.calendar, in_force(network.calendar, items, rows)))
    return missing
