"""Lots on the shelf: opening stock, shelf life, storage limits."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from rampart.case.calendar import month_number
from rampart.network.lags import Floats
from rampart.network.network import Sets


def opening_stock(sets: Sets) -> Floats:
    """Serviceable stock at the beginning, lots past their shelf life left out, shape (pairs,)."""
    result = np.zeros(len(sets.pairs))
    for r in sets.rows("stocks"):
        life = sets.items[r["item"]]["shelf_life"]
        lot = month_number(r["lot"]) if r["lot"] else sets.calendar.first
        expired = life is not None and lot + life - 1 < sets.calendar.first
        if r["condition"] == "serviceable" and not expired:
            result[sets.pair_index[r["holder"], r["item"]]] += r["quantity"]
    return result


def perishable(sets: Sets) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Positions of pairs whose item has a shelf life."""
    lives = [sets.items[item]["shelf_life"] for _, item in sets.pairs]
    return np.array([n for n, life in enumerate(lives) if life is not None], dtype=np.int64)


def storage_limits(sets: Sets) -> Floats:
    """Storage limit of each pair, infinite where none is stated. Shape (pairs,)."""
    result = np.full(len(sets.pairs), np.inf)
    for r in sets.rows("storage"):
        result[sets.pair_index[r["holder"], r["item"]]] = r["limit"]
    return result


def usable_share(sets: Sets, life: int) -> sp.coo_array:
    """W: share of what is received in a period that is usable in the month after another, shape (periods, periods)."""
    calendar = sets.calendar
    starts, lengths = np.asarray(calendar.starts), np.asarray(calendar.lengths)
    ends = starts + lengths - 1
    # months m of the receipt with m + life - 1 >= end + 1
    too_old = np.clip(ends[:, None] + 2 - life - starts[None, :], 0, lengths[None, :])
    share = np.where(starts[None, :] <= starts[:, None], 1 - too_old / lengths[None, :], 0.0)
    return sp.coo_array(share)
