"""What is placed already: orders that the case gives, and goods in transit, by month of arrival.

Where the case says so (``orders.inputs`` drawn) a placed order draws components and shared resources like one of the plan
(``network.accounts``): so long before its delivery, what falls before the first month being done. Else they are supplied.
Where the order and the months from it to delivery are told, what arrives first of it was drawn first: parts of a month are
then those of the plan that ordered it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

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
    for month, share in drawn_in(order, offset):
        period = calendar.period(month)
        if period is not None:
            taken[period] += share * each * order["quantity"]


def drawn_in(order: Row, offset: float) -> Iterator[tuple[int, float]]:
    """Months and shares in which a placed order takes what it does so long before its delivery."""
    if order["decided"] is not None and order["lead"] is not None:
        decided = month_number(order["decided"])
        part = next((p for month, *p in _parts(decided, order["lead"]) if month == order["number"]), None)
        if part is not None:
            first, last = part
            for month, begin, end in _parts(decided, order["lead"] - offset):
                if (both := min(last, end) - max(first, begin)) > 0:
                    yield month, both / (last - first)
            return
    yield from ((order["number"] + shift, share) for shift, share in shifts(-offset))


def _parts(month: int, lag: float) -> Iterator[tuple[int, float, float]]:
    """Months in which what is done in a month takes effect, and which part of it then does: from one share to another."""
    begin = 0.0
    for shift, share in shifts(lag):
        yield month + shift, begin, begin + share
        begin += share


class Coming(NamedTuple):
    """What arrives of a placed order or of goods in transit: units and month of arrival.

    lot   month from which its age counts, where that is not the one in which it arrives
    sent  whether another sent it: goods in transit, and what another has outside the lines
    """

    pair: Pair
    month: int
    quantity: float
    lot: int | None
    sent: bool


def coming(
    placed: Iterable[Row], deliveries: Iterable[Row], items: Mapping[str, Row], calendar: Calendar
) -> Iterator[Coming]:
    """Placed orders and goods in transit that arrive within the horizon, without lots past their shelf life by then."""
    rows = [
        (Pair(r["ship_to"], r["item"]), r["number"], r["line"] is None and r["buyer"] != r["ship_to"], r)
        for r in placed
    ]
    rows += [
        (Pair(r["recipient"], r["item"]), month_number(r["month"]), True, r)
        for r in deliveries if r["status"] == "in_transit"
    ]  # fmt: skip
    for pair, month, sent, r in rows:
        life = items[pair.item]["shelf_life"]
        lot = None if life is None or r["lot"] is None else month_number(r["lot"])
        if calendar.period(month) is not None and (lot is None or lot + life - 1 >= month):
            yield Coming(pair, month, r["quantity"], lot, sent)


def given_to_pairs(arriving: Iterable[Coming], pair_index: Mapping[Pair, int], calendar: Calendar) -> Floats:
    """What arrives by pair and period, shape (pairs, periods)."""
    result = np.zeros((len(pair_index), len(calendar)))
    for each in arriving:
        result[pair_index[each.pair], calendar.period(each.month)] += each.quantity
    return result
