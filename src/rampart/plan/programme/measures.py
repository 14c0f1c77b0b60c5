"""Measures: linear expressions over the variables that objectives are made of."""

from __future__ import annotations

import numpy as np

from rampart.network.lags import Floats, Integers
from rampart.plan.programme.families import Family


class Measure:
    """A linear expression over the variables: what an objective pass makes small.

    Labels of variables, and coefficients in solver units.
    """

    def __init__(self, name: str, unit: str) -> None:
        self.name, self.unit = name, unit
        self._labels: list[Integers] = []
        self._values: list[Floats] = []

    def add(self, family: Family, weight: Floats | float) -> Measure:
        """Add ``weight * family``; weight broadcasts to (keys, nodes)."""
        values = np.broadcast_to(weight, family.labels.shape) * family.scale[:, None]
        live = (family.labels >= 0) & (values != 0)
        self._labels.append(family.labels[live])
        self._values.append(values[live])
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


def share(part: Floats | float, whole: Floats) -> Floats:
    """Share part / whole where whole is positive, else 0."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)
