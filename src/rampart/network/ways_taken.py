"""The way of each decision that a row of ``taken`` tells: channel, offer, route or expansion, its price, whom it counts for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from rampart.case.calendar import month_number
from rampart.case.tables import Case
from rampart.network.keys import Backfill, Key, Lane, Purchase
from rampart.network.lags import shifts
from rampart.network.network import Network
from rampart.network.prices import delivery_price, order_price
from rampart.network.routes import Route
from rampart.network.taken import ordered
from rampart.network.ways import Channel, Offer, Row

NOTHING = 1e-9
"""Units below which nothing is in hand."""


class WaysTaken:
    """The ways of the case in which decisions were taken."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def network(self) -> Network:
        """The network in which they were decided."""
        return Network(self.case)

    @cached_property
    def _channels(self) -> dict[Key, tuple[int, Channel]]:
        return {c.key: (n, c) for n, c in enumerate(self.network.channels)}

    @cached_property
    def _routes(self) -> dict[Key, Route]:
        return {r.lane: r for r in self.network.routes}

    @cached_property
    def _offers(self) -> dict[Key, Offer]:
        return {o.key: o for o in self.network.offers}

    @cached_property
    def expansions(self) -> dict[str, Row]:
        """Expansions by code."""
        return {e["expansion"]: e for e in self.network.expansions}

    def channel(self, row: Row) -> Channel:
        """The channel of an order."""
        return self._channels[ordered(row)][1]

    def route(self, row: Row) -> Route:
        """The route of a transfer."""
        return self._routes[Lane(row["origin"], row["destination"], row["item"])]

    def offer(self, row: Row) -> Offer:
        """The offer of a purchase."""
        return self._offers[Purchase(row["offer"], row["buyer"])]

    @cached_property
    def _on_delivery(self) -> Any:
        return delivery_price(self.network)

    def price(self, row: Row, month: int) -> float:
        """Price of an order on delivery in a month, in currency; after the plan that of its last month."""
        monthly = self._on_delivery[self._channels[ordered(row)][0]]
        return float(monthly[min(max(0, month - self.network.calendar.first), monthly.size - 1)])

    @cached_property
    def _on_order(self) -> Any:
        return order_price(self.network)

    def mean_price(self, row: Row) -> float:
        """Price of a unit of an order of a period of the plan, for what is delivered within the horizon, in money units."""
        period = self.network.calendar.period(month_number(row["month"]))
        return float(self._on_order[self._channels[ordered(row)][0], period])

    def debtor(self, c: Channel) -> str:
        """Whom an order counts for: who owes the receiver what it gave, else who pays."""
        item = self.network.lines[c.line]["item"]
        who = (n for n in (c.payer, c.buyer) if Backfill(n, c.ship_to, item) in self.network.backfill_index)
        return next(who, c.payer)


def arriving(row: Row, lag: float) -> Iterator[tuple[int, float]]:
    """Month and quantity of what comes of a decision of one month."""
    for later, share in shifts(lag):
        yield month_number(row["month"]) + later, share * row["quantity"]
