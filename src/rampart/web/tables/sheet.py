"""A table that can be asked: its columns, its rows as values and as text, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["text", "code", "number", "month", "flag"]
Row = Mapping[str, Any]
Value = str | float | int | bool | date | None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column.

    kind   text, code (a name stands for it), number, month (the first day of it) or flag
    unit   as it stands in the head; "" where there is none, or where it stands beside the item
    share  whether its numbers are shares, shown as per cent
    """

    key: str
    label: str
    kind: Kind
    unit: str = ""
    share: bool = False


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

    key    of the table, the same in every language
    rows   whatever ``cell`` makes cells of
    known  the value of a cell where that is had without its text
    """

    key: str
    title: str
    says: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Row]
    cell: Callable[[SheetColumn, Row], SheetCell]
    known: Callable[[SheetColumn, Row], Value] | None = None

    def value(self, column: SheetColumn, row: Row) -> Value:
        """What a cell is, without the text that shows it: of a long table only the rows of a page are put into words."""
        return self.known(column, row) if self.known is not None else self.cell(column, row).value

    def column(self, key: str) -> SheetColumn | None:
        """A column by its name; None where there is none."""
        return next((column for column in self.columns if column.key == key), None)
