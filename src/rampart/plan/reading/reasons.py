"""Why something is short or late: typed causes, by following prices upstream from each shortage.

At the optimum of a pass, what a column earns in one row (coefficient x dual) pays for what it takes in others and for its own
cost. From a short row the walk goes to the columns that supply it, and from these to the rows that charge them; a limit that
charges (a line at its maximum rate, a budget, an offer sold out) is a cause, a balance that charges is walked on. The shares of
the charges split the shortage, so the causes of a shortage always sum to it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.accounts import Posting
from rampart.network.keys import Key, Pair, text
from rampart.network.keys import parts as parts_of
from rampart.network.lags import Floats, Integers
from rampart.plan.parts.part import Limit, Part, Shortage, shortages_in_order
from rampart.plan.programme.values import Values
from rampart.plan.solving.solution import PassResult, Solution

if TYPE_CHECKING:
    import polars as pl

SMALL = 1e-9
REACHED = 1e-6
"""Share of itself by which a row may miss its limit and still count as having reached it."""
Shares = dict[int, float]
"""Share of each cause by its number; numbers alone are quick to look up, and the collector of garbage passes them by."""


class Named(NamedTuple):
    """What stands behind causes: a word of the catalogue, and what it is of."""

    kind: str
    code: Key


class Bound(NamedTuple):
    """The rows of one bottleneck: their nodes, and the value of one more plain unit in each; by node, sum and count."""

    node: Integers
    value: Floats
    by_node: dict[int, tuple[float, int]]


class Ground:
    """What the walks of all objectives share. Views, because a walk looks up one number at a time: quick as
    in lists, which would take four times the memory.
    """

    def __init__(self, v: Values, solution: Solution, parts: Sequence[Part]) -> None:
        self.programme, self.layout, self.parts = v.programme, solution.layout, parts
        self.by_row, self.by_column = self.layout.matrix, sp.csc_array(self.layout.matrix)
        self.columns_of_row = self.by_row.indptr.data, self.by_row.indices.data
        self.rows_of_column = self.by_column.indptr.data, self.by_column.indices.data
        self.level = np.ascontiguousarray(solution.columns).data
        self.nodes = len(v.tree)
        self.node_of_row: list[int] = self.layout.row_node.tolist()
        m, level = self.layout.matrices, self.by_row @ solution.columns
        self.reached = (level >= m.row_upper - REACHED * np.maximum(1.0, np.abs(level))).tolist()
        self.whole = set(v.programme.whole_labels.tolist())
        self.names: list[Named] = []
        self._numbers: dict[Named, int] = {}
        self.limits: dict[str, Limit] = {limit.rows: limit for part in parts for limit in part.limits(v.programme)}
        self.limit_of_row = self._limits_of_rows()
        self.rows_of_limit: dict[int, list[int]] = {}
        for row, number in enumerate(self.limit_of_row):
            if number >= 0:
                self.rows_of_limit.setdefault(number, []).append(row)

    def number(self, kind: str, code: Key) -> int:
        """Number of what stands behind causes."""
        named = Named(kind, code)
        if named not in self._numbers:
            self._numbers[named] = len(self.names)
            self.names.append(named)
        return self._numbers[named]

    def cause(self, kind: str, code: Key, node: int) -> int:
        """Number of a cause: what stands behind it, at a node."""
        return self.number(kind, code) * self.nodes + node

    def _limits_of_rows(self) -> list[int]:
        """Number of the bottleneck that each solver row is; -1 for rows that are walked through."""
        numbers: dict[tuple[str, Key], int] = {}
        for family, key in zip(self.layout.row_family, self.layout.row_key, strict=True):
            if (family, key) not in numbers:
                limit = self.limits.get(family)
                if limit is None:
                    numbers[family, key] = -1
                else:
                    kind = limit.kind if isinstance(limit.kind, str) else limit.kind(key)
                    numbers[family, key] = self.number(kind, limit.code(key))
        return [numbers[row] for row in zip(self.layout.row_family, self.layout.row_key, strict=True)]

    @cached_property
    def first_supply(self) -> dict[Pair, Posting]:
        """Posting of the soonest supply of each holder's item."""
        return {pair: posting for pair, (_, posting) in self.programme.first_supply().items()}

    def held_back(self, column: int) -> Shares:
        """Causes of a column that would gain by more and gets no more: limits that it stands in and that are reached (of
        whole numbers, settled before, no price shows them); where there is none, what comes before it.
        """
        start, rows_of_column = self.rows_of_column
        reached = [
            row
            for row in rows_of_column[start[column] : start[column + 1]]
            if self.limit_of_row[row] >= 0 and self.reached[row]
        ]
        if reached and column in self.whole:
            return {self.limit_of_row[row] * self.nodes + self.node_of_row[row]: 1.0 / len(reached) for row in reached}
        layout = self.layout
        key = self.programme.families[layout.column_family[column]].keys[layout.column_key[column]]
        return {self.cause("priority", key, int(layout.column_node[column])): 1.0}

    def too_early(self, row: int) -> int:
        """The cause where nothing can arrive in time for a row: too early for any order, or no source at all."""
        family, key, node = self.layout.row_family[row], self.layout.row_key[row], self.node_of_row[row]
        for part in self.parts:
            waits = part.waits_for(self.programme, family, key)
            if waits is not None:
                return self.cause("lead_time", waits, node)
        soonest = self.first_supply.get(Pair(*key[:2])) if len(key) > 1 else None
        if soonest is None:
            return self.cause("no_supply", key, node)
        return self.cause("lead_time", self.programme.families[soonest.family].called(soonest.of), node)


