"""What is on the way at the start of a new plan, and when it arrives: by the ledger, and only once.

A case states what was on the way at its start, with the month of arrival; its plan sends more. The ledger knows quantities
and days of dispatch. By way (origin, destination, item):

    sent before the case's start   where the ledger had any of it on the way then, what is left of it by the ledger, arriving
                                   when the case says; what the case does not say arrives after the months of the route.
                                   Elsewhere as the case states it.
    sent since                     where the ledger tells what was sent, as it was sent, arriving after the months of the
                                   route; elsewhere as planned

What was to arrive before and did not is due at once.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import frame_of
from rampart.ledger.opening_stock import SOURCE
from rampart.network import carried_on as carrying
from rampart.network.ages import at_its_end
from rampart.network.pledges_left import NO_RANGE

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.ledger import Ledger
    from rampart.ledger.store.reading import Booked

Way = tuple[str, str, str]
"""Origin, destination and item of what is sent."""
Months = dict[str, float]
"""What arrives, by month."""
NOTE = "On the way, as the ledger has it."
SAID = {"source": SOURCE, "grade": "derived", "note": NOTE}
LITTLE = 1e-6
"""Units below which a sum is as it was."""


def with_what_is_on_the_way(
    later: Case, case: Case, ledger: Ledger, documents: Iterable[Booked], told: frozenset[Way], months: tuple[str, ...],
    month: str, *, known: str | None,
) -> Case:  # fmt: skip
    """The case carried on, with what is on the way as the ledger has it.

    case    as it was before it was carried on; ``told``  ways of which the ledger tells what was sent in the months since
    months  from the start of the case to the month before the new start ``month``
    """
    recipients = set(case["nations"].filter(role="recipient")["nation"])
    began, last = (
        (date.fromisoformat(f"{m}-01") - timedelta(days=1)).isoformat() for m in (months[0], month)
    )  # fmt: skip
    days = {(b.nation, b.key): b.day for b in documents if b.kind == "dispatch"}
    arrives = _Arrives(case, month)
    before: dict[Way, list[tuple[str, int]]] = {way: [] for way, _, _ in _transit(ledger, began, days, known)}
    since: dict[Way, Months] = {}
    for way, day, quantity in _transit(ledger, last, days, known):
        if day <= began:
            before.setdefault(way, []).append((day, quantity))
        else:
            since.setdefault(way, defaultdict(float))[arrives(way, day)] += quantity
    orders = [r for r in later.tables["orders"].iter_rows(named=True) if not _of_the_ledger(r, told)]
    lives = dict(case["items"].select("item", "shelf_life").iter_rows())
    stated, coming = _in_transit(case), _in_transit(later)
    rows = [
        r for r in later.tables["deliveries"].iter_rows(named=True) if r["status"] != "in_transit" or r["month"] < month
    ]
    for way in sorted({*before, *since, *told, *coming}):
        here = {m: of for m, of in stated.get(way, {}).items() if m >= month}
        known_before = way in before or any(r["source"] == SOURCE for of in here.values() for r in of)
        older = _left(before.get(way, []), _sums(stated.get(way, {})), arrives, way) if known_before else _sums(here)
        planned = _plus(_sums(coming.get(way, {})), _sums(here), -1)
        there = _plus(older, since.get(way, {}) if way in told else planned)
        if way[1] in recipients:
            rows += _deliveries(way, there, coming.get(way, {}), lives[way[2]])
        else:
            orders += _orders(way, there, lives[way[2]])
    return later.with_tables({"deliveries": frame_of("deliveries", rows), "orders": frame_of("orders", orders)})


class _Arrives:
    """The month in which what was sent on a day arrives: after the months of its route, and not before the new start."""

    def __init__(self, case: Case, month: str) -> None:
        self.month = month
        self.routes = {
            (r["origin"], r["destination"], r["item"]): r["months"] for r in case["routes"].iter_rows(named=True)
        }

    def __call__(self, way: Way, day: str) -> str:
        lag = self.routes.get(way, self.routes.get((*way[:2], None), 1))
        return max(self.month, month_text(month_number(day[:7]) + math.ceil(lag)))


def _transit(
    ledger: Ledger, on: str, days: Mapping[tuple[str, str], str], known: str | None
) -> Iterator[tuple[Way, str, int]]:
    """What was on the way at the end of a day: its way, the day on which it was sent, the quantity."""
    for b in ledger.balances(on=on, known=known):
        if b.account.kind == "transit" and b.quantity:
            yield (b.nation, b.account.holder, b.account.item), days.get((b.nation, b.account.of), on), b.quantity


def _in_transit(case: Case) -> dict[Way, dict[str, list[dict[str, Any]]]]:
    """Rows of what is on the way, by way and month of arrival."""
    found: dict[Way, dict[str, list[dict[str, Any]]]] = {}
    for r in case.tables["deliveries"].iter_rows(named=True):
        if r["status"] == "in_transit":
            way = (r["donor"], r["recipient"], r["item"])
            found.setdefault(way, {}).setdefault(r["month"], []).append(r)
    return found


def _sums(of: Mapping[str, list[dict[str, Any]]]) -> Months:
    return {m: sum(r["quantity"] for r in rows) for m, rows in of.items()}


def _plus(one: Months, other: Months, sign: int = 1) -> Months:
    return {m: one.get(m, 0.0) + sign * other.get(m, 0.0) for m in one.keys() | other.keys()}


def _left(sent: Iterable[tuple[str, int]], stated: Months, arrives: _Arrives, way: Way) -> Months:
    """What is left of what was sent before the case's start: what was due first has come first."""
    found: Months = defaultdict(float)
    due = sorted(stated.items())
    for day, quantity in sorted(sent, reverse=True):
        left: float = quantity
        while left > 0 and due:
            month, open_ = due.pop()
            part = min(left, open_)
            found[max(arrives.month, month)] += part
            left -= part
            if open_ > part:
                due.append((month, open_ - part))
        if left > 0:
            found[arrives(way, day)] += left
    return found


def _deliveries(
    way: Way, there: Months, coming: Mapping[str, list[dict[str, Any]]], life: int | None
) -> Iterator[dict[str, Any]]:
    """Rows of what arrives at a recipient; those that say so already stay as they are."""
    key = dict(zip(("donor", "recipient", "item"), way, strict=True)) | {"status": "in_transit"}
    for month, quantity in sorted(there.items()):
        rows = coming.get(month, [])
        if abs(sum(r["quantity"] for r in rows) - quantity) <= LITTLE:
            yield from rows
        elif quantity > LITTLE:
            base = (
                {**rows[0], **NO_RANGE}
                if rows
                else {**key, "month": month, "lot": at_its_end(month_number(month), life)}
            )
            yield {**base, **SAID, "quantity": float(quantity)}


def _orders(way: Way, there: Months, life: int | None) -> Iterator[dict[str, Any]]:
    """Placed orders of what arrives at a nation that is no recipient."""
    origin, destination, item = way
    for month, quantity in sorted(there.items()):
        if quantity > LITTLE:
            yield {
                "buyer": origin, "ship_to": destination, "item": item, "month": month, "quantity": float(quantity),
                "due": 0.0, "state": "funded", "lot": at_its_end(month_number(month), life), **SAID,
            }  # fmt: skip


def _of_the_ledger(row: Mapping[str, Any], told: frozenset[Way]) -> bool:
    """Whether a placed order stands for goods on the way of which the ledger tells."""
    if row["line"] is not None:
        return False
    way = (row["buyer"], row["ship_to"], row["item"])
    return (row["source"], row["note"]) == (SOURCE, NOTE) or (row["source"] == carrying.SOURCE and way in told)
