"""Purchases from third countries out of finite stock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.network.lags import Floats
from rampart.network.network import Sets
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def market_months(sets: Sets, tree: Tree) -> Floats:
    """Months of each node in which each offer may be bought, shape (offers, nodes)."""
    rows = {r["offer"]: r for r in sets.rows("market")}
    result = np.zeros((len(sets.offers), len(tree)))
    for n, offer in enumerate(sets.offers):
        row = rows[offer.code]
        begin = np.maximum(tree.first_month, sets.month(row["from"], sets.calendar.first))
        end = np.minimum(tree.last_month, sets.month(row["until"], sets.calendar.last))
        result[n] = np.maximum(0, end - begin + 1)
    return result


def may_buy(sets: Sets, tree: Tree) -> NDArray[np.bool_]:
    """Where a purchase exists: the offer is open and some of it arrives within the horizon."""
    delay = np.array([int(np.floor(o.delay)) for o in sets.offers], dtype=np.int64).reshape(-1, 1)
    return (market_months(sets, tree) > 0) & (tree.first_month + delay <= sets.calendar.last)


def market_limits(sets: Sets, tree: Tree, buy: Family) -> None:
    """``all purchases of an offer <= quantity`` and, in each node, ``<= most per month x months open``."""
    table = sets.rows("market")
    codes = [r["offer"] for r in table]
    at = np.array([codes.index(o.code) for o in sets.offers], dtype=np.int64)
    scale = np.array([sets.item_scale[r["item"]] for r in table])
    stock = Rows(buy.model, tree, "market stock", codes, scale=scale).add(buy, tree.so_far, row=at)
    last = np.isin(np.arange(len(tree)), tree.leaves)[None, :]
    stock.constrain("<=", np.array([r["quantity"] for r in table])[:, None], where=last)
    open_months = np.zeros((len(codes), len(tree)))
    open_months[at] = market_months(sets, tree)
    rate = np.array([r["max_rate"] for r in table])[:, None]
    most = np.where(open_months > 0, rate * np.where(open_months > 0, open_months, 1.0), 0.0)
    Rows(buy.model, tree, "market rate", codes, scale=scale).add(buy, tree.now, row=at).constrain("<=", most)
