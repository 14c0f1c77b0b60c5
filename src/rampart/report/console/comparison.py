"""What differs between results, as sentences and tables on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rampart.findings import Language
from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.language.words import Words
from rampart.report.chapters.comparison import cells_listing, chapters
from rampart.report.chapters.listing import Listing
from rampart.report.console.wide import wide_console

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

MOST_ROWS = 40


def print_comparison(compared: Compared) -> None:
    """What differs in sentences; then each table of differences that has rows. Long ones are cut and what is left counted."""
    console = wide_console()
    for sentence in differences_told(compared):
        console.print(f"• {sentence}", soft_wrap=True)
    for chapter in chapters(compared, most=None):
        for listing in chapter.listings:
            _print(console, listing, compared.words)


def print_cells(cells: pl.DataFrame, names: Sequence[str], language: Language) -> None:
    """Cells in which editions of a case differ, and how many they are."""
    console, words = wide_console(), Words(language)
    listing = cells_listing(cells, names, words, most=None)
    if listing is not None:
        _print(console, listing, words, most=None)
    console.print(words("compare.cells", n=cells.height) if cells.height else words("compare.same"), soft_wrap=True)


def _print(console: Console, listing: Listing, words: Words, *, most: int | None = MOST_ROWS) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, title=Text(listing.caption), title_justify="left")
    for head in listing.heads:
        table.add_column(Text(head.label), justify="right" if head.numeric else "left", overflow="fold")
    shown = listing.rows[:most]
    for number, row in enumerate(shown):
        same = listing.same(number)
        table.add_row(*(Text("" if place < same else cell) for place, cell in enumerate(row)))
    console.print(table)
    if len(listing.rows) > len(shown):
        console.print(words("compare.more", n=len(listing.rows) - len(shown)))
