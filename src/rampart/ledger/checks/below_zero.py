"""Nothing that holds things falls below zero on any day: a document dated back is checked against every later day."""

from __future__ import annotations

from collections.abc import Sequence

from rampart.findings import Finding
from rampart.ledger.accounts import HOLDING, Account
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.documents import Document


def check(documents: Sequence[Document], book: Book) -> list[Finding]:
    """A finding for each account that would fall below zero, with the first day and the quantity that lacks.

    Documents posted together are judged together: a correction and what replaces it need not hold one by one.
    """
    after = MemoryBook(book)
    takes: dict[tuple[str, Account], str] = {}
    for document in documents:
        for entry in after.add(document):
            if entry.account.kind in HOLDING and entry.quantity < 0:
                takes[document.nation, entry.account] = document.key
    found = []
    for (nation, account), key in takes.items():
        wrong = _first_below(after.movements(nation, account))
        if wrong and account.kind == "transit":  # how much was sent is told to who sent, not to who receives
            found.append(Finding("ledger-more-than-sent", table=key, value=account.item))
        elif wrong:
            place = " / ".join(part for part in account[1:] if part)
            details = {"day": wrong[0], "lacks": -wrong[1], "place": place, "account": account.kind}
            found.append(Finding("ledger-below-zero", table=key, value=account.item, details=details))
    return found


def _first_below(movements: dict[str, int]) -> tuple[str, int] | None:
    """The first day at whose end an account is below zero, and its balance then."""
    running = 0
    for day, quantity in sorted(movements.items()):
        running += quantity
        if running < 0:
            return day, running
    return None
