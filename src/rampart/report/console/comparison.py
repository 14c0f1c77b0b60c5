"""What differs between results, as sentences and tables on a terminal."""

from __future__ import annotations

from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.report.chapters.comparison import chapters
from rampart.report.console.wide import wide_console

MOST_ROWS = 40


def print_comparison(compared: Compared) -> None:
    """What differs in sentences; then each table of differences that has rows. Long ones are cut and what is left counted."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    words, console = compared.words, wide_console()
    for sentence in differences_told(compared):
        console.print(f"• {sentence}", soft_wrap=True)
    for chapter in chapters(compared, most=None):
        for listing in chapter.listings:
            table = Table(box=box.SIMPLE_HEAD, title=Text(listing.caption), title_justify="left")
            for head in listing.heads:
                table.add_column(Text(head.label), justify="right" if head.numeric else "left", overflow="fold")
            for number, row in enumerate(listing.rows[:MOST_ROWS]):
                same = listing.same(number)
                table.add_row(*(Text("" if place < same else cell) for place, cell in enumerate(row)))
            console.print(table)
            if len(listing.rows) > MOST_ROWS:
                console.print(words("compare.more", n=len(listing.rows) - MOST_ROWS))
