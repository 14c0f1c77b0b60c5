"""What the rules may ask of a ledger, and a ledger in memory that answers it: for a notebook cell, and for the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from rampart.ledger.accounts import REVERSALS, Account, Entry, entries_of, reversed_entries
from rampart.ledger.documents import Document


class LotThere(NamedTuple):
    """A lot in a stock: its account and when it expires (blank: not known)."""

    account: Account
    expires: str


class Book(Protocol):
    """What a rule may ask."""

    def document(self, nation: str, key: str) -> Document | None:
        """The document of that key."""

    def reversed_by(self, nation: str, key: str) -> str | None:
        """Key of the document that reverses it."""

    def movements(self, nation: str, account: Account) -> dict[str, int]:
        """What came into an account, net, by day."""

    def lots(self, nation: str, stock: Account) -> list[LotThere]:
        """The lots that ever were in a stock, whatever the lot of the account says."""

    def expiry(self, nation: str, item: str, lot: str) -> str:
        """When a lot expires; blank where nobody said."""


class MemoryBook:
    """Documents on top of a book, or of nothing: what it would be once they are posted."""

    def __init__(self, under: Book | None = None) -> None:
        self._under = under
        self._documents: dict[tuple[str, str], Document] = {}
        self._reversed: dict[tuple[str, str], str] = {}
        self._new: list[tuple[str, list[Entry]]] = []
        self._moves: dict[tuple[str, Account], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._expires: dict[tuple[str, str, str], str] = {}
        # Rules ask for the entries of the same documents one after the other; each document is kept, so that its id is its own.
        self.made: dict[int, tuple[Document, list[Entry]]] = getattr(under, "made", {})

    def entries(self, document: Document) -> list[Entry]:
        """The entries of a document in this book; of a reversal, those of the other the other way round."""
        if document.kind not in REVERSALS:
            kept = self.made.get(id(document))
            if kept is None:
                kept = self.made[id(document)] = (document, list(entries_of(document)))
            return kept[1]
        other = self.document(document.nation, document.reverses)
        return [] if other is None else list(reversed_entries(entries_of(other)))

    def add(self, document: Document) -> list[Entry]:
        """Book a document, unchecked, and give its entries."""
        found = self.entries(document)
        self._documents[document.nation, document.key] = document
        if document.kind in REVERSALS:
            self._reversed[document.nation, document.reverses] = document.key
        self._new.append((document.nation, found))
        return found

    def _booked(self) -> dict[tuple[str, Account], dict[str, int]]:
        """What came into each account, net, by day: of documents added since it was last asked for, too."""
        for nation, entries in self._new:
            for account, day, quantity, expires in entries:
                self._moves[nation, account][day] += quantity
                if expires:
                    self._expires.setdefault((nation, account.item, account.lot), expires)
        self._new.clear()
        return self._moves

    def document(self, nation: str, key: str) -> Document | None:
        """The document of that key."""
        there = self._documents.get((nation, key))
        return there or (self._under.document(nation, key) if self._under else None)

    def reversed_by(self, nation: str, key: str) -> str | None:
        """Key of the document that reverses it."""
        there = self._reversed.get((nation, key))
        return there or (self._under.reversed_by(nation, key) if self._under else None)

    def movements(self, nation: str, account: Account) -> dict[str, int]:
        """What came into an account, net, by day."""
        sums = dict(self._under.movements(nation, account)) if self._under else {}
        for day, quantity in self._booked().get((nation, account), {}).items():
            sums[day] = sums.get(day, 0) + quantity
        return sums

    def lots(self, nation: str, stock: Account) -> list[LotThere]:
        """The lots that ever were in a stock."""
        there = {one.account for one in self._under.lots(nation, stock)} if self._under else set()
        there |= {a for n, a in self._booked() if n == nation and a._replace(lot=stock.lot) == stock}
        return [LotThere(a, self.expiry(nation, a.item, a.lot)) for a in sorted(there)]

    def expiry(self, nation: str, item: str, lot: str) -> str:
        """When a lot expires; blank where nobody said."""
        self._booked()
        known = self._under.expiry(nation, item, lot) if self._under else ""
        return known or self._expires.get((nation, item, lot), "")


def on_day(movements: dict[str, int], day: str) -> int:
    """Balance at the end of a day."""
    return sum(quantity for when, quantity in movements.items() if when <= day)


def least_from(movements: dict[str, int], day: str) -> tuple[int, str]:
    """The least balance at the end of that day or any later one, and the first day on which it is so low."""
    running = on_day(movements, day)
    least, when = running, day
    for later in sorted(d for d in movements if d > day):
        running += movements[later]
        if running < least:
            least, when = running, later
    return least, when


def accounts_of(entries: Iterable[Entry]) -> set[Account]:
    """The accounts that entries move."""
    return {entry.account for entry in entries}
