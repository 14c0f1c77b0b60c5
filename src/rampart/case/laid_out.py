"""A public table in a known layout, read and checked as the tables of a case are: the same reader, the same refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from rampart.case.checking.structure import check_ranges, check_required
from rampart.case.draft import ROW, Draft
from rampart.case.folder import read_one
from rampart.case.headers import fold, match_column
from rampart.case.reading import HIDDEN_CELLS, SheetReader, empty
from rampart.case.sheets import WORKBOOKS, Found, Sheet
from rampart.case.workbook import read_workbook
from rampart.catalogues.inputs import table_named
from rampart.findings import Finding

ENOUGH = 0.6
"""Share of the columns of a layout by which a table is recognised as it, though some are missing or renamed."""


@dataclass(frozen=True)
class LaidOut:
    """A table in a layout.

    layout    name of the layout
    draft     its typed frame with the place that every row came from; refused cells are null
    findings  what was wrong with the file, its headers and its cells
    read      whether the file could be opened and has the columns of the layout
    numbers   rows by column of words whose cell is a number in the file: what was typed may have been lost (00123, 1E5)
    """

    layout: str
    draft: Draft
    findings: tuple[Finding, ...]
    read: bool
    numbers: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows whose cells could all be read, none that is required blank; with their place ``#row``."""
        return self.draft.sound(self.layout).to_dicts()

    @property
    def frame(self) -> pl.DataFrame:
        """The sound rows as a frame, without their places."""
        return self.draft.sound(self.layout).drop(ROW)

    def finding(self, code: str, row: int | None = None, column: str = "", value: Any = "", **details: Any) -> Finding:
        """A finding at a place of this table, named as the file names it."""
        return self.draft.finding(code, self.layout, row=row, column=column, value=value, **details)


def read_laid_out(path: Path, layout: str, *, sheet: str = "", header_row: int = 0, published: bool = False) -> LaidOut:
    """Read a CSV file or a workbook (the sheet named as the layout, else the first) in a layout of ``layouts.csv``.

    sheet, header_row  where the table stands in a workbook, if that is known
    published          a table as somebody else publishes it: other columns are left alone, a lone dot is a blank
    """
    if path.suffix.lower() in WORKBOOKS and path.is_file():
        found = read_workbook(path, layout=layout, sheet=sheet, header_row=header_row)
    else:
        found = Found()
        read_one(path, layout, found)
    findings = list(found.findings)
    if not found.sheets:
        return LaidOut(layout, Draft({layout: empty(table_named(layout))}), tuple(findings), read=False)
    given = found.sheets[0]
    reader = SheetReader(_as_published(given) if published else given)
    frame = reader.frame()
    bad = dict(reader.bad)
    for hidden in findings:
        if hidden.code in HIDDEN_CELLS and hidden.row is not None:
            bad[hidden.column] = bad.get(hidden.column, frozenset()) | {hidden.row}
    others = ", ".join(h for h in given.headers if h and match_column(layout, h) is None)[:200] if published else ""
    findings += [replace(f, details={**f.details, "others": others}) for f in reader.findings]
    draft = Draft({layout: frame}, {layout: reader.origin}, {layout: bad}, frozenset(reader.missing))
    findings += check_required(draft, layout=layout)
    findings += check_ranges(draft, layout=layout)
    findings += _ends_in_order(draft, layout)
    read = not any(f.code == "missing-column" for f in findings)
    return LaidOut(layout, draft, tuple(findings), read=read, numbers=_numbers_for_words(given, reader))


def _ends_in_order(draft: Draft, layout: str) -> Iterator[Finding]:
    """The upper end of a range (``value_high``) that lies below the figure (``value``)."""
    frame = draft.frames[layout]
    for high in (name for name in frame.columns if name.endswith("_high")):
        low = high.removesuffix("_high")
        for row, least, most in frame.filter(pl.col(high) < pl.col(low)).select(ROW, low, high).iter_rows():
            yield draft.finding(
                "range-order", layout, row=row, column=high, value=f"{least:g}, {most:g}", main=f"{least:g}"
            )


def file_of(path: Path, layout: str) -> Path:
    """Where a layout stands: the workbook itself; in a folder the CSV file of its name or label."""
    if not path.is_dir():
        return path
    names = {fold(layout), *(fold(label) for label in table_named(layout).label.values())}
    there = sorted(p for p in path.glob("*.csv") if fold(p.stem) in names)
    return there[0] if there else path / f"{layout}.csv"


def _numbers_for_words(sheet: Sheet, reader: SheetReader) -> dict[str, frozenset[int]]:
    found = {}
    for name, at in reader.where.items():
        numbers = sheet.numbers[at]
        if numbers is not None and reader.table.columns[name].kind in ("code", "text"):
            found[name] = frozenset(sheet.rows.filter(numbers.is_not_null()))
    return found


def _as_published(sheet: Sheet) -> Sheet:
    """The sheet with columns that the layout does not name marked as not to be read, and lone dots as blanks."""
    headers = tuple(h if match_column(sheet.table, h) else f"#{h}" for h in sheet.headers)
    texts = [pl.select(pl.when(text.str.strip_chars() != ".").then(text)).to_series() for text in sheet.texts]
    return replace(sheet, headers=headers, texts=texts)


def recognised(headers: Sequence[str], layouts: Iterable[str]) -> tuple[str, float]:
    """The layout that most of its columns are there of, and the share of those it must have; blank for none."""
    there: dict[str, float] = {}
    for layout in layouts:
        needed = [column.name for column in table_named(layout).columns.values() if column.present]
        known = {match_column(layout, header) for header in headers}
        there[layout] = sum(name in known for name in needed) / len(needed)
    best = max(there, key=lambda layout: there[layout], default="")
    return (best, there[best]) if best and there[best] >= ENOUGH else ("", 0.0)
