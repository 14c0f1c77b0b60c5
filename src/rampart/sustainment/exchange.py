"""What a euro buys: in spares, in repair capacity, in new systems; what a mixed fleet costs; donor against recipient.

Every rate is the difference of two answers worked out anew, one with the unit and one without. Nothing is interpolated.
For the plan's budget the same trade-off is a linear programme over the concave hull of A per system (``best_mix``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.abreast import one_after_another
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month
from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.marginal import curve

MOST_SPARES = 10
"""Spares whose exchange rate is worked out: the best by slope."""
MANY_CELLS, FEWER = 100_000, 10
"""Parts times sites above which so many levers in all are worked out, since each is a course of its own: the best by slope."""


@dataclass(frozen=True)
class Lever:
    """One unit that money can buy: a spare at a site, a bay of a shop, a system of a fleet.

    month  index of the month from which it is there; cost in currency
    """

    kind: str
    code: str
    site: str
    cost: float
    month: int


def with_lever(support: Support, lever: Lever, units: float = 1.0) -> Support:
    """The same support with ``units`` more of the lever from its month on."""
    if lever.kind == "spare":
        stock = support.stock.copy()
        stock[lever.month :, support.parts.index(lever.code), support.sites.index(lever.site)] += units
        return replace(support, stock=stock)
    if lever.kind == "bay":
        bays = support.bays.copy()
        bays[lever.month :, support.shops.index(lever.code)] += units
        return replace(support, bays=bays)
    arrivals = support.arrivals.copy()
    arrivals[support.fleets.index(lever.code), lever.month] += units
    return replace(support, arrivals=arrivals)


def levers(support: Support, base: AvailabilityByMonth, *, decided: int = 0, most_parts: int = 8) -> Iterator[Lever]:
    """What can be bought in month ``decided`` and is there before the end: the parts that ground most, bays, systems.

    All of them, or where parts are many the best by slope.
    """
    found = list(_offered(support, base, decided=decided, most_parts=most_parts))
    if len(support.parts) * len(support.sites) > MANY_CELLS and len(found) > FEWER:
        # The best of each kind stays, so that kinds can be told apart.
        by_slope = sorted(range(len(found)), key=lambda n: (-found[n][0], n))
        of_kind = {found[n][1].kind: n for n in reversed(by_slope)}
        kept = [*of_kind.values(), *(n for n in by_slope if n not in of_kind.values())][:FEWER]
        found = [found[n] for n in sorted(kept)]
    yield from (lever for _, lever in found)


def _offered(
    support: Support, base: AvailabilityByMonth, *, decided: int, most_parts: int
) -> Iterator[tuple[float, Lever]]:
    """Every lever with its slope: system-months for a unit of currency, a bay's told by the jobs that wait for one."""
    months = len(support.months)
    down = base.systems_down().sum(axis=(0, 2))
    spares: list[tuple[float, int, int, int]] = []
    grounded = [int(p) for p in np.argsort(-down, kind="stable") if down[p] > 1e-6]
    # A part that waits for another is relieved by that other: both are offered.
    inside = [int(c) for p, c in zip(support.parent, support.child, strict=True) if p in grounded[:most_parts]]
    for p in dict.fromkeys(grounded[:most_parts] + inside):
        price, lead = support.price[p], support.lead_time[p]
        # A price or a delivery time that nobody knows makes no rate: unknown is not zero.
        if np.isnan(price) or price <= 0 or np.isnan(lead) or support.last_buy[p] <= decided * MONTH:
            continue
        wait = int(np.ceil(lead / MONTH))
        if decided + wait >= months:
            continue
        worth = base.relief[decided + wait :, p].sum(axis=0) / price
        spares += [(float(worth[n]), p, int(n), decided + wait) for n in np.flatnonzero(worth > 0)]
    # The best by the slope of what is owed; each is then solved anew.
    price = support.price
    for slope, p, n, month in sorted(spares, key=lambda one: (-one[0], one[1:]))[:MOST_SPARES]:
        yield slope, Lever("spare", support.parts[p], support.sites[n], float(price[p]), month)
    for n, row in enumerate(support.shop_rows):
        month = decided + int(row["bay_months"])
        busy = base.queue[:, n].max(initial=0.0) > 0 and np.isfinite(support.bays[:, n]).any()
        if row["bay_cost"] and busy and month < months:
            waiting = np.minimum(np.maximum(base.queue[month:, n] - support.bays[month:, n], 0.0), 1.0).sum()
            cost = float(row["bay_cost"])
            yield float(waiting) / cost, Lever("bay", support.shops[n], row["site"], cost, month)
    for f, row in enumerate(support.fleet_rows):
        month = decided + int(row["lead_time"])
        if row["price"] and month < months:
            there, cost = float(np.nan_to_num(base.ao[f, month:]).sum()), float(row["price"])
            yield there / cost, Lever("system", support.fleets[f], row["site"], cost, month)


def gain(support: Support, base: AvailabilityByMonth, lever: Lever, units: float = 1.0) -> Floats:
    """Systems available (F, M) that ``units`` of the lever add: the case worked out anew, less the case without them."""
    return gains(support, base, [lever], units)[0]


def gains(support: Support, base: AvailabilityByMonth, of: Iterable[Lever], units: float = 1.0) -> list[Floats]:
    """The gains of several levers, worked out abreast with the case without them, so that all have the same instants."""
    each = (with_lever(support, lever, units) for lever in of)
    courses = one_after_another(chain([support], each), start=base.available, by_part=())
    without, *those = (course.available for course in courses)
    return [available - without for available in those]


