"""A war of unknown length on the console."""

from __future__ import annotations

from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.what_to_do import what_to_do
from rampart.report.chapters.war import listings
from rampart.report.console.wide import wide_console
from rampart.results.result import Result


def print_war(made: Result, language: Language = "en") -> None:
    """The tables on the terminal."""
    from rich import box
    from rich.table import Table

    console = wide_console()
    answer = InWords(made, language)
    for said in what_to_do(answer):
        console.print(said)
    for shown in listings(answer):
        table = Table(box=box.SIMPLE_HEAD, title=shown.caption, title_justify="left")
        for head in shown.heads:
            table.add_column(head.label, justify="right" if head.numeric else "left", overflow="fold")
        for row in shown.rows:
            table.add_row(*row)
        console.print(table)
        for note in (shown.note, shown.more):
            if note:
                console.print(note)
