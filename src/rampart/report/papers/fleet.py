"""The decision paper of an answer for fleets."""

from __future__ import annotations

import polars as pl

from rampart.findings import Language
from rampart.language.fleet_on_one_page import figures, headline, marked
from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.report.chapters.fleet import (
    buys_listing,
    conflict_listing,
    fleets_listing,
    headlines,
    levers_listing,
    mix_listing,
    notes_on_data,
    order_by_listing,
    shortages_listing,
    simulation_listing,
    stocks_listing,
    swings_listing,
)
from rampart.report.chapters.listing import Chapter
from rampart.report.chapters.origin import origin
from rampart.report.chapters.trust import grade_counts
from rampart.report.charts import drawing
from rampart.report.charts.fleet import (
    Names,
    availability_chart,
    best_levers,
    causes_chart,
    curve_chart,
    exchange_chart,
    lever_name,
    shown_levers,
)
from rampart.report.papers.content import Bars, Paper, cut
from rampart.results.result import Result

MOST_SPARES, MOST_SHORT, MOST_LEVERS, MOST_FLEETS, MOST_SWINGS, MOST_ROWS = 16, 8, 10, 14, 12, 8
"""Rows of a paper of four to six pages: the report of the same answer has all of them."""
FEW = 6
"""Bars of the chart of the first page."""


def paper_of(result: Result, language: Language = "en") -> Paper:
    """The paper of an answer for fleets."""
    answer, names = InWords(result, language), Names(result, language)
    words, head = answer.words, origin(answer)
    every = (_now(answer, names), _state(answer, names), _brings(answer, names), _trust(answer, names))
    chapters = tuple(chapter for chapter in every if chapter is not None)
    counts = grade_counts(answer)
    assumed = words(
        "paper.assumed", total=words.number(sum(counts.values())), assumed=words.number(counts["assumed"]),
        chapter=len(chapters),
    )  # fmt: skip
    charts = {
        "availability": availability_chart(result, words, names), "causes": causes_chart(result, words, names),
        "curve": curve_chart(result, words, linked=False),
    }  # fmt: skip
    return Paper(
        words,
        answer.title,
        " · ".join(head[key] for key in ("as_of", "span", "variants") if head[key]),
        headline(answer),
        tuple(figures(answer)),
        tuple(headlines(result, words, names)),
        assumed if counts["assumed"] else "",
        exchange_chart(result, words, names, most=FEW),
        order_by_listing(answer),
        chapters,
        {key: chart for key, chart in charts.items() if chart is not None},
        head["source_line"],
        head["made_by"],
        _bars(result, words, names),
    )


def _bars(result: Result, words: Words, names: Names) -> dict[str, Bars]:
    """What slides draw: what a million brings."""
    rows, drawn = shown_levers(best_levers(result), FEW), exchange_chart(result, words, names, most=FEW)
    if drawn is None:
        return {}
    labels = tuple(lever_name(row, words, names) for row in rows.iter_rows(named=True))
    series = {words("sustain.axis.per_million", currency=words.currency): rows["per_million"].to_list()}
    return {"first": Bars(drawn.title, drawn.alt, labels, series, (drawing.STOCK,), across=True, number="#,##0.##")}


def _now(answer: InWords, names: Names) -> Chapter | None:
    """The stock list that was asked for; where none was, what to buy next in order."""
    words, point = answer.words, marked(answer)
    if point is None:
        tables = cut(words, buys_listing(answer.result, words, names), MOST_SPARES)
    else:
        rows = answer["stock_list"].filter((pl.col("point") == point["point"]) & (pl.col("stock") > pl.col("held")))
        caption = words("fleet.table.buys", month=words.month(str(answer.result.manifest["month"])))
        found = stocks_listing(answer.result, rows.sort("cost", "part", "site", descending=[True, False, False]), caption,
                               words, names)  # fmt: skip
        tables = cut(words, found, MOST_SPARES)
    return Chapter("now", words("fleet.paper.now"), (), ("curve",), tuple(tables))


def _state(answer: InWords, names: Names) -> Chapter:
    """Systems held and available, and what holds the others back."""
    words, result = answer.words, answer.result
    tables = cut(words, fleets_listing(result, words, names), MOST_FLEETS)
    tables += cut(words, shortages_listing(result, words, names), MOST_SHORT)
    return Chapter("state", words("sustain.title.causes"), (), ("availability", "causes"), tuple(tables))


def _brings(answer: InWords, names: Names) -> Chapter | None:
    """What a million brings in spares, bays and systems, what holders take from each other, what many types cost."""
    words, result = answer.words, answer.result
    tables = cut(words, levers_listing(result, words, names), MOST_LEVERS)
    tables += cut(words, conflict_listing(result, words, names), MOST_ROWS)
    tables += cut(words, mix_listing(result, words, names), MOST_ROWS)
    return Chapter("exchange", words("sustain.title.exchange"), (), (), tuple(tables)) if tables else None


def _trust(answer: InWords, names: Names) -> Chapter:
    """The figures on which the answer hangs most, the play through, and what to know about the data."""
    words, result = answer.words, answer.result
    tables = cut(words, swings_listing(result, words, names), MOST_SWINGS)
    tables += cut(words, simulation_listing(result, words, names), MOST_ROWS)
    use = result.manifest["use"]
    residual = words.number(round(use["residual"], 2))
    settled = "fleet.paper.solved" if use["settled"] else "fleet.paper.unsettled"
    key = "fleet.paper.agree" if use["settled"] and residual == words.number(0) else settled
    solved = words(key, rounds=use["rounds"], residual=residual)
    if result.manifest["draws"]:
        solved += " " + words("fleet.paper.bands", draws=result.manifest["draws"])
    notes = notes_on_data(result, words, names, commands=False)
    return Chapter("trust", words("paper.trust"), (solved,), (), tuple(tables), tuple(notes))
