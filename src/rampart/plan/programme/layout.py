"""Where each cell of the programme lies in the solver's matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from rampart.findings import CaseError, Finding
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.terms import Measure


@dataclass(frozen=True)
class Layout:
    """Where each cell of the model lies in the solver's matrix.

    column_of_label   solver column of each linopy variable label, -1 where absent
    row_family, row_key, row_node   what each solver row is
    matrix            scaled coefficients, rows x columns
    """

    column_of_label: Integers
    row_family: list[str]
    row_key: list[str]
    row_node: Integers
    matrix: sp.csr_array
    row_scale: Floats
    column_scale: Floats
    column_family: list[str]
    column_key: Integers
    column_node: Integers


def lay_out(programme: Programme) -> Layout:
    """Read the solver's rows and columns back from linopy. Raises CaseError where there is nothing to decide."""
    model = programme.linopy
    matrices = model.matrices
    size = model._xCounter
    column_of_label = np.full(size, -1)
    labels = np.asarray(matrices.vlabels)
    if not labels.size:
        raise CaseError([Finding("nothing-to-plan")])
    column_of_label[labels] = np.arange(labels.size)
    family = np.empty(labels.size, dtype=object)
    key, node, scale = (
        np.zeros(labels.size, dtype=np.int64),
        np.zeros(labels.size, dtype=np.int64),
        np.ones(labels.size),
    )
    for name, variables in programme.variables.items():
        k, n = np.nonzero(variables.labels >= 0)
        at = column_of_label[variables.labels[k, n]]
        family[at], key[at], node[at], scale[at] = name, k, n, variables.scale[k]
    row_of_label = np.full(model._cCounter, -1)
    clabels = np.asarray(matrices.clabels)
    row_of_label[clabels] = np.arange(clabels.size)
    row_family = np.empty(clabels.size, dtype=object)
    row_key = np.empty(clabels.size, dtype=object)
    row_node = np.zeros(clabels.size, dtype=np.int64)
    row_scale = np.ones(clabels.size)
    for name in model.constraints:
        cells = np.asarray(model.constraints[name].labels)
        names = [str(x) for x in model.constraints[name].coords[name].values]
        k, n = np.nonzero(cells >= 0)
        at = row_of_label[cells[k, n]]
        row_family[at], row_node[at] = name, n
        row_key[at] = np.array(names, dtype=object)[k]
        row_scale[at] = programme.row_scales[name][k]
    # linopy has no matrix where nothing binds
    matrix = sp.csr_array((0, labels.size)) if matrices.A is None else sp.csr_array(matrices.A)
    return Layout(
        column_of_label, list(row_family), list(row_key), row_node, matrix, row_scale, scale,
        list(family), key, node,
    )  # fmt: skip


def _costs(layout: Layout, measure: Measure, labels: int, columns: int) -> Floats:
    by_label = measure.coefficients(labels)
    cost = np.zeros(columns)
    used = layout.column_of_label >= 0
    cost[layout.column_of_label[used]] = by_label[used]
    return cost
