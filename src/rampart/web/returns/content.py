"""What somebody has entered of a return: cells as they were typed, row by row, and the hash by which it is approved."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rampart.case.draft import shown
from rampart.case.laid_out import LaidOut
from rampart.case.merging import Conflict, merged_rows
from rampart.case.writing import csv_text
from rampart.catalogues.inputs import layouts
from rampart.web.books import FIGURES, HEAD, in_word
from rampart.web.tables.typed_numbers import NUMBERS, pointed

HEAD_CELLS = ("source", "grade", "release")
"""Of the head what is entered; nation, month and revision are the return's, the author is the account."""
COLUMNS = tuple(layouts()[FIGURES].columns)
COUNTED = frozenset(name for name, column in layouts()[FIGURES].columns.items() if column.kind in NUMBERS)
FIRST_ROW = 2
"""Row of the first figure below the head, as a spreadsheet counts."""

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Content:
    """Head and rows.

    head  cells of ``HEAD_CELLS`` that are not blank
    rows  cells that are not blank, by the number that a row keeps for as long as it is there
    """

    head: Cells
    rows: Mapping[int, Cells]

    def as_json(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {"head": dict(self.head), "rows": [[number, dict(cells)] for number, cells in self.rows.items()]}

    def hash(self, *about: object) -> str:
        """SHA-256 of what is entered, and of what it is about."""
        said = json.dumps([*map(str, about), self.as_json()], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def write(self, folder: Path, *, nation: str, month: str, revision: int, author: str, mark: str) -> None:
        """As the two CSV files that a return may be."""
        head = {**self.head, "nation": nation, "month": month, "revision": str(revision), "author": author}
        _write(folder, HEAD, [head | {"catalogue": mark}])
        _write(folder, FIGURES, self.rows.values())


def content_of(said: Mapping[str, Any]) -> Content:
    """What the store keeps."""
    return Content(said["head"], {number: cells for number, cells in said["rows"]})


def entered(head: Mapping[str, str], rows: Iterable[tuple[int, Mapping[str, str]]]) -> Content:
    """What was typed, without blanks and unknown columns; rows without a cell are left out.

    Numbers are kept with a decimal dot, words of a list in English: each reader is shown them in their own language.
    """
    kept = {n: _cells(cells, COLUMNS) for n, cells in rows}
    return Content(_cells(head, HEAD_CELLS), {n: cells for n, cells in kept.items() if cells})


def numbered(rows: Iterable[Mapping[str, str]], *, first: int = 1) -> list[tuple[int, Mapping[str, str]]]:
    """Rows with new numbers."""
    return list(enumerate(rows, first))


def of_file(head: LaidOut, figures: LaidOut) -> Content:
    """What stands in a workbook that was read without an error."""
    said = head.rows[0] if head.rows else {}
    rows = [{name: shown(row[name]) for name in COLUMNS} for row in figures.rows]
    return entered({name: shown(said.get(name)) for name in HEAD_CELLS}, numbered(rows))


def merged(base: Content, theirs: Content, mine: Content) -> tuple[Content, list[Conflict]]:
    """What two people made of one content, cell by cell; where both changed a cell, mine stands and the conflict is named."""
    statements = [(name,) for name in COLUMNS if name not in ("quantity", "pack")] + [("quantity", "pack")]
    rows, found = merged_rows(FIGURES, *(_keyed(one) for one in (base, theirs, mine)), statements=statements)
    head = {}
    for name in HEAD_CELLS:
        was, other, own = (one.head.get(name, "") for one in (base, theirs, mine))
        head[name] = other if own == was else own
        if own not in (was, other) and other != was:
            found.append(Conflict(HEAD, (), name, was, other, own))
    for conflict in found:
        if conflict.table == FIGURES:
            key = conflict.key
            whole = _keyed(mine).get(key)
            if conflict.second is None or whole is None:
                rows.pop(key, None)
            else:
                kept = {c: v for c, v in rows.get(key, {}).items() if c != conflict.column}
                rows[key] = {**whole, **kept, conflict.column: conflict.second}
    return entered(head, ((int(key[0]), cells) for key, cells in rows.items())), found


def _keyed(content: Content) -> dict[tuple[str, ...], dict[str, str]]:
    return {(f"{n:09d}",): {name: cells.get(name, "") for name in COLUMNS} for n, cells in content.rows.items()}


def _cells(given: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {
        name: pointed(text) if name in COUNTED else in_word(name, text, "en")
        for name in names
        if (text := str(given.get(name, "")).strip())
    }


def _write(folder: Path, layout: str, rows: Iterable[Mapping[str, str]]) -> None:
    columns = layouts()[layout].columns
    with (folder / f"{layout}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([csv_text(row.get(name, ""), column.kind) for name, column in columns.items()])
