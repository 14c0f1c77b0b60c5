"""Figures that count over a time, as what came between two of them: nothing is counted twice.

A figure counts from its start to its date. Figures of one start are running totals of one another; a figure whose time
lies inside that of a total is part of it. Promises are what is not yet held by the totals of the same start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FROM_THE_BEGINNING = -1
"""Start of a total that says none."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure: months of its start and its date counted from year 0, how many, and the row that says so.

    high  upper end where a range was said, of which ``quantity`` is the lower one
    """

    start: int
    until: int
    quantity: float
    row: Mapping[str, Any] = field(compare=False)
    high: float | None = None

    @property
    def most(self) -> float:
        """The upper end, the figure itself where no range was said."""
        return self.quantity if self.high is None else self.high


@dataclass
class Totals:
    """What totals come to.

    added     (figure, what it adds, what was counted before it)
    falling   (figure, the total before it) for totals below an earlier one of their start
    part_of   figures whose time lies in, or overlaps, that of a total with an earlier start
    ranges    lower and upper end of what a figure adds, where it or the one before it was said as a range
    """

    added: list[tuple[Counted, float, float]] = field(default_factory=list)
    falling: list[tuple[Counted, float]] = field(default_factory=list)
    part_of: list[Counted] = field(default_factory=list)
    spans: list[tuple[int, int, float]] = field(default_factory=list)
    ranges: dict[Counted, tuple[float, float]] = field(default_factory=dict)

    def hold(self, month: int, start: int | None = None) -> bool:
        """Whether some total counts what came in a month (or in a time that ends with it)."""
        return any(begin <= month <= end and (start is None or begin <= start) for begin, end, _ in self.spans)

    def come_since(self, start: int, until: int) -> float:
        """What totals that begin with ``start`` or later have come to by ``until``."""
        return sum(last for begin, end, last in self.spans if begin >= start and end <= until)


def between(counted: Iterable[Counted]) -> Totals:
    """Running totals of one donor and item as what each adds; the one that begins first counts."""
    found = Totals()
    by_start: dict[int, list[Counted]] = {}
    for figure in counted:
        by_start.setdefault(figure.start, []).append(figure)
    for start, figures in sorted(by_start.items()):
        if any(begin <= max(f.until for f in figures) and start <= end for begin, end, _ in found.spans):
            found.part_of += figures
            continue
        before, most = 0.0, 0.0
        for figure in sorted(figures, key=lambda f: (f.until, f.quantity)):
            if figure.quantity < before:
                found.falling.append((figure, before))
            else:
                if figure.quantity > before:
                    found.added.append((figure, figure.quantity - before, before))
                    if figure.high is not None or most > before:
                        found.ranges[figure] = (max(0.0, figure.quantity - most), figure.most - before)
                before, most = figure.quantity, figure.most
        found.spans.append((start, max(f.until for f in figures), before))
    return found
