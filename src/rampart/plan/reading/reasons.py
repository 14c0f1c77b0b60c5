"""Why something is short or late: typed causes, by following prices upstream from each shortage.

At the optimum of a pass, what a column earns in one row (coefficient x dual) pays for what it takes in others and for its own
cost. From a short row the walk goes to the columns that supply it, and from these to the rows that charge them; a limit that
charges (a line at its maximum rate, a budget, an offer sold out) is a cause, a balance that charges is walked on. The shares of
the charges split the shortage, so the causes of a shortage always sum to it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.lags import Floats, Integers
from rampart.network.tiers import tiers
from rampart.network.ways import Pair
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.values import Outcome
from rampart.plan.solving.solution import PassResult, Solution

# rows that are causes themselves; the rest is walked through
LIMITS = {
    "maximum rate": "line", "ramp": "line", "set-up": "lot", "whole lot": "lot", "expansion limit": "construction",
    "contract limit": "contract", "market stock": "market", "market rate": "market", "route": "route",
    "resource": "resource", "storage": "storage", "shelf life": "age", "minimum rate": "minimum", "floor": "floor",
    "bay limit": "shop", "fleet need": "priority",
    "budget": "budget", "pledge": "priority", "requirement": "priority", "need": "priority", "fair share": "priority",
}  # fmt: skip
# shortage family -> (objective, passes that price it, row family it fills)
SHORT = {
    "below floor": ("floors", ("floors",), "floor"),
    "owed": ("pledges", ("pledges",), "pledge"),
    "unmet": ("need", ("need", "own_use"), "need"),
    "shortfall": ("requirement", ("requirement_worst", "requirement_sum"), "requirement"),
    "unavailable": ("availability", ("availability",), "fleet need"),
}
LASTING = ("shortfall", "below floor", "owed", "unavailable")  # short for as long as the period lasts
SMALL = 1e-9
DEEPEST = 20_000  # frames


class Cause(NamedTuple):
    """One bottleneck at one node."""

    kind: str
    code: str
    node: int


class Limit(NamedTuple):
    """The rows of one bottleneck: their nodes, and the value of one more plain unit in each; by node, sum and count."""

    node: Integers
    value: Floats
    by_node: dict[int, tuple[float, int]]


class Ground:
    """What the walks of all objectives share. Views, because a walk looks up one number at a time: quick as
    in lists, which would take four times the memory.
    """

    def __init__(self, programme: Programme, solution: Solution) -> None:
        self.programme, self.layout = programme, solution.layout
        self.by_row, self.by_column = self.layout.matrix, sp.csc_array(self.layout.matrix)
        self.columns_of_row = self.by_row.indptr.data, self.by_row.indices.data
        self.rows_of_column = self.by_column.indptr.data, self.by_column.indices.data
        self.level = np.ascontiguousarray(solution.columns).data
        self.limit_of_row = limits_of_rows(programme, self.layout)
        self.rows_of_limit: dict[tuple[str, str], list[int]] = {}
        for i, limit in enumerate(self.limit_of_row):
            if limit is not None:
                self.rows_of_limit.setdefault(limit, []).append(i)


class Walk:
    """Prices of one objective over the solver's rows and columns, and the walk upstream."""

    def __init__(self, ground: Ground, passes: list[PassResult]) -> None:
        self.programme, self.layout, self.limit_of_row = ground.programme, ground.layout, ground.limit_of_row
        self.ground, self.level = ground, ground.level
        self.duals = np.sum([p.duals for p in passes], axis=0)
        self.cost = np.sum([p.cost for p in passes], axis=0)
        by_row, by_column = ground.by_row, ground.by_column
        self.reduced = (self.cost - by_row.T @ self.duals).data
        # what each cell earns at the prices; negative is a charge
        self.earned_in_row = (by_row.data * np.repeat(self.duals, np.diff(by_row.indptr))).data
        self.earned_in_column = (by_column.data * self.duals[by_column.indices]).data
        self.known: dict[int, dict[Cause, float]] = {}
        self.open: set[int] = set()
        self.tolerance = 1e-7 * max(1.0, float(np.abs(self.duals).max(initial=0.0)))
        self._limits: dict[tuple[str, str], Limit] = {}

    def limit(self, kind: str, code: str) -> Limit | None:
        """Rows of a limit; None where the programme has none."""
        if (kind, code) not in self._limits:
            at = self.ground.rows_of_limit.get((kind, code))
            if at is None:
                return None
            node, value = self.layout.row_node[at], np.abs(self.duals[at]) / self.layout.row_scale[at]
            by_node: dict[int, tuple[float, int]] = {}
            for n, v in zip(node.tolist(), value.tolist(), strict=True):
                total, count = by_node.get(n, (0.0, 0))
                by_node[n] = total + v, count + 1
            self._limits[kind, code] = Limit(node, value, by_node)
        return self._limits[kind, code]

    def suppliers(self, row: int, skip: str) -> list[int]:
        """Columns that a short row would draw on: those in use at no loss, else the least loss-making one."""
        start, columns_of_row = self.ground.columns_of_row
        span = slice(start[row], start[row + 1])
        columns, earned = columns_of_row[span], self.earned_in_row[span]
        family = self.layout.column_family
        helping = [j for j, e in zip(columns, earned, strict=True) if e > self.tolerance and family[j] != skip]
        free = [j for j in helping if self.reduced[j] <= self.tolerance]
        in_use = [j for j in free if self.level[j] > 1e-6]
        return in_use or free or sorted(helping, key=lambda j: self.reduced[j])[:1]

    def causes(self, row: int, skip: str = "") -> dict[Cause, float]:
        """Shares of the causes behind a short row; they sum to one."""
        if row in self.known:
            return self.known[row]
        if row in self.open:
            return {}
        self.open.add(row)
        total: dict[Cause, float] = {}
        for j in self.suppliers(row, skip):
            for cause, share in self._charges(row, j).items():
                total[cause] = total.get(cause, 0.0) + share
        self.open.discard(row)
        size = sum(total.values())
        result = {c: s / size for c, s in total.items()} if size > 0 else {self._no_supply(row): 1.0}
        self.known[row] = result
        return result

    def _charges(self, row: int, j: int) -> dict[Cause, float]:
        start, rows_of_column = self.ground.rows_of_column
        span = slice(start[j], start[j + 1])
        result: dict[Cause, float] = {}
        for i, amount in zip(rows_of_column[span], self.earned_in_column[span], strict=True):
            if i == row or amount >= -self.tolerance:
                continue
            limit = self.limit_of_row[i]
            if limit is not None:
                cause = Cause(*limit, int(self.layout.row_node[i]))
                result[cause] = result.get(cause, 0.0) - amount
            else:
                for cause, share in self.causes(i).items():
                    result[cause] = result.get(cause, 0.0) - amount * share
        if not result and self.reduced[j] < -self.tolerance:
            family = self.programme.variables[self.layout.column_family[j]]
            key = family.keys[self.layout.column_key[j]]
            result[Cause("priority", key, int(self.layout.column_node[j]))] = 1.0
        return result

    def _no_supply(self, row: int) -> Cause:
        """Nothing can reach the row: too early for any order, or no source at all."""
        node, key = int(self.layout.row_node[row]), self.layout.row_key[row]
        soonest = self._soonest(key)
        if soonest is None:
            return Cause("no_supply", key, node)
        return Cause("lead_time", soonest, node)

    def _soonest(self, key: str) -> str | None:
        """Code of the channel, offer or route that can first reach a holder's item; None where there is none."""
        sets, parts = self.programme.sets, key.split("|")
        if parts[0] in sets.fleet_holders and sets.levels is not None:  # spares or bays that are still under way
            mine = [g for g in sets.levels.groups if sets.levels.support.fleets.index(parts[0]) in g.fleets]
            return parts[1] if len(parts) > 1 else mine[0].code
        first = self._first_to_reach.get((parts[0], parts[1])) if len(parts) > 1 else None
        return None if first is None else first[1]

    @cached_property
    def _first_to_reach(self) -> dict[Pair, tuple[float, str]]:
        """Months and code of the soonest supply of each holder's item."""
        sets, order = self.programme.sets, self.programme.variables["order"]
        ways = [
            ((c.ship_to, sets.lines[c.line]["item"]), (c.lead, c.line))
            for n, c in enumerate(sets.channels)
            if order.exists[n].any()
        ]
        ways += [((o.buyer, o.item), (o.delay, o.code)) for o in sets.offers]
        ways += [((r.destination, r.item), (r.months, f"{r.origin}>{r.destination}")) for r in sets.routes]
        result: dict[Pair, tuple[float, str]] = {}
        for pair, way in ways:
            result[pair] = min(way, result.get(pair, way))
        return result


