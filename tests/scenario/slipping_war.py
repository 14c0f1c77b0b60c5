"""The war of ``looked_war`` once more, with supply that slips and a first regime not known; nothing of the model is used.

Everything that may happen is written out: each history of months with each delay. Who decides what with which knowledge is said
by the name of a column alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.optimize import LinearConstraint, milp

from rampart.case.tables import Case
from scenario.looked_war import HOLDING, NEEDS, OFFENSIVE, RATE, SHORT, STARTING, UNMET, WIDER, step_of, war

LEAD, BUILD = 2, 4
COMES, COMING = 2, 12.0  # month from the start, and units, of what is on order already
Delays = tuple[int, int, int]
"""Months by which the placed order, the orders of the plan and the works come late."""
Chances = Sequence[tuple[int, float]]


class Way(NamedTuple):
    """One thing that may happen: the regime of each month, the delays, and the chance of both."""

    regimes: tuple[int, ...]
    late: Delays
    chance: float


def ways(months: int, slips: Sequence[Chances], *, changes: Any, start: Sequence[float] = (1.0, 0.0, 0.0)) -> list[Way]:
    """All of them. ``slips``: delays and their chances, of the placed order, the orders of the plan and the works."""
    step, found = step_of(changes), [((r,), p) for r, p in enumerate(start) if p > 0]
    for _ in range(1, months):
        found = [((*way, r), p * q) for way, p in found for r, q in enumerate(step[way[-1]].tolist()) if p * q > 0]
    return [Way(way, (a, b, c), p * pa * pb * pc) for way, p in found for (a, pa), (b, pb), (c, pc) in product(*slips)]


def shown(late: Delays, month: int) -> tuple[int | None, ...]:
    """What is known of the delays at the end of a month."""
    return tuple(d if first + d <= month else None for first, d in zip((COMES, LEAD, BUILD), late, strict=True))


def on_a_tree(every: int, *, known: bool = True, waits: Iterable[str] = ("order", "widen", "send")) -> Any:
    """Names of columns where what waits knows what the last look saw, and what had come before it."""

    def name(kind: str, month: int, way: Way) -> Hashable:
        if kind in waits:
            look = month - month % every
            saw = way.regimes[: month + 1 : every]
            return kind, month, saw if known else saw[1:], shown(way.late, look - 1)
        return kind, month, way.regimes[: month + 1], shown(way.late, month)

    return name


def on_paths(first: int) -> Any:
    """Names where the first decisions and all works are one, and all else is decided as if the way were known."""

    def name(kind: str, month: int, way: Way) -> Hashable:
        if kind == "widen" or (kind in ("order", "send") and month < first):
            return kind, month
        return kind, month, way

    return name


def least_cost(found: Sequence[Way], name: Callable[[str, int, Way], Hashable]) -> float:
    """Least expected cost."""
    months = len(found[0].regimes)
    number: dict[Hashable, int] = {}
    cost: dict[int, float] = {}
    rows: dict[Hashable, tuple[dict[int, float], float, float]] = {}
    for way in found:

        def at(kind: str, month: int, way: Way = way) -> int:
            return number.setdefault(name(kind, month, way), len(number))

        def add(entries: Mapping[int, float], low: float, high: float) -> None:
            rows[tuple(sorted(entries.items())), low, high] = (dict(entries), low, high)

        coming, lead, build = COMES + way.late[0], LEAD + way.late[1], BUILD + way.late[2]
        for t in range(months):
            need = float(NEEDS[way.regimes[t]])
            for kind, each in (("own", HOLDING), ("theirs", HOLDING), ("unmet", UNMET / OFFENSIVE), ("short", SHORT / 40.0),
                               ("widen", WIDER), ("order", 1.0 if t + lead < months else 0.0)):  # fmt: skip
                cost[at(kind, t)] = cost.get(at(kind, t), 0.0) + way.chance * each
            given = (STARTING if t == 0 else 0.0) + (COMING if t == coming else 0.0)
            own = {at("own", t): 1.0, at("send", t): 1.0}
            theirs = {at("theirs", t): 1.0, at("use", t): 1.0}
            if t:
                own[at("own", t - 1)] = theirs[at("theirs", t - 1)] = theirs[at("send", t - 1)] = -1.0
            if t >= lead:
                own[at("order", t - lead)] = -1.0
                wide = {at("order", t - lead): 1.0} | {at("widen", k): -1.0 for k in range(t - build + 1)}
                add(wide, -np.inf, RATE)
            add(own, given, given)
            add(theirs, 0.0, 0.0)
            add({at("use", t): 1.0, at("unmet", t): 1.0}, need, need)
            add({at("short", t): 1.0, at("own", t): 1.0}, 40.0, np.inf)
            if t + 1 >= months:
                add({at("send", t): 1.0}, 0.0, 0.0)
        add({at("widen", k): 1.0 for k in range(months)}, -np.inf, 20.0)
    entries = [(i, j, v) for i, (row, _, _) in enumerate(rows.values()) for j, v in row.items()]
    i, j, v = zip(*entries, strict=True)
    matrix = sp.csr_array((v, (i, j)), shape=(len(rows), len(number)))
    bounds = LinearConstraint(matrix, [low for _, low, _ in rows.values()], [high for _, _, high in rows.values()])
    answer = milp(np.array([cost.get(n, 0.0) for n in range(len(number))]), constraints=bounds)
    assert answer.status == 0, answer.message
    return float(answer.fun)


STATES = ("awarded", "new", "works")


def slipping(
    months: int, every: int, slips: Sequence[Chances], *, changes: Any, start: Sequence[float] = (), **settings: str
) -> Case:
    """The same as a case: a table of slips whose shares leave no room between two delays."""
    case = war(months, every, changes=changes, supply_slips="yes", **settings)
    rows = []
    for state, ahead, chances in zip(STATES, (COMES, LEAD, BUILD), slips, strict=True):
        so_far = 0.0
        for delay, chance in chances:
            about = {"state": state, "line": "plant" if state == "new" else None, "ahead": float(ahead)}
            for share in (100 * so_far, 100 * (so_far + chance) - 1e-9):
                rows.append(about | {"chance": share, "delay": float(delay)})
            so_far += chance
    order = {
        "buyer": "AAA",
        "item": "shell",
        "month": f"2025-{COMES + 1:02d}",
        "state": "awarded",
        "quantity": COMING,
        "due": 0.0,
    }
    tables = {
        **case.tables, "slips": pl.DataFrame(rows, schema=case.tables["slips"].schema),
        "orders": pl.DataFrame([order], schema=case.tables["orders"].schema),
    }  # fmt: skip
    if start:
        chances = dict(zip(("war", "off", "ended"), start, strict=True))
        tables["regimes"] = tables["regimes"].with_columns(at_start=pl.col("regime").replace_strict(chances))
    return Case(tables)
