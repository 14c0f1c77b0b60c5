"""National returns: which month was reported, how far each return is, and where the next one begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rampart.web.asked_by import names
from rampart.web.asking import Asked
from rampart.web.pages.page import Page
from rampart.web.returns.completing import missing
from rampart.web.returns.staged import StagedReturn
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn


class Returns(BaseModel):
    """What the page shows.

    may_begin  whether the reader hands in returns
    missing    returns that are said to be posted and that the ledger does not have
    """

    table: TableSeen
    may_begin: bool
    missing: list[str]


def returns(asked: Asked, table: TableAsked) -> Returns:
    """Returns of the reader's nation; who sees the whole alliance sees how far each nation is."""
    sheet, nations = returns_sheet(asked), names("nations", asked.language)
    lacking = missing("" if asked.reader.sees_all else asked.reader.nation)
    return Returns(
        table=table_seen(sheet, table, asked.words),
        may_begin=asked.reader.may("return"),
        missing=[
            asked.words(
                "web.return.named",
                nation=nations.get(r.nation, r.nation),
                month=asked.words.month(r.month),
                n=r.revision,
            )
            for r in lacking
        ],
    )


def returns_sheet(asked: Asked) -> Sheet:
    """The returns that the reader may know of."""
    words, reader = asked.words, asked.reader
    columns = [
        SheetColumn("month", words("web.month"), "code"),
        SheetColumn("nation", words("web.nation"), "code"),
        SheetColumn("revision", words("web.return.revision"), "number"),
        SheetColumn("state", words("web.job.state_head"), "code"),
        SheetColumn("submitted_by", words("web.return.submitted_by"), "text"),
        SheetColumn("approved_by", words("web.return.approved_by"), "text"),
    ]
    found = StagedReturn.objects.order_by("-month", "nation", "-revision")
    if not reader.sees_all:
        found = found.filter(nation=reader.nation)
    rows = list(found.values("pk", *(column.key for column in columns)))
    nations = names("nations", asked.language)

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        if column.key == "month":
            mine = reader.nation == row["nation"] or row["state"] == "posted"
            return SheetCell(value, words.month(value), f"/returns/{row['pk']}" if mine else "")
        if column.key == "state":
            return SheetCell(value, words(f"web.return.state.{value}"))
        if column.key == "revision":
            return SheetCell(float(value), str(value))
        if column.key == "nation":
            return SheetCell(value, nations.get(value, value))
        return SheetCell(value or None, value or words("none"))

    return Sheet("returns", words("web.returns"), words("web.returns.says"), columns, rows, cell)


PAGE = Page("returns", "returns", returns)
