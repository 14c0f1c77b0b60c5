"""Requirements: stock against what must be held, fairly between holders, and floors that come first.

    requirement   stock[p,t] + shortfall[p,t] >= requirement[p,t]
    floor         stock[p,t] + below floor[p,t] >= floor[p,t]
    fair share    shortfall[p,t] <= requirement[p,t] worst[i,t]
    elsewhere     worst[i,t] >= elsewhere[i,t]

p            holder and item; i item; t node at which something is asked, first to last
stock        units at the end of t; shortfall at most requirement, below floor at most floor, in units
worst        share missing of the worst-off holder of an item, 0 to 1
elsewhere    share missing of the worst-off holder outside the case, at the end of t: ``elsewhere.missing``
requirement, floor   units asked at the end of t, layer by layer (``rampart.requirements``)

The objectives count months of a full floor, of a full requirement of the worst-off holder, and of all. Source: layers of
requirements as the case states them; max-min fairness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.asked import short_elsewhere
from rampart.network.keys import Item
from rampart.network.limits import Limit, requirement_limits
from rampart.plan.parts.part import Part, Short, Shortage, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class RequirementsHeld(Part):
    """How far stock is short of what must be held."""

    name = "requirement"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``shortfall``, ``below floor`` and ``worst``."""
        pairs = p.network.pairs
        scale = p.scale_of(pair.item for pair in pairs)
        asked = p.requirement > 0
        yield FamilySpec("shortfall", pairs, "slack", exists=asked, upper=p.requirement, scale=scale, tie=0.1)
        yield FamilySpec("below floor", pairs, "slack", exists=p.floor > 0, upper=p.floor, scale=scale)
        of_item: dict[str, Any] = {}
        for pair, mine in zip(pairs, asked, strict=True):
            if mine.any():
                of_item[pair.item] = of_item.get(pair.item, False) | mine
        items = sorted(of_item)
        exists = np.array([of_item[item] for item in items], dtype=bool).reshape(-1, len(p.tree))
        yield FamilySpec("worst", [Item(item) for item in items], "slack", exists=exists, upper=1.0)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``requirement``, ``floor``, ``fair share`` and ``elsewhere``."""
        stock, shortfall, below, worst = (p[name] for name in ("stock", "shortfall", "below floor", "worst"))
        asked, floor = p.requirement, p.floor
        rows = Rows(p.tree, "requirement", stock.keys, scale=stock.scale).add(stock).add(shortfall)
        yield rows.hold(">=", asked, where=asked > 0)
        rows = Rows(p.tree, "floor", stock.keys, scale=stock.scale).add(stock).add(below)
        yield rows.hold(">=", floor, where=floor > 0)
        rows = Rows(p.tree, "fair share", stock.keys, scale=stock.scale).add(shortfall)
        pair, node = np.nonzero(asked > 0)
        item_of = np.array([worst.index.get(Item(pair.item), -1) for pair in p.network.pairs], dtype=np.int64)
        rows.add_cells(worst, key=item_of[pair], cause=node, row=pair, effect=node, factor=-asked[pair, node])
        yield rows.hold("<=", 0.0, where=asked > 0)
        there = short_elsewhere(p.network, [key[0] for key in worst.keys])[:, p.tree.period]
        yield Rows(p.tree, "elsewhere", worst.keys).add(worst).hold(">=", there, where=worst.exists & (there > 0))

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Months of a full floor or requirement missing."""
        months = p.tree.months
        yield Weight("floors", "below floor", months * share(1.0, p.floor))
        yield Weight("requirement_worst", "worst", months)
        for measure in ("requirement_sum", "requirement_fair"):
            yield Weight(measure, "shortfall", months * share(1.0, p.requirement))

    def limits(self, p: Programme) -> Iterable[Limit]:
        """A floor that must be kept; a requirement."""
        return requirement_limits(p.network)

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """The holder is short of its floor or of its requirement."""
        yield Shortage("below floor", "floor", ("floors",), lambda key: Short("floors", *key))
        passes = ("requirement_worst", "requirement_sum")
        yield Shortage("shortfall", "requirement", passes, lambda key: Short("requirement", *key), in_turn=True)

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``fill``: years to fill of each requirement."""
        held, p = v.programme.held, v.programme
        rows: list[tuple[Any, ...]] = []
        for n, pair in enumerate(v.network.pairs):
            asked = held.requirement[n]
            if not (asked > 0).any():
                continue
            node = v.first_filled(n)
            end = None if node is None else int(v.tree.last_month[node])
            closing, rate = float(v["stock"][n, -1]), held.daily_rate[n, -1]
            rows.append((
                *pair, float(asked[-1]), float(v.opening[n, 0]), closing,
                min(closing / float(asked[-1]), 1.0) if asked[-1] > 0 else None, None if end is None else month_text(end),
                None if end is None else (end - p.case.calendar.first + 1) / 12.0,
                closing / float(rate) if rate > 0 else None,
            ))  # fmt: skip
        return {"fill": frame("plan", "fill", rows)}
