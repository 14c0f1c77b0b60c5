"""Counts beside the book: the difference is derived each time, so that a late document changes it, never the count."""

from __future__ import annotations

from typing import NamedTuple

from rampart.ledger.accounts import Account, stock_of
from rampart.ledger.store import reading
from rampart.ledger.store.connection import Store


class Counted(NamedTuple):
    """One counted lot: what was counted, what the book says then, and the difference that nothing explains."""

    nation: str
    key: str
    day: str
    account: Account
    counted: int
    booked: int

    @property
    def difference(self) -> int:
        """Counted less booked: what is there and not in the book, below zero what is in the book and not there."""
        return self.counted - self.booked


def counts(store: Store, nations: tuple[str, ...] = (), *, known: int = reading.ALWAYS_KNOWN) -> list[Counted]:
    """Every line of every count that was not taken back, as known at a moment. A lot not looked at is not there.

    A count before the day's movements stands against the day before; adjustments that name the count are added to both.
    """
    found = []
    every = list(reading.documents(store, nations, known=known))
    back = {(d.nation, d.reverses) for d in every if d.reverses}
    for booked in every:
        if booked.kind != "count" or (booked.nation, booked.key) in back:
            continue
        document = booked.document
        for line in document.lines:
            stock = stock_of(document, line)
            there = _stock(store, booked.nation, stock, document.day, known, before=document.stands == "before")
            if document.stands == "before":
                about = stock._replace(kind="adjusted", of=document.key)
                asked = {"on": document.day, "known": known}
                there -= reading.balance(store, booked.nation, about, **asked)  # type: ignore[arg-type]
                there += _adjusted_before(store, booked.nation, about, document.day, known)
            found.append(Counted(booked.nation, booked.key, document.day, stock, line.quantity, there))
    return found


def _stock(store: Store, nation: str, stock: Account, day: str, known: int, *, before: bool) -> int:
    return reading.balance(store, nation, stock, on=_day_before(day) if before else day, known=known)


def _adjusted_before(store: Store, nation: str, about: Account, day: str, known: int) -> int:
    """Adjustments of the count that are dated earlier are in the stock of the day before already."""
    return reading.balance(store, nation, about, on=_day_before(day), known=known)


def _day_before(day: str) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
