"""Pieces of a plan that no row ties together: what changes in one of them leaves the others as they are.

Columns that are settled tie nothing; two that are open hang together where a row has both.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from rampart.engine.highs import Sparse, sparse
from rampart.network.lags import Booleans, Floats, Integers


class Pieces:
    """The pieces of a model.

    matrix  coefficients, shape (rows, columns); ``lower``, ``upper``  bounds of its columns, shape (columns,)
    """

    def __init__(self, matrix: Sparse, lower: Floats, upper: Floats) -> None:
        self.open = upper - lower > 0
        part = sparse(matrix[:, np.flatnonzero(self.open)])
        joined = sp.block_array([[None, part], [part.T, None]], format="csr")
        _, piece = connected_components(joined, directed=False)
        self.piece: Integers = np.full(self.open.size, -1)
        self.piece[self.open] = piece[part.shape[0] :]

    def touched(self, columns: Integers) -> Booleans:
        """Open columns that hang together with any of these, shape (columns,)."""
        found: Booleans = self.open & np.isin(self.piece, np.unique(self.piece[columns][self.open[columns]]))
        return found
