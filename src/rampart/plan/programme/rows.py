"""Rows: one family of constraints over (key, node), built term by term as in the equations.

A term is a family of variables seen through a sparse map: which key counts in which row, how much, and with which lag
between nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from rampart.engine.linear_model import LinearModel
from rampart.network.accounts import Posting
from rampart.network.keys import Key, text
from rampart.network.lags import Booleans, Floats, Integers, Lag, Matrix, Now
from rampart.network.tree import Tree
from rampart.plan.programme.families import Families, Family, Undone

HOLDS = 1e-9
"""By how much a row without terms may miss its right-hand side."""


class Rows:
    """Rows of one kind.

    name   planner's word, unique in the programme
    keys   what each row is of
    scale  plain units in one unit of the solver's row, shape (keys,); none: one
    labels of the rows, shape (keys, nodes), -1 where there is none; set when they are added to the model
    """

    def __init__(self, tree: Tree, name: str, keys: Sequence[Key], *, scale: Floats | None = None) -> None:
        self.tree, self.name, self.keys = tree, name, list(keys)
        self.scale = np.ones(len(self.keys)) if scale is None else np.asarray(scale, dtype=float)
        self.labels: Integers = np.full((len(self.keys), len(tree)), -1)
        self.sign, self.right, self.where = "==", np.zeros(1), np.ones(1, dtype=bool)
        self._rows: list[Integers] = []
        self._labels: list[Integers] = []
        self._values: list[Floats] = []

    def add(
        self,
        family: Family,
        through: Matrix | None = None,
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
        through = self.tree.effect(Now()) if through is None else through
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

    def add_postings(
        self, postings: Iterable[Posting], families: Families, row_of: Mapping[Key, int], *, factor: float = 1.0,
        only: Booleans | None = None, then: Mapping[Key, Matrix] | Matrix | None = None,
    ) -> Rows:  # fmt: skip
        """Add ``factor x per_unit`` of every posting to the row of its account; those of one family and lag together.

        row_of  row of each account; postings to other accounts are left out
        only    months of the horizon whose effects count, shape (months,)
        then    matrix that follows the lag: one, or one for each account
        """
        alike: dict[tuple[str, Lag, int], list[tuple[int, int, float]]] = {}
        follow: dict[int, Matrix | None] = {0: None}
        for p in postings:
            if p.at not in row_of:
                continue
            after = then.get(p.at) if isinstance(then, Mapping) else then
            follow[id(after) if after is not None else 0] = after
            entry = (families[p.family].index[p.of], row_of[p.at], factor * p.per_unit)
            alike.setdefault((p.family, p.lag, id(after) if after is not None else 0), []).append(entry)
        for (family, lag, after_id), entries in alike.items():
            key, row, amount = (np.array(column) for column in zip(*entries, strict=True))
            through = self.tree.effect(lag, only=only)
            self.add(families[family], through, key=key, row=row, factor=amount, then=follow[after_id])
        return self

    def hold(self, sign: str, right: Floats | float, *, where: Booleans | None = None) -> Rows:
        """State the rows: terms ``sign`` right, on the cells of ``where`` that have a term."""
        self.sign, self.right = sign, np.asarray(right, dtype=float)
        self.where = np.ones(1, dtype=bool) if where is None else where
        return self

    def add_to(self, model: LinearModel, *, order: Integers | None = None) -> None:
        """Make the rows constraints of the model.

        order  position of each key in the order in which the solver sees them, shape (keys,)

        Raises ValueError for a row without terms that its right-hand side contradicts: it would be dropped silently.
        """
        if not self.keys:
            return
        shape = (len(self.keys), len(self.tree))
        matrix = self._matrix(model.columns)
        level: Floats = np.broadcast_to(self.right, shape) / self.scale[:, None]
        filled = np.diff(matrix.indptr).reshape(shape) > 0
        wanted = np.broadcast_to(self.where, shape)
        holds = {"==": np.abs(level) <= HOLDS, "<=": level >= -HOLDS, ">=": level <= HOLDS}[self.sign]
        if (wanted & ~filled & ~holds).any():
            k, n = np.argwhere(wanted & ~filled & ~holds)[0]
            raise ValueError(
                f"{self.name} of {text(self.keys[k])} at node {n} has no terms: 0 {self.sign} {level[k, n]}"
            )
        wanted = wanted & filled & np.isfinite(level)
        if wanted.any():
            order = np.arange(len(self.keys)) if order is None else order
            at = (order[:, None] * len(self.tree) + np.arange(len(self.tree))).ravel()
            self.labels[order] = model.add_rows(matrix[at], self.sign, level[order], where=wanted[order])

    def _matrix(self, labels: int) -> sp.csr_array:
        size = len(self.keys) * len(self.tree)
        if not self._rows:
            return sp.csr_array((size, labels))
        data = np.concatenate(self._values)
        at = (np.concatenate(self._rows), np.concatenate(self._labels))
        return sp.csr_array(sp.coo_array((data, at), shape=(size, labels)))
