"""Orders from lines, over contracts.

    contract limit   sum over c of the contract, s up to t of order[c,s] <= most

c           channel: a line with a contract and the months by which deliveries are agreed later (``contracts.later``), or a
            line with its own nation where no contract names it
order[c,s]  units ordered at node s, first to last: the contract is open for all months of s, every delivery within the
            horizon falls in the line's time, and some of it does (``may_order``)
t           the last nodes of the tree; what is cancelled later counts
most        units over the whole contract: ``contracts.max_quantity``

Decisions due now (``settings.decide_now``) come in whole multiples where the item has one (``items.multiple``), unless the
line never makes as much in one period of that length.

What an order delivers and takes, and when, stands in ``network.accounts``. Money: commitment of the whole price at the
award; advance at the award and the rest on delivery at the price of that month. Source: the contract terms of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, order_postings
from rampart.network.keys import Line
from rampart.network.lags import Booleans, all_there, first_effect
from rampart.network.limits import Limit, contract_limits
from rampart.network.payments import Flow, order_flows
from rampart.plan.parts.part import Decision, Part, Weight, first_year
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl

TO_RECIPIENT = 4.0
"""Weight of orders that go straight to a recipient: where all else is equal a member keeps what it orders."""


class Order(Part):
    """What is ordered, from which line, over which contract, when."""

    name = "order"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``order``: units by channel, from nothing up."""
        n = p.network
        items = [n.lines[c.line]["item"] for c in n.channels]
        amounts = p.whole_amounts(items)
        amounts["whole"] &= ~p.slow[[n.line_index[c.line] for c in n.channels]]
        away = np.array([c.ship_to in n.recipients for c in n.channels], dtype=bool)
        yield FamilySpec(
            "order", [c.key for c in n.channels], "decision", exists=may_order(p),
            **amounts, worth=p.price_of(items), tie=1.0,
            prefer=(p.delivery_price[:, 0], np.array([c.lead for c in n.channels], dtype=float)),
            tie_by=np.where(away, TO_RECIPIENT, 1.0)[:, None], called=lambda key: Line(key[0]),
        )  # fmt: skip

    def postings(self, p: Programme) -> Iterable[Posting]:
        """Delivery, line capacity, components, resources."""
        return order_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """Commitment and advance at the award, the rest on delivery."""
        for channel, priced, on_delivery in zip(p.network.channels, p.order_price, p.delivery_price, strict=True):
            yield from order_flows(channel, priced, on_delivery, p.unit)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``contract limit``."""
        order, channels = p["order"], p.network.channels
        first = {c.contract: n for n, c in reversed(list(enumerate(channels)))}  # with each date of delivery it has
        contracts = {key: row for row, key in enumerate(dict.fromkeys(c.contract for c in channels))}
        at = np.array([contracts[c.contract] for c in channels], dtype=np.int64)
        of = np.array([first[key] for key in contracts], dtype=np.int64)
        most = np.array([c.most for c in channels])[of].reshape(-1, 1)
        # what is cancelled later counts: the sum stands behind the lag of nothing
        rows = Rows(p.tree, "contract limit", list(contracts), scale=order.scale[of])
        rows.add(order, row=at, then=p.tree.so_far)
        yield rows.hold("<=", most, where=p.tree.at_end[None, :])

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Its price, for the part delivered within the horizon."""
        yield Weight("money", "order", p.order_price)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What a contract allows, and when it is open."""
        return contract_limits(p.network)

    def decisions(self, v: Values) -> Iterable[Decision]:
        """What to order now. A component that a line's own nation makes for itself at no price flows on: that is the
        line's schedule and no decision.
        """
        price = v.programme.order_price
        flows_on = {row["component"] for row in v.network.rows("bills")}
        year = _first_year(v)
        for n, c in enumerate(v.network.channels):
            quantity = float(v["order"][n, 0])
            if price[n, 0] != 0 or not c.own or v.network.lines[c.line]["item"] not in flows_on:
                yield Decision(
                    "order", c.buyer, Line(c.line), v.network.lines[c.line]["item"], c.ship_to, quantity,
                    year[n], quantity * float(price[n, 0]), c.lead, "order", n,
                )  # fmt: skip

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``orders``."""
        rows: list[tuple[Any, ...]] = []
        for n, c in enumerate(v.network.channels):
            for node in np.flatnonzero(v["order"][n] > 0):
                quantity = float(v["order"][n, node])
                decided = int(v.tree.first_month[node])
                arrives = first_effect(decided, c.lead)
                rows.append((
                    None if c.own else c.code, c.line, c.buyer, c.payer, c.ship_to, v.network.lines[c.line]["item"],
                    c.later, v.months[node], month_text(first_effect(decided, c.award)), v.case.calendar.period(arrives),
                    month_text(arrives), quantity, quantity * float(v.programme.order_price[n, node]),
                ))  # fmt: skip
        return {"orders": frame("plan", "orders", rows)}


def _first_year(v: Values) -> list[float]:
    """What each channel decides in the months that are decided now.

    What a contract decides then for a later date, and not in the first period, is counted with the first of its channels that
    decides something in the first period: it has no row of its own among the decisions.
    """
    found = [first_year(v, "order", n) for n in range(len(v.network.channels))]
    now = [bool(quantity > 0) for quantity in v["order"][:, 0]]
    of = [c.contract for c in v.network.channels]
    first = {contract: n for n, contract in reversed(list(enumerate(of))) if now[n]}
    return [
        quantity + sum(other for m, other in enumerate(found) if of[m] == of[n] and not now[m])
        if first.get(of[n]) == n else quantity
        for n, quantity in enumerate(found)
    ]  # fmt: skip


def may_order(p: Programme) -> Booleans:
    """Where an order exists, shape (channels, nodes): the contract is open for the whole node, every delivery inside
    the horizon falls in the line's time, and some of it is delivered within the horizon.
    """
    network, tree = p.network, p.tree
    first, last = network.calendar.first, network.calendar.last
    result = np.zeros((len(network.channels), len(tree)), dtype=bool)
    for n, channel in enumerate(network.channels):
        line = network.lines[channel.line]
        open_ = (tree.first_month >= channel.first) & (tree.last_month <= channel.last)
        earliest = tree.first_month + first_effect(0, channel.lead)
        latest = np.minimum(tree.last_month + all_there(0, channel.lead), last)
        in_time = (earliest >= network.month(line["from"], first)) & (latest <= network.month(line["until"], last))
        result[n] = open_ & in_time & (earliest <= last)
    return result
