"""Prices: unit cost of a line, price of a channel on delivery."""

from __future__ import annotations

import numpy as np

from rampart.case.timelines import in_force
from rampart.network.lags import Floats, begins, shifts
from rampart.network.network import Network


def unit_cost(network: Network) -> Floats:
    """Unit cost of each line in each month in currency, shape (lines, months); NaN where nothing is known."""
    codes = list(network.lines)
    changes = in_force(
        network.calendar, codes, [(r["line"], r["from"], None, r["unit_cost"]) for r in network.rows("rates")]
    )
    own = np.array([_known(r["unit_cost"], network.items[r["item"]]["price"]) for r in network.lines.values()])
    return np.where(np.isfinite(changes), changes, own[:, None]) if codes else changes


def _known(*values: float | None) -> float:
    return next((float(v) for v in values if v is not None), np.nan)


def delivery_price(network: Network) -> Floats:
    """Price of one unit delivered in each month, in currency, shape (channels, months): the contract's, else the line's
    unit cost in that month, else the item's replacement cost; NaN where none of them is known.
    """
    monthly = unit_cost(network)
    result = np.zeros((len(network.channels), monthly.shape[1]))
    for n, channel in enumerate(network.channels):
        result[n] = channel.price if channel.price is not None else monthly[network.line_index[channel.line]]
    return result


def order_price(network: Network) -> Floats:
    """Price of one unit ordered in each period, in money units, for the part delivered within the horizon.

    Shape (channels, periods). Raises CaseError where a price is not known: unknown is not zero.
    """
    at_delivery = delivery_price(network)
    calendar = network.calendar
    result = np.zeros((len(network.channels), len(calendar)))
    months = np.arange(at_delivery.shape[1])
    lengths = np.asarray(calendar.lengths)
    for n, (channel, cost) in enumerate(zip(network.channels, at_delivery, strict=True)):
        of_month = np.zeros(months.size)
        for shift, share in shifts(channel.lead):
            padded = np.concatenate([cost, np.zeros(shift)])
            of_month += share * padded[months + shift]
        result[n] = np.add.reduceat(of_month, begins(calendar)) / lengths
    if np.isnan(result).any():
        from rampart.findings import CaseError, Finding

        lines = sorted({c.line for c, row in zip(network.channels, result, strict=True) if np.isnan(row).any()})
        raise CaseError(Finding("unit-cost-unknown", "lines", value=line, details={"line": line}) for line in lines)
    return result / network.case.money_unit
