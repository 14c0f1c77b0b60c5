"""A renaming gives a name that is in force another, and brings no two lots together; a split says the new code of each part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rampart.findings import Finding
from rampart.ledger.accounts import SPLITS
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.documents import Document
from rampart.ledger.names import renaming_of


def check(documents: Sequence[Document], book: Book) -> list[Finding]:
    """Findings on renamings and splits, each on top of the documents before it."""
    after = MemoryBook(book)
    found = []
    for document in documents:
        if document.kind == "renaming":
            found.extend(_renaming(document, after))
        elif document.kind == "split":
            found.extend(_split(document))
        after.add(document)
    return found


def _renaming(document: Document, book: MemoryBook) -> Iterator[Finding]:
    day, what, old, new = renaming_of(document)
    names, at = book.names(document.nation), {"table": document.key}
    now = names.of(what, old, day)
    if old == new or now != old:
        yield Finding("ledger-renamed", column="of", value=old, details={"now": now}, **at)  # type: ignore[arg-type]
    elif names.of(what, new, day) not in (new, old):
        now = names.of(what, new, day)
        yield Finding("ledger-renamed", column="to", value=new, details={"now": now}, **at)  # type: ignore[arg-type]
    elif what == "item":
        lots = [
            {a.lot for a in book.holding(document.nation) if a.lot and names.of(what, a.item, day) == code}
            for code in (old, new)
        ]
        if both := sorted(lots[0] & lots[1]):
            said = {"lots": ", ".join(both), "to": new}
            yield Finding("ledger-lots-meet", column="of", value=old, details=said, **at)  # type: ignore[arg-type]


def _split(document: Document) -> Iterator[Finding]:
    part = SPLITS[document.what or "item"]
    for n, line in enumerate(document.lines, 1):
        if getattr(line, part) in ("", document.of):
            yield Finding("ledger-split-same", table=document.key, row=n, column=part, value=document.of)
