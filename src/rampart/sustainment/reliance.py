"""In which conditions the months were checked against simulation, and what lies outside them.

The rule is stated here and in docs/explanation/sustainment.md with what was seen: outside it figures carry the finding
``not-to-be-relied-on`` and ask to be played through.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rampart.findings import Finding
from rampart.sustainment.availability_by_month import AvailabilityByMonth, condemned
from rampart.sustainment.fleet import Support
from rampart.sustainment.workshops import times_of

FEWEST_SYSTEMS = 10
MOST_LOAD = 0.85
"""Share of its bays that the work of the first month, the one before any surge, would keep busy, were all systems used."""
MOST_APART = 4.0
"""Longest repair time over the shortest in one shop."""
MOST_LOAD_WITH_SYSTEMS = 0.75
"""The same where systems come to the shop for maintenance that changes parts: one that waits for a part counts twice."""
MOST_ORDERED = 0.85
"""Share of what a maker delivers that may be ordered again: above it orders queue by chance, which is not in the months."""
AT_ITS_LIMIT = 0.98
"""Load from which a shop is said to be at its limit."""


def not_relied_on(s: Support, c: AvailabilityByMonth) -> list[Finding]:
    """What of a case lies outside the conditions in which its figures were checked."""
    return [*_fleets(s, c), *_shops(s, c), *_makers(s, c), *at_their_limit(s, c)]


def _outside(table: str, value: str, **details: str | float) -> Finding:
    return Finding("not-to-be-relied-on", table=table, value=value, details=details)


def _fleets(s: Support, c: AvailabilityByMonth) -> Iterator[Finding]:
    present = np.maximum(c.held - c.damaged, 0.0)
    types_at: dict[int, set[str]] = {}
    for f, row in enumerate(s.fleet_rows):
        there = present[f][present[f] > 0.5]
        if len(there):
            types_at.setdefault(int(s.fleet_site[f]), set()).add(row["type"])
        if len(there) and there.min() < FEWEST_SYSTEMS - 1e-6:
            yield _outside("fleets", s.fleets[f], systems=round(float(there.min()), 1))
        if row["cannibalise"]:
            yield _outside("fleets", s.fleets[f], cannibalise="yes")
        if (s.needed[f] < s.installed[f]).any():
            yield _outside("fleets", s.fleets[f], spare_places="yes")
    for site, types in types_at.items():
        if len(types) > 1:
            yield _outside("sites", s.sites[site], types=str(len(types)))
    for pool in sorted({p for p in s.pool if p is not None}):
        yield _outside("sites", pool, pool="yes")


def _shops(s: Support, c: AvailabilityByMonth) -> Iterator[Finding]:
    times = times_of(s)
    used_by_all = float(c.held[:, 0].sum()) / max(float((c.available + c.maintenance)[:, 0].sum()), 1e-9)
    for h, shop in enumerate(s.shops):
        mine = (times.shop == h) & (c.demand > 0) & (times.repaired > 0) & (times.bench > 0)
        days = [float(d) for d in times.bench[mine]]
        days += [float(r["repair_days"]) for r in s.fleet_rows if r["repair_shop"] == shop and r["repair_days"]]
        days += [float(r["mmt"]) for r in s.fleet_rows if r["service_shop"] == shop and r["mtbm"] and r["mmt"]]
        if days and max(days) > MOST_APART * min(days):
            yield _outside("shops", shop, apart=round(max(days) / min(days), 1))
        load = c.load[0, h] * used_by_all
        serves = [f for f, r in enumerate(s.fleet_rows) if r["service_shop"] == shop]
        changes = bool(serves) and bool((s.service_share[serves] > 0).any() or mine.any())
        if days and load > (MOST_LOAD_WITH_SYSTEMS if changes else MOST_LOAD) * s.bays[0, h] > 0:
            yield _outside("shops", shop, load=round(float(load / s.bays[0, h]), 2))
        bases = set(s.fleet_site.tolist())
        if days and (s.bays[:, h] == 1).any() and s.sites.index(s.shop_rows[h]["site"]) in bases:
            yield _outside("shops", shop, bay="1")


def _makers(s: Support, c: AvailabilityByMonth) -> Iterator[Finding]:
    limited = np.isfinite(s.supplied).all(axis=0) & ~np.isnan(s.lead_time)
    if not limited.any():
        return
    ordered = condemned(c).sum(axis=2)
    for p in np.flatnonzero(limited):
        made, again = s.supplied[:, p], ordered[:, p]
        over = again > MOST_ORDERED * made
        if over.any() and again.max() > 1e-9:
            m = int(np.argmax(np.where(over, again - made, -np.inf)))
            load = round(float(again[m] / made[m]), 2) if made[m] > 0 else "∞"
            yield _outside("parts", s.parts[p], supply=load)


def at_their_limit(s: Support, c: AvailabilityByMonth) -> Iterator[Finding]:
    """Shops so busy that a little more or less work moves the queue by much."""
    for h, shop in enumerate(s.shops):
        with np.errstate(divide="ignore", invalid="ignore"):
            busy = np.where(s.bays[:, h] > 0, c.load[:, h] / s.bays[:, h], 0.0)
        near = np.flatnonzero((busy >= AT_ITS_LIMIT) & (busy <= 1.0))
        if len(near):
            m = int(near[np.argmax(busy[near])])
            details = {"month": s.months[m], "load": round(float(busy[m]), 3), "jobs": round(float(c.queue[m, h]), 1)}
            yield Finding("shop-at-its-limit", table="shops", column="shop", value=shop, details=details)
