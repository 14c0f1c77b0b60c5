"""A national return as figures: read through the reader of cases in a process of its own, and checked cell by cell.

A blank quantity is not reported, 0 is nothing: the two are never the same. Names of lots are text; a cell that holds a
number where the lot should stand has lost what was typed (00123, 1E5, 3/10), and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.draft import ROW, Origin
from rampart.case.headers import fold
from rampart.case.outside import layouts_outside
from rampart.catalogues.inputs import layouts
from rampart.findings import Finding, at_most_alike
from rampart.ledger.accounts import KINDS, PROMISED_TO
from rampart.ledger.checks.form import is_day
from rampart.ledger.documents import Line
from rampart.ledger.returns import vocabulary

if TYPE_CHECKING:
    from rampart.case.laid_out import LaidOut

HEAD, FIGURES = "return_head", "return_figures"
NEEDED = {"receipt": ("sender", "of"), "dispatch": ("to", "reference")} | dict.fromkeys(
    PROMISED_TO - {"dispatch"}, ("to",)
)
"""Cells that a kind needs beside the item and the quantity."""
WITHOUT_ITEM = frozenset(k for k, legs in KINDS.items() if not legs) - {"count", "return"}
"""Kinds that may be about nothing that is counted: decisions, awards."""
_DATE_LIKE = re.compile(r"\d{4}-\d{2}-\d{2}( .*)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a return.

    row       where it stands in the file
    line      what is reported; its quantity is 0 also where nothing is reported
    reported  False where the quantity was left blank
    """

    row: int
    kind: str
    day: str
    line: Line
    reported: bool
    to: str = ""
    sender: str = ""
    of: str = ""
    reference: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Return:
    """What a nation reports of a month, and where each figure stands.

    catalogue  mark of the catalogue that its template was made from; blank where none is said
    release    to whom its documents may be shown
    """

    nation: str
    month: str
    revision: int
    author: str
    source: str
    grade: str
    catalogue: str
    release: str
    figures: tuple[Figure, ...]
    laid: LaidOut
    path: Path

    def finding(
        self, code: str, figure: Figure | None = None, column: str = "", value: Any = "", **said: Any
    ) -> Finding:
        """A finding at a figure's cell, or on the whole."""
        return self.laid.finding(code, figure.row if figure else None, column, value, **said)


