"""Fleets, parts and shops through time: what is up now makes the flows of the next days, and these what is up then.

    in repair: x' = inflow - x / T, solved exactly within a step; transport and replacement: what came within their days

What is owed at an instant is in ``owed``. Steps are as long as what was expected of the backorders and what came of them
agree (``CLOSE``).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.feedback import falls, felt, relieved
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.moment import Moment
from rampart.sustainment.owed import owe
from rampart.sustainment.setting import Setting
from rampart.sustainment.shop_line import step_all
from rampart.sustainment.start import steady_state
from rampart.sustainment.stated_start import begin_as_stated, counted

CLOSE = 0.02
"""Difference of backorders expected and found, of themselves, at which a step is taken again in two."""
SHORTEST, LONGEST = 0.75, 8.0
"""Days of a step."""


@dataclass(frozen=True, eq=False)
class _Benches:
    """Of each shop in a month: which of the parts that may come to it do, and days on a bay of each kind of job."""

    month: int
    mine: list[NDArray[np.bool_]]
    days: list[Floats]


class March:
    """A course worked out instant by instant, from the steady state before the plan.

    psi   (S, P) chance that one more unit in a pipeline is one more system down somewhere
    rise  (S,) backorders that each site gained a day in the last step
    used  (F, M+1) use of one system from the beginning to the end of each month
    """

    def __init__(self, s: Support, guess: Floats | None = None, *, abreast: int = 1) -> None:
        self.s, self.setting = s, Setting(s)
        at = s.at_start.copy() if guess is None else np.minimum(guess, s.at_start)
        start = steady_state(self.setting, at, abreast=abreast)
        self.now, self.past, self.psi = start.now, start.past, start.psi
        self.asked, self.fleet_rates = start.asked, start.by_fleet
        if s.states_start:
            begin_as_stated(self.setting, start)
            self.now.ending = self._ending(self.now, 0)
        self.rounds, self.difference = start.rounds, start.difference
        self.rise = np.zeros(len(s.sites))
        self.used = np.zeros((len(s.fleets), len(s.months) + 1))
        self.opens_later = bool((self.setting.supply.times.opens > 0).any())
        # Month and length of the last step, and what they make of what is in repair.
        self._step_of, self._keep = (-1, 0.0), (self.rise, self.rise)
        self._bench: _Benches | None = None

    def step(
        self, length: float, m: int, expected: Floats, wears: Floats, burst: bool
    ) -> tuple[Moment, Floats, Floats]:
        """The moment ``length`` days on, systems (F,) up on the way there as expected; requests (S, P) and (F, P) a day."""
        s, flows, times, old = self.s, self.setting.supply.months[m], self.setting.supply.times, self.now
        setting, past, time = self.setting, self.past, old.time + length
        by_fleet, broken = setting.by_fleet(m, expected, wears)
        ended = self._ended(length) if s.draws_at_end and len(s.parent) else None
        asked = setting.supply.requests(flows, setting.at_sites(by_fleet), ended)
        past.record(time, length, flows, asked, broken)
        now = copy(old)
        now.time = time
        now.held = np.maximum(old.held - s.losses[:, m] / MONTH * setting.in_action(m, expected) * length, 0.0)
        inflow = asked * flows.repaired
        if self.opens_later:
            closed = m < times.opens.T
            now.pile = np.where(closed, old.pile + inflow * length, 0.0)
            inflow = np.where(closed, 0.0, inflow + (old.pile / length if burst else 0.0))
        keep, gained = self._kept(m, length)
        now.in_repair = old.in_repair * keep + inflow * gained
        now.known = counted(setting, time, times.apart[0].T) if s.states_start else None
        came = (past.delayed(past.broken, time) - past.delayed(past.broken, old.time)) / length
        free = np.exp(-length / np.maximum(setting.repair_days, 1e-9))
        alone = setting.repair_shop < 0
        now.mending = np.where(alone, old.mending * free + came * setting.repair_days * (1.0 - free), 0.0)
        before = old.mending.copy()
        now.lines, now.work = [copy(line) for line in old.lines], np.zeros(len(s.shops))
        rates = []
        out = inflow - (now.in_repair - old.in_repair) / length if setting.places else inflow
        benches = self._benches(m)
        for h, (sites, parts, fleets) in enumerate(setting.places):
            line = now.lines[h]
            line.came, line.when = list(line.came), list(line.when)
            before[fleets] = line.mean[len(sites) :]
            rate = np.concatenate((np.maximum(out[sites, parts], 0.0) * benches.mine[h], came[fleets]))
            now.work[h] = float(rate @ benches.days[h])
            rates.append(rate)
        slower = falls(setting, setting.reach(m, expected), old, self.psi, expected)
        step_all(now.lines, length, rates, benches.days, s.bays[m], slower)
        for line, (sites, _, fleets) in zip(now.lines, setting.places, strict=True):
            now.mending[fleets] = line.mean[len(sites) :]
        back = np.maximum(came - (now.mending - before) / length, 0.0)
        past.mended.put(time, past.mended.last + back * length)
        moving = (past.broken.at(time) - past.delayed(past.broken, time)) + (
            past.mended.at(time) - past.delayed(past.mended, time)
        )
        gone_away = moving + now.mending
        now.away = np.clip(setting.of_fleets(gone_away), 0.0, now.held)
        now.serviced = setting.in_service(gone_away, now.away)
        if ended is not None:
            now.ending = self._ending(now, m)
            now.rising = (now.ending - old.ending) / length
            now.drawn = ended
        self.evaluate(now, m, asked, by_fleet)
        return now, asked, by_fleet

    def _kept(self, m: int, length: float) -> tuple[Floats, Floats]:
        """Share (S, P) of what is in repair without a bay that still is after a step, and days of its inflow that join it."""
        if self._step_of != (m, length):
            apart = np.ascontiguousarray(self.setting.supply.times.apart[m].T)
            keep = np.exp(-length / np.maximum(apart, 1e-9))
            self._step_of, self._keep = (m, length), (keep, apart * (1.0 - keep))
        return self._keep

    def _benches(self, m: int) -> _Benches:
        """What each shop repairs in a month."""
        if self._bench is None or self._bench.month != m:
            times, setting = self.setting.supply.times, self.setting
            shop, bench = times.shop[m].T, times.bench[m].T
            self._bench = _Benches(
                m,
                [shop[sites, parts] == h for h, (sites, parts, _) in enumerate(setting.places)],
                [np.concatenate((bench[sites, parts], setting.repair_days[f])) for sites, parts, f in setting.places],
            )
        return self._bench

    def _ending(self, now: Moment, m: int) -> Floats:
        """Repairs (S, P) that end a day at a moment."""
        times = self.setting.supply.times
        apart, bench = times.apart[m].T, times.bench[m].T
        result = np.where((times.shop[m].T < 0) & (apart > 0), now.in_repair / np.maximum(apart, 1e-9), 0.0)
        for line, (sites, parts, _) in zip(now.lines, self.setting.places, strict=True):
            days = bench[sites, parts]
            result[sites, parts] += np.where(days > 0, line.on_bay[: len(sites)] / np.maximum(days, 1e-9), 0.0)
        return result

    def _ended(self, length: float) -> Floats:
        """Repairs (S, P) that end a day in the next ``length`` days, going on as they did."""
        return np.maximum(self.now.ending + 0.5 * length * self.now.rising, 0.0)

    def evaluate(self, now: Moment, m: int, asked: Floats, by_fleet: Floats) -> None:
        """Pipelines, backorders and systems up at a moment, from the flows so far."""
        moving, gone = self.past.moving_and_gone(now.time)
        owe(self.setting, self.past, now, self.setting.supply.months[m], asked, by_fleet, moving, gone)

    def went(self, m: int, new: Moment, asked: Floats, by_fleet: Floats) -> None:
        """Go on to a moment."""
        if len(self.s.shops):
            self.psi = felt(self.setting, self.setting.supply.months[m], asked, by_fleet, new)[0]
        self.now, self.asked, self.fleet_rates = new, asked, by_fleet

    def relief(self, m: int) -> Floats:
        """Systems (S, P) that one more spare puts back in action at the moment: the slope of what is owed."""
        return relieved(self.setting, self.setting.supply.months[m], self.asked, self.fleet_rates, self.now)
