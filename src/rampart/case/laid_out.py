"""A public table in a known layout, read and checked as the tables of a case are: the same reader, the same refusals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from rampart.case.checking.structure import check_ranges, check_required
from rampart.case.draft import ROW, Draft
from rampart.case.folder import read_one
from rampart.case.reading import HIDDEN_CELLS, WORKBOOKS, SheetReader, empty
from rampart.case.sheets import Found
from rampart.case.workbook import read_workbook
from rampart.catalogues.inputs import table_named
from rampart.findings import Finding


@dataclass(frozen=True)
class LaidOut:
    """A table in a layout.

    layout    name of the layout
    draft     its typed frame with the place that every row came from; refused cells are null
    findings  what was wrong with the file, its headers and its cells
    read      whether the file could be opened and has the columns of the layout
    """

    layout: str
    draft: Draft
    findings: tuple[Finding, ...]
    read: bool

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


def read_laid_out(path: Path, layout: str) -> LaidOut:
    """Read a CSV file or a workbook (the sheet named as the layout, else the first) in a layout of ``layouts.csv``."""
    if path.suffix.lower() in WORKBOOKS and path.is_file():
        found = read_workbook(path, layout=layout)
    else:
        found = Found()
        read_one(path, layout, found)
    findings = list(found.findings)
    if not found.sheets:
        return LaidOut(layout, Draft({layout: empty(table_named(layout))}), tuple(findings), read=False)
    reader = SheetReader(found.sheets[0])
    frame = reader.frame()
    bad = dict(reader.bad)
    for hidden in findings:
        if hidden.code in HIDDEN_CELLS and hidden.row is not None:
            bad[hidden.column] = bad.get(hidden.column, frozenset()) | {hidden.row}
    findings += reader.findings
    draft = Draft({layout: frame}, {layout: reader.origin}, {layout: bad}, frozenset(reader.missing))
    findings += check_required(draft, layout=layout)
    findings += check_ranges(draft, layout=layout)
    return LaidOut(layout, draft, tuple(findings), read=not any(f.code == "missing-column" for f in findings))