def bounds(month: str) -> tuple[str, str]:
    """First and last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    return first.isoformat(), ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat()


def read_return(
    path: str | Path, *, also: Callable[[Return], Iterable[Finding]] | None = None
) -> tuple[Return | None, list[Finding]]:
    """The return of a workbook (.xlsx, .ods), or of a folder with ``return_head.csv`` and ``return_figures.csv``.

    None with every finding, each at its cell, where any is an error.

    also  what else can be said of a return with errors, so that all is said at once
    """
    path = Path(path)
    if not path.exists():
        return None, [Finding("ledger-no-file", file=path.name)]
    read, found = layouts_outside(path, (HEAD, FIGURES))
    if lost := list(_lost_sheet(read)):
        return None, lost
    findings = [*found, *(f for laid in read.values() for f in laid.findings)]
    if not all(laid.read for laid in read.values()) or not read:
        once = {f.message(): f for f in findings if not f.row}  # a file that cannot be opened is so for both sheets
        return None, at_most_alike([*once.values(), *(f for f in findings if f.row)])
    head, laid = read[HEAD], read[FIGURES]
    rows = head.rows
    if len(rows) != 1:
        if not any(f.severity == "error" for f in head.findings):
            findings.append(head.finding("return-one-head", value=len(rows)))
        return None, at_most_alike(findings)
    (said,) = rows
    wrong: list[Finding] = []
    every, clear = list[Figure](), list[Figure]()
    for row in laid.rows:
        told = len(wrong)
        every.append(_figure(row, said["month"], laid, wrong))
        clear += [] if any(f.code == "return-word" for f in wrong[told:]) else every[-1:]
    figures = tuple(every)
    findings += [*wrong, *_lots(laid), *_twice(clear, laid)]
    made = Return(
        said["nation"], said["month"], said["revision"] or 1, said["author"], said["source"], said["grade"] or "assumed",
        said["catalogue"] or "", said["release"] or "", figures, laid, path,
    )  # fmt: skip
    if any(f.severity == "error" for f in findings):
        return None, at_most_alike([*findings, *(also(made) if also else ())])
    return made, findings


def _figure(row: dict[str, Any], month: str, laid: LaidOut, wrong: list[Finding]) -> Figure:
    """A row as a figure; what is wrong with its cells is added."""

    def report(code: str, column: str, **details: Any) -> None:
        wrong.append(laid.finding(code, row[ROW], column, row[column], **details))

    def word(words: vocabulary.Words, column: str, usual: str) -> str:
        if not row[column]:
            return usual
        found = vocabulary.word_of(words, row[column])
        if not found:
            report("return-word", column, choices_en=", ".join(vocabulary.listed(words, "en")),
                   choices_fr=", ".join(vocabulary.listed(words, "fr")))  # fmt: skip
        return found or usual

    kind = word(vocabulary.KINDS, "kind", "count")
    first, last = bounds(month)
    day = row["day"] or (first if kind == "opening" else last)
    if not is_day(day) or not first <= day <= last:
        report("return-day", "day", first=first, last=last)
    expires = row["expires"] or ""
    if expires and not is_day(expires):
        report("return-expiry", "expires")
    reported = row["quantity"] is not None or (kind in WITHOUT_ITEM and not row["item"])
    if not row["item"] and kind not in WITHOUT_ITEM:
        report("ledger-blank", "item")
    if reported:
        for column in (name for name in NEEDED.get(kind, ()) if not row[name]):
            report("ledger-blank", column)
    outcome = word(vocabulary.OUTCOMES, "outcome", "received") if kind == "receipt" else ""
    if outcome not in ("", "received") and not row["reason"]:
        report("ledger-blank", "reason")
    line = Line(
        row["item"] or "", row["quantity"] or 0, lot=row["lot"] or "", site=row["site"] or "",
        condition=word(vocabulary.CONDITIONS, "condition", "serviceable"), owner=row["owner"] or "", expires=expires,
        outcome=outcome, reason=row["reason"] or "", pack=row["pack"] or "",
    )  # fmt: skip
    return Figure(
        row[ROW], kind, day, line, reported, row["to"] or "", row["sender"] or "", row["of"] or "",
        row["reference"] or "", row["note"] or "",
    )  # fmt: skip


def _lost_sheet(read: Mapping[str, LaidOut]) -> Iterator[Finding]:
    """The sheet of a workbook that is not there, where another was taken for both."""
    origins = {layout: laid.draft.origins.get(layout, Origin()) for layout, laid in read.items()}
    if len(origins) == 2 and len({of.sheet for of in origins.values()}) == 1 and origins[HEAD].sheet:
        for layout, of in origins.items():
            labels = layouts()[layout].label
            if fold(of.sheet) not in {fold(label) for label in labels.values()}:
                yield Finding("return-no-sheet", file=of.file, value=labels["en"], details={"value_fr": labels["fr"]})


def _lots(laid: LaidOut) -> Iterator[Finding]:
    """Lots that a spreadsheet took for a number or a day: what was typed is lost."""
    numbers = laid.numbers.get("lot", frozenset())
    for row in laid.rows:
        if row[ROW] in numbers or _DATE_LIKE.fullmatch(row["lot"] or ""):
            yield laid.finding("return-lot", row[ROW], "lot", row["lot"])


def _twice(figures: Iterable[Figure], laid: LaidOut) -> Iterator[Finding]:
    """One figure in two rows: neither is guessed to be the right one, and they are not added up."""
    seen: dict[tuple[object, ...], int] = {}
    for figure in (f for f in figures if f.reported):
        about = (figure.kind, figure.day, figure.to, figure.sender, figure.of, figure.reference, *_of_line(figure.line))
        if about in seen:
            yield laid.finding("return-twice", figure.row, "kind", figure.line.item, other=seen[about])
        seen[about] = figure.row


def _of_line(line: Line) -> tuple[str, ...]:
    return (line.item, line.lot, line.site, line.condition, line.owner, line.outcome)
