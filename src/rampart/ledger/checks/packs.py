"""A line in packs converts exactly: so many packs, of so many units each, are the quantity that is booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rampart.findings import Finding
from rampart.ledger.book import Book
from rampart.ledger.documents import Document, Line
from rampart.ledger.packs import packs_of, units


def check(documents: Sequence[Document], _: Book) -> list[Finding]:
    """Findings on lines whose packs are no whole number of units, or another than the quantity; both figures are told."""
    return [
        finding
        for document in documents
        for n, line in enumerate(document.lines, 1)
        for finding in _line(document, line, n)
    ]


def _line(document: Document, line: Line, n: int) -> Iterator[Finding]:
    if not (line.pack or line.packs or line.factor):
        return
    at = {"table": document.key, "row": n}
    for name in ("pack", "packs"):
        if not getattr(line, name):
            yield Finding("ledger-blank", column=name, **at)  # type: ignore[arg-type]
    if line.factor < 1:
        yield Finding("ledger-quantity", column="factor", value=str(line.factor), **at)  # type: ignore[arg-type]
    if not (line.pack and line.packs) or line.factor < 1:
        return
    if packs_of(line.packs) is None:
        yield Finding("ledger-packs", column="packs", value=line.packs, **at)  # type: ignore[arg-type]
    elif units(line.packs, line.factor) != line.quantity:
        said = {"pack": line.pack, "factor": line.factor, "quantity": line.quantity}
        yield Finding("ledger-packs-differ", column="packs", value=line.packs, details=said, **at)  # type: ignore[arg-type]
