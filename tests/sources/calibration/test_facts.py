"""Distributions and their scores against their definitions; slips and facts against books made to known slips."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rampart.sources.calibration.expected import packaged_model, slip_until
from rampart.sources.calibration.facts import SCHEMA, median, packaged
from rampart.sources.calibration.works import completion_slips, packaged_works


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
