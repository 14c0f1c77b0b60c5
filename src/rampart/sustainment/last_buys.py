"""Last buys: how many units of a part that can be bought no longer keep what is thrown away from piling up.

An order counts that is placed by the end of the last month; what is thrown away after it is not replaced. Of these units,
thrown away by chance with mean m and variance m x (variance-to-mean ratio of the part) up to the end of the plan,

    to buy = smallest q with P(thrown away after the last month <= q) >= CHANCE

With them in place more systems are up, use follows, and more is thrown away: it is found again until it no longer changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rampart.catalogues.results import frame
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month, condemned
from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.pipelines import backorder_table

if TYPE_CHECKING:
    import polars as pl

CHANCE = 0.9
"""Chance with which the last buy lasts to the end of the plan."""
AGAIN = 6
"""Times the buys are found again for the use that follows from them."""
NAME = "last_buys"
"""Name of the last buys, where the time is up before they are found."""


@dataclass(frozen=True, eq=False)
class LastBuy:
    """The last buy of a part.

    part, site   indices; the site where most is thrown away, to which it goes; month  index of the last month to order in
    thrown       mean units thrown away after it, with the buy in place; units to buy; cost in currency, nan: price unknown
    systems      system-months that all last buys together add, over the plan
    """

    part: int
    site: int
    month: int
    thrown: float
    units: int
    cost: float
    systems: float


def last_buys(base: AvailabilityByMonth, time: AllowedTime) -> list[LastBuy]:
    """The last buys of a case, those of parts whose last month lies in the plan before its last one."""
    s = base.support
    ends = s.last_buy
    within = (ends > 0) & (ends < s.days - 1e-9) & ~np.isnan(s.lead_time)
    parts = [int(p) for p in np.flatnonzero(within & (condemned(base).sum(axis=(0, 2)) > 0))]
    if not parts or not time.leaves(NAME):
        return []
    course, units = base, np.zeros(len(parts), np.int64)
    for _ in range(AGAIN):
        thrown = [_thrown_after(course, p) for p in parts]
        wanted = np.array([_lasting(float(each.sum()), _spread(s, p)) for p, each in zip(parts, thrown, strict=True)])
        sites = [int(np.argmax(each)) for each in thrown]
        if np.array_equal(wanted, units) or not time.leaves(NAME):
            break
        units = wanted
        course = availability_by_month(_with(s, parts, sites, units), start=base.available)
    gained = float((course.available - base.available).sum())
    return [
        LastBuy(p, n, round(ends[p] / MONTH) - 1, float(each.sum()), int(q), float(q * s.price[p]), gained)
        for p, n, q, each in zip(parts, sites, units, thrown, strict=True)
    ]


def table_of_last_buys(base: AvailabilityByMonth, time: AllowedTime) -> pl.DataFrame:
    """Table ``last_buys``."""
    s, rows = base.support, []
    for b in last_buys(base, time):
        cost = None if np.isnan(b.cost) else b.cost
        rows.append((s.parts[b.part], s.months[b.month], s.sites[b.site], b.thrown, b.units, cost, b.systems))
    return frame("fleet", "last_buys", rows)


def _thrown_after(course: AvailabilityByMonth, part: int) -> Floats:
    """Mean units (S,) of a part thrown away after its last month."""
    after = round(course.support.last_buy[part] / MONTH)
    lost: Floats = condemned(course)[after:, part].sum(axis=0)
    return lost


def _spread(s: Support, part: int) -> float:
    return 1.0 if np.isnan(s.spread[part]) else max(float(s.spread[part]), 1.0)


def _lasting(mean: float, spread: float) -> int:
    """Smallest number that is not passed with the chance asked for."""
    most = int(mean + 20.0 * np.sqrt(mean * spread + 1.0) + 20.0)
    table = backorder_table(np.array([mean]), np.array([mean * spread]), most)[0]
    over = table[:-1] - table[1:]  # P(X > s)
    return int(np.flatnonzero(over <= 1.0 - CHANCE)[0])


def _with(s: Support, parts: list[int], sites: list[int], units: NDArray[np.int64]) -> Support:
    """The support with the buys there one lead time after they are ordered, at the end of their last month."""
    stock = s.stock.copy()
    for p, n, q in zip(parts, sites, units, strict=True):
        lead = float(np.nan_to_num(s.lead_time)[p])
        there = int(np.ceil((s.last_buy[p] - MONTH + lead) / MONTH - 1e-9))
        stock[min(there, len(s.months)) :, p, n] += q
    return replace(s, stock=stock)
