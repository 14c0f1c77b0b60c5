"""The documents of the ledger, the last booked first: what was booked, when, by whom, on what it rests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from rampart.web.asked_by import books, names
from rampart.web.asking import Asked
from rampart.web.books import Booked, kind_word, written
from rampart.web.pages.ledger import day_asked, whose
from rampart.web.pages.page import Page
from rampart.web.tables.asking import Cell, ColumnSeen, TableAsked, TableSeen

COLUMNS = ("booked", "nation", "number", "kind", "day", "key", "lines", "author", "source", "grade", "hash")
LINES = 4
"""Lines of a document that are told."""


class Documents(BaseModel):
    """What the page shows."""

    known: str
    table: TableSeen


def documents(asked: Asked, table: TableAsked, known: str = "") -> Documents:
    """Documents of the reader's books, page by page, as known by the end of a day."""
    known = day_asked(asked, known)
    nation = whose(asked)
    skip = (table.page - 1) * table.size
    found, total = books().newest(nation, most=table.size, skip=skip, known=known or None)
    return Documents(
        known=known,
        table=documents_told(asked, found, COLUMNS, total=total, page=table.page, size=table.size),
    )


def documents_told(
    asked: Asked, found: Sequence[Booked], keys: Sequence[str], *, total: int, page: int, size: int
) -> TableSeen:
    """Documents of the ledger as a page of a table, with the columns of ``COLUMNS`` that are named."""
    words = asked.words
    called = {table: names(table, asked.language) for table in ("nations", "items")}
    columns = [
        ColumnSeen(
            key=key, label=words(f"web.document.{key}"), kind="number" if key == "number" else "text", unit="", shown=True,
            sorted="", choices=[], low="", high="",
        )
        for key in keys
    ]  # fmt: skip
    return TableSeen(
        key="documents", title=words("web.documents"), says=words("web.documents.says"), columns=columns,
        rows=[_row(asked, one, keys, called) for one in found], total=total, matching=total, page=page,
        pages=max(1, math.ceil(total / size)), size=size,
    )  # fmt: skip


def _row(asked: Asked, booked: Booked, keys: Sequence[str], called: Mapping[str, Mapping[str, str]]) -> list[Cell]:
    said, words, items = booked.document, asked.words, called["items"]
    lines = [
        words("web.colon").join(part for part in (items.get(line.item, line.item), words.number(line.quantity)) if part)
        for line in said.lines[:LINES]
    ]
    more = len(said.lines) - LINES
    moment = written(booked.booked)
    texts = {
        "booked": words("web.at", date=words.date(moment[:10]), time=moment[11:19]),
        "nation": called["nations"].get(booked.nation, booked.nation),
        "number": str(booked.number),
        "kind": kind_word(booked.kind, asked.language) or words(f"web.document.kind.{booked.kind}"),
        "day": words.date(booked.day),
        "key": booked.key,
        "lines": words("between.semicolon").join(lines) + (f" + {more}" if more > 0 else ""),
        "author": said.author,
        "source": said.source,
        "grade": words.choice("grade", said.grade),
        "hash": booked.hash[:12],
        "of": said.of,
    }
    values = texts | {"booked": moment, "nation": booked.nation, "day": booked.day}
    return [Cell(value=values[key] or None, text=texts[key] or words("none")) for key in keys]


PAGE = Page("documents", "ledger/documents", documents)
