"""A fleet played through in SimPy, system by system: written apart from the product, to judge its histories and its months."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

import numpy as np
import simpy

MONTH = 365.25 / 12


class Base:
    """One base and perhaps a depot behind it; every part repaired at the last of them, exponential, in a shop of bays.

    rates  removals of each part of a system that is up, a day; ship: days from the depot, None where there is none
    surge  (first day, last day, times the use)
    """

    def __init__(
        self, seed: int, *, systems: int, rates: list[float], days: float, stock: list[int], depot: list[int] | None = None,
        ship: float | None = None, bays: int | None = None, surge: tuple[float, float, float] | None = None,
    ) -> None:  # fmt: skip
        self.env, self.rng = simpy.Environment(), np.random.default_rng(seed)
        self.rates, self.days, self.ship, self.surge = rates, days, ship, surge
        self.up = systems
        self.shelf = [list(stock), list(depot or [0] * len(rates))]
        self.line: list[list[deque[simpy.Event]]] = [[deque() for _ in rates] for _ in range(2)]
        self.bays = simpy.Resource(self.env, bays) if bays else None
        self.seen: list[tuple[float, int]] = []
        for _ in range(systems):
            self.env.process(self.live())

    def pace(self) -> float:
        """Use now, of the usual."""
        return self.surge[2] if self.surge and self.surge[0] <= self.env.now < self.surge[1] else 1.0

    def live(self) -> Generator[simpy.Event, object, None]:
        """One system: up until a part fails, then down until a good one is there."""
        top = self.surge[2] if self.surge else 1.0
        while True:
            yield self.env.timeout(self.rng.exponential(1.0 / (sum(self.rates) * top)))
            if self.rng.random() * top > self.pace():
                continue
            part = int(self.rng.choice(len(self.rates), p=np.array(self.rates) / sum(self.rates)))
            self.up -= 1
            self.seen.append((self.env.now, self.up))
            self.env.process(self.mend(part))
            yield from self.take(part, 0)
            self.up += 1
            self.seen.append((self.env.now, self.up))

    def take(self, part: int, place: int) -> Generator[simpy.Event, object, None]:
        if self.shelf[place][part] > 0:
            self.shelf[place][part] -= 1
            return
        turn = self.env.event()
        self.line[place][part].append(turn)
        yield turn

    def give(self, part: int, place: int) -> None:
        if self.line[place][part]:
            self.line[place][part].popleft().succeed()
        else:
            self.shelf[place][part] += 1

    def mend(self, part: int) -> Generator[simpy.Event, object, None]:
        last = 0 if self.ship is None else 1
        if last:
            self.env.process(self.replace(part))
        if self.bays is None:
            yield self.env.timeout(self.rng.exponential(self.days))
        else:
            with self.bays.request() as bay:
                yield bay
                yield self.env.timeout(self.rng.exponential(self.days))
        self.give(part, last)

    def replace(self, part: int) -> Generator[simpy.Event, object, None]:
        """The depot sends one for the bad one that it was given."""
        yield from self.take(part, 1)
        yield self.env.timeout(self.ship)
        self.give(part, 0)

    def mean_up(self, start: float, end: float) -> float:
        """Systems up on average between two days."""
        self.env.run(until=end)
        times = np.array([t for t, _ in self.seen])
        levels = np.array([n for _, n in self.seen])
        first = max(int(np.searchsorted(times, start, side="right")) - 1, 0)
        at = np.concatenate(([start], times[first + 1 :], [end]))
        return float(np.dot(np.diff(at), levels[first:])) / (end - start)
