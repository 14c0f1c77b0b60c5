"""``rampart sustain``: the whole answer for a case's fleets, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.results.manifest import origin_of, records_of
from rampart.results.result import Result
from rampart.sustainment.availability_by_month import UNSETTLED, AvailabilityByMonth, availability_by_month
from rampart.sustainment.echelon_network import Floats, Network
from rampart.sustainment.exchange import conflict, gain, levers, mixed_fleets
from rampart.sustainment.fleet import Support, read_support
from rampart.sustainment.spares import Spares, curve

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.findings import Finding

MIX_TARGET = 0.9
"""Supply availability at which a mixed fleet is compared with one type, where none is asked for."""
POINTS = 12
"""Points of the curve whose stock lists are reported."""


def sustain(
    case: Case,
    *,
    month: str | None = None,
    target: float | None = None,
    budget: float | None = None,
    draws: int = 24,
    seed: int = 1,
) -> Result:
    """Availability over time, what holds it back, the cost-availability curve, and what a euro buys.

    month   month for which spares are bought; by default the last
    target  availability to reach, 0 to 1; budget in money units of the case. One of the two marks a point of the curve
    draws   samples of the figures with a range, for the bands; 0 for none
    """
    if target is not None and budget is not None:
        raise ValueError("a target or a budget marks a point of the curve, not both")
    if target is not None and not 0 <= target <= 1:
        raise ValueError(f"target {target}: expected an availability, 0 to 1")
    if budget is not None and not budget >= 0:
        raise ValueError(f"budget {budget}: expected money of zero or more")
    support = read_support(case)
    base = availability_by_month(support)
    at = len(support.months) - 1 if month is None else _index(support, month)
    spares = spares_of(support, base, at)
    tables = {
        "availability": _availability(support, base, _bands(case, base, draws, seed)),
        "holding_back": _holding_back(support, base),
        "shortages": _shortages(support, base),
        "shops": _shops(support, base),
        **_points(support, base, spares, at, target, None if budget is None else budget * case.money_unit),
        **_exchange(case, support, base),
        "conflict": _conflict(support, base),
        "mix": _mix(support, base, at, MIX_TARGET if target is None else target),
    }
    manifest = origin_of(case) | {
        "status": "optimal", "month": support.months[at], "target": target, "budget": budget, "draws": draws, "seed": seed,
        "use": {"rounds": base.rounds, "residual": base.residual, "settled": base.residual <= UNSETTLED},
        "findings": records_of((*case.findings, *_findings(support, base, spares, at, target))),
    }  # fmt: skip
    return Result.of("fleet", case, tables, manifest)


def _index(support: Support, month: str) -> int:
    if month not in support.months:
        raise ValueError(f"{month} lies outside the plan, {support.months[0]} to {support.months[-1]}")
    return support.months.index(month)


def spares_of(support: Support, base: AvailabilityByMonth, month: int) -> Spares:
    """The cost-availability curve for the use, pipelines and systems of one month, from the stock held then.

    Parts without a price stand at what is held. What a supplier owes is taken as of that month.
    """
    from rampart.sustainment.allocation import Fleets

    priced = np.nan_to_num(support.price) > 0
    shape = base.own_mean.shape[1:]
    top = support.supplier < 0
    repaired = np.where(
        top[None, :] & (support.repaired > 0).any(0), 1 - support.condemned[month], support.repaired[month]
    )
    own = np.zeros(shape)
    for f, site in enumerate(support.fleet_site):
        own[:, site] += base.demand[month, :, site] * base.sharing[month, f]
    zero = np.zeros(shape)
    network = Network(
        support.supplier, own, repaired, support.condemned[month], zero, zero, np.zeros(len(support.parts)),
        support.parent, support.child, support.share, in_repair=(base.own_mean[month], base.own_variance[month]),
    )  # fmt: skip
    present = np.maximum(base.held - base.damaged, 0.0)[:, month]
    systems, places, needed = np.zeros(shape), np.zeros(len(support.parts)), np.zeros(len(support.parts))
    for f, site in enumerate(support.fleet_site):
        systems[:, site] += np.where(support.installed[f] > 0, present[f], 0.0)
        places = np.maximum(places, support.installed[f])
        needed = np.maximum(needed, support.needed[f])
    fleets = Fleets(
        systems, np.maximum(places, 1.0), np.where(places > 0, needed, 0.0), systems / max(present.sum(), 1e-9)
    )
    held = support.stock[month].astype(np.int64)
    # What cannot be bought has a price so high that it stands at the end of the curve, and is cut off there.
    found = curve(network, fleets, np.where(priced, np.nan_to_num(support.price), 1e15), held=held)
    end = int(np.searchsorted(found.cost, 1e14))
    return replace(
        found,
        cost=found.cost[:end],
        logarithm=found.logarithm[:end],
        family=found.family[: end - 1],
        point=found.point[: end - 1],
    )


def _availability(s: Support, c: AvailabilityByMonth, bands: Mapping[int, tuple[Floats, Floats]]) -> pl.DataFrame:
    rows = []
    for f, fleet in enumerate(s.fleets):
        need = s.fleet_rows[f]["needed"]
        for m, month in enumerate(s.months):
            held, there = float(c.held[f, m]), float(c.available[f, m])
            low, high = (float(b[m]) for b in bands[f]) if f in bands else (None, None)
            rows.append(
                (fleet, month, s.regime[f][m] or None, held, float(c.damaged[f, m]), float(c.maintenance[f, m]), there,
                 there / held if held > 1e-9 else None, there / need if need else None, low, high)
            )  # fmt: skip
    return frame("fleet", "availability", rows)


def _bands(case: Case, base: AvailabilityByMonth, draws: int, seed: int) -> dict[int, tuple[Floats, Floats]]:
    """Tenth and ninetieth hundredth of systems available, every figure with a range drawn anew."""
    if not draws:
        return {}
    from rampart.sustainment.ranges import drawn

    found = []
    for n in range(draws):
        support = read_support(drawn(case, seed=seed, number=n))
        found.append(availability_by_month(support, start=base.available).available)
    low, high = np.quantile(np.stack(found), [0.1, 0.9], axis=0)
    return {f: (low[f], high[f]) for f in range(len(base.support.fleets))}


def _holding_back(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    down = c.systems_down()
    rows: list[tuple[Any, ...]] = []
    for f, fleet in enumerate(s.fleets):
        for m, month in enumerate(s.months):
            rows.append((fleet, month, "damage", None, float(c.damaged[f, m])))
            rows.append((fleet, month, "maintenance", None, float(c.maintenance[f, m])))
            rows += [
                (fleet, month, "part", s.parts[p], float(down[f, p, m])) for p in np.flatnonzero(down[f, :, m] > 1e-9)
            ]
    rows = [row for row in rows if row[4] > 1e-9]
    return frame("fleet", "holding_back", rows)


def _shortages(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    mean, short = c.mean, c.ebo
    rows = []
    for p, part in enumerate(s.parts):
        for n, site in enumerate(s.sites):
            if c.demand[:, p, n].sum() > 0:
                rows += [
                    (part, site, month, float(c.demand[m, p, n]), float(mean[m, p, n]), float(s.stock[m, p, n]),
                     float(short[m, p, n]))
                    for m, month in enumerate(s.months)
                ]  # fmt: skip
    return frame("fleet", "shortages", rows)


def _shops(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    rows = [
        (shop, month, float(c.load[m, n]), float(s.bays[m, n]), float(c.queue[m, n]))
        for n, shop in enumerate(s.shops)
        for m, month in enumerate(s.months)
    ]
    return frame("fleet", "shops", rows)


def _points(
    s: Support, c: AvailabilityByMonth, spares: Spares, month: int, target: float | None, budget: float | None
) -> dict[str, pl.DataFrame]:
    """The curve, a choice of its points with their stock lists, and what to buy next after the marked one."""
    steps = len(spares.cost)
    marked = spares.within(budget) if budget is not None else None
    if marked is None and target is not None:
        marked = spares.reaching(target)
    # Even steps of availability, which is what a reader chooses by.
    even = np.searchsorted(
        spares.availability, np.linspace(spares.availability[0], spares.availability[-1] * 0.9999, POINTS)
    )
    chosen = sorted({*even.clip(0, steps - 1).tolist(), 0, *([marked] if marked is not None else [])})
    thin = sorted({*np.linspace(0, steps - 1, min(steps, 400)).round().astype(int).tolist(), *chosen})
    curve_rows = [(n, float(spares.cost[n]), float(spares.availability[n])) for n in thin]
    points, stocks = [], []
    now, price = spares.stock(0), np.nan_to_num(s.price)
    for number, step in enumerate(chosen, start=1):
        stock = spares.stock(step)
        ready = systems_ready(s, c, spares, stock, month)
        points.append(
            (number, step, float(spares.cost[step]), float(spares.availability[step]), float(ready), step == marked)
        )
        stocks += [
            (number, s.parts[p], s.sites[n], int(now[p, n]), int(stock[p, n]), float((stock[p, n] - now[p, n]) * price[p]))
            for p, n in zip(*np.nonzero((stock > 0) | (now > 0)), strict=True)
        ]  # fmt: skip
    return {
        "curve": frame("fleet", "curve", curve_rows),
        "points": frame("fleet", "points", points),
        "stock_list": frame("fleet", "stock_list", stocks),
        "buys": _buys(s, spares, marked or 0),
    }


def systems_ready(s: Support, c: AvailabilityByMonth, spares: Spares, stock: Any, month: int) -> float:
    """Systems available with a stock, by the whole network at one month: the figure behind a point of the curve."""
    from rampart.sustainment.availability import part_factor
    from rampart.sustainment.echelons import evaluate

    ebo = evaluate(spares.problem.network, stock).ebo
    total = 0.0
    for f, site in enumerate(s.fleet_site):
        uses = s.installed[f] > 0
        present = max(float(c.held[f, month] - c.damaged[f, month]), 0.0)
        mine = ebo[uses, site] * c.sharing[month, f, uses]
        factor = float(np.prod(part_factor(mine, present, s.installed[f, uses], s.needed[f, uses])))
        in_work = c.available[f, month] + c.maintenance[f, month]
        total += present * factor * (c.available[f, month] / in_work if in_work > 0 else 1.0)
    return total


def _buys(s: Support, spares: Spares, after: int, most: int = 40) -> pl.DataFrame:
    """The next purchases after a point, in order: which part, how many, where, and what each step brings."""
    rows = []
    before = spares.stock(after)
    for step in range(after + 1, min(len(spares.cost), after + most + 1)):
        now = spares.stock(step)
        gained = float(spares.availability[step] - spares.availability[step - 1])
        spent = float(spares.cost[step] - spares.cost[step - 1])
        rows += [
            (step - after, s.parts[p], s.sites[n], int(now[p, n] - before[p, n]), spent, gained)
            for p, n in zip(*np.nonzero(now != before), strict=True)
        ]
        before = now
    return frame("fleet", "buys", rows)


def _exchange(case: Case, s: Support, c: AvailabilityByMonth) -> dict[str, pl.DataFrame]:
    """System-months for a million of currency by lever, and by month for each type."""
    rates, monthly = [], []
    for lever in levers(s, c):
        gained = gain(s, c, lever)
        for kind in sorted({row["type"] for row in s.fleet_rows}):
            mine = np.array([row["type"] == kind for row in s.fleet_rows])
            by_month = gained[mine].sum(0)
            if abs(by_month).max() < 1e-6:
                continue
            per = 1e6 / lever.cost
            key = (lever.kind, lever.code, lever.site, s.months[lever.month], kind)
            rates.append((*key, lever.cost, float(by_month.sum()), float(by_month.sum() * per)))
            monthly += [(*key[:3], kind, month, float(by_month[m] * per)) for m, month in enumerate(s.months)]
    return {
        "exchange": frame("fleet", "exchange", rates).sort("per_million", descending=True),
        "exchange_months": frame("fleet", "exchange_months", monthly),
    }


def _conflict(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    rows = [
        (holder, s.fleets[f], month, float(lost[m]))
        for holder, f, lost in conflict(s, c)
        for m, month in enumerate(s.months)
        if abs(lost).max(initial=0.0) > 1e-3
    ]
    return frame("fleet", "conflict", rows)


def _mix(s: Support, c: AvailabilityByMonth, month: int, target: float) -> pl.DataFrame:
    rows = [
        (m.holder, m.type, m.types, m.systems, target, m.apart, m.together, m.apart / m.together - 1)
        for m in mixed_fleets(s, c, month, target)
        if np.isfinite([m.apart, m.together]).all() and m.together > 0
    ]
    return frame("fleet", "mix", rows)


def _findings(s: Support, c: AvailabilityByMonth, spares: Spares, month: int, target: float | None) -> list[Finding]:
    from rampart.findings import Finding

    found = []
    for n, shop in enumerate(s.shops):
        over = np.flatnonzero((c.load[:, n] > s.bays[:, n]) & (c.load[:, n] > 0))
        if len(over):
            m = int(over[np.argmax(c.load[over, n] - s.bays[over, n])])
            details = {"month": s.months[m], "work": f"{c.load[m, n]:.1f}", "bays": f"{s.bays[m, n]:g}"}
            found.append(Finding("shop-overloaded", table="shops", column="shop", value=shop, details=details))
    for p in np.flatnonzero(c.raised):
        found.append(Finding("variance-raised", table="parts", column="spread", value=s.parts[p]))
    if c.residual > UNSETTLED:
        details = {"rounds": str(c.rounds)}
        found.append(Finding("use-unsettled", table="fleet_use", value=f"{c.residual:.2g}", details=details))
    if target is not None and spares.reaching(target) is None:
        most = float(spares.availability[-1])
        worst = c.systems_down()[:, :, month].sum(0)
        held_by = ", ".join(s.parts[p] for p in np.argsort(-worst, kind="stable")[:3] if worst[p] > 0)
        wanted = c.demand[month].sum(1) > 0
        unpriced = ", ".join(s.parts[p] for p in np.flatnonzero(wanted & ~(np.nan_to_num(s.price) > 0)))
        details = {"most": _below(most, target), "held_by": held_by or "-", "unpriced": unpriced}
        found.append(Finding("target-out-of-reach", table="fleets", value=f"{target:.1%}", details=details))
    return found


def _below(share: float, target: float) -> str:
    """A share in percent, with digits enough to read as below the target."""
    for digits in range(1, 8):
        told = f"{share:.{digits}%}"
        if told != f"{target:.{digits}%}":
            return told
    return f"{share:.8%}"
