"""An answer for fleets: how many systems are ready, what holds the others back, what to buy."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.report.chapters import fleet as chapter
from rampart.report.charts.drawing import Figure
from rampart.report.charts.fleet import Names, availability_chart, causes_chart, curve_chart, exchange_chart, months_of
from rampart.results.result import Result
from rampart.web.asking import Asked
from rampart.web.pages.charts import Chart
from rampart.web.pages.page import Page
from rampart.web.pages.told import TableTold, charts_told, tables_told
from rampart.web.tables.result_sheets import result_path


class FleetPage(BaseModel):
    """What the page shows."""

    name: str
    title: str
    facts: str
    says: list[str]
    tables: list[TableTold]
    charts: list[Chart]
    findings: list[str]


def fleet(asked: Asked, fleet: str) -> FleetPage:
    """An answer for fleets; for a nation its own, without what is shared with others and what to buy."""
    answer = asked.of_kind("fleet", fleet).result
    words, names = chapter.words_of(answer, asked.language), Names(answer, asked.language)
    months = months_of(answer)
    whole = asked.reader.sees_all
    listings = (chapter.fleets_listing,) if not whole else (
        chapter.fleets_listing, chapter.shortages_listing, chapter.buys_listing, chapter.levers_listing,
        chapter.simulation_listing, chapter.swings_listing, chapter.conflict_listing, chapter.mix_listing,
    )  # fmt: skip
    return FleetPage(
        name=fleet,
        title=chapter.title_of(answer, asked.language),
        facts=words("span", start=words.month(months[0]), end=words.month(months[-1])),
        says=list(chapter.headlines(answer, words, names)) if whole else [words("web.fleet.own")],
        tables=tables_told(listing(answer, words, names) for listing in listings),
        charts=charts_told(fleet_figures(asked, answer), result_path("fleet", fleet)),
        findings=[finding.sentence(asked.language) for finding in answer.findings],
    )


def fleet_figures(asked: Asked, answer: Result) -> list[Figure]:
    """The charts that an answer has something to show in."""
    words, names = chapter.words_of(answer, asked.language), Names(answer, asked.language)
    own = (availability_chart(answer, words, names), causes_chart(answer, words, names))
    if not asked.reader.sees_all:
        return [one for one in own if one is not None]
    found = (
        *own,
        curve_chart(answer, words),
        exchange_chart(answer, words, names),
    )
    return [one for one in found if one is not None]


PAGE = Page("fleet", "fleets/{fleet}", fleet, of="fleet")
