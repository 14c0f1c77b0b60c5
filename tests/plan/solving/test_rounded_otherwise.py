"""Whole numbers rounded the other way, as few as limits ask for: in drawn problems, and where a ramp leaves no plan."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from rampart.network.lags import Floats
from rampart.plan.solving.rounded_otherwise import rounded_otherwise


def mended(matrix: Floats, most: Floats, fractions: Floats, count: int) -> Floats | None:
    """The first columns, which are whole numbers, of ``matrix x <= most``."""
    rows = np.full(most.size, -np.inf), most
    bounds = np.zeros(fractions.size), np.full(fractions.size, np.inf)
    found = rounded_otherwise(sp.csr_array(matrix), rows, bounds, np.arange(count), fractions)
    return None if found is None else found[:count]


def test_a_ramp_lets_one_lot_less_through() -> None:
    """Two orders of 3.6 and 7.2 lots of two, of which a ramp lets 21.6 through, are 3 and 7, and not 4 and 7."""
    matrix = np.array([[-2.0, -2.0, 1.0], [2.0, 2.0, -1.0], [0.0, 0.0, 1.0]])  # what is made is what was ordered
    found = mended(matrix, np.array([0.0, 0.0, 21.6]), np.array([3.6, 7.2, 21.6]), 2)
    assert found is not None
    assert found.tolist() == [3.0, 7.0]


@pytest.mark.parametrize("seed", range(20))
def test_drawn_limits_leave_a_plan_within_a_unit_of_the_linear_one(seed: int) -> None:
    """Packing limits can be kept by rounding down; no whole number goes further than to the other side."""
    random = np.random.default_rng(seed)
    matrix = random.integers(0, 4, (5, 6)).astype(float)
    fractions = random.uniform(0.0, 5.0, 6)
    found = mended(matrix, matrix @ fractions, fractions, 6)
    assert found is not None
    assert (np.abs(found - fractions) < 1.0).all()
    assert (matrix @ found <= matrix @ fractions + 1e-6).all()
    assert found.sum() >= np.floor(fractions).sum()


def test_what_cannot_be_mended_is_not() -> None:
    """Of one whole number between 2.5 and 2.8 either side is too far; a limit that no whole number touches is not theirs."""
    assert mended(np.array([[1.0], [-1.0]]), np.array([2.8, -2.5]), np.array([2.6]), 1) is None
    assert mended(np.array([[0.0, 1.0], [0.0, -1.0]]), np.array([1.0, -2.0]), np.array([2.6, 0.0]), 1) is None
