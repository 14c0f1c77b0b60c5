"""A national return as documents: the return itself, which repeats every figure, and a document for what each figure moves.

Revision 1 of a month books its figures. A later revision books only what differs: a figure that changed is taken back and
booked anew, one that is no longer reported is taken back. Same revision and content: nothing to book.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rampart.findings import Finding
from rampart.ledger.documents import Document, Line
from rampart.ledger.returns.figures import WITHOUT_ITEM, Figure, Return, bounds

if TYPE_CHECKING:
    from rampart.ledger.store.reading import Booked

Held = Mapping[str, "Booked"]
"""Documents of one nation by key."""
INTO = ("opening", "production", "purchase", "receipt", "repair out", "reconditioning")
"""Kinds that are booked before the others of their day, so that lots are there to be chosen from."""


@dataclass(frozen=True)
class Difference:
    """A figure that a revision changes: what the ledger has of it, and what is reported now; None: not reported."""

    kind: str
    item: str
    lot: str
    day: str
    before: int | None
    now: int | None


@dataclass(frozen=True)
class Booking:
    """What a return would book.

    documents    empty where the same return was posted before
    rows         rows of the file behind each line of a document, by its key, also of one that stands as it was booked
    differences  what a revision changes; empty for the first return of a month
    """

    documents: tuple[Document, ...]
    rows: Mapping[str, tuple[int, ...]]
    differences: tuple[Difference, ...] = ()


def booking_of(made: Return, held: Held) -> tuple[Booking, list[Finding]]:
    """What a return books on top of what its nation has, and what stands against it."""
    last = last_revision(held, made.month)
    if made.revision <= last:
        return Booking((), {}), _same(made, held[return_key(made.month, made.revision)].document)
    if made.revision != last + 1:
        found = [made.finding("return-revision", value=made.revision, next=last + 1, month=made.month)]
        return Booking((), {}), found
    before = figures_of(held[return_key(made.month, last)].document) if last else []
    return _revised(made, _groups(before), held), []


def last_revision(held: Held, month: str) -> int:
    """The last revision of a month that was posted; 0 where none was."""
    number = 0
    while return_key(month, number + 1) in held:
        number += 1
    return number


def return_key(month: str, revision: int) -> str:
    """Key of a return."""
    return f"return {month} r{revision}"


def figures_of(document: Document) -> list[Figure]:
    """The figures that a return repeats; their rows are not known any more."""
    found = []
    for line in document.lines:
        said = json.loads(line.told)
        found.append(Figure(0, line.about, line=replace(line, about="", told=""), reported=True, **said))
    return found


def _told(figure: Figure) -> Line:
    """A figure as the line of a return."""
    names = ("day", "to", "sender", "of", "reference", "note")
    said = {name: text for name in names if (text := getattr(figure, name))}
    return replace(figure.line, about=figure.kind, told=json.dumps(said, ensure_ascii=False, sort_keys=True))


Group = tuple[str, ...]


def _groups(figures: Iterable[Figure]) -> dict[Group, list[Figure]]:
    """Figures that make one document: those of one kind and reference, else each by itself. What is 0 moves nothing."""
    found: dict[Group, list[Figure]] = {}
    for f in figures:
        if f.reported and (f.line.quantity or f.kind == "count" or f.kind in WITHOUT_ITEM):
            about = (f.reference,) if f.reference else ("", *_parts(f.line))
            found.setdefault((f.kind, f.day, f.to, f.sender, f.of, *about), []).append(f)
    return {group: sorted(of, key=lambda f: _parts(f.line)) for group, of in found.items()}


def _parts(line: Line) -> Group:
    return (line.item, line.lot, line.site, line.condition, line.owner, line.outcome)


def _key(month: str, group: Group, revision: int) -> str:
    """Key of the document of a group; a dispatch is named by its waybill, since who receives has to name it."""
    kind, day, to, sender, of, reference, *parts = group
    later = f" r{revision}" if revision > 1 else ""
    if kind == "dispatch":
        return reference + later
    said = (day, to, sender, of, reference, *parts)
    return "|".join((month, kind, *(part.replace("%", "%25").replace("|", "%7C") for part in said))).rstrip("|") + later


def _document(made: Return, group: Group, figures: list[Figure]) -> Document:
    kind, day, to, sender, of, *_ = group
    lines = tuple(f.line for f in figures if f.line.item)
    notes = "; ".join(sorted({f.note for f in figures if f.note}))
    return Document(
        made.nation, _key(made.month, group, made.revision), kind, day, made.author, made.source, made.grade, lines, to=to,
        sender=sender, of=of, stands="after" if kind == "count" else "", note=notes, release=made.release,
    )  # fmt: skip


def _revised(made: Return, before: dict[Group, list[Figure]], held: Held) -> Booking:
    now = _groups(made.figures)
    taken_back = {b.reverses for b in held.values() if b.reverses}
    documents, rows, differences = [], {}, []
    for group in {**before, **now}:
        was, is_now = before.get(group, []), now.get(group, [])
        keys = (_key(made.month, group, n) for n in range(made.revision - 1, 0, -1))
        standing = next((held[key] for key in keys if key in held and key not in taken_back), None)
        if [_told(f) for f in was] == [_told(f) for f in is_now]:
            if standing:
                rows[standing.key] = tuple(f.row for f in is_now)
            continue
        if standing:
            documents.append(Document(
                made.nation, f"{standing.key} back r{made.revision}", "reversal", standing.day, made.author, made.source,
                made.grade, reverses=standing.key,
            ))  # fmt: skip
        if is_now:
            document = _document(made, group, is_now)
            documents.append(document)
            rows[document.key] = tuple(f.row for f in is_now)
    documents.sort(key=lambda d: (d.kind != "reversal", d.day, d.kind not in INTO, d.key))
    lines = tuple(sorted((_told(f) for f in made.figures if f.reported), key=lambda x: (x.about, *_parts(x), x.told)))
    said = Document(
        made.nation, return_key(made.month, made.revision), "return", bounds(made.month)[1], made.author, made.source,
        made.grade, lines, release=made.release,
    )  # fmt: skip
    if made.revision > 1:
        differences = differing(figures_of(held[return_key(made.month, made.revision - 1)].document), made.figures)
    return Booking((*documents, said), rows, tuple(differences))


def differing(before: Iterable[Figure], now: Iterable[Figure]) -> list[Difference]:
    """Figures that two returns of a month state differently, zeros and blanks told apart."""
    sums: dict[tuple[str, ...], list[int | None]] = {}
    for at, figures in enumerate((before, now)):
        for f in (f for f in figures if f.reported):
            entry = sums.setdefault((f.kind, f.line.item, f.line.lot, f.day, f.to, f.of, f.reference), [None, None])
            entry[at] = (entry[at] or 0) + f.line.quantity
    return [
        Difference(kind, item, lot, day, was, is_now)
        for (kind, item, lot, day, *_), (was, is_now) in sorted(sums.items())
        if was != is_now
    ]


def _same(made: Return, there: Document) -> list[Finding]:
    """Findings, each at its cell, where a return says otherwise than the one of its revision that was posted."""
    posted = {(f.kind, *_parts(f.line), _else(f)): f.line for f in figures_of(there)}
    found = []
    for f in (f for f in made.figures if f.reported):
        line = posted.pop((f.kind, *_parts(f.line), _else(f)), None)
        if line != f.line:
            was = line.quantity if line else ""
            found.append(made.finding("return-other-content", f, "quantity", f.line.quantity, was=was))
    for (kind, item, lot, *_), line in posted.items():
        about = " / ".join(part for part in (kind, item, lot) if part)
        found.append(made.finding("return-content-gone", value=about, was=line.quantity))
    if (made.author, made.source, made.grade, made.release) != (there.author, there.source, there.grade, there.release):
        found.append(made.finding("return-other-head", value=made.author, was=there.author, source=there.source))
    return found


def _else(figure: Figure) -> str:
    return _told(figure).told
