"""Sending between holders, deliveries to the recipient, pledges, and third-country purchases from finite stock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.network.network import Sets
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def may_send(sets: Sets, tree: Tree) -> NDArray[np.bool_]:
    """Where sending exists: some of it arrives within the horizon. Shape (routes, nodes)."""
    transit = np.array([int(np.floor(r.months)) for r in sets.routes], dtype=np.int64).reshape(-1, 1)
    return tree.first_month + transit <= sets.calendar.last


def route_capacity(sets: Sets, tree: Tree, send: Family) -> None:
    """``sent <= capacity x months``."""
    capacity = np.array([r.capacity for r in sets.routes])[:, None]
    rows = Rows(send.model, tree, "route", send.keys, scale=send.scale).add(send, tree.now)
    rows.constrain("<=", np.where(np.isfinite(capacity), capacity * tree.months, np.inf))
