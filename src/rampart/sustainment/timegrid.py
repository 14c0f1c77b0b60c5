"""Pipelines through the months on one grid of instants, for all parts and sites at once.

The grid has ``STEPS`` instants a month; demand is constant within a month. Repair on the site is exponential,
transport and replacement take fixed times. Arrays have time first: (K, ...), instant k at the end of step k.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.fleet import MONTH

STEPS = 3
"""Instants worked out in a month."""
STEP = MONTH / STEPS
"""Days between instants."""
WINDOW_ROUNDS = 8
"""Rounds in which the time since the oldest request still owed is found."""


def by_step(monthly: Floats) -> Floats:
    """Values of each month repeated for its steps, time first."""
    return np.repeat(monthly, STEPS, axis=0)


def by_month(stepped: Floats) -> Floats:
    """Mean over the steps of each month, time first."""
    return np.asarray(stepped.reshape(len(stepped) // STEPS, STEPS, *stepped.shape[1:]).mean(axis=1))


def under_way(rate: Floats, before: Floats, days: Floats) -> Floats:
    """Units in a transport of fixed length at each instant: ``L(t) - L(t - days)``.

    rate (K, ...) units/day in each step, before (...) the rate before the first, days (...) the length
    """
    lag = np.broadcast_to(np.asarray(days, float), rate.shape[1:])
    total = np.concatenate((np.zeros((1, *rate.shape[1:])), np.cumsum(rate, axis=0) * STEP))
    # What has just passed out of the lag may leave a rounding error below zero.
    return np.maximum(total[1:] - _earlier(total, lag, before), 0.0)


def _earlier(total: Floats, lag: Floats, before: Floats) -> Floats:
    """``total`` (K+1, ...) at t - lag for t = 1..K steps, going on at rate ``before`` into the past."""
    axes = total.ndim - 1  # a lag may differ from instant to instant
    instants = np.arange(1, len(total)).reshape((-1,) + (1,) * axes)
    place = instants - lag / STEP
    low = np.clip(np.floor(place), 0, len(total) - 2).astype(np.int64)
    share = np.clip(place - low, 0.0, 1.0)
    flat = total.reshape(len(total), -1)
    index = low.reshape(len(low), -1)
    columns = np.arange(flat.shape[1])
    value = flat[index, columns] * (1 - share.reshape(index.shape)) + flat[index + 1, columns] * share.reshape(
        index.shape
    )
    past = np.minimum(place, 0.0) * STEP * before
    return np.asarray(value.reshape(place.shape) + past)


def delayed(values: Floats, lag: Floats) -> Floats:
    """Values (K, ...) as they were ``lag`` days ago; before the first instant, as at the first."""
    whole = np.concatenate((values[:1], values))
    return _earlier(whole, np.broadcast_to(np.asarray(lag, float), values.shape[1:]), np.zeros(values.shape[1:]))


def share_of_owed(asked: Floats, all_asked: Floats, owed: Floats, days: Floats) -> Floats:
    """Share (K, ...) of one site in what its supplier owes when it is felt, ``days`` after.

    First come, first served: what is owed are the last requests, as many as that, so the share is that of the requests
    since the oldest of them, not of today's. asked, all_asked (K, ...) units/day; owed (K, ...) units; days (...).
    """
    then = np.broadcast_to(np.asarray(days, float), owed.shape)
    due = delayed(owed, np.asarray(days, float))

    def since(flow: Floats, window: Floats) -> Floats:
        total = np.concatenate((np.zeros((1, *flow.shape[1:])), np.cumsum(flow, axis=0) * STEP))
        return _earlier(total, then, flow[0]) - _earlier(total, then + window, flow[0])

    window = np.full(owed.shape, STEP)
    for _ in range(WINDOW_ROUNDS):
        asked_for = since(all_asked, window)
        stretch = np.divide(due, asked_for, out=np.ones_like(due), where=asked_for > 0)
        window = np.clip(window * stretch, STEP / 10, len(owed) * STEP)
    part, whole = since(asked, window), since(all_asked, window)
    return np.clip(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0), 0.0, 1.0)


def on_bench(rate: Floats, before: Floats, days: Floats, opens: Floats | None = None) -> Floats:
    """Units in repair at each instant, exponential of mean ``days`` (K, ...), every unit on a bay at once.

    ``x(t+h) = x(t) e^{-h/T} + lam T (1 - e^{-h/T})``; until step ``opens`` (...) units only pile up.
    """
    x = before * days[0]
    if opens is not None:
        x = np.where(opens > 0, 0.0, x)
    result = np.empty_like(rate)
    for k in range(len(rate)):
        t = days[k]
        keep = np.where(t > 0, np.exp(-STEP / np.where(t > 0, t, 1.0)), 0.0)
        done = x * keep + rate[k] * t * (1.0 - keep)
        x = done if opens is None else np.where(k < opens, x + rate[k] * STEP, done)
        result[k] = x
    return result


def condemned_total(rate: Floats, before: Floats, lead_time: Floats) -> Floats:
    """Units condemned and not yet replaced; a lead time of nan means never, counted from the first instant."""
    never = np.isnan(lead_time)
    replaced = under_way(rate, before, np.where(never, 0.0, lead_time))
    return np.where(never, np.cumsum(rate, axis=0) * STEP, replaced)


def in_shop(rate: Floats, days: Floats, bays: Floats, *, inner: int = 4) -> tuple[Floats, Floats, Floats]:
    """Mean and variance of the number in one shop, and how many of them wait, at each instant: M(t)/M/c(t).

    rate, days, bays (K,). Kolmogorov's forward equations by Crank and Nicolson, ``inner`` steps between instants. It
    begins in the steady state of the first step where there is one, else empty.
    """
    from rampart.sustainment.shops import shop_distribution

    if np.isinf(bays).all():
        mean = on_bench(rate, rate[0], days)
        return mean, mean, np.zeros_like(mean)
    backlog = top = rate[0] * days[0]
    for k in range(len(rate)):
        served = min(bays[k], backlog) / days[k] if days[k] > 0 else 0.0
        backlog = max(backlog + STEP * (rate[k] - served), min(rate[k] * days[k], bays[k]))
        top = max(top, backlog)
    size = int(top + 8.0 * np.sqrt(top + 1.0) + 30)
    p = np.zeros(size + 1)
    p[0] = 1.0
    if 0 < rate[0] * days[0] < 0.97 * bays[0] and np.isfinite(bays[0]):
        start = shop_distribution(float(rate[0]), float(days[0]), float(bays[0]))[: size + 1]
        p[: len(start)] = start / start.sum()
    states = np.arange(size + 1)
    mean, variance, waiting = np.empty(len(rate)), np.empty(len(rate)), np.empty(len(rate))
    half = STEP / inner / 2.0
    for k in range(len(rate)):
        up = np.where(states < size, rate[k], 0.0)
        down = np.minimum(states, bays[k]) / days[k] if days[k] > 0 else np.zeros(size + 1)
        lower, diagonal, upper = half * up[:-1], half * (up + down), half * down[1:]
        for _ in range(inner):
            right = p - diagonal * p
            right[1:] += lower * p[:-1]
            right[:-1] += upper * p[1:]
            p = lapack.dgtsv(-lower, 1.0 + diagonal, -upper, right)[3]
        p = np.maximum(p, 0.0)
        p /= p.sum()
        mean[k] = states @ p
        variance[k] = (states - mean[k]) ** 2 @ p
        waiting[k] = np.maximum(states - bays[k], 0.0) @ p
    return mean, variance, waiting
