"""Where each cell of the programme lies in the solver's matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from rampart.engine.linear_model import Matrices
from rampart.findings import CaseError, Finding
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.measures import Measure
from rampart.plan.programme.programme import Programme


@dataclass(frozen=True, eq=False)
class Layout:
    """Where each cell of the programme lies in the solver's matrix.

    matrices  the programme as the solver takes it, scaled
    row_family, row_key, row_node, row_scale               what each solver row is
    column_family, column_key, column_node, column_scale   what each column is; the key by its position in the family
    """

    matrices: Matrices
    row_family: list[str]
    row_key: list[Key]
    row_node: Integers
    row_scale: Floats
    column_family: list[str]
    column_key: Integers
    column_node: Integers
    column_scale: Floats

    @property
    def matrix(self) -> sp.csr_array:
        """Scaled coefficients, rows x columns."""
        return self.matrices.matrix

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.column_family)

    def costs(self, measure: Measure) -> Floats:
        """Coefficient of every column in a measure, shape (columns,)."""
        return measure.coefficients(self.columns)

    def without(self, columns: Integers) -> Layout:
        """The same with some columns at nothing."""
        lower, upper = self.matrices.lower.copy(), self.matrices.upper.copy()
        lower[columns] = upper[columns] = 0.0
        return replace(self, matrices=replace(self.matrices, lower=lower, upper=upper))


def lay_out(programme: Programme) -> Layout:
    """Where the solver's rows and columns lie. Raises CaseError where there is nothing to decide."""
    matrices = programme.model.matrices()
    rows, columns = matrices.matrix.shape
    if not columns:
        raise CaseError([Finding("nothing-to-plan")])
    family = np.empty(columns, dtype=object)
    key, node = np.zeros((2, columns), dtype=np.int64)
    scale = np.ones(columns)
    for name, variables in programme.families.items():
        k, n = np.nonzero(variables.labels >= 0)
        at = variables.labels[k, n]
        family[at], key[at], node[at], scale[at] = name, k, n, variables.scale[k]
    row_family, row_key = np.empty(rows, dtype=object), np.empty(rows, dtype=object)
    row_node, row_scale = np.zeros(rows, dtype=np.int64), np.ones(rows)
    for block in programme.rows:
        k, n = np.nonzero(block.labels >= 0)
        at = block.labels[k, n]
        row_family[at], row_node[at], row_scale[at] = block.name, n, block.scale[k]
        keys = np.empty(len(block.keys), dtype=object)
        keys[:] = block.keys
        row_key[at] = keys[k]
    return Layout(matrices, list(row_family), list(row_key), row_node, row_scale, list(family), key, node, scale)
