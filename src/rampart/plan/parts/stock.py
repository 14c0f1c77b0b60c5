"""Stock: the balance of each holder and item, storage limits, shelf life."""

from __future__ import annotations

import numpy as np

from rampart.case.calendar import month_number
from rampart.network.lags import Floats, Integers
from rampart.network.lots import opening_stock, perishable, storage_limits, usable_share
from rampart.network.network import Sets
from rampart.network.ways import Pair
from rampart.plan.parts.supply import take_components
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def balance(
    sets: Sets,
    tree: Tree,
    *,
    stock: Family,
    order: Family,
    buy: Family,
    send: Family,
    serve: Family,
    dispose: Family,
    expand: Family,
    join: Family,
) -> None:
    """``stock = stock before + given + ordered + bought + received - served - sent - taken - disposed - joined``.

    Opening stock enters at the roots; placed orders and goods in transit are given by month of arrival.
    """
    rows = Rows(stock.model, tree, "balance", stock.keys, scale=stock.scale)
    rows.add(stock, tree.now).add(stock, tree.earlier, factor=-1.0)
    ship_to = sets.pair_positions([(c.ship_to, sets.lines[c.line]["item"]) for c in sets.channels])
    rows.add_lagged(order, np.array([c.lead for c in sets.channels]), row=ship_to, factor=-1.0)
    buyers = sets.pair_positions([(o.buyer, o.item) for o in sets.offers])
    rows.add_lagged(buy, np.array([o.delay for o in sets.offers]), row=buyers, factor=-1.0)
    to = sets.pair_positions([(r.destination, r.item) for r in sets.routes])
    rows.add_lagged(send, np.array([r.months for r in sets.routes]), row=to, factor=-1.0)
    rows.add(send, tree.now, row=sets.pair_positions([(r.origin, r.item) for r in sets.routes]))
    rows.add(serve, tree.now, row=sets.pair_positions([(h, i) for h, i, _ in sets.demands]))
    rows.add(dispose, tree.now, row=perishable(sets))
    rows.add(join, tree.now, row=sets.pair_positions(sets.fleet_pairs))
    take_components(sets, rows, order, expand, 1.0)
    given = sets.given[:, tree.period].copy()
    given[:, tree.parent < 0] += opening_stock(sets)[:, None]
    rows.constrain("==", given)


def storage(sets: Sets, tree: Tree, stock: Family, over: Family) -> None:
    """``stock <= limit + over``."""
    rows = Rows(stock.model, tree, "storage", stock.keys, scale=stock.scale)
    rows.add(stock, tree.now).add(over, tree.now, factor=-1.0)
    rows.constrain("<=", storage_limits(sets)[:, None])


def shelf_life(sets: Sets, tree: Tree, *, stock: Family, order: Family, buy: Family) -> None:
    """``stock <= opening lots still usable + receipts recent enough to be usable next month``.

    Receipts from channels, market and given arrivals count; what comes from other holders does not, so sending never
    makes stock younger (METHODS C6 for the compact form).
    """
    pairs = perishable(sets)
    if not pairs.size:
        return
    rows = Rows(stock.model, tree, "shelf life", [stock.keys[n] for n in pairs], scale=stock.scale[pairs])
    rows.add(stock, tree.now, key=pairs, row=np.arange(pairs.size))
    row_of = {sets.pairs[n]: row for row, n in enumerate(pairs)}
    lives = np.array([sets.items[sets.pairs[n][1]]["shelf_life"] for n in pairs], dtype=np.int64)
    fresh = {life: tree.over_nodes(usable_share(sets, life)) for life in set(lives.tolist())}
    right = _usable_lots(sets, tree, row_of, lives)
    for row, (n, life) in enumerate(zip(pairs, lives.tolist(), strict=True)):
        right[row] += fresh[life] @ sets.given[n][tree.period]
    ordered = [((c.ship_to, sets.lines[c.line]["item"]), c.lead) for c in sets.channels]
    bought = [((o.buyer, o.item), o.delay) for o in sets.offers]
    for family, receipts in ((order, ordered), (buy, bought)):
        # receipts of one lag and one life go through one matrix
        alike: dict[tuple[float, int], list[tuple[int, int]]] = {}
        for key, (pair, lag) in enumerate(receipts):
            if pair in row_of:
                alike.setdefault((lag, int(lives[row_of[pair]])), []).append((key, row_of[pair]))
        for (lag, life), entries in alike.items():
            keys, at = np.array(entries, dtype=np.int64).T
            rows.add(family, tree.later(lag), then=fresh[life], key=keys, row=at, factor=-1.0)
    rows.constrain("<=", right)


def _usable_lots(sets: Sets, tree: Tree, row_of: dict[Pair, int], lives: Integers) -> Floats:
    """Opening lots still usable in the month after each node, shape (rows, nodes)."""
    result = np.zeros((len(row_of), len(tree)))
    for r in sets.rows("stocks"):
        row = row_of.get((r["holder"], r["item"]))
        if row is not None and r["condition"] == "serviceable":
            lot = month_number(r["lot"]) if r["lot"] else sets.calendar.first
            result[row] += np.where(lot + lives[row] - 1 >= tree.last_month + 1, r["quantity"], 0.0)
    return result


def holding_cost(sets: Sets) -> tuple[Floats, Floats]:
    """Holding cost a month and end value of a unit of each pair, in currency. Shape (pairs,)."""
    cost = np.array([sets.items[item]["holding_cost"] for _, item in sets.pairs])
    value = np.zeros(len(sets.pairs))
    for r in sets.rows("storage"):
        n = sets.pair_index[r["holder"], r["item"]]
        value[n] = r["end_value"]
        if r["holding_cost"] is not None:
            cost[n] = r["holding_cost"]
    return cost, value
