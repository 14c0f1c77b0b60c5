"""What the rules may ask of a ledger, and a ledger in memory that answers it: for a notebook cell, and for the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from rampart.ledger.accounts import HOLDING, REVERSALS, Account, Entry, entries_of, reversed_entries
from rampart.ledger.documents import Document
from rampart.ledger.names import NONE, Names, names_of


class LotThere(NamedTuple):
    """A lot in a stock: its account and when it expires (blank: not known)."""

    account: Account
    expires: str


class Book(Protocol):
    """What a rule may ask. Accounts, items and lots are as they were written; ``MemoryBook`` tells them by their names."""

    def document(self, nation: str, key: str) -> Document | None:
        """The document of that key."""

    def reversed_by(self, nation: str, key: str) -> str | None:
        """Key of the document that reverses it."""

    def moved(self, nation: str, account: Account) -> dict[str, int]:
        """What came into an account, net, by day."""

    def lots_of(self, nation: str, stock: Account) -> set[str]:
        """The lots that ever were in a stock, whatever the lot of the account says."""

    def expires(self, nation: str, item: str, lot: str) -> str:
        """When a lot expires; blank where nobody said."""

    def renamings(self, nation: str) -> list[Document]:
        """Documents by which something got another name, in the order booked; those taken back too."""

    def holding(self, nation: str) -> set[Account]:
        """Every account of the nation that holds things, or did."""


class MemoryBook:
    """Documents on top of a book, or of nothing: what it would be once they are posted."""

    def __init__(self, under: Book | None = None) -> None:
        self._under = under
        self._documents: dict[tuple[str, str], Document] = {}
        self._reversed: dict[tuple[str, str], str] = {}
        self._new: list[tuple[str, list[Entry]]] = []
        self._moves: dict[tuple[str, Account], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._expires: dict[tuple[str, str, str], str] = {}
        self._names: dict[str, Names] = {}
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
            self._names.pop(document.nation, None)
        elif document.kind == "renaming":
            self._names.pop(document.nation, None)
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

    def moved(self, nation: str, account: Account) -> dict[str, int]:
        """What came into an account as it was written, net, by day."""
        sums = dict(self._under.moved(nation, account)) if self._under else {}
        for day, quantity in self._booked().get((nation, account), {}).items():
            sums[day] = sums.get(day, 0) + quantity
        return sums

    def lots_of(self, nation: str, stock: Account) -> set[str]:
        """The lots that ever were in a stock as it was written."""
        there = self._under.lots_of(nation, stock) if self._under else set()
        return there | {a.lot for n, a in self._booked() if n == nation and a._replace(lot=stock.lot) == stock}

    def expires(self, nation: str, item: str, lot: str) -> str:
        """When a lot of an item as it was written expires; blank where nobody said."""
        self._booked()
        known = self._under.expires(nation, item, lot) if self._under else ""
        return known or self._expires.get((nation, item, lot), "")

    def renamings(self, nation: str) -> list[Document]:
        """Documents by which something got another name, in the order booked; those taken back too."""
        there = self._under.renamings(nation) if self._under else []
        return there + [d for (n, _), d in self._documents.items() if n == nation and d.kind == "renaming"]

    def holding(self, nation: str) -> set[Account]:
        """Every account of the nation that holds things, or did, as it was written."""
        there = self._under.holding(nation) if self._under else set()
        return there | {a for n, a in self._booked() if n == nation and a.kind in HOLDING}

    def names(self, nation: str) -> Names:
        """What is called how in the nation's book."""
        if nation not in self._names:
            said = self.renamings(nation)
            back = (d.key for d in said if self.reversed_by(nation, d.key))
            self._names[nation] = names_of(said, back) if said else NONE
        return self._names[nation]

    def movements(self, nation: str, account: Account) -> dict[str, int]:
        """What came, net, by day, into what the account is called on each day."""
        names = self.names(nation)
        if not names:
            return self.moved(nation, account)
        return names.movements(account, lambda one: self.moved(nation, one))

    def lots(self, nation: str, stock: Account) -> list[LotThere]:
        """The lots that ever were in a stock, whatever the lot of the account says, under any of its names."""
        there = {lot for one in self.names(nation).accounts(stock) for lot in self.lots_of(nation, one)}
        return [LotThere(stock._replace(lot=lot), self.expiry(nation, stock.item, lot)) for lot in sorted(there)]

    def expiry(self, nation: str, item: str, lot: str) -> str:
        """When a lot expires, under any name of its item; blank where nobody said."""
        return next((day for one in sorted(self.names(nation).family("item", item), key=lambda i: i != item)
                     if (day := self.expires(nation, one, lot))), "")  # fmt: skip


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
