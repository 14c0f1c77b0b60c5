"""The inner loops of a course of many parts, compiled by Numba: what ``owed`` and ``shortfall`` do, cell by cell.

Arrays are (S, P), a row a site. Only ``many_parts`` asks for this file. Plain loops: without Numba they run as they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from math import exp, floor, isfinite, log
from typing import Any

import numpy as np

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.shortfall import CERTAIN, LARGE, LONG, TINY, TRIALS


def compiled(loop: Callable[..., Any]) -> Any:
    """The loop compiled, where Numba is installed."""
    try:
        return import_module("numba").njit(cache=True, error_model="numpy")(loop)
    except ImportError:
        return loop


@compiled
def cell(m: float, v: float, s: int) -> tuple[float, float, float, float, bool]:
    """Backorders of one cell and their variance, P(X >= s), P(X > s); whether the closed forms are to be taken."""
    if m <= 0.0:
        return 0.0, max(v, 0.0), 1.0 if s == 0 else 0.0, 0.0, False
    q = max(v / m, CERTAIN)
    rate = 1.0 - 0.5 * (q - 1.0) if abs(q - 1.0) < 1e-6 else log(q) / (q - 1.0)
    mass = exp(-m * rate)
    slow = q <= CERTAIN or s > LONG or m > LARGE or (m < TRIALS * (1.0 - q) and m > TINY) or not isfinite(mass)
    if slow:
        return 0.0, 0.0, 0.0, 0.0, True
    start, slope = m / q, 1.0 - 1.0 / q
    short, square, over, at_least = m, v + m * m, 1.0 - mass, 1.0
    for k in range(s):
        square += over - 2.0 * short
        short -= over
        at_least = over
        mass *= max(start + k * slope, 0.0) / (k + 1.0)
        over -= mass
    short = max(short, 0.0)
    return short, max(square - short * short, 0.0), min(max(at_least, 0.0), 1.0), min(max(over, 0.0), 1.0), False


@compiled
def requests(order: Any, supplier: Any, fleet: Any, rate: Floats, use: Floats, up: Floats, asked: Floats) -> None:
    """Requests (S, P) a day, sites from the bottom: of the systems there at a use (F,), and what comes from below."""
    asked[:] = 0.0
    for n in order:
        f, above = fleet[n], supplier[n]
        if f >= 0:
            u = use[f]
            for p in range(asked.shape[1]):
                asked[n, p] += rate[f, p] * u
        if above >= 0:
            for p in range(asked.shape[1]):
                asked[above, p] += up[n, p] * asked[n, p]


@compiled
def passed_on(path: Any, up: Floats, flow: Floats) -> None:
    """What of a flow (P,) from a fleet's site comes to a site above it, by the way there: sites ended by -1."""
    k = 0
    while path[k] >= 0:
        for p in range(flow.shape[0]):
            flow[p] *= up[path[k], p]
        k += 1


@compiled
def under_way(path: Any, rate: Floats, window: Floats, share: Floats, up: Floats, flow: Floats, result: Floats) -> None:
    """Units (P,) that a site was asked for in windows of use (F,) of the fleets below it, times a share (P,) of them.

    path   (F, depth) sites from that of each fleet up to just below the site, ended by -1; -2: not below it
    """
    result[:] = 0.0
    for f in range(rate.shape[0]):
        if path[f, 0] == -2 or window[f] == 0.0:
            continue
        for p in range(result.shape[0]):
            flow[p] = rate[f, p] * window[f]
        passed_on(path[f], up, flow)
        for p in range(result.shape[0]):
            result[p] += flow[p]
    for p in range(result.shape[0]):
        result[p] *= share[p]


@compiled
def at(times: Floats, values: Floats, before: float, t: float) -> float:
    """A cumulated flow at one time, its instants joined by straight lines, before the first at a steady pace."""
    if t <= 0.0:
        return float(values[0] + before * t)
    k = np.searchsorted(times, t)
    if k >= len(times):
        return float(values[-1])
    share = (t - times[k - 1]) / (times[k] - times[k - 1])
    return float(values[k - 1] * (1.0 - share) + values[k] * share)


