"""Tables as a reader sees them: columns as wide as their texts need, runs of equal cells once, what is left out counted."""

from __future__ import annotations

import math
from functools import cache

import pytest

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import PAGE, Head, Listing, listing
from rampart.results.result import Result

NOTE = (
    "One month of present output in hand, a working stock that nobody publishes; the range is the planner's own. " * 2
)


@cache
def table(notes: tuple[str, ...]) -> Listing:
    heads = (Head("About"), Head("Value", numeric=True), Head("Low to high", numeric=True), Head("Grade"), Head("Note"))
    rows = tuple((f"Stocks: United States, round {n}", "987,000", "700,000 – 1,200,000", "assumed", note)
                 for n, note in enumerate(notes))  # fmt: skip
    return Listing("Assumed figures", heads, rows)


def test_a_long_text_stands_in_no_narrow_column() -> None:
    widths = table((NOTE, NOTE, "")).widths()
    assert sum(widths) == pytest.approx(PAGE, abs=2.0)
    assert max(widths) == widths[-1]
    # three centimetres of a page of eighteen are a sixth of it
    assert widths[-1] > PAGE / 3
    assert math.ceil(len(NOTE) / widths[-1]) <= 6


def test_numbers_ranges_and_short_texts_stand_in_one_line() -> None:
    made = table((NOTE, "", ""))
    for row in made.rows:
        for text, wide, head in zip(row, made.widths(), made.heads, strict=True):
            if head.numeric or len(text) < 12:
                assert len(text) <= wide


def test_room_that_nobody_needs_is_shared() -> None:
    heads = tuple(Head(name, numeric=True) for name in ("a", "b", "c"))
    one, two, three = Listing("", heads, (("1", "2", "3"),)).widths()
    assert max(one, two, three) - min(one, two, three) <= 2.0


def test_runs_of_equal_cells_are_shown_once_and_what_is_left_out_is_counted(plan: Result) -> None:
    answer = InWords(plan, "en")
    made = listing(
        answer, "", [Head("who"), Head("what")], [["A", "x"], ["A", "y"], *[["B", "z"]] * 2], most=2, repeat=1
    )
    assert [made.same(row) for row in range(2)] == [0, 1]
    assert made.goes_on(0)
    assert made.left == 0  # the page itself says how many more the workbook has
    assert "2 more rows" in made.more
    assert (
        len(listing(answer, "", [Head("who")], [["A"]] * 3, most=2).rows) == 3
    )  # one row is shown sooner than counted
