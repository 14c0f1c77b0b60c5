"""Rows that have become bounds hold the same plans as before."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from rampart.network.lags import Floats
from rampart.plan.solving.as_bounds import as_bounds


def best(cost: Floats, matrix: Floats, low: Floats, high: Floats, lower: Floats, upper: Floats) -> float:
    """Least cost of a model, by a solver of its own."""
    rows = [LinearConstraint(matrix, low, high)] if low.size else []
    found = milp(cost, constraints=rows, bounds=(lower, upper))
    assert found.status == 0
    return float(found.fun)


def test_a_chain_of_rows_settles_one_column_after_another() -> None:
    matrix = np.array([[2.0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, -1]])
    found = as_bounds(
        sp.csr_array(matrix), np.array([4.0, -np.inf, 0]), np.array([4.0, 5, 0]), np.zeros(4), np.full(4, 9.0),
        np.array([2.0, 1, 3, 3]),
    )  # fmt: skip
    assert found.rows.tolist() == [2]
    assert found.bound_by.tolist() == [0, 1, -1]
    assert found.lower.tolist() == [2, 0, 0, 0] and found.upper.tolist() == [2, 3, 9, 9]
    assert found.open.tolist() == [False, True, True, True]


@given(st.integers(0, 2**32 - 1))
def test_the_same_plans_are_left(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows, columns = 6, 5
    matrix = np.where(draw.random((rows, columns)) < 0.3, draw.integers(-3, 4, (rows, columns)), 0).astype(float)
    levels = draw.integers(0, 4, columns).astype(float)
    room = draw.integers(0, 3, (4, max(rows, columns))).astype(float)
    low, high = matrix @ levels - room[0, :rows], matrix @ levels + room[1, :rows]
    lower, upper = levels - room[2, :columns], levels + room[3, :columns]
    found = as_bounds(sp.csr_array(matrix), low, high, lower, upper, levels)
    left = matrix[found.rows][:, found.open]
    assert (np.count_nonzero(left, axis=1) > 1).all()
    for cost in draw.normal(size=(4, columns)):
        after = best(cost, matrix[found.rows], low[found.rows], high[found.rows], found.lower, found.upper)
        assert after == pytest.approx(best(cost, matrix, low, high, lower, upper), abs=1e-7)
