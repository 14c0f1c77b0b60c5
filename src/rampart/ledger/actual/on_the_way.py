"""What is on the way at the start of a new plan, and when it arrives: by the ledger, and only once.

A case states what was on the way at its start, with the month of arrival; its plan sends more. The ledger knows quantities
and days of dispatch. By way (origin, destination, item):

    sent before the case's start   where the ledger had any of it on the way then, what is left of it by the ledger, arriving
                                   when the case says; what the case does not say arrives after the months of the route.
                                   Elsewhere as the case states it.
    sent since                     in months of which the ledger tells what the origin sent, as it was sent, arriving after
                                   the months of the route; in the others as planned

What was to arrive before the new start and did not is due at once where the destination tells what it received in that month.
Where it does not, receipts are taken as planned, as use is: what was to arrive is there, and no longer on the way.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import frame_of
from rampart.ledger.actual.happened import At, names_by_book
from rampart.ledger.names import NONE
from rampart.ledger.opening_stock import LAST, SOURCE
from rampart.network import carried_on as carrying
from rampart.network.ages import at_its_end
from rampart.network.pledges_left import NO_RANGE

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.ledger.ledger import Ledger
    from rampart.ledger.store.reading import Balance, Booked

Way = tuple[str, str, str]
"""Origin, destination and item of what is sent."""
Months = dict[str, float]
"""What arrives, by month."""
NOTE = "On the way, as the ledger has it."
SAID = {"source": SOURCE, "grade": "derived", "note": NOTE}
LITTLE = 1e-6
"""Units below which a sum is as it was."""
_NEVER = "9999-12"
"""Month of what arrives after the end of the plan."""


@dataclass(frozen=True)
class Sent:
    """What a plan was to send in its months, and what the ledger has of it, by way.

    foreseen  units to be sent in the months of which the ledger tells what the origin sent, by month of arrival
    unknown   units to be sent in the other months, by month of arrival
    sent      units that the ledger has sent in these months, without what came back, was condemned or lost on the way
    """

    foreseen: Mapping[Way, Months]
    unknown: Mapping[Way, Months]
    sent: Mapping[Way, float]

    @property
    def told(self) -> frozenset[Way]:
        """Ways of which the ledger tells something."""
        return frozenset((*self.foreseen, *self.sent))

    def less(self) -> dict[Way, float]:
        """Units sent less than planned, below 0 more."""
        return {way: sum(self.foreseen.get(way, {}).values()) - self.sent.get(way, 0.0) for way in sorted(self.told)}


@dataclass(frozen=True)
class Arrived:
    """What arrived before the new start on a way of which the ledger tells; units, by month.

    foreseen  as planned
    received  as its destination, or a witness, said
    witnessed  what of it only a witness said: it is in no book of the destination
    taken     what nobody said, and should have arrived in months of which the destination does not tell what it received
    """

    foreseen: Months
    received: Months
    witnessed: Months
    taken: Months

    def less(self) -> float:
        """Units by which less arrived than planned, below 0 more."""
        return sum(self.foreseen.values()) - sum(self.received.values()) - sum(self.taken.values())


def what_was_sent(
    tables: Mapping[str, pl.DataFrame], figures: Mapping[At, int], balances: Iterable[Balance],
    documents: Iterable[Booked], months: tuple[str, ...],
) -> Sent:  # fmt: skip
    """What was to be sent in the months by the tables of a plan, and what was by a ledger's balances at their end."""
    foreseen: dict[Way, Months] = {}
    unknown: dict[Way, Months] = {}
    for r in tables["transfers"].iter_rows(named=True):
        month, way = f"{r['month']:%Y-%m}", (r["origin"], r["destination"], r["item"])
        if month in months:
            told = At(month, "dispatch", r["origin"], r["item"]) in figures
            of = (foreseen if told else unknown).setdefault(way, defaultdict(float))
            of[f"{r['arrives']:%Y-%m}" if r["arrives"] else _NEVER] += r["quantity"]
    since = {(b.nation, b.key) for b in documents if b.kind == "dispatch" and b.day[:7] in months}
    sent: dict[Way, float] = {}
    for b in balances:
        if b.account.kind in ("transit", "delivered") and (b.nation, b.account.of) in since:
            way = (b.nation, b.account.holder, b.account.item)
            sent[way] = sent.get(way, 0.0) + b.quantity
    return Sent(foreseen, unknown, sent)


