"""The one place that meets linopy: families of variables over (key, node), and their terms in constraints.

A term is a variable family seen through a sparse map: which key counts in which row, how much, and with which lag
between nodes. Terms add up with ``+`` and ``-`` as in the equations of ``docs/explanation/mathematics.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rampart.network.lags import Floats, Integers, Matrix
from rampart.plan.programme.tree import Tree


def new_model() -> Any:
    """An empty linopy model on the sparse path with v1 semantics, so that a mismatch of labels raises."""
    import linopy

    class PlanModel(linopy.Model):  # type: ignore[misc]
        """A linopy model that remembers the scale of the rows of each constraint family."""

        row_scales: dict[str, Floats]

    linopy.options["semantics"] = "v1"
    model = PlanModel(sparse=True)
    model.row_scales = {}
    return model


class Undone(NamedTuple):
    """Variables of which one unit undoes, from the node ``since`` on, all that a unit decided at (key, cause) does.

    labels linopy labels; own  position of the key in the variables' own family. Shape (variables,) each.
    """

    labels: Integers
    key: Integers
    cause: Integers
    since: Integers
    own: Integers


class Family:
    """Variables of one kind over (key, node).

    name   planner's word, unique in the model
    keys   readable name of each key
    scale  plain units in one unit of the solver, a power of two a key: the solver sees numbers near one, and
           nothing is rounded at the border. Formulas are written in plain units; scaling happens only here.
    labels linopy labels, shape (keys, nodes), -1 where ``exists`` is false
    undone what may undo it later; rows that add the family then add that too
    """

    undone: Undone | None = None

    def __init__(
        self,
        model: Any,
        tree: Tree,
        name: str,
        *,
        keys: Sequence[str],
        exists: NDArray[np.bool_] | None = None,
        scale: Floats | None = None,
        upper: Floats | float = np.inf,
        integer: bool = False,
    ) -> None:
        import pandas as pd
        import xarray as xr

        self.name, self.keys, self.tree, self.model = name, list(keys), tree, model
        shape = (len(self.keys), len(tree))
        self.exists = np.ones(shape, dtype=bool) if exists is None else np.broadcast_to(exists, shape)
        self.scale = np.ones(len(self.keys)) if scale is None else np.asarray(scale, dtype=float)
        self.labels = np.full(shape, -1)
        if not self.exists.any():
            return
        coords = {name: pd.Index(self.keys, name=name), "node": pd.RangeIndex(len(tree), name="node")}
        bound = xr.DataArray(np.broadcast_to(upper, shape) / self.scale[:, None], coords=coords)
        mask = xr.DataArray(self.exists.copy(), coords=coords)
        variable = model.add_variables(lower=0, upper=bound, coords=coords, mask=mask, name=name, integer=integer)
        self.labels = np.asarray(variable.labels.transpose(name, "node"))

    def __len__(self) -> int:
        return len(self.keys)


class Measure:
    """A linear expression over the variables: an objective pass, or money in a budget row.

    ``columns`` and ``values`` are linopy labels and coefficients in solver units.
    """

    def __init__(self, name: str, unit: str) -> None:
        self.name, self.unit = name, unit
        self._labels: list[Integers] = []
        self._values: list[Floats] = []

    def add(self, family: Family, weight: Floats | float, *, key: Integers | None = None) -> Measure:
        """Add ``weight * family[key]``; weight broadcasts to (keys, nodes)."""
        key = np.arange(len(family)) if key is None else key
        labels = family.labels[key]
        values = np.broadcast_to(weight, labels.shape) * family.scale[key][:, None]
        live = (labels >= 0) & (values != 0)
        self._labels.append(labels[live])
        self._values.append(values[live])
        return self

    def add_measure(self, other: Measure, weight: float) -> Measure:
        """Add another measure with a weight."""
        self._labels += other._labels
        self._values += [values * weight for values in other._values]
        return self

    def coefficients(self, size: int) -> Floats:
        """Coefficient of every label, shape (size,)."""
        result = np.zeros(size)
        for labels, values in zip(self._labels, self._values, strict=True):
            np.add.at(result, labels, values)
        return result

    @property
    def empty(self) -> bool:
        """Whether no variable counts in it."""
        return not any(labels.size for labels in self._labels)


class Rows:
    """Rows of one family of constraints over (key, node), built term by term."""

    def __init__(self, model: Any, tree: Tree, name: str, keys: Sequence[str], *, scale: Floats | None = None) -> None:
        self.model, self.tree, self.name, self.keys = model, tree, name, list(keys)
        self.scale = np.ones(len(self.keys)) if scale is None else np.asarray(scale, dtype=float)
        self._rows: list[Integers] = []
        self._labels: list[Integers] = []
        self._values: list[Floats] = []

    def add(
        self,
        family: Family,
        through: Matrix,
        *,
        key: Integers | None = None,
        row: Integers | None = None,
        factor: Floats | float = 1.0,
        then: Matrix | None = None,
    ) -> Rows:
        """Add ``factor[j] * then @ through @ family[key[j]]`` to row key ``row[j]`` for every j.

        ``key`` and ``row`` default to one-to-one. ``through`` and ``then`` (default: the identity) have shape (nodes,
        nodes), rows the effect. What undoes the family takes away the effects of ``through`` from its node on.
        """
        key = np.arange(len(family)) if key is None else np.asarray(key, dtype=np.int64)
        row = np.arange(len(family)) if row is None else np.asarray(row, dtype=np.int64)
        if not key.size or not self.keys:
            return self
        factors = np.broadcast_to(factor, key.shape) * family.scale[key] / self.scale[row]
        if family.undone is not None:
            self._undo(family.undone, through, then, key=key, row=row, factors=factors)
        coo = (through if then is None else then @ through).tocoo()
        n = len(self.tree)
        labels = family.labels[key][:, coo.col]
        rows = row[:, None] * n + coo.row[None, :]
        values = factors[:, None] * coo.data[None, :]
        live = (labels >= 0) & (values != 0)
        self._rows.append(rows[live])
        self._labels.append(labels[live])
        self._values.append(values[live])
        return self

    def _undo(
        self, undone: Undone, through: Matrix, then: Matrix | None, *, key: Integers, row: Integers, factors: Floats
    ) -> None:
        """Take away the effects that come at ``since`` or below it."""
        mine = np.flatnonzero(np.isin(undone.key, key))
        effects = through.tocsc()[:, undone.cause[mine]].tocoo()  # (nodes, variables)
        since = undone.since[mine][effects.col]
        later = self.tree.ancestor[effects.row, self.tree.period[since]] == since
        at = effects.row[later], effects.col[later]
        gone = sp.csr_array((effects.data[later], at), shape=effects.shape)
        coo = (gone if then is None else then @ gone).tocoo()
        entry, term = np.nonzero(undone.key[mine][coo.col][:, None] == key[None, :])
        self._rows.append(row[term] * len(self.tree) + coo.row[entry])
        self._labels.append(undone.labels[mine][coo.col[entry]])
        self._values.append(-factors[term] * coo.data[entry])

    def add_lagged(
        self,
        family: Family,
        lags: Floats,
        *,
        key: Integers | None = None,
        row: Integers | None = None,
        factor: Floats | float = 1.0,
    ) -> Rows:
        """Add terms whose lag in months differs by entry: ``factor[j] * H(lags[j]) @ family[key[j]]``."""
        lags = np.asarray(lags, dtype=float)
        key = np.arange(len(family)) if key is None else key
        row = np.arange(len(family)) if row is None else row
        factor = np.broadcast_to(factor, lags.shape)
        for lag in np.unique(lags):
            at = lags == lag
            self.add(family, self.tree.later(lag), key=key[at], row=row[at], factor=factor[at])
        return self

    def add_cells(
        self, family: Family, *, key: Integers, cause: Integers, row: Integers, effect: Integers, factor: Floats
    ) -> Rows:
        """Add single cells: ``factor[j] * family[key[j], cause[j]]`` at row ``(row[j], effect[j])``."""
        labels = family.labels[key, cause]
        live = (labels >= 0) & (factor != 0)
        self._rows.append((row * len(self.tree) + effect)[live])
        self._labels.append(labels[live])
        self._values.append((factor * family.scale[key] / self.scale[row])[live])
        return self

    def _matrix(self) -> sp.csr_array:
        size = len(self.keys) * len(self.tree)
        columns = self.model._xCounter
        if not self._rows:
            return sp.csr_array((size, columns))
        data = np.concatenate(self._values)
        at = (np.concatenate(self._rows), np.concatenate(self._labels))
        return sp.csr_array(sp.coo_array((data, at), shape=(size, columns)))

    def constrain(self, sign: str, right: Floats | float, *, where: NDArray[np.bool_] | None = None) -> None:
        """Make the rows constraints: terms ``sign`` right, on the cells of ``where`` that have a term.

        A row without terms that its right-hand side contradicts raises: it would be dropped silently.
        """
        import pandas as pd
        import xarray as xr
        from linopy.csr import CSRLinearExpression, Grid
        from linopy.expressions import LinearExpression

        if not self.keys:
            return
        shape = (len(self.keys), len(self.tree))
        matrix = self._matrix()
        level: Floats = np.broadcast_to(right, shape) / self.scale[:, None]
        filled = np.diff(matrix.indptr).reshape(shape) > 0
        wanted = np.ones(shape, dtype=bool) if where is None else np.broadcast_to(where, shape)
        holds = {"==": np.abs(level) <= 1e-9, "<=": level >= -1e-9, ">=": level <= 1e-9}[sign]
        if (wanted & ~filled & ~holds).any():
            k, n = np.argwhere(wanted & ~filled & ~holds)[0]
            raise ValueError(f"{self.name} of {self.keys[k]} at node {n} has no terms: 0 {sign} {level[k, n]}")
        wanted = wanted & filled & np.isfinite(level)
        if not wanted.any():
            return
        indexes = {self.name: pd.Index(self.keys, name=self.name), "node": pd.RangeIndex(len(self.tree), name="node")}
        csr = CSRLinearExpression(matrix, np.zeros(matrix.shape[0]), Grid(indexes, {}), self.model)
        expression = LinearExpression._from_csr(csr, self.model)
        coords = {name: index for name, index in indexes.items()}
        self.model.row_scales[self.name] = self.scale
        self.model.add_constraints(
            expression,
            {"==": "=", "<=": "<=", ">=": ">="}[sign],
            xr.DataArray(level.copy(), coords=coords),
            mask=xr.DataArray(wanted, coords=coords),
            name=self.name,
        )


Families = dict[str, Family]


def _share(part: Floats | float, whole: Floats) -> Floats:
    """Share part / whole where whole is positive, else 0."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)
