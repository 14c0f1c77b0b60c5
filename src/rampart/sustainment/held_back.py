"""Systems that parts hold back at one instant, and those that taking parts from others puts back.

    up = present - sum of backorders of the systems' own parts

where every place must be filled; where some may stay empty, by the law of k of n.
"""

from __future__ import annotations

import numpy as np

from rampart.sustainment.availability import part_factor
from rampart.sustainment.cannibalisation import expected_down, systems_down
from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.moment import Moment
from rampart.sustainment.pipelines import least_variance
from rampart.sustainment.setting import Setting
from rampart.sustainment.supply import Flows


def held_back(setting: Setting, now: Moment, flows: Flows, by_fleet: Floats) -> None:
    """Systems that each part holds back (F, P), those up (F,), and those that taking parts from others puts back."""
    s, uses = setting.s, setting.uses
    demand = setting.at_sites(by_fleet)[setting.s.fleet_site]
    present = np.maximum(now.held - now.away, 0.0)
    now.moved = np.zeros(len(present))
    shares = ratio(by_fleet, demand)
    # A part that nothing asks for any more may still be owed.
    shares[(demand <= 0) & uses] = 1.0
    short = now.ebo[s.fleet_site] * shares * uses
    for f in np.flatnonzero(setting.odd):
        spare = uses[f] & ~setting.whole_parts[f]
        whole = part_factor(short[f, spare], present[f], s.installed[f, spare], s.needed[f, spare])
        short[f, spare] = present[f] * (1.0 - whole)
    total = short.sum(axis=1)
    lost = np.minimum(total, present)
    now.beyond = total - lost
    for f in np.flatnonzero(setting.odd):
        if s.fleet_rows[f]["cannibalise"]:
            gathered = min(
                _gathered(setting, now, int(f), int(s.fleet_site[f]), shares[f], float(present[f]), flows), lost[f]
            )
            now.moved[f], lost[f] = lost[f] - gathered, gathered
    now.down = short * ratio(lost, total)[:, None]
    now.up = present - lost


def _gathered(setting: Setting, now: Moment, f: int, site: int, share: Floats, present: float, flows: Flows) -> float:
    """Expected systems down where movable parts are gathered; the holes of the others each ground a system."""
    s, systems = setting.s, int(np.ceil(present - 1e-9))
    if not systems:
        return 0.0
    take, rest = (np.flatnonzero(setting.uses[f] & which) for which in (s.movable, ~s.movable))
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
