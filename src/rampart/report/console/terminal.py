"""The terminal, wide enough for tables; names are shown as they are, whatever brackets or colons they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 132  # characters; a table of decisions is not readable in less


def wide_console() -> Console:
    """A console wide enough for a row to be read as a row, also where the output is piped into a file."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False)
    return found if found.width >= WIDE else Console(highlight=False, markup=False, emoji=False, width=WIDE)
