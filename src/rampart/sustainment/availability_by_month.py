"""Systems of each fleet available month by month, and what holds each type back.

Use makes removals, removals make shortages, shortages keep systems out of action, and systems out of action are not
used: the months are worked out again until the systems in action no longer change; the last change is stated.

    held(t)      arrivals less losses
    damaged(t)   on the way to repair, waiting for a bay, on it, and on the way back
    available    (held - damaged) x product of part factors x MTBM / (MTBM + MMT)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment import timegrid
from rampart.sustainment.availability import part_factor
from rampart.sustainment.batches import added
from rampart.sustainment.cannibalisation import expected_down, systems_down
from rampart.sustainment.echelon_network import Floats, Network, ratio
from rampart.sustainment.fleet import MONTH, Support
from rampart.sustainment.laterals import pooled_backorders
from rampart.sustainment.pipelines import backorders
from rampart.sustainment.timegrid import STEPS
from rampart.sustainment.wear import replacements

ROUNDS, CLOSE = 40, 1e-4
"""Rounds of the fixed point in the usual case, and the change in systems at which it stops."""
MOST_ROUNDS = 160
"""Most rounds, where use and availability swing to and fro."""
UNSETTLED = 0.05
"""Change in systems of the last round above which the answer says that use and availability do not agree."""


@dataclass(frozen=True)
class AvailabilityByMonth:
    """What happens, month by month (M) and, for pipelines, at each instant (K).

    held, damaged, available, maintenance   (F, M) systems
    short_factor   (F, P, M) share of systems that each part leaves whole
    moved          (F, M) systems that cannibalisation puts back in action
    demand         (M, P, S) removals and requests a month at each site
    own_mean, own_variance, mean, variance, ebo   (K, P, S) pipelines and backorders, units
    sharing        (M, F, P) each fleet's share of the demand at its site
    queue, load    (M, shops) jobs in each shop and bays' worth of work that comes to it
    rounds, residual   of the fixed point: last change of systems in action
    raised         (P,) parts whose variance no whole number has, and was raised
    """

    support: Support
    held: Floats
    damaged: Floats
    available: Floats
    maintenance: Floats
    short_factor: Floats
    moved: Floats
    demand: Floats
    own_mean: Floats
    own_variance: Floats
    mean: Floats
    variance: Floats
    ebo: Floats
    sharing: Floats
    queue: Floats
    load: Floats
    rounds: int
    residual: float
    raised: NDArray[np.bool_]

    @property
    def ao(self) -> Floats:
        """Operational availability (F, M): available over held, nan where none are held."""
        return np.divide(self.available, self.held, out=np.full_like(self.held, np.nan), where=self.held > 1e-9)

    def systems_down(self) -> Floats:
        """Systems (F, P, M) that each part holds back: those without a part, by the logarithms of the factors."""
        logs = -np.log(np.maximum(self.short_factor, 1e-12))
        present = self.held - self.damaged
        lost = np.maximum(present - self.available - self.maintenance, 0.0)
        return ratio(logs, logs.sum(1, keepdims=True) + 0 * logs) * lost[:, None, :]


def availability_by_month(
    support: Support, *, start: Floats | None = None, close: float = CLOSE
) -> AvailabilityByMonth:
    """Work out the months until use and availability agree.

    start  (F, M) systems in action to begin with, from an earlier answer to nearly the same case
    close  change of systems in action at which it stops
    """
    held = support.at_start[:, None] + np.cumsum(support.arrivals, axis=1)
    active = held.copy() if start is None else start.copy()
    found, residual = None, np.inf
    step, before = np.ones_like(active), np.zeros_like(active)
    for number in range(1, MOST_ROUNDS + 1):
        found = _round(support, active, number, residual)
        change = found.available - active
        residual = float(np.abs(change).max(initial=0.0))
        if residual < close:
            break
        if number >= 4:
            step = np.where(number < ROUNDS, 0.6, _calmer(step, before, change))
        active, before = active + step * change, change
    assert found is not None
    return replace(found, rounds=number, residual=residual)


def _calmer(step: Floats, before: Floats, change: Floats) -> Floats:
    """Shorter steps (F, M) where a change has turned about, a little longer ones where it goes on the same way."""
    return np.where(before * change < 0, np.maximum(0.5 * step, 0.01), np.minimum(1.1 * step, 0.6))


def _round(s: Support, active: Floats, number: int, residual: float) -> AvailabilityByMonth:
    """One pass: systems in action (F, M) -> use, removals, pipelines, shortages -> systems available."""
    s = s.shared_by(active)
    lost = np.cumsum(s.losses * active, axis=1)
    # Losses of a month are spread over it: half of them are felt in its mean.
    held = s.at_start[:, None] + np.cumsum(s.arrivals, axis=1) - lost + 0.5 * s.losses * active
    held = np.maximum(held, 0.0)
    active = np.minimum(active, held)
    removals = _removals(s, active, held)
    broken = s.damage * active
    demand = np.zeros((len(s.months), len(s.parts), len(s.sites)))
    by_fleet = removals + broken[:, None, :] * s.damage_share[:, :, None]
    for f, site in enumerate(s.fleet_site):
        demand[:, :, site] += by_fleet[f].T
    networks = [_network(s, demand[m], m) for m in range(len(s.months))]
    rate = np.stack([n.rate for n in networks]) / MONTH
    queue_mean, queue_variance, waiting, load = _shops(s, rate, broken)
    part_share, fleet_share = _shares_of_shop(s, rate, broken, queue_mean, waiting)
    own_mean, own_variance = _own(s, networks, rate, queue_mean, queue_variance, part_share)
    mean, variance, ebo, raised, vbo = _echelons(s, networks, own_mean, own_variance, rate)
    damaged = np.minimum(_damaged(s, broken, queue_mean, fleet_share), held)
    present = held - damaged
    share = np.stack([ratio(by_fleet[f].T, demand[:, :, site]) for f, site in enumerate(s.fleet_site)], axis=1)
    factor, whole = _whole(s, present, share, mean, variance, ebo, vbo)
    product = factor.prod(axis=1)
    upkeep = _upkeep(s)
    available = present * whole * upkeep
    return AvailabilityByMonth(
        s, held, damaged, available, present * whole * (1 - upkeep), factor, present * (whole - product), rate * MONTH,
        own_mean, own_variance, mean, variance, ebo, share, timegrid.by_month(queue_mean), load, number, residual, raised,
    )  # fmt: skip


def _removals(s: Support, active: Floats, held: Floats) -> Floats:
    """Expected removals (F, P, M) a month: by use at random, or by wear of cohorts that arrived together."""
    used = s.use * active
    with np.errstate(invalid="ignore"):
        result = s.installed[:, :, None] * used[:, None, :] / s.life[:, :, None]
    result = np.nan_to_num(result)
    # Use of one system since the beginning, systems out of action standing still.
    each = np.concatenate((np.zeros((len(s.fleets), 1)), np.cumsum(s.use * ratio(active, held), axis=1)), axis=1)
    joined = np.concatenate((s.at_start[:, None], s.arrivals), axis=1)
    alive = ratio(held, np.cumsum(joined, axis=1)[:, 1:])
    for f, p in zip(*np.nonzero(~np.isnan(s.life_cv) & ~np.isnan(s.worn) & ~np.isnan(s.life)), strict=True):
        total = np.zeros(len(s.months))
        for cohort in np.flatnonzero(joined[f]).tolist():
            begin = each[f, max(cohort - 1, 0)]
            spent = np.maximum(each[f] - begin, 0.0)
            worn = replacements(spent, float(s.life[f, p]), float(s.life_cv[f, p]), worn=float(s.worn[f, p]))
            total += joined[f, cohort] * np.diff(worn)
        result[f, p] = s.installed[f, p] * total * alive[f]
    return result


def _network(s: Support, demand: Floats, month: int) -> Network:
    """The month's flows. Where a top site repairs later, what comes earlier waits for it instead of being condemned."""
    repaired = s.repaired[month]
    top = s.supplier < 0
    later = (s.repaired > 0).any(axis=0)
    waits = top[None, :] & later & (repaired == 0)
    full = np.where(waits, 1.0 - s.condemned[month], repaired)
    ship = np.broadcast_to(s.order_ship, demand.shape)
    return Network(
        s.supplier, demand, full, s.condemned[month], s.turnaround[month], ship, np.nan_to_num(s.lead_time),
        s.parent, s.child, s.share,
    )  # fmt: skip


