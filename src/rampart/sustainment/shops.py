"""Repair shops with a finite number of bays: the queue that Palm's theorem leaves out.

A shop has c bays and an exponential repair time of mean T days; jobs arrive as a Poisson stream of rate lam.
``number in the shop`` counts those waiting and those on a bay. Sources: Erlang 1917; Pollaczek-Khinchine (one bay,
any repair time); Allen-Cunneen (several bays, any repair time); Diaz and Fu 1997 for shops shared by parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, special

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Queue:
    """Steady state of a shop.

    mean, variance   number in the shop; infinite where the shop cannot keep up
    waits            probability that a job finds every bay taken (Erlang C)
    growth           jobs/day by which the backlog grows; zero where the shop keeps up
    """

    mean: float
    variance: float
    waits: float
    growth: float = 0.0

    @property
    def stable(self) -> bool:
        """Whether the shop keeps up in the long run."""
        return self.growth <= 0 and np.isfinite(self.mean)


def shop_queue(rate: float, days: float, bays: float) -> Queue:
    """M/M/c: ``L = a + C a/(c-a)`` with the offered load a = lam T; unlimited bays give Palm's theorem.

    Var = a + w^2-terms of the geometric queue: E Q = C a/(c-a), E Q^2 = E Q (c+a)/(c-a), cov through the bays.
    """
    load = rate * days
    if not np.isfinite(bays):
        return Queue(load, load, 0.0)
    if load >= bays and load > 0:
        return Queue(np.inf, np.inf, 1.0, rate - bays / days)
    if load == 0:
        return Queue(0.0, 0.0, 0.0)
    pmf = shop_distribution(rate, days, bays)
    k = np.arange(len(pmf))
    if bays != np.floor(bays):
        mean = float(k @ pmf)
        return Queue(mean, float((k - mean) ** 2 @ pmf), float(pmf[int(np.ceil(bays)) :].sum()))
    waits = _erlang_c(load, int(bays))
    mean = load + waits * load / (bays - load)
    return Queue(mean, float((k - mean) ** 2 @ pmf), waits)


def _erlang_c(load: float, bays: int) -> float:
    blocked = 1.0
    for c in range(1, bays + 1):
        blocked = load * blocked / (c + load * blocked)
    return bays * blocked / (bays - load * (1.0 - blocked))


def shop_distribution(rate: float, days: float, bays: float, tail: float = 1e-15) -> Floats:
    """Distribution of the number in an M/M/c shop; a part of a bay works that much more slowly.

    Raises ValueError where the shop cannot keep up.
    """
    load = rate * days
    if load >= bays:
        raise ValueError("the shop cannot keep up: there is no steady state")
    if load == 0:
        return np.array([1.0])
    whole = int(np.floor(bays))
    k = np.arange(whole + 1)
    head = np.exp(k * np.log(load) - special.gammaln(k + 1) - load)
    rho = load / bays
    more = max(1, int(np.ceil(np.log(tail) / np.log(rho))))
    weights = np.concatenate((head, head[-1] * rho ** np.arange(1, more + 1)))
    return np.asarray(weights / weights.sum())


def one_bay(rate: float, days: float, cv2: float, third: float | None = None) -> Queue:
    """M/G/1: mean and variance of the number in a shop with one bay and any repair time.

    cv2    squared coefficient of variation of the repair time
    third  E S^3; by default that of a gamma repair time (a fixed one for cv2 = 0)
    """
    rho = rate * days
    if rho >= 1:
        return Queue(np.inf, np.inf, 1.0, rate - 1.0 / days)
    square = days * days * (1.0 + cv2)
    cube = days**3 * (1.0 + cv2) * (1.0 + 2.0 * cv2) if third is None else third
    wait = rate * square / (2.0 * (1.0 - rho))
    wait_square = 2.0 * wait**2 + rate * cube / (3.0 * (1.0 - rho))
    mean = rate * (wait + days)
    pairs = rate**2 * (wait_square + 2.0 * wait * days + square)
    return Queue(mean, pairs + mean - mean**2, rho)


def several_bays(rate: float, days: float, bays: float, cv2: float) -> Queue:
    """M/G/c: the M/M/c queue scaled by (1 + cv2)/2 (Allen-Cunneen), its spread by the same ratio squared."""
    base = shop_queue(rate, days, bays)
    if not base.stable or not np.isfinite(bays):
        return base
    load, factor = rate * days, (1.0 + cv2) / 2.0
    waiting = base.mean - load
    spread = max(base.variance - load, 0.0)
    return Queue(load + factor * waiting, load + factor * factor * spread, base.waits)


def shared(queue_mean: float | Floats, queue_variance: float | Floats, share: Floats) -> tuple[Floats, Floats]:
    """One part's jobs among all in the shop: ``E = p L``, ``Var = p(1-p) L + p^2 Var``; exact for equal repair times."""
    mean = share * queue_mean
    return mean, share * (1.0 - share) * queue_mean + share**2 * queue_variance


def shop_over_time(
    spans: Sequence[tuple[float, float, float, float]],
    *,
    start: Floats | None = None,
    points: int = 1,
    states: int | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Mean and variance of the number in the shop through a surge, and the distribution at the end.

    spans   (length in days, rate, repair days, bays) one after the other
    start   distribution at the beginning; none: the steady state of the first span, or empty where it has none
    points  evenly spaced instants worked out within each span; the last is its end

    Kolmogorov's forward equations on 0..K: p'_k = lam p_{k-1} + mu min(k+1, c) p_{k+1} - (lam + mu min(k, c)) p_k.
    """
    if start is None:
        _, rate, days, bays = spans[0]
        keeps_up = rate * days < bays
        start = np.array([1.0])
        if keeps_up and np.isfinite(bays):
            start = shop_distribution(rate, days, bays)
        elif keeps_up and rate > 0:
            from rampart.sustainment.enumeration import poisson

            start = poisson(rate * days)
    size = states or _states(spans, start)
    p = np.zeros(size + 1)
    p[: min(len(start), size + 1)] = start[: size + 1]
    k = np.arange(size + 1)
    means, variances = [], []
    for length, rate, days, bays in spans:
        service = np.minimum(k, bays) / days
        arrival = np.where(k < size, rate, 0.0)

        def flow(_t: float, y: Floats, arrival: Floats = arrival, service: Floats = service) -> Floats:
            up, down = arrival * y, service * y
            change = -up - down
            change[1:] += up[:-1]
            change[:-1] += down[1:]
            return np.asarray(change)

        at = np.linspace(0.0, length, points + 1)[1:]
        solved = integrate.solve_ivp(
            flow, (0.0, length), p, method="LSODA", t_eval=at, rtol=1e-9, atol=1e-13, lband=1, uband=1
        )
        for column in solved.y.T:
            mean = float(k @ column)
            means.append(mean)
            variances.append(float((k - mean) ** 2 @ column))
        p = np.maximum(solved.y[:, -1], 0.0)
        p /= p.sum()
    return np.array(means), np.array(variances), p


def _states(spans: Sequence[tuple[float, float, float, float]], start: Floats) -> int:
    """States enough: what may be there at once, were the fluid backlog twice its height."""
    backlog = top = float(np.arange(len(start)) @ start)
    for length, rate, days, bays in spans:
        backlog = max(0.0, backlog + length * (rate - min(bays, backlog + rate * days) / days))
        top = max(top, backlog, rate * days)
    return int(top + 10.0 * np.sqrt(top + 1.0) + 40.0)
