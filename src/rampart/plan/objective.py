"""What the plan strives for, pass by pass: floors, pledges, need, own use, requirement, money."""

from __future__ import annotations

import numpy as np

from rampart.plan.availability import by_period, joining, needed, share_available, shop_rows, upkeep_each
from rampart.plan.budget import budgets
from rampart.plan.cancellation import cost_of_cancelling
from rampart.plan.capacity import net_cost
from rampart.plan.contract import order_price
from rampart.plan.demand import Held, late_rows
from rampart.plan.production import Rates
from rampart.plan.sets import Sets
from rampart.plan.stock import storage_limits
from rampart.plan.supply_chain import resource_codes, resource_numbers
from rampart.plan.terms import Family, Floats, Measure
from rampart.plan.transfer import pledge_rows
from rampart.plan.tree import Tree

Families = dict[str, Family]


def _share(part: Floats | float, whole: Floats) -> Floats:
    """Share part / whole where whole is positive, else 0."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def rules(sets: Sets, tree: Tree, v: Families, rates: Rates) -> Measure:
    """Hard rules that had to give way, as shares of what was asked; zero when all can be kept."""
    measure = Measure("rules", "share-periods")
    least = rates.least[:, tree.period]
    measure.add(v["below minimum"], tree.probability * _share(1.0, least))
    limit = storage_limits(sets)
    size = np.maximum(np.where(np.isfinite(limit), limit, 1.0), 1.0)
    measure.add(v["over storage"], tree.probability / size[:, None])
    money = np.array([max(1.0, b.limit) for b in budgets(sets)])
    measure.add(v["over budget"], tree.probability / money.reshape(-1, 1))
    return measure


def floors(tree: Tree, v: Families, numbers: Held) -> Measure:
    """Months of a full floor missing."""
    weight = tree.probability * tree.months * _share(1.0, numbers.floor[:, tree.period])
    return Measure("floors", "months of a full floor").add(v["below floor"], weight)


def pledged(sets: Sets, tree: Tree, v: Families) -> Measure:
    """Months of a full pledge owed."""
    _, due = pledge_rows(sets)
    last = due[:, -1:] if due.size else np.zeros((0, 1))
    weight = tree.probability * tree.months * _share(1.0, last)
    return Measure("pledges", "months of a full pledge").add(v["owed"], weight)


def monthly_need(sets: Sets) -> Floats:
    """Mean need a month, over the months with need, of each demand; of regimes the largest. Shape (demands,)."""
    result = np.zeros(len(sets.demands))
    for regime in [r["regime"] for r in sets.rows("regimes")] or [None]:
        need = np.nan_to_num(sets.demand_monthly("need", regime))
        if need.size:
            result = np.maximum(result, _share(need.sum(axis=1), (need > 0).sum(axis=1).astype(float)))
    return result


def unmet_need(sets: Sets, tree: Tree, v: Families, *, recipients: bool) -> Measure:
    """Months of need unmet, weighted; a need that may be served late counts a twelfth for each month it is due."""
    measure = Measure("need" if recipients else "own_use", "months of need")
    weights: dict[tuple[str, str, str], float] = {}
    for r in sets.rows("demand"):
        weights.setdefault((r["holder"], r["item"], r["purpose"]), r["weight"])
    mine = np.array([(h in sets.recipients) == recipients for h, _, _ in sets.demands], dtype=bool)
    weight = np.array([weights[key] for key in sets.demands]) * _share(1.0, monthly_need(sets)) * mine
    each = np.where(late_rows(sets)[:, None], tree.months / 12.0, 1.0)
    return measure.add(v["unmet"], tree.probability * each * weight.reshape(-1, 1))


def worst_requirement(tree: Tree, v: Families) -> Measure:
    """Months of a full requirement short for the worst-off holder of each item."""
    measure = Measure("requirement_worst", "months of a full requirement, worst-off")
    return measure.add(v["worst"], tree.probability * tree.months)


def all_requirements(tree: Tree, v: Families, numbers: Held) -> Measure:
    """Months of a full requirement short, all holders and items."""
    weight = tree.probability * tree.months * _share(1.0, numbers.requirement[:, tree.period])
    return Measure("requirement_sum", "months of a full requirement").add(v["shortfall"], weight)


def holding_cost(sets: Sets) -> tuple[Floats, Floats]:
    """Holding cost a month and end value of a unit of each pair, in currency. Shape (pairs,)."""
    cost = np.array([sets.items[item]["holding_cost"] for _, item in sets.pairs])
    value = np.zeros(len(sets.pairs))
    for r in sets.rows("storage"):
        n = sets.pair_index[r["holder"], r["item"]]
        value[n] = r["end_value"]
        if r["holding_cost"] is not None:
            cost[n] = r["holding_cost"]
    return cost, value


def money(sets: Sets, tree: Tree, v: Families, rates: Rates) -> Measure:
    """Costs less values over the plan, in money units."""
    unit = sets.case.money_unit
    measure = Measure("money", "money unit")
    p = tree.probability
    at_end = np.isin(np.arange(len(tree)), tree.leaves).astype(float)
    measure.add(v["order"], p * order_price(sets, tree))
    cancelled = cost_of_cancelling(sets, tree, v["order"], v["cancel"])
    measure.add(v["cancel"], p * (cancelled.owed - cancelled.saved))
    measure.add(v["buy"], p * np.array([o.price for o in sets.offers]).reshape(-1, 1) / unit)
    measure.add(v["send"], p * np.array([r.cost for r in sets.routes]).reshape(-1, 1) / unit)
    measure.add(v["expand"], p * net_cost(sets, tree))
    lines = [list(sets.lines).index(code) for code in v["active"].keys]
    measure.add(v["active"], p * rates.setup[lines][:, tree.period] / unit)
    if resource_codes(sets):
        measure.add(v["use"], p * resource_numbers(sets)[1][:, tree.period] / unit)
    idle = [sets.line_index[code] for code in v["idle"].keys]
    measure.add(v["idle"], p * rates.idle[idle][:, None] / unit)
    measure.add(v["spares"], p)
    measure.add(v["bays"], p * np.array([r["bay_cost"] for r in shop_rows(sets)], dtype=float).reshape(-1, 1) / unit)
    if sets.fleet_pairs:  # a system that joins is kept up for as long as the plan lasts
        monthly = upkeep_each(sets)[joining(sets)]
        left = np.cumsum(monthly[:, ::-1], axis=1)[:, ::-1]
        measure.add(v["join"], p * by_period(sets.calendar, left)[:, tree.period])
    holding, end_value = holding_cost(sets)
    measure.add(v["stock"], p * (holding[:, None] * tree.months - end_value[:, None] * at_end) / unit)
    measure.add(v["serve"], -p * _first_of_period(sets, tree, "price") / unit)
    late = late_rows(sets)[:, None]
    lost = np.where(late, at_end, 1.0) * _first_of_period(sets, tree, "unmet_cost")
    waiting = np.where(late, tree.months * _first_of_period(sets, tree, "late_cost"), 0.0)
    return measure.add(v["unmet"], p * (lost + waiting) / unit)


def _first_of_period(sets: Sets, tree: Tree, column: str) -> Floats:
    """A price or cost of each demand in the first month of each node in which it is in force, 0 where it never is.

    Shape (demands, nodes). On a mean path it is the mean over the regimes in which it is in force.
    """
    if tree.mix is None:
        return np.nan_to_num(_first_in(sets, column, None))[:, tree.period]
    total, weight = np.zeros((2, len(sets.demands), len(tree)))
    for share, regime in zip(tree.mix.T, tree.regimes, strict=True):
        value = _first_in(sets, column, regime)[:, tree.period]
        total += np.nan_to_num(value) * share
        weight += np.isfinite(value) * share
    return _share(total, weight)


def _first_in(sets: Sets, column: str, regime: str | None) -> Floats:
    """The same by period in one regime, NaN where not in force, shape (demands, periods).

    A late demand keeps its price and costs after its last row ended, for what is still due.
    """
    monthly = sets.demand_monthly(column, regime)
    first = np.full((len(sets.demands), len(sets.calendar)), np.nan)
    if not monthly.size:
        return first
    if column in ("late_cost", "unmet_cost", "price"):
        for n in np.flatnonzero(late_rows(sets)):
            for m in range(1, monthly.shape[1]):
                if np.isnan(monthly[n, m]):
                    monthly[n, m] = monthly[n, m - 1]
    starts = np.asarray(sets.calendar.starts) - sets.calendar.first
    for t, (start, length) in enumerate(zip(starts, sets.calendar.lengths, strict=True)):
        for month in range(start, start + length):
            first[:, t] = np.where(np.isnan(first[:, t]), monthly[:, month], first[:, t])
    return first


def available(sets: Sets, tree: Tree, v: Families) -> Measure:
    """Months of a whole fleet's need lacking."""
    weight = tree.probability * tree.months * _share(1.0, needed(sets)).reshape(-1, 1)
    return Measure("availability", "months of a whole fleet").add(v["unavailable"], weight)


