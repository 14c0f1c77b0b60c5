"""The chapter on orders in hand that are late stands where a line cannot make what it was ordered, and not elsewhere."""

from __future__ import annotations

import rampart
from cases_small import case, line, month, need
from rampart.language.in_words import InWords
from rampart.report.chapters.late import late

PLACED = {
    "buyer": "AAA", "item": "shell", "line": "plant", "inputs": "drawn", "due": 1.0, "month": month(1), "decided": month(-1),
}  # fmt: skip
DECIDED = {"kind": "order", "line": "plant", "month": month(-1), "firm": True, "in_hand": True}


def told(quantity: float, language: str = "en") -> list[list[str]] | None:
    """Rows of the chapter where a plan before ordered so much of a line that makes ten a month."""
    of = case(3, lines=[line(lead_time=2.0)], demand=[need(1.0)], orders=[PLACED | {"quantity": quantity}],
              taken=[DECIDED | {"quantity": quantity}])  # fmt: skip
    answer = InWords(rampart.plan(of, reasons="none"), language)
    chapter = late(answer)
    return None if chapter is None else [[str(cell) for cell in row] for row in chapter.listings[0].rows]


def test_what_a_line_cannot_make_in_time_is_told_by_month() -> None:
    """Of twelve due in the second month two come in the third."""
    rows = told(12.0)
    assert rows is not None
    assert [row[-3:] for row in rows] == [["2", "0", "2"], ["0", "2", "0"]]


def test_nothing_is_told_where_nothing_is_late() -> None:
    assert told(10.0) is None
