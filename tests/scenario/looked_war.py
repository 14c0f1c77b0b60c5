"""A war that is looked at every few months: as a case, and once more without anything of the model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp

from cases_random import make_case
from rampart.case.tables import Case
from rampart.results.result import Result

STARTING, OFFENSIVE, HOLDING, WIDER, UNMET, SHORT, RATE = 40.0, 24.0, 0.02, 10.0, 120.0, 12.0, 9.0
CHANGES = (("war", "off", 0.12), ("war", "ended", 0.06), ("off", "war", 0.25), ("off", "ended", 0.05))
REGIMES = ("war", "off", "ended")
NEEDS = np.array([10.0, OFFENSIVE, 0.0])
Floats = NDArray[np.float64]
Policy = dict[tuple[str, int, tuple[int, ...]], float]
"""Amount of order, widen or send by period and the regimes that the looks saw."""


def war(months: int, every: int, *, changes: Any = CHANGES, rate: float = RATE, **settings: str) -> Case:
    """A member that fights with nobody, its partner, one line that can be widened, a way that takes a month.

    The partner's unmet need counts in months of its highest need, the requirement of 40 in months of itself.
    """
    rows: dict[str, list[dict[str, Any]]] = {
        "nations": [{"nation": n, "name_en": n, "role": r} for n, r in (("AAA", "member"), ("UUU", "recipient"))],
        "items": [{"item": "shell", "name_en": "shell", "kind": "munition", "unit": "u", "holding_cost": HOLDING}],
        "stocks": [{"holder": h, "item": "shell", "quantity": q} for h, q in (("AAA", STARTING), ("UUU", 0.0))],
        "regimes": [{"regime": r, "ends": r == "ended"} for r in REGIMES],
        "transitions": [{"from_regime": a, "to_regime": b, "probability": p} for a, b, p in changes],
        "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": need,
                    "regime": r, "weight": 1 / OFFENSIVE}
                   for r, need in zip(REGIMES, NEEDS.tolist(), strict=True)],
        "requirements": [{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 40.0}],
        "routes": [{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 1.0, "capacity": float("inf")}],
        "lines": [{"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "month", "max_rate": rate,
                   "admin_lead_time": 0.0, "lead_time": 2.0, "unit_cost": 1.0}],
        "expansions": [{"expansion": "more", "line": "plant", "added_rate": 1.0, "cost": WIDER, "construction": 4.0,
                        "whole": False, "max_units": 20.0}],
        "priorities": [{"rank": n + 1, "objective": o, "worth": w}
                       for n, (o, w) in enumerate((("need", UNMET), ("requirement", SHORT), ("money", 1.0)))],
    }  # fmt: skip
    year, month = divmod(months - 1, 12)
    when = {"start": "2025-01", "end": f"{2025 + year}-{month + 1:02d}", "regime": "war", "revise_every": str(every)}
    return make_case(when | settings, rows)


def step_of(changes: Any = CHANGES) -> Floats:
    """Chance of each regime a month after each other."""
    step = np.zeros((3, 3))
    for a, b, p in changes:
        step[REGIMES.index(a), REGIMES.index(b)] = p
    return step + np.diag(1.0 - step.sum(axis=1))


Histories = list[tuple[tuple[int, ...], float]]


def histories(months: int, every: int, *, changes: Any = CHANGES, frozen: bool = False) -> Histories:
    """Every beginning of the war with its chance; ``frozen``: the war changes at the looks only, by as many months at once."""
    monthly = step_of(changes)
    at_look = np.linalg.matrix_power(monthly, every)
    found: Histories = [((0,), 1.0)]
    for way, p in found:
        if len(way) < months:
            step = monthly if not frozen else at_look if len(way) % every == 0 else np.eye(3)
            found += [((*way, r), p * q) for r, q in enumerate(step[way[-1]].tolist()) if p * q > 0]
    return found


class Optimum(NamedTuple):
    """Least expected cost, the decisions of it, and the cost and chance of every whole history."""

    value: float
    policy: Policy
    cost: Floats
    chance: Floats


def optimum(
    ways: Histories,
    months: int,
    every: int,
    *,
    rate: float = RATE,
    waits: tuple[str, ...] = ("order", "widen", "send"),
    held: Mapping[str, float] | None = None,
) -> Optimum:
    """The same war as one linear programme over the histories given; nothing of the model is used.

    held  what is decided of a kind before the next look, in all
    """
    names: dict[tuple[Any, ...], int] = {}

    def column(kind: str, way: tuple[int, ...]) -> int:
        looked = way[::every]
        return names.setdefault((kind, len(way), looked) if kind in waits else (kind, way), len(names))

    cost: dict[int, float] = {}
    at: dict[tuple[int, ...], list[tuple[int, float]]] = {}
    rows: list[tuple[dict[int, float], float, float]] = []
    for way, p in ways:
        t = len(way) - 1
        own, theirs, used, unmet, short = (column(k, way) for k in ("own", "theirs", "use", "unmet", "short"))
        order, widen, send = (column(k, way) for k in ("order", "widen", "send"))
        arrives = 1.0 if t + 2 < months else 0.0  # what nobody can still receive is not ordered
        at[way] = [
            (own, HOLDING),
            (theirs, HOLDING),
            (unmet, UNMET / OFFENSIVE),
            (short, SHORT / 40.0),
            (widen, WIDER),
            (order, arrives),
        ]
        for j, each in at[way]:
            cost[j] = cost.get(j, 0.0) + p * each
        rows += [({order: 1.0}, 0.0, 1e4 * arrives), ({send: 1.0}, 0.0, 1e3 if t + 1 < months else 0.0)]
        left, there = {own: 1.0, send: 1.0}, {theirs: 1.0, used: 1.0}
        if t >= 1:
            left[column("own", way[:-1])] = there[column("theirs", way[:-1])] = -1.0
            there[column("send", way[:-1])] = -1.0
        if t >= 2:
            left[column("order", way[:-2])] = -1.0
        rows += [(left, STARTING if t == 0 else 0.0, STARTING if t == 0 else 0.0), (there, 0.0, 0.0)]
        rows.append(({used: 1.0, unmet: 1.0}, NEEDS[way[-1]], NEEDS[way[-1]]))
        rows.append(({short: 1.0, own: 1.0}, 40.0, np.inf))
        if t >= 2:  # what arrives was made in the month before; what was begun four months ago widens the line
            wide: dict[int, float] = {column("order", way[:-2]): 1.0}
            for k in range(t - 4 + 1):
                wide[column("widen", way[: k + 1])] = -1.0
            rows.append((wide, -np.inf, rate))
        rows.append(({column("widen", way[: k + 1]): 1.0 for k in range(t + 1)}, -np.inf, 20.0))
    for kind, amount in (held or {}).items():
        rows.append(({column(kind, (0,) * (t + 1)): 1.0 for t in range(every)}, amount, amount))
    entries = [(i, j, v) for i, (row, _, _) in enumerate(rows) for j, v in row.items()]
    i, j, v = zip(*entries, strict=True)
    matrix = sp.csr_array((v, (i, j)), shape=(len(rows), len(names)))
    bounds = LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows])
    found = milp(np.array([cost.get(n, 0.0) for n in range(len(names))]), constraints=bounds)
    assert found.status == 0, found.message
    policy = {(name[0], name[1] - 1, name[2]): float(found.x[n]) for name, n in names.items() if name[0] in waits}
    whole = [(way, p) for way, p in ways if len(way) == months]
    costs = [sum(each * found.x[j] for k in range(months) for j, each in at[way[: k + 1]]) for way, _ in whole]
    return Optimum(float(found.fun), policy, np.array(costs), np.array([p for _, p in whole]))


class Months(NamedTuple):
    """Every whole history: regimes, shape (histories, months), chance, and the number of what the looks saw by period,
    with what that was.
    """

    regimes: NDArray[np.int64]
    chance: Floats
    saw: list[NDArray[np.int64]]
    sights: list[list[tuple[int, ...]]]


@cache
def all_months(months: int, every: int, changes: Any = CHANGES) -> Months:
    """All of them, without one by one."""
    way, p, step = np.zeros((1, 1), dtype=np.int64), np.ones(1), step_of(changes)
    for _ in range(1, months):
        way = np.concatenate([np.column_stack([way, np.full(len(p), r)]) for r in range(3)])
        p = np.tile(p, 3) * step[way[:, -2], way[:, -1]]
        way, p = way[p > 0], p[p > 0]
    saw, sights = [], []
    for t in range(months):
        code = np.zeros(len(p), dtype=np.int64)
        for look in range(0, t + 1, every):
            code = 3 * code + way[:, look]
        _, first, number = np.unique(code, return_index=True, return_inverse=True)
        saw.append(number)
        sights.append([tuple(way[n, : t + 1 : every].tolist()) for n in first])
    return Months(way, p, saw, sights)


def carried_out(policy: Policy, months: int, every: int, *, changes: Any = CHANGES) -> tuple[Floats, Floats]:
    """Cost and chance of every history of months under a policy; the partner uses what is there. Nothing may go below zero."""
    of = all_months(months, every, changes)

    def decided(kind: str, t: int) -> Floats:
        by_sight = np.array([policy.get((kind, t, sight), 0.0) for sight in of.sights[t]])
        return by_sight[of.saw[t]]

    own, theirs, cost = np.full(of.chance.size, STARTING), np.zeros(of.chance.size), np.zeros(of.chance.size)
    for t in range(months):
        if t >= 2:
            own = own + decided("order", t - 2)
        if t >= 1:
            theirs = theirs + decided("send", t - 1)
        own = own - decided("send", t)
        assert own.min() > -1e-6
        need = NEEDS[of.regimes[:, t]]
        used = np.minimum(theirs, need)
        theirs = theirs - used
        cost += WIDER * decided("widen", t) + HOLDING * (own + theirs) + UNMET / OFFENSIVE * (need - used)
        cost += SHORT / 40.0 * np.maximum(0.0, 40.0 - own) + (decided("order", t) if t + 2 < months else 0.0)
    return cost, of.chance


def mean_of_worst(cost: Floats, chance: Floats, level: float) -> float:
    """Mean of the worst ``1 - level``, by the shortest way: each history gives what is still wanted."""
    left, total = 1.0 - level, 0.0
    for n in np.argsort(-cost).tolist():
        take = min(left, float(chance[n]))
        total, left = total + take * float(cost[n]), left - take
        if left <= 0:
            break
    return total / (1.0 - level)


def saved_policy(made: Result, every: int) -> Policy:
    """What a saved plan decides, by period and what the looks saw."""
    lived: dict[int, tuple[int, ...]] = {}
    for node, parent, regime in made["nodes"].select("node", "parent", "regime").sort("node").iter_rows():
        lived[node] = (*lived.get(parent, ()), REGIMES.index(regime))
    found: Policy = {}
    for kind, node, amount in made["policy"].select("kind", "node", "quantity").iter_rows():
        way = lived[node]
        found["widen" if kind == "expand" else kind, len(way) - 1, way[::every]] = amount
    return found
