"""The plan for a war of unknown length: on the terminal, and as one HTML page with its tables beside it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from rampart.engine import whole_folder
from rampart.findings import Language
from rampart.report.subject import Subject
from rampart.report.war_charts import figures
from rampart.report.war_tables import listings
from rampart.scenario.peeking import peeks
from rampart.scenario.war import WarPlan


def print_war(made: WarPlan, language: Language = "en") -> None:
    """The tables on the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if console.width < 132:
        console = Console(highlight=False, width=132)
    for shown in listings(Subject(made, language)):
        table = Table(box=box.SIMPLE_HEAD, title=shown.caption, title_justify="left")
        for head in shown.heads:
            table.add_column(head.label, justify="right" if head.numeric else "left", overflow="fold")
        for row in shown.rows:
            table.add_row(*row)
        console.print(table)
        for note in (shown.note, shown.more):
            if note:
                console.print(note)


def write_war(made: WarPlan, folder: str | Path, *, language: Language = "en", report: bool = True) -> tuple[Path, ...]:
    """Write every table as Parquet and ``manifest.json`` into a folder; gives the page and the workbook written beside them.

    The folder appears whole or not at all; an older folder of results of the same name is replaced, so that nothing of
    another run stays in it, and anything else there is refused (FileExistsError).
    report  whether to write the page ``war.en.html`` and the workbook ``war.en.xlsx`` (or ``fr``)
    A plan that decides differently where nothing tells two courses apart is a defect: RuntimeError, nothing is written.
    """
    found = peeks(made.tables)
    if found:
        raise RuntimeError(f"the plan peeks: {found[:3]}")
    folder = Path(folder)
    with whole_folder(folder) as part:
        for name, table in made.tables.items():
            table.write_parquet(part / f"{name}.parquet")
        (part / "manifest.json").write_text(json.dumps(made.manifest, indent=2) + "\n", encoding="utf-8", newline="\n")
        if not report:
            return ()
        from rampart.report.war_workbook import write_workbook

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


def facts(subject: Subject) -> str:
    """Size of the tree, the unit of money, and how exactly a plan over paths was solved."""
    made, words = subject.plan, subject.words
    nodes = made["nodes"]
    paths = nodes.filter(~nodes["node"].is_in(nodes["parent"].implode())).height
    told = words("war.facts", nodes=words.number(nodes.height), paths=words.number(paths), money=words.money_label)
    if "rounds" in made.tables:
        gap = words.share(made.manifest["gap"], digits=2)
        told += " · " + words("war.solved", gap=gap, rounds=made["rounds"].height, paths=made.manifest["paths"])
    if risk := made.manifest["risk"]:
        told += " · " + (words("war.counts_regret") if "weight" not in risk else words(
            "war.counts_worst", worst=words.share(1 - risk["level"], digits=1), weight=words.share(risk["weight"])
        ))  # fmt: skip
    return told
