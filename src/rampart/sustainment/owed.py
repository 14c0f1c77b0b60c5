"""Pipelines and what is owed at one instant, site by site from the top, sub-parts before what they belong to.

E X = in repair + under way + on order + f E B(supplier, one transport ago) + sum_j h_j E B(child j)
Var X as in VARI-METRIC; at a site with systems divided by 1 + m P(X >= s) / up, the holes slowing their own removals
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Whole, ratio
from rampart.sustainment.fleet import Support
from rampart.sustainment.held_back import held_back
from rampart.sustainment.history import History
from rampart.sustainment.laterals import pooled_backorders
from rampart.sustainment.moment import Moment
from rampart.sustainment.past import rows_of_both
from rampart.sustainment.pipelines import least_variance
from rampart.sustainment.setting import Setting
from rampart.sustainment.shortfall import batched
from rampart.sustainment.supply import Block, Flows, shares_below


def owe(
    setting: Setting,
    past: History,
    now: Moment,
    flows: Flows,
    asked: Floats,
    by_fleet: Floats,
    moving: Floats,
    gone: Floats,
) -> None:
    """Pipelines, backorders and systems up of a moment."""
    s, supply = setting.s, setting.supply
    alone = moving + gone + now.in_repair + now.pile
    mean, variance = alone, alone * clusters(setting, flows, asked, by_fleet) if setting.excess else alone.copy()
    if now.known is not None:
        variance -= now.known
    if past.more_varied is not None:
        variance += past.more_varied
    for line, (sites, parts, _) in zip(now.lines, setting.places, strict=True):
        mean[sites, parts] += line.mean[: len(sites)]
        variance[sites, parts] += line.variance[: len(sites)]
    if setting.batches:
        bought = (s.supplier < 0)[:, None] & (flows.lost * asked > 1e-12) & ~np.isnan(setting.lead_time)[None, :]
        mean += bought * (setting.batch - 1.0) / 2.0
        variance += bought * (setting.batch**2 - 1.0) / 12.0
    now.own_mean, now.own_variance = mean.copy(), variance.copy()
    share, drawn = shares_below(supply, flows, asked, now.drawn)
    systems = setting.at_sites(np.maximum(now.up, 0.0)[:, None] * setting.uses)
    ebo, vbo, at_least, felt = (np.empty_like(mean) for _ in range(4))
    groups = iter(flows.groups)
    for level, holding, places in zip(
        reversed(supply.network.levels), reversed(supply.holding), reversed(supply.places), strict=True
    ):
        for link in holding.tolist():
            p, c, h = s.parent[link], s.child[link], drawn[link]
            mean[:, p] += h * ebo[:, c]
            variance[:, p] += h * (1 - h) * ebo[:, c] + h * h * vbo[:, c]
        for layer, place in zip(supply.layers, places, strict=True):
            here, cells = next(groups)
            if s.supplier[layer[0]] >= 0:
                _add_owed(setting, past, layer, level, place.here, now.time, share, mean, variance)
            m_, v = mean[here], np.maximum(variance[here], 0.0)
            least = least_variance(m_)
            low = v < least * (1 - 1e-9) - 1e-12
            if low.any():
                past.raised[level[low.any(axis=0)]] = True
                v = np.maximum(v, least)
            if len(now.at_least):
                there = systems[here]
                v = v / (1.0 + np.where(there > 0, m_ * now.at_least[here] / np.maximum(there, 1e-9), 0))
            felt[here] = v = np.maximum(v, least)
            short = cells.shortfall(m_.ravel(), v.ravel())[:3].reshape(3, *m_.shape)
            ebo[here], vbo[here], at_least[here] = short
            if setting.batches:
                _in_batches(setting, layer, level, bought, now, mean, variance, flows, ebo)
            if place.drawn_on is not None:
                past.owed.last[place.in_row], past.owed_variance.last[place.in_row] = (
                    ebo[place.drawn_on],
                    vbo[place.drawn_on],
                )
        _help(s, level, mean, felt, flows.stock, asked, ebo)
    now.mean, now.variance, now.ebo, now.vbo = mean, variance, ebo, vbo
    now.at_least, now.felt = at_least, felt
    held_back(setting, now, flows, by_fleet)


def clusters(setting: Setting, flows: Flows, asked: Floats, by_fleet: Floats) -> Floats:
    """Variance over mean (S, P) of the requests at each site.

    That of the part where systems are. A supplier sees of it only what is sent up, a part of each cluster: of a demand
    with ratio v the share u that goes up has ``1 + u (v - 1)``.
    """
    result = np.ones_like(asked)
    demand, sent = setting.at_sites(by_fleet), asked * flows.upwards
    excess = np.zeros_like(asked)
    for layer in reversed(setting.supply.layers):
        for site in layer:
            beyond = ratio(demand[site] * (setting.spread - 1.0) + excess[site], asked[site])
            result[site] += beyond
            if setting.s.supplier[site] >= 0:
                excess[setting.s.supplier[site]] += sent[site] * flows.upwards[site] * beyond
    return result


def _add_owed(
    setting: Setting,
    past: History,
    layer: Whole,
    level: Whole,
    here: Block,
    time: float,
    share: Floats,
    mean: Floats,
    variance: Floats,
) -> None:
    """What the suppliers of a layer owed one transport ago, shared first come, first served."""
    above, then = setting.row_of[setting.s.supplier[layer]], time - setting.s.order_ship[layer]
    owed, spread = rows_of_both(past.owed, past.owed_variance, then, above)
    f = past.share_of_owed(layer, above, then, owed, share[layer]) if past.shares_move else share[layer]
    if len(level) < mean.shape[1]:
        f, owed, spread = f[:, level], owed[:, level], spread[:, level]
    late = f * owed
    mean[here] += late
    variance[here] += (1 - f) * late + f * f * spread


def _in_batches(
    setting: Setting, layer: Whole, level: Whole, bought: NDArray[np.bool_], now: Moment, mean: Floats, variance: Floats,
    flows: Flows, ebo: Floats,
) -> None:  # fmt: skip
    """Exact (r, Q) where purchases come in batches: the two moments of the batch taken out again."""
    sites, parts = (a.ravel() for a in np.meshgrid(layer, level, indexing="ij"))
    packed = bought[sites, parts] & (setting.batch[parts] > 1)
    if packed.any():
        at, q = (sites[packed], parts[packed]), setting.batch[parts[packed]]
        plain = np.maximum(mean[at] - (q - 1) / 2, 0.0)
        wide = np.maximum(variance[at] - (q * q - 1) / 12, least_variance(plain))
        ebo[at] = batched(plain, wide, flows.stock[at], q)


def _help(s: Support, level: Whole, mean: Floats, variance: Floats, stock: Floats, asked: Floats, ebo: Floats) -> None:
    """Lateral supply within each pool of sites."""
    for pool in sorted({p for p in s.pool if p is not None}):
        sites = np.array([n for n, p in enumerate(s.pool) if p == pool])
        known = ~np.isnan(s.lateral_days[sites])
        if len(sites) >= 2 and known.any():
            at = np.ix_(sites, level)
            days = float(np.nanmax(s.lateral_days[sites]))
            ebo[at] = pooled_backorders(mean[at], variance[at], stock[at], asked[at], days, axis=0)
