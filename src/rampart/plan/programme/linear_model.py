"""The linear model in linopy: the one file that knows its names, private ones included.

Families of variables and of rows are blocks over (key, node); a label says which variable or row a cell is, -1 for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from rampart.network.lags import Booleans, Floats, Integers

SIGNS = {"==": "=", "<=": "<=", ">=": ">="}


@dataclass(frozen=True, eq=False)
class Matrices:
    """The model as the solver takes it: rows of ``matrix`` between their bounds, columns between theirs.

    column_labels, row_labels  label of each column and row
    """

    matrix: sp.csr_array
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    column_labels: Integers
    row_labels: Integers


class Grid(NamedTuple):
    """Shape of a block, and the name of its keys' axis."""

    name: str
    keys: int
    nodes: int

    def coordinates(self) -> dict[str, Any]:
        """Axes for linopy: keys by number, since it looks names up as text."""
        import pandas as pd

        return {self.name: pd.RangeIndex(self.keys, name=self.name), "node": pd.RangeIndex(self.nodes, name="node")}


class LinearModel:
    """An empty linopy model on the sparse path with v1 semantics, so that a mismatch of labels raises."""

    def __init__(self) -> None:
        import linopy

        linopy.options["semantics"] = "v1"
        self._model = linopy.Model(sparse=True)

    @property
    def labels(self) -> int:
        """How many labels of variables there are."""
        return int(self._model._xCounter)

    @property
    def row_labels(self) -> int:
        """How many labels of rows there are."""
        return int(self._model._cCounter)

    def add_variables(self, grid: Grid, *, upper: Floats, exists: Booleans) -> Integers:
        """Variables from nothing up to a bound; their labels, shape (keys, nodes), -1 where none exists."""
        import xarray as xr

        coords = grid.coordinates()
        variable = self._model.add_variables(
            lower=0, upper=xr.DataArray(upper, coords=coords), coords=coords,
            mask=xr.DataArray(exists.copy(), coords=coords), name=grid.name,
        )  # fmt: skip
        return np.asarray(variable.labels.transpose(grid.name, "node"))

    def add_rows(self, grid: Grid, matrix: sp.csr_array, sign: str, right: Floats, *, where: Booleans) -> Integers:
        """Rows ``matrix @ variables  sign  right``; their labels, shape (keys, nodes), -1 where none is wanted.

        matrix  shape (keys x nodes, labels)
        """
        import xarray as xr
        from linopy.csr import CSRLinearExpression
        from linopy.csr import Grid as LinopyGrid
        from linopy.expressions import LinearExpression

        coords = grid.coordinates()
        csr = CSRLinearExpression(matrix, np.zeros(matrix.shape[0]), LinopyGrid(coords, {}), self._model)
        self._model.add_constraints(
            LinearExpression._from_csr(csr, self._model), SIGNS[sign], xr.DataArray(right.copy(), coords=coords),
            mask=xr.DataArray(where, coords=coords), name=grid.name,
        )  # fmt: skip
        return np.asarray(self._model.constraints[grid.name].labels)

    def matrices(self) -> Matrices:
        """The model in matrices."""
        m = self._model.matrices
        columns = np.asarray(m.vlabels)
        # linopy has no matrix where nothing binds
        matrix = sp.csr_array((0, columns.size)) if m.A is None else sp.csr_array(m.A)
        right, sense = np.asarray(m.b, dtype=float), np.asarray(m.sense)
        return Matrices(
            matrix, np.asarray(m.lb, dtype=float), np.asarray(m.ub, dtype=float),
            np.where(sense == "<", -np.inf, right), np.where(sense == ">", np.inf, right),
            columns, np.asarray(m.clabels),
        )  # fmt: skip
