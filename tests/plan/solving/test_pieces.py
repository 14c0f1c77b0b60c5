"""Pieces of a model that no row ties together."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from rampart.plan.solving.pieces import Pieces


def test_columns_hang_together_by_rows_through_what_is_open() -> None:
    """Rows tie 0-1, 1-2, 2-3 and 4-5; column 2 is settled, so 3 is alone."""
    matrix = sp.csr_array(np.array([[1.0, 1, 0, 0, 0, 0], [0, 2, 1, 0, 0, 0], [0, 0, 1, -1, 0, 0], [0, 0, 0, 0, 1, 1]]))
    pieces = Pieces(matrix, np.array([0.0, 0, 5, 0, 0, 0]), np.array([1.0, 1, 5, 1, np.inf, 1]))
    assert np.flatnonzero(pieces.touched(np.array([0]))).tolist() == [0, 1]
    assert np.flatnonzero(pieces.touched(np.array([3, 5]))).tolist() == [3, 4, 5]
    assert not pieces.touched(np.array([2])).any()
