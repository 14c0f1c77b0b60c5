"""The one catalogue of result tables, ``data/results.csv``: columns by kind of result and table, EN and FR."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, get_args

from rampart.findings import curly

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["plan", "war", "fleet"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Kinds of results: a plan, a plan for a war of unknown length, an answer for fleets."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result table.

    type       code, choice, text, number, integer, flag, month (the first day of it), or key (the codes that name a thing
               one by one, each with what it is of)
    reference  case tables in which the code is at home; several where other columns of the row say which; none for
               what is no code of the case
    key        part of the table's key: no two rows share all of them
    blank      key of the words that say what a blank means; "" where none occurs
    """

    table: str
    name: str
    type: str
    unit: str
    reference: tuple[str, ...]
    key: bool
    blank: str
    label: Mapping[str, str]
    help: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A result table: its label, what it holds, and its columns by name in their order."""

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    columns: Mapping[str, ResultColumn]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns."""
        return tuple(c.name for c in self.columns.values() if c.key)


@cache
def _catalogue() -> Mapping[str, Mapping[str, ResultTable]]:
    text = files("rampart").joinpath("data/results.csv").read_text(encoding="utf-8")
    return tables_in(csv.DictReader(text.splitlines()))


def tables_in(rows: Iterable[Mapping[str, str]]) -> Mapping[str, Mapping[str, ResultTable]]:
    """Tables of a catalogue by kind and name, from rows with the columns of ``data/results.csv``."""
    found: dict[str, dict[str, ResultTable]] = {kind: {} for kind in KINDS}
    columns: dict[str, ResultColumn] = {}
    for row in rows:
        label, says = ({"en": row[f"{part}_en"], "fr": curly(row[f"{part}_fr"])} for part in ("label", "help"))
        if not row["column"]:
            columns = {}
            found[row["kind"]][row["table"]] = ResultTable(row["table"], label, says, columns)
            continue
        reference = tuple(row["reference"].split("|")) if row["reference"] else ()
        columns[row["column"]] = ResultColumn(
            row["table"], row["column"], row["type"], row["unit"], reference, row["key"] == "yes", row["blank"], label, says,
        )  # fmt: skip
    return found


def result_tables(kind: Kind) -> Mapping[str, ResultTable]:
    """Tables of a kind of result by name, in the catalogue's order."""
    return _catalogue()[kind]


def types_of(kind: Kind, table: str) -> dict[str, Any]:
    """Polars types of a result table by column."""
    return column_types(result_tables(kind)[table])


def column_types(table: ResultTable) -> dict[str, Any]:
    """Polars types of a table by column."""
    import polars as pl

    key = pl.List(pl.Struct({"of": pl.String, "code": pl.String}))
    known = {"integer": pl.Int64, "number": pl.Float64, "flag": pl.Boolean, "month": pl.Date, "key": key}
    return {name: known.get(c.type, pl.String) for name, c in table.columns.items()}


def frame(
    kind: Kind, table: str, rows: Iterable[Sequence[Any]] | Iterable[Mapping[str, Any]] | Mapping[str, Any]
) -> pl.DataFrame:
    """A result table with the catalogue's columns and types.

    rows  rows in the order of the columns or by name, or whole columns by name; a column that is left out is blank.
          Months are dates or "YYYY-MM"; a number that is not a number is blank
    """
    return frame_of(result_tables(kind)[table], rows)


def frame_of(
    table: ResultTable, rows: Iterable[Sequence[Any]] | Iterable[Mapping[str, Any]] | Mapping[str, Any]
) -> pl.DataFrame:
    """The same for a table of any catalogue."""
    import polars as pl

    types = column_types(table)
    if not isinstance(rows, Mapping):
        listed: list[Any] = list(rows)
        named = bool(listed) and isinstance(listed[0], Mapping)
        rows = {name: [row.get(name) if named else row[n] for row in listed] for n, name in enumerate(types)}
    return typed(pl.DataFrame([_column(name, values, types[name]) for name, values in rows.items()]), types)


def _column(name: str, values: Any, kind: Any) -> pl.Series:
    """Values as a column; months stay text where they come as text, and a column that is one stays as it is."""
    import polars as pl

    if isinstance(values, pl.Series):
        return values.alias(name)
    if kind == pl.Date:
        values = list(values)
        kind = pl.String if any(isinstance(value, str) for value in values) else pl.Date
    return pl.Series(name, values, dtype=kind)


def typed(given: pl.DataFrame, types: Mapping[str, Any]) -> pl.DataFrame:
    """A frame with these columns and types: months out of their text, blanks for what is missing or not a number."""
    import polars as pl

    columns = []
    for name, kind in types.items():
        if name not in given.columns:
            columns.append(pl.lit(None, kind).alias(name))
        elif kind == pl.Date and given.schema[name] == pl.String:
            columns.append((pl.col(name) + "-01").str.to_date("%Y-%m-%d"))
        elif kind == pl.Float64:
            columns.append(pl.col(name).cast(kind).fill_nan(None))
        else:
            columns.append(pl.col(name).cast(kind))
    return given.select(columns)


def complete(kind: Kind, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every table of a kind in the catalogue's order, empty where nothing is to say; then those of other catalogues.

    A column that an earlier program did not write is blank.
    """
    known = result_tables(kind)
    return {
        name: _whole(tables[name], table) if name in tables else frame_of(table, ()) for name, table in known.items()
    } | {name: table for name, table in tables.items() if name not in known}


def _whole(given: pl.DataFrame, table: ResultTable) -> pl.DataFrame:
    """A table as it was written, with the columns that came later."""
    types = column_types(table)
    return given if types.keys() <= set(given.columns) else typed(given, types)
