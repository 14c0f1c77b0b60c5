"""Chances of the end from shares of wars over, worked out by hand."""

from __future__ import annotations

import pytest

from rampart.beliefs.hazards import hazards


def test_two_figures_give_a_chance_each() -> None:
    """A fifth over after a month; of the rest half in the two months after it: 1 - sqrt(1/2) a month."""
    (first, early), (second, late) = hazards({1: 0.2, 3: 0.6})
    assert (first, second) == (0, 1)
    assert early == pytest.approx(0.2)
    assert late == pytest.approx(1 - 0.5**0.5)


def test_the_order_in_which_figures_are_stated_says_nothing() -> None:
    assert hazards({12: 0.5, 1: 0.1}) == hazards({1: 0.1, 12: 0.5})


def test_a_share_may_stand_still_but_not_fall() -> None:
    assert hazards({6: 0.3, 12: 0.3})[1] == (6, pytest.approx(0.0))
    with pytest.raises(ValueError, match="rise"):
        hazards({6: 0.3, 12: 0.2})


@pytest.mark.parametrize("stated", [{}, {0: 0.1}, {12: 1.0}, {-3: 0.2}])
def test_what_is_no_share_of_wars_over_is_refused(stated: dict[int, float]) -> None:
    with pytest.raises(ValueError, match="over"):
        hazards(stated)
