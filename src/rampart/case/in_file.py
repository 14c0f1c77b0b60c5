"""Where what a case says stands in the file that it was read from: sheet, row, cell, and the words that the file uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from rampart.case.draft import ROW, Draft, Origin, address, shown
from rampart.case.editions import Key, key_columns, rows_by_key
from rampart.case.headers import language_of, match_setting, stored_column
from rampart.catalogues.choices import spelt
from rampart.catalogues.inputs import Column, tables

if TYPE_CHECKING:
    from rampart.case.tables import Case


def of_setting(table: str, row: Mapping[str, Any], column: str) -> Column:
    """The catalogue column behind a cell: of the value of a setting that setting's."""
    if table == "settings" and column == "value":
        return tables()["settings"].columns[match_setting(row["setting"]) or ""]
    return stored_column(table, column)


@dataclass(frozen=True, eq=False)
class InFile:
    """A case by the places of its rows.

    draft  as read, with the row of each row in the file
    file   its name
    """

    draft: Draft
    file: str

    @classmethod
    def of(cls, case: Case) -> InFile | None:
        """The file of a case; None for one made in memory."""
        from rampart.case.reading import read_draft

        if case.path is None or not case.path.exists():
            return None
        return cls(read_draft(case.path)[0], case.path.name)

    @cached_property
    def language(self) -> Literal["en", "fr"]:
        """Language of its heads: French where those of any table are."""
        spoken = {language_of(name, one.headers.values()) for name, one in self.draft.origins.items()}
        return "fr" if "fr" in spoken else "en"

    @cached_property
    def _rows(self) -> dict[str, dict[Key, int]]:
        return {}

    def rows(self, table: str) -> Mapping[Key, int]:
        """Row in the file of each row of a table, by its key."""
        if table not in self._rows:
            found = rows_by_key(table, self.draft.frames[table])
            self._rows[table] = {key: row[ROW] for key, row in found.items()}
        return self._rows[table]

    def origin(self, table: str) -> Origin:
        """File, sheet and heads of a table; blank where the file has none."""
        return self.draft.origins.get(table, Origin())

    def cell(self, table: str, key: Key, column: str) -> str:
        """Address of a cell of a workbook; blank where there is no such row or column, or no workbook."""
        row, position = self.rows(table).get(key), self.origin(table).positions.get(column)
        return address(position, row) if self.origin(table).sheet and row and position is not None else ""

    def place(self, table: str, key: Key, column: str, language: str) -> str:
        """Where a cell stands, in words: "besoin!H2" of a workbook, the row of a text file; blank where there is none."""
        row, cell = self.rows(table).get(key), self.cell(table, key, column)
        if cell:
            return f"{self.origin(table).sheet}!{cell}"
        return f"{'ligne' if language == 'fr' else 'row'} {row}" if row else ""

    def told(self, table: str, key: Key) -> str:
        """A key as the file writes it: "XUU, round, opérations"."""
        parts = []
        for name, value in zip(key_columns(table), key, strict=True):
            column = stored_column(table, name)
            label = tables()["settings"].columns[value].label[self.language] if table == "settings" else ""
            parts.append(
                label or shown(spelt(value, column, self.language) if column.kind == "choice" and value else value)
            )
        return ", ".join(part for part in parts if part)
