"""What the ledger says of months, in the kinds of a plan: by nation and item, with what is not known left out.

A figure is known where a document of the kind was booked for the nation and item in the month, or where the nation's return
of the month reports it, 0 too. Figures are told by the last names, as a plan has them. What is not known is never taken for 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rampart.ledger.accounts import KINDS, REVERSALS
from rampart.ledger.book import MemoryBook
from rampart.ledger.names import NONE, Names, names_of
from rampart.ledger.opening_stock import LAST

if TYPE_CHECKING:
    from rampart.ledger.store.reading import Booked

FLOWS = frozenset(kind for kind, legs in KINDS.items() if legs and legs[0].account == "stock") - {"opening", "receipt"}
"""Kinds that bring something into a stock or take it away, and that a plan may have too; receipts are counted as received."""


class At(NamedTuple):
    """A figure's place, as ``planned.planned`` has it."""

    month: str
    kind: str
    nation: str
    item: str


class Said(NamedTuple):
    """A movement of the ledger: where it counts, its quantity, by which document, on which day, booked when.

    stock  what it changes in the nation's own stock: below 0 goes out
    of     what the document is about: of what was made, the line
    """

    at: At
    quantity: int
    stock: int
    key: str
    day: str
    booked: int
    reversal: bool
    of: str
    grade: str


def movements(documents: Iterable[Booked]) -> list[Said]:
    """Every movement, those taken back with the sign turned round."""
    book, found, documents = MemoryBook(), [], list(documents)
    names = names_by_book(documents)
    for booked in documents:
        document = booked.document
        entries = book.add(document)
        other = book.document(document.nation, document.reverses) if document.kind in REVERSALS else None
        of, sign = (other, -1) if other else (document, 1)
        if of is None or not (of.kind in FLOWS or of.kind == "receipt"):
            continue
        moved: dict[str, int] = {}
        for entry in entries:
            if entry.account.kind == "stock":
                moved[entry.account.item] = moved.get(entry.account.item, 0) + entry.quantity
        for line in of.lines:
            if of.kind == "receipt" and line.outcome != "received":
                continue
            called = names.get(of.nation, NONE)
            at = At(of.day[:7], of.kind, of.nation, called.of("item", line.item, LAST))
            change = moved.pop(line.item, 0)
            found.append(
                Said(at, sign * line.quantity, change, of.key, of.day, booked.booked, sign < 0, of.of, of.grade)
            )
    return found


def names_by_book(documents: Iterable[Booked]) -> dict[str, Names]:
    """What is called how in each book."""
    said: dict[str, list[Booked]] = {}
    for b in documents:
        if b.kind in ("renaming", "reversal"):
            said.setdefault(b.nation, []).append(b)
    return {
        nation: names_of([b.document for b in of], (b.reverses for b in of if b.reverses))
        for nation, of in said.items()
    }


def happened(documents: Iterable[Booked]) -> dict[At, int]:
    """Quantities by month, kind, nation and item, as far as they are known."""
    documents = list(documents)
    sums: dict[At, int] = {at: 0 for at in reported_at_all(documents)}
    for said in movements(documents):
        sums[said.at] = sums.get(said.at, 0) + said.quantity
    return sums


def reported_at_all(documents: Iterable[Booked]) -> Iterable[At]:
    """Places of the figures that the last return of each nation's month reports, 0 too."""
    last: dict[tuple[str, str], Booked] = {}
    documents = list(documents)
    names = names_by_book(documents)
    for booked in documents:
        if booked.kind == "return":
            last[booked.nation, booked.day[:7]] = booked
    for (nation, month), booked in last.items():
        called = names.get(nation, NONE)
        items = {(line.about, called.of("item", line.item, LAST)) for line in booked.document.lines}
        yield from {At(month, about, nation, item) for about, item in items if about != "count"}


def over(figures: Mapping[At, int], kind: str, nation: str, item: str, months: Iterable[str]) -> int | None:
    """Sum over months; None where nothing is known of any of them."""
    known = [figures[at] for m in months if (at := At(m, kind, nation, item)) in figures]
    return sum(known) if known else None
