"""What the plan strives for, pass by pass: floors, pledges, need, own use, requirement, money."""

from __future__ import annotations

import numpy as np

from rampart.network.lags import Floats, by_period
from rampart.network.lots import storage_limits
from rampart.network.network import Sets
from rampart.network.rates import Rates
from rampart.network.resources import resource_codes, resource_numbers
from rampart.plan.parts.cancellation import cost_of_cancelling
from rampart.plan.parts.expansion import net_cost
from rampart.plan.parts.fleet import joining, share_available, shop_rows, upkeep_each
from rampart.plan.parts.money import budgets
from rampart.plan.parts.need import _first_of_period, late_rows
from rampart.plan.parts.order import order_price
from rampart.plan.parts.stock import holding_cost
from rampart.plan.programme.terms import Families, Measure, _share
from rampart.plan.programme.tree import Tree


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
