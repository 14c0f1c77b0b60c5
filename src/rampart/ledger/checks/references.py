"""What a document is about is there: the dispatch of a receipt, the count of an adjustment, what a reversal takes back."""

from __future__ import annotations

from collections.abc import Sequence

from rampart.findings import Finding
from rampart.ledger.accounts import OWN_KINDS, REVERSALS
from rampart.ledger.book import Book, MemoryBook
from rampart.ledger.documents import Document

ABOUT = {"receipt": "dispatch", "delivery": "dispatch", "adjustment in": "count", "adjustment out": "count"}


def check(documents: Sequence[Document], book: Book) -> list[Finding]:
    """Findings where a document is about another that is not there, or is reversed, or is another nation's.

    That a dispatch to somebody else exists is not said: the finding is the same as where there is none.
    """
    after = MemoryBook(book)
    found = []
    for document in documents:
        found.extend(_reversal(document, after) if document.kind == "reversal" else _about(document, after))
        after.add(document)
    return found


def _about(document: Document, book: Book) -> list[Finding]:
    kind = ABOUT.get(document.kind)
    if kind is None or not document.of:
        return []
    nation = document.sender or document.nation
    other = book.document(nation, document.of)
    whom = document.nation if document.kind == "receipt" else document.to
    strange = other is None or other.kind != kind or (kind == "dispatch" and other.to != whom)
    if strange or book.reversed_by(nation, document.of):
        return [
            Finding("ledger-no-document", table=document.key, column="of", value=document.of, details={"kind": kind})
        ]
    return []


def _reversal(document: Document, book: Book) -> list[Finding]:
    other = book.document(document.nation, document.reverses)
    at = {"table": document.key, "column": "reverses", "value": document.reverses}
    if other is None:
        return [Finding("ledger-no-document", details={"kind": ""}, **at)]  # type: ignore[arg-type]
    if other.kind in (OWN_KINDS | REVERSALS):
        return [Finding("ledger-not-reversible", details={"kind": other.kind}, **at)]  # type: ignore[arg-type]
    if by := book.reversed_by(document.nation, document.reverses):
        return [Finding("ledger-reversed", details={"by": by}, **at)]  # type: ignore[arg-type]
    if document.day < other.day:
        return [
            Finding("ledger-before", table=document.key, column="day", value=document.day, details={"day": other.day})
        ]
    return []
