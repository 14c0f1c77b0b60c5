"""Rows that hold from a month on, laid out by hand."""

from __future__ import annotations

import numpy as np

from rampart.case.calendar import Calendar
from rampart.case.timelines import at_period_end, by_period, in_force

MONTHS = Calendar.of("2024-01", "2024-06")
HALF = Calendar.of("2024-01", "2024-06", [("2024-03", 3)])  # January, February, March to May, June
NAN = np.nan


def laid_out(*rows: tuple[str, str | None, str | None, float | None]) -> np.ndarray:
    return in_force(MONTHS, ["a", "b"], rows)


def test_a_row_holds_until_the_next_of_its_key() -> None:
    found = laid_out(("a", None, None, 1.0), ("b", "2024-02", None, 5.0), ("a", "2024-04", None, 2.0))
    assert np.array_equal(found, [[1, 1, 1, 2, 2, 2], [NAN, 5, 5, 5, 5, 5]], equal_nan=True)


def test_a_row_ends_after_its_own_last_month() -> None:
    assert np.array_equal(laid_out(("a", "2024-02", "2024-03", 3.0))[0], [NAN, 3, 3, NAN, NAN, NAN], equal_nan=True)


def test_unknown_from_a_month_on_is_unknown() -> None:
    found = laid_out(("a", None, None, 1.0), ("a", "2024-03", None, None))
    assert np.array_equal(found[0], [1, 1, NAN, NAN, NAN, NAN], equal_nan=True)


def test_what_began_before_the_plan_holds_in_it_and_what_begins_later_does_not() -> None:
    found = laid_out(("a", "2023-06", None, 4.0), ("b", "2024-07", None, 9.0), ("c", None, None, 1.0))
    assert found[0].tolist() == [4.0] * 6
    assert np.isnan(found[1]).all()


def test_the_order_of_rows_says_nothing() -> None:
    rows = [("a", "2024-03", None, 2.0), ("a", None, None, 1.0), ("b", "2024-02", "2024-05", 7.0)]
    assert np.array_equal(laid_out(*rows), laid_out(*reversed(rows)), equal_nan=True)


def test_sums_and_ends_of_periods() -> None:
    monthly = np.array([[1.0, 2.0, 3.0, NAN, 5.0, 6.0]])
    assert by_period(HALF, monthly).tolist() == [[1.0, 2.0, 8.0, 6.0]]
    assert at_period_end(HALF, monthly).tolist() == [[1.0, 2.0, 5.0, 6.0]]
    assert by_period(HALF, np.zeros((0, 6))).shape == (0, 4)
