"""Levels of support: what spares and bays make of each fleet, as points that a plan may buy its way along.

Fleets that share a site, a shop or a pool of sites are one group: a spare at their depot serves them all. For each group
the availability of its fleets is worked out anew at points along its best order of buys, with and without more bays, so each
point holds in every month with shortages, queues and wear as they then are. The plan takes the concave hull of the points:

    available <= sum of share[l] x level[l],  sum of level[l] = owned,  sum of cost[l] / per x level[l] <= spares bought

which is the perspective of the cost-availability curve per system, ``m <= alpha n + beta b``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.abreast import availability_of_each
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month, condemned
from rampart.sustainment.echelon_network import Floats, Whole, ratio
from rampart.sustainment.fleet import MONTH, Support, read_support
from rampart.sustainment.promise import path_of_buys

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.sustainment.spares import Spares

STEPS_OF_CURVE = 9
"""Points along the curve of spares, evenly spread over availability."""


@dataclass(frozen=True, eq=False)
class Usage:
    """What a plan does to fleets, by month of the plan.

    joined  (F, M) systems that the plan adds at the beginning of each month
    used    (F, M) use of the whole fleet in the month; nan where the case's use of a system holds
    """

    joined: Floats
    used: Floats


@dataclass(frozen=True, eq=False)
class Group:
    """Fleets that share sites or shops, and the levels of support that money can bring them to.

    cost   (L,) money units of spares above what is held; bays (L, shops) bays added
    share  (L, F, M) systems available of those owned; held (F, M) systems owned at which it holds; per  the same, months
           without a fleet as the nearest that has one
    lead   whole months from the order of spares to their arrival, weighted by money
    upkeep (F, M) money units a system owned and month for parts that are condemned and bought again
    """

    code: str
    fleets: Whole
    shops: tuple[str, ...]
    cost: Floats
    bays: Floats
    share: Floats
    per: Floats
    held: Floats
    lead: float
    upkeep: Floats
    path: Spares


@dataclass(frozen=True, eq=False)
class Levels:
    """All groups of a case, with the systems that stay whatever the plan does.

    given    (F, M) mean systems owned in the month that do not come from the plan
    survive  (F, M) share of the systems at the beginning of a month that are not lost by its end
    """

    support: Support
    groups: tuple[Group, ...]
    given: Floats
    survive: Floats


def support_levels(case: Case, usage: Usage | None = None, *, course: AvailabilityByMonth | None = None) -> Levels:
    """Levels of all groups under the use and deliveries of a plan; at first, with the systems needed all there.

    course  what the same plan's purchases gave when played through, from which losses are taken; none: with what is held
    """
    support = read_support(case)
    usage = usage or first_usage(support)
    loaded = with_usage(support, usage)
    base = availability_by_month(loaded) if course is None else course
    begin = base.held + 0.5 * loaded.losses * base.available
    survive = 1.0 - ratio(loaded.losses * base.available, begin)
    groups = tuple(_group(case, loaded, base, fleets) for fleets in groups_of(case, support))
    return Levels(support, groups, _given(support, survive), survive)


def first_usage(support: Support) -> Usage:
    """A first guess: fleets that a plan can add to are brought to their need in the first month."""
    shape = support.use.shape
    joined = np.zeros(shape)
    for f, row in enumerate(support.fleet_rows):
        if row["item"] is not None:
            joined[f, 0] = max(0.0, (row["needed"] or 0.0) - support.at_start[f] - support.arrivals[f].sum())
    return Usage(joined, np.full(shape, np.nan))


def with_usage(support: Support, usage: Usage) -> Support:
    """The same support with a plan's deliveries and use."""
    return replace(support, arrivals=support.arrivals + usage.joined, used=usage.used)


def _given(s: Support, survive: Floats) -> Floats:
    left, result = s.at_start.copy(), np.zeros_like(s.use)
    for m in range(len(s.months)):
        begin = left + s.arrivals[:, m]
        result[:, m] = begin * (1 + survive[:, m]) / 2
        left = begin * survive[:, m]
    return result


