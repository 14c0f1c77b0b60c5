"""A plan for a war of unknown length: what to do now, what it protects against, what it costs if the war ends soon."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.language.what_to_do import what_to_do
from rampart.report.chapters.war import decisions_listing, facts, listings
from rampart.report.charts.war import figures
from rampart.web.asking import Asked
from rampart.web.pages.charts import Chart
from rampart.web.pages.page import Page
from rampart.web.pages.told import TableTold, charts_told, tables_told
from rampart.web.tables.result_sheets import result_path


class WarPage(BaseModel):
    """What the page shows."""

    name: str
    title: str
    facts: str
    says: list[str]
    tables: list[TableTold]
    charts: list[Chart]


def war(asked: Asked, war: str) -> WarPage:
    """A plan for a war; for a nation its own first decisions."""
    answer = asked.of_kind("war", war)
    if not asked.reader.sees_all:
        return WarPage(
            name=war, title=answer.title, facts="", says=[answer.words("web.war.own")],
            tables=tables_told([decisions_listing(answer)]), charts=[],
        )  # fmt: skip
    return WarPage(
        name=war,
        title=answer.title,
        facts=facts(answer),
        says=list(what_to_do(answer)),
        tables=tables_told(listings(answer)),
        charts=charts_told(figures(answer), result_path("war", war)),
    )


PAGE = Page("war", "wars/{war}", war, of="war")
