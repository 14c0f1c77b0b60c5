"""Distributions and their scores against their definitions; slips and facts against books made to known slips."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.beliefs.distribution import Distribution, pinball
from rampart.beliefs.slips import SlipModel
from rampart.sources.calibration.expected import packaged_model, slip_until
from rampart.sources.calibration.facts import SCHEMA, median, packaged
from rampart.sources.calibration.works import completion_slips, packaged_works

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


def seen(rows: list[tuple[int, str, str, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["ahead", "account", "state", "slip"], orient="row")


def test_a_group_counts_as_its_sample_grows() -> None:
    rows = [(1, "ammunition", "planned", 0)] * 30 + [(1, "missiles", "awarded", 12)] * 30
    model = SlipModel.of(seen(rows))
    # Half of a group of 30 is its own, a quarter its account's, the rest everybody's.
    assert model.slip("missiles", "awarded", 1).mean == pytest.approx(0.5 * 12 + 0.25 * 12 + 0.25 * 6)
    assert model.slip("missiles", "planned", 1).mean == pytest.approx(0.5 * 12 + 0.5 * 6)
    assert model.slip("other", "planned", 1).mean == pytest.approx(6)


def test_years_without_pairs_are_added_up() -> None:
    model = SlipModel.of(seen([(1, "ammunition", "planned", s) for s in [0, 4] * 20]))
    two = model.slip("ammunition", "planned", 2)
    assert dict(zip(two.values.tolist(), two.weights.round(6).tolist(), strict=True)) == {0: 0.25, 4: 0.5, 8: 0.25}
    assert model.slip("ammunition", "planned", 3).mean == pytest.approx(6)
    assert not SlipModel.of(seen([])).ready
    with pytest.raises(ValueError, match="no two following books"):
        SlipModel.of(seen([])).slip("ammunition", "planned", 1)


def test_works_slip_anew_every_year_that_is_left() -> None:
    rng = np.random.default_rng(1)
    certain = completion_slips(np.array([6.0, 12.0, 24.0]), np.array([6.0]), rng, 10)
    # Six of twelve months left: half a year's slip, and the half that moved past the year is moved again by none.
    assert certain[0] == pytest.approx(3.0)
    # A year left moves by six; the six months beyond it move by half of six; the rest is within that year.
    assert certain[1] == pytest.approx(9.0)
    assert (certain[2] > certain[1]).all()
    assert completion_slips(np.array([24.0]), np.array([0.0]), rng, 5) == pytest.approx(0)


def test_longer_promises_slip_more_in_the_package() -> None:
    model = packaged_model()
    for account in ("ammunition", "missiles"):
        means = [slip_until(model, account, "planned", ahead).mean for ahead in (6, 18, 30)]
        assert means == sorted(means)
        assert means[0] > 0
    assert packaged_works().mean() > model.slip("ammunition", "planned", 1).mean


def test_the_packaged_facts_are_whole() -> None:
    facts = packaged()
    assert dict(facts.schema) == SCHEMA
    assert facts.filter(pl.col("n") < 5).is_empty()
    assert (facts["low"] <= facts["high"]).all()
    assert facts.filter(pl.any_horizontal(pl.col("value", "low", "high").is_null())).is_empty()
    assert median("reorder production lead time", "missiles") > median("reorder production lead time", "ammunition")
    with pytest.raises(KeyError):
        median("no such fact", "ammunition")
