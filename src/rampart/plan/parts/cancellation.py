"""Orders cancelled when the war ends, on a tree of what may happen.

    cancel[c,s,t] <= order[c,s]        for every channel c, period s of order before t, and node t where peace begins

A unit of ``cancel[c,s,t]`` undoes what a unit ordered in s would still do from t on: delivery, components taken, use of
resources, money due. What was done before t stays: components already taken are lost. Of what was awarded by then and is
not delivered, the contract's ``cancellation`` share of the price is owed in all, the advance included; what was not yet
awarded costs nothing. A contract without that share cannot be cancelled, and orders of the case never can.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import Calendar, month_text
from rampart.network.lags import Floats, Integers
from rampart.network.network import Sets
from rampart.network.prices import delivery_price
from rampart.plan.programme.terms import Family, Rows, Undone
from rampart.plan.programme.tree import Tree


class Remaining(NamedTuple):
    """Of a unit ordered in a period, from a month on and within the horizon.

    coming   share still to be delivered, and ``price`` of that share in currency
    owed     part of that price that is under contract by then
    """

    coming: float
    price: float
    owed: float


def peace_begins(sets: Sets, tree: Tree) -> NDArray[np.bool_]:
    """Nodes at which it is known that the war is over and it was not known before, shape (nodes,)."""
    if tree.mix is None:
        return np.zeros(len(tree), dtype=bool)
    ending = {r["regime"]: bool(r["ends"]) for r in sets.rows("regimes")}
    over = tree.mix @ np.array([ending[name] for name in tree.regimes])
    before = over[tree.parent]
    begins: NDArray[np.bool_] = (tree.parent >= 0) & (over >= 1.0 - 1e-9) & (before <= 1e-9)
    return begins


@lru_cache(maxsize=65536)
def _remaining(
    calendar: Calendar, period: int, since: int, lead: float, award: float, price: tuple[float, ...]
) -> Remaining:
    coming = worth = owed = 0.0
    whole, part = math.floor(lead), lead - math.floor(lead)
    of_award, mixed = math.floor(award), award - math.floor(award)
    start, length = calendar.starts[period], calendar.lengths[period]
    for month in range(start, start + length):
        arriving = [(month + whole, 1 - part), (month + whole + 1, part)]
        within = [(m, share) for m, share in arriving if share > 1e-12 and since <= m <= calendar.last]
        share = sum(s for _, s in within)
        money = sum(s * price[m - calendar.first] for m, s in within)
        free = (1 - mixed) * (month + of_award >= since) + mixed * (month + of_award + 1 >= since)
        coming += share / length
        worth += money / length
        owed += money * max(0.0, 1.0 - free / share) / length if share > 0 else 0.0
    return Remaining(coming, worth, owed)


def remaining(sets: Sets, tree: Tree, channel: int, period: int, node: int, price: Floats) -> Remaining:
    """What is left at a node of a unit ordered over a channel in a period; ``price`` on delivery, shape (months,)."""
    c = sets.channels[channel]
    since = int(tree.first_month[node])
    return _remaining(sets.calendar, period, since, c.lead, min(c.administrative, c.lead), tuple(price.tolist()))


def cells(sets: Sets, tree: Tree, order: Family) -> list[tuple[int, int, int]]:
    """(channel, period of order, node) of everything that may be cancelled."""
    prices = delivery_price(sets)
    found = []
    for n, channel in enumerate(sets.channels):
        if channel.cancellation is None:
            continue
        for node in np.flatnonzero(peace_begins(sets, tree)).tolist():
            for period in range(int(tree.period[node])):
                before = tree.ancestor[node, period]
                known = before >= 0 and order.exists[n, before]
                if known and remaining(sets, tree, n, period, node, prices[n]).coming > 1e-9:
                    found.append((n, period, node))
    return found


def declared(sets: Sets, tree: Tree, order: Family) -> tuple[list[str], list[int], NDArray[np.bool_], Integers]:
    """What to declare: keys ``line|contract|month of order``, channel of each, where each exists, and the node of its order.

    The last two have shape (keys, nodes).
    """
    may = cells(sets, tree, order)
    keys = sorted({(channel, period) for channel, period, _ in may})
    position = {key: n for n, key in enumerate(keys)}
    exists = np.zeros((len(keys), len(tree)), dtype=bool)
    for channel, period, node in may:
        exists[position[channel, period], node] = True
    names = [f"{order.keys[c]}|{month_text(int(sets.calendar.starts[s]))}" for c, s in keys]
    cause = np.stack([tree.ancestor[:, s] for _, s in keys]) if keys else np.zeros((0, len(tree)), np.int64)
    return names, [c for c, _ in keys], exists, cause


def undoing(cancel: Family, channel: list[int], cause: Integers) -> Undone:
    """What each variable undoes."""
    own, node = np.nonzero(cancel.labels >= 0)
    return Undone(cancel.labels[own, node], np.array(channel, dtype=np.int64)[own], cause[own, node], node, own)


def no_more_than_ordered(tree: Tree, order: Family, cancel: Family) -> None:
    """``cancel <= order``."""
    u = order.undone
    if u is not None:
        rows = Rows(order.model, tree, "cancel", cancel.keys, scale=cancel.scale).add(cancel, tree.now)
        rows.add_cells(order, key=u.key, cause=u.cause, row=u.own, effect=u.since, factor=-np.ones(u.own.size))
        rows.constrain("<=", 0.0)


class Cost(NamedTuple):
    """What cancelling a unit changes, in money units, shape (keys, nodes) each.

    saved  price no longer due on delivery within the horizon
    owed   what the contract still costs in all; ``due`` what is to be paid at once, the advance having been paid
    """

    saved: Floats
    owed: Floats
    due: Floats


def cost_of_cancelling(sets: Sets, tree: Tree, order: Family, cancel: Family) -> Cost:
    """Price saved and money owed of every variable."""
    cost = Cost(*np.zeros((3, len(cancel), len(tree))))
    u = order.undone
    if u is None:
        return cost
    prices, unit = delivery_price(sets), sets.case.money_unit
    for own, channel, before, node in zip(u.own, u.key, u.cause, u.since, strict=True):
        c = sets.channels[channel]
        left = remaining(sets, tree, int(channel), int(tree.period[before]), int(node), prices[channel])
        share = float(c.cancellation or 0.0)
        cost.saved[own, node] = left.price / unit
        cost.owed[own, node] = share * left.owed / unit
        cost.due[own, node] = max(0.0, share - c.advance) * left.owed / unit
    return cost
