"""The nearest whole numbers that leave a plan: in drawn problems against all of them, and where a ramp leaves none."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp

from rampart.network.lags import Floats
from rampart.plan.solving.nearest_possible import nearest_possible


def test_a_deadline_that_is_over_leaves_none() -> None:
    """Of 1,500 that fill 150 limits none are found, as whole numbers hardly can: without a deadline it takes minutes."""
    random = np.random.default_rng(1)
    matrix = random.integers(1, 50, (150, 1500)).astype(float)
    fractions = random.uniform(0.0, 9.0, 1500)
    rows = (matrix @ fractions).round(), (matrix @ fractions).round()
    bounds = np.zeros(1500), np.full(1500, np.inf)
    begun = time.monotonic()
    assert nearest_possible(sp.csr_array(matrix), rows, bounds, np.arange(1500), fractions, begun) is None
    assert time.monotonic() - begun < 30.0


def mended(matrix: Floats, most: Floats, fractions: Floats, count: int) -> Floats | None:
    """The first columns, which are whole numbers, of ``matrix x <= most``."""
    rows = np.full(most.size, -np.inf), most
    bounds = np.zeros(fractions.size), np.full(fractions.size, np.inf)
    found = nearest_possible(sp.csr_array(matrix), rows, bounds, np.arange(count), fractions)
    return None if found is None else found[:count]


def test_a_ramp_lets_one_lot_less_through() -> None:
    """Two orders of 3.6 and 7.2 lots of two, of which a ramp lets 21.6 through, are 3 and 7, and not 4 and 7."""
    matrix = np.array([[-2.0, -2.0, 1.0], [2.0, 2.0, -1.0], [0.0, 0.0, 1.0]])  # what is made is what was ordered
    found = mended(matrix, np.array([0.0, 0.0, 21.6]), np.array([3.6, 7.2, 21.6]), 2)
    assert found is not None
    assert found.tolist() == [3.0, 7.0]


def test_a_ramp_over_two_quarters_takes_a_lot_from_the_second() -> None:
    """Rates of 7.2 and 14.4 a month, as steep as may be: with 20 made in the first quarter 42 in the second are too many."""
    quarters = np.array([[2.0, 2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 2.0, 2.0]])
    matrix = np.vstack([quarters[0], quarters[1] - quarters[0]]) / 3.0
    fractions = np.array([3.866667, 6.933333, 7.2, 7.2, 7.2])
    found = mended(matrix, np.array([7.2, 7.2]), fractions, 5)
    assert found is not None
    assert (matrix @ found <= 7.2 + 1e-6).all()
    assert found[:2].sum() == 10.0
    assert found[2:].sum() == 20.0


@pytest.mark.parametrize("seed", range(20))
def test_in_drawn_problems_none_that_is_possible_is_nearer(seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = random.integers(-1, 4, (4, 4)).astype(float)
    fractions = random.uniform(1.0, 4.0, 4)
    most = matrix @ fractions
    found = mended(matrix, most, fractions, 4)
    low, high = np.floor(fractions) - 1, np.ceil(fractions) + 1
    all_of_them = [np.array(one) for one in product(*(np.arange(a, b + 1) for a, b in zip(low, high, strict=True)))]
    possible = [np.abs(one - fractions).sum() for one in all_of_them if (matrix @ one <= most + 1e-9).all()]
    assert (found is None) == (not possible)
    if found is not None:
        assert (matrix @ found <= most + 1e-6).all()
        assert np.isclose(np.abs(found - fractions).sum(), min(possible))


def test_where_there_are_none_none_are_found() -> None:
    """One whole number between 2.5 and 2.8; and a limit that no whole number touches."""
    assert mended(np.array([[1.0], [-1.0]]), np.array([2.8, -2.5]), np.array([2.6]), 1) is None
    assert mended(np.array([[0.0, 1.0], [0.0, -1.0]]), np.array([1.0, -2.0]), np.array([2.6, 0.0]), 1) is None
