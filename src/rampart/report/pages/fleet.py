"""The page of fleets."""

from __future__ import annotations

import re
from contextlib import ExitStack
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import polars as pl

from rampart.engine.manifest import manifest_of
from rampart.engine.whole_file import whole_files
from rampart.engine.whole_folder import whole_folder
from rampart.findings import Language
from rampart.report.chapters.fleet import (
    _point,
    buys_listing,
    conflict_listing,
    fleets_listing,
    headlines,
    levers_listing,
    mix_listing,
    shortages_listing,
    title_of,
    words_of,
)
from rampart.report.charts.fleet import Names, availability_chart, causes_chart, curve_chart, exchange_chart
from rampart.results.manifest import origin_of
from rampart.sustainment.answer import Answer
from rampart.sustainment.availability_by_month import UNSETTLED


def write_sustainment(
    answer: Answer, folder: str | Path, *, language: Language = "en", banner: str = "", force: bool = False
) -> tuple[Path, Path]:
    """Write ``sustain.en.html`` and ``sustain.en.xlsx`` (or ``fr``) into a folder, with ``manifest.json``.

    The folder appears whole or not at all. An older fleet folder is replaced but for what the user has laid in; one of the
    same answer keeps its pages in the other language. Anything else there is refused (``TakenError``, ``PlaceError``).
    force  also replace results of another kind, and files of the user's of the same name as new ones
    """
    from rampart.report.books.fleet import write_workbook

    folder = Path(folder)
    page, book = folder / f"sustain.{language}.html", folder / f"sustain.{language}.xlsx"
    text = html(answer, language, banner=banner)
    tables = "\n".join(f"{name} {frame.write_json()}" for name, frame in sorted(answer.tables.items()))
    about = {
        "month": answer.month,
        "draws": answer.draws,
        "seed": answer.seed,
        "answer": sha256(tables.encode()).hexdigest(),
    }
    older = manifest_of(folder)
    with ExitStack() as stack:
        if older is not None and older.kind == "fleets" and older.said.get("answer") == about["answer"]:
            parts = stack.enter_context(whole_files([page, book], force=force, listed=True))
        else:
            manifest = origin_of(answer.case) | about
            new = stack.enter_context(whole_folder(folder, kind="fleets", manifest=manifest, force=force))
            parts = (new / page.name, new / book.name)
        parts[0].write_text(text, encoding="utf-8", newline="\n")
        write_workbook(answer, parts[1], language)
    return page, book


def html(answer: Answer, language: Language = "en", *, banner: str = "") -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    words, names = words_of(answer, language), Names(answer, language)
    charts = [
        availability_chart(answer, words, names),
        causes_chart(answer, words, names),
        curve_chart(answer, words),
        exchange_chart(answer, words, names),
    ]
    drawn = {
        c.key.removeprefix("sustain-"): {"figure": c, "rows": [Markup(_own_links(r)) for r in c.rows(words)]}  # noqa: S704 - drawn here, texts escaped
        for c in charts
        if c is not None
    }
    environment = Environment(
        loader=PackageLoader("rampart.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    months = answer.support.months
    settled = "sustain.solved" if answer.course.residual <= UNSETTLED else "sustain.unsettled"
    return environment.get_template("sustain.html.j2").render(
        words=words,
        title=title_of(answer, language),
        banner=banner,
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        span=words("span", start=words.month(months[0]), end=words.month(months[-1])),
        variants=words("overrides", names=words.list(list(answer.case.overrides))) if answer.case.overrides else "",
        headlines=headlines(answer, words, names),
        figures=drawn,
        fleets=fleets_listing(answer, words, names),
        shortages=shortages_listing(answer, words, names),
        points=[_point(answer, row, words, names) for row in answer["points"].iter_rows(named=True)],
        shown=_shown(answer),
        buys=buys_listing(answer, words, names),
        levers=levers_listing(answer, words, names),
        conflict=conflict_listing(answer, words, names),
        mix=mix_listing(answer, words, names),
        findings=[f.sentence(language) for f in answer.findings],
        solved=words(settled, rounds=answer.course.rounds, residual=words.number(answer.course.residual),
                     draws=answer.draws, seed=answer.seed),
    )  # fmt: skip


def _own_links(drawing: str) -> str:
    """Links of a drawing lead to places on this page; the renderer puts an address of its own before them."""
    return re.sub(r'href="[^"#]*#', 'href="#', drawing)


def _shown(answer: Answer) -> int:
    """Point whose stock list is open at first: the one asked for, else the one in the middle."""
    marked = answer["points"].filter(pl.col("marked"))["point"].to_list()
    return int(marked[0]) if marked else int(answer["points"]["point"][answer["points"].height // 2])