def groups_of(case: Case, s: Support) -> list[Whole]:
    """Fleets that share a supplier, a pool or a shop, in the order of the case."""
    names = [f"site {n}" for n in s.sites] + [f"shop {n}" for n in s.shops]
    names += [f"pool {p}" for p in s.pool if p is not None]
    group = {name: name for name in names}

    def top(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    links = [(f"site {s.sites[n]}", f"site {s.sites[up]}") for n, up in enumerate(s.supplier) if up >= 0]
    links += [(f"site {s.sites[n]}", f"pool {p}") for n, p in enumerate(s.pool) if p is not None]
    links += [(f"site {r['site']}", f"shop {r['shop']}") for r in case["repairs"].iter_rows(named=True) if r["shop"]]
    links += [(f"site {r['site']}", f"shop {r['repair_shop']}") for r in s.fleet_rows if r["repair_shop"]]
    for here, there in links:
        group[top(here)] = top(there)
    found: dict[str, list[int]] = {}
    for f, row in enumerate(s.fleet_rows):
        found.setdefault(top(f"site {row['site']}"), []).append(f)
    return [np.array(fleets, np.int64) for fleets in found.values()]


def only(s: Support, fleets: Whole) -> Support:
    """The same support with the other fleets gone."""
    mine = np.isin(np.arange(len(s.fleets)), fleets)
    return replace(s, at_start=np.where(mine, s.at_start, 0.0), arrivals=np.where(mine[:, None], s.arrivals, 0.0))


def _purchasable(s: Support) -> Support:
    """Parts whose delivery time nobody knows are not bought: unknown is not zero."""
    rows = [dict(row) | ({"price": None} if row["lead_time"] is None else {}) for row in s.part_rows]
    return replace(s, part_rows=tuple(rows))


def _group(case: Case, s: Support, base: AvailabilityByMonth, fleets: Whole) -> Group:
    alone = only(s, fleets)
    own = availability_by_month(alone, start=base.available)
    month = _month_of_buys(s, own)
    path = path_of_buys(_purchasable(alone), own, month)
    kept_up = own
    if s.used is not None and not np.isnan(s.used[fleets]).all():
        # Systems that lie idle fire less than the plan sends: what all of it wears is seen with spares in place.
        most = (path.stock(len(path.cost) - 1) - path.stock(0)).astype(float)
        kept_up = availability_by_month(replace(alone, stock=alone.stock + most), start=own.available)
        path = path_of_buys(_purchasable(alone), kept_up, month)
    available = 1.0 + path.logarithm
    even = np.searchsorted(
        available, np.linspace(available[0], available[0] + 0.999 * (available[-1] - available[0]), STEPS_OF_CURVE)
    )
    steps = sorted({0, *even.clip(0, len(available) - 1).tolist()})
    stocks = [(path.stock(step) - path.stock(0)).astype(float) for step in steps]
    shops = _expandable(s, own)
    extra = _bay_points(s, shops)
    cost, bays, share = [], [], []
    per = _filled(own.held[fleets])
    points = [(step, stock, added) for step, stock in zip(steps, stocks, strict=True) for added in extra]
    # Abreast all have the same instants; what they have more than what is held stands on top of that worked out alone.
    courses = availability_of_each(
        (with_bought(alone, stock[None], shops, added[None]) for _, stock, added in points), start=own.available,
        by_part=(),
    )  # fmt: skip
    here = own.ao[fleets]
    for (step, _, added), found in zip(points, courses, strict=True):
        more = np.clip(here + found.ao[fleets] - courses[0].ao[fleets], 0.0, 1.0)
        cost.append(float(path.cost[step]) / case.money_unit)
        bays.append(added)
        share.append(_filled(np.nan_to_num(more), there=own.held[fleets] >= LEAST))
    return Group(
        _root(s, fleets), fleets, tuple(s.shops[n] for n in shops), np.array(cost), np.array(bays),
        np.stack(share), per, own.held[fleets], _lead(s, stocks[-1]), _upkeep(s, kept_up, fleets) / case.money_unit, path,
    )  # fmt: skip


def _month_of_buys(s: Support, own: AvailabilityByMonth) -> int:
    """The month for which spares are chosen: the last of those up to which use wears out most, once all ordered could come.

    Not that in which most lacks: what lacks hangs on how many systems there are, and so on what is bought.
    """
    lead = np.where(np.nan_to_num(s.price) > 0, np.nan_to_num(s.lead_time), 0.0)
    first = min(int(np.ceil(lead.max(initial=0.0) / MONTH)), len(s.months) - 1)
    use = s.use * own.held if s.used is None else np.where(np.isnan(s.used), s.use * own.held, s.used)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.nan_to_num(s.installed / s.life) @ np.nan_to_num(s.price)
    here = own.held.any(axis=1)
    worn = np.concatenate(([0.0], np.cumsum((use * (each * here)[:, None]).sum(axis=0))))
    waiting = worn[first + 1 :] - worn[1 : len(worn) - first]
    if first == 0:
        waiting = np.diff(worn)
    return first + int(np.flatnonzero(waiting >= LARGE * waiting.max(initial=0.0))[-1])


LARGE = 0.98
"""Share of the most wear from which a month counts as the one that asks for most spares."""
LEAST = 0.5
"""Systems below which a month has no fleet to speak of; the levels of the nearest month that has one stand for it."""


def _filled(values: Floats, there: NDArray[np.bool_] | None = None) -> Floats:
    """Values (F, M) with those of months without a fleet taken from the next month that has one, else the last."""
    whole = values >= LEAST if there is None else there
    result = values.copy()
    for row, known in zip(result, whole, strict=True):
        at = np.flatnonzero(known)
        if len(at):
            row[:] = row[at[np.searchsorted(at, np.arange(len(row))).clip(max=len(at) - 1)]]
    return result


def _expandable(s: Support, own: AvailabilityByMonth) -> Whole:
    """Shops with work of the group that the plan may add bays to."""
    busy = own.load.max(axis=0, initial=0.0) > 0
    may = np.array([bool(row["max_bays"]) for row in s.shop_rows], bool)
    return np.flatnonzero(busy & may)


def _bay_points(s: Support, shops: Whole) -> list[Floats]:
    """Bays added in each shop: none, one shop after another up to its most, all of them."""
    most = np.array([float(s.shop_rows[n]["max_bays"]) for n in shops])
    found = [np.zeros(len(shops))]
    for n, limit in enumerate(most):
        for units in sorted({1.0, float(np.ceil(limit / 2)), limit}):
            if 0 < units <= limit:
                found.append(np.where(np.arange(len(shops)) == n, units, 0.0))
    if len(shops) > 1:
        found.append(most)
    return found


def with_bought(s: Support, stock: Floats, shops: Sequence[int] | Whole, bays: Floats) -> Support:
    """The same support with spares (M or 1, P, S) and bays (M or 1, shops) more; a shop that is closed stays closed."""
    more = s.bays.copy()
    for n, shop in enumerate(shops):
        more[:, shop] += np.where(s.bays[:, shop] > 0, bays[:, n], 0.0)
    return replace(s, stock=s.stock + stock, bays=more)


def _root(s: Support, fleets: Whole) -> str:
    site = int(s.fleet_site[fleets[0]])
    while s.supplier[site] >= 0:
        site = int(s.supplier[site])
    return s.sites[site]


def _lead(s: Support, bought: Floats) -> float:
    """Whole months from order to arrival of what is bought, by money.

    Whole, since spares that are there for the last days of a month only would count as so many fewer all month: a plan would
    buy ten times as many to have all of them then.
    """
    money = np.nan_to_num(bought.sum(axis=1) * s.price)
    days = (money * np.nan_to_num(s.lead_time)).sum() / money.sum() if money.sum() > 0 else 0.0
    return float(np.ceil(days / MONTH - 1e-6))


def _upkeep(s: Support, own: AvailabilityByMonth, fleets: Whole) -> Floats:
    """Currency a system owned and month (F, M) for condemned parts bought again, by the worth of what each removes."""
    again = np.where(np.isnan(s.lead_time), 0.0, np.nan_to_num(s.price))
    spent = condemned(own).sum(axis=2) @ again
    worth = np.stack(
        [((own.demand[:, :, s.fleet_site[f]] * own.sharing[:, f]) @ np.nan_to_num(s.price)) for f in fleets]
    )
    return ratio(ratio(worth, worth.sum(0, keepdims=True) + 0 * worth) * spent, own.held[fleets])


@dataclass(frozen=True, eq=False)
class Bought:
    """What a plan buys for a group, by month: spares owned (M,) in money units, bays at work beyond the case's (M, shops)."""

    spares: Floats
    bays: Floats


def availability_with_bought(case: Case, levels: Levels, usage: Usage, bought: Sequence[Bought]) -> AvailabilityByMonth:
    """Availability of all fleets by month with what a plan buys, in whole spares: the figure to hold the plan's against."""
    s = with_usage(levels.support, usage)
    for group, mine in zip(levels.groups, bought, strict=True):
        steps = [group.path.within(float(money) * case.money_unit) for money in mine.spares]
        known = {step: (group.path.stock(step) - group.path.stock(0)).astype(float) for step in set(steps)}
        shops = [s.shops.index(shop) for shop in group.shops]
        s = with_bought(s, np.stack([known[step] for step in steps]), shops, mine.bays)
    return availability_by_month(s)
