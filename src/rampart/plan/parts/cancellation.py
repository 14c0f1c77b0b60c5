"""Orders cancelled when the war ends, on a tree of what may happen.

    cancel   cancel[c,s,t] <= order[c,s]

cancel[c,s,t]  units of what was ordered over channel c at node s, cancelled at node t
order[c,s]     units ordered at a node s before t (``plan.parts.order``)
t              every node where peace begins, first to last; none where the case has no regimes

A unit of ``cancel[c,s,t]`` undoes what a unit ordered in s would still do from t on: delivery, components taken, use of
resources, money due. What was done before t stays: components already taken are lost. Of what was awarded by then and is
not delivered, the contract's ``cancellation`` share of the price is owed in all, the advance included; what was not yet
awarded costs nothing. A contract without that share cannot be cancelled, and orders of the case never can. Source: the
contract terms of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import Calendar, month_text
from rampart.network.keys import Cancellation as Cancelled
from rampart.network.lags import Floats, shifts
from rampart.network.network import Network
from rampart.network.payments import Flow
from rampart.network.tree import Tree
from rampart.plan.parts.part import Part, Weight
from rampart.plan.programme.families import FamilySpec, Undoing
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows


class Cancellation(Part):
    """Which orders are cancelled when peace begins."""

    name = "cancellation"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``cancel``: units by channel and period of order."""
        network, tree = p.network, p.tree
        may = cells(p)
        pairs = sorted({(channel, period) for channel, period, _ in may})
        position = {pair: n for n, pair in enumerate(pairs)}
        exists = np.zeros((len(pairs), len(tree)), dtype=bool)
        for channel, period, node in may:
            exists[position[channel, period], node] = True
        channels = [network.channels[c] for c, _ in pairs]
        items = [network.lines[c.line]["item"] for c in channels]
        months = [month_text(network.calendar.starts[s]) for _, s in pairs]
        cause = np.stack([tree.ancestor[:, s] for _, s in pairs]) if pairs else np.zeros((0, len(tree)), np.int64)
        yield FamilySpec(
            "cancel", [Cancelled(*c.contract, month) for c, month in zip(channels, months, strict=True)],
            "decision", exists=exists, scale=p.scale_of(items), worth=p.price_of(items), tie=1.0,
            undoes=Undoing("order", np.array([c for c, _ in pairs], dtype=np.int64), cause),
        )  # fmt: skip

    def flows(self, p: Programme) -> Iterable[Flow]:
        """What is still owed on orders that are cancelled, paid at once."""
        due = cost_of_cancelling(p).due
        undone = p["order"].undone
        payers = {} if undone is None else dict(zip(undone.own.tolist(), undone.key.tolist(), strict=True))
        for own, channel in sorted(payers.items()):
            payer, of = p.network.channels[channel].payer, p["cancel"].keys[own]
            yield Flow("cancel", of, payer, "procurement", "payments", due[own], 0.0, 1, True)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``cancel``."""
        order, cancel = p["order"], p["cancel"]
        u = order.undone
        if u is not None:
            rows = Rows(p.tree, "cancel", cancel.keys, scale=cancel.scale).add(cancel)
            rows.add_cells(order, key=u.key, cause=u.cause, row=u.own, effect=u.since, factor=-np.ones(u.own.size))
            yield rows.hold("<=", 0.0)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """What it still costs, less the price saved."""
        cost = cost_of_cancelling(p)
        yield Weight("money", "cancel", cost.owed - cost.saved)


class Remaining(NamedTuple):
    """Of a unit ordered in a period, from a month on and within the horizon.

    coming   share still to be delivered, and ``price`` of that share in currency
    owed     part of that price that is under contract by then
    """

    coming: float
    price: float
    owed: float


def peace_begins(network: Network, tree: Tree) -> NDArray[np.bool_]:
    """Nodes at which it is known that the war is over and it was not known before, shape (nodes,)."""
    if tree.mix is None:
        return np.zeros(len(tree), dtype=bool)
    ending = {r["regime"]: bool(r["ends"]) for r in network.rows("regimes")}
    over = tree.mix @ np.array([ending[name] for name in tree.regimes])
    # nobody cancels before the end is seen
    over, before = over[tree.last_look], over[tree.last_look[tree.parent]]
    begins: NDArray[np.bool_] = (tree.parent >= 0) & (over >= 1.0 - 1e-9) & (before <= 1e-9)
    return begins


@lru_cache(maxsize=65536)
def _remaining(
    calendar: Calendar, period: int, since: int, lead: float, award: float, price: tuple[float, ...]
) -> Remaining:
    coming = worth = owed = 0.0
    start, length = calendar.starts[period], calendar.lengths[period]
    for month in range(start, start + length):
        within = [(month + shift, share) for shift, share in shifts(lead) if since <= month + shift <= calendar.last]
        share = sum(s for _, s in within)
        money = sum(s * price[m - calendar.first] for m, s in within)
        free = sum(s for shift, s in shifts(award) if month + shift >= since)
        coming += share / length
        worth += money / length
        owed += money * max(0.0, 1.0 - free / share) / length if share > 0 else 0.0
    return Remaining(coming, worth, owed)


def remaining(p: Programme, channel: int, period: int, node: int) -> Remaining:
    """What is left at a node of a unit ordered over a channel in a period."""
    c, price = p.network.channels[channel], p.delivery_price[channel]
    since = int(p.tree.first_month[node])
    return _remaining(p.network.calendar, period, since, c.lead, c.award, tuple(price.tolist()))


def cells(p: Programme) -> list[tuple[int, int, int]]:
    """(channel, period of order, node) of everything that may be cancelled."""
    found = []
    begins = np.flatnonzero(peace_begins(p.network, p.tree)).tolist()
    for n, channel in enumerate(p.network.channels):
        if channel.cancellation is None:
            continue
        for node in begins:
            for period in range(int(p.tree.period[node])):
                before = p.tree.ancestor[node, period]
                known = before >= 0 and p["order"].exists[n, before]
                if known and remaining(p, n, period, node).coming > 1e-9:
                    found.append((n, period, node))
    return found


class Cost(NamedTuple):
    """What cancelling a unit changes, in money units, shape (keys, nodes) each.

    saved  price no longer due on delivery within the horizon
    owed   what the contract still costs in all; ``due`` what is to be paid at once, the advance having been paid
    """

    saved: Floats
    owed: Floats
    due: Floats


def cost_of_cancelling(p: Programme) -> Cost:
    """Price saved and money owed of every variable."""
    cost = Cost(*np.zeros((3, len(p["cancel"]), len(p.tree))))
    u = p["order"].undone
    if u is None:
        return cost
    for own, channel, before, node in zip(u.own, u.key, u.cause, u.since, strict=True):
        c = p.network.channels[channel]
        left = remaining(p, int(channel), int(p.tree.period[before]), int(node))
        share = float(c.cancellation or 0.0)
        cost.saved[own, node] = left.price / p.unit
        cost.owed[own, node] = share * left.owed / p.unit
        cost.due[own, node] = max(0.0, share - c.advance) * left.owed / p.unit
    return cost
