"""Need: served from stock or unmet. Every shortage is bounded by what is asked, so it cannot create stock.

    need   serve[g,t] + unmet[g,t] = need[g,t], and with - unmet[g,t-1] on the left where it may be served late

g      demand: holder, item and purpose; t node, first to last; t-1 the node before
serve  units served at t
unmet  units lost at t, at most need; where it may be served late, units due so far, without bound
need   units asked at t: sum over its months of ``demand.need``; on a mean path that of the regimes by their shares

The objective counts months of the demand's own mean need, weighted; a need that may be late counts a twelfth for each
month it is due. Source: the demand of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, service_postings
from rampart.network.keys import Key
from rampart.network.lags import Floats, begins
from rampart.network.network import Network
from rampart.plan.parts.part import Limit, Part, Short, Shortage, Weight
from rampart.plan.programme.by_node import by_node
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Needs(Part):
    """What is served, and what is not."""

    name = "need"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``serve`` and ``unmet``."""
        keys, late, need = p.network.demands, p.network.late[:, None], p.need
        scale = p.scale_of(d.item for d in keys)
        due = (need > 0) | (late & ((p.tree.so_far @ need.T).T > 0))
        yield FamilySpec("serve", keys, "flow", exists=due, scale=scale)
        yield FamilySpec(
            "unmet", keys, "slack", exists=(need > 0) | late, upper=np.where(late, np.inf, need), scale=scale, tie=0.1
        )

    def postings(self, p: Programme) -> Iterable[Posting]:
        """What is served leaves the stock."""
        return service_postings(p.network)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``need``."""
        serve, unmet = p["serve"], p["unmet"]
        late = np.flatnonzero(p.network.late)
        rows = Rows(p.tree, "need", serve.keys, scale=serve.scale).add(serve).add(unmet)
        rows.add(unmet, p.tree.earlier, key=late, row=late, factor=-1.0)
        yield rows.hold("==", p.need)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Months of need unmet, the partner's and the members' own; price of what is served, costs of what is not."""
        n, tree = p.network, p.tree
        weights: dict[Key, float] = {}
        for r in n.rows("demand"):
            weights.setdefault((r["holder"], r["item"], r["purpose"]), r["weight"])
        weight = np.array([weights[key] for key in n.demands]) * share(1.0, monthly_need(n))
        late = n.late[:, None]
        each = np.where(late, tree.months / 12.0, 1.0) * weight.reshape(-1, 1)
        theirs = np.array([d.holder in n.recipients for d in n.demands], dtype=bool)
        yield Weight("need", "unmet", each * theirs.reshape(-1, 1))
        yield Weight("own_use", "unmet", each * ~theirs.reshape(-1, 1))
        yield Weight("money", "serve", -in_first_month(p, "price") / p.unit)
        lost = np.where(late, tree.at_end.astype(float), 1.0) * in_first_month(p, "unmet_cost")
        waiting = np.where(late, tree.months * in_first_month(p, "late_cost"), 0.0)
        yield Weight("money", "unmet", (lost + waiting) / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """Another need comes first."""
        yield Limit("need", "priority")

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """The holder is short."""
        recipients = p.network.recipients

        def of(key: Key) -> Short:
            return Short("need" if key[0] in recipients else "own_use", key[0], key[1])

        yield Shortage("unmet", "need", ("need", "own_use"), of, lasting=False)

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``demand``."""
        late, unmet, keys = v.network.late[:, None], v["unmet"], v.network.demands
        return {"demand": frame("plan", "demand", by_node(v, {
            "holder": [d.holder for d in keys], "item": [d.item for d in keys], "purpose": [d.purpose for d in keys],
            "need": v.programme.need, "served": v["serve"], "unmet": np.where(late, 0.0, unmet),
            "late": np.where(late, unmet, 0.0),
        }))}  # fmt: skip


def monthly_need(network: Network) -> Floats:
    """Mean need a month, over the months with need, of each demand; of regimes the largest. Shape (demands,)."""
    result = np.zeros(len(network.demands))
    for regime in [r["regime"] for r in network.rows("regimes")] or [None]:
        need = np.nan_to_num(network.demand_monthly("need", regime))
        if need.size:
            result = np.maximum(result, share(need.sum(axis=1), (need > 0).sum(axis=1).astype(float)))
    return result


def in_first_month(p: Programme, column: str) -> Floats:
    """A price or cost of each demand in the first month of each node in which it is in force, 0 where it never is.

    Shape (demands, nodes). On a mean path it is the mean over the regimes in which it is in force.
    """
    network, tree = p.network, p.tree
    if tree.mix is None:
        return np.nan_to_num(_first_in(network, column, None))[:, tree.period]
    total, weight = np.zeros((2, len(network.demands), len(tree)))
    for part, regime in zip(tree.mix.T, tree.regimes, strict=True):
        value = _first_in(network, column, regime)[:, tree.period]
        total += np.nan_to_num(value) * part
        weight += np.isfinite(value) * part
    return share(total, weight)


def _first_in(network: Network, column: str, regime: str | None) -> Floats:
    """The same by period in one regime, NaN where not in force, shape (demands, periods).

    A late demand keeps its price and costs after its last row ended, for what is still due.
    """
    monthly = network.demand_monthly(column, regime)
    calendar = network.calendar
    first = np.full((len(network.demands), len(calendar)), np.nan)
    if not monthly.size:
        return first
    for n in np.flatnonzero(network.late):
        for m in range(1, monthly.shape[1]):
            if np.isnan(monthly[n, m]):
                monthly[n, m] = monthly[n, m - 1]
    for t, (start, length) in enumerate(zip(begins(calendar), calendar.lengths, strict=True)):
        for month in range(start, start + length):
            first[:, t] = np.where(np.isnan(first[:, t]), monthly[:, month], first[:, t])
    return first
