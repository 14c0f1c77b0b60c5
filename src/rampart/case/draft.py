"""A case being read: typed tables with the place each row came from, before it is known to be sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from rampart.case.headers import language_of, stored_columns
from rampart.catalogues.choices import spelt
from rampart.catalogues.inputs import table_named, tables
from rampart.findings import Finding

ROW = "#row"
"""Column of a draft frame: row in the file; -n for a row that row n of the overrides table added."""


def address(position: int, row: int) -> str:
    """Spreadsheet address of a cell: ``address(3, 17)`` is D17."""
    letters, position = "", position + 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def shown(value: Any) -> str:
    """A value as the planner writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if value == float("inf"):
            return "unlimited"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _detail(name: str, value: Any) -> Any:
    """A placeholder's value; another row that an override added is named by its row in the overrides."""
    if name in ("first", "other") and isinstance(value, int) and value < 0:
        return f"{-value} (overrides)"
    if isinstance(value, float) and not value.is_integer() and abs(value) < float("inf"):
        return value  # written with the decimal sign of the language
    return shown(value) if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table came from: file, sheet, and how and where each column stands in its header row."""

    file: str = ""
    sheet: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Draft:
    """Typed frames by table, each with a ``#row`` column; refused cells are null and listed in ``bad``.

    bad      rows by table and column whose cell could not be read
    missing  (table, column) pairs that the file does not have
    unread   tables that could not be opened
    """

    frames: Mapping[str, pl.DataFrame]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    bad: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    missing: frozenset[tuple[str, str]] = frozenset()
    unread: frozenset[str] = frozenset()

    @classmethod
    def of(cls, case: Mapping[str, pl.DataFrame]) -> Draft:
        """Tables of a case in memory as a draft, so that it can be checked; rows count as in its saved CSV."""
        frames = {}
        for name, frame in case.items():
            rows = pl.Series(ROW, range(2, frame.height + 2), dtype=pl.Int64)
            frames[name] = frame.with_columns(rows)
        return cls(frames)

    @cached_property
    def _sound(self) -> dict[str, pl.DataFrame]:
        frames = {}
        for name, frame in self.frames.items():
            rows = set().union(*self.bad.get(name, {}).values())
            required = [c.name for c in table_named(name).columns.values() if c.required and name != "settings"]
            if any(frame[column].null_count() for column in required):
                frame = frame.drop_nulls(required)
            frames[name] = frame.filter(~pl.col(ROW).is_in(list(rows))) if rows else frame
        return frames

    def sound(self, table: str) -> pl.DataFrame:
        """Rows whose cells could all be read, none missing; the others are reported, and skipped here."""
        return self._sound[table]

    def complete(self, table: str, column: str) -> bool:
        """Whether the column could be read in full, so that a code absent from it is really absent."""
        return (
            table not in self.unread and (table, column) not in self.missing and not self.bad.get(table, {}).get(column)
        )

    def whole(self, table: str) -> bool:
        """Whether every row of the table could be read, so that what no row says is really said nowhere."""
        return table not in self.unread and self.sound(table).height == self.frames[table].height

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Settings given, and the defaults of others that have one."""
        given = {name: value for name, value, *_ in self.frames["settings"].iter_rows() if value}
        columns = tables()["settings"].columns.values()
        return {c.name: c.default for c in columns if c.default} | given

    def called(self, table: str, column: str) -> str:
        """A column as the user's own file names it, or would: a file with French heads has its French label."""
        origin = self.origins.get(table, Origin())
        if column in origin.headers:
            return origin.headers[column]
        if table != "settings" and language_of(table, origin.headers.values()) == "fr":
            known = table_named(table).columns.get(column)
            return known.label["fr"] if known else column
        return column

    def spelt(self, value: Any, table: str, column: str) -> Any:
        """A value as the file writes it: a file with French heads has French choices."""
        french = language_of(table, self.origins.get(table, Origin()).headers.values()) == "fr"
        return spelt(value, table_named(table).columns[column], "fr") if french else value

    def setting_named(self, setting: str) -> str:
        """A setting as the file names it: a workbook by its label, a text file by its code."""
        origin = self.origins.get("settings", Origin())
        label = tables()["settings"].columns[setting].label
        return label[language_of("settings", origin.headers.values()) or "en"] if origin.sheet else setting

    def sheet_of(self, table: str) -> str:
        """A table as the user's own file names it: the sheet of a workbook, or the name of the catalogue."""
        origin = self.origins.get(table, Origin())
        speak = {language_of(name, one.headers.values()) for name, one in self.origins.items() if one.sheet}
        return origin.sheet or (table_named(table).label["fr"] if speak & {"fr"} and table in tables() else table)

    def finding(
        self,
        code: str,
        table: str,
        *,
        row: int | None = None,
        column: str = "",
        value: Any = "",
        **details: Any,
    ) -> Finding:
        """A finding at a place of this draft, named as the user's own file names it."""
        origin = self.origins.get(table, Origin())
        if row is not None and row < 0:
            return self.finding(code, "overrides", row=-row, column="value", value=value, **details)
        position = origin.positions.get(column)
        return Finding(
            code,
            table=table,
            row=row,
            column=column,
            value=shown(value),
            file=origin.file,
            sheet=origin.sheet,
            header=origin.headers.get(column) or (called if (called := self.called(table, column)) != column else ""),
            cell=address(position, row) if position is not None and row is not None else "",
            details={name: _detail(name, value) for name, value in details.items()},
        )

    def case_frames(self) -> dict[str, pl.DataFrame]:
        """The frames as a Case holds them."""
        return {name: self.frames[name].select(stored_columns(table)) for name, table in tables().items()}
