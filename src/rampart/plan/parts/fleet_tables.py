"""Result tables of fleets: systems month by month, what is bought to support them, and what a unit of money buys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.lags import Floats
from rampart.plan.parts import fleet
from rampart.plan.parts import fleet as fleet_of_plan
from rampart.plan.parts.order import order_price
from rampart.plan.programme.values import Outcome
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl

    from rampart.plan.coupling import Coupled


def tables(outcome: Outcome, solution: Solution, found: Coupled | None) -> dict[str, pl.DataFrame]:
    """The tables ``fleets``, ``support`` and ``exchange``; empty where the case asks for no availability."""
    if found is None:
        return {name: frame("plan", name, []) for name in ("fleets", "support", "exchange")}
    return {
        "fleets": systems(outcome, found.played),
        "support": support(outcome),
        "exchange": exchange(outcome, solution),
    }


def systems(outcome: Outcome, played: Floats) -> pl.DataFrame:
    """Systems owned, joined, available and lacking of each fleet, and those available when all is played through."""
    from rampart.plan.coupling import available

    sets, tree = outcome.sets, outcome.tree
    codes = fleet.fleet_codes(sets)
    assert sets.levels is not None
    at = [one.fleet for one in fleet.levels(sets)]
    owned, joined = np.zeros((2, len(codes), len(tree)))
    np.add.at(owned, at, outcome.value["level"])
    joined[fleet.joining(sets)] = outcome.value["join"]
    there, need = available(outcome), fleet.needed(sets)
    group = {f: g.code for g in sets.levels.groups for f in g.fleets.tolist()}
    rows: list[tuple[Any, ...]] = []
    for f, row in enumerate(sets.levels.support.fleet_rows):
        for node in range(len(tree)):
            n, m = float(owned[f, node]), float(there[f, node])
            rows.append((
                codes[f], row["holder"], row["type"], group[f], int(tree.period[node]), outcome.months[node],
                float(need[f]), n, float(joined[f, node]), m, float(outcome.value["unavailable"][f, node]),
                m / n if n > 1e-9 else None, m / float(need[f]) if need[f] > 0 else None,
                float(played[f, tree.period[node]]),
            ))  # fmt: skip
    return frame("plan", "fleets", rows)


def support(outcome: Outcome) -> pl.DataFrame:
    """Spares and bays that the plan buys."""
    sets, tree = outcome.sets, outcome.tree
    assert sets.levels is not None
    rows: list[tuple[Any, ...]] = []
    for n, package in enumerate(fleet.packages(sets)):
        for node in np.flatnonzero(outcome.value["spares"][n] > 0):
            money = float(outcome.value["spares"][n, node])
            arrives = month_text(int(tree.first_month[node]) + math.ceil(package.lead))
            code = sets.levels.groups[package.group].code
            rows.append(
                ("spares", code, package.payer, int(tree.period[node]), outcome.months[node], arrives, None, money)
            )
    for n, row in enumerate(fleet.shop_rows(sets)):
        for node in np.flatnonzero(outcome.value["bays"][n] > 0):
            units = float(outcome.value["bays"][n, node])
            arrives = month_text(int(tree.first_month[node]) + int(row["bay_months"]))  # type: ignore[call-overload]
            money = units * float(row["bay_cost"]) / outcome.case.money_unit  # type: ignore[arg-type]
            rows.append((
                "bays", row["shop"], row["payer"], int(tree.period[node]), outcome.months[node], arrives, units, money,
            ))  # fmt: skip
    return frame("plan", "support", rows)


def exchange(outcome: Outcome, solution: Solution) -> pl.DataFrame:
    """Systems available x months that one more money unit brings each fleet, by what it buys and when it is decided.

    Read off the prices of the availability pass: a gift of the thing itself, divided by its price. Beyond a few units the
    rate falls; where the pass has several sets of prices, one of them is told.
    """
    sets, tree = outcome.sets, outcome.tree
    assert sets.levels is not None
    priced = _prices(outcome, solution)
    codes, need = fleet_of_plan.fleet_codes(sets), fleet_of_plan.needed(sets)
    rows: list[tuple[Any, ...]] = []

    def tell(lever: str, code: str, fleet: int, price: Floats | float, lag: float, gains: Floats) -> None:
        for node, gain in enumerate(gains):
            month = int(tree.first_month[node]) + math.ceil(lag)
            cost = float(np.broadcast_to(price, gains.shape)[node])
            if month <= sets.calendar.last and cost > 0:
                rows.append((
                    lever, code, codes[fleet], int(tree.period[node]), outcome.months[node], month_text(month), cost,
                    float(gain * need[fleet] / cost),
                ))  # fmt: skip

    told: set[int] = set()
    for package in fleet_of_plan.packages(sets):
        if package.group not in told:  # who pays makes no difference to what it brings
            told.add(package.group)
            group = sets.levels.groups[package.group]
            for f in group.fleets.tolist():
                gains = fleet_of_plan.arrived(sets, tree, package).T @ priced["fleet support"].get(
                    codes[f], _none(tree)
                )
                tell("spares", group.code, f, 1.0, package.lead, gains)
    for row in fleet_of_plan.shop_rows(sets):
        for f, shop in fleet_of_plan.bay_keys(sets):
            if shop == row["shop"]:
                there = fleet_of_plan.ready(sets, tree, row).T
                gains = there @ priced["fleet bays"].get(f"{codes[f]}|{shop}", _none(tree))
                cost = float(row["bay_cost"]) / outcome.case.money_unit  # type: ignore[arg-type]
                tell("bays", shop, f, cost, float(row["bay_months"]), gains)  # type: ignore[arg-type]
    for f in fleet_of_plan.joining(sets).tolist():
        for code, lag, price in _systems_for_money(outcome, f):
            gains = fleet_of_plan.in_service(sets, tree, f, lag).T @ priced["fleet"].get(codes[f], _none(tree))
            tell("systems", code, f, price, lag, gains)
    return frame("plan", "exchange", rows)


def _none(tree: Any) -> Floats:
    return np.zeros(len(tree))


def _prices(outcome: Outcome, solution: Solution) -> dict[str, dict[str, Floats]]:
    """Fall of the availability pass for one more unit at each node, by family and key of the row."""
    layout, nodes = solution.layout, len(outcome.tree)
    result: dict[str, dict[str, Floats]] = {"fleet": {}, "fleet support": {}, "fleet bays": {}}
    found = next((p for p in solution.passes if p.name == "availability"), None)
    if found is None or not found.duals.size:
        return result
    for n, family in enumerate(layout.row_family):
        if family in result:
            line = result[family].setdefault(layout.row_key[n], np.zeros(nodes))
            line[layout.row_node[n]] -= found.duals[n] / layout.row_scale[n]
    return result


def _systems_for_money(outcome: Outcome, fleet: int) -> list[tuple[str, float, Floats]]:
    """Ways to order or buy a fleet's system for its holder: code, months, price in money units at each node."""
    sets, tree = outcome.sets, outcome.tree
    assert sets.levels is not None
    row = sets.levels.support.fleet_rows[fleet]
    found = []
    price = order_price(sets, tree) if sets.channels else np.zeros((0, len(tree)))
    for n, channel in enumerate(sets.channels):
        if (channel.ship_to, sets.lines[channel.line]["item"]) == (row["holder"], row["item"]):
            found.append((channel.code, channel.lead, np.asarray(price[n])))
    for offer in sets.offers:
        if (offer.buyer, offer.item) == (row["holder"], row["item"]):
            found.append((offer.code, offer.delay, np.full(len(tree), offer.price / outcome.case.money_unit)))
    return found
