"""What comes into one account goes out of another: the entries of a document add up to nothing for each item and lot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rampart.findings import Finding
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.documents import Document


def check(documents: Sequence[Document], book: Book) -> list[Finding]:
    """A finding for each item and lot of a document whose entries do not add up to nothing."""
    after = MemoryBook(book)
    found = []
    for document in documents:
        sums: Counter[tuple[str, str]] = Counter()
        for account, _, quantity, _ in after.add(document):
            sums[account.item, account.lot] += quantity
        for (item, _), rest in sums.items():
            if rest:
                found.append(Finding("ledger-unbalanced", table=document.key, value=item, details={"rest": rest}))
    return found
