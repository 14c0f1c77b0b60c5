"""An .xlsx workbook as sheets, with a second look for cells that seem empty and are not."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.case.draft import address
from rampart.case.folder import unknown_table
from rampart.case.headers import HELP_SHEETS, fold, is_comment, match_column, match_table
from rampart.case.sheets import MOST_BYTES, MOST_CELLS, Found, Sheet, is_breakdown, plain
from rampart.catalogues.inputs import tables
from rampart.findings import Finding

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

# Markup of a formula or of an error value in a sheet's XML. Without it an empty cell is really empty.
_FORMULA_OR_ERROR = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b't="e"', b"t='e'")


def read_workbook(path: Path) -> Found:
    """All tables of a workbook; help sheets and sheets whose name starts with ``#`` are left alone."""
    found = Found()
    try:
        _read_workbook(path, found)
    except BaseException as error:
        if not is_breakdown(error):
            raise
        why = str(error).strip().splitlines()
        details = {"why": why[0][:200] if why else type(error).__name__}
        code = "locked" if "password" in str(error).lower() + type(error).__name__.lower() else "unreadable"
        found.findings.append(Finding(code, file=path.name, details=details))
        found.unread.update(tables().keys() - {sheet.table for sheet in found.sheets})
    return found


def _read_workbook(path: Path, found: Found) -> None:
    from python_calamine import CalamineWorkbook

    if path.read_bytes()[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        # A compound file under the name .xlsx: a workbook locked by a password, or an old .xls.
        found.findings.append(Finding("locked", file=path.name))
        return
    with zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
        if size > MOST_BYTES:
            details = {"size": size // 1_000_000, "limit": MOST_BYTES // 1_000_000}
            found.findings.append(Finding("too-large", file=path.name, details=details))
            return
        sheets = [p for p in parts.namelist() if p.startswith("xl/worksheets/") and p.endswith(".xml")]
        suspicious = any(mark in data for data in map(parts.read, sheets) for mark in _FORMULA_OR_ERROR)
    with CalamineWorkbook.from_path(str(path)) as workbook:
        read = _read_sheets(path.name, workbook, found)
    if suspicious:
        found.findings.extend(_second_look(path, read))


def _read_sheets(file: str, workbook: CalamineWorkbook, found: Found) -> list[Sheet]:
    """Add every sheet that is a table to what was found."""
    taken: dict[str, str] = {}
    for name in workbook.sheet_names:
        if is_comment(name) or fold(name) in HELP_SHEETS:
            continue
        table = match_table(name)
        if table is None:
            found.findings.append(unknown_table(name, file=file, sheet=name))
            continue
        if table in taken:
            details = {"other": taken[table]}
            found.findings.append(Finding("table-twice", table=table, file=file, sheet=name, details=details))
            continue
        taken[table] = name
        _read_sheet(file, table, workbook.get_sheet_by_name(name), found)
    if not taken:
        found.findings.append(Finding("no-tables", file=file))
    return found.sheets


def _read_sheet(file: str, table: str, sheet: CalamineSheet, found: Found) -> None:
    cells = sheet.total_height * sheet.total_width
    if cells > MOST_CELLS:
        details = {"size": cells // 1_000_000, "limit": MOST_CELLS // 1_000_000}
        found.findings.append(Finding("too-many-cells", table=table, file=file, sheet=sheet.name, details=details))
        found.unread.add(table)
        return
    grid = sheet.to_python(skip_empty_area=False)
    header_row = next((i for i, row in enumerate(grid, start=1) if any(str(v).strip() for v in row)), None)
    if header_row is None:
        found.findings.append(Finding("empty-sheet", table=table, file=file, sheet=sheet.name))
        return
    if header_row != 1:
        found.findings.append(Finding("header-not-first", table=table, row=header_row, file=file, sheet=sheet.name))
    headers = tuple(_word(_cell(value)) for value in grid[header_row - 1])
    below = grid[header_row:]
    columns = [column_of(column) for column in zip(*below, strict=True)] if below else [column_of(())] * len(headers)
    filled = _filled_rows(columns, len(below))
    found.sheets.append(
        Sheet(
            table=table,
            file=file,
            sheet=sheet.name,
            headers=headers,
            rows=pl.Series(range(header_row + 1, header_row + 1 + len(below)), dtype=pl.Int64).filter(filled),
            texts=[texts.filter(filled) for texts, _ in columns],
            numbers=[None if numbers is None else numbers.filter(filled) for _, numbers in columns],
        )
    )
    found.findings.extend(_merged(file, table, sheet, header_row, len(headers)))


def _filled_rows(columns: list[tuple[pl.Series, pl.Series | None]], height: int) -> pl.Series:
    """Which rows hold anything at all."""
    filled = pl.Series([False], dtype=pl.Boolean).new_from_index(0, height)
    for texts, numbers in columns:
        filled = filled | (texts.str.strip_chars() != "").fill_null(False)
        if numbers is not None:
            filled = filled | numbers.is_not_null()
    return filled


def column_of(cells: Sequence[Any]) -> tuple[pl.Series, pl.Series | None]:
    """Texts and numbers of a column of cells, as the two halves of a sheet's column."""
    if set(map(type, cells)) <= {str}:
        return pl.Series(cells, dtype=pl.String), None
    values = [value if type(value) in (str, float) else _cell(value) for value in cells]
    texts = pl.Series([value if type(value) is str else None for value in values], dtype=pl.String)
    numbers = pl.Series([value if type(value) is float else None for value in values], dtype=pl.Float64)
    return texts, None if numbers.null_count() == len(numbers) else numbers


def _word(value: str | float | None) -> str:
    return plain(value) if isinstance(value, float) else (value or "").strip()


def _cell(value: Any) -> str | float | None:
    """A cell as text, number or nothing; a date is ISO text (Excel turns a typed 2026-03 into a date)."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _merged(file: str, table: str, sheet: CalamineSheet, header_row: int, width: int) -> Iterator[Finding]:
    """Merged cells in or under the header row: one of them holds the value, the others look blank."""
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or []:
        if bottom + 1 >= header_row and left < width:
            yield Finding(
                "merged-cells",
                table=table,
                row=top + 1,
                file=file,
                sheet=sheet.name,
                cell=address(left, top + 1),
            )


def _second_look(path: Path, sheets: list[Sheet]) -> Iterator[Finding]:
    """Cells that look empty to the fast reader and hold an error value or a formula never calculated."""
    from openpyxl import load_workbook

    formulas = load_workbook(path, read_only=True, data_only=False)
    values = load_workbook(path, read_only=True, data_only=True)
    for sheet in sheets:
        if not _has_holes(sheet):
            continue
        pairs = zip(formulas[sheet.sheet].iter_rows(), values[sheet.sheet].iter_rows(), strict=False)
        for row, calculated in pairs:
            for cell, result in zip(row, calculated, strict=False):
                code = _hidden_cell(cell, result.value)
                if code:
                    header = sheet.headers[cell.column - 1] if cell.column <= len(sheet.headers) else ""
                    yield Finding(
                        code,
                        table=sheet.table,
                        row=cell.row,
                        value=str(cell.value if result.value is None else result.value),
                        file=path.name,
                        sheet=sheet.sheet,
                        column=match_column(sheet.table, header) or "",
                        header=header,
                        cell=cell.coordinate,
                    )
    formulas.close()
    values.close()


def _has_holes(sheet: Sheet) -> bool:
    """Whether some cell of the table, its header row included, looks empty."""
    if "" in sheet.headers:
        return True
    pairs = zip(sheet.texts, sheet.numbers, strict=True)
    return any(((t.fill_null("") == "") & (True if n is None else n.is_null())).any() for t, n in pairs)


def _hidden_cell(cell: Any, result: Any) -> str:
    """Finding code of a cell that holds an error or a formula without a value, blank for any other."""
    if cell.value is None:
        return ""
    if cell.data_type == "e" or (cell.data_type == "f" and str(result or "").startswith("#")):
        return "error-value"
    return "formula-without-value" if cell.data_type == "f" and result is None else ""
