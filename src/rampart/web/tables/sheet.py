"""A table that can be asked: its columns, its rows as values and as text, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

Kind = Literal["text", "code", "number", "month", "flag"]
Value = str | float | int | bool | date | None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column.

    kind  text, code (a name stands for it), number, month (the first day of it) or flag
    unit  as it stands in the head; "" where there is none, or where it stands beside the item
    """

    key: str
    label: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell.

    value  what it is; None where it is not known
    text   what is shown
    link   path of the page that says more, from the root of the application; "" where there is none
    alarm  whether it is bad news, which ``link`` explains
    """

    value: Value
    text: str
    link: str = ""
    alarm: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table. Cells are made when they are asked for: of a long table only those of a page are.

    key   of the table, the same in every language
    rows  whatever ``cell`` makes cells of
    """

    key: str
    title: str
    says: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Mapping[str, Any]]
    cell: Callable[[SheetColumn, Mapping[str, Any]], SheetCell]

    @cached_property
    def made(self) -> list[list[SheetCell]]:
        """Every row as cells in the order of the columns; made once, for searching, sorting and filtering."""
        return [[self.cell(column, row) for column in self.columns] for row in self.rows]

    def place(self, key: str) -> int | None:
        """Place of a column; None where there is none of that name."""
        return next((n for n, column in enumerate(self.columns) if column.key == key), None)
