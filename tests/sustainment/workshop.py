"""A discrete-event simulation of spares and repair, in SimPy, written without the formulas that it is to judge."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np
import simpy


@dataclass
class Watch:
    """Time average of a number that changes, by batches."""

    env: simpy.Environment
    level: float = 0.0
    since: float = 0.0
    area: float = 0.0
    batches: list[float] = field(default_factory=list)

    def change(self, by: float) -> None:
        self.area += self.level * (self.env.now - self.since)
        self.since = self.env.now
        self.level += by

    def cut(self, length: float) -> None:
        self.change(0.0)
        self.batches.append(self.area / length)
        self.area = 0.0

    def mean(self) -> tuple[float, float]:
        """Mean after the first batch, and its standard error."""
        kept = np.array(self.batches[1:])
        return float(kept.mean()), float(kept.std(ddof=1) / np.sqrt(len(kept)))


class Workshop:
    """Items (a tree) at sites (a tree), first come first served.

    supplier[n], stock[i][n], demand[i][n], repaired[i][n], days[i][n], ship[i][n]; kids[i] = [(item, share)].
    bays[n]: repairs at the site that go on at once; None for as many as come
    time(mean) draws a repair or transport time
    """

    def __init__(self, *, seed, supplier, stock, demand, repaired, days, ship, kids=None, bays=None,
                 time: Callable | None = None):  # fmt: skip
        self.env = simpy.Environment()
        self.rng = np.random.default_rng(seed)
        self.supplier, self.repaired, self.days, self.ship, self.demand = supplier, repaired, days, ship, demand
        self.kids = kids or {}
        self.time = time or (lambda mean: mean)
        items, sites = range(len(stock)), range(len(supplier))
        self.shelf = {
            (i, n): simpy.Container(self.env, init=stock[i][n]) if stock[i][n] else simpy.Container(self.env)
            for i in items for n in sites
        }  # fmt: skip
        self.owed = {(i, n): Watch(self.env) for i in items for n in sites}
        self.bay = {n: simpy.Resource(self.env, bays[n]) for n in sites if bays and bays[n]}
        for i in items:
            for n in sites:
                if demand[i][n] > 0:
                    self.env.process(self._removals(i, n))

    def run(self, length: float, batches: int) -> None:
        for _ in range(batches):
            self.env.run(until=self.env.now + length)
            for watch in self.owed.values():
                watch.cut(length)

    def _removals(self, i: int, n: int) -> Generator:
        while True:
            yield self.env.timeout(self.rng.exponential(1.0 / self.demand[i][n]))
            self.env.process(self._request(i, n))

    def _request(self, i: int, n: int) -> Generator:
        """Someone needs a unit here and hands in a bad one."""
        self.env.process(self._mend(i, n))
        self.owed[i, n].change(1)
        yield self.shelf[i, n].get(1)
        self.owed[i, n].change(-1)

    def _mend(self, i: int, n: int) -> Generator:
        """The bad unit: repaired here, or changed for a good one at the supplier."""
        if self.rng.random() < self.repaired[i][n]:
            if n in self.bay:
                with self.bay[n].request() as bay:
                    yield bay
                    yield self.env.timeout(self.time(self.days[i][n]))
            else:
                yield self.env.timeout(self.time(self.days[i][n]))
            u = self.rng.random()
            for kid, share in self.kids.get(i, ()):
                if u < share:
                    yield self.env.process(self._request(kid, n))
                    break
                u -= share
        else:
            yield self.env.process(self._request(i, self.supplier[n]))
            yield self.env.timeout(self.ship[i][n])
        yield self.shelf[i, n].put(1)
