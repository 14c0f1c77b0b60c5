"""A table inside a page: its first rows, and the way to all of them with every filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.language.in_words import InWords
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.result_sheets import plan_path, result_sheet

FIRST = 12


class Section(BaseModel):
    """A table inside a page; ``more`` leads to all of its rows, "" where no filter chooses them."""

    table: TableSeen
    more: str


def section(
    answer: InWords,
    plan: str,
    table: str,
    *,
    only: Mapping[str, Any] | None = None,
    sort: tuple[str, ...] = (),
    show: tuple[str, ...] = (),
    first: int = FIRST,
    frame: pl.DataFrame | None = None,
) -> Section | None:
    """The first rows of a table of a plan; None where it has none.

    only   values that columns must have
    frame  rows of the table in place of all
    """
    chosen = frame is not None
    frame = answer[table] if frame is None else frame
    for column, value in (only or {}).items():
        frame = frame.filter(pl.col(column) == value)
    if frame.is_empty():
        return None
    asked = TableAsked(sort=list(sort), show=list(show), size=first)
    seen = table_seen(result_sheet(answer, plan, table, frame), asked, answer.words)
    told: dict[str, Any] = {
        "filter": [f"{column}:{value}" for column, value in (only or {}).items()],
        "sort": list(sort),
    }
    more = "" if chosen else plan_path(plan, "tables", table, **{k: v for k, v in told.items() if v})
    return Section(table=seen, more=more)


def sections(*found: Section | None) -> list[Section]:
    """Those that have rows."""
    return [one for one in found if one is not None]