def with_what_is_on_the_way(
    later: Case, case: Case, ledger: Ledger, documents: Iterable[Booked], sent: Sent, figures: Mapping[At, int],
    months: tuple[str, ...], month: str, *, known: str | None,
) -> tuple[Case, dict[Way, Arrived]]:  # fmt: skip
    """The case carried on, with what is on the way as the ledger has it; and what arrived on the ways of which it tells.

    case    as it was before it was carried on
    months  from the start of the case to the month before the new start ``month``
    """
    recipients = set(case["nations"].filter(role="recipient")["nation"])
    began, last = (
        (date.fromisoformat(f"{m}-01") - timedelta(days=1)).isoformat() for m in (months[0], month)
    )  # fmt: skip
    days = {(b.nation, b.key): b.day for b in documents if b.kind == "dispatch"}
    arrives, told = _Arrives(case), sent.told
    before: dict[Way, list[tuple[str, int]]] = {way: [] for way, _, _ in _transit(ledger, began, days, known)}
    since: dict[Way, Months] = {}
    for way, day, quantity in _transit(ledger, last, days, known):
        if day <= began:
            before.setdefault(way, []).append((day, quantity))
        else:
            since.setdefault(way, defaultdict(float))[arrives(way, day)] += quantity
    orders = [r for r in later.tables["orders"].iter_rows(named=True) if not _of_the_ledger(r, told)]
    lives = dict(case["items"].select("item", "shelf_life").iter_rows())
    stated, coming, placed = _in_transit(case), _in_transit(later), sent_to_members(case)
    received, witnessed = _arrivals(documents, months, witness=False), _arrivals(documents, months, witness=True)
    rows = [
        r for r in later.tables["deliveries"].iter_rows(named=True) if r["status"] != "in_transit" or r["month"] < month
    ]
    arrived: dict[Way, Arrived] = {}
    for way in sorted({*before, *since, *told, *coming}):
        of_case = _sums(stated.get(way, {}))
        here = {m: of for m, of in stated.get(way, {}).items() if m >= month}
        known_before = way in before or any(r["source"] == SOURCE for of in here.values() for r in of)
        older = _left(before.get(way, []), of_case, arrives, way) if known_before else _sums(here)
        planned = _plus(_sums(coming.get(way, {})), _sums(here), -1)
        as_sent = _plus(since.get(way, {}), {m: q for m, q in sent.unknown.get(way, {}).items() if m >= month})
        there, taken = _due(_plus(older, as_sent if way in told else planned), way, figures, months, month)
        if way in told or known_before:
            foreseen = _plus(sent.foreseen.get(way, {}), _plus(of_case, placed.get(way, {})) if known_before else {})
            arrived[way] = Arrived(
                {m: q for m, q in foreseen.items() if m < month},
                _plus(received.get(way, {}), witnessed.get(way, {})), witnessed.get(way, {}), taken,
            )  # fmt: skip
        if way[1] in recipients:
            rows += _deliveries(way, there, coming.get(way, {}), lives[way[2]])
        else:
            orders += _orders(way, there, lives[way[2]])
    changed = {"deliveries": frame_of("deliveries", rows), "orders": frame_of("orders", orders)}
    return later.with_tables(changed), arrived


def _due(
    coming: Months, way: Way, figures: Mapping[At, int], months: tuple[str, ...], month: str
) -> tuple[Months, Months]:
    """What arrives from the new start on, what was due before at once; and what is taken as there, as nothing tells of the
    receipts of the month in which it was due.
    """
    there: Months = defaultdict(float)
    taken: Months = defaultdict(float)
    for due, quantity in coming.items():
        if due >= month:
            there[due] += quantity
        elif At(max(due, months[0]), "receipt", way[1], way[2]) in figures:
            there[month] += quantity
        elif quantity > LITTLE:
            taken[max(due, months[0])] += quantity
    return there, taken


def _arrivals(documents: Iterable[Booked], months: tuple[str, ...], *, witness: bool) -> dict[Way, Months]:
    """What a destination said that it received, or only a ``witness`` said that it did, by way and month; what was taken back
    was not said.
    """
    every = list(documents)
    back, names = {(b.nation, b.reverses) for b in every if b.reverses}, names_by_book(every)
    found: dict[Way, Months] = {}
    for b in every:
        if b.kind == ("delivery" if witness else "outcome") and b.day[:7] in months and (b.nation, b.key) not in back:
            for line in b.document.lines:
                if witness or line.outcome == "received":
                    way = (b.nation, b.document.to, names.get(b.nation, NONE).of("item", line.item, LAST))
                    of = found.setdefault(way, defaultdict(float))
                    of[b.day[:7]] += line.quantity
    return found


def sent_to_members(case: Case) -> dict[Way, Months]:
    """Placed orders that stand for goods on the way from one nation to another that is no recipient, by way and month."""
    found: dict[Way, Months] = {}
    for r in case.tables["orders"].iter_rows(named=True):
        if is_on_the_way(r):
            of = found.setdefault((r["buyer"], r["ship_to"], r["item"]), defaultdict(float))
            of[r["month"]] += r["quantity"]
    return found


def is_on_the_way(order: Mapping[str, Any]) -> bool:
    """Whether a placed order stands for goods that a nation has sent to another, in a case carried on."""
    if order["line"] is not None or order["ship_to"] in (None, order["buyer"]):
        return False
    return order["source"] == carrying.SOURCE or (order["source"], order["note"]) == (SOURCE, NOTE)


class _Arrives:
    """The month in which what was sent on a day arrives: after the months of its route."""

    def __init__(self, case: Case) -> None:
        self.routes = {
            (r["origin"], r["destination"], r["item"]): r["months"] for r in case["routes"].iter_rows(named=True)
        }

    def __call__(self, way: Way, day: str) -> str:
        lag = self.routes.get(way, self.routes.get((*way[:2], None), 1))
        return month_text(month_number(day[:7]) + math.ceil(lag))


def _transit(
    ledger: Ledger, on: str, days: Mapping[tuple[str, str], str], known: str | None
) -> Iterator[tuple[Way, str, int]]:
    """What was on the way at the end of a day: its way, the day on which it was sent, the quantity."""
    for b in ledger.balances(on=on, known=known, called_on=LAST):
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
            found[month] += part
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
