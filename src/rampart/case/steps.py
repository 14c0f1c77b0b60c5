"""A case with some of its rows changed by a step: more of something, a month sooner or later, or gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case

Row = dict[str, Any]
TENTH = 0.1
"""Share by which an amount is loosened where nothing else is said."""


@dataclass(frozen=True)
class Edit:
    """A change of some rows of a table.

    where   value of each column in the rows that change
    change  new values of columns of a row; None: the row goes
    """

    table: str
    where: Mapping[str, Any]
    change: Callable[[Row], Mapping[str, Any] | None]


def scaled(table: str, where: Mapping[str, Any], factor: float, *columns: str) -> Edit:
    """Numbers times a factor; what is blank stays blank."""
    return Edit(table, where, lambda row: {c: row[c] * factor for c in columns if row[c] is not None})


def raised(table: str, where: Mapping[str, Any], column: str, by: int) -> Edit:
    """A number of so much more; what is blank stays blank."""
    return Edit(table, where, lambda row: {} if row[column] is None else {column: row[column] + by})


def moved(table: str, where: Mapping[str, Any], column: str, months: int) -> Edit:
    """A month so many months later; what is blank stays blank."""
    return Edit(
        table, where, lambda row: {column: month_text(month_number(row[column]) + months)} if row[column] else {}
    )


def without(table: str, where: Mapping[str, Any]) -> Edit:
    """The rows gone."""
    return Edit(table, where, lambda row: None)


def edited(case: Case, edits: Iterable[Edit]) -> Case:
    """The case with the changes, one after another, of the rows as they are read: blanks stay blank."""
    changed: dict[str, pl.DataFrame] = {}
    for edit in edits:
        frame, rows = changed.get(edit.table, case.tables[edit.table]), []
        for row in frame.iter_rows(named=True):
            change: Mapping[str, Any] | None = {}
            if all(row[column] == value for column, value in edit.where.items()):
                change = edit.change(row)
            if change is not None:
                rows.append({**row, **change})
        changed[edit.table] = pl.DataFrame(rows, schema=frame.schema)
    return case.with_tables(changed)
