"""Results side by side as a workbook: numbers as numbers, months as dates, a column for each result and each change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rampart.catalogues.choices import offered
from rampart.catalogues.inputs import tables
from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.report.books.book import Book, style_of
from rampart.report.chapters.comparison import Line, decision_lines, late_lines
from rampart.report.pages.comparison import facts, title
from rampart.results.comparison import Beside

NUMBERS = ("number", "limit", "integer")
WIDE = 34.0
"""Width of a column of names."""
FIGURE = 16.0
"""Width of a column of figures."""


def write_workbook(compared: Compared, path: Path, *, banner: str = "") -> Path:
    """Write the workbook: the sentences and what is where, the cells of the cases, then every table in which results differ."""
    words = compared.words
    created = str(max(str(result.manifest["created"]) for result in compared.results))
    book = Book(path, words, title=title(compared), created=created, banner=banner)
    first = book.sheet(words("summary"))
    if compared.cells.height:
        _cells(book, compared)
    if compared.kind == "plan":
        _lines(book, compared, "decisions", words("table.decisions"), decision_lines(compared), ("what", "who"))
        _lines(book, compared, "late", words("compare.late"), late_lines(compared), ("item",))
    for name, beside in compared.tables.items():
        if beside.frame.height:
            _figures(book, compared, name)
    _summary(book, first, compared)
    book.close()
    return path


def _summary(book: Book, sheet: Any, compared: Compared) -> None:
    words = compared.words
    told = words("cell.about", table=words("compare.kind"), what=title(compared))
    book.contents(sheet, book.first_sheet(sheet, told, facts(compared), differences_told(compared)))


def _cells(book: Book, compared: Compared) -> None:
    """Cells of the cases: table and column by the names that a workbook in the reader's language bears."""
    words = compared.words
    name, says = words("compare.case_title"), words("compare.chapter.cells.says")
    heads = [(words(f"compare.head.{key}"), width) for key, width in (("table", 16.0), ("row", WIDE), ("column", 18.0))]
    heads += [(side, 30.0) for side in compared.names]
    sheet = book.sheet(name)
    book.head(sheet, name, says, heads)
    for number, row in enumerate(compared.cells.iter_rows(named=True), 4):
        table = tables()[row["table"]]
        known = table.columns.get(row["column"] if row["table"] != "settings" else row["key"])
        column = known.label[compared.language] if known is not None and row["column"] else words("compare.whole_row")
        told = [table.label[compared.language], row["key"], column]
        for place, text in enumerate(told):
            book.cell(sheet, number, place, text, "text")
        for place, side in enumerate(compared.sides, len(told)):
            text = row[str(side)]
            if text is None:
                book.cell(sheet, number, place, words("compare.no_row"), "quiet")
            elif known is not None and known.kind in NUMBERS and text and text != "unlimited":
                value = float(text)
                book.cell(sheet, number, place, value, style_of(value))
            elif known is not None and text and known.kind == "month":
                book.cell(sheet, number, place, date.fromisoformat(f"{text}-01"), "month")
            else:
                told_so = (
                    offered([text], compared.language)[0] if known is not None and known.kind == "choice" else text
                )
                book.cell(sheet, number, place, words("unlimited") if text == "unlimited" else told_so, "text")
    book.table(sheet, "cells", [head for head, _ in heads], compared.cells.height, says=says)


