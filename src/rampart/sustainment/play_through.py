"""Fleets played through event by event, many times: what ``rampart sustain --simulate`` sets beside the approximation.

Every history has its own numbers, named by the seed and its place, so that runs can be added later. Left out, and said so by
``left_out``: lateral supply, removals in clusters, purchases in batches, the ages of parts that wear (their removals come at
random at the rate of the renewals), use that a plan divides between systems.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.event_by_event import compiled
from rampart.sustainment.fleet import MONTH, Support

LONGEST_WARM_UP = 3650.0
"""Days before the plan at most, in which a history reaches the state that it begins with."""
LARGEST_FLEET = 5000
"""Systems of one fleet above which histories are not played: every system is followed by itself."""


@dataclass(frozen=True)
class Played:
    """Means over all histories and their standard errors; (F, M), (M, P, S), (M, shops).

    available, held   systems, mean of the month; error of ``available``
    owed              backorders, mean of the month, and its error
    jobs              jobs in each shop
    below             (F, M) chance that fewer systems are available than ``needed``, nan where no need is stated
    runs              histories played
    """

    available: Floats
    error: Floats
    held: Floats
    damaged: Floats
    owed: Floats
    owed_error: Floats
    jobs: Floats
    below: Floats
    runs: int


def left_out(s: Support) -> tuple[str, ...]:
    """What the case states and the histories do not follow."""
    wears = bool((~np.isnan(s.life_cv) & ~np.isnan(s.worn) & (s.installed > 0)).any())
    found = {
        "pool": any(p is not None for p in s.pool),
        "spread": bool((s.spread != 1.0).any()),
        "batch": bool((s.batch > 1).any()),
        "worn": wears,
        "fires": s.used is not None,
        "start": s.states_start,
    }
    return tuple(name for name, there in found.items() if there)


AT_LEAST = 2
"""Histories of which an interval can be told."""


def play(s: Support, *, runs: int, seed: int = 1, time: AllowedTime | None = None) -> Played:
    """Play the fleets through ``runs`` times, in a limited time at least twice. Raises ValueError where a fleet is too large
    to follow each system.
    """
    from rampart.sustainment.removals import upkeep

    if runs < AT_LEAST:
        raise ValueError("at least two histories are needed for an interval")
    kept_up = upkeep(s)
    run, fast = compiled()
    size = (len(s.months), len(s.parts), len(s.sites), len(s.fleets), len(s.shops))
    fixed = _fixed(s, kept_up)
    kept: tuple[list[Floats], ...] = ([], [], [], [], [])
    days = np.zeros(0)
    for n in range(runs):
        if n >= AT_LEAST and time is not None and not time.leaves("simulation"):
            runs = n
            break
        rng = np.random.default_rng((seed, n))
        joins, first = _systems(s, rng)
        given = _given(s, fixed, joins, first)
        values = given if fast else {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in given.items()}
        found = run(int(rng.integers(2**31)), fixed["warm"], MONTH, *size, *values.values())
        areas = [np.asarray(a) for a in found]
        for of_one, area in zip(kept, areas, strict=False):
            of_one.append(area / MONTH)
        days = _longer(days, areas[5].reshape(size[3], size[0], -1))
    m, p, sites, f, shops = size
    whole, owed, jobs, held, away = kept
    available = np.stack(whole).reshape(runs, f, m) * kept_up
    short = np.stack(owed).reshape(runs, m, p, sites)
    root = np.sqrt(runs)
    return Played(
        available.mean(0), available.std(0, ddof=1) / root, np.stack(held).mean(0).reshape(f, m),
        np.stack(away).mean(0).reshape(f, m), short.mean(0), short.std(0, ddof=1) / root,
        np.stack(jobs).mean(0)[: m * shops].reshape(m, shops), _below(s, days, kept_up), runs,
    )  # fmt: skip


def _longer(total: Floats, more: Floats) -> Floats:
    """Days at each number of systems added up; histories with more systems reach further."""
    if not total.size:
        return more
    width = max(total.shape[2], more.shape[2])
    pad = [np.pad(a, ((0, 0), (0, 0), (0, width - a.shape[2]))) for a in (total, more)]
    return np.asarray(pad[0] + pad[1])


def _below(s: Support, days: Floats, kept_up: Floats) -> Floats:
    """Share of the time with fewer systems available than needed."""
    result = np.full(kept_up.shape, np.nan)
    level = np.arange(days.shape[2])
    for f, row in enumerate(s.fleet_rows):
        if row["needed"]:
            for m in range(len(s.months)):
                there = level * kept_up[f, m]
                short = days[f, m, there < row["needed"] - 1e-9].sum()
                result[f, m] = min(short / max(days[f, m].sum(), 1e-12), 1.0)
    return result


def _systems(s: Support, rng: np.random.Generator) -> tuple[Any, Any]:
    """Month in which each system joins (-1: held), and the first system of each fleet; parts of a system at random."""
    joins: list[int] = []
    first = [0]
    for f in range(len(s.fleets)):
        for month, quantity in enumerate((s.at_start[f], *s.arrivals[f])):
            number = int(np.floor(quantity + rng.random()))
            if number > LARGEST_FLEET:
                raise ValueError(f"{s.fleets[f]} has {number} systems: at most {LARGEST_FLEET} are followed one by one")
            joins += [month - 1] * number
        first.append(len(joins))
    return np.array([*joins, 0], np.int64), np.array(first, np.int64)


def _fixed(s: Support, kept_up: Floats) -> dict[str, Any]:
    """What is the same in all histories, in days, as arrays."""
    from rampart.sustainment.removals import expected_removals, services
    from rampart.sustainment.workshops import times_of

    held = np.maximum(s.at_start[:, None] + np.cumsum(s.arrivals, axis=1), 1e-9)
    removals = np.moveaxis(ratio(expected_removals(s, held, held), held[:, None, :]), 1, 2) / MONTH
    times = times_of(s)
    rows = s.fleet_rows
    damage, losses = s.damage / MONTH, s.losses / MONTH
    # Maintenance that takes a bay is an event of its own; what else it changes comes as removals do.
    waits = np.array([r["service_shop"] is not None for r in rows])
    service = np.where(waits[:, None], services(s)[:, None] * s.use / MONTH, 0.0)
    changed = services(s)[:, None] * s.service_share * waits[:, None]
    removals = np.maximum(removals - (s.use / MONTH)[:, :, None] * changed[:, None, :], 0.0)
    at_service = [s.shops.index(r["service_shop"]) if r["service_shop"] is not None else -1 for r in rows]
    order = np.argsort(s.parent, kind="stable")
    wait = times.apart + times.bench
    longest = float((wait.max(initial=0.0) + s.order_ship.max(initial=0.0)) * len(s.sites))
    shops = np.array([s.shops.index(r["repair_shop"]) if r["repair_shop"] is not None else -1 for r in rows], np.int64)
    return {
        "warm": float(np.clip(20.0 * longest, 730.0, LONGEST_WARM_UP)),
        "total": (removals.sum(2) + damage + losses + service) * kept_up,
        "fleet_site": s.fleet_site,
        "transport": np.array([float(r["transport_days"] or 0.0) for r in rows]),
        "damage_shop": shops,
        "damage_days": np.array([float(r["repair_days"] or 0.0) for r in rows]),
        "service_shop": np.array(at_service, np.int64),
        "service_days": np.array([float(r["mmt"] or 0.0) for r in rows]),
        "takes": np.array([bool(r["cannibalise"]) for r in rows], np.int64),
        "damage": damage, "losses": losses, "service": service, "upkeep": kept_up, "removals": removals,
        "spare_places": np.where(s.installed > 0, s.installed - s.needed, 0).astype(np.int64),
        "damage_share": s.damage_share, "service_share": s.service_share, "movable": s.movable.astype(np.int64),
        "supplier": s.supplier, "ship": s.order_ship, "lead": np.where(np.isnan(s.lead_time), -1.0, s.lead_time),
        "last_buy": s.last_buy, "supplied": np.where(np.isinf(s.supplied), -1.0, s.supplied),
        "kids_first": np.searchsorted(s.parent[order], np.arange(len(s.parts) + 1)),
        "kid": np.append(s.child[order], 0), "kid_share": np.append(s.share[order], 0.0),
        "repaired": times.repaired, "condemned": s.condemned, "apart": times.apart, "bench": times.bench,
        "shop": times.shop, "opens": times.opens,
        "stock_added": np.diff(s.stock, axis=0, prepend=0.0).astype(np.int64),
        "bays": np.append(np.where(np.isinf(s.bays), 1e12, s.bays).ravel(), 0.0),
    }  # fmt: skip


def _given(s: Support, fixed: dict[str, Any], joins: Any, first: Any) -> dict[str, Any]:
    most = np.diff(first) * fixed["total"].max(axis=1)
    names = ("fleet_site", "transport", "damage_shop", "damage_days", "service_shop", "service_days", "takes")
    later = [n for n in fixed if n not in (*names, "warm", "total")]
    given = {"first": first} | {n: fixed[n] for n in names} | {"most_rate": most, "joins": joins}
    return {n: np.ascontiguousarray(v).ravel() for n, v in (given | {n: fixed[n] for n in later}).items()}