class Walk:
    """Prices of one objective over the solver's rows and columns, and the walk upstream."""

    def __init__(self, ground: Ground, passes: list[PassResult]) -> None:
        self.ground = ground
        self.duals = np.sum([p.duals for p in passes], axis=0)
        self.cost = np.sum([p.cost for p in passes], axis=0)
        by_row, by_column = ground.by_row, ground.by_column
        self.reduced = (self.cost - by_row.T @ self.duals).data
        # what each cell earns at the prices; negative is a charge
        self.earned_in_row = (by_row.data * np.repeat(self.duals, np.diff(by_row.indptr))).data
        self.earned_in_column = (by_column.data * self.duals[by_column.indices]).data
        self.known: dict[int, Shares] = {}
        self.open: set[int] = set()
        self.tolerance = 1e-7 * max(1.0, float(np.abs(self.duals).max(initial=0.0)))
        self._bounds: dict[int, Bound] = {}

    def bound(self, number: int) -> Bound | None:
        """Rows of a limit; None where the programme has none."""
        if number not in self._bounds:
            at, layout = self.ground.rows_of_limit.get(number), self.ground.layout
            if at is None:
                return None
            node, value = layout.row_node[at], np.abs(self.duals[at]) / layout.row_scale[at]
            by_node: dict[int, tuple[float, int]] = {}
            for n, v in zip(node.tolist(), value.tolist(), strict=True):
                total, count = by_node.get(n, (0.0, 0))
                by_node[n] = total + v, count + 1
            self._bounds[number] = Bound(node, value, by_node)
        return self._bounds[number]

    def suppliers(self, row: int, skip: str) -> list[int]:
        """Columns that a short row would draw on: those in use at no loss, else the least loss-making one."""
        start, columns_of_row = self.ground.columns_of_row
        span = slice(start[row], start[row + 1])
        columns, earned = columns_of_row[span], self.earned_in_row[span]
        family, level = self.ground.layout.column_family, self.ground.level
        # what is short elsewhere supplies nothing here: not to have given is no way to be made good
        no_supply = {skip, *self.ground.programme.named("slack")}
        helping = [j for j, e in zip(columns, earned, strict=True) if e > self.tolerance and family[j] not in no_supply]
        free = [j for j in helping if self.reduced[j] <= self.tolerance]
        in_use = [j for j in free if level[j] > 1e-6]
        return in_use or free or sorted(helping, key=lambda j: self.reduced[j])[:1]

    def causes(self, row: int, skip: str = "") -> Shares:
        """Shares of the causes behind a short row; they sum to one.

        The walk may be as deep as periods times tiers, so it keeps its own stack.
        """
        stack: list[Generator[int, Shares, Shares]] = [self._upstream(row, skip)]
        answer: Shares | None = None
        while stack:
            try:
                asked = next(stack[-1]) if answer is None else stack[-1].send(answer)
            except StopIteration as done:
                stack.pop()
                answer = done.value
                continue
            answer = None
            stack.append(self._upstream(asked, ""))
        return answer or {}

    def _upstream(self, row: int, skip: str) -> Generator[int, Shares, Shares]:
        """The causes behind a row; asks for those of the rows behind it."""
        if row in self.known:
            return self.known[row]
        if row in self.open:
            return {}
        self.open.add(row)
        total: Shares = {}
        for j in self.suppliers(row, skip):
            charges = yield from self._charges(row, j)
            for cause, share in charges.items():
                total[cause] = total.get(cause, 0.0) + share
        self.open.discard(row)
        size = sum(total.values())
        result = {c: s / size for c, s in total.items()} if size > 0 else {self.ground.too_early(row): 1.0}
        self.known[row] = result
        return result

    def _charges(self, row: int, j: int) -> Generator[int, Shares, Shares]:
        """What charges a column that supplies a row."""
        ground = self.ground
        start, rows_of_column = ground.rows_of_column
        span = slice(start[j], start[j + 1])
        result: Shares = {}
        for i, amount in zip(rows_of_column[span], self.earned_in_column[span], strict=True):
            if i == row or amount >= -self.tolerance:
                continue
            limit = ground.limit_of_row[i]
            if limit >= 0:
                cause = limit * ground.nodes + ground.node_of_row[i]
                result[cause] = result.get(cause, 0.0) - amount
            else:
                behind = yield i
                for cause, share in behind.items():
                    result[cause] = result.get(cause, 0.0) - amount * share
        if not result and self.reduced[j] < -self.tolerance:
            result = ground.held_back(j)
        return result


