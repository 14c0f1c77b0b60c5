"""The linear model: blocks of variables and of rows over (key, node), put together as matrices for the solver.

A label is the number of a variable among the solver's columns, or of a row among its rows; -1 stands for none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rampart.engine.highs import Floats, Integers


@dataclass(frozen=True, eq=False)
class Matrices:
    """The model as the solver takes it: rows of ``matrix`` between their bounds, columns between theirs."""

    matrix: sp.csr_array
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats

    def allow(self, columns: Floats, tolerance: float = 1e-7) -> bool:
        """Whether columns keep all bounds, as closely as a solver keeps them."""
        rows = self.matrix @ columns
        kept = (columns >= self.lower - tolerance) & (columns <= self.upper + tolerance)
        held = (rows >= self.row_lower - tolerance) & (rows <= self.row_upper + tolerance)
        return bool(kept.all() and held.all())


class LinearModel:
    """Variables from nothing up to a bound, and rows that hold between them, in the order in which they are added."""

    def __init__(self) -> None:
        self.columns = self.rows = 0
        self._upper: list[Floats] = []
        self._blocks: list[sp.csr_array] = []
        self._row_lower: list[Floats] = []
        self._row_upper: list[Floats] = []

    def add_variables(self, *, upper: Floats, exists: NDArray[np.bool_]) -> Integers:
        """Variables from nothing up to a bound; their labels, of the shape of ``exists``."""
        labels = np.full(exists.shape, -1)
        found = int(exists.sum())
        labels[exists] = np.arange(self.columns, self.columns + found)
        self.columns += found
        self._upper.append(upper[exists])
        return labels

    def add_rows(self, matrix: sp.csr_array, sign: str, right: Floats, *, where: NDArray[np.bool_]) -> Integers:
        """Rows ``matrix @ variables  sign  right`` on the cells of ``where``; their labels, of its shape.

        matrix  shape (cells, labels so far), a row for each cell in the order of ``where``
        """
        labels = np.full(where.shape, -1)
        wanted = np.flatnonzero(where)
        labels[where] = np.arange(self.rows, self.rows + wanted.size)
        self.rows += wanted.size
        level, free = right[where], np.full(wanted.size, np.inf)
        self._blocks.append(matrix[wanted])
        self._row_lower.append(-free if sign == "<=" else level)
        self._row_upper.append(free if sign == ">=" else level)
        return labels

    def matrices(self) -> Matrices:
        """The model in matrices."""
        wide = [sp.csr_array((b.data, b.indices, b.indptr), shape=(b.shape[0], self.columns)) for b in self._blocks]
        matrix = sp.csr_array(sp.vstack(wide)) if wide else sp.csr_array((0, self.columns))
        nothing = np.zeros(0)
        return Matrices(
            matrix, np.zeros(self.columns), np.concatenate([nothing, *self._upper]),
            np.concatenate([nothing, *self._row_lower]), np.concatenate([nothing, *self._row_upper]),
        )  # fmt: skip
