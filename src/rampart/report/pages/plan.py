"""The report as one HTML file that needs nothing else: no script, no outside address, printable on A4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from rampart.findings import Language
from rampart.language.headlines import key_figures, sentences
from rampart.language.how_solved import plan_status
from rampart.language.in_words import InWords
from rampart.language.on_one_page import headline
from rampart.report.chapters.added import added
from rampart.report.chapters.agreed import agreed
from rampart.report.chapters.beside import beside
from rampart.report.chapters.decisions import decisions_listing
from rampart.report.chapters.effort import money, production
from rampart.report.chapters.give_or_keep import give_or_keep_chapter
from rampart.report.chapters.late import late
from rampart.report.chapters.news import news, news_in_short
from rampart.report.chapters.origin import origin
from rampart.report.chapters.pace import pace
from rampart.report.chapters.plan_fleets import fleets, fleets_chart
from rampart.report.chapters.promises import promises_chapter
from rampart.report.chapters.reasons import reasons
from rampart.report.chapters.stock import decisions, deliveries, stocks
from rampart.report.chapters.taken import taken
from rampart.report.chapters.trust import trust_chapters
from rampart.report.chapters.year import year
from rampart.report.charts.coverage import coverage_chart, overview_chart
from rampart.report.charts.drawing import Figure
from rampart.report.charts.effort import money_chart, production_chart
from rampart.report.charts.give_or_keep import give_or_keep_chart
from rampart.report.charts.promises import promises_chart
from rampart.report.charts.reasons import bottlenecks_chart, decisions_chart
from rampart.report.charts.stock import deliveries_chart, stock_chart
from rampart.results.result import Result

CHARTS: Mapping[str, Callable[[InWords], Figure | None]] = {
    "overview": overview_chart,
    "stock": stock_chart,
    "coverage": coverage_chart,
    "deliveries": deliveries_chart,
    "give_or_keep": give_or_keep_chart,
    "fleets": fleets_chart,
    "production": production_chart,
    "promises": promises_chart,
    "money": money_chart,
    "bottlenecks": bottlenecks_chart,
    "decisions": decisions_chart,
}


def charts(plan: Result, *, language: Language = "en") -> dict[str, Figure]:
    """Every chart that the plan has data for, by name."""
    answer = InWords(plan, language)
    drawn = {name: build(answer) for name, build in CHARTS.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}


def html(plan: Result, language: Language = "en", *, banner: str = "") -> str:
    """The report as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    answer = InWords(plan, language)
    words = answer.words
    environment = Environment(
        loader=PackageLoader("rampart.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawn = {
        key: {"figure": figure, "rows": [Markup(row) for row in figure.rows(words)]}  # noqa: S704 - drawn here, texts escaped
        for key, figure in charts(plan, language=language).items()
    }
    parts = (
        year, news, decisions, taken, beside, stocks, deliveries, give_or_keep_chapter, agreed, fleets, production, late, pace,
        added,
        promises_chapter, money, reasons,
    )  # fmt: skip
    plan_part = [part(answer) for part in parts]
    return environment.get_template("report.html.j2").render(
        answer=answer,
        words=words,
        banner=banner,
        page_banner=css_string(banner),
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        figures=drawn,
        decision=headline(answer),
        keys=key_figures(answer),
        headlines=sentences(answer),
        news=news_in_short(answer),
        decisions=decisions_listing(answer),
        chapters=[*(one for one in plan_part if one is not None), *trust_chapters(answer)],
        **heading(answer),
    )


def css_string(text: str) -> Any:
    """Text as a CSS string: every sign but plain letters, digits and spaces as an escape."""
    from markupsafe import Markup

    safe = "".join(c if c.isascii() and (c.isalnum() or c == " ") else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{safe}"')  # noqa: S704 - only letters, digits, spaces and escapes remain


def heading(answer: InWords) -> dict[str, str]:
    """When the plan was made, for which months, from which case, and how it was solved."""
    words, plan = answer.words, answer.result
    posture = plan.case.settings["posture"]
    names = plan.case.names("postures", answer.language)
    return origin(answer) | {
        "posture": words("posture", name=names.get(posture, posture)) if posture else "",
        "status": words("status_line", status=plan_status(answer)),
    }
