"""Catalogues of result tables: what each table and column is called, its type and unit, EN and FR."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

Tables = Mapping[str, Mapping[str, Mapping[str, str]]]


@cache
def result_tables(file: str) -> Tables:
    """Tables of a catalogue in ``data``: table -> column -> row as read; the table's own row stands under ""."""
    text = files("rampart").joinpath(f"data/{file}").read_text(encoding="utf-8")
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["table"], {})[row["column"]] = row
    return found


def catalogue() -> Tables:
    """Result tables and their columns, from ``data/results.csv``: table -> column -> row ("" is the table itself)."""
    return result_tables("results.csv")


def frame(table: str, rows: Iterable[Sequence[Any]] | Mapping[str, Any]) -> pl.DataFrame:
    """A result table with the catalogue's columns and types, from rows or from whole columns (where NaN is blank)."""
    import polars as pl

    kinds = {"integer": pl.Int64, "number": pl.Float64}
    schema = {c: kinds.get(row["type"], pl.String) for c, row in catalogue()[table].items() if c}
    if isinstance(rows, Mapping):
        return pl.DataFrame(dict(rows), schema_overrides=schema).select(
            pl.col(c).cast(kind).fill_nan(None) if kind == pl.Float64 else pl.col(c).cast(kind)
            for c, kind in schema.items()
        )
    return pl.DataFrame(list(rows), schema=schema, orient="row")


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result table; the table itself has an empty name."""

    table: str
    name: str
    kind: str
    unit: str
    label: Mapping[str, str]
    help: Mapping[str, str]


@lru_cache(maxsize=1)
def result_columns() -> Mapping[str, Mapping[str, ResultColumn]]:
    """Columns of every result table by table and name, the table's own label under the empty name."""
    pass

    return {
        table: {
            name: ResultColumn(
                table,
                name,
                row["type"],
                row["unit"],
                {"en": row["label_en"], "fr": row["label_fr"]},
                {"en": row["help_en"], "fr": row["help_fr"]},
            )
            for name, row in columns.items()
        }
        for table, columns in catalogue().items()
    }
