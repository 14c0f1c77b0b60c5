"""Fleets, parts and shops through time: what is up now makes the flows of the next days, and these what is up then.

    removals = rate x systems in action          a system that is down is not used and loses no second part
    in repair: x' = inflow - x / T, solved exactly within a step; transport and replacement: what came within their days
    E X = in repair + under way + on order + f E B(supplier, one transport ago) + sum_j h_j E B(child j)
    Var X as in VARI-METRIC; at a site with systems divided by 1 + m P(X >= s) / up, the holes slowing their own removals
    up = present - sum of backorders of the systems' own parts

Steps are as long as what was expected of the backorders and what came of them agree (``CLOSE``).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.availability import part_factor
from rampart.sustainment.cannibalisation import expected_down, systems_down
from rampart.sustainment.echelon_network import Floats, Whole, ratio
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.laterals import pooled_backorders
from rampart.sustainment.past import Past
from rampart.sustainment.pipelines import least_variance
from rampart.sustainment.removals import upkeep
from rampart.sustainment.shop_line import Line
from rampart.sustainment.shortfall import batched
from rampart.sustainment.supply import Flows, shares_below, supply_of

CLOSE = 0.02
"""Difference of backorders expected and found, of themselves, at which a step is taken again in two."""
UNEVEN = 0.01
"""Change of a site's share in its supplier's requests from which it matters when the oldest unfilled was made."""
SHORTEST, LONGEST = 0.75, 8.0
"""Days of a step."""
ROUNDS, SETTLED = 400, 1e-5
"""Rounds in which the state before the plan is found, and the change of systems in action, of those down, at which it is."""


@dataclass
class Moment:
    """Everything at one instant: (F,) by fleet, (S, P) by site and part."""

    time: float
    held: Floats
    away: Floats
    up: Floats
    in_repair: Floats
    pile: Floats
    lines: list[Line]
    mending: Floats
    own_mean: Floats = field(default_factory=lambda: np.zeros(0))
    own_variance: Floats = field(default_factory=lambda: np.zeros(0))
    mean: Floats = field(default_factory=lambda: np.zeros(0))
    variance: Floats = field(default_factory=lambda: np.zeros(0))
    ebo: Floats = field(default_factory=lambda: np.zeros(0))
    vbo: Floats = field(default_factory=lambda: np.zeros(0))
    at_least: Floats = field(default_factory=lambda: np.zeros(0))
    over: Floats = field(default_factory=lambda: np.zeros(0))
    down: Floats = field(default_factory=lambda: np.zeros(0))
    moved: Floats = field(default_factory=lambda: np.zeros(0))
    ending: Floats = field(default_factory=lambda: np.zeros(0))
    rising: Floats = field(default_factory=lambda: np.zeros(0))
    drawn: Floats | None = None
    work: Floats = field(default_factory=lambda: np.zeros(0))
    beyond: Floats = field(default_factory=lambda: np.zeros(0))


class March:
    """A course worked out instant by instant, from the steady state before the plan."""

    def __init__(self, s: Support, guess: Floats | None = None) -> None:
        self.s, self.supply = s, supply_of(s)
        self.upkeep = upkeep(s)
        self.uses = s.installed > 0
        self.whole_parts = self.uses & (s.installed == s.needed)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.per_use = np.nan_to_num(s.installed / s.life)
        self.wears = ~np.isnan(s.life_cv) & ~np.isnan(s.worn) & ~np.isnan(s.life) & self.uses
        self.spread = np.where(np.isnan(s.spread), 1.0, s.spread)
        self.excess = bool((self.spread != 1.0).any())
        self.batch = np.where(np.isnan(s.batch), 1.0, s.batch)
        self.batches = bool((self.batch > 1).any())
        self.places = [_places(s, h) for h in range(len(s.shops))]
        self.raised = np.zeros(len(s.parts), bool)
        self.rise = np.zeros(len(s.sites))
        self.transport = np.array([float(row["transport_days"] or 0.0) for row in s.fleet_rows])
        self.repair_days = np.array([float(row["repair_days"] or 0.0) for row in s.fleet_rows])
        self.repair_shop = np.array(
            [s.shops.index(r["repair_shop"]) if r["repair_shop"] is not None else -1 for r in s.fleet_rows], np.int64
        )
        self.based = np.zeros((len(s.sites), len(s.fleets)))
        self.based[s.fleet_site, np.arange(len(s.fleets))] = 1.0
        self.fed = np.flatnonzero(s.supplier >= 0)
        self.losing = np.flatnonzero(
            [any((f.lost[n] > 0).any() for f in set(self.supply.months)) for n in range(len(s.sites))]
        )
        self.row_of = np.full(len(s.sites), -1, np.int64)
        self.row_of[self.supply.suppliers] = np.arange(len(self.supply.suppliers))
        self.odd = np.array([bool(r["cannibalise"]) for r in s.fleet_rows]) | (self.uses & ~self.whole_parts).any(
            axis=1
        )
        self.breaks = bool(s.damage.any())
        self._reach: dict[tuple[int, bytes, bytes], Floats] = {}
        self._settle(s.at_start.copy() if guess is None else np.minimum(guess, s.at_start))

    # --- the start -------------------------------------------------------------------------------------------------

    def _settle(self, up: Floats) -> None:
        """The steady state of the closed system in the first month, before the plan."""
        s, flows, times = self.s, self.supply.months[0], self.supply.times
        shape = (len(s.sites), len(s.parts))
        zero, none = np.zeros(shape), np.zeros(len(s.fleets))
        apart, closed = times.apart[0].T, times.opens.T > 0
        lead = np.nan_to_num(s.lead_time)
        wears = self.wear_of(0, s.at_start, up)[0]
        fresh: NDArray[np.bool_] = np.asarray(self.wears.any(axis=0))
        now = Moment(
            0.0, s.at_start.copy(), none, up, zero, zero, [Line(len(p[0]) + len(p[2])) for p in self.places], none
        )
        now.ebo, now.at_least, now.vbo = zero, zero, zero
        psi, change = zero, np.inf
        empty, came, falls = (np.zeros(len(s.shops)) for _ in range(3))
        step, before, moved = np.full(len(up), 0.7), np.zeros(len(up)), np.zeros(len(up))
        self.rounds = 0
        for number in range(1, ROUNDS + 1):
            self.rounds = number
            by_fleet, broken = self.by_fleet(0, up, wears)
            by_fleet = np.where(fresh[None, :], 0.0, by_fleet)
            asked = self.supply.requests(flows, self.at_sites(by_fleet))
            self._remember(flows, asked, broken)
            inflow = np.where(closed, 0.0, asked * flows.repaired)
            now.in_repair = inflow * apart
            now.mending = broken * self.repair_days * (self.repair_shop < 0)
            now.away = broken * 2.0 * self.transport + now.mending
            for h, (line, (sites, parts, fleets)) in enumerate(zip(now.lines, self.places, strict=True)):
                mine = times.shop[0].T[sites, parts] == h
                rate = np.concatenate((inflow[sites, parts] * mine, broken[fleets]))
                days = np.concatenate((times.bench[0].T[sites, parts], self.repair_days[fleets]))
                each, holes = self.feedback(h, 0, now, psi, up)
                came[h] = float(rate.sum() - each @ np.maximum(up, 0.0))
                falls[h] = float(each @ holes)
                if number == 1:
                    empty[h] = float(rate.sum())
                line.settle(rate, days, float(s.bays[0, h]), empty[h], falls[h])
                now.away[fleets] += line.mean[len(sites) :]
            now.away = np.minimum(now.away, now.held)
            moving = asked * flows.upwards * s.order_ship[:, None]
            gone = asked * flows.lost * lead[None, :]
            now.up = np.maximum(up, 0.0)
            self.evaluate(now, 0, flows, asked, by_fleet, moving, gone)
            psi = self.chance(flows, asked, by_fleet, now)
            # What would come to an empty shop hangs little on the queue, so it is what the rounds go over.
            jobs = np.array([line.jobs for line in now.lines])
            empty = empty + 0.7 * (came + self.reach(0) @ (now.up - now.beyond) + falls * jobs - empty)
            # Where more is owed than there are systems, by how much says how far off the start is.
            gap = now.up - now.beyond - up
            change = float(np.abs(gap).max(initial=0.0))
            if change < SETTLED * (float((now.held - now.up).sum()) + 0.01):
                break
            if number > 3:
                slope = np.divide(moved, before - gap, out=step.copy(), where=np.abs(before - gap) > 1e-12)
                # A secant that points the wrong way says only that the last step was too long.
                step = np.clip(np.where(slope > 0, slope, 0.5 * step), 1e-3, 1.3 if number < 60 else 0.5)
            moved, before = step * gap, gap
            up = up + moved
        now.ending = np.where(closed, 0.0, asked * flows.repaired)
        now.rising = np.zeros(shape)
        self.residual = change
        self.now, self.psi, self.asked, self.fleet_rates = now, psi, asked, by_fleet
        self.used = np.zeros((len(s.fleets), len(s.months) + 1))

    def _remember(self, flows: Flows, asked: Floats, broken: Floats) -> None:
        zero = np.zeros_like(asked)
        up, top = self.supply.suppliers, self.losing
        self.sent, self.all_asked = Past(zero, asked * flows.upwards), Past(zero[up], asked[up])
        self.thrown = Past(zero[top], (asked * flows.lost)[top])
        self.broken, self.mended = Past(np.zeros_like(broken), broken), Past(np.zeros_like(broken), broken)
        self.owed, self.owed_variance = Past(zero[up], zero[up]), Past(zero[up], zero[up])
        self.steady_share = shares_below(self.supply, flows, asked)[0]
        self.shares_move = False

    # --- removals --------------------------------------------------------------------------------------------------

    def wear_of(self, m: int, held: Floats, up: Floats) -> tuple[Floats, Floats]:
        """Removals (F, P) by wear of a system in action a day in month m, and the use (F,) of each system in it."""
        s = self.s
        use = s.use[:, m] * ratio(up * self.upkeep[:, m], np.maximum(held, 1e-300)) * (held > 1e-9)
        rates = np.zeros((len(s.fleets), len(s.parts)))
        if not self.wears.any() or not hasattr(self, "used"):
            return rates, use
        from rampart.sustainment.wear import replacements

        joined = np.concatenate((s.at_start[:, None], s.arrivals), axis=1)
        for f, p in zip(*np.nonzero(self.wears), strict=True):
            total = 0.0
            for cohort in np.flatnonzero(joined[f, : m + 2]).tolist():
                done = self.used[f, m] - self.used[f, max(cohort - 1, 0)]
                worn = replacements(
                    np.array([done, done + use[f]]),
                    float(s.life[f, p]),
                    float(s.life_cv[f, p]),
                    worn=float(s.worn[f, p]),
                )
                total += joined[f, cohort] * float(worn[1] - worn[0])
            there = joined[f, : m + 2].sum()
            active = up[f] * self.upkeep[f, m]
            if there > 0 and active > 1e-9:
                rates[f, p] = s.installed[f, p] * total * held[f] / there / active / MONTH
        return rates, use

    def by_fleet(self, m: int, up: Floats, wears: Floats) -> tuple[Floats, Floats]:
        """Parts (F, P) that each fleet asks for a day, and systems (F,) damaged a day."""
        s = self.s
        active = np.maximum(up, 0.0) * self.upkeep[:, m]
        use = s.use[:, m] * active
        if s.used is not None:
            use = np.where(np.isnan(s.used[:, m]), use, s.used[:, m] * (active > 1e-9))
        broken = s.damage[:, m] * active / MONTH
        removed = self.per_use * (use / MONTH)[:, None]
        if self.wears.any():
            removed = np.where(self.wears, wears * active[:, None], removed)
        return removed + broken[:, None] * s.damage_share, broken

    def at_sites(self, by_fleet: Floats) -> Floats:
        """Requests of systems (S, P)."""
        return np.asarray(self.based @ by_fleet)

    # --- one step --------------------------------------------------------------------------------------------------

    def step(
        self, length: float, m: int, expected: Floats, wears: Floats, burst: bool
    ) -> tuple[Moment, Floats, Floats]:
        """The moment ``length`` days on, systems (F,) up on the way there as expected; requests (S, P) and (F, P) a day."""
        s, flows, times, old = self.s, self.supply.months[m], self.supply.times, self.now
        time = old.time + length
        by_fleet, broken = self.by_fleet(m, expected, wears)
        ended = self._ended(length) if s.draws_at_end and len(s.parent) else None
        asked = self.supply.requests(flows, self.at_sites(by_fleet), ended)
        self._record(time, length, flows, asked, broken)
        now = copy(old)
        now.time = time
        now.held = np.maximum(old.held - s.losses[:, m] / MONTH * expected * self.upkeep[:, m] * length, 0.0)
        inflow, closed = asked * flows.repaired, m < times.opens.T
        now.pile = np.where(closed, old.pile + inflow * length, 0.0)
        inflow = np.where(closed, 0.0, inflow + (old.pile / length if burst else 0.0))
        apart = times.apart[m].T
        keep = np.exp(-length / np.maximum(apart, 1e-9))
        now.in_repair = old.in_repair * keep + inflow * apart * (1.0 - keep)
        out = inflow - (now.in_repair - old.in_repair) / length
        came = (self._delayed(self.broken, time) - self._delayed(self.broken, old.time)) / length
        free = np.exp(-length / np.maximum(self.repair_days, 1e-9))
        alone = self.repair_shop < 0
        now.mending = np.where(alone, old.mending * free + came * self.repair_days * (1.0 - free), 0.0)
        before = old.mending.copy()
        now.lines, now.work = [], np.zeros(len(s.shops))
        for h, (sites, parts, fleets) in enumerate(self.places):
            line = copy(old.lines[h])
            line.came, line.when = list(line.came), list(line.when)
            before[fleets] = line.mean[len(sites) :]
            mine = times.shop[m].T[sites, parts] == h
            rate = np.concatenate((np.maximum(out[sites, parts], 0.0) * mine, came[fleets]))
            days = np.concatenate((times.bench[m].T[sites, parts], self.repair_days[fleets]))
            now.work[h] = float(rate @ days)
            each, holes = self.feedback(h, m, old, self.psi, expected)
            line.step(length, rate, days, float(s.bays[m, h]), float(each @ holes))
            now.mending[fleets] = line.mean[len(sites) :]
            now.lines.append(line)
        back = np.maximum(came - (now.mending - before) / length, 0.0)
        self.mended.put(time, self.mended.last + back * length)
        moving = (self.broken.at(time) - self._delayed(self.broken, time)) + (
            self.mended.at(time) - self._delayed(self.mended, time)
        )
        now.away = np.clip(moving + now.mending, 0.0, now.held)
        if ended is not None:
            now.ending = self._ending(now, m)
            now.rising = (now.ending - old.ending) / length
            now.drawn = ended
        self._evaluate_at(now, m, asked, by_fleet)
        return now, asked, by_fleet

    def _ending(self, now: Moment, m: int) -> Floats:
        """Repairs (S, P) that end a day at a moment."""
        times = self.supply.times
        apart, bench = times.apart[m].T, times.bench[m].T
        result = np.where((times.shop[m].T < 0) & (apart > 0), now.in_repair / np.maximum(apart, 1e-9), 0.0)
        for line, (sites, parts, _) in zip(now.lines, self.places, strict=True):
            days = bench[sites, parts]
            result[sites, parts] += np.where(days > 0, line.on_bay[: len(sites)] / np.maximum(days, 1e-9), 0.0)
        return result

    def _ended(self, length: float) -> Floats:
        """Repairs (S, P) that end a day in the next ``length`` days, going on as they did."""
        return np.maximum(self.now.ending + 0.5 * length * self.now.rising, 0.0)

    def _evaluate_at(self, now: Moment, m: int, asked: Floats, by_fleet: Floats) -> None:
        """Pipelines and backorders at a moment, from the flows so far."""
        s, time = self.s, now.time
        moving = np.zeros_like(asked)
        moving[self.fed] = self.sent.last[self.fed] - self.sent.rows(time - s.order_ship[self.fed], self.fed)
        lead = s.lead_time
        gone = np.zeros_like(asked)
        if len(self.losing):
            rows = np.arange(len(self.losing))
            times = np.broadcast_to(time - np.nan_to_num(lead), (len(rows), len(lead)))
            gone[self.losing] = self.thrown.last - np.where(np.isnan(lead), 0.0, self.thrown.cells(times, rows))
        self.evaluate(now, m, self.supply.months[m], asked, by_fleet, np.maximum(moving, 0.0), np.maximum(gone, 0.0))

    def _record(self, time: float, length: float, flows: Flows, asked: Floats, broken: Floats) -> None:
        self.sent.put(time, self.sent.last + asked * flows.upwards * length)
        self.all_asked.put(time, self.all_asked.last + asked[self.supply.suppliers] * length)
        self.thrown.put(time, self.thrown.last + (asked * flows.lost)[self.losing] * length)
        self.broken.put(time, self.broken.last + broken * length)
        self.owed.put(time, self.owed.last)
        self.owed_variance.put(time, self.owed_variance.last)
        if not self.shares_move:
            share = shares_below(self.supply, flows, asked)[0]
            self.shares_move = bool((np.abs(share - self.steady_share) > UNEVEN).any())

    def forget(self) -> None:
        """Take the last step back."""
        for past in (self.sent, self.all_asked, self.thrown, self.broken, self.owed, self.owed_variance, self.mended):
            past.drop()

    def _delayed(self, past: Past, time: float) -> Floats:
        """Cumulated flow of each fleet (F,) one transport before ``time``."""
        return past.rows(time - self.transport, np.arange(len(self.transport))) if self.breaks else past.last * 0.0

    # --- backorders ------------------------------------------------------------------------------------------------

    def evaluate(
        self, now: Moment, m: int, flows: Flows, asked: Floats, by_fleet: Floats, moving: Floats, gone: Floats
    ) -> None:
        """Pipelines, backorders and systems up of a moment."""
        s = self.s
        alone = moving + gone + now.in_repair + now.pile
        mean, variance = alone.copy(), alone * self._clusters(flows, asked, by_fleet)
        for line, (sites, parts, _) in zip(now.lines, self.places, strict=True):
            mean[sites, parts] += line.mean[: len(sites)]
            variance[sites, parts] += line.variance[: len(sites)]
        if self.batches:
            bought = (s.supplier < 0)[:, None] & (flows.lost * asked > 1e-12) & ~np.isnan(s.lead_time)[None, :]
            mean += bought * (self.batch - 1.0) / 2.0
            variance += bought * (self.batch**2 - 1.0) / 12.0
        now.own_mean, now.own_variance = mean.copy(), variance.copy()
        share, drawn = shares_below(self.supply, flows, asked, now.drawn)
        systems = self.based @ (np.maximum(now.up, 0.0)[:, None] * self.uses)
        ebo, vbo, at_least, over, felt = (np.zeros_like(mean) for _ in range(5))
        groups = iter(flows.groups)
        for level in reversed(self.supply.network.levels):
            for link in np.flatnonzero(np.isin(s.parent, level)):
                p, c, h = s.parent[link], s.child[link], drawn[link]
                mean[:, p] += h * ebo[:, c]
                variance[:, p] += h * (1 - h) * ebo[:, c] + h * h * vbo[:, c]
            for layer in self.supply.layers:
                sites, parts, cells = next(groups)
                if s.supplier[layer[0]] >= 0:
                    self._add_owed(layer, level, now.time, share, mean, variance)
                here = (sites, parts)
                m_, v = mean[here], np.maximum(variance[here], 0.0)
                least = least_variance(m_)
                low = v < least * (1 - 1e-9) - 1e-12
                if low.any():
                    self.raised[parts[low]] = True
                    v = np.maximum(v, least)
                if len(now.at_least):
                    v = v / (
                        1.0 + np.where(systems[here] > 0, m_ * now.at_least[here] / np.maximum(systems[here], 1e-9), 0)
                    )
                felt[here] = np.maximum(v, least)
                ebo[here], vbo[here], at_least[here], over[here] = cells.shortfall(m_, felt[here])
                if self.batches:
                    self._in_batches(sites, parts, bought, now, mean, variance, flows, ebo)
                above = layer[self.row_of[layer] >= 0]
                at = np.ix_(self.row_of[above], level)
                self.owed.last[at], self.owed_variance.last[at] = ebo[np.ix_(above, level)], vbo[np.ix_(above, level)]
            self._help(level, mean, felt, flows.stock, asked, ebo)
        now.mean, now.variance, now.ebo, now.vbo = mean, variance, ebo, vbo
        now.at_least, now.over = at_least, over
        self._systems(now, m, flows, by_fleet)

    def _clusters(self, flows: Flows, asked: Floats, by_fleet: Floats) -> Floats:
        """Variance over mean (S, P) of the requests at each site.

        That of the part where systems are. A supplier sees of it only what is sent up, a part of each cluster: of a demand
        with ratio v the share u that goes up has ``1 + u (v - 1)``.
        """
        result = np.ones_like(asked)
        if not self.excess:
            return result
        demand, sent = self.at_sites(by_fleet), asked * flows.upwards
        excess = np.zeros_like(asked)
        for layer in reversed(self.supply.layers):
            for site in layer:
                beyond = ratio(demand[site] * (self.spread - 1.0) + excess[site], asked[site])
                result[site] += beyond
                if self.s.supplier[site] >= 0:
                    excess[self.s.supplier[site]] += sent[site] * flows.upwards[site] * beyond
        return result

    def _add_owed(self, layer: Whole, level: Whole, time: float, share: Floats, mean: Floats, variance: Floats) -> None:
        """What the suppliers of a layer owed one transport ago, shared first come, first served."""
        above, then, here = self.row_of[self.s.supplier[layer]], time - self.s.order_ship[layer], np.ix_(layer, level)
        owed, spread = self.owed.rows(then, above), self.owed_variance.rows(then, above)[:, level]
        f = self._share_of_owed(layer, above, then, owed, share[layer])[:, level] if self.shares_move else share[here]
        mean[here] += f * owed[:, level]
        variance[here] += f * (1 - f) * owed[:, level] + f * f * spread

    def _share_of_owed(self, layer: Whole, above: Whole, then: Floats, owed: Floats, today: Floats) -> Floats:
        """Share (R, P) of sites in what their suppliers owe: that of the requests since the oldest still owed."""
        total, mine = self.all_asked.rows(then, above), self.sent.rows(then, layer)
        pace = total - self.all_asked.rows(then - 5.0, above)
        window = np.clip(5.0 * np.divide(owed, pace, out=np.ones_like(owed), where=pace > 1e-300), 0.5, 4000.0)
        since = total - self.all_asked.cells(then[:, None] - window, above)
        window = np.clip(window * np.divide(owed, since, out=np.ones_like(owed), where=since > 1e-300), 0.5, 4000.0)
        since = total - self.all_asked.cells(then[:, None] - window, above)
        part = mine - self.sent.cells(then[:, None] - window, layer)
        return np.clip(np.divide(part, since, out=today.copy(), where=since > 1e-300), 0.0, 1.0)

    def _in_batches(
        self, sites: Whole,
        parts: Whole,
        bought: NDArray[np.bool_], now: Moment, mean: Floats, variance: Floats, flows: Flows,
        ebo: Floats,
    ) -> None:  # fmt: skip
        """Exact (r, Q) where purchases come in batches: the two moments of the batch taken out again."""
        packed = bought[sites, parts] & (self.batch[parts] > 1)
        if packed.any():
            at, q = (sites[packed], parts[packed]), self.batch[parts[packed]]
            plain = np.maximum(mean[at] - (q - 1) / 2, 0.0)
            wide = np.maximum(variance[at] - (q * q - 1) / 12, least_variance(plain))
            ebo[at] = batched(plain, wide, flows.stock[at], q)

    def _help(self, level: Whole, mean: Floats, variance: Floats, stock: Floats, asked: Floats, ebo: Floats) -> None:
        """Lateral supply within each pool of sites."""
        s = self.s
        for pool in sorted({p for p in s.pool if p is not None}):
            sites = np.array([n for n, p in enumerate(s.pool) if p == pool])
            known = ~np.isnan(s.lateral_days[sites])
            if len(sites) >= 2 and known.any():
                at = np.ix_(sites, level)
                days = float(np.nanmax(s.lateral_days[sites]))
                ebo[at] = pooled_backorders(mean[at], variance[at], stock[at], asked[at], days, axis=0)

    # --- systems ---------------------------------------------------------------------------------------------------

    def _systems(self, now: Moment, m: int, flows: Flows, by_fleet: Floats) -> None:
        """Systems that each part holds back (F, P), those up (F,), and those that taking parts from others puts back."""
        s, demand = self.s, self.at_sites(by_fleet)
        present = np.maximum(now.held - now.away, 0.0)
        now.moved = np.zeros(len(present))
        shares = ratio(by_fleet, demand[s.fleet_site])
        # A part that nothing asks for any more may still be owed.
        shares = np.where((demand[s.fleet_site] <= 0) & self.uses, 1.0, shares)
        short = now.ebo[s.fleet_site] * shares * self.uses
        for f in np.flatnonzero(self.odd):
            spare = self.uses[f] & ~self.whole_parts[f]
            whole = part_factor(short[f, spare], present[f], s.installed[f, spare], s.needed[f, spare])
            short[f, spare] = present[f] * (1.0 - whole)
        total = short.sum(axis=1)
        lost = np.minimum(total, present)
        now.beyond = total - lost
        for f in np.flatnonzero(self.odd):
            if s.fleet_rows[f]["cannibalise"]:
                gathered = min(
                    self._gathered(now, int(f), int(s.fleet_site[f]), shares[f], float(present[f]), flows), lost[f]
                )
                now.moved[f], lost[f] = lost[f] - gathered, gathered
        now.down = short * ratio(lost, total)[:, None]
        now.up = present - lost

    def _gathered(self, now: Moment, f: int, site: int, share: Floats, present: float, flows: Flows) -> float:
        """Expected systems down where movable parts are gathered; the holes of the others each ground a system."""
        s, systems = self.s, int(np.ceil(present - 1e-9))
        if not systems:
            return 0.0
        take, rest = (np.flatnonzero(self.uses[f] & which) for which in (s.movable, ~s.movable))
        phi, own, wide = share[take], now.ebo[site, take], now.vbo[site, take]
        alone = phi > 1 - 1e-9
        fixed = float((now.ebo[site, rest] * share[rest]).sum())
        mean = np.append(np.where(alone, now.mean[site, take], phi * own), fixed)
        spread = np.append(np.where(alone, now.variance[site, take], phi * (1 - phi) * own + phi**2 * wide),
                           max(float((now.vbo[site, rest] * share[rest] ** 2).sum()), fixed))  # fmt: skip
        stock = np.append(np.where(alone, np.minimum(flows.stock[site, take], 1e9), 0.0), 0.0)
        below = systems_down(
            mean, np.maximum(spread, least_variance(mean)), stock, systems=systems,
            installed=np.append(s.installed[f, take], 1.0), needed=np.append(s.needed[f, take], 1.0),
        )  # fmt: skip
        return float(expected_down(below))

    # --- feedback of shops -----------------------------------------------------------------------------------------

    def chance(self, flows: Flows, asked: Floats, by_fleet: Floats, now: Moment) -> Floats:
        """Chance (S, P) that one more unit in a pipeline is one more system down somewhere."""
        return self._felt(flows, asked, by_fleet, now)[0]

    def relief(self, m: int) -> Floats:
        """Systems (S, P) that one more spare puts back in action at the moment: the slope of what is owed."""
        return self._felt(self.supply.months[m], self.asked, self.fleet_rates, self.now)[1]

    def _felt(self, flows: Flows, asked: Floats, by_fleet: Floats, now: Moment) -> tuple[Floats, Floats]:
        """What one more unit away, and one more spare, mean for systems (S, P)."""
        s = self.s
        share, drawn = shares_below(self.supply, flows, asked, now.drawn)
        psi = ratio(self.at_sites(by_fleet), asked)
        less = np.zeros_like(psi)
        for level in self.supply.network.levels:
            for link in np.flatnonzero(np.isin(s.child, level)):
                psi[:, s.child[link]] += drawn[link] * psi[:, s.parent[link]]
            for layer, above in zip(reversed(self.supply.layers), reversed(self.supply.gather), strict=True):
                here = np.ix_(layer, level)
                less[here] = psi[here] * now.over[here]
                psi[here] *= now.at_least[here]
                psi[:, level] += above @ (share[here] * psi[here])
        return np.clip(psi, 0.0, 1.0), less

    def feedback(self, h: int, m: int, now: Moment, psi: Floats, up: Floats) -> tuple[Floats, Floats]:
        """For one shop: jobs a day of a system in action (F,), and systems (F,) down for one more job."""
        sites, parts, fleets = self.places[h]
        each = self.reach(m)[h]
        there = now.lines[h].mean
        chances = np.concatenate((psi[sites, parts], np.ones(len(fleets))))
        total = float(there.sum())
        chance = float(there @ chances) / total if total > 1e-12 else float(chances.mean()) if len(chances) else 0.0
        weight = each * np.maximum(up, 0.0)
        if weight.sum() <= 0:
            weight = each
        return each, chance * ratio(weight, np.full_like(weight, weight.sum()))

    def reach(self, m: int) -> Floats:
        """Jobs a day (shops, F) that one system in action brings to each shop; none where its use is stated for all."""
        key = id(self.supply.months[m]), self.s.use[:, m].tobytes(), self.s.damage[:, m].tobytes()
        if key not in self._reach:
            s, flows, shop = self.s, self.supply.months[m], self.supply.times.shop[m].T
            result = np.zeros((len(s.shops), len(s.fleets)))
            for f in range(len(s.fleets)) if len(s.shops) else ():
                one = np.where(np.arange(len(s.fleets)) == f, 1.0, 0.0)
                by_fleet, broken = self.by_fleet(m, one, np.zeros_like(self.per_use))
                if s.used is not None and not np.isnan(s.used[f, m]):
                    continue
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


def _places(s: Support, h: int) -> tuple[Whole, Whole, Whole]:
    """Sites and parts whose repairs may come to a shop in any month, and the fleets whose damage it repairs."""
    parts, sites = np.nonzero((s.shop == h).any(axis=0))
    fleets = [f for f, row in enumerate(s.fleet_rows) if row["repair_shop"] == s.shops[h]]
    return np.asarray(sites, np.int64), np.asarray(parts, np.int64), np.array(fleets, np.int64)
