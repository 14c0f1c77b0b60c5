"""Pipelines and backorders over any number of echelons and indentures: VARI-METRIC, with METRIC beside it.

For part i at site n, with m its demand, f its share of the supplier's demand, h_j its share of child j's demand:

    d      = m [ repaired turnaround + upwards order_ship + lost replacement ]
    E X    = d + f EBO(i, supplier) + sum_j h_j EBO(j, n)
    Var X  = spread d + f(1-f) EBO(i, supplier) + f^2 VBO(i, supplier) + sum_j [ h_j(1-h_j) EBO(j,n) + h_j^2 VBO(j,n) ]

VARI-METRIC fits both moments (Slay 1984, Sherbrooke 1986); METRIC (Sherbrooke 1968) and MOD-METRIC (Muckstadt
1973) keep the mean alone and call it Poisson, which is too hopeful. They are here for comparison only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Network, ratio
from rampart.sustainment.pipelines import backorders

Method = Literal["vari-metric", "metric"]


@dataclass(frozen=True)
class State:
    """Pipelines and backorders, each (P, S): units, units squared for the variances, units/day for the rate."""

    rate: Floats
    mean: Floats
    variance: Floats
    ebo: Floats
    vbo: Floats


@dataclass(frozen=True)
class Sharing:
    """Who owns what is owed: ``up`` (P, S) share of the supplier's demand, ``down`` (L, S) of each child's."""

    up: Floats
    down: Floats


def own_pipeline(network: Network) -> tuple[Floats, Floats]:
    """Mean and variance (P, S) of what the site itself has in repair, under way and on order."""
    m = network.rate
    spread = 1.0 if network.spread is None else network.spread
    transit = m * (network.upwards * network.order_ship + network.lost * network.replacement[:, None])
    if network.in_repair is None:
        mean = transit + m * network.repaired * network.turnaround
        return mean, mean if network.spread is None else mean * spread
    shop_mean, shop_variance = network.in_repair
    return transit + shop_mean, transit * spread + shop_variance


def sharing(network: Network) -> Sharing:
    """Shares of the supplier's and of the children's demand; zero where there is no demand."""
    m, up = network.rate, np.zeros_like(network.rate)
    fed = np.flatnonzero(network.supplier >= 0)
    above = network.supplier[fed]
    up[:, fed] = ratio(m[:, fed] * network.upwards[:, fed], m[:, above])
    p, c = network.parent, network.child
    down = ratio(m[p] * network.repaired[p] * network.share[:, None], m[c])
    return Sharing(up, down)


def evaluate(network: Network, stock: NDArray[np.int64], *, method: Method = "vari-metric") -> State:
    """Pipelines and backorders of every part at every site with the given spares (P, S)."""
    mean, variance = (a.copy() for a in own_pipeline(network))
    shares = sharing(network)
    ebo, vbo = np.zeros_like(mean), np.zeros_like(mean)
    for level in reversed(network.levels):
        chosen = np.isin(network.parent, level)
        p, c, h = network.parent[chosen], network.child[chosen], shares.down[chosen]
        np.add.at(mean, p, h * ebo[c])
        np.add.at(variance, p, h * (1 - h) * ebo[c] + h * h * vbo[c])
        for site in network.downwards:
            above = int(network.supplier[site])
            if above >= 0:
                f = shares.up[level, site]
                mean[level, site] += f * ebo[level, above]
                variance[level, site] += f * (1 - f) * ebo[level, above] + f * f * vbo[level, above]
            spread = variance[level, site] if method == "vari-metric" else mean[level, site]
            ebo[level, site], vbo[level, site] = backorders(mean[level, site], spread, stock[level, site])
    return State(network.rate, mean, variance, ebo, vbo)


def before_supply(network: Network, state: State) -> tuple[Floats, Floats]:
    """Mean and variance (P, S) of the pipelines without what the supplier owes: own part and waiting for children."""
    mean, variance = state.mean.copy(), state.variance.copy()
    up = sharing(network).up
    for site in range(network.sites):
        above = int(network.supplier[site])
        if above >= 0:
            f, ebo, vbo = up[:, site], state.ebo[:, above], state.vbo[:, above]
            mean[:, site] -= f * ebo
            variance[:, site] -= f * (1 - f) * ebo + f * f * vbo
    return np.maximum(mean, 0.0), np.maximum(variance, 0.0)
