"""Stock as the ledger has it, at the end of a day, as known on another: what lies where, and the documents behind it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.web.asked_by import books, names
from rampart.web.asking import Asked, NotThereError, WronglyAskedError
from rampart.web.books import Balance
from rampart.web.pages.page import Page
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.in_frame import FrameRows
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn

COLUMNS = ("nation", "item", "where", "lot", "site", "condition", "quantity", "holder")
LAST_YEAR = 9999
KEPT = 8
"""Answers that are kept until something is booked."""
_kept: OrderedDict[tuple[Any, ...], FrameRows] = OrderedDict()
_lock = threading.Lock()


class Stock(BaseModel):
    """What the page shows.

    on, known  day at whose end the stock is told, and day on whose knowledge it rests; ISO
    """

    on: str
    known: str
    table: TableSeen


def ledger(asked: Asked, table: TableAsked, on: str = "", known: str = "") -> Stock:
    """Stock by nation, item, lot and condition, on the way and under repair too, from the reader's books.

    on     day, YYYY-MM-DD; "": today
    known  day; "": all that is known
    """
    on, known = day_asked(asked, on) or today(), day_asked(asked, known)
    sheet = stock_sheet(asked, on=on, known=known)
    return Stock(on=on, known=known, table=table_seen(sheet, table, asked.words))


def day_asked(asked: Asked, text: str) -> str:
    """A day of the query. Raises WronglyAskedError."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise WronglyAskedError(asked.words("web.ledger.day", value=text[:20])) from wrong
    if day is not None and not 1 < day.year < LAST_YEAR:
        raise WronglyAskedError(asked.words("web.ledger.day", value=text[:20]))
    return day.isoformat() if day is not None else ""


def today() -> str:
    """The day, UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def whose(asked: Asked) -> str:
    """The nation whose books the reader sees; "" for all. Raises NotThereError where there are none for the reader."""
    if not books().there or not (asked.reader.sees_all or asked.reader.nation):
        raise NotThereError("ledger")
    return "" if asked.reader.sees_all else asked.reader.nation


def holdings(asked: Asked, *, on: str, known: str) -> FrameRows:
    """What lies in stock, on the way and under repair; asked of the ledger once until something is booked."""
    nation = whose(asked)
    newest, count = books().newest(nation, most=1, skip=0, known=None)
    key = (books().place, nation, on, known, asked.language, count, newest[0].booked if newest else 0)
    with _lock:
        if key not in _kept:
            _kept[key] = _rows(books().holdings(nation, on=on, known=known or None))
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def _rows(balances: list[Balance]) -> FrameRows:
    """Balances as rows; the words of a place on the way hang on who it is on the way to."""
    frame = pl.DataFrame(
        [
            (one.account.owner, one.account.item, one.account.kind, one.account.lot, one.account.site,
             one.account.condition, float(one.quantity), one.account.holder)
            for one in balances
        ],
        schema={name: pl.Float64 if name == "quantity" else pl.String for name in COLUMNS}, orient="row",
    )  # fmt: skip
    return FrameRows(frame, {"where": ("where", "holder")})


def stock_sheet(asked: Asked, *, on: str, known: str) -> Sheet:
    """The stock as a table."""
    words = asked.words
    nations, items = names("nations", asked.language), names("items", asked.language)
    columns = [
        SheetColumn("nation", words("web.nation"), "code"),
        SheetColumn("item", words("head.item"), "code"),
        SheetColumn("where", words("web.ledger.where"), "code"),
        SheetColumn("lot", words("web.ledger.lot"), "text"),
        SheetColumn("site", words("web.ledger.site"), "code"),
        SheetColumn("condition", words("web.ledger.condition"), "code"),
        SheetColumn("quantity", words("head.quantity"), "number"),
    ]
    rows = holdings(asked, on=on, known=known)

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        if column.key == "quantity":
            return SheetCell(value, words.number(value))
        if column.key == "nation":
            return SheetCell(value, nations.get(value, value))
        if column.key == "item":
            return SheetCell(value, items.get(value, value))
        if column.key == "where":
            to = nations.get(row["holder"], row["holder"])
            text = words(f"web.ledger.{value}", to=to) if value == "transit" else words(f"web.ledger.{value}")
            return SheetCell(value, text)
        if column.key == "condition":
            return SheetCell(value, words(f"web.ledger.condition.{value}"))
        return SheetCell(value or None, value or words("none"))

    return Sheet(
        "ledger", words("web.ledger"), words("web.ledger.says"), columns, rows, cell, lambda c, r: r[c.key] or None
    )


PAGE = Page("ledger", "ledger", ledger)