def ties(sets: Sets, families: Families, weight_of: dict[str, float]) -> Measure:
    """Small positive weights from the readable names, so that the plan is one vertex whatever path the solver takes.

    Where all else is equal a member keeps what it orders: orders that go straight to a recipient weigh more.
    """
    measure = Measure("ties", "")
    for name, family in families.items():
        if name in weight_of and len(family):
            weights = weight_of[name] * _name_weights([f"{name}|{key}" for key in family.keys], len(family.tree))
            if name == "order":
                away = np.array([c.ship_to in sets.recipients for c in sets.channels])
                weights *= np.where(away, 4.0, 1.0)[:, None]
            if name == "level":  # systems count at the best level that what was bought allows
                weights *= 0.001
                weights += weight_of[name] * (1.0 - share_available(sets)[:, family.tree.period])
            measure.add(family, weights / family.scale[:, None])
    return measure


def _name_weights(names: list[str], nodes: int) -> Floats:
    """Numbers in [0.5, 1.5) that depend on the name and the node alone, shape (names, nodes)."""
    from hashlib import blake2b

    seeds = np.array([int.from_bytes(blake2b(n.encode(), digest_size=8).digest()) for n in names], dtype=np.uint64)
    # splitmix64 spreads the seed and the node over 64 bits (Steele, Lea & Flood 2014); wrapping round is meant
    with np.errstate(over="ignore"):
        x = seeds[:, None] + np.arange(1, nodes + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    weights: Floats = 0.5 + (x >> np.uint64(11)).astype(float) / 2.0**53
    return weights
