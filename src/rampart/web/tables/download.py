"""What is shown of a table as a file: the rows that match, the columns that are chosen, numbers as numbers."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rampart.language.words import Words
from rampart.report.books.book import Book, style_of
from rampart.web.tables.asking import TableAsked, matching, shown
from rampart.web.tables.sheet import Sheet, SheetCell

WIDTHS: Mapping[str, float] = {"text": 40.0, "code": 26.0, "number": 14.0, "month": 12.0, "flag": 10.0}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Signs with which a spreadsheet takes a text of a CSV file for a formula."""


def as_csv(sheet: Sheet, asked: TableAsked, words: Words) -> bytes:
    """The table as CSV as a spreadsheet of the reader's language opens it. Raises WronglyAskedError."""
    places = shown(sheet, asked, words)
    out = io.StringIO()
    french = words.language == "fr"
    writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow([_safe(_head(sheet, place, words)) for place in places])
    for row in matching(sheet, asked, words):
        writer.writerow([_plain(row[place], french=french) for place in places])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def as_workbook(sheet: Sheet, asked: TableAsked, words: Words, *, banner: str) -> bytes:
    """The table as a workbook of one sheet. Raises WronglyAskedError."""
    places = shown(sheet, asked, words)
    book = Book(Path(), words, title=sheet.title, banner=banner)
    page = book.sheet(sheet.title)
    heads = [(_head(sheet, place, words), WIDTHS[sheet.columns[place].kind]) for place in places]
    book.head(page, sheet.title, sheet.says, heads)
    rows = matching(sheet, asked, words)
    for number, row in enumerate(rows, 4):
        for at, place in enumerate(places):
            _write(book, page, number, at, row[place])
    book.table(page, sheet.key, [head for head, _ in heads], len(rows))
    return book.as_bytes()


def _write(book: Book, page: Any, row: int, column: int, cell: SheetCell) -> None:
    value = cell.value
    if isinstance(value, bool) or value is None or isinstance(value, str):
        book.cell(page, row, column, cell.text, "text")
    elif isinstance(value, date):
        book.cell(page, row, column, value, "month")
    else:
        book.cell(page, row, column, value, style_of(value, share=cell.text.rstrip().endswith("%")))


def _head(sheet: Sheet, place: int, words: Words) -> str:
    column = sheet.columns[place]
    return words("cell.figure", column=column.label, unit=column.unit) if column.unit else column.label


def _plain(cell: SheetCell, *, french: bool) -> str:
    value = cell.value
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return _safe(cell.text)
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    if not math.isfinite(value):
        return cell.text
    text = repr(int(value)) if float(value).is_integer() else repr(float(value))
    return text.replace(".", ",") if french else text


def _safe(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) else text


def file_name(sheet: Sheet, about: Sequence[str], ending: str) -> str:
    """Name of the file: plain letters only."""
    parts = "-".join([*about, sheet.key])
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in parts) + ending
