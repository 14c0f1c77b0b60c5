"""Measures: what an objective pass makes small, a sum of terms that are each held for themselves afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp

from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.families import Family

ROOM = 1e-4
"""What a term may give for later passes where the case does not say, as a share of its own value."""
ROOM_FOR_STEADY = 1e-2
"""What steady output may take of each need where the case does not say, as a share of its own value."""


How = Literal["held", "first", "told", "fair", "shared"]


@dataclass(frozen=True)
class Term:
    """A part of a measure with a value of its own: a demand, a requirement of a holder, a pledge, a fleet, a line.

    measure  whose term it is
    of       what it is of; blank: the measure has no parts
    """

    measure: str
    of: Key = ()


class Measure:
    """A linear expression over the variables: what an objective pass makes small.

    Labels of variables, coefficients in solver units, and which term each belongs to.

    parted  whether it falls into terms; else it is one
    """

    def __init__(self, name: str, unit: str, *, parted: bool = False) -> None:
        self.name, self.unit, self.parted = name, unit, parted
        self._place: dict[Term, int] = {}
        self._labels: list[Integers] = []
        self._values: list[Floats] = []
        self._terms: list[Integers] = []

    def add(self, family: Family, weight: Floats | float, *, term: Callable[[Key], Key] | None = None) -> Measure:
        """Add ``weight * family``; weight broadcasts to (keys, nodes).

        term  what the variables of a key are a term of; none: of the key itself
        """
        values = np.broadcast_to(weight, family.labels.shape) * family.scale[:, None]
        live = (family.labels >= 0) & (values != 0)
        counts = live.any(axis=1).tolist() if live.size else [False] * len(family.keys)
        own = [self._term_of(key, term) if c else -1 for key, c in zip(family.keys, counts, strict=True)]
        self._labels.append(family.labels[live])
        self._values.append(values[live])
        self._terms.append(np.broadcast_to(np.array(own, dtype=np.int64)[:, None], live.shape)[live])
        return self

    def _term_of(self, key: Key, term: Callable[[Key], Key] | None) -> int:
        of: Key = () if not self.parted else key if term is None else term(key)
        return self._place.setdefault(Term(self.name, of), len(self._place))

    @property
    def terms(self) -> Sequence[Term]:
        """Its terms, in the order of the rows of ``by_term``."""
        return list(self._place)

    def coefficients(self, size: int) -> Floats:
        """Coefficient of every label, shape (size,)."""
        result = np.zeros(size)
        for labels, values in zip(self._labels, self._values, strict=True):
            np.add.at(result, labels, values)
        return result

    def by_term(self, size: int) -> sp.csr_array:
        """Coefficient of every label in every term, shape (terms, size); the terms sum to the measure."""
        if self.empty:
            return sp.csr_array((len(self._place), size))
        at = np.concatenate(self._terms), np.concatenate(self._labels)
        return sp.csr_array(sp.coo_array((np.concatenate(self._values), at), shape=(len(self._place), size)))

    @property
    def empty(self) -> bool:
        """Whether no variable counts in it."""
        return not any(labels.size for labels in self._labels)


@dataclass(frozen=True, eq=False)
class Pass:
    """One objective pass: its rank in the case, what it makes small, and what that leaves to the passes after it.

    room   what each of its terms may give for later passes, as a share of its own value; 0: nothing
    stated the same where the case says so, else 0: a war of unknown length weighs all paths together and leaves no room
    takes  what it may itself take of each term of the needs before it, as a share of the term's own value
    how    held: each term afterwards; first: the whole of it exactly, until its objective is settled; told: worked out for
           its value and its prices, and not held; fair: not made small but shared, period by period; shared: made small,
           for its prices, and what then lacks shared so that the worst-off lack least, period by period
    """

    rank: int
    measure: Measure
    room: float = 0.0
    stated: float = 0.0
    takes: float = 0.0
    how: How = "held"

    @property
    def name(self) -> str:
        """Name of its measure."""
        return self.measure.name


def share(part: Floats | float, whole: Floats) -> Floats:
    """Share part / whole where whole is positive, else 0."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)
