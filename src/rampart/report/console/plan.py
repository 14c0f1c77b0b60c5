"""Decisions and comparisons as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.catalogues.results import catalogue
from rampart.findings import Language
from rampart.language.decisions_and_causes import decision_name, delay, how_much, in_year
from rampart.language.names import Subject
from rampart.report.console.wide import wide_console

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.results.result import Plan

SHOWN = 12


def print_decisions(plan: Plan, language: Language) -> None:
    """The headline sentences, then the decisions to take now: who, what, how much, by when, what a month costs."""
    from rich import box
    from rich.table import Table

    from rampart.language.headlines import sentences

    subject = Subject(plan, language)
    words = subject.words
    console = wide_console()
    for sentence in sentences(subject):
        console.print(f"• {sentence}", soft_wrap=True)
    heads = ("decide.what", "decide.who", "decide.now", "decide.year", "decide.money", "decide.by", "decide.delay")
    table = Table(box=box.SIMPLE_HEAD, title=words("decide.title"), title_justify="left")
    for n, head in enumerate(heads):
        table.add_column(words(head), justify="right" if n in (2, 3, 4) else "left", overflow="fold")
    rows = plan["decisions"].to_dicts()
    for row in rows[:SHOWN]:
        table.add_row(
            decision_name(subject, row), subject.nation(row["nation"]), how_much(subject, row),
            in_year(subject, row), words.money(row["money"]),
            words.month(row["decide_by"], short=True) if row["decide_by"] else words("blank.decide_by"),
            delay(subject, row),
        )  # fmt: skip
    console.print(table)
    if "coupling" in plan.manifest:
        from rampart.report.chapters.plan_fleets import agreement

        console.print(agreement(subject), soft_wrap=True)
    if len(rows) > SHOWN:
        console.print(words("decide.more", n=len(rows) - SHOWN))


def print_comparison(differences: dict[str, pl.DataFrame], case: Case, language: Language) -> None:
    """Each table of differences that has rows, with the catalogue's labels."""
    from rich import box
    from rich.table import Table

    from rampart.language.words import Words

    words = Words(language)
    names = {**case.names("nations", language), **case.names("items", language)}
    console = wide_console()
    for name, frame in differences.items():
        if frame.is_empty():
            continue
        known = catalogue().get(name, {})
        title = known[""][f"label_{language}"] if known else words("compare.case")
        table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
        for column in frame.columns:
            base, _, side = column.partition(" ")
            label = known[base][f"label_{language}"] if base in known else base.replace("_", " ")
            suffix = f" ({words(f'compare.{side}')})" if side else ""
            table.add_column(label + suffix, justify="right" if frame.schema[column].is_numeric() else "left")
        for row in frame.iter_rows():
            table.add_row(*(_cell(words, names, value) for value in row))
        console.print(table)
    if all(frame.is_empty() for frame in differences.values()):
        console.print(words("compare.same"))


def _cell(words: object, names: dict[str, str], value: object) -> str:
    from rampart.language.words import Words

    assert isinstance(words, Words)
    if value is None:
        return "–"
    if isinstance(value, float):
        return words.number(value)
    return names.get(str(value), str(value))
