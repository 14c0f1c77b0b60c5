"""What is placed already: orders that the case gives, and goods in transit, by month of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from rampart.case.calendar import Calendar, month_number
from rampart.network.keys import Pair
from rampart.network.lags import Floats
from rampart.network.ways import Row


def placed_orders(orders: Iterable[Row], calendar: Calendar) -> list[Row]:
    """Orders that arrive within the horizon, with their month ``number`` and their ``ship_to`` filled in."""
    found = ({**r, "number": month_number(r["month"]), "ship_to": r["ship_to"] or r["buyer"]} for r in orders)
    return [r for r in found if calendar.period(r["number"]) is not None]


def placed_by_month(placed: Iterable[Row], line_index: Mapping[str, int], calendar: Calendar) -> Floats:
    """Orders of each line by month of delivery, shape (lines, months)."""
    result = np.zeros((len(line_index), calendar.last - calendar.first + 1))
    for r in placed:
        if r["line"] in line_index:
            result[line_index[r["line"]], r["number"] - calendar.first] += r["quantity"]
    return result


def given_to_pairs(
    placed: Iterable[Row], deliveries: Iterable[Row], pair_index: Mapping[Pair, int], calendar: Calendar
) -> Floats:
    """Placed orders and goods in transit by pair and period of arrival, shape (pairs, periods)."""
    result = np.zeros((len(pair_index), len(calendar)))
    for r in placed:
        result[pair_index[Pair(r["ship_to"], r["item"])], calendar.period(r["number"])] += r["quantity"]
    for r in deliveries:
        period = calendar.period(month_number(r["month"]))
        if r["status"] == "in_transit" and period is not None:
            result[pair_index[Pair(r["recipient"], r["item"])], period] += r["quantity"]
    return result
