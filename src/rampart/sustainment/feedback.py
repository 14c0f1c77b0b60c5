"""How one more unit away, or one more spare, is felt: systems down, and the work of shops that falls with them."""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.moment import Moment
from rampart.sustainment.setting import Setting
from rampart.sustainment.supply import Flows, shares_below


def felt(setting: Setting, flows: Flows, asked: Floats, by_fleet: Floats, now: Moment) -> tuple[Floats, Floats]:
    """Systems (S, P) down for one more unit away, and for one more unit owed."""
    s = setting.s
    share, drawn = shares_below(setting.supply, flows, asked, now.drawn)
    psi = ratio(setting.at_sites(by_fleet), asked)
    owed = np.zeros_like(psi)
    supply = setting.supply
    for level, inside, places in zip(supply.network.levels, supply.inside, supply.places, strict=True):
        for link in inside.tolist():
            psi[:, s.child[link]] += drawn[link] * psi[:, s.parent[link]]
        for place, above in zip(reversed(places), reversed(supply.gather), strict=True):
            here = place.here
            owed[here] = psi[here]
            psi[here] *= now.at_least[here]
            psi[:, level] += above(share[here] * psi[here])
    return np.minimum(np.maximum(psi, 0.0), 1.0), owed


def relieved(setting: Setting, flows: Flows, asked: Floats, by_fleet: Floats, now: Moment) -> Floats:
    """Systems (S, P) that one more spare puts back in action: what one unit owed means, where one is owed."""
    less = felt(setting, flows, asked, by_fleet, now)[1]
    for at, cells in flows.groups:
        mean = now.mean[at]
        less[at] *= cells.shortfall(mean.ravel(), now.felt[at].ravel(), exceeded=True)[3].reshape(mean.shape)
    return less


def falls(setting: Setting, reach: Floats, now: Moment, psi: Floats, up: Floats) -> Floats:
    """Jobs a day (shops,) that come less to each shop for one more job there: systems that are down bring it none.

    reach   jobs a day (shops, F) that one more system in action brings
    """
    chance = np.zeros(len(reach))
    sites, parts, begins, fleets = setting.kinds
    if len(begins.there):
        there = np.concatenate([now.lines[h].mean for h in begins.there])
        chances = np.ones(len(there))
        chances[~fleets] = psi[sites[~fleets], parts[~fleets]]
        total, hit = np.add.reduceat(there, begins.first), np.add.reduceat(there * chances, begins.first)
        evenly = np.add.reduceat(chances, begins.first) / begins.kinds
        chance[begins.there] = np.where(total > 1e-12, hit / np.where(total > 1e-12, total, 1.0), evenly)
    weight = reach * np.maximum(up, 0.0)
    none = weight.sum(axis=1) <= 0
    weight[none] = reach[none]
    return chance * ratio((reach * weight).sum(axis=1), weight.sum(axis=1))
