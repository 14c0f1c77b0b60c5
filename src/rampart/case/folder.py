"""A folder of CSV or Parquet files, one a table, as sheets."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl

from rampart.case.headers import is_comment, match_column, match_table, nearest_table
from rampart.case.sheets import MOST_BYTES, MOST_CELLS, WORKBOOKS, Found, Sheet, is_breakdown
from rampart.catalogues.inputs import table_named
from rampart.findings import Finding

_KINDS = (".csv", ".parquet")


def read_folder(path: Path) -> Found:
    """All tables of a folder; other files (texts, hidden files, names with ``#``) are left alone."""
    found = Found()
    files = [f for f in sorted(path.iterdir()) if f.suffix.lower() in _KINDS and f.is_file()]
    files = [f for f in files if not f.name.startswith((".", "~")) and not is_comment(f.name)]
    taken: dict[str, str] = {}
    for file in files:
        table = match_table(file.stem)
        if table is None:
            found.findings.append(unknown_table(file.stem, file=file.name))
        elif table in taken:
            details = {"other": taken[table]}
            found.findings.append(Finding("table-twice", table=table, file=file.name, details=details))
        else:
            taken[table] = file.name
            read_one(file, table, found)
    if not taken:
        books = sorted(f.name for f in path.iterdir() if f.suffix.lower() in WORKBOOKS and not f.name.startswith("~$"))
        code = "workbook-in-folder" if books else "no-tables"
        found.findings.append(Finding(code, file=path.name, value=", ".join(books)))
    return found


def unknown_table(name: str, *, file: str, sheet: str = "", language: str = "") -> Finding:
    """Finding for a file or sheet that is no table: an error when it looks like a misspelt one.

    language  of the labels that the sheets of a workbook bear; blank: tables are named as in the catalogue
    """
    near = nearest_table(name)
    if near and language:
        near = table_named(near).label[language]
    code = "misspelt-table" if near else "unknown-table"
    return Finding(code, value=name, file=file, sheet=sheet, details={"near": near})


def read_one(file: Path, table: str, found: Found) -> None:
    """Add the table of one file to what was found: Parquet, or else CSV."""
    read = _read_parquet if file.suffix.lower() == ".parquet" else _read_csv
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            limit = MOST_BYTES // 1_000_000
            found.findings.append(
                Finding(
                    "too-large",
                    table=table,
                    file=file.name,
                    details={"size": size // 1_000_000, "limit": limit},
                )
            )
            found.unread.add(table)
            return
        sheet = read(file, table, found)
    except BaseException as error:
        if not is_breakdown(error):
            raise
        why = str(error).strip().splitlines()
        details = {"why": why[0][:200] if why else type(error).__name__}
        found.findings.append(Finding("unreadable", table=table, file=file.name, details=details))
        sheet = None
    if sheet is None:
        found.unread.add(table)
    else:
        found.sheets.append(sheet)


def _separator(text: str, table: str) -> str:
    """The separator under which more of the header row is known; the comma when both say the same."""

    def known(separator: str) -> int:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        row: list[str] = next((record for record in records if any(record)), [])
        return sum(match_column(table, header) is not None for header in row)

    return ";" if known(";") > known(",") else ","


def _read_csv(file: Path, table: str, found: Found) -> Sheet | None:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        details = {"byte": error.start}
        found.findings.append(Finding("not-utf8", table=table, file=file.name, details=details))
        return None
    if not text.strip():
        found.findings.append(Finding("empty-file", table=table, file=file.name))
        return None
    separator = _separator(text, table)
    if (marks := text.count(separator) + text.count("\n")) > MOST_CELLS:
        details = {"size": marks // 1_000_000, "limit": MOST_CELLS // 1_000_000}
        found.findings.append(Finding("too-many-cells", table=table, file=file.name, details=details))
        return None
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = [(n, row) for n, row in enumerate(records, start=1) if "".join(row).strip()]
    header_row, headers = rows[0]
    width = len(headers)
    if header_row != 1:
        found.findings.append(Finding("header-not-first", table=table, row=header_row, file=file.name))
    numbers, cells, ragged = [], [], set()
    for number, row in rows[1:]:
        if len(row) != width and (len(row) < width or "".join(row[width:]).strip()):
            code = "short-row" if len(row) < width else "extra-cells"
            details = {"cells": len(row), "width": width}
            value = row[-1] if code == "short-row" else row[width]
            found.findings.append(Finding(code, table=table, row=number, value=value, file=file.name, details=details))
            ragged.add(number)
        else:
            numbers.append(number)
            cells += row if len(row) == width else row[:width]
    return Sheet(
        table=table,
        file=file.name,
        sheet="",
        headers=tuple(header.strip() for header in headers),
        rows=pl.Series(numbers, dtype=pl.Int64),
        texts=[pl.Series(cells[j::width], dtype=pl.String) for j in range(width)],
        numbers=[None] * width,
        separator=separator,
        ragged=frozenset(ragged),
    )


def _read_parquet(file: Path, table: str, found: Found) -> Sheet | None:
    scan = pl.scan_parquet(file)
    cells = len(scan.collect_schema()) * int(scan.select(pl.len()).collect().item())
    if cells > MOST_CELLS:
        details = {"size": cells // 1_000_000, "limit": MOST_CELLS // 1_000_000}
        found.findings.append(Finding("too-many-cells", table=table, file=file.name, details=details))
        return None
    frame = pl.read_parquet(file)
    texts: list[pl.Series] = []
    numbers: list[pl.Series | None] = []
    for series in frame.get_columns():
        number = series.cast(pl.Float64) if series.dtype.is_numeric() else None
        numbers.append(number)
        texts.append(_parquet_text(series))
    return Sheet(
        table=table,
        file=file.name,
        sheet="",
        headers=tuple(frame.columns),
        rows=pl.Series(range(1, frame.height + 1), dtype=pl.Int64),
        texts=texts,
        numbers=numbers,
        dtypes=tuple(frame.dtypes),
    )


def _parquet_text(series: pl.Series) -> pl.Series:
    """Text of a Parquet column; numbers stand beside, and a nested column has none."""
    dtype: Any = series.dtype
    if dtype.is_numeric() or dtype.is_nested() or dtype in (pl.Binary, pl.Null, pl.Object):
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(series))
    if dtype == pl.Boolean:
        return series.replace_strict({True: "yes", False: "no"}, default=None, return_dtype=pl.String)
    if dtype == pl.Date:
        return series.dt.strftime("%Y-%m-%d")
    if dtype == pl.Datetime:
        # The wall clock of the zone, so that midnight in Paris stays the day that was written.
        return series.dt.replace_time_zone(None).dt.strftime("%Y-%m-%d")
    return series.cast(pl.String)
