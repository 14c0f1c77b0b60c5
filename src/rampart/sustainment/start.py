"""Where a course begins: the steady state of the closed system in the first month, shops past saturation included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.feedback import falls, felt
from rampart.sustainment.history import History
from rampart.sustainment.moment import Moment
from rampart.sustainment.owed import owe
from rampart.sustainment.setting import Setting
from rampart.sustainment.shop_line import Line

ROUNDS, SETTLED = 400, 1e-5
"""Rounds in which the state before the plan is found, and the change of systems in action, of those down, at which it is."""
BROUGHT = 1e-3
"""Share by which what comes to a shop and what systems bring it may then differ."""


@dataclass
class Start:
    """The state before the plan, and how closely it was found.

    psi        (S, P) chance that one more unit in a pipeline is one more system down
    asked, by_fleet   requests (S, P) and (F, P) a day
    rounds, residual  rounds it took, and the last change of systems in action
    """

    now: Moment
    past: History
    psi: Floats
    asked: Floats
    by_fleet: Floats
    rounds: int
    residual: float


class Secant:
    """Systems up (F,) that give themselves, each looked for by a secant of its own: taken to be so many, so many came of it.

    rounds   how often it was tried
    change   largest difference of the last round
    """

    def __init__(self, up: Floats) -> None:
        self.up, self.rounds, self.change = up, 0, np.inf
        self._step, self._before, self._moved = np.full(len(up), 0.7), np.zeros(len(up)), np.zeros(len(up))
        self._gap = self._before

    def found(self, now: Any, abreast: int) -> bool:
        """Whether what came of it, at an instant, is what was taken; of so many cases abreast."""
        # Where more is owed than there are systems, by how much says how far off the start is.
        self._gap = now.up - now.beyond - self.up
        self.rounds, self.change = self.rounds + 1, float(np.abs(self._gap).max(initial=0.0))
        return self.change < SETTLED * (float((now.held - now.up).sum()) / abreast + 0.01)

    def go_on(self) -> None:
        """Take as many as the secant says."""
        gap, before = self._gap, self._before
        if self.rounds > 3:
            slope = np.divide(self._moved, before - gap, out=self._step.copy(), where=np.abs(before - gap) > 1e-12)
            # A secant that points the wrong way says only that the last step was too long.
            longest = 1.3 if self.rounds < 60 else 0.5
            self._step = np.clip(np.where(slope > 0, slope, 0.5 * self._step), 1e-3, longest)
        self._moved, self._before = self._step * gap, gap
        self.up = self.up + self._moved


def steady_state(setting: Setting, up: Floats, *, abreast: int = 1) -> Start:
    """The steady state of the closed system in the first month, before the plan, looked for from ``up`` (F,)."""
    s, flows, times = setting.s, setting.supply.months[0], setting.supply.times
    shape = (len(s.sites), len(s.parts))
    zero, none = np.zeros(shape), np.zeros(len(s.fleets))
    apart, closed = times.apart[0].T, times.opens.T > 0
    lead = np.nan_to_num(s.lead_time)
    wears = setting.wear_of(0, s.at_start, up, None)[0]
    fresh: NDArray[np.bool_] = np.asarray(setting.wears.any(axis=0))
    now = Moment(
        0.0, s.at_start.copy(), none, up, zero, zero, [Line(len(p[0]) + len(p[2])) for p in setting.places], none
    )
    now.ebo, now.at_least, now.vbo = zero, zero, zero
    now.serviced = none
    psi, sought = zero, Secant(up)
    empty, came = np.zeros((2, len(s.shops)))
    for number in range(1, ROUNDS + 1):
        up = sought.up
        by_fleet, broken = setting.by_fleet(0, up, wears, before=True)
        by_fleet = np.where(fresh[None, :], 0.0, by_fleet)
        asked = setting.supply.requests(flows, setting.at_sites(by_fleet))
        past = History(setting, flows, asked, broken)
        inflow = np.where(closed, 0.0, asked * flows.repaired)
        now.in_repair = inflow * apart
        now.mending = broken * setting.repair_days * (setting.repair_shop < 0)
        gone_away = broken * 2.0 * setting.transport + now.mending
        reach = setting.reach(0, up, before=True)
        slower = falls(setting, reach, now, psi, up)
        for h, (line, (sites, parts, fleets)) in enumerate(zip(now.lines, setting.places, strict=True)):
            mine = times.shop[0].T[sites, parts] == h
            rate = np.concatenate((inflow[sites, parts] * mine, broken[fleets]))
            days = np.concatenate((times.bench[0].T[sites, parts], setting.repair_days[fleets]))
            came[h] = float(rate.sum() - reach[h] @ np.maximum(up, 0.0))
            if number == 1:
                empty[h] = float(rate.sum())
            line.settle(rate, days, float(s.bays[0, h]), empty[h], float(slower[h]))
            gone_away[fleets] += line.mean[len(sites) :]
        now.away = np.minimum(setting.of_fleets(gone_away), now.held)
        now.serviced = setting.in_service(gone_away, now.away)
        moving = asked * flows.upwards * s.order_ship[:, None]
        gone = asked * flows.lost * lead[None, :]
        now.up = np.maximum(up, 0.0)
        owe(setting, past, now, flows, asked, by_fleet, moving, gone)
        psi = felt(setting, flows, asked, by_fleet, now)[0]
        # What would come to an empty shop hangs little on the queue, so it is what the rounds go over.
        jobs = np.array([line.jobs for line in now.lines])
        wanted = came + reach @ (now.up - now.beyond) + slower * jobs
        off = np.abs(wanted - empty)
        empty = empty + 0.7 * (wanted - empty)
        # A shop that gets nothing agrees with a fleet that lacks nothing, but not with what that fleet brings it.
        if sought.found(now, abreast) and (off <= BROUGHT * np.abs(wanted)).all():
            break
        sought.go_on()
    now.ending = np.where(closed, 0.0, asked * flows.repaired)
    now.rising = np.zeros(shape)
    return Start(now, past, psi, asked, by_fleet, sought.rounds, sought.change)
