"""A case as files: a folder of CSV, a folder of Parquet, or an .xlsx workbook; each loads back equal."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import polars as pl

from rampart.case.draft import shown
from rampart.case.headers import match_table, stored_column
from rampart.catalogues.inputs import tables
from rampart.engine.places import write_table
from rampart.engine.whole_file import whole_file
from rampart.engine.whole_folder import whole_tables

Tables = Mapping[str, pl.DataFrame]
"""Tables of a case by name."""
Format = Literal["csv", "xlsx", "parquet"]

_FORMULA_STARTS = ("=", "+", "-", "@", "'")
_WORDS = ("code", "text", "choice", "month")


class Exact(float):
    """A number that XlsxWriter writes in full; it would round to 16 digits, and less would load back."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def save(
    case: Tables, path: Path, *, format: Format | None = None, force: bool = False, beside: Tables | None = None
) -> Path:
    """Write the case; tables without rows are left out. Gives the path written.

    format  by default xlsx where the path ends in .xlsx, else a folder of CSV
    force   also over a case that is there, or into a folder that holds something else; other files there are kept
    beside  tables for the reader, that are no tables of a case: a file or sheet each, its name after a ``#``

    The new files are written beside the target and then take its place, so that a crash leaves the old case
    or the new one. Raises ``TakenError`` where something is there, ``PlaceError`` where nothing can be written.
    """
    if format is None:
        format = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    if format == "xlsx":
        with whole_file(path, force=force) as part:
            _write_workbook(case, part, beside or {})
    else:
        files = {f"#{name}.csv": frame for name, frame in (beside or {}).items()}
        with whole_tables(path, is_table=lambda name: is_table(name) or name in files, force=force) as part:
            _write_folder(case, part, format)
            for name, frame in files.items():
                _write_csv(frame, part / name, ["text"] * frame.width)
    return path


def is_table(name: str) -> bool:
    """Whether a file of this name holds a table of a case."""
    stem, _, ending = name.rpartition(".")
    return ending.lower() in ("csv", "parquet") and match_table(stem) is not None


def _written(case: Tables) -> dict[str, pl.DataFrame]:
    return {name: case[name] for name in tables() if name == "settings" or not case[name].is_empty()}


def _write_folder(case: Tables, folder: Path, format: Format) -> None:
    for name, frame in _written(case).items():
        if format == "parquet":
            write_table(frame, folder / f"{name}.parquet")
            continue
        kinds = [stored_column(name, column).kind for column in frame.columns]
        _write_csv(frame, folder / f"{name}.csv", kinds)


def _write_csv(frame: pl.DataFrame, path: Path, kinds: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        for row in frame.iter_rows():
            writer.writerow([csv_text(value, kind) for value, kind in zip(row, kinds, strict=True)])


def csv_text(value: Any, kind: str) -> str:
    """A cell of a CSV file.

    Words that a spreadsheet would take for a formula get an apostrophe, which the reader takes off again; a
    word that begins with an apostrophe gets a second one, so that nothing is lost.
    """
    text = shown(value)
    return f"'{text}" if kind in _WORDS and text.startswith(_FORMULA_STARTS) else text


def _write_workbook(case: Tables, path: Path, beside: Tables) -> None:
    with new_workbook(path) as book:
        head = book.add_format({"bold": True})
        text = book.add_format({"num_format": "@"})
        for name, frame in (_written(case) | {f"#{name}": frame for name, frame in beside.items()}).items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for j, column in enumerate(frame.columns):
                sheet.write_string(0, j, column, head)
                for i, value in enumerate(frame[column], start=1):
                    write_cell(sheet, i, j, value, text)


@contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """A workbook to fill, written to its path in one go: nothing half made is left open where the disk is full."""
    import xlsxwriter

    whole = BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as book:
        yield book
    path.write_bytes(whole.getvalue())


def write_cell(sheet: Any, row: int, column: int, value: Any, text: Any) -> None:
    """A value into a sheet: numbers as numbers, everything else as text, never a formula or a link."""
    if value is None:
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value != float("inf"):
        sheet.write_number(row, column, Exact(value))
    else:
        sheet.write_string(row, column, shown(value), text)


def content_hash(case: Tables) -> str:
    """SHA-256 of what the case says, whatever the order of its rows and the form of its files."""
    digest = hashlib.sha256()
    for name in tables():
        rows = sorted(json.dumps([_canonical(value) for value in row]) for row in case[name].iter_rows())
        digest.update(json.dumps([name, len(rows)]).encode())
        for row in rows:
            digest.update(row.encode())
    return digest.hexdigest()


def _canonical(value: Any) -> Any:
    # -0.0 and 0.0 are the same number and must give the same hash.
    return value + 0.0 if isinstance(value, float) else value