def limits_of_rows(programme: Programme, layout: Layout) -> list[tuple[str, str] | None]:
    """(kind, code) of the bottleneck that each solver row is; None for rows that are walked through.

    A line that makes something that goes into something else is a component bottleneck.
    """
    lines, tier = programme.sets.lines, tiers(programme.sets)
    named: dict[tuple[str, str], tuple[str, str] | None] = {}
    for family, key in set(zip(layout.row_family, layout.row_key, strict=True)):
        kind, code = LIMITS.get(family), key.split("#")[0]
        if kind == "line" and code in lines and tier[lines[code]["item"]] > 0:
            kind = "component"
        named[family, key] = None if kind is None else (kind, code)
    return [named[row] for row in zip(layout.row_family, layout.row_key, strict=True)]


def shortages(outcome: Outcome, solution: Solution) -> Iterator[tuple[str, str, int, int, float, list[PassResult]]]:
    """(family, key, node, column, amount in plain units, passes that price it) of everything short."""
    named = {p.name: p for p in solution.passes}
    for family, (_, passes, _) in SHORT.items():
        variables = outcome.programme.variables[family]
        priced = [named[p] for p in passes if p in named]
        if not priced:
            continue
        for k, node in zip(*np.nonzero(outcome.value[family] > 0), strict=True):
            column = solution.layout.column_of_label[variables.labels[k, node]]
            mine = [p for p in priced if p.cost[column] > 0] or priced
            yield family, variables.keys[k], int(node), int(column), float(outcome.value[family][k, node]), mine


