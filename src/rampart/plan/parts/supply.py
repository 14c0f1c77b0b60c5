"""What lines and expansions take: components from stock, and shared resources, each so many months before."""

from __future__ import annotations

import math

import numpy as np

from rampart.network.network import Sets
from rampart.network.resources import resource_codes, resource_numbers
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def take_components(sets: Sets, balance: Rows, order: Family, expand: Family, sign: float) -> None:
    """Add ``sign x`` what orders and expansions take from the stock of the line's nation.

    A component is taken ``offset`` months before delivery, that is ``lead - offset`` months after the order is decided.
    """
    keys, rows, lags, factors = [], [], [], []
    for n, channel in enumerate(sets.channels):
        nation = sets.lines[channel.line]["nation"]
        for i in sets.inputs_of[channel.line]:
            keys.append(n)
            rows.append(sets.pair_index[nation, i.component])
            lags.append(channel.lead - i.offset)
            factors.append(sign * i.quantity)
    balance.add_lagged(
        order, np.array(lags), key=np.array(keys, dtype=np.int64), row=np.array(rows, dtype=np.int64),
        factor=np.array(factors),
    )  # fmt: skip
    for bill in sets.expansion_bills:
        n = sets.expansion_index[bill["expansion"]]
        expansion = sets.expansions[n]
        pair = sets.lines[expansion["line"]]["nation"], bill["component"]
        when = balance.tree.from_start(math.floor(expansion["construction"] - bill["offset"]))
        at = np.array([sets.pair_index[pair]])
        balance.add(expand, when, key=np.array([n]), row=at, factor=sign * bill["quantity"])


def resource_use(sets: Sets, tree: Tree, rows: Rows, *, order: Family, active: Family, expand: Family) -> None:
    """Add what orders, set-ups and expansions use of each resource to rows keyed by ``resource_codes``."""
    at = {code: n for n, code in enumerate(resource_codes(sets))}
    set_up = {code: n for n, code in enumerate(active.keys)}
    keys, places, lags, factors = [], [], [], []
    for use in sets.uses:
        for n, channel in sets.channels_of.get(use["line"], []):
            keys.append(n)
            places.append(at[use["resource"]])
            lags.append(channel.lead - use["offset"])
            factors.append(use["quantity"])
        row = np.array([at[use["resource"]]])
        if use["setup"] and use["line"] in set_up:
            rows.add(active, tree.now, key=np.array([set_up[use["line"]]]), row=row, factor=use["setup"])
        if use["expansion"] in sets.expansion_index:
            n = sets.expansion_index[use["expansion"]]
            when = tree.from_start(math.floor(sets.expansions[n]["construction"] - use["offset"]))
            rows.add(expand, when, key=np.array([n]), row=row, factor=use["quantity"])
    rows.add_lagged(
        order, np.array(lags), key=np.array(keys, dtype=np.int64), row=np.array(places, dtype=np.int64),
        factor=np.array(factors),
    )  # fmt: skip


def resources(sets: Sets, tree: Tree, use: Family, *, order: Family, active: Family, expand: Family) -> None:
    """``use = what orders, set-ups and expansions need``, with ``use <= capacity`` as its upper bound row."""
    codes = resource_codes(sets)
    needed = Rows(use.model, tree, "resource use", codes, scale=use.scale)
    resource_use(sets, tree, needed, order=order, active=active, expand=expand)
    needed.add(use, tree.now, factor=-1.0)
    needed.constrain("==", 0.0)
    capacity, _ = resource_numbers(sets)
    limit = Rows(use.model, tree, "resource", codes, scale=use.scale).add(use, tree.now)
    limit.constrain("<=", capacity[:, tree.period])
