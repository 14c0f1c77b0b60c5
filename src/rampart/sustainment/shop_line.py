"""One repair shop through time: the exact chain of its jobs, whose arrivals slow as systems go down, and who the jobs are.

    p'_n = a(n-1) p_{n-1} + mu(n+1) p_{n+1} - (a(n) + mu(n)) p_n,   mu(n) = min(n, c) / T
    a(n) = rate - fall (n - L)             L mean jobs; fall: what comes less for one more job, since one more job is
                                           with a chance psi one more system down, which asks for nothing

It begins in the steady state of that chain, which exists at loads above one. Of those that wait each job has its share of
the arrivals that they are; of those on a bay an equation of its own; both are thinned (Diaz and Fu 1997). Where repair times
differ much, the queue about the fluid backlog is scaled by (1 + cs^2)/2 (Allen-Cunneen), only for cs^2 above 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rampart.sustainment.echelon_network import Floats, ratio
from rampart.sustainment.pipelines import exceeds

TAIL = 1e-10
"""Probability of the last state at which more states are added."""
SUBSTEP = 2.0
"""Days between instants of the chain at most: 0.2 % of the jobs at worst."""
MOST_STATES = 200_000
KEPT_UP = 0.98
"""Load of the start where the shop cannot keep up and nothing slows its arrivals."""


class Line:
    """The jobs of one shop, J kinds of them: parts at sites, and damaged systems."""

    def __init__(self, kinds: int) -> None:
        self.p = np.ones(1)
        self.fluid = 0.0
        self.on_bay = np.zeros(kinds)
        self.waiting = np.zeros(kinds)
        self.mean, self.variance = np.zeros(kinds), np.zeros(kinds)
        self.jobs, self.queue, self.factor, self.all_variance = 0.0, 0.0, 1.0, 0.0
        self.before: Floats = np.zeros(kinds)
        self.came: list[Floats] = []
        self.when: list[float] = []

    def settle(self, rate: Floats, days: Floats, bays: float, empty: float, fall: float) -> float:
        """Steady state: ``empty`` jobs a day come to an empty shop, ``fall`` fewer for each job; mix of ``rate`` (J,).

        Gives the jobs a day to an empty shop that its flow and its queue tell: more where none come to a long queue.
        """
        total, load = float(rate.sum()), float(rate @ days)
        if np.isinf(bays) or total <= 0:
            self._unlimited(rate * days)
            return empty
        if fall < 1e-9 * total and load > KEPT_UP * bays:
            # Nothing slows what comes: no steady state, and none to begin with but that of a shop that just keeps up.
            rate, total, load = rate * (KEPT_UP * bays / load), total * (KEPT_UP * bays / load), KEPT_UP * bays
            empty = total
        self._lay(rate, days, bays, max(empty, 1e-300), fall)
        return max(empty, self._told(total / max(load, 1e-12), bays, fall))

    def fill(self, rate: Floats, days: Floats, bays: float, jobs: float, fall: float) -> float:
        """Steady state with so many jobs in the mean of the chain, and the jobs a day that then come to an empty shop."""
        total, load = float(rate.sum()), float(rate @ days)
        if np.isinf(bays) or total <= 0:
            self._unlimited(rate * days)
            return total + fall * self.jobs
        self._lay(rate, days, bays, _bringing(jobs, fall, load / total, bays), fall)
        return self._told(total / max(load, 1e-12), bays, fall)

    def _told(self, pace: float, bays: float, fall: float) -> float:
        """Jobs a day to an empty shop of a chain that ends as many as come: what it ends, and what its queue keeps away."""
        n = np.arange(len(self.p), dtype=float)
        return float((np.minimum(n, bays) * pace + fall * n) @ self.p)

    def _lay(self, rate: Floats, days: Floats, bays: float, empty: float, fall: float) -> None:
        total, load = float(rate.sum()), float(rate @ days)
        service = load / total
        self.p = _steady(empty, fall, service, bays)
        n = np.arange(len(self.p), dtype=float)
        pace = 1.0 / max(service, 1e-12)
        self.fluid = (
            (empty - bays * pace) / max(fall, 1e-300) if empty - fall * bays > bays * pace else empty / (fall + pace)
        )
        self._spread(rate, days)
        self._count(n, bays)
        self.waiting = self.queue * ratio(rate, np.full_like(rate, total))
        self.on_bay = (self.jobs - self.queue) * ratio(rate * days, np.full_like(rate, max(load, 1e-300)))
        self._thin()
        self.came, self.when = [np.zeros_like(rate)], [0.0]
        self.before = rate.copy()

    def _unlimited(self, mean: Floats) -> None:
        self.on_bay, self.waiting = mean.copy(), np.zeros_like(mean)
        self.mean, self.variance = mean.copy(), mean.copy()
        self.jobs = self.fluid = float(mean.sum())
        self.queue = 0.0
        n = np.arange(int(self.jobs + 12 * np.sqrt(self.jobs + 1.0) + 30))
        from scipy.special import gammaln

        log = -self.jobs + n * np.log(max(self.jobs, 1e-300)) - gammaln(n + 1)
        self.p = np.exp(log) / np.exp(log).sum()
        self.came, self.when = [np.zeros_like(mean)], [0.0]
        self.before = mean * 0.0

    def restate(self, counted: Floats, rate: Floats, bays: float) -> None:
        """Begin with as many jobs of each kind (J,) as were counted; nan: as many as in the steady state, by chance.

        Of more than the bays hold each kind waits in proportion, since in what order they came is not known.
        """
        known = ~np.isnan(counted)
        if not known.any():
            return
        units = np.where(known, np.nan_to_num(counted), self.mean)
        sure = float(units[known].sum())
        whole, rest = int(np.floor(sure)), np.ones(1)
        others, total = float(self.mean[~known].sum()), float(self.mean.sum())
        if others > 0:
            share = others / total
            several = share * (1.0 - share) * self.jobs + share**2 * self.all_variance if self.queue > 0 else others
            spread = max(several, 1e-12)
            over = exceeds(others, spread, np.arange(int(others + 12.0 * np.sqrt(spread + 1.0) + 30.0)))
            rest = -np.diff(np.concatenate(([1.0], over)))
        self.p = np.convolve(np.concatenate((np.zeros(whole), [1.0 - (sure - whole), sure - whole])), rest)
        self.fluid, self.factor = float(units.sum()), 1.0
        n = np.arange(len(self.p), dtype=float)
        self._count(n, bays)
        mix = ratio(units, np.full_like(units, units.sum()))
        self.waiting, self.on_bay = mix * self.queue, mix * (self.jobs - self.queue)
        self._thin()
        self.came, self.when = [np.zeros_like(units)], [0.0]
        self.before = units if units.sum() > 0 else rate.copy()

    def grow(self, coming: float) -> None:
        """Add states while the last is still likely; so many jobs are to come."""
        p = self.p
        if len(p) >= 30 and p[-1] <= TAIL and p[-2] <= TAIL and p[-3] <= TAIL:
            return
        grown = int(1.3 * len(self.p) + 4.0 * coming + 30.0)
        while len(self.p) < MOST_STATES and (self.p[-min(len(self.p), 3) :].max() > TAIL or len(self.p) < 30):
            self.p = np.concatenate((self.p, np.zeros(max(grown - len(self.p), 30))))

    def pace(self, rate: Floats, days: Floats) -> float:
        """Jobs a day that one bay ends: the mix on the bays sets it; an empty shop has that of what comes."""
        busy = float(self.on_bay.sum())
        pace = float((self.on_bay / np.maximum(days, 1e-9)).sum() / busy) if busy > 1e-9 else 0.0
        if pace <= 0:
            total = float(rate.sum())
            pace = total / max(float(rate @ days), 1e-9) if total > 0 else 1.0
        return pace

    def went(self, length: float, rate: Floats, days: Floats, bays: float, pace: float) -> None:
        """Who the jobs are once the chain is ``length`` days on, jobs having come at ``rate`` (J,)."""
        total, served = float(rate.sum()), min(self.fluid, bays) * pace
        self.fluid = max(
            self.fluid + length * (total - served), min(total / pace, bays) if total < bays * pace else 0.0
        )
        self._spread(rate, days)
        self._count(np.arange(len(self.p), dtype=float), bays)
        self._split(length, rate, days)
        self._thin()

    def unlimited(self, length: float, rate: Floats, days: Floats) -> None:
        """``length`` days on where bays never lack."""
        keep = np.exp(-length / np.maximum(days, 1e-9))
        there = self.on_bay + self.waiting
        self.on_bay = there * keep + rate * days * (1.0 - keep)
        self.waiting = np.zeros_like(there)
        self.mean, self.variance = self.on_bay.copy(), self.on_bay.copy()
        self.jobs, self.queue = float(self.on_bay.sum()), 0.0
        self.fluid = self.jobs

    def _spread(self, rate: Floats, days: Floats) -> None:
        """(1 + cs^2)/2 of the mix of exponential repair times, not below one."""
        total = float(rate.sum())
        if total > 0 and rate @ days > 0:
            first = float(rate @ days) / total
            self.factor = max(float(rate @ days**2) / total / first**2, 1.0)

    def _count(self, n: Floats, bays: float) -> None:
        self.jobs = float(n @ self.p)
        over = np.maximum(n - bays, 0.0)
        self.queue = float(over @ self.p)
        self.all_variance = float((n - self.jobs) ** 2 @ self.p)
        backlog = max(self.fluid - bays, 0.0)
        if self.factor > 1.0 and self.queue > backlog:
            more = (self.queue - backlog) * (self.factor - 1.0)
            on_bay = self.jobs - self.queue
            self.all_variance += max(self.all_variance - on_bay, 0.0) * (self.factor**2 - 1.0)
            self.jobs, self.queue = self.jobs + more, self.queue + more

    def _split(self, length: float, rate: Floats, days: Floats) -> None:
        """First come, first served: those that wait are the last arrivals, as many as wait."""
        self.came.append(self.came[-1] + rate * length)
        self.when.append(self.when[-1] + length)
        started = self._left_over()
        # What came and no longer waits has started; that feeds the bays.
        started_now = np.maximum(self.waiting + rate * length - started, 0.0)
        self.waiting = started
        keep = np.exp(-length / np.maximum(days, 1e-9))
        fed = started_now / length * np.maximum(days, 1e-9)
        self.on_bay = self.on_bay * keep + fed * (1.0 - keep)
        self.jobs = self.queue + float(self.on_bay.sum())

    def _left_over(self) -> Floats:
        """Of each kind those among the last arrivals, as many as wait (J,)."""
        need, end = self.queue, self.came[-1]
        if need <= 0:
            return np.zeros_like(end)
        k = len(self.came) - 2
        while k >= 0 and float((end - self.came[k]).sum()) < need:
            k -= 1
        if k < 0:
            rest = need - float(end.sum())
            before = float(self.before.sum())
            return end + (self.before * (rest / before) if before > 0 else ratio(end, end.sum() + 0 * end) * rest)
        later = float((end - self.came[k + 1]).sum())
        between = self.came[k + 1] - self.came[k]
        return np.asarray((end - self.came[k + 1]) + between * ((need - later) / max(float(between.sum()), 1e-300)))

    def _thin(self) -> None:
        """``E = s L``, ``Var = s (1 - s) L + s^2 Var L`` with s the share of the kind."""
        there = self.waiting + self.on_bay
        total = float(there.sum())
        share = there / total if total > 1e-300 else there
        self.mean = share * self.jobs
        self.variance = share * (1.0 - share) * self.jobs + share**2 * self.all_variance


def step_all(
    lines: Sequence[Line], length: float, rates: Sequence[Floats], days: Sequence[Floats], bays: Floats, falls: Floats
) -> None:
    """All shops ``length`` days on, jobs coming at ``rates`` (J,), ``falls`` fewer a day for each job above the mean."""
    limited = [h for h in range(len(lines)) if not np.isinf(bays[h])]
    for h in range(len(lines)):
        if np.isinf(bays[h]):
            lines[h].unlimited(length, rates[h], days[h])
    if not limited:
        return
    paces = [lines[h].pace(rates[h], days[h]) for h in limited]
    mine = [lines[h] for h in limited]
    _advance(mine, length, np.array([rates[h].sum() for h in limited]), np.array(paces), bays[limited], falls[limited])
    for h, line, pace in zip(limited, mine, paces, strict=True):
        line.went(length, rates[h], days[h], float(bays[h]), pace)


def _advance(lines: Sequence[Line], length: float, rate: Floats, pace: Floats, bays: Floats, fall: Floats) -> None:
    """Crank and Nicolson, with states added while the last is still likely.

    The chains stand one behind the other as one: nothing comes to the last state of each, and nothing goes from its first.
    """
    from scipy.linalg import lapack

    pieces = max(1, int(np.ceil(length / SUBSTEP)))
    half = 0.5 * length / pieces
    for _ in range(pieces):
        for line, come in zip(lines, rate.tolist(), strict=True):
            line.grow(come * 2.0 * half)
        sizes = np.array([len(line.p) for line in lines])
        ends = np.cumsum(sizes)
        begins = ends - sizes
        p = np.concatenate([line.p for line in lines])
        n = np.arange(len(p), dtype=float) - np.repeat(begins, sizes)
        mean = np.add.reduceat(n * p, begins)
        arrivals = np.maximum(np.repeat(rate + fall * mean, sizes) - np.repeat(fall, sizes) * n, 0.0)
        # Where none come to a long queue, those that come to a short one are not more in all than come.
        came = np.add.reduceat(arrivals * p, begins)
        arrivals *= np.repeat(np.divide(rate, came, out=np.ones_like(rate), where=came > rate * (1.0 + 1e-9)), sizes)
        arrivals[ends - 1] = 0.0
        go = np.minimum(n, np.repeat(bays, sizes)) * np.repeat(pace, sizes)
        lower, diagonal, upper = half * arrivals[:-1], half * (arrivals + go), half * go[1:]
        right = p - diagonal * p
        right[1:] += lower * p[:-1]
        right[:-1] += upper * p[1:]
        p = np.maximum(lapack.dgtsv(-lower, 1.0 + diagonal, -upper, right)[3], 0.0)
        p /= np.repeat(np.add.reduceat(p, begins), sizes)
        for line, begin, end in zip(lines, begins.tolist(), ends.tolist(), strict=True):
            line.p = p[begin:end]


def _steady(empty: float, fall: float, days: float, bays: float) -> Floats:
    """Steady state of births ``empty - fall n`` and deaths ``min(n, bays) / days``."""
    if bays <= 0:
        jobs = min(empty / fall, float(MOST_STATES)) if fall > 0 else 0.0
        p = np.zeros(int(jobs) + 2)
        p[-2:] = 1.0 - (jobs - int(jobs)), jobs - int(jobs)
        return p
    size = int(empty * days + 12.0 * np.sqrt(empty * days + 1.0) + 60.0)
    while True:
        n = np.arange(size + 1, dtype=float)
        birth, death = np.maximum(empty - fall * n, 0.0), np.minimum(n, bays) / max(days, 1e-12)
        with np.errstate(divide="ignore"):
            log = np.concatenate(([0.0], np.cumsum(np.log(birth[:-1]) - np.log(death[1:]))))
        top = log.max()
        if log[-1] < top - 26.0 or size >= MOST_STATES:
            p = np.exp(log - top)
            return np.asarray(p / p.sum())
        size = min(2 * size, MOST_STATES)


def _bringing(jobs: float, fall: float, days: float, bays: float) -> float:
    """Jobs a day to an empty shop with which its steady state has so many in the mean: Newton's method between bounds.

    The logarithm of the chance of n jobs grows with ``empty`` by s_n, the sum of one over the births below n, so that the mean
    grows by the covariance of n and s_n.
    """
    jobs = max(jobs, 1e-12)
    if bays <= 0:
        return max(fall * jobs, 1e-300)
    pace = 1.0 / max(days, 1e-12)
    low, high = fall * jobs * (1.0 - 1e-12), np.inf
    empty = max(fall * jobs + min(jobs, bays) * pace * (0.999 if jobs > bays else 1.0), 1e-300)
    for _ in range(60):
        p = _steady(empty, fall, days, bays)
        n = np.arange(len(p), dtype=float)
        mean = float(n @ p)
        if abs(mean - jobs) <= 1e-9 * (jobs + 1e-3):
            break
        low, high = (empty, high) if mean < jobs else (low, empty)
        birth = np.maximum(empty - fall * n[:-1], 0.0)
        grown = np.concatenate(([0.0], np.cumsum(np.divide(1.0, birth, out=np.zeros_like(birth), where=birth > 0))))
        slope = float((n - mean) @ (p * grown))
        tried = empty + (jobs - mean) / slope if slope > 0 else np.nan
        inside = low < tried < high
        empty = tried if inside else (0.5 * (low + high) if np.isfinite(high) else 2.0 * empty)
        if high - low <= 1e-14 * high:
            break
    return float(empty)
