"""The sustainment answer on a terminal: the headlines, the fleets, what a million buys, where the report lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rampart.findings import Language
from rampart.report.chapters.listing import Listing
from rampart.report.charts.fleet import Names
from rampart.report.console.wide import wide_console
from rampart.results.result import Result


def print_answer(answer: Result, folder: Path, written: Sequence[Path], language: Language) -> None:
    """Sentences first, then the tables a reader acts on."""
    from rampart.report.chapters import fleet as page

    words, names = page.words_of(answer, language), Names(answer, language)
    console = wide_console()
    for sentence in page.headlines(answer, words, names):
        console.print(f"• {sentence}", soft_wrap=True)
    for listing in (page.fleets_listing(answer, words, names), page.levers_listing(answer, words, names),
                    page.simulation_listing(answer, words, names)):  # fmt: skip
        _print(console, listing)
    for finding in answer.findings:
        console.print(finding.sentence(language), soft_wrap=True)
    console.print(words("cli.result", folder=folder), soft_wrap=True)
    for path in written:
        console.print(words("cli.report", path=path), soft_wrap=True)


def _print(console: object, listing: Listing) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    assert isinstance(console, Console)
    if not listing.rows:
        return
    table = Table(box=box.SIMPLE_HEAD, title=listing.caption, title_justify="left")
    for head in listing.heads:
        table.add_column(head.label, justify="right" if head.numeric else "left", overflow="fold")
    for row in listing.rows[:12]:
        table.add_row(*row)
    console.print(table)
