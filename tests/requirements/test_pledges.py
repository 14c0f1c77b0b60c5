"""How pledges fall due, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases_random import make_case
from rampart.case.calendar import month_number, month_text
from rampart.requirements.pledges import due_so_far, pledges

START = "2024-01"


def due(*rows: dict[str, Any], months: int = 6, step: int = 1) -> list[float]:
    """What one donor owes so far at the end of each period."""
    pledge = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged"}
    case = make_case(
        {"start": START, "end": month_text(month_number(START) + months - 1)},
        {"calendar": [{"from": START, "step": step}], "deliveries": [pledge | row for row in rows]},
    )
    (found,) = due_so_far(case, pledges(case)).tolist()
    return [float(x) for x in found]


def test_a_pledge_falls_due_evenly_from_its_date_to_its_month() -> None:
    """90 from February to April: a third at the end of each."""
    assert due({"from": "2024-02", "month": "2024-04", "quantity": 90.0}) == pytest.approx([0, 30, 60, 90, 90, 90])


def test_without_a_date_it_falls_due_from_the_first_month_of_the_plan() -> None:
    assert due({"month": "2024-03", "quantity": 90.0}) == pytest.approx([30, 60, 90, 90, 90, 90])


def test_due_on_one_day_has_its_month_as_first_month() -> None:
    assert due({"from": "2024-03", "month": "2024-03", "quantity": 90.0}) == [0, 0, 90, 90, 90, 90]


def test_a_schedule_is_stated_by_several_rows() -> None:
    """20 in February, 40 evenly over March and April."""
    rows = (
        {"from": "2024-02", "month": "2024-02", "quantity": 20.0},
        {"from": "2024-03", "month": "2024-04", "quantity": 40.0},
    )
    assert due(*rows) == pytest.approx([0, 20, 40, 60, 60, 60])


def test_what_was_due_before_the_plan_is_due_at_once() -> None:
    """60 from November to April: two sixths lie before the start. 10 were due in December, without a date."""
    assert due({"from": "2023-11", "month": "2024-04", "quantity": 60.0}) == pytest.approx([30, 40, 50, 60, 60, 60])
    assert due({"month": "2023-12", "quantity": 10.0}) == [10] * 6


def test_what_falls_due_after_the_plan_is_left_to_it() -> None:
    """120 over twelve months, of which the plan sees six."""
    assert due({"month": "2024-12", "quantity": 120.0}) == pytest.approx([10, 20, 30, 40, 50, 60])


def test_periods_longer_than_a_month_have_what_is_due_at_their_end() -> None:
    """90 from February to April, over quarters: 60 by the end of March, 90 by the end of June."""
    assert due({"from": "2024-02", "month": "2024-04", "quantity": 90.0}, step=3) == pytest.approx([60, 90])


@given(
    first=st.integers(-5, 8),
    length=st.integers(0, 12),
    quantity=st.floats(0.5, 1e6),
    step=st.sampled_from([1, 2, 3, 5]),
)
def test_any_calendar_sees_the_same_at_the_end_of_its_periods(
    first: int, length: int, quantity: float, step: int
) -> None:
    """It never falls, is all due from its month on, and periods only look at it less often."""
    start = month_number(START)
    row = {"from": month_text(start + first), "month": month_text(start + first + length), "quantity": quantity}
    monthly = due(row, months=30)
    assert monthly == sorted(monthly)
    assert monthly[max(0, first + length)] == pytest.approx(quantity)
    assert due(row, months=30, step=step) == pytest.approx(monthly[step - 1 :: step])
