"""Charts of a plan as pictures, each with its words and the table whose numbers it draws."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

import polars as pl
from pydantic import BaseModel

from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.report.charts.drawing import Figure, drawing_of
from rampart.report.pages.plan import CHARTS
from rampart.web.tables.result_sheets import plan_path

NUMBERS = {
    "overview": "fill",
    "stock": "stock",
    "coverage": "stock",
    "deliveries": "demand",
    "production": "production",
    "money": "money",
    "bottlenecks": "bottlenecks",
    "decisions": "decisions",
    "give_or_keep": "give_or_keep",
    "fleets": "fleets",
}
"""Table that holds the numbers of a chart."""
OF = {"item": ("item",), "nation": ("holder", "nation"), "line": ("line",)}
"""Columns by which the rows of a chart are chosen."""


class Chart(BaseModel):
    """A chart: its words, the picture, and where its numbers stand."""

    key: str
    title: str
    note: str
    alt: str
    picture: str
    numbers: str


def chart(answer: InWords, plan: str, key: str, **of: str) -> Chart | None:
    """A chart of the rows about an item, nation or line; None where there is nothing to draw."""
    drawn = figure(answer, key, **of)
    if drawn is None:
        return None
    numbers = plan_path(plan, "tables", NUMBERS[key], **filters(answer, NUMBERS[key], of)) if key in NUMBERS else ""
    picture = plan_path(plan, "charts", f"{key}.svg", **of)
    return Chart(key=key, title=drawn.title, note=drawn.note, alt=drawn.alt, picture=picture, numbers=numbers)


def filters(answer: InWords, table: str, of: dict[str, str]) -> dict[str, Any]:
    """The same choice as the filters of a table page."""
    columns = answer[table].columns
    found = [
        f"{next(name for name in OF[what] if name in columns)}:{code}"
        for what, code in of.items()
        if any(name in columns for name in OF[what])
    ]
    return {"filter": found} if found else {}


def figure(answer: InWords, key: str, **of: str) -> Figure | None:
    """A chart of the report, of the rows about an item, nation or line."""
    return CHARTS[key](InWords(chosen(answer, **of), answer.language)) if of else CHARTS[key](answer)


def chosen(answer: InWords, **of: str) -> Any:
    """The result with only the rows about an item, nation or line, in tables that have a column for it."""
    tables = dict(answer.result.tables)
    for what, code in of.items():
        for name, frame in tables.items():
            column = next((c for c in OF[what] if c in frame.columns), None)
            if column is not None:
                tables[name] = frame.filter(pl.col(column) == code)
    return replace(answer.result, tables=tables)


def charts(answer: InWords, plan: str, *keys: str, **of: str) -> list[Chart]:
    """Charts by name, those that have something to draw."""
    found = (chart(answer, plan, key, **of) for key in keys)
    return [one for one in found if one is not None]


def picture(answer: InWords, key: str, **of: str) -> str | None:
    """A chart as an SVG file; None where there is nothing to draw."""
    shown = figure(answer, key, **of)
    if shown is None:
        return None
    return drawn(json.dumps(shown.spec, sort_keys=True, default=str), answer.language)


@lru_cache(maxsize=200)
def drawn(spec: str, language: Language) -> str:
    """Drawing takes a third of a second; the same numbers are drawn once."""
    return drawing_of(json.loads(spec), Words(language))
