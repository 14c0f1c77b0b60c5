"""The curve, the points whose lists are given, and what to buy next: tables of what is promised for a month."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rampart.catalogues.results import frame
from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.promise import Point, Promise, Promises

if TYPE_CHECKING:
    import polars as pl

    from rampart.sustainment.spares import Spares

POINTS = 12
"""Points of the curve whose stock lists are reported."""
FEWER_POINTS = ((1000, 6), (1_000_000, 4))
"""Parts times sites above which fewer points are given: every one is a course of its own."""
ENDS = 2
"""Points where the time is up: those at which it begins and ends."""
ROWS = 400
"""Rows of the curve at most."""


def asked_for(promises: Promises, target: float | None, budget: float | None) -> Promise | None:
    """The list that a target or a budget (currency) asks for; None where neither does or the target is out of reach."""
    if budget is not None:
        return promises.within(budget)
    return None if target is None else promises.reaching(target)


def tables_of_purchases(promises: Promises, marked: Promise | None, budget: float | None) -> dict[str, pl.DataFrame]:
    """Tables ``curve``, ``points``, ``stock_list`` and ``buys``."""
    path = usual_path(promises) if marked is None else promises.path(marked.course)
    cells = len(promises.support.parts) * len(promises.support.sites)
    points_of_curve = next((fewer for many, fewer in reversed(FEWER_POINTS) if cells > many), POINTS)
    played = promises.along(path, points_of_curve if promises.time.leaves("curve") else ENDS)
    rows: list[tuple[int, Point, bool]] = [
        (step, one, False) for step, one in played if marked is None or not _same(one, marked)
    ]
    if marked is not None:
        rows.append((path.within(marked.cost), marked, True))
    rows.sort(key=lambda row: (row[1].cost, row[0]))
    curve = _curve(path, played)
    points = []
    for number, (step, one, is_marked) in enumerate(rows, start=1):
        unspent = max(budget - one.cost, 0.0) if is_marked and budget is not None else None
        gap = one.gap if is_marked and not np.isnan(one.gap) else None
        points.append((number, step, one.cost, one.availability, one.systems, is_marked, unspent, gap))
    return {
        "curve": frame("fleet", "curve", curve),
        "points": frame("fleet", "points", points),
        "stock_list": _stock_list(promises, [one.stock for _, one, _ in rows]),
        "buys": _buys(promises, path, path.within(marked.cost) if marked is not None else 0, _lacked(path, played)),
    }


def _stock_list(promises: Promises, stocks: list[NDArray[np.int64]]) -> pl.DataFrame:
    """By point, part and site, where anything is held or bought; whole columns, since there may be millions of rows."""
    import polars as pl

    s, held = promises.support, promises.held
    places = [np.nonzero((stock > 0) | (held > 0)) for stock in stocks]
    number = np.repeat(np.arange(1, len(stocks) + 1), [len(p) for p, _ in places])
    p, n = (np.concatenate([place[axis] for place in places]) for axis in (0, 1))
    bought = np.concatenate([stock[at] for stock, at in zip(stocks, places, strict=True)])
    return frame("fleet", "stock_list", {
        "point": number, "part": pl.Series(s.parts, dtype=pl.String).gather(p),
        "site": pl.Series(s.sites, dtype=pl.String).gather(n), "held": held[p, n], "stock": bought,
        "cost": (bought - held[p, n]) * promises.price[p],
    })  # fmt: skip


def _same(one: Point, other: Point) -> bool:
    return np.array_equal(one.stock, other.stock)


def usual_path(promises: Promises) -> Spares:
    """Where nothing is asked for: the path at the use half-way up the path of today's use."""
    return promises.path_with(_half_way(promises.path(promises.base)))


def _half_way(path: Spares) -> NDArray[np.int64]:
    """The stock (P, S) with which half of what a path brings is there."""
    there = 1.0 + path.logarithm
    middle = int(np.searchsorted(there, 0.5 * (there[0] + there[-1])))
    return path.stock(min(middle, len(there) - 1))


def _lacked(path: Spares, played: list[tuple[int, Point]]) -> Floats:
    """What lacks by the courses at every step: known at the points, between two of them as the path goes from one to the
    other.

        K = K_b + (K_a - K_b) (L - L_b) / (L_a - L_b)     K lack by the courses, L by the path, at points a before b
    """
    falls = path.logarithm  # what lacks by the path, less than nothing: it rises from step to step
    steps = [step for step, _ in played]
    return np.asarray(np.interp(falls, falls[steps], [1.0 - one.availability for _, one in played]))


def _curve(path: Spares, played: list[tuple[int, Point]]) -> list[tuple[int, float, float]]:
    """Rows of the curve: at the points what the courses give, between two of them a straight line, below the true curve where
    each euro brings less than the one before.
    """
    known = {step: one.availability for step, one in played}
    available, end = np.interp(path.cost, path.cost[list(known)], list(known.values())), max(known)
    thin = sorted({*np.linspace(0, end, min(end + 1, ROWS)).round().astype(int).tolist(), *known})
    return [(n, float(path.cost[n]), float(np.clip(known.get(n, available[n]), 0.0, 1.0))) for n in thin]


def _buys(promises: Promises, path: Spares, after: int, lack: Floats, most: int = 40) -> pl.DataFrame:
    """The next purchases after a point, in order: which part, how many, where, and what each step brings."""
    s, rows = promises.support, []
    last = min(len(path.cost) - 1, after + most)
    for step, (before, now) in enumerate(pairwise(path.stocks_along(after, last)), start=after + 1):
        rows += [
            (step - after, s.parts[p], s.sites[n], int(now[p, n] - before[p, n]),
             float(path.cost[step] - path.cost[step - 1]), float(max(lack[step - 1] - lack[step], 0.0)))
            for p, n in zip(*np.nonzero(now != before), strict=True)
        ]  # fmt: skip
    return frame("fleet", "buys", rows)
