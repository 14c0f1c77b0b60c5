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
from rampart.web.tables.sheet import Row, Sheet, SheetColumn

WIDTHS: Mapping[str, float] = {"text": 40.0, "code": 26.0, "number": 14.0, "month": 12.0, "flag": 10.0}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Signs with which a spreadsheet takes a text of a CSV file for a formula."""


def as_csv(sheet: Sheet, asked: TableAsked, words: Words) -> bytes:
    """The table as CSV as a spreadsheet of the reader's language opens it. Raises WronglyAskedError."""
    columns = shown(sheet, asked, words)
    out = io.StringIO()
    french = words.language == "fr"
    writer = csv.writer(out, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow([_safe(_head(column, words)) for column in columns])
    for row in matching(sheet, asked, words):
        writer.writerow([_plain(sheet, column, row, french=french) for column in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def as_workbook(sheet: Sheet, asked: TableAsked, words: Words, *, banner: str) -> bytes:
    """The table as a workbook of one sheet. Raises WronglyAskedError."""
    columns = shown(sheet, asked, words)
    book = Book(Path(), words, title=sheet.title, banner=banner)
    page = book.sheet(sheet.title)
    heads = [(_head(column, words), WIDTHS[column.kind]) for column in columns]
    book.head(page, sheet.title, sheet.says, heads)
    rows = matching(sheet, asked, words)
    for number, row in enumerate(rows, 4):
        for at, column in enumerate(columns):
            _write(book, page, (number, at), sheet, column, row)
    book.table(page, sheet.key, [head for head, _ in heads], len(rows))
    return book.as_bytes()


def _write(book: Book, page: Any, at: tuple[int, int], sheet: Sheet, column: SheetColumn, row: Row) -> None:
    value = sheet.value(column, row)
    if isinstance(value, bool | str) or value is None:
        book.cell(page, *at, sheet.cell(column, row).text, "text")
    elif isinstance(value, date):
        book.cell(page, *at, value, "month")
    else:
        book.cell(page, *at, value, style_of(value, share=column.share))


def _head(column: SheetColumn, words: Words) -> str:
    return words("cell.figure", column=column.label, unit=column.unit) if column.unit else column.label


def _plain(sheet: Sheet, column: SheetColumn, row: Row, *, french: bool) -> str:
    value = sheet.value(column, row)
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    if isinstance(value, bool | str) or value is None or not math.isfinite(value):
        return _safe(sheet.cell(column, row).text)
    text = repr(int(value)) if float(value).is_integer() else repr(float(value))
    return text.replace(".", ",") if french else text


def _safe(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) else text


def file_name(sheet: Sheet, about: Sequence[str], ending: str) -> str:
    """Name of the file: plain letters only."""
    parts = "-".join([part for part in (*about, sheet.key) if part])
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in parts) + ending
