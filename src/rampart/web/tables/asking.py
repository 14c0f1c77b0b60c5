"""What can be asked of a table, in an address that can be mailed: sort, filters, words, columns, page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from ninja import Schema
from pydantic import BaseModel, Field

from rampart.language.words import Words
from rampart.web.asking import WronglyAskedError
from rampart.web.tables.in_frame import FrameRows, plain
from rampart.web.tables.sheet import Row, Sheet, SheetCell, SheetColumn, Value

MOST = 1000
"""Rows of a page at most."""
FEW = 300
"""Distinct values up to which a column is offered as a choice."""


class TableAsked(Schema):
    """The question.

    q       words that must stand somewhere in the row
    sort    columns, the first first; "-" before one turns it round
    filter  "column:value"; of numbers and months "column:from..to", either end may be blank
    show    columns to show; none: all
    page    from 1
    size    rows of a page, 1,000 at most
    """

    q: str = Field(default="", max_length=200)
    sort: list[str] = Field(default_factory=list, max_length=8)
    filter: list[str] = Field(default_factory=list, max_length=40)
    show: list[str] = Field(default_factory=list, max_length=80)
    page: int = Field(default=1, ge=1, le=1_000_000)
    size: int = Field(default=50, ge=1, le=MOST)


class Cell(BaseModel):
    """A cell: what it is, what is shown, where it leads, whether it is bad news."""

    value: str | float | bool | None
    text: str
    link: str = ""
    alarm: bool = False


class Choice(BaseModel):
    """A value that a column can be filtered by."""

    value: str
    text: str
    chosen: bool


class ColumnSeen(BaseModel):
    """A column as it is shown or offered."""

    key: str
    label: str
    kind: str
    unit: str
    shown: bool
    sorted: str
    choices: list[Choice]
    low: str
    high: str


class TableSeen(BaseModel):
    """A page of a table."""

    key: str
    title: str
    says: str
    columns: list[ColumnSeen]
    rows: list[list[Cell]]
    total: int
    matching: int
    page: int
    pages: int
    size: int


def matching(sheet: Sheet, asked: TableAsked, words: Words) -> Sequence[Row]:
    """Every row that is asked for, in the order asked. Raises WronglyAskedError."""
    if isinstance(sheet.rows, FrameRows):
        return _in_frame(sheet, sheet.rows, asked, words)
    rows: list[Row] = list(sheet.rows)
    for column, given in _filters(sheet, asked, words):
        if column.kind in ("number", "month"):
            low, high = _span(column, given, words)
            rows = [row for row in rows if _inside(sheet.value(column, row), low, high)]
        else:
            rows = [row for row in rows if _code(sheet.value(column, row)) in given]
    wanted = [plain(word) for word in asked.q.split()]
    if wanted:
        spoken = [column for column in sheet.columns if column.kind != "number"]
        rows = [row for row in rows if _says(sheet, spoken, row, wanted)]
    for key in reversed([key for key in asked.sort if key]):
        rows = _sorted(sheet, _known(sheet, key.removeprefix("-"), words), rows, back=key.startswith("-"))
    return rows


def _in_frame(sheet: Sheet, rows: FrameRows, asked: TableAsked, words: Words) -> FrameRows:
    """The same of rows that lie in a frame: columns are asked, and no row is made."""
    keep = []
    for column, given in _filters(sheet, asked, words):
        if column.kind in ("number", "month"):
            low, high = _span(column, given, words)
            value = rows.value(column)
            keep.append(value.is_not_null())
            keep += [value >= low] if low is not None else []
            keep += [value <= high] if high is not None else []
        else:
            keep.append(rows.code(column).is_in(given))
    sort = [(_known(sheet, key.removeprefix("-"), words), key.startswith("-")) for key in asked.sort if key]
    wanted = [plain(word) for word in asked.q.split()]
    spoken = [column for column in sheet.columns if column.kind != "number"]
    return rows.matching(keep, wanted, spoken, sort, sheet.cell)


def _says(sheet: Sheet, columns: Sequence[SheetColumn], row: Row, wanted: Sequence[str]) -> bool:
    """Whether each word stands in some cell of a row that is no number."""
    texts = [plain(sheet.cell(column, row).text) for column in columns]
    return all(any(word in text for text in texts) for word in wanted)


def _sorted(sheet: Sheet, column: SheetColumn, rows: Sequence[Row], *, back: bool) -> list[Row]:
    """Rows by a column: numbers and months by size, all else by what is shown; what is not known comes last either way."""
    values = [(sheet.value(column, row), row) for row in rows]
    known = [(value, row) for value, row in values if value is not None]
    if column.kind in ("code", "text"):
        known = [(plain(sheet.cell(column, row).text), row) for _, row in known]
    known.sort(key=lambda one: one[0], reverse=back)
    return [row for _, row in known] + [row for value, row in values if value is None]


def shown(sheet: Sheet, asked: TableAsked, words: Words) -> list[SheetColumn]:
    """The columns that are asked for, all where none is."""
    named = {_known(sheet, key, words).key for key in asked.show if key}
    return [column for column in sheet.columns if not named or column.key in named]


def table_seen(sheet: Sheet, asked: TableAsked, words: Words) -> TableSeen:
    """The page of a table that is asked for. Raises WronglyAskedError."""
    rows, columns = matching(sheet, asked, words), shown(sheet, asked, words)
    pages = max(1, math.ceil(len(rows) / asked.size))
    page = min(asked.page, pages)
    cut = rows[(page - 1) * asked.size : page * asked.size]
    return TableSeen(
        key=sheet.key,
        title=sheet.title,
        says=sheet.says,
        columns=_columns(sheet, asked, columns, words),
        rows=[[cell_of(sheet.cell(column, row)) for column in columns] for row in cut],
        total=len(sheet.rows),
        matching=len(rows),
        page=page,
        pages=pages,
        size=asked.size,
    )


def cell_of(cell: SheetCell) -> Cell:
    """A cell as it leaves the application: months as "YYYY-MM"; what is without limit has no number."""
    value: Any = cell.value
    if isinstance(value, date):
        value = f"{value:%Y-%m}"
    elif isinstance(value, float) and not math.isfinite(value):
        value = None
    return Cell(value=value, text=cell.text, link=cell.link, alarm=cell.alarm)


def _columns(sheet: Sheet, asked: TableAsked, chosen: Sequence[SheetColumn], words: Words) -> list[ColumnSeen]:
    filters = {column.key: given for column, given in _filters(sheet, asked, words)}
    orders = {key.removeprefix("-"): "descending" if key.startswith("-") else "ascending" for key in asked.sort}
    found = []
    for column in sheet.columns:
        given = filters.get(column.key, [])
        low, _, high = given[-1].partition("..") if given and column.kind in ("number", "month") else ("", "", "")
        found.append(
            ColumnSeen(
                key=column.key, label=column.label, kind=column.kind, unit=column.unit, shown=column in chosen,
                sorted=orders.get(column.key, ""), choices=_choices(sheet, column, given), low=low, high=high,
            )
        )  # fmt: skip
    return found


def _choices(sheet: Sheet, column: SheetColumn, given: Sequence[str]) -> list[Choice]:
    if column.kind not in ("code", "flag"):
        return []
    first: dict[str, Row] = {}
    for row in sheet.rows.firsts(column) if isinstance(sheet.rows, FrameRows) else sheet.rows:
        first.setdefault(_code(sheet.value(column, row)), row)
    if not 1 < len(first) <= FEW and not given:
        return []
    texts = {code: sheet.cell(column, row).text for code, row in list(first.items())[:FEW]}
    listed = sorted(texts.items(), key=lambda one: plain(one[1]))
    return [Choice(value=code, text=text, chosen=code in given) for code, text in listed]


def _filters(sheet: Sheet, asked: TableAsked, words: Words) -> list[tuple[SheetColumn, list[str]]]:
    """Filters by column; several values of one column are alternatives."""
    by: dict[SheetColumn, list[str]] = {}
    for one in asked.filter:
        key, colon, value = one.partition(":")
        if not one or (colon and value in ("", "..")):
            continue  # a field of the form that was left blank
        if not colon:
            raise WronglyAskedError(words("web.wrong.filter", value=one[:60]))
        by.setdefault(_known(sheet, key, words), []).append(value)
    return list(by.items())


def _known(sheet: Sheet, key: str, words: Words) -> SheetColumn:
    column = sheet.column(key)
    if column is None:
        names = ", ".join(column.key for column in sheet.columns)
        raise WronglyAskedError(words("web.wrong.column", value=key[:60], names=names))
    return column


def _span(column: SheetColumn, given: Sequence[str], words: Words) -> tuple[Any, Any]:
    text = given[-1]
    low, dots, high = text.partition("..")
    ends = (low, high if dots else low)
    try:
        if column.kind == "month":
            return tuple(date.fromisoformat(f"{end.strip()}-01") if end.strip() else None for end in ends)  # type: ignore[return-value]
        numbers = [float(end) if end.strip() else None for end in ends]
        if any(n is not None and math.isnan(n) for n in numbers):
            raise ValueError
    except ValueError as wrong:
        raise WronglyAskedError(words("web.wrong.span", column=column.label, value=text[:60])) from wrong
    return numbers[0], numbers[1]


def _inside(value: Any, low: Any, high: Any) -> bool:
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _code(value: Value) -> str:
    return "" if value is None else str(value)
