"""Distributions and their scores against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.beliefs.distribution import Distribution, pinball

VALUES = st.lists(st.integers(-30, 60), min_size=1, max_size=12)


@given(VALUES, st.integers(-40, 80))
def test_crps_is_the_area_between_the_two_steps(values: list[int], came: int) -> None:
    grid = np.arange(-50, 100)
    forecast = np.array([np.mean(np.array(values) <= x) for x in grid])
    area = float(np.sum((forecast - (grid >= came)) ** 2))
    assert Distribution.of(values).crps(came) == pytest.approx(area, abs=1e-9)


def test_a_point_forecast_scores_its_absolute_error() -> None:
    assert Distribution.of([3]).crps(10) == 7
    assert pinball(3, 10, 0.9) == pytest.approx(6.3)
    assert pinball(10, 3, 0.9) == pytest.approx(0.7)


@given(VALUES, VALUES)
def test_sums_and_mixtures_keep_their_means(a: list[int], b: list[int]) -> None:
    first, second = Distribution.of(a), Distribution.of(b)
    assert first.plus(second).mean == pytest.approx(np.mean(a) + np.mean(b))
    assert first.mixed(second, 0.25).mean == pytest.approx(0.25 * np.mean(a) + 0.75 * np.mean(b))
    assert first.plus(second).weights.sum() == pytest.approx(1)


def test_quantiles_are_those_of_the_sample() -> None:
    d = Distribution.of([0] * 8 + [5, 9])
    assert (d.quantile(0.1), d.quantile(0.8), d.quantile(0.81), d.quantile(0.95)) == (0, 0, 5, 9)
    assert d.interval() == (0, 5)
    with pytest.raises(ValueError, match="at least one"):
        Distribution.of([])
    with pytest.raises(ValueError, match="finite"):
        Distribution.of([1.0, float("nan")])
