"""A document says what its kind must say, in words and numbers that can be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rampart.findings import Finding
from rampart.ledger.accounts import KINDS, OWN_KINDS, PROMISED_TO
from rampart.ledger.book import Book
from rampart.ledger.documents import COUNTERPART, GRADES, OUTCOMES, RELEASES, STANDS, Document, Line
from rampart.ledger.names import FIELDS

ALWAYS = ("nation", "key", "kind", "day", "author", "source")
ASKED = {
    "receipt": ("sender", "of"),
    "reversal": ("reverses",),
    "delivery": ("of", "to", "witness"),
    "renaming": ("of", "to"),
    "split": ("of",),
    "regime": ("of",),
} | {kind: ("to",) for kind in PROMISED_TO}
"""Fields that a kind needs beside those that all need."""


def is_day(text: str) -> bool:
    """Whether it is a day written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check(documents: Sequence[Document], _: Book) -> list[Finding]:
    """Findings on the form of documents, with the key of the document as table and the number of the line as row."""
    return [finding for document in documents for finding in (*_head(document), *_lines(document))]


def _head(document: Document) -> Iterator[Finding]:
    key = document.key
    for name in (*ALWAYS, *ASKED.get(document.kind, ())):
        if not getattr(document, name):
            yield Finding("ledger-blank", table=key, column=name)
    if document.kind and (document.kind not in KINDS or document.kind in OWN_KINDS):
        words = ", ".join(kind for kind in KINDS if kind not in OWN_KINDS)
        yield Finding("ledger-choice", table=key, column="kind", value=document.kind, details={"choices": words})
    if document.what and document.what not in FIELDS:
        words = ", ".join(FIELDS)
        yield Finding("ledger-choice", table=key, column="what", value=document.what, details={"choices": words})
    if document.key.startswith(COUNTERPART):
        yield Finding("ledger-key-reserved", table=key, column="key", value=document.key)
    if document.day and not is_day(document.day):
        yield Finding("ledger-day", table=key, column="day", value=document.day)
    if document.grade not in GRADES:
        words = ", ".join(GRADES)
        yield Finding("ledger-choice", table=key, column="grade", value=document.grade, details={"choices": words})
    if document.release and document.release not in RELEASES:
        words = ", ".join(RELEASES)
        yield Finding("ledger-choice", table=key, column="release", value=document.release, details={"choices": words})
    if document.kind == "count" and not document.stands:
        yield Finding("ledger-stands", table=key, column="stands", details={"choices": ", ".join(STANDS)})
    elif document.kind == "count" and document.stands not in STANDS:
        words = ", ".join(STANDS)
        yield Finding("ledger-choice", table=key, column="stands", value=document.stands, details={"choices": words})
    if document.kind == "delivery" and document.witness and document.witness == document.author:
        yield Finding("ledger-no-witness", table=key, column="witness", value=document.witness)


def _lines(document: Document) -> Iterator[Finding]:
    moves = document.kind in ("count", "split") or bool(KINDS.get(document.kind))
    if moves and not document.lines:
        yield Finding("ledger-blank", table=document.key, column="item")
    for n, line in enumerate(document.lines, 1):
        if not line.item and document.kind != "return":
            yield Finding("ledger-blank", table=document.key, row=n, column="item")
        if line.quantity < (0 if document.kind in ("count", "return") else 1):
            yield Finding("ledger-quantity", table=document.key, row=n, column="quantity", value=str(line.quantity))
        if line.expires and not is_day(line.expires):
            yield Finding("ledger-day", table=document.key, row=n, column="expires", value=line.expires)
        yield from _outcome(document, line, n)


def _outcome(document: Document, line: Line, n: int) -> Iterator[Finding]:
    if document.kind == "receipt" and line.outcome not in OUTCOMES:
        words = ", ".join(OUTCOMES)
        yield Finding(
            "ledger-choice", table=document.key, row=n, column="outcome", value=line.outcome, details={"choices": words}
        )
    unexplained = line.outcome in OUTCOMES[1:] or document.kind.startswith("adjustment")
    if unexplained and not line.reason:
        yield Finding("ledger-blank", table=document.key, row=n, column="reason")
