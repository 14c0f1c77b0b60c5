"""Tables and charts of a report as pages and programs get them: in words, to read and not to ask."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import BaseModel

from rampart.findings import Language
from rampart.report.chapters.listing import Chapter, Listing
from rampart.report.charts.drawing import Figure
from rampart.web.pages.charts import Chart, drawn


class HeadTold(BaseModel):
    """Head of a column."""

    label: str
    numeric: bool


class TableTold(BaseModel):
    """A table of a report.

    more  what of it is not shown
    """

    caption: str
    heads: list[HeadTold]
    rows: list[list[str]]
    note: str
    more: str


class ChapterTold(BaseModel):
    """A chapter: what it says first, then its tables."""

    key: str
    title: str
    says: list[str]
    tables: list[TableTold]


def tables_told(listings: Iterable[Listing | None]) -> list[TableTold]:
    """Tables of a report, those that are there."""
    return [
        TableTold(
            caption=one.caption,
            heads=[HeadTold(label=head.label, numeric=head.numeric) for head in one.heads],
            rows=[list(row) for row in one.rows],
            note=one.note,
            more=one.more,
        )
        for one in listings
        if one is not None and one.rows
    ]


def chapters_told(chapters: Iterable[Chapter]) -> list[ChapterTold]:
    """Chapters of a report."""
    return [
        ChapterTold(key=one.key, title=one.title, says=list(one.says), tables=tables_told(one.listings))
        for one in chapters
    ]


def charts_told(figures: Iterable[Figure], under: str) -> list[Chart]:
    """Charts of a report, whose pictures lie under the path of their page."""
    return [
        Chart(key=f.key, title=f.title, note=f.note, alt=f.alt, picture=f"{under}/charts/{f.key}.svg", numbers="")
        for f in figures
    ]


def picture_of(figures: Iterable[Figure], key: str, language: Language) -> str | None:
    """One of the charts as an SVG file; None where there is none of this name."""
    found = next((f for f in figures if f.key == key), None)
    return None if found is None else drawn(json.dumps(found.spec, sort_keys=True, default=str), language)
