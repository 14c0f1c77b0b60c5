"""The page of fleets."""

from __future__ import annotations

import re
from importlib.resources import files

import polars as pl

from rampart.findings import Language
from rampart.language.fleet_on_one_page import figures, headline
from rampart.language.in_words import InWords
from rampart.report.chapters.fleet import (
    buys_listing,
    conflict_listing,
    fleets_listing,
    headlines,
    levers_listing,
    mix_listing,
    notes_on_data,
    order_by_listing,
    point_listing,
    shortages_listing,
    simulation_listing,
    swings_listing,
    title_of,
    words_of,
)
from rampart.report.chapters.last_buys import last_buys_listing
from rampart.report.chapters.level_of_repair import repair_costs_listing, repair_listing
from rampart.report.chapters.origin import variants
from rampart.report.charts.drawing import Figure
from rampart.report.charts.fleet import (
    Names,
    availability_chart,
    causes_chart,
    curve_chart,
    exchange_chart,
    months_of,
)
from rampart.report.charts.tornado import tornado_chart
from rampart.report.pages.plan import css_string
from rampart.results.result import Result


def charts(answer: Result, language: Language) -> dict[str, Figure]:
    """Charts of the page by name, those that have something to draw."""
    words, names = words_of(answer, language), Names(answer, language)
    drawn = [
        availability_chart(answer, words, names),
        causes_chart(answer, words, names),
        curve_chart(answer, words),
        exchange_chart(answer, words, names),
        tornado_chart(answer, words, names),
    ]
    return {c.key.removeprefix("sustain-"): c for c in drawn if c is not None}


def html(answer: Result, language: Language = "en", *, banner: str = "") -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    in_words, words, names = InWords(answer, language), words_of(answer, language), Names(answer, language)
    drawn = {
        key: {"figure": c, "rows": [Markup(_own_links(r)) for r in c.rows(words)]}  # noqa: S704 - drawn here, texts escaped
        for key, c in charts(answer, language).items()
    }
    environment = Environment(
        loader=PackageLoader("rampart.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    months, use = months_of(answer), answer.manifest["use"]
    residual = words.number(round(use["residual"], 2))
    close = "sustain.agree" if residual == words.number(0) else "sustain.solved"
    settled = close if use["settled"] else "sustain.unsettled"
    return environment.get_template("sustain.html.j2").render(
        words=words,
        title=title_of(answer, language),
        banner=banner,
        page_banner=css_string(banner),
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        span=words("span", start=words.month(months[0]), end=words.month(months[-1])),
        variants=variants(in_words, answer.case.overrides),
        headline=headline(in_words),
        keys=figures(in_words),
        headlines=headlines(answer, words, names),
        dates=order_by_listing(in_words),
        figures=drawn,
        fleets=fleets_listing(answer, words, names),
        shortages=shortages_listing(answer, words, names),
        points=[
            {"number": row["point"], "listing": point_listing(answer, row, words, names)}
            for row in answer["points"].iter_rows(named=True)
        ],
        shown=_shown(answer),
        buys=buys_listing(answer, words, names),
        levers=levers_listing(answer, words, names),
        simulation=simulation_listing(answer, words, names),
        last_buys=last_buys_listing(answer, words, names),
        repair=repair_listing(answer, words, names),
        repair_costs=repair_costs_listing(answer, words),
        swings=swings_listing(answer, words, names),
        conflict=conflict_listing(answer, words, names),
        mix=mix_listing(answer, words, names),
        findings=notes_on_data(answer, words, names),
        solved=words(settled, rounds=use["rounds"], residual=residual,
                     draws=answer.manifest["draws"], seed=answer.manifest["seed"]),
    )  # fmt: skip


def _own_links(drawing: str) -> str:
    """Links of a drawing lead to places on this page; the renderer puts an address of its own before them."""
    return re.sub(r'href="[^"#]*#', 'href="#', drawing)


def _shown(answer: Result) -> int:
    """Point whose stock list is open at first: the one asked for, else the one in the middle."""
    marked = answer["points"].filter(pl.col("marked"))["point"].to_list()
    return int(marked[0]) if marked else int(answer["points"]["point"][answer["points"].height // 2])
