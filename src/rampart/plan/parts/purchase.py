"""Purchases from third countries, out of finite stock.

    market stock   sum over b, s up to t of buy[o,b,s] <= quantity[o]
    market rate    sum over b of buy[o,b,t] <= most[o] D[o,t]

o            offer; b buyer
buy[o,b,s]   units bought at node s, where the offer is open and some of it arrives within the horizon
t            market stock: the last nodes of the tree; market rate: every node, first to last
quantity     units over the whole plan: ``market.quantity``
most, D      units a month (``market.max_rate``); months of t within the offer's ``from`` and ``until``

Decisions due now (``settings.decide_now``) come in whole multiples where the item has one (``items.multiple``).
Paid at once, arriving after the delay (``network.accounts``). Source: the offers of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, purchase_postings
from rampart.network.keys import Offer
from rampart.network.lags import Floats, first_effect
from rampart.network.limits import Limit, offer_limits
from rampart.network.payments import Flow, purchase_flows
from rampart.plan.parts.part import Decision, Part, Weight, first_year
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Purchases(Part):
    """What is bought from third countries."""

    name = "purchase"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``buy``: units by offer and buyer; the offer is open and some of it arrives within the horizon."""
        offers, last = p.network.offers, p.network.calendar.last
        arrives = [p.tree.first_month + first_effect(0, o.delay) <= last for o in offers]
        yield FamilySpec(
            "buy", [o.key for o in offers], "decision",
            exists=(months_open(p) > 0) & np.array(arrives, dtype=bool).reshape(-1, len(p.tree)),
            **p.whole_amounts(o.item for o in offers), worth=np.array([o.price for o in offers]) / p.unit, tie=1.0,
            prefer=(np.array([o.price for o in offers], dtype=float), np.array([o.delay for o in offers], dtype=float)),
            called=lambda key: Offer(key[0]),
        )  # fmt: skip

    def postings(self, p: Programme) -> Iterable[Posting]:
        """It arrives in the buyer's stock."""
        return purchase_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """Committed and paid at once."""
        for o in p.network.offers:
            yield from purchase_flows(o, len(p.tree), p.unit)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``market stock`` and ``market rate``."""
        table, buy = p.network.rows("market"), p["buy"]
        codes = [r["offer"] for r in table]
        keys = [Offer(code) for code in codes]
        at = np.array([codes.index(o.code) for o in p.network.offers], dtype=np.int64)
        scale = p.scale_of(r["item"] for r in table)
        stock = Rows(p.tree, "market stock", keys, scale=scale).add(buy, p.tree.so_far, row=at)
        quantity = np.array([r["quantity"] for r in table]).reshape(-1, 1)
        yield stock.hold("<=", quantity, where=p.tree.at_end[None, :])
        open_months = np.zeros((len(codes), len(p.tree)))
        open_months[at] = months_open(p)
        rate = np.array([r["max_rate"] for r in table]).reshape(-1, 1)
        most = np.where(open_months > 0, rate * np.where(open_months > 0, open_months, 1.0), 0.0)
        yield Rows(p.tree, "market rate", keys, scale=scale).add(buy, row=at).hold("<=", most)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Its price."""
        yield Weight("money", "buy", np.array([o.price for o in p.network.offers]).reshape(-1, 1) / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What an offer holds, how long it takes, and when it is open."""
        return offer_limits(p.network)

    def decisions(self, v: Values) -> Iterable[Decision]:
        """What to buy now."""
        for n, o in enumerate(v.network.offers):
            quantity = float(v["buy"][n, 0])
            yield Decision(
                "purchase", o.buyer, Offer(o.code), o.item, o.buyer, quantity, first_year(v, "buy", n),
                quantity * o.price / v.programme.unit, o.delay, "buy", n,
            )  # fmt: skip

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``purchases``."""
        rows: list[tuple[Any, ...]] = []
        for n, o in enumerate(v.network.offers):
            for node in np.flatnonzero(v["buy"][n] > 0):
                quantity = float(v["buy"][n, node])
                arrives = month_text(first_effect(int(v.tree.first_month[node]), o.delay))
                rows.append((
                    o.code, o.seller, o.buyer, o.item, int(v.tree.period[node]), v.months[node], arrives, quantity,
                    quantity * o.price / v.programme.unit,
                ))  # fmt: skip
        return {"purchases": frame("plan", "purchases", rows)}


def months_open(p: Programme) -> Floats:
    """Months of each node in which each offer may be bought, shape (offers, nodes)."""
    rows = {r["offer"]: r for r in p.network.rows("market")}
    first, last = p.network.calendar.first, p.network.calendar.last
    result = np.zeros((len(p.network.offers), len(p.tree)))
    for n, offer in enumerate(p.network.offers):
        row = rows[offer.code]
        begin = np.maximum(p.tree.first_month, p.network.month(row["from"], first))
        end = np.minimum(p.tree.last_month, p.network.month(row["until"], last))
        result[n] = np.maximum(0, end - begin + 1)
    return result
