"""Fleets over sites in tiers with parts inside parts and one shop, event by event: written apart from the product.

A system that is up loses a part; a good one from the shelf of its base puts it back, or it waits, first come, first served. A
bad part is repaired where it fell with a chance, else it goes to the supplier at once and a good one is asked for in
exchange, which takes its days on the road. Where a part is repaired, a bay may be needed; repair times are exponential. When
a repair ends it may need a part inside: it waits for it at that site, off the bay.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MONTH = 365.25 / 12


@dataclass(frozen=True)
class World:
    """What there is: sites by number, suppliers before those that they supply (-1 at the top); parts by number.

    ship      days on the road to each site
    systems   how many at each site, none at depots
    removals  of each part of a system that is up, a day at usual use; zero for parts inside others
    repairs   (part, site): chance that it is repaired there, mean days, whether it needs a bay
    inside    part: parts that its repair may need, each with its chance, at most one of them a repair
    stock     (part, site)
    use       times the usual in each month
    """

    supplier: Sequence[int]
    ship: Sequence[float]
    systems: Sequence[int]
    removals: Sequence[float]
    repairs: Mapping[tuple[int, int], tuple[float, float, bool]]
    inside: Mapping[int, Sequence[tuple[int, float]]]
    stock: Mapping[tuple[int, int], int]
    bays: int
    use: Sequence[float]


class History:
    """One history; ``up`` (months, sites) and ``owed`` (months, parts, sites) are means of months."""

    def __init__(self, world: World, seed: int, warm: float = 400.0) -> None:
        self.w, self.rng = world, np.random.default_rng(seed)
        self.draws, self.next_draw = self.rng.random(4096), 0
        parts, sites = len(world.removals), len(world.supplier)
        self.shelf = [[world.stock.get((p, n), 0) for n in range(sites)] for p in range(parts)]
        self.line: list[list[deque[tuple[str, int]]]] = [[deque() for _ in range(sites)] for _ in range(parts)]
        self.free, self.queue = world.bays, deque[tuple[int, int]]()
        self.running = list(world.systems)
        self.events: list[tuple[float, int, str, int, int]] = []
        self.count, self.warm, self.now = 0, warm, 0.0
        months = len(world.use)
        self.up, self.owed = np.zeros((months, sites)), np.zeros((months, parts, sites))
        self.since_up = [0.0] * sites
        self.since_owed = [[0.0] * sites for _ in range(parts)]
        self.play(months)

    def chance(self) -> float:
        if self.next_draw == 4096:
            self.draws, self.next_draw = self.rng.random(4096), 0
        self.next_draw += 1
        return float(self.draws[self.next_draw - 1])

    def exponential(self, mean: float) -> float:
        return -mean * float(np.log1p(-self.chance()))

    def at(self, time: float, what: str, part: int, site: int) -> None:
        self.count += 1
        heapq.heappush(self.events, (time, self.count, what, part, site))

    def pace(self) -> float:
        month = int((self.now - self.warm) // MONTH)
        return self.w.use[min(max(month, 0), len(self.w.use) - 1)]

    def play(self, months: int) -> None:
        for site, systems in enumerate(self.w.systems):
            if systems:
                self.at(0.0, "next", 0, site)
        end = self.warm + months * MONTH
        total, top = sum(self.w.removals), max(self.w.use)
        while self.events and self.events[0][0] < end:
            self.now, _, what, part, site = heapq.heappop(self.events)
            if what == "next":  # candidates come for all systems at the highest use, and are thinned
                highest = total * self.w.systems[site] * top
                if self.chance() * self.w.systems[site] * top < self.running[site] * self.pace():
                    self.fail(site)
                self.at(self.now + self.exponential(1.0 / highest), "next", 0, site)
            elif what == "arrives":
                self.give(part, site)
            else:
                self.mended(part, site, bay=what == "off the bay")
        self.now = end
        for site in range(len(self.running)):
            self.note_up(site)
            for part in range(len(self.shelf)):
                self.note_owed(part, site)

    def fail(self, site: int) -> None:
        draw, part = self.chance() * sum(self.w.removals), 0
        while draw >= self.w.removals[part]:
            draw -= self.w.removals[part]
            part += 1
        self.note_up(site)
        self.running[site] -= 1
        self.ask(part, site, ("system", site))
        self.bad(part, site)

    def bad(self, part: int, site: int) -> None:
        """A bad part at a site: repaired here, or sent up and one asked for."""
        share, days, bay = self.w.repairs.get((part, site), (0.0, 0.0, False))
        if self.chance() < share:
            if not bay:
                self.at(self.now + self.exponential(days), "mended", part, site)
            elif self.free:
                self.free -= 1
                self.at(self.now + self.exponential(days), "off the bay", part, site)
            else:
                self.queue.append((part, site))
            return
        above = self.w.supplier[site]
        self.ask(part, above, ("site", site))
        self.bad(part, above)

    def mended(self, part: int, site: int, *, bay: bool) -> None:
        if bay:
            if self.queue:
                other, there = self.queue.popleft()
                days = self.w.repairs[other, there][1]
                self.at(self.now + self.exponential(days), "off the bay", other, there)
            else:
                self.free += 1
        draw = self.chance()
        for child, share in self.w.inside.get(part, ()):
            if draw < share:
                self.ask(child, site, ("repair", part))
                self.bad(child, site)
                return
            draw -= share
        self.give(part, site)

    def ask(self, part: int, site: int, who: tuple[str, int]) -> None:
        if self.shelf[part][site]:
            self.shelf[part][site] -= 1
            self.serve(part, site, who)
        else:
            self.note_owed(part, site)
            self.line[part][site].append(who)

    def give(self, part: int, site: int) -> None:
        if self.line[part][site]:
            self.note_owed(part, site)
            self.serve(part, site, self.line[part][site].popleft())
        else:
            self.shelf[part][site] += 1

    def serve(self, part: int, site: int, who: tuple[str, int]) -> None:
        kind, which = who
        if kind == "system":
            self.note_up(which)
            self.running[which] += 1
        elif kind == "site":
            self.at(self.now + self.w.ship[which], "arrives", part, which)
        else:
            self.give(which, site)

    def note_up(self, site: int) -> None:
        self.add(self.up[:, site], self.since_up[site], self.running[site])
        self.since_up[site] = self.now

    def note_owed(self, part: int, site: int) -> None:
        if self.line[part][site]:
            self.add(self.owed[:, part, site], self.since_owed[part][site], len(self.line[part][site]))
        self.since_owed[part][site] = self.now

    def add(self, row: np.ndarray, since: float, level: float) -> None:
        begin, end = max(since - self.warm, 0.0), self.now - self.warm
        while begin < end:
            month = min(int(begin // MONTH), len(row) - 1)
            edge = min((month + 1) * MONTH, end) if month + 1 < len(row) else end
            row[month] += level * (edge - begin) / MONTH
            begin = edge if edge > begin else end
