"""Money by nation and fiscal year: commitments and payments, against budgets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rampart.case.calendar import Calendar
from rampart.network.lags import Floats
from rampart.network.network import Sets
from rampart.network.payments import KINDS, fiscal_starts, fiscal_year, placed_payments, year_shares
from rampart.network.prices import delivery_price
from rampart.plan.parts import fleet
from rampart.plan.parts.cancellation import cost_of_cancelling
from rampart.plan.parts.expansion import payment_months
from rampart.plan.parts.order import order_price
from rampart.plan.programme.terms import Family, Rows
from rampart.plan.programme.tree import Tree


@dataclass(frozen=True)
class Flow:
    """Money that follows a decision.

    amount   money units a unit decided at each node, shape (nodes,)
    lag      months from the decision to the money
    months   months over which it is spread evenly
    beyond   whether money that falls after the horizon counts in its fiscal year
    price    factor of the month in which the money falls, one for each month of the horizon; none: always one
    """

    family: str
    key: int
    nation: str
    purpose: str
    kind: str
    amount: Floats
    lag: float
    months: int = 1
    from_start: bool = False
    beyond: bool = False
    price: tuple[float, ...] | None = None

    def by_year(self, calendar: Calendar, starts_in: int, *, since: int | None = None) -> dict[int, Floats]:
        """Share decided in each period that falls in each fiscal year within the horizon, or since a month. Year ->
        (periods,).
        """
        how = (self.lag, self.months, self.from_start, self.beyond, self.price)
        return year_shares(calendar, starts_in, *how, since)


def money_flows(sets: Sets, tree: Tree, order: Family | None = None, cancel: Family | None = None) -> list[Flow]:
    """Commitments at award, advances at award and the rest on delivery; expansions over construction; purchases and
    transit at once; what a cancelled order still costs when it is cancelled.
    """
    flows: list[Flow] = []
    unit = sets.case.money_unit
    at_delivery = delivery_price(sets)
    for n, (channel, priced) in enumerate(zip(sets.channels, order_price(sets, tree), strict=True)):
        award, lead, payer = min(channel.administrative, channel.lead), channel.lead, channel.payer
        flows.append(Flow("order", n, payer, "procurement", "commitments", priced, award, beyond=True))
        flows.append(Flow("order", n, payer, "procurement", "payments", priced * channel.advance, award, beyond=True))
        # on delivery each unit is paid at the price of its own month of delivery
        price = at_delivery[n] / unit
        fixed = bool((price == price[0]).all())
        rest = np.full(len(tree), (1 - channel.advance) * (price[0] if fixed else 1.0))
        flows.append(
            Flow("order", n, payer, "procurement", "payments", rest, lead, price=None if fixed else tuple(price))
        )
    for n, offer in enumerate(sets.offers):
        price = np.full(len(tree), offer.price / unit)
        flows += [Flow("buy", n, offer.buyer, "procurement", kind, price, 0.0) for kind in KINDS]
    for n, e in enumerate(sets.expansions):
        payer = e["payer"] or sets.lines[e["line"]]["nation"]
        cost = np.full(len(tree), e["cost"])
        flows.append(Flow("expand", n, payer, "capacity", "commitments", cost, 0.0, 1, True))
        flows.append(Flow("expand", n, payer, "capacity", "payments", cost, 0.0, payment_months(e), True))
    for n, route in enumerate(sets.routes):
        cost = np.full(len(tree), route.cost / unit)
        flows += [Flow("send", n, route.origin, "transport", kind, cost, 0.0) for kind in KINDS]
    flows += support_flows(sets, tree)
    if order is not None and cancel is not None:
        flows += cancellation_flows(sets, tree, order, cancel)
    return [f for f in flows if f.amount.any()]


def support_flows(sets: Sets, tree: Tree) -> list[Flow]:
    """Spares committed at the order and paid on arrival; bays like expansions; upkeep of each system that joins."""
    flows, unit, one = [], sets.case.money_unit, np.ones(len(tree))
    for n, package in enumerate(fleet.packages(sets)):
        flows.append(Flow("spares", n, package.payer, "support", "commitments", one, 0.0))
        flows.append(Flow("spares", n, package.payer, "support", "payments", one, package.lead))
    for n, row in enumerate(fleet.shop_rows(sets)):
        cost, months = np.full(len(tree), float(row["bay_cost"]) / unit), int(row["bay_months"])  # type: ignore[call-overload, arg-type]
        flows.append(Flow("bays", n, str(row["payer"]), "support", "commitments", cost, 0.0, 1, True))
        flows.append(Flow("bays", n, str(row["payer"]), "support", "payments", cost, 0.0, max(1, months), True))
    for n, f in enumerate(fleet.joining(sets).tolist()):
        monthly = tuple(fleet.upkeep_each(sets)[f].tolist())
        if any(monthly):
            whole = np.full(len(tree), float(len(monthly)))
            payer = fleet.payers(sets)[f]
            flows += [
                Flow("join", n, payer, "support", kind, whole, 0.0, len(monthly), price=monthly) for kind in KINDS
            ]
    return flows


def cancellation_flows(sets: Sets, tree: Tree, order: Family, cancel: Family) -> list[Flow]:
    """What is still owed on orders that are cancelled, paid at once."""
    due = cost_of_cancelling(sets, tree, order, cancel).due
    payers = (
        {} if order.undone is None else dict(zip(order.undone.own.tolist(), order.undone.key.tolist(), strict=True))
    )
    return [
        Flow("cancel", n, sets.channels[key].payer, "procurement", "payments", due[n], 0.0, 1, True)
        for n, key in sorted(payers.items())
    ]


def upkeep_of_year(sets: Sets) -> dict[tuple[str, int], float]:
    """Money for condemned parts of the systems that do not come from the plan, by (nation, fiscal year)."""
    starts = fiscal_starts(sets)
    result: dict[tuple[str, int], float] = {}
    for (payer, _), monthly in fleet.upkeep(sets).items():
        for month, money in enumerate(monthly.tolist(), start=sets.calendar.first):
            key = payer, fiscal_year(month, starts[payer])
            result[key] = result.get(key, 0.0) + money
    return result


@dataclass(frozen=True)
class Budget:
    """One limit: commitments or payments of a budget row."""

    nation: str
    year: int
    purpose: str
    kind: str
    limit: float

    @property
    def name(self) -> str:
        """Readable key."""
        return f"{self.nation}|{self.year}|{self.purpose}|{self.kind}"

    def covers(self, purpose: str) -> bool:
        """Whether money of a purpose counts; placed orders are procurement."""
        return self.purpose == "all" or self.purpose == ("procurement" if purpose == "placed" else purpose)


def budgets(sets: Sets) -> list[Budget]:
    """Limits of the case that touch the horizon."""
    rows = [
        Budget(r["nation"], r["fiscal_year"], r["purpose"], kind, r[kind])
        for r in sets.rows("budgets")
        for kind in KINDS
    ]
    return [b for b in rows if math.isfinite(b.limit) and last_period(sets, b) is not None]


def last_period(sets: Sets, budget: Budget) -> int | None:
    """Last period that has a month in the fiscal year; None outside the horizon."""
    starts_in = fiscal_starts(sets)[budget.nation]
    # the last month of the fiscal year, or of the horizon if that comes first
    end = min(12 * budget.year + (starts_in - 2 if starts_in > 1 else 11), sets.calendar.last)
    return sets.calendar.period(end) if fiscal_year(end, starts_in) == budget.year else None


def keep_budgets(sets: Sets, tree: Tree, families: dict[str, Family], over: Family, scale: float) -> None:
    """``money of the nation, year and purpose <= limit + over``, at the last node of the year."""
    limits = budgets(sets)
    if not limits:
        return
    rows = Rows(over.model, tree, "budget", over.keys, scale=np.full(len(limits), scale))
    rows.add(over, tree.now, factor=-1.0)
    starts = fiscal_starts(sets)
    paid, kept_up = placed_payments(sets), upkeep_of_year(sets)
    flows = flows_alike(money_flows(sets, tree, families["order"], families["cancel"]))
    right = np.full((len(limits), len(tree)), np.inf)
    for row, budget in enumerate(limits):
        end = last_period(sets, budget)
        right[row, tree.period == end] = (
            budget.limit
            - (
                paid.get((budget.nation, budget.year), 0.0)
                if budget.kind == "payments" and budget.covers("placed")
                else 0.0
            )
            - (kept_up.get((budget.nation, budget.year), 0.0) if budget.covers("support") else 0.0)
        )
        for alike in flows.get((budget.nation, budget.kind), []):
            first = alike[0]
            if not budget.covers(first.purpose):
                continue
            shares = first.by_year(sets.calendar, starts[first.nation])
            share = shares.get(budget.year)
            if share is not None:
                _add_money(rows, row, int(end or 0), families[first.family], alike, share)
            if first.family == "order" and families["order"].undone is not None:
                _undo_money(rows, row, int(end or 0), families, alike, (starts[first.nation], budget.year))
    rows.constrain("<=", right)


def _undo_money(
    rows: Rows, row: int, end: int, families: dict[str, Family], alike: list[Flow], year: tuple[int, int]
) -> None:
    """Take away what cancelled orders would have cost from their cancellation on."""
    tree, cancel, undone = rows.tree, families["cancel"], families["order"].undone
    assert undone is not None
    flow_of = {f.key: f for f in alike}
    starts_in, named = year
    last = np.flatnonzero(tree.period == end)
    for own, key, cause, since in zip(undone.own, undone.key, undone.cause, undone.since, strict=True):
        if key not in flow_of or tree.period[since] > end:
            continue
        flow = flow_of[key]
        month = int(tree.first_month[since])
        share = flow.by_year(tree.calendar, starts_in, since=month).get(named)
        money = 0.0 if share is None else float(flow.amount[cause] * share[tree.period[cause]])
        below = last[tree.ancestor[last, tree.period[since]] == since]
        same = np.ones(below.size, dtype=np.int64)
        rows.add_cells(
            cancel, key=same * own, cause=same * since, row=same * row, effect=below, factor=np.full(below.size, -money)
        )


def flows_alike(flows: list[Flow]) -> dict[tuple[str, str], list[list[Flow]]]:
    """Flows by (nation, kind), together where only the decision and the amount differ."""
    result: dict[tuple[str, str], dict[tuple[object, ...], list[Flow]]] = {}
    for f in flows:
        how = (f.family, f.purpose, f.lag, f.months, f.from_start, f.beyond, f.price)
        result.setdefault((f.nation, f.kind), {}).setdefault(how, []).append(f)
    return {who: list(alike.values()) for who, alike in result.items()}


def _add_money(rows: Rows, row: int, end: int, family: Family, alike: list[Flow], share: Floats) -> None:
    """``share of the year x amount`` of every decision on the way to the nodes of a year's last period."""
    tree = rows.tree
    effect = np.flatnonzero(tree.period == end)[:, None]
    cause = tree.ancestor[effect, np.flatnonzero(share)[None, :]]  # (effects, causes)
    key = np.array([f.key for f in alike])
    amount = np.stack([f.amount for f in alike])
    shape = (key.size, *cause.shape)
    before = np.broadcast_to(cause >= 0, shape)
    rows.add_cells(
        family, key=np.broadcast_to(key[:, None, None], shape)[before], cause=np.broadcast_to(cause, shape)[before],
        row=np.full(shape, row)[before], effect=np.broadcast_to(effect, shape)[before],
        factor=(amount[:, cause] * share[tree.period[cause]])[before],
    )  # fmt: skip
