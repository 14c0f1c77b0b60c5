"""Prices: unit cost of a line, price of a channel on delivery."""

from __future__ import annotations

import numpy as np

from rampart.case.timelines import in_force
from rampart.network.lags import Floats
from rampart.network.network import Sets


def unit_cost(sets: Sets) -> Floats:
    """Unit cost of each line in each month in currency, shape (lines, months); NaN where nothing is known."""
    codes = list(sets.lines)
    changes = in_force(sets.calendar, codes, [(r["line"], r["from"], None, r["unit_cost"]) for r in sets.rows("rates")])
    own = np.array([_known(r["unit_cost"], sets.items[r["item"]]["price"]) for r in sets.lines.values()])
    return np.where(np.isfinite(changes), changes, own[:, None]) if codes else changes


def _known(*values: float | None) -> float:
    return next((float(v) for v in values if v is not None), np.nan)


def delivery_price(sets: Sets) -> Floats:
    """Price of one unit delivered in each month, in currency, shape (channels, months): the contract's, else the line's
    unit cost in that month, else the item's replacement cost; NaN where none of them is known.
    """
    monthly = unit_cost(sets)
    result = np.zeros((len(sets.channels), monthly.shape[1]))
    for n, channel in enumerate(sets.channels):
        result[n] = channel.price if channel.price is not None else monthly[sets.line_index[channel.line]]
    return result
