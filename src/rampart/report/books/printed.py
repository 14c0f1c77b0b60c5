"""How a sheet stands on paper: in letters of seven points or more, over several pages where one is too narrow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LETTER, BESIDE = 7, 5
"""Pixels of a letter of a column's width, and those that a column has besides."""
LANDSCAPE = 985
"""Pixels across of a page of A4 at full size, between margins of ``MARGIN``, less a twentieth: LibreOffice draws columns that
much wider."""
MARGIN = 0.4
"""Inches at the sides of a page."""
SMALLEST = 0.7
"""A page is printed at most that much smaller: letters of ten points have seven."""
KEPT = 0.5
"""Of a page, what columns that are printed on each page take at most."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How a table is printed.

    scale   at which its letters are printed, of 1; None where it fits a page across at ``SMALLEST`` or larger
    breaks  columns with which a further page across begins
    kept    first columns that stand on every page across
    first   columns of the first page
    """

    scale: float | None
    breaks: tuple[int, ...]
    kept: int
    first: int


def pixels(widths: Sequence[float]) -> float:
    """Pixels that columns of widths in letters take side by side."""
    return sum(LETTER * width + BESIDE for width in widths)


def on_paper(widths: Sequence[float], names: int, whole: float = LANDSCAPE) -> Paper:
    """Deal the columns of a table over as few pages as can be read, about as full the one as the other.

    widths  of the columns, in letters
    names   first columns that say what a row is about: printed on every page, as far as they leave room for others
    whole   pixels across of a page at full size
    """
    widest = whole / SMALLEST
    if pixels(widths) <= widest:
        return Paper(None, (), 0, len(widths))
    kept = 1
    while kept < names and pixels(widths[: kept + 1]) <= KEPT * widest:
        kept += 1
    beside = pixels(widths[:kept])
    wanted = len(_dealt(widths, kept, widest - beside))
    room = next(r for r in range(1, math.ceil(widest)) if len(_dealt(widths, kept, float(r))) <= wanted)
    pages = _dealt(widths, kept, float(room))
    fullest = beside + max(pixels(widths[start:end]) for start, end in pages)
    return Paper(min(1.0, whole / fullest), tuple(start for start, _ in pages[1:]), kept, pages[0][1])


def _dealt(widths: Sequence[float], kept: int, room: float) -> list[tuple[int, int]]:
    """Columns after those kept, from and to, page by page; a column too wide for the room has a page of its own."""
    pages, start = [], kept
    for place in range(kept + 1, len(widths) + 1):
        if place == len(widths) or pixels(widths[start : place + 1]) > room:
            pages.append((start, place))
            start = place
    return pages