def without_holder(support: Support, holder: str) -> Support:
    """The same support with the holder's fleets gone: what the others would have of the common pools and shops."""
    theirs = np.array([row["holder"] == holder for row in support.fleet_rows])
    return replace(
        support,
        at_start=np.where(theirs, 0.0, support.at_start),
        arrivals=np.where(theirs[:, None], 0.0, support.arrivals),
    )


def conflict(support: Support, base: AvailabilityByMonth) -> list[tuple[str, int, Floats]]:
    """What each holder's use of common pools costs the fleets of others: (holder, fleet, systems (M,) lost)."""
    found = []
    holders = sorted({row["holder"] for row in support.fleet_rows})
    for holder in holders if len(holders) > 1 else []:
        alone = availability_by_month(without_holder(support, holder), start=base.available)
        for f, row in enumerate(support.fleet_rows):
            if row["holder"] != holder:
                found.append((holder, f, alone.available[f] - base.available[f]))
    return found


def mix_penalty(
    mean: Floats, price: Floats, installed: NDArray[np.float64], fleets: Sequence[float], target: float
) -> tuple[float, float]:
    """Cost of the spares to a target availability: many small fleets each with parts of its own, and one large fleet.

    mean   (P,) units of pipeline per system
    """

    def cost(systems: float) -> float:
        found = curve(mean * systems, mean * systems, price, systems=systems, installed=installed)
        step = found.reaching(target)
        return float("inf") if step is None else float(found.cost[step])

    return sum(cost(n) for n in fleets), cost(float(sum(fleets)))


@dataclass(frozen=True)
class MixedFleet:
    """A holder's types against one type: spares to the same availability, in currency; none where it is not reached."""

    holder: str
    type: str
    types: int
    systems: float
    apart: float
    together: float


def mixed_fleets(support: Support, base: AvailabilityByMonth, month: int, target: float) -> list[MixedFleet]:
    """For each holder of several types: were all like its largest, each with parts of its own, and as one fleet.

    The pipelines of a system are those of the largest type in that month, what its supplier owes included; spares lie
    where the systems are. A holder whose largest type has a part in demand without a price is left out: unknown is not
    zero.
    """
    present = np.maximum(base.held - base.damaged, 0.0)[:, month]
    mean = base.mean[month]
    found = []
    for holder in sorted({row["holder"] for row in support.fleet_rows}):
        of_type: dict[str, list[int]] = {}
        for f, row in enumerate(support.fleet_rows):
            if row["holder"] == holder and present[f] >= 1.0:
                of_type.setdefault(row["type"], []).append(f)
        sizes = {kind: float(present[fleets].sum()) for kind, fleets in of_type.items()}
        if len(sizes) < 2:
            continue
        largest = max(sizes, key=lambda kind: (sizes[kind], kind))
        fleets = of_type[largest]
        out = sum(mean[:, support.fleet_site[f]] * base.sharing[month, f] for f in fleets) / sizes[largest]
        parts = np.flatnonzero((support.installed[fleets[0]] > 0) & (out > 0))
        price = support.price[parts]
        if not len(parts) or np.isnan(price).any() or (price <= 0).any():
            continue
        apart, together = mix_penalty(
            out[parts], price, support.installed[fleets[0], parts], [sizes[kind] for kind in sorted(sizes)], target
        )
        found.append(MixedFleet(holder, largest, len(sizes), sum(sizes.values()), apart, together))
    return found


@dataclass(frozen=True)
class Mix:
    """Best split of a budget: systems owned, money on their support, systems available, and the worth of one more euro."""

    systems: float
    support: float
    available: float
    worth: float


def pieces(cost: Floats, availability: Floats) -> tuple[Floats, Floats]:
    """Concave hull of A over support money per system: ``A(x) <= alpha_k + beta_k x``; flat pieces are dropped."""
    kept: list[int] = []
    for n in range(len(cost)):
        if kept and availability[n] <= availability[kept[-1]]:
            continue
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            before = (availability[b] - availability[a]) * (cost[n] - cost[b])
            if before <= (availability[n] - availability[b]) * (cost[b] - cost[a]):
                kept.pop()
            else:
                break
        kept.append(n)
    x, y = cost[kept], availability[kept]
    beta = np.diff(y) / np.diff(x)
    chosen = beta >= 1e-6
    return (y[:-1] - beta * x[:-1])[chosen], beta[chosen]


def best_mix(alpha: Floats, beta: Floats, top: float, price: float, budget: float) -> Mix:
    """``max m: m <= alpha_k n + beta_k b, m <= top n, price n + b <= budget``: the perspective of the curve.

    The same rows may stand in a larger linear programme; m systems available, n owned, b money on support.
    """
    from scipy.optimize import linprog

    rows = [[-a, -b, 1.0] for a, b in zip(alpha, beta, strict=True)]
    rows += [[-top, 0.0, 1.0], [price, 1.0, 0.0]]
    limits = np.zeros(len(rows))
    limits[-1] = budget
    solved = linprog([0.0, 0.0, -1.0], A_ub=np.array(rows), b_ub=limits, bounds=[(0, None)] * 3, method="highs")
    if solved.x is None:
        raise ValueError(f"no best mix: {solved.message}")
    n, b, m = (float(v) for v in solved.x)
    return Mix(n, b, m, -float(solved.ineqlin.marginals[-1]))
