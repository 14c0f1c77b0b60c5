"""What is placed already: orders that the case gives, and goods in transit, by month of arrival.

Where the case says so (``orders.inputs`` drawn) a placed order draws components and shared resources like one of the plan
(``network.accounts``): so long before its delivery, what falls before the first month being done. Else they are supplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from rampart.case.calendar import Calendar, month_number
from rampart.network.keys import Pair
from rampart.network.lags import Floats, shifts
from rampart.network.ways import Input, Row


def placed_orders(orders: Iterable[Row], calendar: Calendar) -> list[Row]:
    """Orders that arrive within the horizon, with their month ``number`` and their ``ship_to`` filled in."""
    return [r for r in _numbered(orders) if calendar.period(r["number"]) is not None]


def drawing_orders(orders: Iterable[Row], lines: Mapping[str, Row]) -> list[Row]:
    """Placed orders that draw what they need, with a line of the case; those that arrive after the horizon too."""
    return [r for r in _numbered(orders) if r["inputs"] == "drawn" and r["line"] in lines]


def _numbered(orders: Iterable[Row]) -> list[Row]:
    return [{**r, "number": month_number(r["month"]), "ship_to": r["ship_to"] or r["buyer"]} for r in orders]


def placed_by_month(placed: Iterable[Row], line_index: Mapping[str, int], calendar: Calendar) -> Floats:
    """Orders of each line by month of delivery, shape (lines, months)."""
    result = np.zeros((len(line_index), calendar.last - calendar.first + 1))
    for r in placed:
        if r["line"] in line_index:
            result[line_index[r["line"]], r["number"] - calendar.first] += r["quantity"]
    return result


def drawn_components(
    drawing: Iterable[Row],
    lines: Mapping[str, Row],
    inputs_of: Mapping[str, Iterable[Input]],
    pair_index: Mapping[Pair, int],
    calendar: Calendar,
) -> Floats:
    """Components that placed orders draw from the stock of their line's nation, shape (pairs, periods), units."""
    result = np.zeros((len(pair_index), len(calendar)))
    for r in drawing:
        for part in inputs_of[r["line"]]:
            pair = pair_index[Pair(lines[r["line"]]["nation"], part.component)]
            _take(result[pair], r, part.offset, part.quantity, calendar)
    return result


def drawn_resources(
    drawing: Iterable[Row], uses_of: Mapping[str, Iterable[Row]], resources: Iterable[str], calendar: Calendar
) -> Floats:
    """What placed orders take of each shared resource, shape (resources, periods), in its own unit."""
    at = {code: n for n, code in enumerate(resources)}
    result = np.zeros((len(at), len(calendar)))
    for r in drawing:
        for use in uses_of.get(r["line"], ()):
            _take(result[at[use["resource"]]], r, use["offset"], use["quantity"], calendar)
    return result


def _take(taken: Floats, order: Row, offset: float, each: float, calendar: Calendar) -> None:
    """Add what a placed order takes so long before its delivery to the periods of one account."""
    for shift, share in shifts(-offset):
        period = calendar.period(order["number"] + shift)
        if period is not None:
            taken[period] += share * each * order["quantity"]


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
