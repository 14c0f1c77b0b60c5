"""Courses of many parts: the same steps as ``marching``, their inner loops compiled where Numba is installed.

For what most cases of many parts are: fleets of which each has its site, parts with nothing inside, bays that never lack,
flows whose shares stay, removals by use. All that was sent and thrown away is then use times rates, so that the past is kept
as use, a number for each fleet and instant, not for each part and site. ``taken_by`` says whether a case is of that kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Whole
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.history import UNEVEN, owed_since, share_since
from rampart.sustainment.past import Past
from rampart.sustainment.pipelines import backorders, exceeds
from rampart.sustainment.setting import Setting
from rampart.sustainment.start import ROUNDS, Secant

MANY = 100_000
"""Parts times sites from which compiling pays."""


@cache
def installed() -> bool:
    """Whether Numba is there."""
    return find_spec("numba") is not None


def taken_by(s: Support) -> bool:
    """Whether a course is worked out here: many parts, of the plain kind."""
    if len(s.parts) * len(s.sites) < MANY or not installed():
        return False
    plain = len(s.parent) == 0 and not (s.shop >= 0).any() and not s.states_start and s.used is None
    plain = plain and not np.isfinite(s.supplied).any()
    plain = plain and all(_stays(a) for a in (s.repaired, s.condemned, s.turnaround)) and not any(s.pool)
    plain = plain and len(set(s.fleet_site.tolist())) == len(s.fleets) and bool((s.installed == s.needed).all())
    wears = ~np.isnan(s.life_cv) & ~np.isnan(s.worn) & ~np.isnan(s.life)
    plain = plain and not wears.any() and not s.damage.any()
    plain = plain and not any(r["cannibalise"] or (r["mtbm"] and r["service_shop"]) for r in s.fleet_rows)
    return plain and bool(
        (np.nan_to_num(s.spread, nan=1.0) == 1).all() and (np.nan_to_num(s.batch, nan=1.0) == 1).all()
    )


def _stays(figures: NDArray[Any]) -> bool:
    """Whether figures (M, ...) are those of the first month throughout."""
    return figures.strides[0] == 0 or all(np.array_equal(each, figures[0]) for each in figures[1:])


@dataclass
class Instant:
    """Everything at one instant: (F,) by fleet, (S,) by site, (S, P) by site and part.

    up_before systems (F,) up from which the instant was worked out
    by_site   backorders of all parts of a site
    held_back share of its backorders by which a fleet's part holds systems back: one, unless more is owed than is there
    """

    time: float
    held: Floats
    up: Floats
    up_before: Floats
    beyond: Floats
    by_site: Floats
    held_back: Floats
    in_repair: Floats
    own_mean: Floats
    mean: Floats
    ebo: Floats
    at_least: Floats
    over: Floats

    @classmethod
    def empty(cls, held: Floats, sites: int, parts: int) -> Instant:
        """Nothing under way."""
        f, n = np.zeros(len(held)), np.zeros(sites)
        # In one piece, which is given back whole: pieces of a few megabytes leave holes that nothing else fits.
        return cls(0.0, held.copy(), f, f, f.copy(), n, f.copy(), *np.zeros((6, sites, parts)))


class Used:
    """Use of each fleet (F,) so far, at the instants of a course; before it at the pace of the start."""

    def __init__(self, before: Floats) -> None:
        self.times, self.so_far, self.before, self.length = np.zeros(256), np.zeros((len(before), 256)), before, 1

    def put(self, time: float, more: Floats) -> None:
        """Add an instant."""
        if self.length == len(self.times):
            self.times = np.concatenate((self.times, np.zeros(self.length)))
            self.so_far = np.concatenate((self.so_far, np.zeros_like(self.so_far)), axis=1)
        self.times[self.length], self.so_far[:, self.length] = time, self.so_far[:, self.length - 1] + more
        self.length += 1

    def since(self, time: float) -> Floats:
        """Use (F,) from a time to the last instant."""
        here = self.so_far[:, : self.length]
        then = [np.interp(time, self.times[: self.length], row) for row in here] if time > 0 else self.before * time
        return np.asarray(here[:, -1] - then)


class ManyParts:
    """A course worked out instant by instant; what ``March`` is for others."""

    def __init__(self, s: Support, guess: Floats | None = None, *, abreast: int = 1) -> None:
        self.s, self.setting = s, Setting(s)
        setting, sites, parts = self.setting, len(s.sites), len(s.parts)
        self.raised: NDArray[np.bool_] = np.zeros(parts, bool)
        self.rate = np.ascontiguousarray((setting.per_use + setting.changed) / MONTH)
        self.fleet = np.full(sites, -1, np.int64)
        self.fleet[s.fleet_site] = np.arange(len(s.fleets))
        depth = np.zeros(sites, np.int64)
        for d, layer in enumerate(setting.supply.layers):
            depth[layer] = d
        self.down = np.argsort(depth, kind="stable")
        self.bottom_up = np.ascontiguousarray(self.down[::-1])
        self.paths = [self._paths(n, int(depth.max(initial=0)) + 2) for n in range(sites)]
        flows = setting.supply.months[0]
        self.repaired, self.up, self.lost = (
            np.ascontiguousarray(a) for a in (flows.repaired, flows.upwards, flows.lost)
        )
        self.apart = np.ascontiguousarray(setting.supply.times.apart[0].T)
        self.uses = np.ascontiguousarray(setting.uses).astype(float)
        self.nothing = np.zeros(parts)
        self.lead, self.last_buy = s.lead_time, s.last_buy
        self.stock = _whole_units(flows.stock)
        self.now, self.next = (Instant.empty(s.at_start, sites, parts) for _ in range(2))
        self.asked_now = np.zeros((sites, parts))
        self.steady = np.zeros((sites, parts))
        self.alone, self.vbo, self.felt, self.flow = (np.zeros(parts) for _ in range(4))
        self.variance, self.share, self.slow = np.zeros(parts), np.zeros(parts), np.zeros(parts, np.int64)
        self.shares_move = False
        self.owed: Past
        self._begin(s.at_start.copy() if guess is None else np.minimum(guess, s.at_start), abreast)
        self.rise = np.zeros(sites)
        self.used = np.zeros((len(s.fleets), len(s.months) + 1))

    @property
    def past(self) -> ManyParts:
        """What takes a step back: a property, since a course that held itself would keep its memory."""
        return self

    def _paths(self, site: int, depth: int) -> Whole:
        """Sites (F, depth) from that of each fleet up to just below a site, ended by -1; -2 where it is not below it."""
        s = self.s
        result = np.full((len(s.fleets), depth), -1, np.int64)
        for f, n in enumerate(s.fleet_site.tolist()):
            way = []
            while n != site and n >= 0:
                way.append(n)
                n = int(s.supplier[n])
            result[f, : len(way)] = way
            if n != site:
                result[f, 0] = -2
        return result

    def _begin(self, up: Floats, abreast: int) -> None:
        """The steady state of the first month, as ``steady_state`` finds it."""
        setting, s, now, supply = self.setting, self.s, self.now, self.setting.supply
        from rampart.sustainment import compiled

        zero = np.zeros((len(supply.suppliers), len(s.parts)))
        back = owed_since(s)
        sought = Secant(up)
        for _ in range(ROUNDS):
            active = setting.in_action(0, sought.up, before=True)
            use = setting.use_of(0, active, before=True)
            compiled.requests(self.bottom_up, s.supplier, self.fleet, self.rate, use, self.up, self.asked_now)
            self.history, self.owed, self.owed_variance = Used(use), Past(zero, zero, back), Past(zero, zero, back)
            np.multiply(self.asked_now, self.repaired, out=now.in_repair)
            now.in_repair *= self.apart
            now.up = np.maximum(sought.up, 0.0)
            now.at_least, self.next.at_least = self.next.at_least, now.at_least
            self._owe(now, self.next.at_least, use)
            if sought.found(now, abreast):
                break
            sought.go_on()
        self.rounds, self.difference = sought.rounds, sought.change
        for n in np.flatnonzero(s.supplier >= 0).tolist():
            compiled.uneven(self.asked_now[n], self.asked_now[s.supplier[n]], self.up[n], self.steady[n], self.share)
            self.steady[n] = self.share
        self.asked, self.fleet_rates = self.asked_now, use

    def step(
        self, length: float, m: int, expected: Floats, wears: Floats, burst: bool
    ) -> tuple[Instant, Floats, Floats]:
        """The instant ``length`` days on; requests (S, P) a day and use (F,) a month on the way there."""
        from rampart.sustainment import compiled

        s, setting, old, new = self.s, self.setting, self.now, self.next
        active = setting.in_action(m, expected)
        use = setting.use_of(m, active)
        compiled.requests(self.bottom_up, s.supplier, self.fleet, self.rate, use, self.up, self.asked_now)
        new.time = old.time + length
        self.history.put(new.time, use * length)
        self.owed.put(new.time, self.owed.last)
        self.owed_variance.put(new.time, self.owed_variance.last)
        new.held = np.maximum(old.held - s.losses[:, m] / MONTH * active * length, 0.0)
        compiled.mend(length, self.asked_now, self.repaired, self.apart, old.in_repair, new.in_repair)
        new.up = old.up
        self._owe(new, old.at_least, use)
        return new, self.asked_now, use

    def evaluate(self, now: Instant, m: int, asked: Floats, use: Floats) -> None:
        """What is short at an instant with the stock of a month: where systems or spares have come."""
        self.stock = _whole_units(self.setting.supply.months[m].stock)
        reached = now.at_least.copy()
        self._owe(now, reached, use)

    def went(self, m: int, new: Instant, asked: Floats, use: Floats) -> None:
        """Go on to an instant."""
        self.now, self.next, self.fleet_rates = new, self.now, use

    def forget(self) -> None:
        """Take the last step back."""
        self.history.length -= 1
        for past in (self.owed, self.owed_variance):
            past.drop()

    def relief(self, m: int) -> Floats:
        """Systems (S, P) that one more spare puts back in action at the instant: the slope of what is owed."""
        s, now = self.s, self.now
        # Once more as the last step did it: P(X > s) where nothing is held is only worked out where it is asked for.
        now.up = now.up_before
        self._owe(now, self.next.at_least, self.fleet_rates, exceeded=True)
        psi, less = np.zeros_like(now.over), np.zeros_like(now.over)
        for n in self.bottom_up.tolist():
            f, above = self.fleet[n], s.supplier[n]
            if f >= 0:
                own = self.rate[f] * self.fleet_rates[f]
                psi[n] += np.divide(own, self.asked_now[n], out=np.zeros_like(own), where=self.asked_now[n] > 0)
            less[n] = psi[n] * now.over[n]
            psi[n] *= now.at_least[n]
            if above >= 0:
                whole = self.asked_now[above]
                share = np.divide(self.asked_now[n] * self.up[n], whole, out=np.zeros_like(whole), where=whole > 0)
                psi[above] += share * psi[n]
        return less

    def _owe(self, now: Instant, at_least: Floats, use: Floats, *, exceeded: bool = False) -> None:
        """Pipelines, backorders and systems up of an instant, sites from the top; ``now.up`` is what was up before."""
        from rampart.sustainment import compiled

        s, setting, past = self.s, self.setting, self.history
        times, so_far = past.times[: past.length], np.ascontiguousarray(past.so_far[:, : past.length])
        asked, above = self.asked_now, setting.row_of
        systems, moving = np.maximum(now.up, 0.0), np.zeros(len(s.parts))
        now.up_before = now.up
        by_site, total = np.zeros(len(s.sites)), np.zeros(len(s.fleets))
        known: dict[tuple[int, float], tuple[Floats, Floats]] = {}
        owed, spread = np.zeros(len(s.parts)), np.zeros(len(s.parts))
        for n in self.down.tolist():
            f, up = int(self.fleet[n]), int(s.supplier[n])
            np.copyto(self.alone, now.in_repair[n])
            if n in setting.losing:
                compiled.thrown(self.paths[n], self.rate, times, so_far, past.before, now.time, self.lead, self.last_buy,
                                self.lost[n], self.up, self.flow, moving)  # fmt: skip
                self.alone += moving
            self.share[:] = 0.0
            if up >= 0:
                window = past.since(now.time - float(s.order_ship[n]))
                compiled.under_way(self.paths[n], self.rate, window, self.up[n], self.up, self.flow, moving)
                self.alone += moving
                then, row = np.array([now.time - s.order_ship[n]]), np.array([above[up]])
                if (up, float(then[0])) not in known:
                    known[up, float(then[0])] = self.owed.rows(then, row)[0], self.owed_variance.rows(then, row)[0]
                owed, spread = known[up, float(then[0])]
                most = compiled.uneven(asked[n], asked[up], self.up[n], self.steady[n], self.share)
                if past.length > 1 and most > UNEVEN:
                    self.shares_move = True
                if self.shares_move:
                    self.share = self._share_of_owed(n, row, then, owed)
            uses = self.uses[f] if f >= 0 else self.nothing
            left, by_site[n], of_systems = compiled.owe_site(
                n, float(systems[f]) if f >= 0 else 0.0, self.alone, owed, spread, self.share, self.stock, at_least,
                now.own_mean, now.mean, self.variance, self.felt, now.ebo, self.vbo, now.at_least, now.over, uses,
                self.raised, self.slow, exceeded,
            )  # fmt: skip
            if left:
                parts = self.slow[:left]
                self._closed_forms(now, n, parts, self.felt[:left])
                by_site[n] += now.ebo[n, parts].sum()
                of_systems += float(now.ebo[n, parts] @ uses[parts])
            if f >= 0:
                total[f] = of_systems
            if above[n] >= 0:
                self.owed.last[above[n]], self.owed_variance.last[above[n]] = now.ebo[n], self.vbo
        now.by_site = by_site
        present = np.maximum(now.held, 0.0)
        lost = np.minimum(total, present)
        now.beyond = total - lost
        now.held_back = np.divide(lost, total, out=np.zeros_like(lost), where=total > 0)
        now.up = present - lost

    def _closed_forms(self, now: Instant, n: int, parts: Whole, variance: Floats) -> None:
        """What is short of parts whose stock or pipeline is long, by the formulas."""
        mean, stock = now.mean[n, parts], np.minimum(self.stock[n, parts], 1e15).astype(float)
        now.ebo[n, parts], self.vbo[parts] = backorders(mean, variance, stock)
        now.over[n, parts] = np.clip(exceeds(mean, variance, stock), 0.0, 1.0)
        reached = np.where(stock > 0, exceeds(mean, variance, np.maximum(stock - 1.0, 0.0)), 1.0)
        now.at_least[n, parts] = np.clip(reached, 0.0, 1.0)

    def _share_of_owed(self, n: int, row: Whole, then: Floats, owed: Floats) -> Floats:
        """Share (P,) of a site in what its supplier owes, where shares of requests change: first come, first served."""
        asked: Any = _Asked(self, int(self.s.supplier[n]))
        sent: Any = _Asked(self, n, self.up[n])
        share: Floats = share_since(asked, sent, row, np.array([0]), then, owed[None], self.share[None])[0]
        return share


class _Asked:
    """What a site was asked for so far, as use, or a share (P,) of it: what ``share_since`` asks of it."""

    def __init__(self, march: ManyParts, site: int, share: Floats | float = 1.0) -> None:
        self.march, self.site, self.share = march, site, share

    def _at(self, times: Floats) -> Floats:
        """What it was asked for (P,) up to times, one for each part."""
        march, past = self.march, self.march.history
        whole = np.zeros(len(times))
        for f, path in enumerate(march.paths[self.site]):
            if path[0] == -2:
                continue
            so_far = np.interp(times, past.times[: past.length], past.so_far[f, : past.length])
            flow = march.rate[f] * (so_far + past.before[f] * np.minimum(times, 0.0))
            for n in path[path >= 0].tolist():
                flow *= march.up[n]
            whole += flow
        return np.asarray(whole * self.share)

    def rows(self, times: Floats, places: Whole) -> Floats:
        """At one time (1, P)."""
        return self._at(np.full(len(self.march.s.parts), times[0]))[None]

    def cells(self, times: Floats, places: Whole) -> Floats:
        """Every part at a time of its own (1, P)."""
        return self._at(times[0])[None]


def _whole_units(stock: Floats) -> Whole:
    return np.ascontiguousarray(np.minimum(stock, 1e9)).astype(np.int64)


class MonthOfMany:
    """Areas under everything in one month, as ``_Month`` has them; by part only where they are asked for."""

    def __init__(self, s: Support, *, kept: bool) -> None:
        f, shape = np.zeros(len(s.fleets)), (len(s.sites), len(s.parts))
        self.held, self.up, self.use, self.kept, self.weight = f, f.copy(), f.copy(), kept, 0.0
        areas: Any = np.zeros((3, *shape)) if kept else [None] * 3
        self.own_mean, self.mean, self.ebo = areas
        self.down: Any = np.zeros((len(s.fleets), shape[1])) if kept else None
        self.relief: Any = None
        self.sites = s.fleet_site

    def add(self, length: float, old: Instant, new: Instant, asked: Floats, use: Floats) -> None:
        """A step: an instant is added once, with half of the step before it and half of the one after it."""
        self.held += 0.5 * length * (old.held + new.held)
        self.up += 0.5 * length * (old.up + new.up)
        self.use += length * use
        self._put(self.weight + 0.5 * length, old)
        self.weight = 0.5 * length

    def close(self, last: Instant) -> None:
        """The last instant of the month."""
        self._put(self.weight, last)

    def _put(self, weight: float, at: Instant) -> None:
        if not self.kept or weight == 0.0:
            return
        from rampart.sustainment import compiled

        for values, area in ((at.own_mean, self.own_mean), (at.mean, self.mean), (at.ebo, self.ebo)):
            compiled.add(weight, values, area)
        for f, n in enumerate(self.sites.tolist()):
            self.down[f] += weight * at.held_back[f] * at.ebo[n]


LARGE_CELLS = 500_000
"""Parts times sites above which figures by part and month are kept in four bytes each."""


class FiguresByMonth:
    """The figures of ``AvailabilityByMonth`` by part; those of months that were not kept are zero, and of all but the month
    for which spares are bought, where it is known, ``own_mean``.
    """

    def __init__(self, march: ManyParts, bought_for: int | None = None) -> None:
        self.march, self.bought_for, s = march, bought_for, march.s
        shape = (len(s.months), len(s.sites), len(s.parts))
        self.of: Any = np.float32 if len(s.parts) * len(s.sites) > LARGE_CELLS else np.float64
        # What stays zero takes no memory until it is written to.
        self.demand, self.own, self.mean, self.ebo, self.relief = (np.zeros(shape, self.of) for _ in range(5))
        self.down = np.zeros((len(s.months), len(s.fleets), len(s.parts)), self.of)
        self.used = np.zeros((len(s.months), len(s.fleets)), bool)

    def put(self, m: int, month: MonthOfMany) -> None:
        """Take the areas of a month over, which lets go of them."""
        from rampart.sustainment import compiled

        self.used[m] = month.use > 0
        if not month.kept:
            return
        march, asked = self.march, np.zeros(self.demand.shape[1:])
        compiled.requests(march.bottom_up, march.s.supplier, march.fleet, march.rate, month.use, march.up, asked)
        self.demand[m], self.relief[m] = asked, month.relief
        kept = [(self.mean, month.mean), (self.ebo, month.ebo)]
        kept += [(self.own, month.own_mean)] if self.bought_for in (None, m) else []
        for figures, area in kept:
            np.divide(area, MONTH, out=figures[m], casting="same_kind")
        self.down[m] = month.down / MONTH * march.uses
        month.own_mean = month.mean = month.ebo = month.down = month.relief = None

    def all(self) -> dict[str, Floats]:
        """Each figure with its months, as an answer has them."""
        rate = self.march.rate
        by_part = {"demand": self.demand, "own_mean": self.own, "own_variance": self.own, "mean": self.mean,
                   "ebo": self.ebo, "relief": self.relief}  # fmt: skip
        asks = (rate > 0).astype(self.of)
        sharing = np.broadcast_to(asks, (len(self.demand), *rate.shape))
        if not self.used.all():
            sharing = sharing * self.used[:, :, None]
        found: dict[str, Any] = {name: figures.swapaxes(1, 2) for name, figures in by_part.items()}
        found["own_variance"] = found["own_mean"]  # one array, and known to be one
        return found | {"down": self.down.transpose(1, 2, 0), "sharing": sharing}
