"""Need: served from stock, or lacking in steps. Every step is bounded, so that a shortage cannot create stock.

    need   serve[g,t] + sum over k of unmet[g,k,t] = top[g,t]
           of a need that may be late: serve[g,t] + unmet[g,t] - unmet[g,t-1] = need[g,t]

g      demand: holder, item and purpose; k its steps from nothing upwards; t node, first to last; t-1 the node before
serve  units served at t
unmet  units lacking in a step and lost, at most its width; where the need may be late, units due so far, without bound
top    units up to which more is worth something: the sum of the widths; without levels and beliefs the need
need   units asked at t: sum over its months of ``demand.need``; of several regimes the mean by their shares

The objectives count lost worth, demands of each rank in a pass of their own (``demand.rank``): of a unit lacking in step k
the mean worth of a unit in it, a d weight w, with beliefs expected over the regimes (``network.worth_of_need``,
``network.need_steps``); of a unit that is late a twelfth of it for each month it is due. Later steps are worth less, so they
lack first. Source: the demand and the levels of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, service_postings
from rampart.network.keys import Demand, Key
from rampart.network.lags import Booleans, Floats, begins
from rampart.network.limits import Limit, need_limits
from rampart.network.network import Network
from rampart.plan.parts.part import Part, Short, Shortage, Weight
from rampart.plan.programme.by_node import by_node
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl

TIE = 0.1


class Needs(Part):
    """What is served, and what is not."""

    name = "need"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``serve`` and ``unmet``."""
        keys, late, steps = p.network.demands, p.network.late[:, None], p.need_steps
        due = (steps.top > 0) & (~late | ((p.tree.so_far @ p.need.T).T > 0))
        yield FamilySpec("serve", keys, "flow", exists=due, scale=p.scale_of(d.item for d in keys))
        # where nothing else tells the steps of a need apart, the last lacks first
        beyond = np.bincount(steps.demand)[steps.demand] - 1.0 - np.array([key.step for key in steps.keys])
        yield FamilySpec(
            "unmet", steps.keys, "slack", exists=steps.width > 0, upper=steps.width,
            scale=p.scale_of(key.item for key in steps.keys), tie=TIE, tie_add=1.5 * TIE * beyond.reshape(-1, 1),
        )  # fmt: skip

    def postings(self, p: Programme) -> Iterable[Posting]:
        """What is served leaves the stock."""
        return service_postings(p.network)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``need``."""
        serve, unmet, steps = p["serve"], p["unmet"], p.need_steps
        rows = Rows(p.tree, "need", serve.keys, scale=serve.scale).add(serve).add(unmet, row=steps.demand)
        late = p.network.late[steps.demand] if len(unmet) else np.zeros(0, dtype=bool)
        own = np.flatnonzero(late)
        rows.add(unmet, p.tree.earlier, key=own, row=steps.demand[own], factor=-1.0)
        yield rows.hold("==", np.where(p.network.late[:, None], p.need, steps.top))

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Lost worth of need, the partner's and the members' own; price of what is served, costs of what is not."""
        steps, tree, late = p.need_steps, p.tree, _late(p)
        each = np.where(late, tree.months / 12.0, 1.0) * steps.worth
        for name, counts in _by_pass(p).items():
            yield Weight(name, "unmet", each * counts, demand_of)
        yield Weight("money", "serve", -in_first_month(p, "price") / p.unit)
        lost = np.where(late, tree.at_end.astype(float), steps.short) * in_first_month(p, "unmet_cost")[steps.demand]
        waiting = np.where(late, tree.months * in_first_month(p, "late_cost")[steps.demand], 0.0)
        yield Weight("money", "unmet", (lost + waiting) / p.unit)

    def plainly(self, p: Programme) -> Iterable[Weight]:
        """Months of need unmet; of a need that is late, months of it due for a month."""
        steps = p.need_steps
        whole = monthly_need(p)[steps.demand].reshape(-1, 1)
        each = np.where(_late(p), p.tree.months, 1.0) * share(steps.short, whole)
        for name, counts in _by_pass(p).items():
            yield Weight(name, "unmet", each * counts)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """Members' own use; another's need; need of later years."""
        return need_limits(p.network)

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """The holder is short."""
        counts = dict(zip(p.network.demands, p.network.pass_of_demand, strict=True))

        def of(key: Key) -> Short:
            return Short(counts[demand_of(key)], key[0], key[1])

        yield Shortage(
            "unmet", "need", tuple(chain(*p.network.needs_by_rank.values())), of, lasting=False,
            row=demand_of, counts=lambda p: p.need_steps.short,
        )  # fmt: skip

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``demand``."""
        late, keys = v.network.late[:, None], v.network.demands
        unmet = np.zeros((len(keys), len(v.tree)))
        np.add.at(unmet, v.programme.need_steps.demand, v["unmet"] * v.programme.need_steps.short)
        return {"demand": frame("plan", "demand", by_node(v, {
            "holder": [d.holder for d in keys], "item": [d.item for d in keys], "purpose": [d.purpose for d in keys],
            "need": v.programme.need, "served": v["serve"], "unmet": np.where(late, 0.0, unmet),
            "late": np.where(late, unmet, 0.0),
        }))}  # fmt: skip


def demand_of(key: Key) -> Demand:
    """The demand of which a key is a step."""
    return Demand(*key[:3])


def _late(p: Programme) -> Booleans:
    """Which steps are of a need that may be late, shape (steps, 1)."""
    return p.network.late[p.need_steps.demand].reshape(-1, 1)


def _by_pass(p: Programme) -> dict[str, Booleans]:
    """Which steps count in each pass of need and own use, shape (steps, 1)."""
    counts = np.array(p.network.pass_of_demand, dtype=object)[p.need_steps.demand].reshape(-1, 1)
    return {name: (counts == name).astype(bool) for names in p.network.needs_by_rank.values() for name in names}


def monthly_need(p: Programme) -> Floats:
    """Mean need a month, over the months with need, of each demand as it is planned for. Shape (demands,)."""
    total, months = np.zeros((2, len(p.network.demands)))
    for part, worth in p.worth_of_regimes:
        chance = p.tree.probability * part
        total += worth.need[:, p.tree.period] @ chance
        months += worth.asked[:, p.tree.period] @ chance
    return share(total, months)


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
