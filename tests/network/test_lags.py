"""Lags: shares worked out by hand, and what holds for every lag."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.case.calendar import Calendar
from rampart.network.lags import After, FromStart, Growing, Lag, Now, Standing, arrivals, by_month, shifts, summed

MONTHS = Calendar.of("2024-01", "2024-06")
QUARTERS = Calendar.of("2024-01", "2024-12", [("2024-01", 3)])
CALENDARS = st.sampled_from([MONTHS, QUARTERS, Calendar.of("2024-01", "2025-12", [("2024-07", 3), ("2025-01", 6)])])


@pytest.mark.parametrize(
    ("lag", "expected"),
    [(0, ((0, 1.0),)), (2, ((2, 1.0),)), (2.25, ((2, 0.75), (3, 0.25))), (0.5, ((0, 0.5), (1, 0.5)))],
)
def test_a_part_of_a_month_mixes_the_two_lags_around_it(lag: float, expected: tuple[tuple[int, float], ...]) -> None:
    assert shifts(lag) == pytest.approx(np.array(expected))


def test_what_a_quarter_orders_arrives_evenly_two_months_later() -> None:
    """January to March arrive in March, April and May: a third in the first quarter, two thirds in the second."""
    h = After(2).over(QUARTERS).toarray()
    assert h[:, 0] == pytest.approx([1 / 3, 2 / 3, 0, 0])
    assert h[:, 3] == pytest.approx([0, 0, 0, 1 / 3])  # the rest comes after the horizon


def test_months_that_do_not_count_are_left_out() -> None:
    only = np.arange(12) != 2  # not March
    assert After(2).over(QUARTERS, only=only).toarray()[:, 0] == pytest.approx([0, 2 / 3, 0, 0])


def test_from_the_start_it_comes_in_one_period() -> None:
    assert FromStart(4.9).over(QUARTERS).toarray()[:, 0].tolist() == [0, 1, 0, 0]
    assert FromStart(4.9).over(QUARTERS).toarray()[:, 3].tolist() == [0, 0, 0, 0]


def test_capacity_grows_evenly_over_its_ramp() -> None:
    """Ready after one month, grown over two: a quarter, three quarters, then all of it."""
    assert Growing(1, 2).over(MONTHS).toarray()[:, 0] == pytest.approx([0, 0.25, 0.75, 1, 1, 1])
    assert Growing(1.5, 0).over(MONTHS).toarray()[:, 0] == pytest.approx([0, 0.5, 1, 1, 1, 1])


def test_what_stands_is_lost_at_the_rate_it_is_lost() -> None:
    stands = Standing(1, survive=(0.5,) * 6).over(MONTHS).toarray()[:, 0]
    assert stands == pytest.approx([0, 0.75, 0.375, 0.1875, 0.09375, 0.046875])


@given(CALENDARS, st.floats(0, 30), st.data())
def test_the_lag_of_a_period_is_that_of_its_months(calendar: Calendar, lag: float, data: st.DataObject) -> None:
    """A second way: month by month."""
    size = len(calendar)
    decided = np.array(data.draw(st.lists(st.floats(0, 1e3), min_size=size, max_size=size)))
    found = np.zeros(calendar.last - calendar.first + 1)
    for amount, start, length in zip(decided, calendar.starts, calendar.lengths, strict=True):
        for _, month, share in arrivals(start, length, lag):
            if month <= calendar.last:
                found[month - calendar.first] += amount * share
    assert by_month(calendar, decided, lag) == pytest.approx(found, abs=1e-9)
    assert After(lag).over(calendar).toarray() @ decided == pytest.approx(summed(calendar, found), abs=1e-9)


@given(CALENDARS, st.sampled_from([Now(), After(1.5), FromStart(3), Growing(2, 3), Standing(1.25, from_start=True)]))
def test_nothing_takes_effect_before_it_is_decided_and_parts_of_months_add_up(calendar: Calendar, lag: Lag) -> None:
    whole = lag.over(calendar).toarray()
    assert not np.triu(whole, 1).any()
    even = np.arange(calendar.last - calendar.first + 1) % 2 == 0
    parts = lag.over(calendar, only=even).toarray() + lag.over(calendar, only=~even).toarray()
    assert parts == pytest.approx(whole)
