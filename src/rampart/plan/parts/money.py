"""Money by nation and fiscal year: commitments and payments, against budgets.

    budget   sum over x, s up to t of share[x,b,s] amount[x,s] x[s] + carried over[b,t] / c[b] <=
                 limit[b] - due[b] + over budget[b,t] + carried over[b-1,s at the end of b-1 before t]

b            budget of a nation, fiscal year and purpose, commitments or payments; t nodes of the last period of its year
x            decisions that money follows: order, cancel, expand, buy, send, hand over, spares, bays, join, in their own units
amount       money units a unit decided at s (``flows`` of the parts); share of it that falls in the year of b
             (``network.payments``)
limit        money units of the case at its price base: ``budgets`` by ``currencies`` and ``deflators``; unlimited: no row
due          money units due anyhow: payments on placed orders, upkeep of systems that do not come from the plan
c            share of what is left of b that may be used in the next year; 0: carried over[b] is not there
carried over money units of b that are used in the next year, of the same nation, purpose and kind (b-1: the year before)
over budget  money units beyond the limit, which the rules pass holds down first

What a cancelled order would have cost from its cancellation on is taken away. Source: the budgets of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.lags import Floats
from rampart.network.limits import Limit, money_limits
from rampart.network.payments import (
    KINDS,
    BudgetLimit,
    Flow,
    budget_limits,
    fiscal_starts,
    placed_payments,
    price_index,
    years_after,
)
from rampart.plan.parts.fleet import upkeep_of_year
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl

Spent = dict[tuple[str, int, str], dict[str, float]]


class Money(Part):
    """What everything costs whom, in which year."""

    name = "money"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``over budget``: money units at the end of the year."""
        limits = budget_limits(p.network)
        ends = np.array([b.end for b in limits], dtype=np.int64).reshape(-1, 1)
        yield FamilySpec("over budget", [b.key for b in limits], "slack", exists=p.tree.period[None, :] == ends)
        of = [n for n, _ in years_after(limits)]
        at = p.tree.period[None, :] == ends[of]
        yield FamilySpec("carried over", [limits[n].key for n in of], "level", exists=at, tie=1.0)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``budget``."""
        limits, over = budget_limits(p.network), p["over budget"]
        if not limits:
            return
        rows = Rows(p.tree, "budget", over.keys, scale=np.full(len(limits), p.money_scale)).add(over, factor=-1.0)
        due, flows = _due_anyhow(p), flows_alike(p.flows)
        right = np.full((len(limits), len(p.tree)), np.inf)
        for row, limit in enumerate(limits):
            right[row, p.tree.period == limit.end] = limit.amount - due(limit)
            for alike in flows.get((limit.key.nation, limit.key.kind), []):
                if limit.covers(alike[0].purpose):
                    _add_money(p, rows, row, limit, alike)
        _add_carried(p, rows, limits)
        yield rows.hold("<=", right)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Budgets that had to be exceeded, as shares of those of the whole year: a month on the same excess counts the same."""
        size = np.array([max(1.0, b.whole) for b in budget_limits(p.network)]).reshape(-1, 1)
        yield Weight("rules", "over budget", 1.0 / size)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """A budget of a year."""
        return money_limits(p.network)

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A budget that could not be kept."""
        yield Rule("over budget", "budget", lambda key: (key, None))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``money`` and ``budgets``."""
        spent = _spent(v)
        rows = [(*key, kinds["commitments"], kinds["payments"]) for key, kinds in sorted(spent.items())]
        limits, index = budget_limits(v.network), price_index(v.network)
        carried = {limits[n].key: float(v["carried over"][k].max()) for k, (n, _) in enumerate(years_after(limits))}
        used: list[tuple[object, ...]] = []
        for n, limit in enumerate(limits):
            mine, prices = _used(spent, limit), index.get(limit.key.year)
            then = None if prices is None else mine * prices
            over = float(v["over budget"][n].max())
            used.append((*limit.key, limit.amount, mine, over, carried.get(limit.key, 0.0), then))
        return {"money": frame("plan", "money", rows), "budgets": frame("plan", "budgets", used)}


def _add_carried(p: Programme, rows: Rows, limits: list[BudgetLimit]) -> None:
    """What is carried over: more is left of its own year by ``1 / c``, and the next year has it besides."""
    tree, carried = p.tree, p["carried over"]
    for key, (row, after) in enumerate(years_after(limits)):
        own = np.flatnonzero(tree.period == limits[row].end)
        same = np.ones(own.size, dtype=np.int64)
        left = np.full(own.size, 1.0 / limits[row].carried)
        rows.add_cells(carried, key=same * key, cause=own, row=same * row, effect=own, factor=left)
        into = np.flatnonzero(tree.period == limits[after].end)
        before, same = tree.ancestor[into, limits[row].end], np.ones(into.size, dtype=np.int64)
        rows.add_cells(carried, key=same * key, cause=before, row=same * after, effect=into, factor=-np.ones(into.size))


