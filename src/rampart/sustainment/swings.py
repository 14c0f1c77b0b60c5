"""What the low and the high end of each figure change, all else as it is: the figures to look at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.inputs import main_figures, tables
from rampart.sustainment.abreast import availability_of_each
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import AvailabilityByMonth
from rampart.sustainment.fleet import read_support
from rampart.sustainment.ranges import TABLES

if TYPE_CHECKING:
    from rampart.case.tables import Case

MONEY_ONLY = {"parts", "shops"}
"""Tables whose main figure is a price: it changes no availability."""
MOST_CELLS = 3_000_000
"""Parts times sites times months times figures above which nothing is ranked."""


@dataclass(frozen=True)
class Swing:
    """One figure with a range: its row, and the system-months available in all at both of its ends."""

    table: str
    row: dict[str, Any]
    column: str
    figure: float
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """System-months between its ends."""
        return abs(self.at_high - self.at_low)


def swings(case: Case, base: AvailabilityByMonth, time: AllowedTime) -> list[Swing]:
    """All figures of a case's fleets that have a range, those that change most first; none where there are too many. In a
    limited time as many as can be looked at.
    """
    figures = list(_with_ranges(case))
    s = base.support
    if len(figures) * len(s.parts) * len(s.sites) * len(s.months) > MOST_CELLS:
        return []
    looked_at = time.while_left("swings", figures)
    ends = (_at(case, *which, end) for which in looked_at for end in ("low", "high"))
    courses = availability_of_each((read_support(one) for one in ends), start=base.available)
    found = []
    for (name, place, column), (low, high) in zip(figures, zip(courses[::2], courses[1::2], strict=True), strict=False):
        row = case.tables[name].row(place, named=True)
        below, above = (float(row[column] if row[end] is None else row[end]) for end in ("low", "high"))
        at_low, at_high = float(low.available.sum()), float(high.available.sum())
        found.append(Swing(name, row, column, float(row[column]), below, above, at_low, at_high))
    return sorted(found, key=lambda one: -one.swing)


def _with_ranges(case: Case) -> Iterator[tuple[str, int, str]]:
    """Table, place of the row and column of every figure with a range."""
    for name in TABLES:
        if name in MONEY_ONLY:
            continue
        column = main_figures(tables()[name])[0]
        for place, row in enumerate(case.tables[name].iter_rows(named=True)):
            figure, ends = row[column], {row["low"], row["high"]} - {None}
            if figure is not None and np.isfinite(figure) and ends - {figure}:
                yield name, place, column


def _at(case: Case, name: str, place: int, column: str, end: str) -> Case:
    """The case with one figure at one of its ends; a blank end is the figure itself."""
    import polars as pl

    frame = case.tables[name]
    values = frame[column].to_list()
    if frame[end][place] is not None:
        values[place] = frame[end][place]
    return replace(
        case,
        tables={**case.tables, name: frame.with_columns(pl.Series(column, values, frame.schema[column], strict=False))},
    )
