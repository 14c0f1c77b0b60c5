"""Months and periods, counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.case.calendar import Calendar, month_number, month_text


@given(st.integers(0, 12 * 9999 + 11))
def test_a_month_comes_back_from_its_text(number: int) -> None:
    assert month_number(month_text(number)) == number


@pytest.mark.parametrize("text", ["2024", "2024-13", "2024-00", "24-01", "2024-1", "2024-01-01", " 2024-01", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        month_number(text)


def test_months_then_quarters_then_what_is_left() -> None:
    """November and December alone, quarters from January on, the last one cut at the end."""
    calendar = Calendar.of("2024-11", "2025-08", [("2025-01", 3)])
    assert calendar.labels == ("2024-11", "2024-12", "2025-01", "2025-04", "2025-07")
    assert calendar.lengths == (1, 1, 3, 3, 2)
    assert calendar.period(month_number("2025-03")) == 2
    assert calendar.period(month_number("2025-08")) == 4
    assert calendar.period(month_number("2024-10")) is None
    assert calendar.period(month_number("2025-09")) is None


def test_a_stretch_is_cut_where_the_next_begins() -> None:
    calendar = Calendar.of("2024-01", "2024-12", [("2024-01", 6), ("2024-05", 1), ("2024-08", 6)])
    assert list(zip(calendar.labels, calendar.lengths, strict=True)) == [
        ("2024-01", 4), ("2024-05", 1), ("2024-06", 1), ("2024-07", 1), ("2024-08", 5),
    ]  # fmt: skip


@given(
    first=st.integers(24000, 24400), months=st.integers(1, 60),
    stretches=st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 12)), max_size=4),
)  # fmt: skip
def test_periods_follow_each_other_and_hold_every_month_once(
    first: int, months: int, stretches: list[tuple[int, int]]
) -> None:
    given_at = [(month_text(first + at), step) for at, step in stretches]
    calendar = Calendar.of(month_text(first), month_text(first + months - 1), given_at)
    assert (calendar.first, calendar.last) == (first, first + months - 1)
    assert sum(calendar.lengths) == months == len(calendar.period_of_month)
    for start, length, following in zip(calendar.starts, calendar.lengths, calendar.starts[1:], strict=False):
        assert start + length == following
