"""Expansions: when they may be decided, how many, what they cost and what is left of them at the end."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rampart.network.lags import Floats
from rampart.network.network import Sets
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def may_expand(sets: Sets, tree: Tree) -> NDArray[np.bool_]:
    """Where an expansion may be decided: nodes whose first month lies in ``earliest``-``latest``. (expansions, nodes)."""
    first, last = sets.calendar.first, sets.calendar.last
    windows = [(sets.month(e["earliest"], first), sets.month(e["latest"], last)) for e in sets.expansions]
    return np.array([(tree.first_month >= a) & (tree.first_month <= b) for a, b in windows]).reshape(-1, len(tree))


def most_units(sets: Sets, tree: Tree, expand: Family) -> None:
    """``sum of units so far <= max_units``, at the last nodes."""
    rows = Rows(expand.model, tree, "expansion limit", expand.keys).add(expand, tree.so_far)
    most = np.array([e["max_units"] for e in sets.expansions])
    rows.constrain("<=", most[:, None], where=np.isin(np.arange(len(tree)), tree.leaves)[None, :])


def net_cost(sets: Sets, tree: Tree) -> Floats:
    """Cost of a unit less its value at the end of the plan, money units, shape (expansions, nodes).

    The value is the stated end value of a unit that is ready by the end, else what is left of the cost when it is
    written off evenly over its life from the month in which it is ready; without a life, nothing.
    """
    result = np.zeros((len(sets.expansions), len(tree)))
    for n, e in enumerate(sets.expansions):
        ready = tree.first_month + e["construction"]
        value = np.zeros(len(tree))
        if e["end_value"] is not None:
            value = np.where(ready <= sets.calendar.last, e["end_value"], 0.0)
        elif e["life"] is not None:
            service = np.maximum(0.0, sets.calendar.last + 1 - ready)
            value = e["cost"] * np.maximum(0.0, 1 - service / e["life"])
        result[n] = e["cost"] - value
    return result


def payment_months(expansion: dict[str, object]) -> int:
    """Months over which an expansion is paid evenly, from the month in which it is decided."""
    return max(1, math.ceil(float(expansion["construction"])))  # type: ignore[arg-type]
