"""Rows of which one column alone is open are bounds of that column: a model with as many fewer rows holds the same plans.

    low <= a x[j] + sum of the settled <= high     becomes     (low - settled) / a <= x[j] <= (high - settled) / a,  a > 0

A column whose bounds meet is settled, and leaves other rows with one open column. Source: singleton rows (Andersen and
Andersen, Presolving in linear programming, 1995, 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rampart.engine.highs import Sparse, sparse
from rampart.network.lags import Booleans, Floats, Integers

MEET = 1e-12
"""Distance, as a share of where a column is or in units of the solver, at which its bounds meet."""


@dataclass(frozen=True, eq=False)
class AsBounds:
    """What is left of a model.

    rows          those that tie two columns or more, shape (rows that are left,)
    lower, upper  bounds of the columns, shape (columns,)
    bound_by      the column that each row has become a bound of; -1: of none, shape (rows of the model,)
    """

    rows: Integers
    lower: Floats
    upper: Floats
    bound_by: Integers

    @property
    def open(self) -> Booleans:
        """Columns that are not settled, shape (columns,)."""
        found: Booleans = self.upper > self.lower
        return found


def as_bounds(matrix: Sparse, low: Floats, high: Floats, lower: Floats, upper: Floats, levels: Floats) -> AsBounds:
    """Rows of one open column made bounds of it until there is none.

    low <= matrix x <= high, lower <= x <= upper: the model
    levels  a plan that keeps all of these, shape (columns,); it keeps what comes back
    """
    lower, upper = lower.copy(), upper.copy()
    near = MEET * np.maximum(1.0, np.abs(levels))
    ties = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    one = sparse(((matrix.data != 0).astype(float), matrix.indices, matrix.indptr), shape=matrix.shape)
    beyond_low, beyond_high = low - matrix @ levels, high - matrix @ levels  # what each row leaves to move by
    left, bound_by = np.ones(matrix.shape[0], dtype=bool), np.full(matrix.shape[0], -1)
    while True:
        settled = upper - lower <= near
        lower[settled] = upper[settled] = levels[settled]
        count = one @ (~settled).astype(float)
        alone = left & (count < 2)
        left &= ~alone
        entry = np.flatnonzero(alone[ties] & ~settled[matrix.indices] & (matrix.data != 0))
        if not entry.size:
            return AsBounds(np.flatnonzero(left), lower, upper, bound_by)
        row, column, a = ties[entry], matrix.indices[entry], matrix.data[entry]
        bound_by[row] = column
        ends = beyond_low[row] / a, beyond_high[row] / a
        np.maximum.at(lower, column, np.minimum(levels[column], levels[column] + np.minimum(*ends)))
        np.minimum.at(upper, column, np.maximum(levels[column], levels[column] + np.maximum(*ends)))
