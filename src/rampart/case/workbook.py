"""A workbook (.xlsx or .ods) as sheets: its cells are judged from the markup first, then read by the fast reader."""

from __future__ import annotations

import datetime as dt
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.case.draft import address
from rampart.case.folder import unknown_table
from rampart.case.headers import (
    EARLIER_TABLES,
    HELP_SHEETS,
    fold,
    is_comment,
    language_of,
    match_column,
    match_table,
    table_of_heads,
)
from rampart.case.markup import Damaged, Extent, extent_of, extents_of, sheets_of, struck_styles
from rampart.case.sheets import MOST_BYTES, MOST_CELLS, Found, Sheet, is_breakdown, plain
from rampart.catalogues.inputs import table_named, tables
from rampart.findings import Finding

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

FEW_CELLS = 2_000_000
"""A rectangle up to this is set aside whatever stands in it; a larger one only where some of it is filled."""
MOST_TITLES, LEAST_HEADERS = 10, 2
"""Rows below the first filled one in which column names are looked for, and how many make a row of names."""
EMPTIEST = 50
"""Cells of the rectangle for one that is filled, beyond which the last cell is a stray one."""


def read_workbook(path: Path, *, layout: str = "", sheet: str = "", header_row: int = 0) -> Found:
    """All tables of a workbook (.xlsx, .xlsm, .ods); help sheets and sheets whose name starts with ``#`` are left alone.

    layout      one layout instead: the sheet of its name, or the first one that is not left alone
    sheet       the sheet that holds the layout, where it is known
    header_row  row of its header; 0: the first row that holds anything
    """
    found = Found()
    try:
        _read_workbook(path, found, layout, sheet, header_row)
    except BaseException as error:
        if not is_breakdown(error):
            raise
        why = str(error).strip().splitlines()
        details = {"why": why[0][:200] if why else type(error).__name__}
        told = str(error).lower() + type(error).__name__.lower()
        code = "locked" if "password" in told else "not-a-workbook" if "badzipfile" in told else "unreadable"
        found.findings.append(Finding(code, file=path.name, details=details))
        found.unread.update(tables().keys() - {sheet.table for sheet in found.sheets})
    return found


def _read_workbook(path: Path, found: Found, layout: str, wanted: str, header_row: int) -> None:
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
        extents = _extents(parts, every=bool(layout))
    # An .ods is read whole when it is opened, so that every sheet of it counts; of an .xlsx those that are tables.
    read_first = (
        extents if path.suffix.lower() == ".ods" else {n: e for n, e in extents.items() if layout or _is_table(n)}
    )
    too_far = {name: far for name, extent in read_first.items() if (far := _too_far(path.name, name, extent))}
    if too_far and path.suffix.lower() == ".ods":
        found.findings.extend(too_far.values())
        return
    with CalamineWorkbook.from_path(str(path)) as workbook:
        if missing := [name for name in workbook.sheet_names if name not in extents]:
            raise Damaged(f"sheet {missing[0]}")
        if layout:
            name = wanted or _sheet_of(layout, workbook, path.name, found)
            if name in too_far:
                found.findings.append(too_far[name])
            elif name:
                _read_sheet(path.name, layout, workbook.get_sheet_by_name(name), found, extents[name], header_row)
        else:
            _read_sheets(path.name, workbook, found, extents, too_far)


def _is_table(name: str) -> bool:
    return not is_comment(name) and fold(name) not in HELP_SHEETS and match_table(name) is not None


def _sheet_of(layout: str, workbook: CalamineWorkbook, file: str, found: Found) -> str:
    """The sheet named as a layout, else the first that is not left alone; blank with a finding where there is none."""
    data = [name for name in workbook.sheet_names if not is_comment(name) and fold(name) not in HELP_SHEETS]
    labels = {fold(layout), *(fold(label) for label in table_named(layout).label.values())}
    if not data:
        found.findings.append(Finding("no-tables", file=file))
    return next((name for name in data if fold(name) in labels), data[0] if data else "")


