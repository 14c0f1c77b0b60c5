"""The decision paper of a plan for a war of unknown length."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rampart.findings import Language
from rampart.language.branches import branches
from rampart.language.in_words import InWords
from rampart.language.unknowns import statements
from rampart.language.war_on_one_page import figures, headline
from rampart.language.what_to_do import otherwise, what_to_do
from rampart.report.chapters.listing import Chapter
from rampart.report.chapters.origin import origin
from rampart.report.chapters.trust import foremost_assumptions, grade_counts
from rampart.report.chapters.war import (
    beside_listing,
    by_month_listing,
    decisions_once_listing,
    ends_listing,
    forward_listing,
    how_good,
    risks_listing,
    values_listing,
)
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.report.charts.war import served_chart, survival_chart
from rampart.report.papers.content import Bars, Paper, cut
from rampart.results.result import Result

MOST_DECISIONS, MOST_BRANCHES, MOST_ENDS, MOST_BESIDE, MOST_ASSUMED, MOST_UNKNOWN = 26, 8, 16, 8, 22, 3
"""Rows of a paper of four to six pages: the report of the same plan has all of them."""
VALUES = (
    "plan", "standard_error", "carried_out", "lower_bound", "counts", "cvar_90", "wait_and_see", "largest_regret",
    "first_mean_while_it_lasts", "first_as_if_five_years", "first_year_by_year", "mean_while_it_lasts", "as_if_five_years",
    "year_by_year", "no_recourse",
)  # fmt: skip
"""Values that a paper tells; those that judge how it was worked out stand in the report."""
LONGEST = 420
"""Letters of the longest sentence that a paper repeats."""
BAR = 20
"""Height of a bar of the chart of the first page."""


def paper_of(war: Result, language: Language = "en") -> Paper:
    """The paper of a plan for a war."""
    answer = InWords(war, language)
    words, head = answer.words, origin(answer)
    every = (_now(answer), _turns(answer), _ends(answer), _cost(answer), _trust(answer))
    chapters = tuple(chapter for chapter in every if chapter is not None)
    counts = grade_counts(answer)
    assumed = words(
        "paper.assumed", total=words.number(sum(counts.values())), assumed=words.number(counts["assumed"]),
        chapter=len(chapters),
    )  # fmt: skip
    drawn = {"survival": survival_chart(answer), "served": served_chart(answer)}
    first = otherwise_chart(answer)
    return Paper(
        words,
        answer.title,
        " · ".join(one for one in (*(head[key] for key in ("as_of", "span", "variants")), how_good(answer)) if one),
        headline(answer),
        tuple(figures(answer)),
        tuple(what_to_do(answer)),
        assumed if counts["assumed"] else "",
        first or drawn["served"],
        by_month_listing(answer),
        chapters,
        {key: figure for key, figure in drawn.items() if figure is not None and not (key == "served" and not first)},
        head["source_line"],
        head["made_by"],
        _bars(answer, first),
    )


def otherwise_chart(answer: InWords) -> Figure | None:
    """What each other way of planning costs more, on average; None where none was worked out."""
    words, found = answer.words, otherwise(answer)
    if not found:
        return None
    data = [{"way": words(f"war.way.{way}"), "more": more, "text": words.number(_rounded(more))} for way, more in found]
    top = max(more for _, more in found) or 1.0
    y: Spec = {
        "field": "way",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "domain": False, "ticks": False},
    }
    x: Spec = {
        "field": "more", "type": "quantitative", "scale": {"domain": [0, top * 1.15], "nice": False},
        "axis": {"title": None, "tickCount": 4, "format": ",~f"},
    }  # fmt: skip
    spec = drawing.framed({
        "width": drawing.WIDTH - 260, "height": {"step": BAR + 6}, "data": {"values": data},
        "layer": [
            {"mark": {"type": "bar", "height": BAR, "color": drawing.MISSING, "stroke": drawing.STOCK, "strokeWidth": 0.8},
             "encoding": {"y": y, "x": x}},
            {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"y": y, "x": x, "text": {"field": "text"}}},
        ],
    })  # fmt: skip
    told = words("between.semicolon").join(
        words("war.way.more", way=row["way"], more=row["text"], unit=_unit(answer)) for row in data
    )
    note = words("note.war_otherwise.on_paths" if "sampling" in answer.result.manifest else "note.war_otherwise")
    return Figure("war-otherwise", words("chart.war_otherwise", unit=_unit(answer)), note, told, spec)


def _rounded(value: float) -> float:
    return round(value, 2) if abs(value) < 100 else round(value)


def _unit(answer: InWords) -> str:
    """Unit of what counts."""
    return answer.objective_unit(answer.result.manifest["objective"]["unit"])


def _bars(answer: InWords, first: Figure | None) -> dict[str, Bars]:
    """What slides draw: what other ways of planning cost more."""
    if first is None:
        return {}
    words, found = answer.words, otherwise(answer)
    names = tuple(words(f"war.way.{way}") for way, _ in found)
    series = {words("war.series.more"): [more for _, more in found]}
    return {"first": Bars(first.title, first.alt, names, series, (drawing.MISSING,), across=True)}


def _now(answer: InWords) -> Chapter | None:
    words, table = answer.words, decisions_once_listing(answer)
    if not table.rows:
        return None
    tables = cut(words, replace(table, caption=words("war.title.decisions")), MOST_DECISIONS)
    return Chapter("now", words("paper.now"), (words("war.paper.now"),), (), tuple(tables))


def _turns(answer: InWords) -> Chapter | None:
    """How long it may last, and what is decided otherwise once it is seen how it went on."""
    words, told = answer.words, branches(answer)
    points = told[:MOST_BRANCHES]
    left = len(told) - len(points)
    points += [words.count("war.paper.more_branches", left)] if left else []
    if not points and survival_chart(answer) is None:
        return None
    says = (words("war.paper.turns"),) if points else ()
    return Chapter("turns", words("war.paper.how_long"), says, ("survival",), (), tuple(points))


def _ends(answer: InWords) -> Chapter:
    """What each end of the war leaves and costs."""
    words = answer.words
    tables = cut(words, ends_listing(answer), MOST_ENDS)
    return Chapter("ends", words("war.title.ends"), (words("war.paper.ends"),), ("served",), tuple(tables))


def _cost(answer: InWords) -> Chapter:
    """What plan, knowing and waiting are worth, and where a plan of one course decides otherwise."""
    words = answer.words
    every = (values_listing(answer, VALUES), risks_listing(answer), forward_listing(answer), beside_listing(answer))
    tables = [table for one in every for table in cut(words, one, MOST_BESIDE if one is every[-1] else 20)]
    return Chapter("cost", words("paper.money"), (answer.price_base,), (), tuple(tables))


def _trust(answer: InWords) -> Chapter:
    """Assumptions about what is decided and about the war with their range, and what is not known."""
    words = answer.words
    weighed = answer["decisions"].drop_nulls("item").group_by("item").agg(pl.col("money").sum())
    items = weighed.sort("money", "item", descending=[True, False], nulls_last=True)["item"].to_list()
    table = cut(words, foremost_assumptions(answer, words("paper.table.assumed"), items), MOST_ASSUMED)
    told = statements(answer)
    short = [said for said in told if len(said) <= LONGEST][:MOST_UNKNOWN]
    left = len(told) - len(short)
    points = (*short, *([words.count("paper.more_unknown", left)] if left else []))
    says = (words("chapter.unknown.says"),) if told else ()
    return Chapter("trust", words("paper.trust"), says, (), tuple(table), points)
