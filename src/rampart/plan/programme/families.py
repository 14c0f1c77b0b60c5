"""Families of variables: all decisions or amounts of one kind, over (key, node)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from rampart.engine.linear_model import LinearModel
from rampart.network.keys import Key
from rampart.network.lags import Booleans, Floats, Integers
from rampart.network.tree import Tree

Role = Literal["decision", "flow", "level", "slack"]
"""What somebody decides; what flows at once and is settled for good; what follows; what is missing."""


@dataclass(frozen=True, eq=False)
class Undoing:
    """Which orders each key of a family undoes.

    family  whose orders; ``key`` position of the key undone, shape (keys,)
    cause   node of the order undone, shape (keys, nodes)
    """

    family: str
    key: Integers
    cause: Integers


@dataclass(frozen=True, eq=False)
class FamilySpec:
    """What a part says of a family.

    name    planner's word, unique in the programme
    keys    what each variable is of
    role    decision, flow, level or slack
    exists  where it exists, broadcast to (keys, nodes); none: everywhere
    upper   most of it in plain units, broadcast to (keys, nodes)
    scale   plain units in one unit of the solver, shape (keys,); none: one
    whole   which are whole numbers, in units of the solver, broadcast to (keys, nodes); none: none
    tie     how much a planner cares to see it small where all else is equal; 0: not at all
    tie_by  factor of the tie weight, broadcast to (keys, nodes)
    tie_add added to the tie weight, broadcast to (keys, nodes)
    prefer  data by which equals are distinguished, smaller first, the foremost first (cost, then months), shape (keys,) each
    undoes  what it undoes, where it undoes something
    worth   money units that one unit stands for, to weigh what differs between plans, shape (keys,); NaN: unknown
    called  what a person calls a key where it is named as a cause; none: as it is
    ships   whether it is a shipment of what is there, which may follow the war between two looks (``shipments_wait``)
    """

    name: str
    keys: Sequence[Key]
    role: Role
    exists: Booleans | None = None
    upper: Floats | float = np.inf
    scale: Floats | None = None
    whole: Booleans | None = None
    tie: float = 0.0
    tie_by: Floats | float = 1.0
    tie_add: Floats | float = 0.0
    prefer: Sequence[Floats] = ()
    undoes: Undoing | None = None
    worth: Floats | None = None
    called: Callable[[Key], Key] | None = None
    ships: bool = False


class Undone(NamedTuple):
    """Variables of which one unit undoes, from the node ``since`` on, all that a unit decided at (key, cause) does.

    labels of the undoing variables; own  position of the key in their own family. Shape (variables,) each.
    """

    labels: Integers
    key: Integers
    cause: Integers
    since: Integers
    own: Integers


class Family:
    """Variables of one kind over (key, node).

    scale   plain units in one unit of the solver, a power of two a key: the solver sees numbers near one, and
            nothing is rounded at the border. Formulas are written in plain units; scaling happens only here.
    labels  shape (keys, nodes), -1 where ``exists`` is false
    undone  what may undo it later; rows that add the family then add that too

    order  position of each key in the order in which the solver sees them, shape (keys,)
    """

    def __init__(self, model: LinearModel, tree: Tree, spec: FamilySpec, *, order: Integers | None = None) -> None:
        self.spec, self.tree, self.name, self.role = spec, tree, spec.name, spec.role
        self.keys = list(spec.keys)
        shape = (len(self.keys), len(tree))
        self.exists = np.ones(shape, dtype=bool) if spec.exists is None else np.broadcast_to(spec.exists, shape)
        self.scale = np.ones(len(self.keys)) if spec.scale is None else np.asarray(spec.scale, dtype=float)
        self.whole: Booleans = np.broadcast_to(np.zeros(1, dtype=bool) if spec.whole is None else spec.whole, shape)
        self.labels: Integers = np.full(shape, -1)
        self.undone: Undone | None = None
        if self.exists.any():
            order = np.arange(len(self.keys)) if order is None else order
            upper = np.broadcast_to(spec.upper, shape) / self.scale[:, None]
            self.labels[order] = model.add_variables(upper=upper[order], exists=self.exists[order])

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def index(self) -> dict[Key, int]:
        """Position of each key."""
        return {key: n for n, key in enumerate(self.keys)}

    def called(self, key: Key) -> Key:
        """What a person calls a key."""
        return key if self.spec.called is None else self.spec.called(key)

    def undo(self, undoing: Family) -> None:
        """Let the variables of another family undo what is decided here."""
        undoes = undoing.spec.undoes
        own, node = np.nonzero(undoing.labels >= 0)
        if undoes is not None and own.size:
            self.undone = Undone(undoing.labels[own, node], undoes.key[own], undoes.cause[own, node], node, own)


Families = dict[str, Family]