def first_rows(path: Path, rows: int) -> tuple[dict[str, list[list[str]]], list[Finding]]:
    """Text of the first rows of every sheet that can be opened, by name, and what was wrong with the workbook."""
    from python_calamine import CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise Damaged(f"more than {MOST_BYTES // 1_000_000} MB")
            extents = _extents(parts, every=True)
        far = [finding for name, extent in extents.items() if (finding := _too_far(path.name, name, extent))]
        if far and path.suffix.lower() == ".ods":
            return {}, far
        found = {}
        with CalamineWorkbook.from_path(str(path)) as workbook:
            for name in workbook.sheet_names:
                if name in extents and not _too_far(path.name, name, extents[name]):
                    grid = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=rows)
                    found[name] = [[_word(_cell(value)) for value in row] for row in grid]
    except BaseException as error:
        if not is_breakdown(error):
            raise
        return {}, [Finding("unreadable", file=path.name, details={"why": str(error)[:200] or type(error).__name__})]
    return found, []


def _extents(parts: zipfile.ZipFile, *, every: bool) -> dict[str, Extent]:
    """How far each sheet reaches; of an .xlsx every one, or those that are read or may be tables under another name.

    Every part is unpacked once here, so that none is larger than it says.
    """
    if len(set(parts.namelist())) < len(parts.namelist()):
        raise Damaged("two parts of one name")
    if broken := parts.testzip():
        raise Damaged(broken)
    if "content.xml" in parts.namelist():
        with parts.open("content.xml") as stream:
            return extents_of(stream)
    found = {}
    struck = struck_styles(parts)
    for name, part in sheets_of(parts).items():
        if not part:
            raise Damaged(f"sheet {name}")
        found[name] = Extent()
        own = is_comment(name) or fold(name) in HELP_SHEETS
        try:
            if every or not own:
                with parts.open(part) as stream:
                    found[name] = extent_of(stream, struck)
        except Damaged:
            if every or _is_table(name):
                raise
    return found


