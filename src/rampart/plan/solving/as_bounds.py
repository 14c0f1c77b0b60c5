"""Rows of which one column alone is open are bounds of that column: a model with as many fewer rows holds the same plans.

    low <= a x[j] + sum of the settled <= high     becomes     (low - settled) / a <= x[j] <= (high - settled) / a,  a > 0

A column whose bounds meet is settled, and leaves other rows with one open column. Source: singleton rows (Andersen and
Andersen, Presolving in linear programming, 1995, 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from rampart.engine.highs import Sparse
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
    lower, upper, near = lower.copy(), upper.copy(), MEET * np.maximum(1.0, np.abs(levels))
    by_column: Sparse = sp.csc_array(matrix)
    below, above = low - matrix @ levels, high - matrix @ levels  # what each row leaves to move by
    settled = upper - lower <= near
    lower[settled] = upper[settled] = levels[settled]
    count = np.rint(abs(matrix).sign() @ (~settled).astype(float)).astype(np.int64)
    left, bound_by = count > 0, np.full(count.size, -1)
    alone = np.flatnonzero(count == 1)
    while alone.size:
        left[alone] = False
        entry, of = entries(matrix.indptr, alone)
        ties = ~settled[matrix.indices[entry]] & (matrix.data[entry] != 0)
        row, column, a = alone[of[ties]], matrix.indices[entry[ties]], matrix.data[entry[ties]]
        bound_by[row] = column
        ends = below[row] / a, above[row] / a
        np.maximum.at(lower, column, np.minimum(levels[column], levels[column] + np.minimum(*ends)))
        np.minimum.at(upper, column, np.maximum(levels[column], levels[column] + np.maximum(*ends)))
        met = np.unique(column[upper[column] - lower[column] <= near[column]])
        settled[met] = True
        lower[met] = upper[met] = levels[met]
        entry, _ = entries(by_column.indptr, met)
        touched = by_column.indices[entry[by_column.data[entry] != 0]]
        np.subtract.at(count, touched, 1)
        left[touched[count[touched] == 0]] = False
        alone = np.unique(touched[left[touched] & (count[touched] == 1)])
    return AsBounds(np.flatnonzero(left), lower, upper, bound_by)


def entries(starts: Integers, lines: Integers) -> tuple[Integers, Integers]:
    """Places of the entries of some lines of a compressed matrix, and the place of the line of each among them."""
    lengths = starts[lines + 1] - starts[lines]
    of = np.repeat(np.arange(lines.size), lengths)
    return np.arange(lengths.sum()) + (starts[lines] - np.cumsum(lengths) + lengths)[of], of
