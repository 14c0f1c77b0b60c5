"""Which lots a document takes: first expired, first out, among those there on that day and not needed on a later one.

A lot that is named is taken as named. For the lot "*" the store chooses once: it splits the line and writes the choice into
the document. Where two lots or more are there and one has no known expiry, nothing is guessed: a finding asks for the lot.
"""

from __future__ import annotations

from dataclasses import replace

from rampart.findings import Finding
from rampart.ledger.accounts import LETS_EXPIRED, LOTS_OUT, stock_of
from rampart.ledger.book import MemoryBook, least_from
from rampart.ledger.documents import CHOSEN, Document, Line
from rampart.ledger.packs import in_packs


def choose(document: Document, book: MemoryBook) -> tuple[Document, list[Finding]]:
    """The document with its lots named, and what stands against choosing them."""
    if all(line.lot != CHOSEN for line in document.lines):
        return document, []
    findings: list[Finding] = []
    lines: list[Line] = []
    taken: dict[tuple[str, ...], int] = {}
    for n, line in enumerate(document.lines, 1):
        if line.lot != CHOSEN or document.kind == "return":  # a return repeats what it was handed in with
            lines.append(line)
            continue
        found, wrong = _split(document, line, book, taken)
        lines.extend(found)
        findings.extend(replace(f, table=document.key, row=n, column="lot", value=line.item) for f in wrong)
    return document.with_lines(tuple(lines)), findings


def _split(
    document: Document, line: Line, book: MemoryBook, taken: dict[tuple[str, ...], int]
) -> tuple[list[Line], list[Finding]]:
    """Lines that take the quantity of one line, lot by lot; ``taken`` counts what earlier lines took."""
    if document.kind not in LOTS_OUT:
        return [], [Finding("ledger-lot-to-name")]
    there, names = [], book.names(document.nation)
    for lot in book.lots(document.nation, stock_of(document, line)):
        called = names.called(lot.account, document.day)
        free = least_from(book.movements(document.nation, lot.account), document.day)[0] - taken.get(called, 0)
        expired = lot.expires and lot.expires < document.day and document.kind not in LETS_EXPIRED
        if free > 0 and not expired:
            there.append((lot, free))
    if len(there) > 1 and not all(lot.expires for lot, _ in there):
        names = ", ".join(lot.account.lot or "–" for lot, _ in there)
        return [], [Finding("ledger-lots-ambiguous", details={"lots": names})]
    left, lines = line.quantity, []
    for lot, free in sorted(there, key=lambda one: (one[0].expires, one[0].account.lot)):
        if part := min(left, free):
            lines.append(replace(in_packs(line, part), lot=lot.account.lot))
            called = names.called(lot.account, document.day)
            taken[called] = taken.get(called, 0) + part
            left -= part
    if left:
        return [], [Finding("ledger-lots-short", details={"asked": line.quantity, "there": line.quantity - left})]
    return lines, []
