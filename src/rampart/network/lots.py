"""Lots on the shelf: opening stock, shelf life, storage limits."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from rampart.case.calendar import month_number
from rampart.network.keys import Pair
from rampart.network.lags import Floats, Integers
from rampart.network.network import Network


def opening_stock(network: Network) -> Floats:
    """Serviceable stock at the beginning, lots past their shelf life left out, shape (pairs,)."""
    result = np.zeros(len(network.pairs))
    for r in network.rows("stocks"):
        life = network.items[r["item"]]["shelf_life"]
        lot = month_number(r["lot"]) if r["lot"] else network.calendar.first
        expired = life is not None and lot + life - 1 < network.calendar.first
        if r["condition"] == "serviceable" and not expired:
            result[network.pair_index[Pair(r["holder"], r["item"])]] += r["quantity"]
    return result


def perishable(network: Network) -> Integers:
    """Positions of pairs whose item has a shelf life."""
    return network.pair_positions(network.perishable_pairs)


def storage_limits(network: Network) -> Floats:
    """Storage limit of each pair, infinite where none is stated. Shape (pairs,)."""
    result = np.full(len(network.pairs), np.inf)
    for r in network.rows("storage"):
        result[network.pair_index[Pair(r["holder"], r["item"])]] = r["limit"]
    return result


def usable_share(network: Network, life: int) -> sp.coo_array:
    """W: share of what is received in a period that is usable in the month after another, shape (periods, periods)."""
    calendar = network.calendar
    starts, lengths = np.asarray(calendar.starts), np.asarray(calendar.lengths)
    ends = starts + lengths - 1
    # months m of the receipt with m + life - 1 >= end + 1
    too_old = np.clip(ends[:, None] + 2 - life - starts[None, :], 0, lengths[None, :])
    share = np.where(starts[None, :] <= starts[:, None], 1 - too_old / lengths[None, :], 0.0)
    return sp.coo_array(share)


def usable_lots(network: Network, pairs: list[Pair], months: Integers) -> Floats:
    """Lots of pairs, those of the opening and those that came before, that are still usable in each of some months.

    Shape (pairs, months).
    """
    row_of = {pair: row for row, pair in enumerate(pairs)}
    result = np.zeros((len(pairs), len(months)))
    for r in network.rows("stocks"):
        row = row_of.get(Pair(r["holder"], r["item"]))
        if row is not None and r["condition"] == "serviceable":
            lot = month_number(r["lot"]) if r["lot"] else network.calendar.first
            life = network.items[r["item"]]["shelf_life"]
            result[row] += np.where(lot + life - 1 >= months, r["quantity"], 0.0)
    for each in network.coming:
        row = row_of.get(each.pair)
        if row is not None and each.lot is not None:
            last = each.lot + network.items[each.pair.item]["shelf_life"] - 1
            result[row] += np.where((each.month < months) & (last >= months), each.quantity, 0.0)
    return result