def _too_far(file: str, sheet: str, extent: Extent) -> Finding | None:
    """The finding for a rectangle that is not set aside: too large, or stretched by a stray cell."""
    cells = extent.rows * extent.columns
    place: dict[str, Any] = {"table": match_table(sheet) or "", "file": file, "sheet": sheet}
    last = address(extent.columns - 1, extent.rows)
    if cells > MOST_CELLS:
        details = {"size": cells // 1_000_000, "limit": MOST_CELLS // 1_000_000, "last": last}
        return Finding("too-many-cells", details=details, **place)
    if cells > FEW_CELLS and cells > EMPTIEST * extent.filled:
        details = {"filled": extent.filled, "size": max(1, cells // 1_000_000)}
        return Finding("stray-cell", row=extent.rows, cell=last, value=last, details=details, **place)
    return None


def _read_sheets(
    file: str, workbook: CalamineWorkbook, found: Found, extents: dict[str, Extent], too_far: dict[str, Finding]
) -> None:
    """Add every sheet that is a table to what was found."""
    taken: dict[str, str] = {}
    others: list[str] = []
    out_of_view = {one.name for one in workbook.sheets_metadata if not str(one.visible).endswith(".Visible")}
    for name in workbook.sheet_names:
        if is_comment(name) or fold(name) in HELP_SHEETS:
            continue
        table = match_table(name)
        if table is None or (
            table in taken and fold(name) in EARLIER_TABLES
        ):  # an old name, or one that is near another
            others.append(name)
            continue
        if table in taken:
            details = {"other": taken[table]}
            found.findings.append(Finding("table-twice", table=table, file=file, sheet=name, details=details))
            continue
        taken[table] = name
        if name in too_far:
            found.findings.append(too_far[name])
            found.unread.add(table)
        else:
            _read_sheet(file, table, workbook.get_sheet_by_name(name), found, extents[name])
            if name in out_of_view:
                found.findings.append(Finding("hidden-sheet", table=table, file=file, sheet=name, value=name))
    for name in others:
        found.findings.append(_other_sheet(file, name, workbook, extents.get(name), taken, found))
    if not taken:
        found.findings.append(Finding("no-tables", file=file))


def _language_of_sheets(taken: Mapping[str, str]) -> str:
    """Language of the names of the sheets that are tables; English where they could be either."""
    told = {
        name: [fold(table_named(name).label[of]) == fold(sheet) for of in ("en", "fr")] for name, sheet in taken.items()
    }
    return "fr" if sum(french for _, french in told.values()) > sum(english for english, _ in told.values()) else "en"


def _other_sheet(
    file: str, name: str, workbook: CalamineWorkbook, extent: Extent | None, taken: dict[str, str], found: Found
) -> Finding:
    """What a sheet is whose name is no table's: one under another name or a copy, by its heads, or something else."""
    place: dict[str, Any] = {"file": file, "sheet": name}
    table, heads = "", list[Any]()
    if extent is not None and extent.filled and not _too_far(file, name, extent):
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MOST_TITLES)
        heads = next((list(row) for row in rows if any(str(v).strip() for v in row)), [])
        table = table_of_heads(_word(_cell(value)) for value in heads)
    if not table:
        return unknown_table(name, file=file, sheet=name, language=_language_of_sheets(taken))
    if table in taken:
        return Finding("table-twice", table=table, details={"other": taken[table]}, **place)
    found.unread.add(table)
    label = table_named(table).label["fr" if language_of(table, (_word(_cell(v)) for v in heads)) == "fr" else "en"]
    return Finding("sheet-renamed", table=table, value=name, details={"near": label}, **place)


def _read_sheet(
    file: str, table: str, sheet: CalamineSheet, found: Found, extent: Extent, header_row: int | None = None
) -> None:
    grid = sheet.to_python(skip_empty_area=False)
    told = header_row
    header_row = header_row or next(
        (i for i, row in enumerate(grid, start=1) if any(str(v).strip() for v in row)), None
    )
    if header_row is None:
        found.findings.append(Finding("empty-sheet", table=table, file=file, sheet=sheet.name))
        return
    below = 0 if told else _headers_below(grid, header_row, table)
    if below:
        details = {"first": str(next(v for v in grid[header_row - 1] if str(v).strip()))[:60]}
        place: dict[str, Any] = {"table": table, "file": file, "sheet": sheet.name}
        found.findings.append(Finding("headers-below", row=below, details=details, **place))
        header_row = below
    elif header_row != 1 and not told:
        found.findings.append(Finding("header-not-first", table=table, row=header_row, file=file, sheet=sheet.name))
    headers = tuple(_word(_cell(value)) for value in grid[header_row - 1])
    facts = grid[header_row:]
    columns = [column_of(column) for column in zip(*facts, strict=True)] if facts else [column_of(())] * len(headers)
    filled = _filled_rows(columns, len(facts))
    merged = sheet.merged_cell_ranges or []
    corners = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged]
    found.sheets.append(
        Sheet(
            table=table,
            file=file,
            sheet=sheet.name,
            headers=headers,
            rows=pl.Series(range(header_row + 1, header_row + 1 + len(facts)), dtype=pl.Int64).filter(filled),
            texts=[texts.filter(filled) for texts, _ in columns],
            numbers=[None if numbers is None else numbers.filter(filled) for _, numbers in columns],
            merged=[*corners, *extent.merged],
            header_row=header_row,
        )
    )
    found.findings.extend(_merged(file, table, sheet.name, [*corners, *extent.merged], header_row, len(headers)))
    found.findings.extend(_hidden(found.sheets[-1], extent))
    found.findings.extend(_unseen(found.sheets[-1], extent))


def _headers_below(grid: list[list[Any]], header_row: int, table: str) -> int:
    """Row that has the names of columns where the first filled row has none of them: a title stands above; 0 for none."""

    def known(row: list[Any]) -> int:
        return sum(match_column(table, _word(_cell(value))) is not None for value in row)

    if known(grid[header_row - 1]):
        return 0
    below = enumerate(grid[header_row : header_row + MOST_TITLES], start=header_row + 1)
    return next((number for number, row in below if known(row) >= LEAST_HEADERS), 0)


def _filled_rows(columns: list[tuple[pl.Series, pl.Series | None]], height: int) -> pl.Series:
    """Which rows hold anything at all."""
    if not columns or not height:
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, height)
    texts = pl.DataFrame({f"t{j}": texts for j, (texts, _) in enumerate(columns)})
    numbers = {f"n{j}": numbers for j, (_, numbers) in enumerate(columns) if numbers is not None}
    holds = [(pl.col(texts.columns).str.strip_chars() != "").fill_null(False)]
    holds += [pl.col(list(numbers)).is_not_null()] if numbers else []
    return texts.with_columns(**numbers).select(pl.any_horizontal(holds)).to_series()


