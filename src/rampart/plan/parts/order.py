"""Ordering: when an order may be decided, what it costs, how much a contract allows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.network.lags import Floats
from rampart.network.network import Sets
from rampart.network.prices import delivery_price
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


def may_order(sets: Sets, tree: Tree) -> NDArray[np.bool_]:
    """Where an order exists, shape (channels, nodes): the contract is open for the whole node, every delivery inside
    the horizon falls in the line's time, and some of it is delivered within the horizon.
    """
    result = np.zeros((len(sets.channels), len(tree)), dtype=bool)
    for n, channel in enumerate(sets.channels):
        line = sets.lines[channel.line]
        start, end = tree.first_month, tree.last_month
        open_ = (start >= channel.first) & (end <= channel.last)
        earliest = start + int(np.floor(channel.lead))
        latest = np.minimum(end + int(np.ceil(channel.lead)), sets.calendar.last)
        in_time = (earliest >= sets.month(line["from"], sets.calendar.first)) & (
            latest <= sets.month(line["until"], sets.calendar.last)
        )
        result[n] = open_ & in_time & (earliest <= sets.calendar.last)
    return result


def order_price(sets: Sets, tree: Tree) -> Floats:
    """Price of one unit ordered at each node, in money units, for the part delivered within the horizon.

    Shape (channels, nodes). Raises CaseError where a price is not known: unknown is not zero.
    """
    at_delivery = delivery_price(sets)
    result = np.zeros((len(sets.channels), len(tree)))
    offset = np.arange(at_delivery.shape[1])
    for n, (channel, cost) in enumerate(zip(sets.channels, at_delivery, strict=True)):
        whole = int(np.floor(channel.lead))
        part = channel.lead - whole
        padded = np.concatenate([cost, np.zeros(whole + 2)])
        of_month = (1 - part) * padded[offset + whole] + part * padded[offset + whole + 1]
        sums = np.add.reduceat(of_month, np.asarray(sets.calendar.starts) - sets.calendar.first)
        result[n] = (sums / np.asarray(sets.calendar.lengths))[tree.period]
    if np.isnan(result).any():
        from rampart.findings import CaseError, Finding

        lines = sorted({c.line for c, row in zip(sets.channels, result, strict=True) if np.isnan(row).any()})
        raise CaseError(Finding("unit-cost-unknown", "lines", value=line, details={"line": line}) for line in lines)
    return result / sets.case.money_unit


def contract_limits(sets: Sets, tree: Tree, order: Family) -> None:
    """``sum of orders so far <= max_quantity`` of each contract, at the last nodes; what is cancelled later counts."""
    most = np.array([c.most for c in sets.channels])
    rows = Rows(order.model, tree, "contract limit", order.keys, scale=order.scale)
    rows.add(order, tree.now, then=tree.so_far)
    at_end = np.isin(np.arange(len(tree)), tree.leaves)
    rows.constrain("<=", np.where(np.isfinite(most), most, np.inf)[:, None], where=at_end[None, :])
