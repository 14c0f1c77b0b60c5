"""The console that every verb prints its tables on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 132  # characters; a table of decisions is not readable in less


def wide_console() -> Console:
    """A console as wide as the terminal; where there is none, wide enough for a row to be read as a row.

    Text is printed as it stands: names of a case may hold ``[x]``, which is no style, and ``:ship:``, which is no picture.
    """
    from rich.console import Console

    there = Console()
    width = None if there.is_terminal or there.width >= WIDE else WIDE  # a terminal breaks the rows of what is wider
    return Console(highlight=False, markup=False, emoji=False, width=width)
