"""What a case says now, written into a copy of the workbook that it came from: its language, its own sheets and its looks stay.

Cells that say something else are written, rows that are gone are emptied, rows that are new come below. What stands in
formulas on the sheets of the case is written as its value, since nobody has reckoned them in a file that no spreadsheet saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from rampart.case.annotating import printable
from rampart.case.draft import shown
from rampart.case.editions import Key, Row, rows_by_key
from rampart.case.headers import is_comment, match_setting, match_table, stored_columns
from rampart.case.in_file import InFile, of_setting
from rampart.case.writing import content_hash
from rampart.catalogues.choices import spelt
from rampart.catalogues.inputs import Column, tables

if TYPE_CHECKING:
    from rampart.case.tables import Case

LOST = {"charts": "xl/charts/", "pictures": "xl/media/", "pivots": "xl/pivotTables/", "macros": "xl/vbaProject"}
"""Parts of a workbook that a copy does not keep, and where they stand in it."""


def copy_with(base: Case, made: Case) -> bytes | None:
    """The workbook of a case with what another says, as the bytes of an .xlsx; None where it cannot be written so that it
    reads back as that case, as where it is no .xlsx.
    """
    from openpyxl import load_workbook

    of = InFile.of(base)
    if of is None or base.path is None or base.path.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    book, values = load_workbook(base.path), load_workbook(base.path, data_only=True)
    for name in tables():
        _write_table(book, values, of, name, base, made)
    whole = BytesIO()
    book.save(whole)
    return whole.getvalue() if _reads_back(whole.getvalue(), made) else None


def _reads_back(whole: bytes, made: Case) -> bool:
    from rampart.case.reading import read

    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.xlsx"
        path.write_bytes(whole)
        case, _ = read(path)
    return case is not None and content_hash(case.tables) == content_hash(made.tables)


def lost_in_copy(path: Path) -> list[str]:
    """Kinds of things in a workbook that a copy of it does not keep."""
    with ZipFile(path) as parts:
        names = parts.namelist()
    return [kind for kind, start in LOST.items() if any(name.startswith(start) for name in names)]


def own_sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Sheets of a workbook that are none of a case, by name, with what their cells say."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    found = {
        name: [tuple(row) for row in book[name].iter_rows(values_only=True) if any(v is not None for v in row)]
        for name in book.sheetnames
        if is_comment(name) or match_table(name) is None
    }
    book.close()
    return found


def _write_table(book: Any, values: Any, of: InFile, name: str, base: Case, made: Case) -> None:
    """One table: nothing is touched where it says the same, but for formulas."""
    before, after = rows_by_key(name, base.tables[name]), rows_by_key(name, made.tables[name])
    origin = of.origin(name)
    if not origin.sheet:
        if after:
            _new_sheet(book, name, after.values(), of.language)
        return
    sheet, heads = book[origin.sheet], dict(origin.positions)
    _formulas_as_values(sheet, values[origin.sheet])
    rows = dict(of.rows(name)) | (_settings_there(sheet, heads) if name == "settings" else {})
    for key in before.keys() - after.keys():
        for cell in sheet[rows[key]]:
            cell.value = None
    last = max([*rows.values(), *(cell.row for cell in sheet["A"] if cell.value is not None)], default=1)
    for key, row in after.items():
        if key in before and row == before[key]:
            continue
        at = rows.get(key)
        if at is None:
            at = last = last + 1
            _looks_of_row_above(sheet, at)
        _write_row(sheet, name, at, row, before.get(key, {}), heads, of.language)
    for listed in sheet.tables.values():  # an Excel table takes in the rows below it
        corner, _, end = listed.ref.partition(":")
        letters = end.rstrip("0123456789")
        listed.ref = f"{corner}:{letters}{max(last, int(end[len(letters) :]))}"


def _write_row(sheet: Any, name: str, at: int, row: Row, before: Row, heads: dict[str, int], language: str) -> None:
    for column in stored_columns(tables()[name]):
        if row[column] == before.get(column):
            continue
        if column not in heads:
            heads[column] = max(heads.values(), default=-1) + 1
            while sheet.cell(1, heads[column] + 1).value is not None:
                heads[column] += 1
            sheet.cell(1, heads[column] + 1, _label(name, column, language))
        _write_cell(sheet.cell(at, heads[column] + 1), row, name, column, language)


def _write_cell(cell: Any, row: Row, name: str, column: str, language: str) -> None:
    """A value as the file writes it: a number as a number, a month as a date where dates stand, words as text."""
    of = of_setting(name, row, column)
    value = spelt(row[column], of, language)
    if name == "settings" and column == "setting":
        value = tables()["settings"].columns[value].label[language]
    if of.kind == "month" and isinstance(cell.value, datetime) and value:
        cell.value = datetime(int(value[:4]), int(value[5:7]), 1)
    elif value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value != float("inf")):
        cell.value = value
    else:
        cell.value = printable(shown(value))
        cell.data_type = "s"


def _label(name: str, column: str, language: str) -> str:
    from rampart.case.headers import stored_column

    label: Column = stored_column(name, column)
    return label.label[language]


def _new_sheet(book: Any, name: str, rows: Iterable[Row], language: str) -> None:
    """A table that the workbook had not: its sheet at the end, in its language."""
    sheet = book.create_sheet(tables()[name].label[language])
    columns = stored_columns(tables()[name])
    for j, column in enumerate(columns, start=1):
        sheet.cell(1, j, _label(name, column, language))
    for i, row in enumerate(rows, start=2):
        for j, column in enumerate(columns, start=1):
            _write_cell(sheet.cell(i, j), row, name, column, language)


def _settings_there(sheet: Any, heads: Mapping[str, int]) -> dict[Key, int]:
    """Rows of the settings that are named on the sheet, those without a value too."""
    names = [(row, sheet.cell(row, heads["setting"] + 1).value) for row in range(2, sheet.max_row + 1)]
    return {(known,): row for row, name in names if isinstance(name, str) and (known := match_setting(name))}


def _formulas_as_values(sheet: Any, values: Any) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.value = values[cell.coordinate].value


def _looks_of_row_above(sheet: Any, at: int) -> None:
    """A row that is added looks like the one above it."""
    for cell in sheet[at - 1] if at > 2 else ():
        sheet.cell(at, cell.column)._style = copy(cell._style)
