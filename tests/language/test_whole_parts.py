"""Whole numbers of parts: worked examples by hand, and what holds of any parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.language.whole_parts import whole_parts


def test_what_is_left_goes_to_the_largest_remainders() -> None:
    """166.4 and 98.3 are 264.7, so 265: the larger remainder goes up, and not both down."""
    assert whole_parts([166.4, 98.3]) == [167, 98]
    assert whole_parts([0.5, 0.5]) == [1, 0]  # of equal ones the first
    assert whole_parts([2.0, 3.0]) == [2, 3]
    assert whole_parts([]) == []
    assert whole_parts([1.4, 1.4, 1.4], 5) == [2, 2, 1]


def test_a_whole_that_is_none_of_these_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="no parts of 9"):
        whole_parts([1.4, 1.4], 9)


@given(st.lists(st.floats(0.0, 1e6), max_size=12))
def test_they_add_up_and_none_is_a_whole_away(parts: list[float]) -> None:
    whole = whole_parts(parts)
    assert sum(whole) == round(sum(parts))
    assert all(abs(one - part) < 1.0 for one, part in zip(whole, parts, strict=True))
