"""A case as files: a folder of CSV, a folder of Parquet, or an .xlsx workbook; each loads back equal."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import polars as pl

from rampart.case.draft import shown
from rampart.case.headers import match_table, stored_column
from rampart.catalogues.inputs import tables

Tables = Mapping[str, pl.DataFrame]
"""Tables of a case by name."""
Format = Literal["csv", "xlsx", "parquet"]

_FORMULA_STARTS = ("=", "+", "-", "@", "'")
_WORDS = ("code", "text", "choice", "month")


class Exact(float):
    """A number that XlsxWriter writes in full; it would round to 16 digits, and less would load back."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def save(case: Tables, path: Path, *, format: Format | None = None) -> Path:
    """Write the case; tables without rows are left out. Gives the path written.

    format  by default xlsx where the path ends in .xlsx, else a folder of CSV

    The new files are written beside the target and then take its place, so that a crash leaves the old case
    or the new one. Raises FileExistsError for a folder that holds something else than a case.
    """
    if format is None:
        format = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    if format == "xlsx":
        replace_file(path, lambda target: _write_workbook(case, target))
    else:
        _replace_folder(path, lambda target: _write_folder(case, target, format))
    return path


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under another name beside its target, then let it take the target's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
        new = Path(folder) / path.name
        write(new)
        new.replace(path)


def _replace_folder(path: Path, write: Callable[[Path], None]) -> None:
    """Write a folder beside its target, copy the target's other files in, let it take the target's place."""
    kept: list[Path] = []
    if path.exists():
        inside = list(path.iterdir())
        kept = [f for f in inside if not (f.suffix.lower() in (".csv", ".parquet") and match_table(f.stem))]
        if inside and len(kept) == len(inside):
            raise FileExistsError(f"{path} is a folder without a case; save to a new folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        new = Path(folder) / "new"
        new.mkdir()
        write(new)
        for file in kept:
            (shutil.copytree if file.is_dir() else shutil.copy2)(file, new / file.name)
        if path.exists():
            path.rename(Path(folder) / "old")
        new.rename(path)


def _written(case: Tables) -> dict[str, pl.DataFrame]:
    return {name: case[name] for name in tables() if name == "settings" or not case[name].is_empty()}


def _write_folder(case: Tables, folder: Path, format: Format) -> None:
    for name, frame in _written(case).items():
        if format == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
            continue
        kinds = [stored_column(name, column).kind for column in frame.columns]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
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


def _write_workbook(case: Tables, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        head = book.add_format({"bold": True})
        text = book.add_format({"num_format": "@"})
        for name, frame in _written(case).items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for j, column in enumerate(frame.columns):
                sheet.write_string(0, j, column, head)
                for i, value in enumerate(frame[column], start=1):
                    write_cell(sheet, i, j, value, text)


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
