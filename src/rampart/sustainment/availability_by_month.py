"""Systems of each fleet available month by month, and what holds each type back: means of each month, as integrals.

    held(t)      arrivals less losses
    damaged(t)   on the way to repair, waiting for a bay, on it, and on the way back
    available    (held - damaged - systems that parts hold back) x MTBM / (MTBM + MMT)

How the days are worked out is in ``marching``, where they begin in ``start``, what is owed on each in ``owed``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.many_parts import LARGE_CELLS, FiguresByMonth, ManyParts, MonthOfMany, taken_by
from rampart.sustainment.marching import CLOSE, LONGEST, SHORTEST, March
from rampart.sustainment.moment import Moment

UNSETTLED = 0.05
"""Change in systems of the last round of the start above which the answer says that use and availability do not agree."""
QUIET = 0.1
"""Backorders of a site below which steps are not shortened for their sake."""


@dataclass(frozen=True)
class AvailabilityByMonth:
    """What happens, month by month (M); all figures are means of the month.

    held, damaged, available, maintenance   (F, M) systems; serviced: of the damaged those in maintenance that takes a bay
    down           (F, P, M) systems that each part holds back
    moved          (F, M) systems that cannibalisation puts back in action
    demand         (M, P, S) removals and requests a month at each site
    own_mean, own_variance, mean, ebo   (M, P, S) pipelines and backorders, units
    sharing        (M, F, P) each fleet's share of the demand at its site
    queue, load    (M, shops) jobs in each shop and bays' worth of work that comes to it
    rounds, difference (F,)   of the start: last change of systems in action
    raised         (P,) parts whose variance no whole number has, and was raised
    instants       worked out in all
    relief         (M, P, S) systems that one more spare puts back in action, at the end of each month: a slope
    """

    support: Support
    held: Floats
    damaged: Floats
    serviced: Floats
    available: Floats
    maintenance: Floats
    down: Floats
    moved: Floats
    demand: Floats
    own_mean: Floats
    own_variance: Floats
    mean: Floats
    ebo: Floats
    sharing: Floats
    queue: Floats
    load: Floats
    rounds: int
    difference: Floats
    raised: NDArray[np.bool_]
    instants: int
    relief: Floats

    @property
    def ao(self) -> Floats:
        """Operational availability (F, M): available over held, nan where none are held."""
        return np.divide(self.available, self.held, out=np.full_like(self.held, np.nan), where=self.held > 1e-9)

    @property
    def residual(self) -> float:
        """Largest last change of systems in action when the start was looked for."""
        return float(self.difference.max(initial=0.0))

    def systems_down(self) -> Floats:
        """Systems (F, P, M) that each part holds back."""
        return self.down


OF_FLEETS = ("held", "away", "serviced", "up", "moved")
BY_PART = ("down", "own_mean", "own_variance", "mean", "ebo")


class _Month:
    """Areas under everything in one month, by trapezes; those by part stay zero where they are not kept."""

    def __init__(self, s: Support, *, kept: bool) -> None:
        sites, parts, fleets = len(s.sites), len(s.parts), len(s.fleets)
        self.kept, self.names = kept, (*OF_FLEETS, *BY_PART) if kept else OF_FLEETS
        self.held, self.away, self.serviced, self.up, self.moved = np.zeros((5, fleets))
        self.own_mean, self.own_variance, self.mean, self.ebo, self.asked, self.relief = np.zeros((6, sites, parts))
        self.down, self.by_fleet = np.zeros((2, fleets, parts))
        self.jobs, self.load = np.zeros((2, len(s.shops)))

    def close(self, last: Moment) -> None:
        """Nothing is left to be added at the end of the month."""

    def add(self, length: float, old: Moment, new: Moment, asked: Floats, by_fleet: Floats) -> None:
        for name in self.names:
            both = getattr(old, name) + getattr(new, name)
            both *= 0.5 * length
            area = getattr(self, name)
            area += both
        if self.kept:
            self.asked += length * asked
            self.by_fleet += length * by_fleet
        self.load += length * new.work
        self.jobs += 0.5 * length * np.array([a.jobs + b.jobs for a, b in zip(old.lines, new.lines, strict=True)])


def availability_by_month(
    support: Support, *, start: Floats | None = None, months: int | None = None, abreast: int = 1,
    by_part: Collection[int] | None = None, bought_for: int | None = None,
) -> AvailabilityByMonth:  # fmt: skip
    """Work out the months, one step after another.

    start   (F, M) systems in action of an earlier answer to nearly the same case: where the start is looked for
    months  how many of them; by default all. Later months are left at zero
    abreast  cases that stand in it beside each other (``rampart.sustainment.abreast``)
    by_part  months of which figures by part are wanted, by default all: those of others stay zero
    bought_for  the one month for which spares are bought, by default any: where parts are many the pipelines that purchases
            are worked out from are those of that month alone
    """
    s = support
    guess = None if start is None else start[:, 0]
    many = taken_by(s)
    march: Any = ManyParts(s, guess, abreast=abreast) if many else March(s, guess, abreast=abreast)
    figures = FiguresByMonth(march, bought_for) if many else None
    kept: list[Any] = []
    length, instants = 1.0, 0
    trend = np.zeros(len(s.fleets))
    for m in range(len(s.months) if months is None else months):
        changed = _begin_month(march, m)
        if changed:
            length, trend = 1.0, np.zeros(len(s.fleets))
        wears, use = march.setting.wear_of(m, march.now.held, march.now.up, march.used)
        march.used[:, m + 1] = march.used[:, m] + use
        area: Any = (MonthOfMany if many else _Month)(s, kept=by_part is None or m in by_part)
        end, burst = (m + 1) * MONTH, changed
        while march.now.time < end - 1e-9:
            left = end - march.now.time
            length = left / np.ceil(left / min(length, LONGEST) - 1e-9)
            expected = np.maximum(march.now.up + 0.5 * trend * length, 0.0)
            ahead = march.now.by_site + march.rise * length
            new, asked, by_fleet = march.step(length, m, expected, wears, burst)
            instants += 1
            found = new.by_site
            error = float((np.abs(found - ahead) / np.maximum(found, QUIET)).max(initial=0.0))
            if error > CLOSE and length > SHORTEST * 1.01:
                march.past.forget()
                length = max(0.5 * length, SHORTEST)
                continue
            area.add(length, march.now, new, asked, by_fleet)
            trend = (new.up - march.now.up) / length
            march.rise = (found - march.now.by_site) / length
            march.went(m, new, asked, by_fleet)
            burst = False
            if error < 0.4 * CLOSE:
                length = min(1.6 * length, LONGEST)
        area.close(march.now)
        if area.kept:
            area.relief = march.relief(m)
        if figures is not None:
            figures.put(m, area)
        kept.append(area)
    return _gathered(s, march, kept, instants) if figures is None else _gathered_of_many(march, kept, figures, instants)


def _gathered_of_many(
    march: ManyParts, kept: list[MonthOfMany], figures: FiguresByMonth, instants: int
) -> AvailabilityByMonth:
    """The months of many parts side by side."""
    s = march.s
    left = len(s.months) - len(kept)

    def by_fleet(areas: list[Floats]) -> Floats:
        return np.stack([*areas, *(np.zeros(len(s.fleets)) for _ in range(left))], axis=-1) / MONTH

    up = by_fleet([a.up for a in kept])
    active = np.stack([march.setting.in_action(m, up[:, m]) for m in range(len(s.months))], axis=-1)
    none, shops = np.zeros_like(up), np.zeros((len(s.months), len(s.shops)))
    return AvailabilityByMonth(
        support=s, held=by_fleet([a.held for a in kept]), damaged=none, serviced=none, available=active,
        maintenance=up - active, moved=none, queue=shops, load=shops, rounds=march.rounds, difference=march.difference,
        raised=march.raised, instants=instants, **figures.all(),
    )  # fmt: skip


def _begin_month(march: Any, m: int) -> bool:
    """Systems and spares that join at the beginning of a month; whether anything differs from the month before."""
    s, now = march.s, march.now
    if m == 0:
        changed = bool(s.states_start or s.used is not None or s.arrivals[:, 0].any() or march.setting.wears.any())
    else:
        same = all(np.array_equal(a[:, m], a[:, m - 1]) for a in (s.use, s.damage, s.losses))
        same = (
            same
            and np.array_equal(s.bays[m], s.bays[m - 1])
            and march.setting.supply.months[m] is march.setting.supply.months[m - 1]
        )
        same = same and all(np.array_equal(a[m], a[m - 1]) for a in (s.turnaround, s.bench, s.shop))
        same = same and (s.used is None or np.array_equal(s.used[:, m], s.used[:, m - 1], equal_nan=True))
        changed = not same or bool(s.arrivals[:, m].any())
    if s.arrivals[:, m].any():
        now.held = now.held + s.arrivals[:, m]
    if changed:
        now.up = now.up + s.arrivals[:, m]
        march.evaluate(now, m, march.asked, march.fleet_rates)
        march.rise = np.zeros(len(s.sites))
    return changed


def _gathered(s: Support, march: March, kept: list[_Month], instants: int) -> AvailabilityByMonth:
    """The months side by side, by part and site; months that were not asked for are zero."""
    left = len(s.months) - len(kept)

    def of_fleets(name: str) -> Floats:
        areas = [getattr(a, name) for a in kept]
        return np.stack([*areas, *[np.zeros_like(areas[0])] * left], axis=-1) / MONTH

    def by_part(name: str, days: float = MONTH) -> Floats:
        figures = np.zeros((len(s.months), len(s.parts), len(s.sites)))
        for m, area in enumerate(kept):
            if area.kept:
                np.divide(getattr(area, name).T, days, out=figures[m])
        return figures

    up, down = of_fleets("up"), np.zeros((len(s.fleets), len(s.parts), len(s.months)))
    active = np.stack([march.setting.in_action(m, up[:, m]) for m in range(len(s.months))], axis=-1)
    shares = np.zeros((len(s.months), len(s.fleets), len(s.parts)))
    for m, area in enumerate(kept):
        if area.kept:
            down[:, :, m] = area.down / MONTH
            shares[m] = ratio(area.by_fleet, march.setting.at_sites(area.by_fleet)[s.fleet_site])
    return AvailabilityByMonth(
        s, of_fleets("held"), of_fleets("away"), of_fleets("serviced"), active, up - active, down, of_fleets("moved"),
        by_part("asked", 1.0), by_part("own_mean"), by_part("own_variance"), by_part("mean"), by_part("ebo"), shares,
        of_fleets("jobs").T, of_fleets("load").T, march.rounds, march.difference, march.past.raised, instants,
        by_part("relief", 1.0),
    )  # fmt: skip


def condemned(c: AvailabilityByMonth) -> Floats:
    """Units (M, P, S) condemned a month."""
    from rampart.sustainment.supply import supply_of

    supply = supply_of(c.support)
    return np.stack([flows.lost.T for flows in supply.months]) * c.demand


def slimmed(course: AvailabilityByMonth) -> AvailabilityByMonth:
    """The months without the figures by part that only tables tell, once these are made.

    Only where parts are so many that it matters.
    """
    if course.ebo[0].size <= LARGE_CELLS:
        return course
    nothing = np.broadcast_to(np.zeros(1, course.ebo.dtype), course.ebo.shape)
    return replace(course, mean=nothing, ebo=nothing)
