"""Orders in hand beyond what their line can make: what a plan before ordered of works that it had not yet decided.

An order in hand (``orders.decided``) stands whatever is decided now; but where the works that it relies on are not taken, or
a line makes less than was thought, no more comes than the line makes: the rest is late (``plan.parts.late``). Placed orders
that a case states by itself are facts, and to them the rate gives way. By line, month and part of a period:

    beyond = max(0, in hand - max(0, most - otherwise placed))
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rampart.network.keys import Backfill, Placed
from rampart.network.lags import Floats, Integers, summed
from rampart.network.network import Network
from rampart.network.ways import Row

LITTLE = 1e-6
"""Part of a rate by which a plan in fractions may order more than it."""


@lru_cache(maxsize=4)
def in_hand(network: Network) -> dict[Placed, list[Row]]:
    """Orders in hand on lines of the case that arrive within the horizon."""
    found: dict[Placed, list[Row]] = {}
    for r in network.placed:
        if r["decided"] is not None and r["line"] in network.lines:
            found.setdefault(Placed(r["line"], r["buyer"], r["ship_to"]), []).append(r)
    return dict(sorted(found.items()))


@lru_cache(maxsize=4)
def in_hand_monthly(network: Network) -> Floats:
    """Orders in hand of each line by month of delivery, shape (lines, months)."""
    found = np.zeros_like(network.placed_monthly)
    for key, rows in in_hand(network).items():
        for r in rows:
            found[network.line_index[key.line], r["number"] - network.calendar.first] += r["quantity"]
    return found


def room_beside(network: Network, most: Floats, line: int, only: Floats | None = None) -> Floats:
    """Units that a line can make beside its placed orders in each period; below nothing what is in hand beyond it.

    most  maximum rate by month, shape (lines, months); ``only``  months that count, shape (months,)
    """
    each = np.ones(network.placed_monthly.shape[1]) if only is None else only
    limit = np.where(each > 0, most[line], 0.0)
    hand = in_hand_monthly(network)[line] * each
    placed = network.placed_monthly[line] * each
    had = np.maximum(summed(network.calendar, limit - (placed - hand)), 0.0)
    left: Floats = had - summed(network.calendar, hand)
    with np.errstate(invalid="ignore"):
        return np.where(left < -LITTLE * np.maximum(1.0, had), left, np.maximum(left, 0.0))


def late_at_most(network: Network, most: Floats, parts: Integers, line: int) -> Floats:
    """Most of a line's orders in hand that may be held back in each period, shape (periods,): enough for every part of it."""
    lengths = np.asarray(network.calendar.lengths, dtype=float)
    found = np.zeros(lengths.size)
    if not in_hand_monthly(network)[line].any():
        return found
    for part in range(int(parts.max()) + 1):
        only = (parts == part).astype(float)
        share = summed(network.calendar, only) / lengths
        beyond = np.maximum(0.0, -room_beside(network, most, line, only))
        found = np.maximum(found, np.divide(beyond, share, out=np.zeros(lengths.size), where=share > 0))
    return np.minimum(found, summed(network.calendar, in_hand_monthly(network)[line]))


def owed_back(network: Network, key: Placed) -> Backfill | None:
    """The compensation that an order in hand makes good."""
    owed = Backfill(key.buyer, key.ship_to, network.lines[key.line]["item"])
    return owed if owed in network.backfill_index else None