def _due_anyhow(p: Programme) -> Callable[[BudgetLimit], float]:
    """What is due whatever is decided, of each budget, in money units."""
    paid, kept_up = placed_payments(p.network), upkeep_of_year(p)

    def due(limit: BudgetLimit) -> float:
        year = limit.key.nation, limit.key.year
        placed = paid.get(year, 0.0) if limit.key.kind == "payments" and limit.covers("placed") else 0.0
        return placed + (kept_up.get(year, 0.0) if limit.covers("support") else 0.0)

    return due


def flows_alike(flows: Iterable[Flow]) -> dict[tuple[str, str], list[list[Flow]]]:
    """Flows by (nation, kind), together where only the decision and the amount differ."""
    result: dict[tuple[str, str], dict[tuple[object, ...], list[Flow]]] = {}
    for f in flows:
        how = (f.family, f.purpose, f.lag, f.months, f.from_start, f.beyond, f.price)
        result.setdefault((f.payer, f.kind), {}).setdefault(how, []).append(f)
    return {who: list(alike.values()) for who, alike in result.items()}


def _add_money(p: Programme, rows: Rows, row: int, limit: BudgetLimit, alike: list[Flow]) -> None:
    """``share of the year x amount`` of every decision on the way to the nodes of a year's last period."""
    tree, first = p.tree, alike[0]
    family = p.families[first.family]
    starts_in = fiscal_starts(p.network)[first.payer]
    share = first.by_year(tree.calendar, starts_in).get(limit.key.year)
    if share is not None:
        effect = np.flatnonzero(tree.period == limit.end)[:, None]
        cause = tree.ancestor[effect, np.flatnonzero(share)[None, :]]  # (effects, causes)
        key = np.array([family.index[f.of] for f in alike])
        amount = np.stack([f.amount for f in alike])
        shape = (key.size, *cause.shape)
        before = np.broadcast_to(cause >= 0, shape)
        rows.add_cells(
            family, key=np.broadcast_to(key[:, None, None], shape)[before],
            cause=np.broadcast_to(cause, shape)[before], row=np.full(shape, row)[before],
            effect=np.broadcast_to(effect, shape)[before], factor=(amount[:, cause] * share[tree.period[cause]])[before],
        )  # fmt: skip
    undoing = next((f for f in p.families.values() if f.spec.undoes and f.spec.undoes.family == first.family), None)
    if undoing is not None and family.undone is not None:
        flow_of = {family.index[f.of]: f for f in alike}
        u = family.undone
        for own, key_, cause_, since in zip(u.own, u.key, u.cause, u.since, strict=True):
            if key_ not in flow_of or tree.period[since] > limit.end:
                continue
            flow, month = flow_of[key_], int(tree.first_month[since])
            left = flow.by_year(tree.calendar, starts_in, since=month).get(limit.key.year)
            money = 0.0 if left is None else float(flow.amount[cause_] * left[tree.period[cause_]])
            last = np.flatnonzero(tree.period == limit.end)
            below = last[tree.ancestor[last, tree.period[since]] == since]
            same = np.ones(below.size, dtype=np.int64)
            rows.add_cells(
                undoing, key=same * own, cause=same * since, row=same * row, effect=below,
                factor=np.full(below.size, -money),
            )  # fmt: skip


def _spent(v: Values) -> Spent:
    """Money by nation, fiscal year and purpose; what is due anyhow with it."""
    p, starts = v.programme, fiscal_starts(v.network)
    result: Spent = {}

    def add(nation: str, year: int, purpose: str, kinds: Iterable[str], amount: float) -> None:
        entry = result.setdefault((nation, year, purpose), dict.fromkeys(KINDS, 0.0))
        for kind in kinds:
            entry[kind] += amount

    for flow in p.flows:
        family = p.families[flow.family]
        spent: Floats = flow.amount * v[flow.family][family.index[flow.of]]
        if spent.any():
            for year, share in flow.by_year(v.case.calendar, starts[flow.payer]).items():
                amount = float((share[v.tree.period] * spent).sum())
                if amount:  # what comes late is paid later: less in one year, and more in another
                    add(flow.payer, year, flow.purpose, (flow.kind,), amount)
    for (nation, year), amount in upkeep_of_year(p).items():
        if amount > 0:
            add(nation, year, "support", KINDS, amount)
    for (nation, year), amount in placed_payments(v.network).items():
        add(nation, year, "placed", ("payments",), amount)
    return result


def _used(spent: Spent, limit: BudgetLimit) -> float:
    """What is used of a budget."""
    mine = limit.key.nation, limit.key.year
    return sum(kinds[limit.key.kind] for (*who, purpose), kinds in spent.items()
               if tuple(who) == mine and limit.covers(str(purpose)))  # fmt: skip