def column_of(cells: Sequence[Any]) -> tuple[pl.Series, pl.Series | None]:
    """Texts and numbers of a column of cells, as the two halves of a sheet's column."""
    if set(map(type, cells)) <= {str}:
        return pl.Series(cells, dtype=pl.String), None
    values = [value if type(value) is str else _cell(value) for value in cells]
    texts = pl.Series([value if type(value) is str else None for value in values], dtype=pl.String)
    numbers = pl.Series([value if type(value) is float else None for value in values], dtype=pl.Float64)
    return texts, None if numbers.null_count() == len(numbers) else numbers


def _word(value: str | float | None) -> str:
    return plain(value) if isinstance(value, float) else (value or "").strip()


def _cell(value: Any) -> str | float | None:
    """A cell as text, number or nothing; a date is ISO text (Excel turns a typed 2026-03 into a date)."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"  # as Excel keeps it; a column of yes and no reads it so
    if isinstance(value, (int, float)):
        # 1E+400 in the markup comes as infinity; nobody wrote "unlimited".
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _merged(
    file: str, table: str, sheet: str, ranges: list[tuple[int, int, int, int]], header_row: int, width: int
) -> Iterator[Finding]:
    """Merged cells in or under the header row: one of them holds the value, the others look blank."""
    for top, left, bottom, _right in ranges:
        if bottom >= header_row and left <= width:
            cell = address(left - 1, top)
            yield Finding("merged-cells", table=table, row=top, file=file, sheet=sheet, cell=cell)


def _hidden(sheet: Sheet, extent: Extent) -> Iterator[Finding]:
    """Cells that look empty to the fast reader and hold an error value or a formula never calculated."""
    for cell in extent.hidden:
        header = sheet.headers[cell.column - 1] if cell.column <= len(sheet.headers) else ""
        yield Finding(
            cell.code,
            table=sheet.table,
            row=cell.row,
            value=cell.value,
            file=sheet.file,
            sheet=sheet.sheet,
            column=match_column(sheet.table, header) or "",
            header=header,
            cell=address(cell.column - 1, cell.row),
        )


def _unseen(sheet: Sheet, extent: Extent) -> Iterator[Finding]:
    """Rows and columns that are hidden from view, and rows struck through, that are read all the same: one finding for each."""
    rows, wide = set(sheet.rows), len(sheet.headers)
    hidden = {
        "row": [n for way, n in extent.unseen if way == "row" and n in rows],
        "column": [n for way, n in extent.unseen if way == "column" and n <= wide and sheet.headers[n - 1]],
    }
    place: dict[str, Any] = {"table": sheet.table, "file": sheet.file, "sheet": sheet.sheet}
    if hidden["row"]:
        which = _few([str(n) for n in hidden["row"]])
        yield Finding("hidden-rows", details={"count": len(hidden["row"]), "which": which}, **place)
    if struck := sorted(rows & extent.struck):
        yield Finding("struck-rows", details={"count": len(struck), "which": _few([str(n) for n in struck])}, **place)
    if hidden["column"]:
        which = _few([sheet.headers[n - 1] for n in hidden["column"]])
        yield Finding("hidden-columns", details={"count": len(hidden["column"]), "which": which}, **place)


def _few(names: list[str]) -> str:
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
