"""What can be asked of a table, in an address that can be mailed: sort, filters, words, columns, page."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from ninja import Field, Schema

from rampart.language.words import Words
from rampart.web.asking import WronglyAskedError
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn

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

    q: str = Field("", max_length=200)
    sort: list[str] = Field(default_factory=list, max_length=8)
    filter: list[str] = Field(default_factory=list, max_length=40)
    show: list[str] = Field(default_factory=list, max_length=80)
    page: int = Field(1, ge=1, le=1_000_000)
    size: int = Field(50, ge=1, le=MOST)


class Cell(Schema):
    """A cell: what it is, what is shown, where it leads, whether it is bad news."""

    value: str | float | bool | None
    text: str
    link: str = ""
    alarm: bool = False


class Choice(Schema):
    """A value that a column can be filtered by."""

    value: str
    text: str
    chosen: bool


class ColumnSeen(Schema):
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


class TableSeen(Schema):
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


def matching(sheet: Sheet, asked: TableAsked, words: Words) -> list[list[SheetCell]]:
    """Every row that is asked for, in the order asked. Raises WronglyAskedError."""
    rows = sheet.made
    wanted = [_plain(word) for word in asked.q.split()]
    if wanted:
        rows = [row for row in rows if all(any(word in _plain(cell.text) for cell in row) for word in wanted)]
    for place, column, given in _filters(sheet, asked, words):
        if column.kind in ("number", "month"):
            low, high = _span(column, given, words)
            rows = [row for row in rows if _inside(row[place].value, low, high)]
        else:
            rows = [row for row in rows if _code(row[place]) in given]
    for key in reversed([key for key in asked.sort if key]):
        back = key.startswith("-")
        place = _known(sheet, key.removeprefix("-"), words)
        known = [row for row in rows if row[place].value is not None]
        unknown = [row for row in rows if row[place].value is None]
        numeric = sheet.columns[place].kind in ("number", "month", "flag")
        known.sort(key=lambda row: row[place].value if numeric else _plain(row[place].text), reverse=back)
        rows = known + unknown  # what is not known comes last either way
    return list(rows)


def shown(sheet: Sheet, asked: TableAsked, words: Words) -> list[int]:
    """Places of the columns that are asked for, all where none is."""
    named = [_known(sheet, key, words) for key in asked.show if key]
    return sorted(set(named)) or list(range(len(sheet.columns)))


def table_seen(sheet: Sheet, asked: TableAsked, words: Words) -> TableSeen:
    """The page of a table that is asked for. Raises WronglyAskedError."""
    rows, places = matching(sheet, asked, words), shown(sheet, asked, words)
    pages = max(1, math.ceil(len(rows) / asked.size))
    page = min(asked.page, pages)
    cut = rows[(page - 1) * asked.size : page * asked.size]
    return TableSeen(
        key=sheet.key,
        title=sheet.title,
        says=sheet.says,
        columns=_columns(sheet, asked, places, words),
        rows=[[cell_of(row[place]) for place in places] for row in cut],
        total=len(sheet.made),
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


def _columns(sheet: Sheet, asked: TableAsked, places: Sequence[int], words: Words) -> list[ColumnSeen]:
    filters = {column.key: given for _, column, given in _filters(sheet, asked, words)}
    orders = {key.removeprefix("-"): "descending" if key.startswith("-") else "ascending" for key in asked.sort}
    found = []
    for place, column in enumerate(sheet.columns):
        given = filters.get(column.key, [])
        low, _, high = given[-1].partition("..") if given and column.kind in ("number", "month") else ("", "", "")
        found.append(
            ColumnSeen(
                key=column.key, label=column.label, kind=column.kind, unit=column.unit, shown=place in places,
                sorted=orders.get(column.key, ""), choices=_choices(sheet, place, given), low=low, high=high,
            )
        )  # fmt: skip
    return found


def _choices(sheet: Sheet, place: int, given: Sequence[str]) -> list[Choice]:
    if sheet.columns[place].kind not in ("code", "flag"):
        return []
    texts = {_code(row[place]): row[place].text for row in sheet.made}
    if not 1 < len(texts) <= FEW and not given:
        return []
    listed = sorted(texts.items(), key=lambda one: _plain(one[1]))[:FEW]
    return [Choice(value=code, text=text, chosen=code in given) for code, text in listed]


def _filters(sheet: Sheet, asked: TableAsked, words: Words) -> list[tuple[int, SheetColumn, list[str]]]:
    """Filters by column; several values of one column are alternatives."""
    by: dict[int, list[str]] = {}
    for one in asked.filter:
        key, colon, value = one.partition(":")
        if not one or (colon and value in ("", "..")):
            continue  # a field of the form that was left blank
        if not colon:
            raise WronglyAskedError(words("web.wrong.filter", value=one[:60]))
        by.setdefault(_known(sheet, key, words), []).append(value)
    return [(place, sheet.columns[place], values) for place, values in by.items()]


def _known(sheet: Sheet, key: str, words: Words) -> int:
    place = sheet.place(key)
    if place is None:
        names = ", ".join(column.key for column in sheet.columns)
        raise WronglyAskedError(words("web.wrong.column", value=key[:60], names=names))
    return place


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


def _code(cell: SheetCell) -> str:
    return "" if cell.value is None else str(cell.value)


def _plain(text: str) -> str:
    """Text without accents and capitals, so that "Bénéf" finds "bénéficiaire"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
