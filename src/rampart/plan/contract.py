"""Ordering: when an order may be decided, what it costs, how much a contract allows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.case.timelines import in_force
from rampart.plan.sets import Sets
from rampart.plan.terms import Family, Floats, Rows
from rampart.plan.tree import Tree


def unit_cost(sets: Sets) -> Floats:
    """Unit cost of each line in each month in currency, shape (lines, months); NaN where nothing is known."""
    codes = list(sets.lines)
    changes = in_force(sets.calendar, codes, [(r["line"], r["from"], None, r["unit_cost"]) for r in sets.rows("rates")])
    own = np.array([_known(r["unit_cost"], sets.items[r["item"]]["price"]) for r in sets.lines.values()])
    return np.where(np.isfinite(changes), changes, own[:, None]) if codes else changes


def _known(*values: float | None) -> float:
    return next((float(v) for v in values if v is not None), np.nan)


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


def delivery_price(sets: Sets) -> Floats:
    """Price of one unit delivered in each month, in currency, shape (channels, months): the contract's, else the line's
    unit cost in that month, else the item's replacement cost; NaN where none of them is known.
    """
    monthly = unit_cost(sets)
    result = np.zeros((len(sets.channels), monthly.shape[1]))
    for n, channel in enumerate(sets.channels):
        result[n] = channel.price if channel.price is not None else monthly[sets.line_index[channel.line]]
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
