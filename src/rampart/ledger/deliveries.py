"""Deliveries by their four statuses, pledged, contracted, in transit and delivered, and the age of what is on the way."""

from __future__ import annotations

from typing import NamedTuple

from rampart.ledger.store import reading
from rampart.ledger.store.connection import Store

STATUSES = {"pledged": "pledged", "contracted": "contracted", "transit": "in_transit", "delivered": "delivered"}
"""Account and the status that it stands for."""


class Delivery(NamedTuple):
    """What one nation does for another in an item: four quantities that are never added up."""

    nation: str
    to: str
    item: str
    pledged: int
    contracted: int
    in_transit: int
    delivered: int
    in_transit_since: str


def deliveries(
    store: Store, nations: tuple[str, ...] = (), *, on: str = "9999-12-31",
    known: int = reading.ALWAYS_KNOWN,
) -> list[Delivery]:  # fmt: skip
    """By nation, recipient and item, as at a day and as known at a moment; ``in_transit_since`` is the oldest dispatch."""
    sums: dict[tuple[str, str, str], dict[str, int]] = {}
    since: dict[tuple[str, str, str], str] = {}
    for nation, account, quantity in reading.balances(store, nations, on=on, known=known):
        if account.kind not in STATUSES:
            continue
        about = (nation, account.holder, account.item)
        of_this = sums.setdefault(about, dict.fromkeys(STATUSES.values(), 0))
        of_this[STATUSES[account.kind]] += quantity
        if account.kind == "transit":
            sent = reading.one(store, nation, account.of)
            day = sent.day if sent else on
            since[about] = min(day, since.get(about, day))
    found = []
    for about, q in sorted(sums.items()):
        statuses = (q["pledged"], q["contracted"], q["in_transit"], q["delivered"])
        found.append(Delivery(*about, *statuses, since.get(about, "")))
    return found