@compiled
def thrown(
    path: Any, rate: Floats, times: Floats, used: Floats, before: Floats, time: float, lead: Floats, last: Floats,
    share: Floats, up: Floats, flow: Floats, result: Floats,
) -> None:  # fmt: skip
    """Units (P,) thrown away at a site and not replaced: those of the last lead time, or all since the start."""
    result[:] = 0.0
    ends = len(times) - 1
    for f in range(rate.shape[0]):
        if path[f, 0] == -2:
            continue
        now, then, known = used[f, ends], 0.0, -1e300
        for p in range(result.shape[0]):
            if lead[p] != lead[p]:
                flow[p] = rate[f, p] * now
                continue
            t = min(time - lead[p], last[p])
            if t != known:
                then, known = at(times, used[f], before[f], t), t
            flow[p] = rate[f, p] * (now - then)
        passed_on(path[f], up, flow)
        for p in range(result.shape[0]):
            result[p] += flow[p]
    for p in range(result.shape[0]):
        result[p] = max(result[p] * share[p], 0.0)


@compiled
def mend(length: float, asked: Floats, repaired: Floats, apart: Floats, old: Floats, new: Floats) -> None:
    """In repair (S, P) after a step: solved exactly."""
    for n in range(asked.shape[0]):
        for p in range(asked.shape[1]):
            if repaired[n, p] > 0.0:
                t = apart[n, p]
                keep = exp(-length / max(t, 1e-9))
                new[n, p] = old[n, p] * keep + asked[n, p] * repaired[n, p] * t * (1.0 - keep)


@compiled
def owe_site(
    n: int, systems: float, alone: Floats, owed: Floats, spread: Floats, share: Floats, stock: Any, at_least: Floats,
    own: Floats, mean: Floats, variance: Floats, felt: Floats, ebo: Floats, vbo: Floats, reached: Floats, over: Floats,
    uses: Any, raised: Any, slow: Any, exceeded: bool,
) -> tuple[int, float, float]:  # fmt: skip
    """All parts of a site: pipelines with what the supplier owed, and what is short; how many cells are left to be done, and
    the backorders of all others, of all parts and of those of systems there.

    alone (P,) units in repair, under way and on order; owed, spread (P,) of the supplier, share (P,) of them
    at_least, reached   P(X >= s) before and now
    exceeded   whether P(X > s) is wanted where nothing is held, too: it is all that needs the law there
    """
    left, whole, of_systems = 0, 0.0, 0.0
    for p in range(alone.shape[0]):
        m = alone[p]
        v = m
        own[n, p] = m
        f = share[p]
        if f > 0.0:
            m += f * owed[p]
            v += f * (1.0 - f) * owed[p] + f * f * spread[p]
        mean[n, p] = m
        variance[p] = v
        v = max(v, 0.0)
        fraction = m - floor(m)
        least = fraction * (1.0 - fraction)
        if v < least * (1.0 - 1e-9) - 1e-12:
            raised[p] = True
            v = least
        if uses[p] > 0.0 and systems > 0.0:
            v = v / (1.0 + m * at_least[n, p] / max(systems, 1e-9))
        v = max(v, least)
        if stock[n, p] == 0 and not exceeded:
            ebo[n, p], vbo[p], reached[n, p] = m, v, 1.0
            whole += m
            of_systems += m * uses[p]
            continue
        short, wide, hit, beyond, hard = cell(m, v, stock[n, p])
        if hard:
            slow[left] = p
            felt[left] = v
            left += 1
        else:
            ebo[n, p], vbo[p], reached[n, p], over[n, p] = short, wide, hit, beyond
            whole += short
            of_systems += short * uses[p]
    return left, whole, of_systems


@compiled
def add(weight: float, values: Floats, area: Floats) -> None:
    """An area grown by a weight times values of the same shape."""
    for n in range(values.shape[0]):
        for p in range(values.shape[1]):
            area[n, p] += weight * values[n, p]


@compiled
def uneven(asked: Floats, above: Floats, up: Floats, steady: Floats, share: Floats) -> float:
    """A site's share (P,) of its supplier's requests, and by how much it differs from the steady one at most."""
    most = 0.0
    for p in range(asked.shape[0]):
        share[p] = asked[p] * up[p] / above[p] if above[p] > 0.0 else 0.0
        most = max(most, abs(share[p] - steady[p]))
    return most