def _at_work(s: Support) -> Floats:
    """Turnaround (M, P, S), that of the first month of repair standing for the months before it."""
    days = s.turnaround.copy()
    for m in range(len(s.months) - 2, -1, -1):
        days[m] = np.where((s.repaired[m] == 0) & (days[m] == 0), days[m + 1], days[m])
    return days


def _bench(s: Support) -> tuple[Floats, NDArray[np.int64]]:
    bench, shop = s.bench.copy(), s.shop.copy()
    for m in range(len(s.months) - 2, -1, -1):
        idle = s.repaired[m] == 0
        bench[m] = np.where(idle, bench[m + 1], bench[m])
        shop[m] = np.where(idle, shop[m + 1], shop[m])
    return bench, shop


def _inflow(s: Support, rate: Floats, m: int) -> Floats:
    top = s.supplier < 0
    waits = top[None, :] & (s.repaired > 0).any(axis=0) & (s.repaired[m] == 0)
    return np.asarray(rate[m] * np.where(waits, 1.0 - s.condemned[m], s.repaired[m]))


def _shops(s: Support, rate: Floats, broken: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean and variance (K, shops) of the jobs in each shop, those of them that wait, and its load (M, shops)."""
    months, bench_shop = len(s.months), _bench(s)
    bench, shop = bench_shop
    count = len(s.shops)
    work, jobs = np.zeros((months, count)), np.zeros((months, count))
    for m in range(months):
        inflow = _inflow(s, rate, m)
        for n in range(count):
            here = shop[m] == n
            jobs[m, n] += inflow[here].sum()
            work[m, n] += (inflow[here] * bench[m][here]).sum()
    for f, row in enumerate(s.fleet_rows):
        if row["repair_shop"] is not None:
            n = s.shops.index(row["repair_shop"])
            jobs[:, n] += broken[f] / MONTH
            work[:, n] += broken[f] / MONTH * (row["repair_days"] or 0.0)
    mean, variance, waiting = (np.zeros((months * STEPS, count)) for _ in range(3))
    for n in range(count):
        days = ratio(work[:, n], jobs[:, n])
        usual = float(days[days > 0].mean()) if (days > 0).any() else 1.0
        days = np.where(days > 0, days, usual)
        mean[:, n], variance[:, n], waiting[:, n] = timegrid.in_shop(
            timegrid.by_step(jobs[:, n]), timegrid.by_step(days), timegrid.by_step(s.bays[:, n])
        )
    return mean, variance, waiting, work


def _shares_of_shop(
    s: Support, rate: Floats, broken: Floats, queue_mean: Floats, waiting: Floats
) -> tuple[Floats, Floats]:
    """Share of each part and site (K, P x S), and of each fleet's damage (K, F), in the jobs of its shop.

    Of those that wait by number of jobs, of those on a bay by days of work: ``(p Lq + w (L - Lq)) / L``. Both taken
    over the last three months, about what a queue of that length holds; exact for one repair time and a steady mix.
    """
    bench, shop = _bench(s)
    months = len(s.months)
    limited = np.where(shop >= 0, 1.0, 0.0)
    jobs = np.stack([_inflow(s, rate, m) for m in range(months)]) * limited
    broken_jobs = np.array([row["repair_shop"] is not None for row in s.fleet_rows])[None, :] * broken.T / MONTH
    days = np.array([row["repair_days"] or 0.0 for row in s.fleet_rows])
    at = np.array([s.shops.index(r["repair_shop"]) if r["repair_shop"] is not None else -1 for r in s.fleet_rows], int)
    of_parts, of_fleets = [], []
    for parts, fleets in ((jobs, broken_jobs), (jobs * bench, broken_jobs * days)):
        recent_parts, recent_fleets = _recent(parts), _recent(fleets)
        total = np.zeros((months, len(s.shops) + 1))
        for m in range(months):
            np.add.at(total[m], shop[m].ravel(), recent_parts[m].ravel())
            np.add.at(total[m], at, recent_fleets[m])
        total[:, -1] = 0.0
        share = np.stack([ratio(recent_parts[m], total[m][shop[m]]).ravel() for m in range(months)])
        of_parts.append(timegrid.by_step(share))
        of_fleets.append(timegrid.by_step(np.stack([ratio(recent_fleets[m], total[m][at]) for m in range(months)])))
    # Share of the jobs of each shop that wait; the last column stands for no shop.
    wait = np.concatenate((ratio(waiting, queue_mean), np.zeros((len(waiting), 1))), axis=1)
    places = timegrid.by_step(shop.reshape(months, -1).astype(float)).astype(np.int64)
    mine = wait[np.arange(len(wait))[:, None], places]
    theirs = wait[:, at]
    return (
        of_parts[0] * mine + of_parts[1] * (1 - mine),
        of_fleets[0] * theirs + of_fleets[1] * (1 - theirs),
    )


def _recent(values: Floats) -> Floats:
    total = np.cumsum(values, axis=0)
    before = np.concatenate((np.zeros_like(total[:3]), total[:-3]))[: len(total)]
    return np.asarray(total - before)


def _own(
    s: Support, networks: list[Network], rate: Floats, queue_mean: Floats, queue_variance: Floats, part: Floats
) -> tuple[Floats, Floats]:
    """Mean and variance (K, P, S) of what each site has in repair, on its way and on order."""
    up = np.stack([n.upwards for n in networks]) * rate
    lost = np.stack([n.lost for n in networks]) * rate
    inflow = np.stack([_inflow(s, rate, m) for m in range(len(s.months))])
    before_start = _before(s)
    step = timegrid.by_step
    past = before_start[:, None] * 1.0
    moving = timegrid.under_way(step(up), up[0] * past, np.broadcast_to(s.order_ship, up.shape[1:]))
    gone = timegrid.condemned_total(step(lost), lost[0] * past, np.broadcast_to(s.lead_time[:, None], lost.shape[1:]))
    bench, shop = _bench(s)
    whole = _at_work(s)
    limited = np.any(shop >= 0, axis=0)
    apart = np.where(limited[None], np.maximum(whole - bench, 0.0), whole)
    begins = (s.repaired > 0).argmax(axis=0)
    top = (s.supplier < 0)[None, :] & (s.repaired > 0).any(axis=0)
    opens = np.where(top & ~limited, begins * STEPS, 0)
    bench_mean = timegrid.on_bench(step(inflow), inflow[0] * past, step(apart), opens)
    at = step(np.maximum(shop, 0).reshape(len(s.months), -1).astype(float)).astype(np.int64)
    k = np.arange(len(at))[:, None]
    line = queue_mean[k, at] if len(s.shops) else np.zeros_like(part)
    wide = queue_variance[k, at] if len(s.shops) else np.zeros_like(part)
    shop_mean, shop_variance = part * line, part * (1 - part) * line + part**2 * wide
    extra, spread = added(s.batch)
    # Only what is thrown away and bought again waits for a batch to be full.
    bought = (lost.sum(0) > 1e-12) & ~np.isnan(s.lead_time)[:, None]
    outside = ((s.supplier < 0)[None, :] & bought).astype(float)
    single = moving + gone + bench_mean
    mean = single + shop_mean.reshape(single.shape) + extra[:, None] * outside
    variance = single * step(_spread(s, networks)) + shop_variance.reshape(single.shape) + spread[:, None] * outside
    return mean, variance


def _spread(s: Support, networks: list[Network]) -> Floats:
    """Variance over mean (M, P, S) of the demand at each site.

    That of the part where systems are. A supplier sees of it only what is sent up, a part of each cluster: of a demand
    with ratio v the share u that goes up has ``1 + u (v - 1)``.
    """
    own = s.spread[:, None] - 1.0
    result = np.ones((len(networks), len(s.parts), len(s.sites)))
    if not own.any():
        return result
    for m, net in enumerate(networks):
        sent = net.rate * net.upwards
        come, excess = np.zeros_like(sent), np.zeros_like(sent)
        for site in reversed(net.downwards):
            rate = net.rate[:, site]
            beyond = ratio((rate - come[:, site]) * own[:, 0] + excess[:, site], rate)
            result[m, :, site] += beyond
            above = int(net.supplier[site])
            if above >= 0:
                come[:, above] += sent[:, site]
                excess[:, above] += sent[:, site] * net.upwards[:, site] * beyond
    return result


def _before(s: Support) -> Floats:
    """One for parts (P,) that were removed before the plan as in its first month: not those that began new."""
    fresh = (~np.isnan(s.life_cv) & ~np.isnan(s.worn) & (s.installed > 0)).any(axis=0)
    return np.where(fresh, 0.0, 1.0)


def _echelons(
    s: Support, networks: list[Network], own_mean: Floats, own_variance: Floats, rate: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_], Floats]:
    """VARI-METRIC at every instant; what a supplier owes is felt one transport later."""
    from rampart.sustainment.echelons import sharing

    step = timegrid.by_step
    shares = [sharing(n) for n in networks]
    down = step(np.stack([x.down for x in shares]))
    asked, all_asked = step(np.stack([n.upwards for n in networks]) * rate), step(rate)
    mean, variance = own_mean.copy(), own_variance.copy()
    stock = step(s.stock)
    ebo, vbo = np.zeros_like(mean), np.zeros_like(mean)
    first = networks[0]
    busy = (rate.sum(0) > 0) | (own_mean.sum(0) > 0)
    raised = np.zeros(len(s.parts), bool)
    for level in reversed(first.levels):
        for link in np.flatnonzero(np.isin(s.parent, level)):
            p, c, h = s.parent[link], s.child[link], down[:, link]
            mean[:, p] += h * ebo[:, c]
            variance[:, p] += h * (1 - h) * ebo[:, c] + h * h * vbo[:, c]
        for site in first.downwards:
            above = int(s.supplier[site])
            rows = level[busy[level, site]]
            if above >= 0:
                lag = np.full(len(rows), s.order_ship[site])
                owed = ebo[:, rows, above]
                f, e, v = (
                    timegrid.share_of_owed(asked[:, rows, site], all_asked[:, rows, above], owed, lag),
                    timegrid.delayed(ebo[:, rows, above], lag),
                    timegrid.delayed(vbo[:, rows, above], lag),
                )
                mean[:, rows, site] += f * e
                variance[:, rows, site] += f * (1 - f) * e + f * f * v
            least = (mean[:, rows, site] % 1) * (1 - mean[:, rows, site] % 1)
            raised[rows] |= (variance[:, rows, site] < least * (1 - 1e-9) - 1e-12).any(axis=0)
            ebo[:, rows, site], vbo[:, rows, site] = backorders(
                mean[:, rows, site], variance[:, rows, site], stock[:, rows, site]
            )
        _help(s, level, mean, variance, stock, step(rate), ebo)
    return mean, variance, ebo, raised, vbo


def _help(
    s: Support, level: NDArray[np.int64], mean: Floats, variance: Floats, stock: Floats, rate: Floats, ebo: Floats
) -> None:
    """Lateral supply within each pool of sites."""
    for pool in sorted({p for p in s.pool if p is not None}):
        sites = np.array([n for n, p in enumerate(s.pool) if p == pool])
        days = float(np.nanmax(s.lateral_days[sites])) if not np.isnan(s.lateral_days[sites]).all() else np.nan
        if len(sites) < 2 or np.isnan(days):
            continue
        at = np.ix_(np.arange(len(mean)), level, sites)
        ebo[at] = pooled_backorders(mean[at], variance[at], stock[at], rate[at], days)


def _damaged(s: Support, broken: Floats, queue_mean: Floats, share: Floats) -> Floats:
    """Systems (F, M) on the way to repair, at it and on the way back."""
    step = timegrid.by_step
    flow = step(broken.T / MONTH)
    travel = np.array([2.0 * row["transport_days"] for row in s.fleet_rows])
    moving = timegrid.under_way(flow, flow[0], travel)
    days = np.array([row["repair_days"] or 0.0 for row in s.fleet_rows])
    free = timegrid.on_bench(flow, flow[0], np.broadcast_to(days, flow.shape))
    result = moving
    for f, row in enumerate(s.fleet_rows):
        if row["repair_shop"] is None:
            result[:, f] += free[:, f]
        else:
            result[:, f] += share[:, f] * queue_mean[:, s.shops.index(row["repair_shop"])]
    return timegrid.by_month(result).T


def _whole(
    s: Support, present: Floats, share: Floats, mean: Floats, variance: Floats, ebo: Floats, vbo: Floats
) -> tuple[Floats, Floats]:
    """Part factors (F, P, M), and the share of systems without a hole (F, M), cannibalisation included."""
    months = len(s.months)
    factor = np.ones((len(s.fleets), len(s.parts), months))
    whole = np.ones((len(s.fleets), months))
    for f, site in enumerate(s.fleet_site):
        uses = np.flatnonzero(s.installed[f] > 0)
        mine = timegrid.by_month(ebo[:, uses, site]) * share[:, f, uses]
        factor[f, uses] = part_factor(mine.T, present[f], s.installed[f, uses][:, None], s.needed[f, uses][:, None])
        whole[f] = factor[f].prod(axis=0)
        if s.fleet_rows[f]["cannibalise"]:
            take = uses[s.movable[uses]]
            rest = uses[~s.movable[uses]]
            for m in range(months):
                systems = int(np.ceil(present[f, m] - 1e-9))
                if systems and len(take):
                    k = m * STEPS + STEPS // 2
                    phi = share[m, f, take]
                    own, wide = ebo[k, take, site], vbo[k, take, site]
                    alone = phi > 1 - 1e-9
                    below = systems_down(
                        np.where(alone, mean[k, take, site], phi * own),
                        np.where(alone, variance[k, take, site], phi * (1 - phi) * own + phi**2 * wide),
                        np.where(alone, s.stock[m, take, site], 0.0),
                        systems=systems, installed=s.installed[f, take], needed=s.needed[f, take],
                    )  # fmt: skip
                    gathered = (1.0 - expected_down(below) / systems) * float(factor[f, rest, m].prod())
                    whole[f, m] = max(whole[f, m], gathered)
    return factor, whole


def _upkeep(s: Support) -> Floats:
    """MTBM / (MTBM + MMT) of each fleet and month (F, M); one where no maintenance of its own is stated."""
    result = np.ones_like(s.use)
    for f, row in enumerate(s.fleet_rows):
        if row["mtbm"]:
            daily = s.use[f] / MONTH
            result[f] = 1.0 / (1.0 + row["mmt"] * daily / row["mtbm"])
    return result


def condemned(c: AvailabilityByMonth) -> Floats:
    """Units (M, P, S) condemned a month."""
    months = range(len(c.support.months))
    return np.stack([_network(c.support, c.demand[m], m).lost for m in months]) * c.demand
