"""Sending between holders, deliveries to the recipient, pledges, and third-country purchases from finite stock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import month_number
from rampart.plan.sets import Row, Sets
from rampart.plan.terms import Family, Floats, Rows
from rampart.plan.tree import Tree


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


def may_send(sets: Sets, tree: Tree) -> NDArray[np.bool_]:
    """Where sending exists: some of it arrives within the horizon. Shape (routes, nodes)."""
    transit = np.array([int(np.floor(r.months)) for r in sets.routes], dtype=np.int64).reshape(-1, 1)
    return tree.first_month + transit <= sets.calendar.last


def route_capacity(sets: Sets, tree: Tree, send: Family) -> None:
    """``sent <= capacity x months``."""
    capacity = np.array([r.capacity for r in sets.routes])[:, None]
    rows = Rows(send.model, tree, "route", send.keys, scale=send.scale).add(send, tree.now)
    rows.constrain("<=", np.where(np.isfinite(capacity), capacity * tree.months, np.inf))


def pledge_rows(sets: Sets) -> tuple[list[tuple[str, str, str]], Floats]:
    """(donor, recipient, item) with pledges, and the pledged quantity due so far, shape (pledges, periods)."""
    rows: list[Row] = [r for r in sets.rows("deliveries") if r["status"] == "pledged"]
    keys = sorted({(r["donor"], r["recipient"], r["item"]) for r in rows})
    due = np.zeros((len(keys), len(sets.calendar)))
    for r in rows:
        period = sets.calendar.period(max(month_number(r["month"]), sets.calendar.first))
        if period is not None:
            due[keys.index((r["donor"], r["recipient"], r["item"])), period:] += r["quantity"]
    return keys, due


def pledges(sets: Sets, tree: Tree, owed: Family, send: Family) -> None:
    """``owed + arrived so far from the donor >= pledged so far``."""
    keys, due = pledge_rows(sets)
    index = {key: n for n, key in enumerate(keys)}
    rows = Rows(owed.model, tree, "pledge", owed.keys, scale=owed.scale).add(owed, tree.now)
    for n, route in enumerate(sets.routes):
        key = (route.origin, route.destination, route.item)
        if key in index:
            arrived = tree.so_far @ tree.later(route.months)
            rows.add(send, arrived, key=np.array([n]), row=np.array([index[key]]))
    rows.constrain(">=", due[:, tree.period], where=due[:, tree.period] > 0)
