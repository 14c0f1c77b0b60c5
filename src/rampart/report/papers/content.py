"""What a decision paper is, before it is laid out: the page of the decision, then what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.language.headlines import KeyFigure
    from rampart.language.words import Words
    from rampart.report.chapters.listing import Chapter, Listing
    from rampart.report.charts.drawing import Figure
    from rampart.results.result import Result


@dataclass(frozen=True)
class Bars:
    """A chart that slides draw anew, so that it can be edited there.

    names    what stands along the axis
    series   figures of each series, in the order of ``names``; a figure that is not known is left out
    colours  colour of each series
    stacked  one upon another, not side by side
    across   bars lie, for names that are long
    number   format of the axis
    """

    title: str
    alt: str
    names: tuple[str, ...]
    series: Mapping[str, Sequence[float | None]]
    colours: tuple[str, ...]
    stacked: bool = False
    across: bool = False
    number: str = "#,##0"


@dataclass(frozen=True, eq=False)
class Paper:
    """A decision paper in one language.

    assumed   how much of the case is assumed, and where it stands
    figure    the chart of the first page, None where it would show nothing
    dates     decisions by deadline, None where nothing is to be decided
    drawn     charts of the chapters by key
    bars      the charts of slides: that of the decision by "first", others by the key of their chapter
    """

    words: Words
    title: str
    facts: str
    headline: str
    keys: tuple[KeyFigure, ...]
    says: tuple[str, ...]
    assumed: str
    figure: Figure | None
    dates: Listing | None
    chapters: tuple[Chapter, ...]
    drawn: Mapping[str, Figure]
    source: str
    made_by: str
    bars: Mapping[str, Bars] = field(default_factory=dict)


def paper_of(result: Result, language: Language = "en") -> Paper:
    """The paper of a plan, of a plan for a war, or of an answer for fleets."""
    made: Paper = import_module(f"rampart.report.papers.{result.kind}").paper_of(result, language)
    return made


NOT_WORTH_CUTTING = 1
"""Rows too few to be left out: to say so takes as much room."""


def cut(words: Words, table: Listing | None, most: int, where: tuple[str, str] | None = None) -> list[Listing]:
    """The first rows of a table, with the number of those that stand in the report alone; nothing of an empty table.

    where  chapter of the report and sheet of the workbook that have all rows
    """
    if table is None or not table.rows:
        return []
    left = len(table.rows) - most
    if left <= NOT_WORTH_CUTTING:
        return [replace(table, more="")]
    more = rows_left(words, left, where)
    return [replace(table, rows=table.rows[:most], left=left, more=more, where=where)]


def rows_left(words: Words, left: int, where: tuple[str, str] | None) -> str:
    """How many rows are left out, and where they stand."""
    if where is None:
        return words.count("paper.rows_left", left)
    chapter, sheet = where
    return words.count("paper.rows_left_at", left, chapter=chapter, sheet=sheet)
