"""The plan for a war of unknown length: on the terminal, and as one HTML page with its tables beside it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from rampart.engine.whole_folder import whole_folder
from rampart.findings import Language
from rampart.language.names import Subject
from rampart.report.chapters.war import facts, listings
from rampart.report.charts.war import figures
from rampart.scenario.nonanticipativity import peeks
from rampart.scenario.war import WarPlan


def write_war(
    made: WarPlan, folder: str | Path, *, language: Language = "en", report: bool = True, force: bool = False
) -> tuple[Path, ...]:
    """Write every table as Parquet and ``manifest.json`` into a folder; gives the page and the workbook written beside them.

    The folder appears whole or not at all; an older war folder of the same name is replaced, so that nothing of another
    run stays in it but what the user has laid in, and anything else there is refused (``TakenError``, ``PlaceError``).
    report  whether to write the page ``war.en.html`` and the workbook ``war.en.xlsx`` (or ``fr``)
    force   also replace results of another kind, and files of the user's of the same name as new ones
    A plan that decides differently where nothing tells two courses apart is a defect: RuntimeError, nothing is written.
    """
    found = peeks(made.tables)
    if found:
        raise RuntimeError(f"the plan peeks: {found[:3]}")
    folder = Path(folder)
    with whole_folder(folder, kind="war", manifest=made.manifest, force=force) as part:
        for name, table in made.tables.items():
            table.write_parquet(part / f"{name}.parquet")
        if not report:
            return ()
        from rampart.report.books.war import write_workbook

        page = part / f"war.{language}.html"
        page.write_text(html(made, language), encoding="utf-8", newline="\n")
        book = write_workbook(made, part / f"war.{language}.xlsx", language)
    return folder / page.name, folder / book.name


def html(made: WarPlan, language: Language = "en") -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    subject = Subject(made, language)
    words = subject.words
    environment = Environment(
        loader=PackageLoader("rampart.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("war.html.j2").render(
        words=words,
        title=subject.title,
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        figures=[{"figure": f, "rows": [Markup(r) for r in f.rows(words)]} for f in figures(subject)],  # noqa: S704 - drawn here
        listings=listings(subject),
        facts=facts(subject),
    )
