"""The console that every verb prints its tables on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 132  # characters; a table of decisions is not readable in less


def wide_console() -> Console:
    """A console wide enough for a row to be read as a row, also where the output is piped into a file.

    Text is printed as it stands: names of a case may hold ``[x]``, which is no style, and ``:ship:``, which is no picture.
    """
    from rich.console import Console

    width = None if Console().width >= WIDE else WIDE
    return Console(highlight=False, markup=False, emoji=False, width=width)
