"""Pipelines when use surges: Palm's theorem with demand that changes over time.

Removals come as a Poisson stream of rate lam(u); a unit removed at u is still away at t with probability S(u, t).
Then what is away at t is Poisson with mean ``m(t) = integral lam(u) S(u, t) du`` (Crawford 1981, Hillestad and
Carrillo 1980; Dyna-METRIC, Hillestad 1982). The shape of the repair time matters here, unlike in the long run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rampart.sustainment.pipelines import backorders

Floats = NDArray[np.float64]
Shape = Literal["fixed", "exponential"]


@dataclass(frozen=True)
class Profile:
    """Demand that holds between instants: ``rate[..., j]`` units/day from ``at[j]`` to ``at[j+1]``, the last for ever.

    before  (...) rate before the first instant, units/day
    """

    at: Floats
    rate: Floats
    before: Floats

    def total(self, t: ArrayLike) -> Floats:
        """Cumulated demand from the first instant to t (negative before it), units; shape (..., times)."""
        t = np.asarray(t, float)
        steps = np.diff(self.at)
        sums = np.concatenate((np.zeros((*self.rate.shape[:-1], 1)), np.cumsum(self.rate[..., :-1] * steps, -1)), -1)
        j = np.clip(np.searchsorted(self.at, t, side="right") - 1, 0, len(self.at) - 1)
        inside = sums[..., j] + self.rate[..., j] * (t - self.at[j])
        return np.asarray(np.where(t < self.at[0], np.asarray(self.before)[..., None] * (t - self.at[0]), inside))

    def within(self, t: ArrayLike, days: ArrayLike) -> Floats:
        """Demand of the last ``days`` (...) before t: what is away when every absence lasts just so long."""
        t, days = np.asarray(t, float), np.asarray(days, float)
        if days.ndim == 0:
            return self.total(t) - self.total(t - days)
        result = np.empty((*days.shape, len(np.atleast_1d(t))))
        for place in np.ndindex(days.shape):
            one = Profile(self.at, self.rate[place], self.before[place])
            result[place] = one.total(t) - one.total(t - days[place])
        return result


def fixed(profile: Profile, t: ArrayLike, days: ArrayLike, *, opens: float = -np.inf) -> Floats:
    """Mean away at t with a fixed absence: ``m(t) = L(t) - L(t - T)``.

    opens  instant at which repair begins; until then what was removed after the first instant only piles up, on
           top of what was already under repair
    """
    t = np.asarray(t, float)
    usual = profile.within(t, days)
    if not np.isfinite(opens):
        return usual
    waiting = profile.total(t) + np.asarray(profile.before)[..., None] * np.asarray(days, float)[..., None]
    return np.asarray(np.where(t < opens + np.asarray(days, float)[..., None], waiting, usual))


def exponential(profile: Profile, t: ArrayLike, days: ArrayLike, *, opens: float = -np.inf, stages: int = 1) -> Floats:
    """Mean away at t with an exponential absence of mean T, or an Erlang one of several equal stages.

    Within a stretch of constant rate the stages obey ``x'_1 = lam - k x_1/T``, ``x'_j = k (x_{j-1} - x_j)/T``:
    solved exactly, stretch by stretch. With one stage, m(t+D) = m(t) e^{-D/T} + lam T (1 - e^{-D/T}).
    """
    times = np.atleast_1d(np.asarray(t, float))
    mean_days = np.asarray(days, float)
    cuts = np.unique(np.concatenate((profile.at, times[times > profile.at[0]], [opens] if np.isfinite(opens) else [])))
    cuts = cuts[cuts >= profile.at[0]]
    level = np.broadcast_to(profile.before * mean_days / stages, profile.rate.shape[:-1])
    x = np.repeat(level[..., None], stages, axis=-1).astype(float)
    found: dict[float, Floats] = {float(cuts[0]): x.sum(-1)}
    for begin, end in pairwise(cuts):
        j = int(np.searchsorted(profile.at, begin, side="right")) - 1
        lam = profile.rate[..., j]
        if begin < opens:
            x = x.copy()
            x[..., 0] += lam * (end - begin)
        else:
            x = _stages(x, lam, mean_days / stages, end - begin)
        found[float(end)] = x.sum(-1)
    early = profile.before * mean_days
    return np.stack([found.get(float(one), early) if one >= profile.at[0] else early for one in times], axis=-1)


def _stages(x: Floats, lam: Floats, days: Floats, length: float) -> Floats:
    """Units in each stage after ``length`` days of constant inflow; every stage lasts ``days`` on average.

    The deviation from the steady level lam x days moves down the stages as a Poisson(length/days) number of steps.
    """
    stages = x.shape[-1]
    steady = (lam * days)[..., None]
    gap = x - steady
    z = length / np.where(days > 0, days, 1.0)
    moved = [np.where(days > 0, np.exp(-z), 0.0)]
    for step in range(1, stages):
        moved.append(moved[-1] * z / step)
    result = np.zeros_like(x)
    for j in range(stages):
        for i in range(j + 1):
            result[..., j] += gap[..., i] * moved[j - i]
    return result + steady


def condemned(profile: Profile, t: ArrayLike, replacement: ArrayLike) -> Floats:
    """Mean condemned and not yet replaced, per unit share: ``L(t) - L(t - lead time)``.

    A lead time of nan means that nothing is bought: what is condemned from the first instant on only piles up.
    """
    t = np.asarray(t, float)
    lead = np.asarray(replacement, float)
    never = np.isnan(lead)
    replaced = profile.within(t, np.where(never, 0.0, lead))
    return np.asarray(np.where(never[..., None] if never.ndim else never, np.maximum(profile.total(t), 0.0), replaced))


def below(owed_mean: ArrayLike, owed_variance: ArrayLike, share: ArrayLike, own: ArrayLike) -> tuple[Floats, Floats]:
    """Pipeline of a base at t: its own Poisson part and its share of what the depot owed one transport ago."""
    f, ebo, vbo = (np.asarray(a, float) for a in (share, owed_mean, owed_variance))
    return np.asarray(own + f * ebo), np.asarray(own + f * (1 - f) * ebo + f * f * vbo)


def two_echelons(
    profile: Profile, t: ArrayLike, *, share: float, order_ship: float, turnaround: float, depot_stock: int
) -> tuple[Floats, Floats]:
    """Mean and variance at t of the pipeline of a base that takes ``share`` of a depot's demand, fixed times."""
    t = np.asarray(t, float)
    depot = fixed(profile, t - order_ship, turnaround)
    ebo, vbo = backorders(depot, depot, depot_stock)
    return below(ebo, vbo, share, share * profile.within(t, order_ship))
