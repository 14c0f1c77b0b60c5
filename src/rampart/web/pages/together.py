"""What the nations hold together at the end of closed months, as known when each was closed: totals that every nation sees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from rampart.case.calendar import month_number, month_text
from rampart.web.asked_by import names
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.ledger import today
from rampart.web.pages.page import Page
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn
from rampart.web.together.closed_month import ClosedMonth


class Together(BaseModel):
    """What the page shows.

    to_close  the month to close next, for who may; "" where there is none
    withheld  totals that are not shown to nations, for who sees every nation's stock; None for others
    """

    table: TableSeen
    to_close: str
    withheld: int | None


def together(asked: Asked, table: TableAsked) -> Together:
    """Totals of closed months by item; the same for every nation."""
    months = months_for(asked)
    last = months[-1].month if months else ""
    following = month_text(month_number(last) + 1) if last else month_text(month_number(today()[:7]) - 1)
    return Together(
        table=table_seen(together_sheet(asked, months), table, asked.words),
        to_close=following if asked.reader.may("plan") and following < today()[:7] else "",
        withheld=sum(len(one.figures) - len(one.shown) for one in months) if asked.reader.sees_all else None,
    )


def months_for(asked: Asked) -> list[ClosedMonth]:
    """The closed months, for who reads for a nation or the alliance. Raises NotThereError for others."""
    if not (asked.reader.may("read") and asked.reader.nation):
        raise NotThereError("together")
    return list(ClosedMonth.objects.all())


def together_sheet(asked: Asked, months: list[ClosedMonth]) -> Sheet:
    """The totals as a table, the newest month first. It is made of what may be shown, whoever asks."""
    words, items = asked.words, names("items", asked.language)
    columns = [
        SheetColumn("month", words("web.month"), "month"),
        SheetColumn("item", words("head.item"), "code"),
        SheetColumn("quantity", words("web.together.quantity"), "number"),
        SheetColumn("closed", words("web.together.closed_on"), "text"),
    ]
    rows = [
        {"month": date.fromisoformat(f"{one.month}-01"), "item": item, "quantity": quantity, "closed": one.closed}
        for one in reversed(months)
        for item, quantity in sorted(one.shown.items())
    ]

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        if column.key == "month":
            return SheetCell(value, words.month(value, short=True))
        if column.key == "item":
            return SheetCell(value, items.get(value, value))
        if column.key == "closed":
            said = words.date(value.isoformat())
            return SheetCell(said, said)
        return SheetCell(value, words.number(value))

    return Sheet("together", words("web.together"), words("web.together.says"), columns, rows, cell)


PAGE = Page("together", "together", together)
