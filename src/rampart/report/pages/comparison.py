"""Results side by side as one HTML page in the look of the report."""

from __future__ import annotations

from importlib.resources import files

from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.report.chapters.comparison import chapters
from rampart.report.chapters.origin import variants
from rampart.report.pages.plan import css_string


def html(compared: Compared, *, banner: str = "") -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    words = compared.words
    environment = Environment(
        loader=PackageLoader("rampart.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("comparison.html.j2").render(
        words=words,
        title=title(compared),
        banner=banner,
        page_banner=css_string(banner),
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        facts=facts(compared),
        told=differences_told(compared),
        chapters=chapters(compared),
        made_by=words("compare.made_by"),
    )


def title(compared: Compared) -> str:
    """The titles of the cases, or the one title that all have."""
    titles = list(dict.fromkeys(answer.title for answer in compared.answers))
    return compared.words.list(titles)


def facts(compared: Compared) -> str:
    """Which result bears which name: when it was made, and with which overrides."""
    words, told = compared.words, []
    for name, answer in zip(compared.names, compared.answers, strict=True):
        result = answer.result
        made = words("as_of", date=words.date(str(result.manifest["created"])))
        with_these = variants(answer, result.case.overrides)
        said = ", ".join(words.inside(part) for part in (made, with_these) if part)
        told.append(words("compare.of", name=name, said=said))
    return " · ".join(told)
