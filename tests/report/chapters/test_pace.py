"""The chapter on the pace of lines tells falls that are steeper than their limit, and why they are allowed."""

from __future__ import annotations

import pytest

import rampart
from cases_small import CONTRACT, case, line, month
from rampart.language.in_words import InWords
from rampart.report.chapters.pace import falls, pace


def run_out(ramp: float | None) -> InWords:
    """Ten a month are placed for three of eight months, and nobody needs more."""
    order = {"line": "plant", "item": "shell", "quantity": 10.0, "buyer": "AAA"}
    plan = rampart.plan(
        case(
            8, lines=[line(ramp=ramp)], contracts=[CONTRACT], orders=[order | {"month": month(n)} for n in range(3)],
            demand=[{"holder": "AAA", "item": "shell", "purpose": "training", "rate_per": "month", "need": 1.0}],
            settings={"end": month(7)},
        )
    )  # fmt: skip
    return InWords(plan)


def test_placed_orders_that_run_out_are_named() -> None:
    answer = run_out(3.0)
    said = falls(answer)
    assert "from 10 to 0 a month (orders already placed change so or run out)" in said
    chapter = pace(answer)
    assert chapter is not None
    assert said in chapter.says


@pytest.mark.parametrize("ramp", [None, 10.0])
def test_nothing_is_told_where_no_limit_is_passed(ramp: float | None) -> None:
    assert falls(run_out(ramp)) == ""