@contextmanager
def _deep_walks() -> Iterator[None]:
    """Room for walks as deep as periods times tiers, and no search for garbage that is not there (it would go through
    millions of numbers again and again). Both are the whole process's, so they are put back.
    """
    before, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(before, DEEPEST))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        if collecting:
            gc.enable()


@_deep_walks()
def explain(outcome: Outcome, solution: Solution) -> dict[str, object]:
    """The tables ``causes`` and ``bottlenecks``."""
    programme, layout = outcome.programme, solution.layout
    walks: dict[tuple[str, ...], Walk] = {}
    ground = Ground(programme, solution)
    filled: dict[tuple[str, str, int], int] = {
        (f, k, int(n)): i
        for i, (f, k, n) in enumerate(zip(layout.row_family, layout.row_key, layout.row_node, strict=True))
        if f in {short[2] for short in SHORT.values()}
    }
    begins = [month_text(int(m)) for m in programme.tree.first_month]
    ends = [month_text(int(m)) for m in programme.tree.last_month]
    rows: list[tuple[object, ...]] = []
    ranking: dict[tuple[str, str, str, str], list[tuple[int, float, float]]] = {}
    prices: dict[tuple[str, str, str, str], float | None] = {}
    for family, key, node, column, amount, passes in shortages(outcome, solution):
        names = ("requirement_worst", "requirement_sum") if family == "shortfall" else (passes[-1].name,)
        used = [p for p in solution.passes if p.name in names]
        priced_by = tuple(p.name for p in used)
        if priced_by not in walks:
            walks[priced_by] = Walk(ground, used)
        walk = walks[priced_by]
        objective, holder, item = _subject(programme, family, key)
        row = filled[SHORT[family][2], key, node]
        price = abs(walk.duals[row]) / layout.row_scale[row]
        shares = walk.causes(row, skip=family)
        grouped: dict[tuple[str, str], list[tuple[Cause, float]]] = {}
        for cause, share in shares.items():
            grouped.setdefault((cause.kind, cause.code), []).append((cause, share))
        contribution = float(passes[-1].cost[column]) * amount / layout.column_scale[column]
        for (kind, code), members in sorted(grouped.items(), key=lambda g: -sum(s for _, s in g[1])):
            share = sum(s for _, s in members)
            if share < 1e-6:
                continue
            nodes = [c.node for c, s in members if s > 1e-6 * share]
            relief = _relief(walk, kind, code, nodes, price)
            rows.append((
                objective, holder, item, int(programme.tree.period[node]), outcome.months[node], kind, code,
                begins[min(nodes)], ends[max(nodes)], amount * share, relief,
            ))  # fmt: skip
            entry = ranking.setdefault((objective, kind, code, item), [])
            months = float(programme.tree.months[node]) if family in LASTING else 1.0
            entry += [(n, amount * share * months, contribution * share) for n in (min(nodes), max(nodes))]
            if (objective, kind, code, item) not in prices:
                prices[objective, kind, code, item] = _standing_value(walk, kind, code)
    return {"causes": frame("plan", "causes", rows), "bottlenecks": _ranking(programme, solution, ranking, prices)}