def _lines(
    book: Book, compared: Compared, name: str, title: str, lines_of: Sequence[Line], keys: Sequence[str]
) -> None:
    """Lines of the page with their figures as numbers and months as dates."""
    if not lines_of:
        return
    words, says = compared.words, compared.words(f"compare.chapter.{name}.says")
    heads = [(words(f"head.{key}"), WIDE) for key in keys] + [(words("compare.head.figure"), WIDE)]
    heads += [(side, FIGURE) for side in compared.names]
    if len(compared.names) == 2:
        heads.append((words("compare.head.change"), FIGURE))
    sheet = book.sheet(title)
    book.head(sheet, title, says, heads)
    for number, line in enumerate(lines_of, 4):
        for column, text in enumerate((*line.keys, line.figure)):
            book.cell(sheet, number, column, text, "text")
        place = len(line.keys) + 1
        for value, told in zip(line.values, line.told, strict=True):
            is_there = value is not None and told != words("none")
            _write(book, sheet, number, place, value if is_there and value is not None else told)
            place += 1
        if len(compared.names) == 2:
            first, second = line.values
            numbers = isinstance(first, float) and isinstance(second, float)
            more = second - first if numbers else compared.change(first, second)  # type: ignore[operator]
            _write(book, sheet, number, place, more)  # type: ignore[arg-type]
    book.table(sheet, name, [head for head, _ in heads], len(lines_of), says=says)


def _figures(book: Book, compared: Compared, name: str) -> None:
    """A table in which results differ: keys, unit of the item, then each figure of each result, and its changes."""
    words, beside, known = compared.words, compared.tables[name], compared.table(name)
    label, note = known.label[compared.language], known.help[compared.language]
    label = label[:1].upper() + label[1:]
    keys = list(beside.keys)
    has_item = "item" in keys or "line" in keys
    heads = [(compared.label(name, key), WIDE) for key in keys]
    heads += [(words("head.unit"), 12.0)] if has_item else []
    rows = list(beside.frame.iter_rows(named=True))
    for figure in beside.figures:
        told = compared.label(name, figure)
        column = known.columns.get(figure)
        told = book.label(told, column.unit) if column is not None and not column.unit.startswith("item unit") else told
        heads += [
            (f"{told}: {side}" if compared.language == "en" else f"{told} : {side}", FIGURE) for side in compared.names
        ]
        heads += [(_change_head(compared, told, n), FIGURE) for n in compared.sides[1:]]
    sheet = book.sheet(label)
    book.head(sheet, label, note, heads)
    for number, row in enumerate(rows, 4):
        for column_of, key in enumerate(keys):
            value = row[key] if isinstance(row[key], date) else compared.key(name, row, key)
            book.cell(sheet, number, column_of, value, "text")
        place = len(keys)
        if has_item:
            book.cell(sheet, number, place, compared.unit_of(compared.item_of(row) or ""), "text")
            place += 1
        for figure in beside.figures:
            share = compared.is_share(name, figure, row)
            for value in (*_values(compared, name, row, figure), *_changes(beside, row, figure, compared)):
                _write(book, sheet, number, place, value, share=share)
                place += 1
    book.table(sheet, name, [head for head, _ in heads], len(rows), says=note)


def _change_head(compared: Compared, told: str, side: int) -> str:
    words = compared.words
    if len(compared.results) == 2:
        return words("compare.change_of", figure=told)
    return words("compare.change_of_side", figure=told, name=compared.names[side - 1])


def _values(compared: Compared, name: str, row: Mapping[str, Any], figure: str) -> list[float | str]:
    """What each result has; in words where it has no such row, or the row does not say."""
    found = []
    for side in compared.sides:
        value = row[f"{figure} {side}"]
        found.append(value if value is not None else compared.blank(name, figure, row, side))
    return found


def _changes(beside: Beside, row: Mapping[str, Any], figure: str, compared: Compared) -> Sequence[float | str]:
    counted = [beside.counted(row, figure, n) for n in compared.sides]
    none = compared.words("none")
    return [none if value is None or counted[0] is None else value - counted[0] for value in counted[1:]]


def _write(book: Book, sheet: Any, row: int, column: int, value: float | str | date, *, share: bool = False) -> None:
    if isinstance(value, str):
        book.cell(sheet, row, column, value, "right")
    elif isinstance(value, date):
        book.cell(sheet, row, column, value, "month")
    else:
        value = float(value) + 0.0
        style = style_of(value, share=share) if math.isfinite(value) else "right"
        book.cell(sheet, row, column, value, style)
