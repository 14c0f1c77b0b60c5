"""What stays as it is through a course: where systems stand, what their use asks for, which shop repairs what.

removals = rate x systems in action          a system that is down is not used and loses no second part
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Whole, ratio
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.removals import services, upkeep
from rampart.sustainment.supply import Sums, supply_of
from rampart.sustainment.wear import replacements


@dataclass(frozen=True, eq=False)
class Kinds:
    """Shops with work, the first kind of job of each among all, and how many it has."""

    there: list[int]
    first: Whole
    kinds: Whole


class Setting:
    """The fixed things of a case, laid out for a course."""

    def __init__(self, s: Support) -> None:
        self.s, self.supply = s, supply_of(s)
        self.upkeep = upkeep(s)
        # Systems a month in maintenance of their own for a unit of use.
        self.idle = np.array(
            [
                float(r["mmt"]) / r["mtbm"] / MONTH if r["mtbm"] and r["service_shop"] is None else 0.0
                for r in s.fleet_rows
            ]
        )
        self.services = services(s)
        self.changed = self.services[:, None] * s.service_share
        # Ways to be away: damaged systems of each fleet, then those of some in maintenance that takes a bay.
        self.serviced = np.array([f for f, r in enumerate(s.fleet_rows) if r["mtbm"] and r["service_shop"]], np.int64)
        self.owner = np.concatenate((np.arange(len(s.fleets)), self.serviced))
        self.uses = s.installed > 0
        self.whole_parts = self.uses & (s.installed == s.needed)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.per_use = np.nan_to_num(s.installed / s.life)
        self.wears = ~np.isnan(s.life_cv) & ~np.isnan(s.worn) & ~np.isnan(s.life) & self.uses
        self.spread = np.where(np.isnan(s.spread), 1.0, s.spread)
        self.excess = bool((self.spread != 1.0).any())
        self.batch = np.where(np.isnan(s.batch), 1.0, s.batch)
        self.batches = bool((self.batch > 1).any())
        self.lead_time, self.last_buy = s.lead_time, s.last_buy
        at_service = [s.fleet_rows[f] for f in self.serviced.tolist()]
        self.transport = np.array(
            [*(float(r["transport_days"] or 0.0) for r in s.fleet_rows), *(0.0 for _ in at_service)]
        )
        self.repair_days = np.array(
            [*(float(r["repair_days"] or 0.0) for r in s.fleet_rows), *(float(r["mmt"] or 0.0) for r in at_service)]
        )
        shops = [*(r["repair_shop"] for r in s.fleet_rows), *(r["service_shop"] for r in at_service)]
        self.repair_shop = np.array([-1 if shop is None else s.shops.index(shop) for shop in shops], np.int64)
        self.places = [_places(s, h, self.repair_shop) for h in range(len(s.shops))]
        self.based = Sums(s.fleet_site, len(s.sites))
        self.fed = self.supply.fed
        self.losing = np.flatnonzero(
            [any((f.lost[n] > 0).any() for f in set(self.supply.months)) for n in range(len(s.sites))]
        )
        self.row_of = np.full(len(s.sites), -1, np.int64)
        self.row_of[self.supply.suppliers] = np.arange(len(self.supply.suppliers))
        self.odd = np.array([bool(r["cannibalise"]) for r in s.fleet_rows]) | (self.uses & ~self.whole_parts).any(
            axis=1
        )
        self.breaks = bool(s.damage.any()) or len(self.serviced) > 0
        self._reach: dict[tuple[int, bytes, bytes], Floats] = {}

    def in_action(self, m: int, up: Floats, *, before: bool = False) -> Floats:
        """Systems (F,) in action of those up in month m, the rest in maintenance of its own, which follows the use.

            active + idle x used = up        used at most ``most`` x active

        before   of the time before the plan, in which the stated use of the first month holds
        """
        s, up = self.s, np.maximum(up, 0.0)
        stated = up * self.upkeep[:, m]
        if s.used is None or before:
            return stated
        bounded = up / (1.0 + np.multiply(self.idle, s.most, out=np.zeros_like(up), where=self.idle > 0))
        whole: Floats = np.where(self.idle > 0, np.maximum(up - self.idle * s.used[:, m], bounded), up)
        return np.where(np.isnan(s.used[:, m]), stated, whole)

    def use_of(self, m: int, active: Floats, *, before: bool = False) -> Floats:
        """Use (F,) of the whole fleets in a month with so many systems in action."""
        s = self.s
        stated = s.use[:, m] * active
        if s.used is None or before:
            return stated
        there = active > 1e-9
        given = np.where(there, np.minimum(s.used[:, m], s.most * np.where(there, active, 1.0)), 0.0)
        return np.where(np.isnan(s.used[:, m]), stated, given)

    def each(self, m: int, up: Floats, *, before: bool = False) -> Floats:
        """Use (F,) that one more system in action brings: none where the use of the whole fleet is known and it takes it."""
        s = self.s
        if s.used is None or before:
            return s.use[:, m]
        full = s.used[:, m] > s.most * np.maximum(self.in_action(m, up), 1e-9)
        return np.where(np.isnan(s.used[:, m]), s.use[:, m], np.where(full, s.most, 0.0))

    def wear_of(self, m: int, held: Floats, up: Floats, used: Floats | None) -> tuple[Floats, Floats]:
        """Removals (F, P) by wear of a system in action a day in month m, and the use (F,) of each system in it.

        used   (F, M+1) use of a system from the beginning to the end of each month; None before the plan
        """
        s = self.s
        whole = self.in_action(m, up, before=used is None)
        use = ratio(self.use_of(m, whole, before=used is None), np.maximum(held, 1e-300)) * (held > 1e-9)
        rates = np.zeros((len(s.fleets), len(s.parts)))
        if not self.wears.any() or used is None:
            return rates, use
        joined = np.concatenate((s.at_start[:, None], s.arrivals), axis=1)
        for f, p in zip(*np.nonzero(self.wears), strict=True):
            total = 0.0
            for cohort in np.flatnonzero(joined[f, : m + 2]).tolist():
                done = used[f, m] - used[f, max(cohort - 1, 0)]
                worn = replacements(
                    np.array([done, done + use[f]]),
                    float(s.life[f, p]),
                    float(s.life_cv[f, p]),
                    worn=float(s.worn[f, p]),
                )
                total += joined[f, cohort] * float(worn[1] - worn[0])
            there = joined[f, : m + 2].sum()
            if there > 0 and whole[f] > 1e-9:
                rates[f, p] = s.installed[f, p] * total * held[f] / there / whole[f] / MONTH
        return rates, use

    def by_fleet(self, m: int, up: Floats, wears: Floats, *, before: bool = False) -> tuple[Floats, Floats]:
        """Parts (F, P) that each fleet asks for a day, and systems (A,) that go away a day: damaged, and to maintenance."""
        active = self.in_action(m, up, before=before)
        return self._asked(m, active, self.use_of(m, active, before=before), wears)

    def _asked(self, m: int, active: Floats, use: Floats, wears: Floats) -> tuple[Floats, Floats]:
        """Parts (F, P) and systems (A,) away a day of systems in action whose use in the month is known."""
        s = self.s
        broken = s.damage[:, m] * active / MONTH
        removed = self.per_use * (use / MONTH)[:, None]
        changed = self.changed * (use / MONTH)[:, None]
        to_service = (self.services * use / MONTH)[self.serviced]
        if self.wears.any():
            removed = np.where(self.wears, wears * active[:, None], removed)
        return removed + changed + broken[:, None] * s.damage_share, np.concatenate((broken, to_service))

    def of_fleets(self, away: Floats) -> Floats:
        """Systems (F,) of each fleet that are away in any way (A,)."""
        return np.asarray(np.bincount(self.owner, away, minlength=len(self.s.fleets)), float)

    def in_service(self, away: Floats, total: Floats) -> Floats:
        """Of the systems (F,) away those in maintenance that takes a bay, or waiting for one."""
        return np.minimum(self.of_fleets(np.where(np.arange(len(away)) < len(total), 0.0, away)), total)

    def at_sites(self, by_fleet: Floats) -> Floats:
        """Requests of systems (S, P)."""
        return self.based(by_fleet)

    @cached_property
    def kinds(self) -> tuple[Whole, Whole, Kinds, NDArray[np.bool_]]:
        """Kinds of jobs of all shops that have any, one shop behind the other: site, part, where each shop begins, and which
        are damaged systems (site and part without meaning).
        """
        there = [h for h, (sites, _, fleets) in enumerate(self.places) if len(sites) + len(fleets)]
        pieces = [self.places[h] for h in there]
        none = [np.zeros(len(fleets), np.int64) for *_, fleets in pieces]
        count = np.array([len(sites) + len(fleets) for sites, _, fleets in pieces], np.int64)
        nothing = np.zeros(0, np.int64)
        return (
            np.concatenate([nothing, *(a for p, n in zip(pieces, none, strict=True) for a in (p[0], n))]),
            np.concatenate([nothing, *(a for p, n in zip(pieces, none, strict=True) for a in (p[1], n))]),
            Kinds(there, np.cumsum(count) - count, count),
            np.concatenate([nothing, *(a for p, n in zip(pieces, none, strict=True) for a in (0 * p[0], n + 1))]) > 0,
        )

    def reach(self, m: int, up: Floats, *, before: bool = False) -> Floats:
        """Jobs a day (shops, F) that one more system in action brings to each shop."""
        rate = self.each(m, up, before=before)
        key = id(self.supply.months[m]), rate.tobytes(), self.s.damage[:, m].tobytes()
        if key not in self._reach:
            s, flows, shop = self.s, self.supply.months[m], self.supply.times.shop[m].T
            result = np.zeros((len(s.shops), len(s.fleets)))
            for f in range(len(s.fleets)) if len(s.shops) else ():
                active = np.where(np.arange(len(s.fleets)) == f, self.upkeep[:, m], 0.0)
                by_fleet, broken = self._asked(m, active, rate * active, np.zeros_like(self.per_use))
                asked = self.supply.requests(flows, self.at_sites(by_fleet)) * flows.repaired
                if s.draws_at_end and len(s.parent):
                    # What repairs draw at their end falls, but later than what systems ask for: half of it is counted.
                    at_once = (
                        self.supply.requests(flows, self.at_sites(by_fleet), np.zeros_like(asked)) * flows.repaired
                    )
                    asked = 0.5 * (asked + at_once)
                for h, (sites, parts, fleets) in enumerate(self.places):
                    result[h, f] = (asked[sites, parts] * (shop[sites, parts] == h)).sum() + broken[fleets].sum()
            self._reach[key] = result
        return self._reach[key]


def _places(s: Support, h: int, repair_shop: Whole) -> tuple[Whole, Whole, Whole]:
    """Sites and parts whose repairs may come to a shop in any month, and the ways of systems to it."""
    parts, sites = np.nonzero((s.shop == h).any(axis=0))
    return np.asarray(sites, np.int64), np.asarray(parts, np.int64), np.flatnonzero(repair_shop == h)
