"""The programme of the plan: variables, then one physical idea after another, then the objective passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.tables import Case
from rampart.findings import CaseError, Finding
from rampart.network import asked, lots, resources
from rampart.network import asked as asked_of_plan
from rampart.network import lots as lots_of_plan
from rampart.network import rates as rates_of_plan
from rampart.network.network import Sets
from rampart.network.rates import Rates
from rampart.plan.model import passes as passes_of_plan
from rampart.plan.parts import (
    cancellation,
    expansion,
    fleet,
    line,
    money,
    need,
    order,
    pledge,
    purchase,
    requirement,
    stock,
    supply,
    transfer,
)
from rampart.plan.parts import need as need_of_plan
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.scales import money_scale
from rampart.plan.programme.terms import Family, Measure, new_model
from rampart.plan.programme.tree import Tree

if TYPE_CHECKING:
    from rampart.sustainment.levels import Levels

# families whose solver columns carry tie-breaking weights, in order of how much a planner cares to see them small
TIES = {
    "order": 1.0, "cancel": 1.0, "expand": 4.0, "buy": 1.0, "send": 1.0, "dispose": 0.5, "stock": 0.01,
    "shortfall": 0.1, "unmet": 0.1, "spares": 1.0, "bays": 4.0, "join": 1.0, "level": 0.1, "unavailable": 0.1,
}  # fmt: skip


def build(case: Case, *, tree: Tree | None = None, levels: Levels | None = None) -> Programme:
    """Build the programme of a case over a tree (default: the deterministic plan).

    levels  what spares and bays make of each fleet; a case whose priorities name availability needs them
    """
    if levels is None and "availability" in case["priorities"]["objective"].to_list():
        raise CaseError([Finding("availability-in-war", "priorities", column="objective", value="availability")])
    sets = Sets(case, levels)
    tree = tree or Tree.single(case.calendar)
    model = new_model()
    rates = rates_of_plan.line_rates(sets)
    held = asked.held(sets)
    v = declare(model, sets, tree, rates, held)
    constrain(sets, tree, v, rates, held)
    return Programme(case, sets, tree, model, v, rates, held, objective_passes(sets, tree, v, rates, held))


def declare(model: Any, sets: Sets, tree: Tree, rates: Rates, held: asked.Held) -> dict[str, Family]:
    """All families of variables."""
    v: dict[str, Family] = {}

    def family(name: str, keys: list[str], items: list[str] | None = None, **options: Any) -> Family:
        scale = None if items is None else np.array([sets.item_scale[i] for i in items])
        v[name] = Family(model, tree, name, keys=keys, scale=scale, **options)
        return v[name]

    lines = list(sets.lines.values())
    line_keys, line_items = list(sets.lines), [r["item"] for r in lines]
    pair_keys, pair_items = ["|".join(p) for p in sets.pairs], [i for _, i in sets.pairs]
    family(
        "order", [f"{c.line}|{c.code}" for c in sets.channels], [sets.lines[c.line]["item"] for c in sets.channels],
        exists=order.may_order(sets, tree),
    )  # fmt: skip
    names, channel, may, cause = cancellation.declared(sets, tree, v["order"])
    family("cancel", names, [sets.lines[sets.channels[c].line]["item"] for c in channel], exists=may)
    if names:
        v["order"].undone = cancellation.undoing(v["cancel"], channel, cause)
    family("make", line_keys, line_items)
    family("expand", [e["expansion"] for e in sets.expansions], exists=expansion.may_expand(sets, tree))
    family("buy", [f"{o.code}|{o.buyer}" for o in sets.offers], [o.item for o in sets.offers],
           exists=purchase.may_buy(sets, tree))  # fmt: skip
    family("send", ["|".join(r[:3]) for r in sets.routes], [r.item for r in sets.routes],
           exists=transfer.may_send(sets, tree))  # fmt: skip
    family("stock", pair_keys, pair_items)
    aged = lots_of_plan.perishable(sets)
    family("dispose", [pair_keys[n] for n in aged], [pair_items[n] for n in aged])
    _declare_needs(family, sets, tree, held)
    _declare_rules(family, sets, tree, rates)
    lots = [n for n, r in enumerate(lines) if r["lot"] is not None]
    family("lots", [line_keys[n] for n in lots])
    setups = line.set_up_lines(sets, rates)
    family("active", [line_keys[n] for n in setups], upper=1.0)
    costly = np.flatnonzero(rates.idle)
    family("idle", [line_keys[n] for n in costly], [line_items[n] for n in costly])
    family("use", resources.resource_codes(sets))
    _declare_fleets(family, sets)
    return v


def _declare_fleets(family: Any, sets: Sets) -> None:
    """Spares in money units, bays, systems that join a fleet, systems at each level of support, systems lacking."""
    groups = () if sets.levels is None else sets.levels.groups
    bought = family("spares", [f"{groups[p.group].code}|{p.payer}" for p in fleet.packages(sets)])
    bought.scale[:] = money_scale(sets)
    family("bays", [str(row["shop"]) for row in fleet.shop_rows(sets)])
    codes = fleet.fleet_codes(sets)
    family("join", [codes[f] for f in fleet.joining(sets)], [item for _, item in sets.fleet_pairs])
    family("level", fleet.level_keys(sets))
    short = fleet.short_where(sets)
    family("unavailable", codes, exists=short, upper=fleet.needed(sets).reshape(-1, 1))


def _declare_needs(family: Any, sets: Sets, tree: Tree, held: asked_of_plan.Held) -> None:
    demand_keys, demand_items = ["|".join(d) for d in sets.demands], [i for _, i, _ in sets.demands]
    need, late = sets.need_on(tree), need_of_plan.late_rows(sets)[:, None]
    family("serve", demand_keys, demand_items, exists=(need > 0) | (late & ((tree.so_far @ need.T).T > 0)))
    family("unmet", demand_keys, demand_items, exists=(need > 0) | late, upper=np.where(late, np.inf, need))
    pair_keys, pair_items = ["|".join(p) for p in sets.pairs], [i for _, i in sets.pairs]
    asked, floor = held.requirement[:, tree.period], held.floor[:, tree.period]
    family("shortfall", pair_keys, pair_items, exists=asked > 0, upper=asked)
    family("below floor", pair_keys, pair_items, exists=floor > 0, upper=floor)
    items = sorted({i for n, i in enumerate(pair_items) if (asked[n] > 0).any()})
    of_item = np.array([[((asked > 0)[np.array(pair_items) == i]).any(axis=0)] for i in items]).reshape(-1, len(tree))
    family("worst", items, exists=of_item, upper=1.0)
    pledges, due = pledge.pledge_rows(sets)
    family("owed", ["|".join(k) for k in pledges], [k[2] for k in pledges],
           exists=due[:, tree.period] > 0, upper=due[:, tree.period])  # fmt: skip


def _declare_rules(family: Any, sets: Sets, tree: Tree, rates: Rates) -> None:
    lines = list(sets.lines.values())
    lacking = (rates.least - sets.placed_by_line)[:, tree.period]
    family("below minimum", list(sets.lines), [r["item"] for r in lines],
           exists=lacking > 1e-9, upper=np.maximum(lacking, 0.0))  # fmt: skip
    limit = lots.storage_limits(sets)
    family("over storage", ["|".join(p) for p in sets.pairs], [i for _, i in sets.pairs],
           exists=np.isfinite(limit)[:, None] & np.ones(len(tree), dtype=bool))  # fmt: skip
    limits = money.budgets(sets)
    ends = np.array([money.last_period(sets, b) for b in limits], dtype=np.int64).reshape(-1, 1)
    over = family("over budget", [b.name for b in limits], exists=tree.period[None, :] == ends)
    over.scale[:] = 1.0


def constrain(sets: Sets, tree: Tree, v: dict[str, Family], rates: Rates, held: asked.Held) -> None:
    """All families of constraints."""
    stock.balance(
        sets, tree, stock=v["stock"], order=v["order"], buy=v["buy"], send=v["send"], serve=v["serve"],
        dispose=v["dispose"], expand=v["expand"], join=v["join"],
    )  # fmt: skip
    stock.storage(sets, tree, v["stock"], v["over storage"])
    stock.shelf_life(sets, tree, stock=v["stock"], order=v["order"], buy=v["buy"])
    line.output(sets, tree, v["make"], v["order"])
    line.maximum_rate(sets, tree, rates, v["order"], v["expand"])
    line.idle_capacity(sets, tree, rates, make=v["make"], expand=v["expand"], idle=v["idle"])
    line.minimum_rate(sets, tree, rates, v["make"], v["below minimum"])
    line.ramp_limit(sets, tree, v["make"])
    position = {code: n for n, code in enumerate(sets.lines)}
    line.whole_lots(sets, tree, v["make"], v["lots"], np.array([position[k] for k in v["lots"].keys], dtype=np.int64))
    setups = np.array([position[k] for k in v["active"].keys], dtype=np.int64)
    line.set_ups(sets, tree, rates, v["make"], v["active"], setups)
    supply.resources(sets, tree, v["use"], order=v["order"], active=v["active"], expand=v["expand"])
    expansion.most_units(sets, tree, v["expand"])
    order.contract_limits(sets, tree, v["order"])
    cancellation.no_more_than_ordered(tree, v["order"], v["cancel"])
    purchase.market_limits(sets, tree, v["buy"])
    transfer.route_capacity(sets, tree, v["send"])
    pledge.pledges(sets, tree, v["owed"], v["send"])
    need.serve_need(sets, tree, serve=v["serve"], unmet=v["unmet"])
    requirement.hold_requirement(
        sets, tree, stock=v["stock"], shortfall=v["shortfall"], below_floor=v["below floor"], worst=v["worst"],
        numbers=held,
    )  # fmt: skip
    fleet.constrain_fleets(sets, tree, v)
    money.keep_budgets(sets, tree, v, v["over budget"], money_scale(sets))


def objective_passes(
    sets: Sets, tree: Tree, v: dict[str, Family], rates: Rates, held: asked.Held
) -> list[tuple[int, Measure, float]]:
    """The passes of the case in order, rules first and ties last; a pass that nothing counts in is left out."""
    passes = [(0, passes_of_plan.rules(sets, tree, v, rates), 0.0)]
    for row in sorted(sets.rows("priorities"), key=lambda r: r["rank"]):
        rank, tolerance = row["rank"], row["tolerance"]
        match row["objective"]:
            case "floors":
                found = [requirement.floors(tree, v, held)]
            case "pledges":
                found = [pledge.pledged(sets, tree, v)]
            case "need":
                found = [need.unmet_need(sets, tree, v, recipients=True)]
            case "own_use":
                found = [need.unmet_need(sets, tree, v, recipients=False)]
            case "availability":
                found = [fleet.available(sets, tree, v)]
            case "requirement":
                found = [requirement.worst_requirement(tree, v), requirement.all_requirements(tree, v, held)]
            case _:
                found = [passes_of_plan.money(sets, tree, v, rates)]
        passes += [(rank, measure, tolerance) for measure in found]
    passes.append((max((p[0] for p in passes), default=0) + 1, passes_of_plan.ties(sets, v, TIES), 0.0))
    return [p for p in passes if not p[1].empty]
