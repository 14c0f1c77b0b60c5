"""The closed system of the first month before the plan, for so many systems taken to be in action: what lacks of it then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.feedback import falls
from rampart.sustainment.history import History
from rampart.sustainment.moment import Moment
from rampart.sustainment.owed import owe
from rampart.sustainment.setting import Setting
from rampart.sustainment.shop_line import Line


class BeforeThePlan:
    """One look after another at it: ``use`` some systems, ``settle`` what comes to shops (or ``fill`` them), see what they
    ``lack``.

    psi       (S, P) chance that one more unit in a pipeline is one more system down, taken as found last
    asked, by_fleet   requests (S, P) and (F, P) a day
    total     (shops,) jobs a day that come to each shop
    reach     (shops, F) of them for one more system in action
    slower    (shops,) of them fewer for one more job there
    """

    def __init__(self, setting: Setting, up: Floats) -> None:
        s = setting.s
        self.setting, self.flows, self.times = setting, setting.supply.months[0], setting.supply.times
        shape = (len(s.sites), len(s.parts))
        zero, none = np.zeros(shape), np.zeros(len(s.fleets))
        self.apart, self.closed = self.times.apart[0].T, self.times.opens.T > 0
        self.lead = np.nan_to_num(s.lead_time)
        self.wears = setting.wear_of(0, s.at_start, up, None)[0]
        self.fresh: NDArray[np.bool_] = np.asarray(setting.wears.any(axis=0))
        lines = [Line(len(sites) + len(fleets)) for sites, _, fleets in setting.places]
        self.now = Moment(0.0, s.at_start.copy(), none, up, zero, zero, lines, none)
        self.now.ebo, self.now.at_least, self.now.vbo, self.now.serviced = zero, zero, zero, none
        self.psi = zero
        self.use(up)

    def use(self, up: Floats) -> None:
        """What so many systems (F,) in action ask for, and bring to shops."""
        setting, now, flows = self.setting, self.now, self.flows
        self.up = up
        by_fleet, self.broken = setting.by_fleet(0, up, self.wears, before=True)
        self.by_fleet = np.where(self.fresh[None, :], 0.0, by_fleet)
        self.asked = setting.supply.requests(flows, setting.at_sites(self.by_fleet))
        inflow = np.where(self.closed, 0.0, self.asked * flows.repaired)
        now.in_repair = inflow * self.apart
        now.mending = self.broken * setting.repair_days * (setting.repair_shop < 0)
        self.reach = setting.reach(0, up, before=True)
        self.slower = falls(setting, self.reach, now, self.psi, up)
        self.jobs = []
        for h, (sites, parts, fleets) in enumerate(setting.places):
            mine = self.times.shop[0].T[sites, parts] == h
            rate = np.concatenate((inflow[sites, parts] * mine, self.broken[fleets]))
            days = np.concatenate((self.times.bench[0].T[sites, parts], setting.repair_days[fleets]))
            self.jobs.append((rate, days))
        self.total = np.array([float(rate.sum()) for rate, _ in self.jobs])

    def settle(self, empty: Floats) -> Floats:
        """Shops to which so many jobs (shops,) a day would come if they were empty, and those that their flow tells."""
        return np.array([
            line.settle(rate, days, float(self.setting.s.bays[0, h]), float(empty[h]), float(self.slower[h]))
            for h, (line, (rate, days)) in enumerate(zip(self.now.lines, self.jobs, strict=True))
        ])  # fmt: skip

    def fill(self, jobs: Floats) -> Floats:
        """Shops with so many jobs (shops,) in the mean; jobs a day that would then come to each if it were empty."""
        return np.array([
            line.fill(rate, days, float(self.setting.s.bays[0, h]), float(jobs[h]), float(self.slower[h]))
            for h, (line, (rate, days)) in enumerate(zip(self.now.lines, self.jobs, strict=True))
        ])  # fmt: skip

    def lack(self) -> None:
        """What is short, and how many systems are up then."""
        setting, s, now, flows = self.setting, self.setting.s, self.now, self.flows
        gone_away = self.broken * 2.0 * setting.transport + now.mending
        for line, (sites, _, fleets) in zip(now.lines, setting.places, strict=True):
            gone_away[fleets] += line.mean[len(sites) :]
        now.away = np.minimum(setting.of_fleets(gone_away), now.held)
        now.serviced = setting.in_service(gone_away, now.away)
        moving = self.asked * flows.upwards * s.order_ship[:, None]
        gone = self.asked * flows.lost * self.lead[None, :]
        now.up = np.maximum(self.up, 0.0)
        self.past = History(setting, flows, self.asked, self.broken)
        owe(setting, self.past, now, flows, self.asked, self.by_fleet, moving, gone)

    @property
    def whole(self) -> Floats:
        """Systems (F,) up, by what is short; below zero where more is short than there are systems."""
        return np.asarray(self.now.up - self.now.beyond)

    def wanted(self) -> Floats:
        """Jobs a day that would come to each shop if it were empty, by what is short."""
        came = self.total - self.reach @ np.maximum(self.up, 0.0)
        return np.asarray(
            came + self.reach @ self.whole + self.slower * np.array([line.jobs for line in self.now.lines])
        )
