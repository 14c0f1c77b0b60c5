"""The plan for a war of unknown length as one HTML page."""

from __future__ import annotations

from importlib.resources import files

from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.war_on_one_page import figures as key_figures
from rampart.language.war_on_one_page import headline
from rampart.language.what_to_do import what_to_do
from rampart.report.chapters.war import by_month_listing, facts, listings
from rampart.report.charts.war import figures
from rampart.report.pages.plan import css_string
from rampart.results.result import Result


def html(made: Result, language: Language = "en", *, banner: str = "") -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    answer = InWords(made, language)
    words = answer.words
    environment = Environment(
        loader=PackageLoader("rampart.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("war.html.j2").render(
        words=words,
        title=answer.title,
        banner=banner,
        page_banner=css_string(banner),
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        figures=[{"figure": f, "rows": [Markup(r) for r in f.rows(words)]} for f in figures(answer)],  # noqa: S704 - drawn here
        decision=headline(answer),
        keys=key_figures(answer),
        says=what_to_do(answer),
        dates=by_month_listing(answer),
        listings=listings(answer),
        facts=facts(answer),
    )
