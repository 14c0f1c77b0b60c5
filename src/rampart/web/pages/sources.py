"""Sources of a plan, and every figure that is derived or assumed, the ones that matter first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rampart.language.in_words import InWords
from rampart.report.chapters.trust import assumption_rows
from rampart.web.asking import Asked
from rampart.web.pages.page import Page
from rampart.web.tables.asking import TableAsked, TableSeen, table_seen
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn

SOURCES = 500
"""Sources that are shown; figures beside them as many at most, so that no page sends more than a thousand rows."""


class Sources(BaseModel):
    """What the page shows."""

    plan: str
    title: str
    sources: TableSeen
    table: TableSeen


def sources(asked: Asked, plan: str, table: TableAsked) -> Sources:
    """Titles, publishers and dates; and figures that no source states as they are."""
    answer = asked.plan(plan)
    return Sources(
        plan=plan,
        title=answer.title,
        sources=table_seen(sources_sheet(answer), TableAsked(size=SOURCES), answer.words),
        table=table_seen(
            assumptions_sheet(answer), table.model_copy(update={"size": min(table.size, SOURCES)}), answer.words
        ),
    )


def sources_sheet(answer: InWords) -> Sheet:
    """The sources of the case."""
    words = answer.words
    heads = {"title": "title", "publisher": "publisher", "date": "date", "quality": "quality", "url": "url"}
    columns = [SheetColumn(key, words(f"head.source_{name}"), "text") for key, name in heads.items()]
    rows = answer.result.case["sources"].to_dicts()

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        return SheetCell(value, value or words("none" if column.key == "url" else "unknown"))

    return Sheet("sources", words("table.sources"), words("chapter.sources.says"), columns, rows, cell)


def assumptions_sheet(answer: InWords) -> Sheet:
    """Figures that are derived or assumed, in the order of what they matter."""
    words = answer.words
    kinds = {"about": "text", "month": "text", "figure": "text", "main": "number", "unit": "code", "low": "number",
             "high": "number", "grade": "code", "note": "text", "source": "text"}  # fmt: skip
    columns = [SheetColumn(key, words(f"head.{key}"), kind) for key, kind in kinds.items()]  # type: ignore[arg-type]
    titles = dict(answer.result.case["sources"].select("source", "title").iter_rows())

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        key = column.key
        if key in ("main", "low", "high"):
            value = row["value"] if key == "main" else row[key]
            if isinstance(value, str):
                return SheetCell(None, value)
            blank = words("unknown" if key == "main" and row["column"] else "none")
            return SheetCell(value, words.number(value) if value is not None else blank)
        said = {
            "about": words("cell.about", table=row["table"], what=row["what"]),
            "month": words.month(row["month"], short=True) if row["month"] else words("none"),
            "figure": row["column"],
            "unit": row["unit"],
            "grade": words.choice("grade", row["grade"] or "none"),
            "note": row["note"] or words("blank.note"),
            "source": titles.get(row["source"], row["source"]) if row["source"] else words("blank.source"),
        }[key]
        return SheetCell(said, said)

    rows = assumption_rows(answer)
    return Sheet("assumptions", words("table.assumed"), words("chapter.assumed.order"), columns, rows, cell)


PAGE = Page("sources", "plans/{plan}/sources", sources, of="plan")
