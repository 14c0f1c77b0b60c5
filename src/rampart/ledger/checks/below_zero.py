"""Nothing that holds things falls below zero on any day: a document dated back is checked against every later day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rampart.findings import Finding
from rampart.ledger.accounts import HOLDING, Account
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.documents import Document
from rampart.ledger.names import FIELDS, renaming_of

FEW = 8
"""Lots that are named at most."""


def check(documents: Sequence[Document], book: Book) -> list[Finding]:
    """A finding for each account that would fall below zero, with the first day and the quantity that lacks.

    Documents posted together are judged together: a correction and what replaces it need not hold one by one.
    """
    after = MemoryBook(book)
    takes: dict[tuple[str, Account], str] = {}
    for document in documents:
        for account in _renamed(document, after):
            takes[document.nation, account] = document.key
        for entry in after.add(document):
            if entry.account.kind in HOLDING and entry.quantity < 0:
                takes[document.nation, entry.account] = document.key
    found = []
    for (nation, account), key in takes.items():
        wrong = _first_below(after.movements(nation, account))
        if wrong and account.kind == "transit":  # how much was sent is told to who sent, not to who receives
            found.append(Finding("ledger-more-than-sent", table=key, value=account.item, details={"day": wrong[0]}))
        elif wrong:
            place = " / ".join(part for part in account[1:] if part)
            details = {"day": wrong[0], "lacks": -wrong[1], "place": place, "account": account.kind}
            details |= _other_lots(sorted(book.lots_of(nation, account) - {""}), account.lot)
            found.append(Finding("ledger-below-zero", table=key, value=account.item, details=details))
    return found


def _other_lots(lots: Sequence[str], lot: str) -> dict[str, str]:
    """Of a lot of which nothing was ever booked, the lots that were; nothing to say of another."""
    if not lots or lot in lots:
        return {}
    return {"lots": ", ".join((*lots[:FEW], *(("...",) if len(lots) > FEW else ())))}


def _renamed(document: Document, book: MemoryBook) -> Iterator[Account]:
    """Accounts in which something is told otherwise by a renaming, or by one that is taken back."""
    said = book.document(document.nation, document.reverses) if document.kind == "reversal" else document
    if said is not None and said.kind == "renaming":
        _, what, *codes = renaming_of(said)
        alike = {one for code in codes for one in book.names(document.nation).family(what, code)}
        for account in book.holding(document.nation):
            if any(getattr(account, field) in alike for field in FIELDS[what]):
                yield account


def _first_below(movements: dict[str, int]) -> tuple[str, int] | None:
    """The first day at whose end an account is below zero, and its balance then."""
    running = 0
    for day, quantity in sorted(movements.items()):
        running += quantity
        if running < 0:
            return day, running
    return None
