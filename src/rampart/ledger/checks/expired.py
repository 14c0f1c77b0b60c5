"""A lot that has expired may be condemned, reconditioned or demilitarised, and is not issued; a lot expires once."""

from __future__ import annotations

from collections.abc import Sequence

from rampart.findings import Finding
from rampart.ledger.accounts import KINDS, LETS_EXPIRED, LOTS_OUT
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.documents import Document


def check(documents: Sequence[Document], book: Book) -> list[Finding]:
    """Findings on lots issued after their day, and on lots said to expire on two days."""
    after = MemoryBook(book)
    found = []
    for document in documents:
        for n, line in enumerate(document.lines, 1):
            leaves = document.kind in LOTS_OUT - LETS_EXPIRED
            if not line.lot or not KINDS[document.kind] or not (leaves or line.expires):
                continue
            known = after.expiry(document.nation, line.item, line.lot)
            where = {"table": document.key, "row": n, "column": "lot", "value": line.lot}
            if known and line.expires and known != line.expires:
                said = {"known": known, "said": line.expires}
                found.append(Finding("ledger-two-expiries", details=said, **where))  # type: ignore[arg-type]
            late = known and known < document.day
            if late and leaves:
                found.append(Finding("ledger-lot-expired", details={"day": known}, **where))  # type: ignore[arg-type]
        after.add(document)
    return found
