"""Stock: the balance of each holder and item, storage limits, shelf life.

    balance      stock[p,t] = stock[p,t-1] + given[p,t] + sum over s up to t of (H order[c,s] + H buy[j,s] + H send[to p,s])
                     - serve[g,t] - send[from p,t] - hand over[a,t] - components of order[c,s] and expand[e,s] - dispose[p,t]
                     - join[f,t] - drawn[p,t] + unsupplied[p,t] - held back[k,t] + made up[k,t]
    storage      stock[p,t] <= limit[p] + over storage[p,t]
    shelf life   stock[p,t] <= lots[p,t] + sum over u up to t of W[t,u] (new[p,u] + H order[c,s] + H buy[j,s] arriving in u)

p          holder and item; t node, first to last; s node of decision; all in units, stock at the end of t
given      placed orders and goods in transit by month of arrival; at the roots the opening stock
k          orders in hand that come to p (``plan.parts.late``)
drawn      components that placed orders draw (``orders.inputs``, ``network.placed``); unsupplied: of these what is not there,
           which the rules pass holds down and tells
H          share that arrives at t (``network.lags.After``); what each way brings or takes stands in ``network.accounts``
limit      units: ``storage.limit``; unlimited: no row
lots       opening lots, and of given what names its lot, still usable in the month after t; new is the rest of given; W
           share of the months of u from which receipts still are (``network.lots``)
dispose    of items with a shelf life only; of plans equal in everything, the one that disposes of it last: what could still
           be used or given is not thrown away

Receipts from other holders do not count as recent, so sending never makes stock younger. Source: the model with an index
for age, in a compact form that equals it where nothing perishable is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, disposal_postings
from rampart.network.keys import Holder, Key, Pair
from rampart.network.lags import Floats, Matrix
from rampart.network.limits import Limit, stock_limits
from rampart.network.lots import perishable, storage_limits, usable_lots, usable_share
from rampart.network.network import Network
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.by_node import by_node, where_known
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl

LATER = 0.03
"""Tie weight of disposing of a unit a period earlier: more than that of keeping it (the tie weights of ``stock``)."""
FLOWS = ("made", "bought", "received", "used", "consumed", "sent", "disposed", "joined")
"""Kinds of postings with a column of their own in the table ``stock``."""


class Stocks(Part):
    """What lies where."""

    name = "stock"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``stock``, ``dispose``, ``over storage`` and ``unsupplied``."""
        n = p.network
        scale = p.scale_of(pair.item for pair in n.pairs)
        yield FamilySpec("stock", n.pairs, "level", scale=scale, tie=0.01)
        left: Floats = float(len(n.calendar)) - p.tree.period.astype(
            np.float64
        )  # what is thrown away is thrown away as late as it can be
        yield FamilySpec(
            "dispose", n.perishable_pairs, "flow", scale=scale[perishable(n)], tie=0.01, tie_add=LATER * left
        )
        limited = np.isfinite(storage_limits(n))[:, None]
        yield FamilySpec("over storage", n.pairs, "slack", exists=limited, scale=scale)
        drawn = n.drawn[:, p.tree.period]
        yield FamilySpec("unsupplied", n.pairs, "slack", exists=drawn > 0, upper=drawn, scale=scale)

    def postings(self, p: Programme) -> Iterable[Posting]:
        """What is disposed of leaves the stock."""
        return disposal_postings(p.network)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``balance``, ``storage`` and ``shelf life``."""
        stock = p["stock"]
        rows = Rows(p.tree, "balance", stock.keys, scale=stock.scale)
        rows.add(stock).add(stock, p.tree.earlier, factor=-1.0).add(p["unsupplied"], factor=-1.0)
        rows.add_postings(p.account("stock"), p.families, stock.index, factor=-1.0)
        yield rows.hold("==", p.given - p.network.drawn[:, p.tree.period])
        rows = Rows(p.tree, "storage", stock.keys, scale=stock.scale).add(stock).add(p["over storage"], factor=-1.0)
        yield rows.hold("<=", storage_limits(p.network)[:, None])
        yield _shelf_life(p)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Storage that had to be exceeded, components that placed orders lack; holding cost, less what is worth something
        at the end.
        """
        limit = storage_limits(p.network)
        size = np.maximum(np.where(np.isfinite(limit), limit, 1.0), 1.0)
        yield Weight("rules", "over storage", 1.0 / size[:, None])
        yield Weight("rules", "unsupplied", share(1.0, p.network.drawn[:, p.tree.period]))
        holding, worth = holding_cost(p.network)
        each = holding[:, None] * p.tree.months - worth[:, None] * p.tree.at_end
        yield Weight("money", "stock", each / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What there is at the start, what a store holds, how long it keeps."""
        return stock_limits(p.network)

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A storage limit that could not be kept; components of placed orders that are not there."""
        yield Rule("over storage", "storage", lambda key: (Holder(key[0]), key[1]))
        yield Rule("unsupplied", "component", lambda key: (Holder(key[0]), key[1]))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``stock``: balance against requirement and floor; ``movements``: all that comes in and goes out."""
        p, n = v.programme, v.network
        rate = p.held.daily_rate[:, v.tree.period]
        known, asked, floor = np.where(rate > 0, rate, 1.0), p.requirement, p.floor
        nothing = np.zeros(asked.shape)
        flows = {kind: np.abs(v.stock_flows.get(kind, nothing)) for kind in FLOWS}
        return {"movements": _movements(v), "stock": frame("plan", "stock", by_node(v, {
            "holder": [pair.holder for pair in n.pairs], "item": [pair.item for pair in n.pairs],
            "opening": v.opening, **flows, "ordered": _ordered(v), "closing": v["stock"],
            "requirement": where_known(asked > 0, asked), "floor": where_known(floor > 0, floor),
            "shortfall": where_known(asked > 0, v["shortfall"]),
            "below_floor": where_known(floor > 0, v["below floor"]),
            "days_of_supply": where_known(rate > 0, v["stock"] / known), "daily_rate": where_known(rate > 0, rate),
        }))}  # fmt: skip


def _movements(v: Values) -> pl.DataFrame:
    """What comes in and goes out, by kind, pair and node; minus goes out."""
    rows = [
        (kind, *v.network.pairs[n], int(v.tree.period[node]), v.months[node], float(amounts[n, node]))
        for kind, amounts in sorted({**v.stock_flows, "ordered": _ordered(v)}.items())
        for n, node in zip(*np.nonzero(amounts), strict=True)
    ]
    return frame("plan", "movements", rows)


def _ordered(v: Values) -> Floats:
    """What arrives of placed orders and goods in transit, shape (pairs, nodes)."""
    found: Floats = v.network.given[:, v.tree.period] + v.stock_flows.get("ordered", 0.0)
    return found


def _shelf_life(p: Programme) -> Rows:
    """No stock older than its life."""
    n, tree, stock, at = p.network, p.tree, p["stock"], perishable(p.network)
    pairs = n.perishable_pairs
    rows = Rows(tree, "shelf life", pairs, scale=stock.scale[at])
    rows.add(stock, key=at, row=np.arange(at.size))
    lives = {pair: int(n.items[pair.item]["shelf_life"]) for pair in pairs}
    fresh = {life: tree.over_nodes(usable_share(n, life)) for life in set(lives.values())}
    right = usable_lots(n, pairs, tree.last_month + 1)
    for row, pair in enumerate(pairs):
        right[row] += fresh[lives[pair]] @ n.given_new[at[row]][tree.period]
    received = [posting for posting in p.account("stock") if _brings(posting)]
    row_of: dict[Key, int] = {pair: row for row, pair in enumerate(pairs)}
    usable: dict[Key, Matrix] = {pair: fresh[life] for pair, life in lives.items()}
    rows.add_postings(received, p.families, row_of, factor=-1.0, then=usable)
    return rows.hold("<=", right)


def _brings(posting: Posting) -> bool:
    """Whether it says what came in fresh: what was made or bought, and what of placed orders is late."""
    return posting.kind == "ordered" or (posting.per_unit > 0 and posting.kind != "received")


def holding_cost(network: Network) -> tuple[Floats, Floats]:
    """Holding cost a month and end value of a unit of each pair, in currency. Shape (pairs,)."""
    cost = np.array([network.items[pair.item]["holding_cost"] for pair in network.pairs])
    value = np.zeros(len(network.pairs))
    for r in network.rows("storage"):
        n = network.pair_index[Pair(r["holder"], r["item"])]
        value[n] = r["end_value"]
        if r["holding_cost"] is not None:
            cost[n] = r["holding_cost"]
    return cost, value
