"""The exchange rate of fleets: what one more money unit of spares, of bays or of new systems brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.engine.highs import OPTIMAL
from rampart.network.keys import Fleet, FleetShop, Key
from rampart.network.lags import Floats, Integers, all_there
from rampart.plan.parts.fleet import in_service, joining, needed
from rampart.plan.parts.support import arrived, bay_keys, packages_of, ready, shop_rows
from rampart.plan.programme.values import Values
from rampart.plan.solving.solution import PassResult, Solution

if TYPE_CHECKING:
    import polars as pl

ROWS = ("fleet", "fleet support", "fleet bays")
GIFT = 1e-5
"""A gift to every row at once, in solver units, at which the prices are read: those of a unit more, and not of a unit less."""


def exchange(v: Values, solution: Solution) -> pl.DataFrame:
    """Systems available × months that one more money unit brings each fleet, by what it buys and when it is decided.

    Read off the prices of the availability pass: a gift of the thing itself, divided by its price. Beyond a few units the
    rate falls. Where the pass has several sets of prices, as where a system less would leave a need unserved, those of a unit
    more are told. Empty where no availability is asked for.
    """
    p, tree = v.programme, v.tree
    if p.levels is None:
        return frame("plan", "exchange", [])
    priced, nothing = _prices(v, solution), np.zeros(len(tree))
    codes, need = p.levels.support.fleets, needed(p)
    rows: list[tuple[Any, ...]] = []

    def tell(lever: str, code: str, fleet: int, price: Floats | float, lag: float, gains: Floats) -> None:
        for node, gain in enumerate(gains):
            month = all_there(tree.first_month[node], lag)
            cost = float(np.broadcast_to(price, gains.shape)[node])
            if month <= v.case.calendar.last and cost > 0:
                rows.append((
                    lever, code, codes[fleet], int(tree.period[node]), v.months[node], month_text(month), cost,
                    float(gain * need[fleet] / cost),
                ))  # fmt: skip

    told: set[int] = set()
    for package in packages_of(p):
        if package.group not in told:  # who pays makes no difference to what it brings
            told.add(package.group)
            for f in p.levels.groups[package.group].fleets.tolist():
                gains = arrived(p, package).T @ priced["fleet support"].get(Fleet(codes[f]), nothing)
                tell("spares", package.key.group, f, 1.0, package.lead, gains)
    for row in shop_rows(p):
        for f, shop in bay_keys(p):
            if shop == row["shop"]:
                gains = ready(p, row).T @ priced["fleet bays"].get(FleetShop(codes[f], shop), nothing)
                tell("bays", shop, f, float(row["bay_cost"]) / p.unit, float(row["bay_months"]), gains)
    for f in joining(p).tolist():
        for code, lag, price in _systems_for_money(v, f):
            gains = in_service(p, f, lag).T @ priced["fleet"].get(Fleet(codes[f]), nothing)
            tell("systems", code, f, price, lag, gains)
    return frame("plan", "exchange", rows)


def _prices(v: Values, solution: Solution) -> dict[str, dict[Key, Floats]]:
    """Fall of the availability pass for one more unit at each node, by name and key of the row."""
    layout = solution.layout
    result: dict[str, dict[Key, Floats]] = {name: {} for name in ROWS}
    found = next((p for p in solution.passes if p.name == "availability"), None)
    if found is None or not found.duals.size:
        return result
    at = np.flatnonzero(np.isin(np.array(layout.row_family, dtype=object), ROWS))
    duals = _of_one_more(solution, found, at)
    for n in at.tolist():
        line = result[layout.row_family[n]].setdefault(layout.row_key[n], np.zeros(len(v.tree)))
        line[layout.row_node[n]] -= duals[n] / layout.row_scale[n]
    return result


def _of_one_more(solution: Solution, found: PassResult, rows: Integers) -> Floats:
    """Prices of the pass where a little more is at hand in each of the rows."""
    solver = solution.solver
    stage = next((one for one in solver.stages if one.name == found.name), None)
    if stage is None or solution.out_of_time:
        return found.duals
    solver.load(stage)
    low, high = solver.row_bounds()
    solver.set_row_bounds(rows, low[rows] + GIFT, high[rows] + GIFT)
    status, duals = solver.run(), np.array(solver.solution().row_dual)
    solver.set_row_bounds(rows, low[rows], high[rows])
    largest = int(np.abs(found.cost).argmax())
    return duals * (found.cost[largest] / stage.cost[largest]) if status == OPTIMAL else found.duals


def _systems_for_money(v: Values, fleet: int) -> list[tuple[str, float, Floats]]:
    """Ways to order or buy a fleet's system for its holder: code, months, price in money units at each node."""
    network, row = v.network, v.network.fleet_rows[fleet]
    found = []
    for n, channel in enumerate(network.channels):
        if (channel.ship_to, network.lines[channel.line]["item"]) == (row["holder"], row["item"]):
            found.append((channel.code, channel.lead, np.asarray(v.programme.order_price[n])))
    for offer in network.offers:
        if (offer.buyer, offer.item) == (row["holder"], row["item"]):
            found.append((offer.code, offer.delay, np.full(len(v.tree), offer.price / v.programme.unit)))
    return found
