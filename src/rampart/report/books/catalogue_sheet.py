"""One result table whole on a sheet of its own, labelled from its catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from rampart.report.books.book import Book, style_of

if TYPE_CHECKING:
    import polars as pl

    from rampart.catalogues.results import ResultColumn, ResultTable
    from rampart.language.words import Words

FIRST = 4
"""Row of the first figures; the heads stand above it."""
MOST_ROWS = 1_048_576 - FIRST
"""Rows that a sheet can hold."""
BESIDE = {"item unit": "", "item unit/month": "a month", "item unit/day": "a day"}
"""What a head still says of units where a column of units stands beside the items."""

Cell = Callable[["ResultColumn", Mapping[str, Any]], Any]
"""What a cell says that is neither number nor month: column and row in, text (or a number) out."""


def catalogue_sheet(
    book: Book,
    table: ResultTable,
    frame: pl.DataFrame,
    cell: Cell,
    *,
    title: str = "",
    share: Callable[[Mapping[str, Any]], bool] = lambda _: False,
    unit: Callable[[Mapping[str, Any]], str] | None = None,
    figures_in: str = "",
    besides: str = "",
) -> Any:
    """Write the table and give back its sheet, figures from row ``FIRST`` on in the order of the frame's columns.

    table       of the catalogue
    cell        what a cell says that is neither number nor month
    title       stands before the name of the table
    share       whether the figures of a row without a unit of their own are shares
    unit        in which a row counts; then a column of units stands beside the items
    figures_in  what the unit "objective unit" is here, where it is known
    besides     is said after what the catalogue says of the table
    """
    words, language = book.words, book.words.language
    label, note = table.label[language], table.help[language]
    label = label[:1].upper() + label[1:]
    sheet = book.sheet(label)
    one_item = unit is not None and [c for c in frame.columns if "items" in table.columns[c].reference] == ["item"]
    heads: list[tuple[str, float]] = []
    places: dict[str, int] = {}
    for name in frame.columns:
        column = table.columns[name]
        if column.type == "key":  # the code beside it is written by name
            continue
        own = figures_in if column.unit == "objective unit" and figures_in else column.unit
        if one_item:
            own = BESIDE.get(own, own)
        places[name] = len(heads)
        heads.append((book.label(column.label[language], own), 12.0))
        if name == "item" and unit:
            heads.append((words("head.unit"), 12.0))
    note = f"{note} {besides}".strip()
    left = frame.height - MOST_ROWS
    if left > 0:
        note += " " + words("war.more", n=left)
    book.head(sheet, words("cell.about", table=title, what=label) if title else label, note, heads)
    for number, row in enumerate(frame.head(MOST_ROWS).iter_rows(named=True), FIRST):
        for name, place in places.items():
            value, style = _value(table.columns[name], row, cell, words, share=share)
            book.cell(sheet, number, place, value, style)
        if unit and "item" in places:
            book.cell(sheet, number, places["item"] + 1, unit(row), "text")
    book.table(sheet, table.name, [head for head, _ in heads], min(frame.height, MOST_ROWS), says=note, row=FIRST - 1)
    return sheet


def _value(
    column: ResultColumn, row: Mapping[str, Any], cell: Cell, words: Words, *, share: Callable[..., bool]
) -> tuple[Any, str]:
    """What a cell says and its format; what is not known is said in words, never written as zero."""
    value = row[column.name]
    if value is not None and column.type not in ("number", "integer", "flag"):
        value = value if column.type == "month" else cell(column, row)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return words("unlimited" if value and value > 0 else column.blank or "unknown"), "right"
    if isinstance(value, str | date):
        return value, "text"
    if isinstance(value, int):  # yes and no among them
        return value, "integer"
    return value + 0.0, style_of(value, share=column.unit == "share" or (not column.unit and share(row)))