class Missing(NamedTuple):
    """One thing short at one node: family of slack, key of its row, solver columns, amount, passes that price it."""

    shortage: Shortage
    key: Key
    node: int
    columns: Integers
    amount: float
    passes: list[PassResult]


def missing(v: Values, solution: Solution) -> Iterator[Missing]:
    """Everything short."""
    named = {p.name: p for p in solution.passes}
    for shortage in shortages_in_order(v.programme):
        priced = [named[p] for p in shortage.passes if p in named]
        if not priced:
            continue
        labels = v.programme.families[shortage.family].labels
        for key, members, amount in shortage.amounts(v.programme, v[shortage.family]):
            for node in np.flatnonzero(amount > 0).tolist():
                columns = labels[members, node]
                columns = columns[columns >= 0]
                mine = [p for p in priced if (p.cost[columns] > 0).any()] or priced
                yield Missing(shortage, key, node, columns, float(amount[node]), mine)


class Entry(NamedTuple):
    """What one cause takes of one shortage: its nodes, units x months, and its part of the objective."""

    first: int
    last: int
    quantity: float
    part: float


Ranked = tuple[str, int, str]
"""Objective, number of what stands behind the causes, item."""


def explain(v: Values, solution: Solution, parts: Sequence[Part]) -> dict[str, pl.DataFrame]:
    """The tables ``causes`` and ``bottlenecks``."""
    tree, layout = v.tree, solution.layout
    walks: dict[tuple[str, ...], Walk] = {}
    ground = Ground(v, solution, parts)
    row_at = {
        (family, key, node): row
        for row, (family, key, node) in enumerate(
            zip(layout.row_family, layout.row_key, ground.node_of_row, strict=True)
        )
    }
    ends = [month_text(int(m)) for m in tree.last_month]
    rows: list[tuple[object, ...]] = []
    ranking: dict[Ranked, list[Entry]] = {}
    prices: dict[Ranked, float | None] = {}
    for short in missing(v, solution):
        # passes that measure one objective in turn (the worst-off first, then the sum) price it together
        together = short.shortage.passes if short.shortage.in_turn else (short.passes[-1].name,)
        used = [p for p in solution.passes if p.name in together]
        priced_by = tuple(p.name for p in used)
        if priced_by not in walks:
            walks[priced_by] = Walk(ground, used)
        walk = walks[priced_by]
        objective, holder, item = short.shortage.of(short.key)
        row = row_at[short.shortage.rows, short.key, short.node]
        price = abs(walk.duals[row]) / layout.row_scale[row]
        grouped: dict[int, list[tuple[int, float]]] = {}
        for cause, share in walk.causes(row, skip=short.shortage.family).items():
            grouped.setdefault(cause // ground.nodes, []).append((cause % ground.nodes, share))
        contribution = float(short.passes[-1].cost[short.columns] @ solution.columns[short.columns])
        months = float(tree.months[short.node]) if short.shortage.lasting else 1.0
        for number, members in sorted(grouped.items(), key=lambda g: -sum(s for _, s in g[1])):
            share = sum(s for _, s in members)
            if share < 1e-6:
                continue
            nodes = [n for n, s in members if s > 1e-6 * share]
            named = ground.names[number]
            rows.append((
                objective, holder, item, int(tree.period[short.node]), v.months[short.node], named.kind,
                text(named.code), parts_of(named.code), v.months[min(nodes)], ends[max(nodes)], short.amount * share,
                _relief(walk, number, nodes, price),
            ))  # fmt: skip
            ranked = objective, number, item
            entry = Entry(min(nodes), max(nodes), short.amount * share * months, contribution * share)
            ranking.setdefault(ranked, []).append(entry)
            if ranked not in prices:
                prices[ranked] = _standing_value(walk, number)
    return {"causes": frame("plan", "causes", rows), "bottlenecks": _ranking(v, solution, ground, ranking, prices)}


def _relief(walk: Walk, number: int, nodes: list[int], price: float) -> float | None:
    """Units of the shortage relieved by one more unit of the limit, mean over the nodes where it binds."""
    if price <= SMALL or walk.ground.names[number].kind in ("lead_time", "no_supply", "priority"):
        return None
    bound = walk.bound(number)
    if bound is None:
        return None
    found = [bound.by_node[n] for n in set(nodes) if n in bound.by_node]
    count = sum(c for _, c in found)
    return sum(value for value, _ in found) / count / price if count else None


def _standing_value(walk: Walk, number: int) -> float | None:
    """Pass units gained by one more unit a month of the limit throughout (a budget: by one more money unit)."""
    bound, ground = walk.bound(number), walk.ground
    if bound is None or ground.names[number].kind == "priority":
        return None
    monthly = ground.limits[ground.layout.row_family[ground.rows_of_limit[number][0]]].monthly
    months = ground.programme.tree.months[bound.node] if monthly else 1.0
    return float(sum((bound.value * months).tolist()))


def _ranking(
    v: Values, solution: Solution, ground: Ground, ranking: dict[Ranked, list[Entry]],
    prices: dict[Ranked, float | None],
) -> pl.DataFrame:  # fmt: skip
    """Bottlenecks, by the order of the objectives and then by their share of the shortage."""
    order: dict[str, int] = {}
    for p in solution.passes:
        order.setdefault(p.name.split("_")[0] if p.name.startswith("requirement") else p.name, len(order))
    totals: dict[str, float] = {}
    for (objective, _, _), entries in ranking.items():
        totals[objective] = totals.get(objective, 0.0) + sum(e.part for e in entries)
    rows = []
    for (objective, number, item), entries in ranking.items():
        part, named = sum(e.part for e in entries), ground.names[number]
        rows.append((
            objective, named.kind, text(named.code), parts_of(named.code), item,
            month_text(int(v.tree.first_month[min(e.first for e in entries)])),
            month_text(int(v.tree.last_month[max(e.last for e in entries)])),
            sum(e.quantity for e in entries), part / totals[objective] if totals[objective] > 0 else 0.0,
            prices[objective, number, item],
        ))  # fmt: skip
    rows.sort(key=lambda r: (order.get(r[0], 99), -r[8], r[1], r[2], r[4]))
    return frame("plan", "bottlenecks", [(n + 1, *r) for n, r in enumerate(rows)])
