"""The model as matrices: a programme of two variables entered by hand."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from rampart.engine.highs import OPTIMAL, Highs
from rampart.engine.linear_model import LinearModel


def test_blocks_become_rows_and_columns_in_order() -> None:
    model = LinearModel()
    first = model.add_variables(upper=np.array([[4.0, 9.0]]), exists=np.array([[True, False]]))
    second = model.add_variables(upper=np.array([[6.0, np.inf]]), exists=np.array([[True, True]]))
    assert first.tolist() == [[0, -1]]
    assert second.tolist() == [[1, 2]]
    matrix = sp.csr_array(np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]))
    rows = model.add_rows(matrix, "<=", np.array([[10.0, 7.0]]), where=np.array([[True, True]]))
    more = model.add_rows(matrix, ">=", np.array([[1.0, 2.0]]), where=np.array([[False, True]]))
    assert rows.tolist() == [[0, 1]]
    assert more.tolist() == [[-1, 2]]
    m = model.matrices()
    assert m.matrix.toarray().tolist() == [[1, 2, 0], [0, 0, 1], [0, 0, 1]]
    assert m.row_lower.tolist() == [-np.inf, -np.inf, 2]
    assert m.row_upper.tolist() == [10, 7, np.inf]
    assert m.upper.tolist() == [4, 6, np.inf]
    solver = Highs(m.matrix, m.row_lower, m.row_upper, m.lower, m.upper)
    solver.set_costs(np.array([-1.0, -1.0, 1.0]))
    assert solver.run() == OPTIMAL
    assert solver.levels().tolist() == [4, 3, 2]


def test_a_model_without_rows_has_its_columns() -> None:
    model = LinearModel()
    model.add_variables(upper=np.ones((1, 2)), exists=np.ones((1, 2), dtype=bool))
    assert model.matrices().matrix.shape == (0, 2)
