"""A case with some of its tables in place of its own, checked like one that is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.case.writing import csv_text
from rampart.catalogues.inputs import tables
from rampart.catalogues.showing import no_such

if TYPE_CHECKING:
    import polars as pl


def replace(case: Case, **changed: Any) -> Case:
    """The case with whole tables in place of its own.

    changed  by the name of the table: a Polars or pandas frame, or rows as mappings; columns that are left out are blank;
             ``settings`` as a mapping changes these settings alone

    Raises KeyError for a table or column that there is not, naming the nearest; TypeError for what is no table;
    ``CaseError`` with every finding where what is given does not read as such a table, or the case that it makes is not sound.
    """
    for name in changed:
        if name not in tables():
            raise KeyError(no_such("table", name, tables()))
    with TemporaryDirectory() as place:
        folder = Path(place) / "case"
        case.save(folder, format="csv")
        for name, given in changed.items():
            rows = _settings(case, given) if name == "settings" and isinstance(given, Mapping) else _rows(name, given)
            _write(folder / f"{name}.csv", name, rows)
        made = read_case(folder)
    return dataclasses.replace(made, path=None, overrides=case.overrides)


def _settings(case: Case, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns = list(case.tables["settings"].columns)
    merged = dict(case.tables["settings"].iter_rows()) | dict(given)
    return [dict(zip(columns, pair, strict=True)) for pair in merged.items()]


def _rows(name: str, given: pl.DataFrame | Sequence[Mapping[str, Any]] | Any) -> list[dict[str, Any]]:
    """Rows of a Polars or pandas frame, or of mappings."""
    if hasattr(given, "to_dicts"):
        return list(given.to_dicts())
    if hasattr(given, "to_dict"):
        return list(given.to_dict("records"))
    rows = list(given) if isinstance(given, Iterable) and not isinstance(given, str | Mapping) else None
    if rows is None or not all(isinstance(row, Mapping) for row in rows):
        raise TypeError(f"{name} is given as a Polars or pandas frame, or as rows that are mappings; not {given!r:.60}")
    return [dict(row) for row in rows]


def _write(path: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """The rows as a CSV of the table; what is not a number is left to the reader to find."""
    import csv

    table = tables()[name]
    known = ["setting", "value"] if name == "settings" else list(table.columns)
    heads = list(dict.fromkeys(column for row in rows for column in row)) or known
    for column in heads:
        if column not in known:
            raise KeyError(no_such(f"column of {name}", column, known))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for row in rows:
            cells = [_text(row.get(column), table.columns.get(column)) for column in heads]
            writer.writerow(cells)


def _text(value: Any, column: Any) -> str:
    if value is None or value != value:
        return ""
    kind = getattr(column, "kind", "text")
    if kind in ("number", "limit", "integer", "flag") and isinstance(value, int | float):
        return csv_text(float(value) if kind in ("number", "limit") else value, kind)
    return f"{value:%Y-%m}" if hasattr(value, "strftime") else str(value)
