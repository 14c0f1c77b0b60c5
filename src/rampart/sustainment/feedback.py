"""How one more unit away, or one more spare, is felt: systems down, and the work of shops that falls with them."""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.moment import Moment
from rampart.sustainment.setting import Setting
from rampart.sustainment.supply import Flows, block_of, shares_below


def felt(setting: Setting, flows: Flows, asked: Floats, by_fleet: Floats, now: Moment) -> tuple[Floats, Floats]:
    """Systems (S, P) down for one more unit away, and for one more unit owed."""
    s = setting.s
    share, drawn = shares_below(setting.supply, flows, asked, now.drawn)
    psi = ratio(setting.at_sites(by_fleet), asked)
    owed = np.zeros_like(psi)
    for level, inside in zip(setting.supply.network.levels, setting.supply.inside, strict=True):
        for link in inside.tolist():
            psi[:, s.child[link]] += drawn[link] * psi[:, s.parent[link]]
        for layer, above in zip(reversed(setting.supply.layers), reversed(setting.supply.gather), strict=True):
            here = block_of(layer, level, psi.shape[1])
            owed[here] = psi[here]
            psi[here] *= now.at_least[here]
            psi[:, level] += above(share[here] * psi[here])
    return np.clip(psi, 0.0, 1.0), owed


def relieved(setting: Setting, flows: Flows, asked: Floats, by_fleet: Floats, now: Moment) -> Floats:
    """Systems (S, P) that one more spare puts back in action: what one unit owed means, where one is owed."""
    less = felt(setting, flows, asked, by_fleet, now)[1]
    for at, cells in flows.groups:
        mean = now.mean[at]
        less[at] *= cells.shortfall(mean.ravel(), now.felt[at].ravel(), exceeded=True)[3].reshape(mean.shape)
    return less


def feedback(setting: Setting, h: int, each: Floats, now: Moment, psi: Floats, up: Floats) -> Floats:
    """For one shop, to which a system in action brings ``each`` (F,) jobs a day: systems (F,) down for one more job."""
    sites, parts, fleets = setting.places[h]
    there = now.lines[h].mean
    chances = np.concatenate((psi[sites, parts], np.ones(len(fleets))))
    total = float(there.sum())
    chance = float(there @ chances) / total if total > 1e-12 else float(chances.mean()) if len(chances) else 0.0
    weight = each * np.maximum(up, 0.0)
    if weight.sum() <= 0:
        weight = each
    return chance * ratio(weight, np.full_like(weight, weight.sum()))
