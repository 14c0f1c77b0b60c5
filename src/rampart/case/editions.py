"""Editions of a case side by side: their rows by key, and the cells in which they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.case.draft import shown
from rampart.case.headers import stored_column, stored_columns
from rampart.catalogues.choices import spelt
from rampart.catalogues.inputs import tables

if TYPE_CHECKING:
    from rampart.case.tables import Case

Key = tuple[str, ...]
"""Values of a row's key columns as a planner writes them; a blank counts as its default."""
Row = Mapping[str, Any]


def key_columns(table: str) -> tuple[str, ...]:
    """The columns by which rows of a table are told apart."""
    return ("setting",) if table == "settings" else tables()[table].key


def rows_by_key(table: str, frame: pl.DataFrame) -> dict[Key, Row]:
    """The rows of a table as a case holds it, by their key, in their order."""
    key = key_columns(table)
    defaults = {k: stored_column(table, k).default_value for k in key}
    rows = frame.iter_rows(named=True)
    return {tuple(shown(row[k] if row[k] is not None else defaults[k]) for k in key): row for row in rows}


def key_told(key: Key) -> str:
    """A key in a line: "XUU, round, operations"."""
    return ", ".join(part for part in key if part)


def listed(table: str, row: Row | None, language: str = "") -> str:
    """The cells of a row that are not blank; nothing where there is no row. French ones have French heads, choices and
    decimal signs.
    """
    cells = {name: value for name, value in (row or {}).items() if value is not None}
    if language != "fr":
        return "; ".join(f"{name}={shown(value)}" for name, value in cells.items())
    told = []
    for name, value in cells.items():
        column = stored_column(table, name)
        text = shown(spelt(value, column, "fr"))
        told.append(f"{column.label['fr']} = {text.replace('.', ',') if isinstance(value, float) else text}")
    return " ; ".join(told)


def _key_in(table: str, key: Key, language: str) -> str:
    """A key in a line, in the words of a language; settings are known by their codes."""
    if table == "settings":
        return key_told(key)
    columns = (stored_column(table, name) for name in key_columns(table))
    words = (
        spelt(value, one, language) if one.kind == "choice" and value else value
        for value, one in zip(key, columns, strict=True)
    )
    return key_told(tuple(words))


def cells_that_differ(cases: Sequence[Case], *, language: str = "") -> pl.DataFrame:
    """Where editions of a case do not agree, one row a cell: table, key, column, then the cell in "1", "2", ... (all text).

    A row that not every edition has is one line: its column is blank, its cells are listed, and it is null where it is not
    there. Rows are matched by the key of their table, a blank counting as its default.

    language  "fr": choices, heads of a row that is listed, and "unlimited" in French; else as files hold them
    """
    sides = [str(n) for n in range(1, len(cases) + 1)]
    lines = [line for name in tables() for line in _cells(name, [case.tables[name] for case in cases], language)]
    return pl.DataFrame(lines, schema=dict.fromkeys(("table", "key", "column", *sides), pl.String), orient="row")


def _cells(name: str, frames: Sequence[pl.DataFrame], language: str) -> Iterator[tuple[str | None, ...]]:
    if all(frames[0].equals(frame) for frame in frames[1:]):
        return
    sides = [rows_by_key(name, frame) for frame in frames]
    for key in dict.fromkeys(key for side in sides for key in side):
        rows = [side.get(key) for side in sides]
        there = [row for row in rows if row is not None]
        if len(there) < len(rows):
            yield (
                name,
                _key_in(name, key, language),
                "",
                *(None if row is None else listed(name, row, language) for row in rows),
            )
            continue
        for column in stored_columns(tables()[name]):
            if any(row[column] != there[0][column] for row in there):
                of = stored_column(name, column)
                speak = (
                    language if of.kind in ("choice", "flag") else ""
                )  # figures stay as they are, to be written by the reader
                yield (
                    name,
                    _key_in(name, key, language),
                    column,
                    *(shown(spelt(row[column], of, speak)) for row in there),
                )


def difference(before: Case, after: Case) -> pl.DataFrame:
    """What differs between two cases, one row a cell: table, key, column, change, before, after (all text).

    ``change`` is "changed", "added" or "removed"; an added or removed row is one line, its column blank and
    its cells listed.
    """
    change = pl.when(pl.col("1").is_null()).then(pl.lit("added")).when(pl.col("2").is_null()).then(pl.lit("removed"))
    return cells_that_differ([before, after]).select(
        "table", "key", "column", change.otherwise(pl.lit("changed")).alias("change"),
        pl.col("1").fill_null("").alias("before"), pl.col("2").fill_null("").alias("after"),
    )  # fmt: skip