def _subject(programme: Programme, family: str, key: str) -> tuple[str, str, str]:
    """Objective, holder and item of a shortage."""
    parts = key.split("|")
    if family == "owed":
        return "pledges", parts[0], parts[2]
    if family == "unavailable":
        return "availability", programme.sets.fleet_holders[key], key
    objective = SHORT[family][0]
    if family == "unmet" and parts[0] not in programme.sets.recipients:
        objective = "own_use"
    return objective, parts[0], parts[1]


def _relief(walk: Walk, kind: str, code: str, nodes: list[int], price: float) -> float | None:
    """Units of the shortage relieved by one more unit of the limit, mean over the nodes where it binds."""
    if price <= SMALL or kind in ("lead_time", "no_supply", "priority"):
        return None
    limit = walk.limit(kind, code)
    if limit is None:
        return None
    found = [limit.by_node[n] for n in set(nodes) if n in limit.by_node]
    count = sum(c for _, c in found)
    return sum(v for v, _ in found) / count / price if count else None


def _standing_value(walk: Walk, kind: str, code: str) -> float | None:
    """Pass units gained by one more unit a month of the limit throughout (a budget: by one more money unit)."""
    limit = walk.limit(kind, code)
    if limit is None or kind == "priority":
        return None
    monthly = kind in ("line", "component", "route", "resource", "market")
    months = walk.programme.tree.months[limit.node] if monthly else 1.0
    return float(sum((limit.value * months).tolist()))


def _ranking(
    programme: Programme,
    solution: Solution,
    ranking: dict[tuple[str, str, str, str], list[tuple[int, float, float]]],
    prices: dict[tuple[str, str, str, str], float | None],
) -> object:
    """Bottlenecks, by the order of the objectives and then by their share of the shortage."""
    order: dict[str, int] = {}
    for p in solution.passes:
        order.setdefault(p.name.split("_")[0] if p.name.startswith("requirement") else p.name, len(order))
    totals: dict[str, float] = {}
    for (objective, *_), entries in ranking.items():
        totals[objective] = totals.get(objective, 0.0) + sum(e[2] for e in entries) / 2
    rows = []
    for (objective, kind, code, item), entries in ranking.items():
        part = sum(e[2] for e in entries) / 2
        rows.append((
            objective, kind, code, item,
            month_text(int(programme.tree.first_month[min(e[0] for e in entries)])),
            month_text(int(programme.tree.last_month[max(e[0] for e in entries)])),
            sum(e[1] for e in entries) / 2, part / totals[objective] if totals[objective] > 0 else 0.0,
            prices[objective, kind, code, item],
        ))  # fmt: skip
    rows.sort(key=lambda r: (order.get(r[0], 99), -r[7], r[1], r[2], r[3]))
    return frame("plan", "bottlenecks", [(n + 1, *r) for n, r in enumerate(rows)])
