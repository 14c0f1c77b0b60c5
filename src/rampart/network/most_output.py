"""How much a line could ever make in a period: what may be useful, and what resources and components allow.

A line with a set-up needs such a bound (``make <= M x active``) where no maximum rate states one. Useful is what is
needed, and also what pays or is forced for its own sake: output that earns, output that a minimum rate asks for, and
output that uses up components which cost something to keep.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from rampart.network.lags import After, Floats, Integers
from rampart.network.lots import storage_limits
from rampart.network.network import Network
from rampart.network.resources import resource_numbers

if TYPE_CHECKING:
    from rampart.network.rates import Rates


def most_output(network: Network, rates: Rates, at: Integers) -> Floats:
    """Bound on the output of the lines at these positions in each period; infinite where none is known.

    The maximum rate with all expansions; where that is unlimited, what is useful or possible. Shape (lines, periods).
    """
    highest = _highest_output(network, rates)
    limited: Floats = highest[at]
    if np.isfinite(limited).all():
        return limited
    possible = possible_output(network, highest)
    useful = useful_quantity(network, rates, possible)
    lines = list(network.lines.values())
    enough = np.array([useful[lines[n]["item"]] + (lines[n]["lot"] or 0.0) for n in at])[:, None]
    most: Floats = np.where(np.isfinite(limited), limited, np.minimum(possible[at], enough))
    return most


def _highest_output(network: Network, rates: Rates) -> Floats:
    """Maximum rate with all expansions, shape (lines, periods)."""
    highest: Floats = rates.most + added_rates(network)[:, None] * np.asarray(network.calendar.lengths)
    return highest


def added_rates(network: Network) -> Floats:
    """What all expansions of each line add, units a month, shape (lines,)."""
    grown = np.zeros(len(network.lines))
    for e in network.expansions:
        rate = network.monthly_rate(e["line"], e["added_rate"])
        grown[network.line_index[e["line"]]] += e["max_units"] * rate
    return grown


def possible_output(network: Network, highest: Floats) -> Floats:
    """Most that the rate of each line, its resources and all components there can ever be allow, shape (lines, periods)."""
    most = highest.copy()
    capacity, _ = resource_numbers(network)
    place = {code: n for n, code in enumerate(network.resources)}
    for use in network.uses:
        if use["line"] in network.line_index and use["quantity"] > 0:
            units = capacity[place[use["resource"]]] / use["quantity"]
            n = network.line_index[use["line"]]
            most[n] = np.minimum(most[n], units if use["offset"] == 0 else units.sum())  # used before, in any period
    there = {item: _given(network, item) for item in network.items}
    for offer in network.rows("market"):
        there[offer["item"]] += offer["quantity"]
    supply = dict.fromkeys(network.items, math.inf)
    for _ in network.items:  # each round passes the bounds one tier on
        for i in network.inputs:
            if i.quantity > 0:
                n = network.line_index[i.line]
                most[n] = np.minimum(most[n], supply[i.component] / i.quantity)
        before, supply = supply, dict(there)
        for line, units in zip(network.lines.values(), most, strict=True):
            supply[line["item"]] += float(units.sum())
        if supply == before:
            break
    return most


def _given(network: Network, item: str) -> float:
    """Units of an item that are there or come without a decision."""
    rows = [*network.rows("stocks"), *network.orders]
    rows += [r for r in network.rows("deliveries") if r["status"] == "in_transit"]
    return float(sum(r["quantity"] for r in rows if r["item"] == item))


def useful_quantity(network: Network, rates: Rates, possible: Floats) -> dict[str, float]:
    """All of each item that could ever be useful: demand, requirements, expansions, exploded through the bills.

    Infinite where no bound is known: what is left over has a value and its storage no limit, output earns without a
    limit, or a bill gives less than it takes.
    """
    total = dict.fromkeys(network.items, 0.0)
    for (_, item, _), need in zip(network.demands, network.need_at_most, strict=True):
        total[item] += float(need.sum())
    for agreed, leaving in zip(network.agreed, network.agreed_by_period[0], strict=True):
        total[agreed.item] += float(leaving.sum())
    held = network.requirements
    months = network.calendar.last - network.calendar.first + 1
    for (_, item), asked, floor in zip(held.pairs, held.total, held.floor, strict=True):
        life = network.items[item]["shelf_life"]
        times = 1 if life is None else 1 + months // life  # what spoils is made again
        total[item] += float(np.nanmax([0.0, *asked, *floor])) * times
    for row in network.rows("deliveries"):
        total[row["item"]] += row["quantity"] if row["status"] == "pledged" else 0.0
    for backfill, due in zip(network.backfills, network.due_back, strict=True):
        total[backfill.item] += float(due[-1])
    for row in network.rows("storage"):
        total[row["item"]] += row["limit"] if row["end_value"] > 0 and math.isfinite(row["limit"]) else 0.0
    for bill in network.expansion_bills:
        expansion = network.expansions[network.expansion_index[bill["expansion"]]]
        total[bill["component"]] += bill["quantity"] * expansion["max_units"]
    for line in network.lines.values():
        total[line["item"]] += line["lot"] or 0.0  # the last lot may be more than is needed
    for more in (_made_for_its_own_sake(network, rates, possible), _using_up(network, rates, possible)):
        for item, quantity in more.items():
            total[item] += quantity
    quantity_in: dict[tuple[str, str], float] = {}
    for i in network.inputs:  # the hungriest line of a product bounds what its components can be needed for
        product = network.lines[i.line]["item"]
        per_line = sum(j.quantity for j in network.inputs_of[i.line] if j.component == i.component)
        quantity_in[product, i.component] = max(quantity_in.get((product, i.component), 0.0), per_line)
    place = {item: n for n, item in enumerate(total)}
    takes = np.zeros((len(total), len(total)))
    for (product, part), q in quantity_in.items():
        takes[place[part], place[product]] = q
    # total = excess x (own + takes @ total), through every tier; a bill that gives less than it takes has no bound
    excess = _excess(network)[:, None]
    hoard = _worth_hoarding(network)
    endless = np.array([item in hoard or math.isinf(quantity) for item, quantity in total.items()], dtype=float)
    own = np.where(endless > 0, 0.0, list(total.values()))
    exploded = np.linalg.solve(np.eye(own.size) - excess * takes, excess[:, 0] * own)
    for _ in total:
        endless = np.maximum(endless, takes @ endless > 0)
    exploded = np.where((exploded < -1e-9).any() | (endless > 0), np.inf, exploded)
    return dict(zip(total, exploded.tolist(), strict=True))


def _made_for_its_own_sake(network: Network, rates: Rates, possible: Floats) -> dict[str, float]:
    """Of each item what a minimum rate asks for, and what may be made because making or sending it earns something."""
    room = dict.fromkeys(network.items, 0.0)  # beyond its use, what is made must lie somewhere
    for (_, item), limit in zip(network.pairs, storage_limits(network).tolist(), strict=True):
        room[item] += limit if network.items[item]["shelf_life"] is None else math.inf
    _, cost = resource_numbers(network)
    pays = {code for code, row in zip(network.resources, cost, strict=True) if (row < 0).any()}
    earning = {r["line"] for t in ("lines", "rates") for r in network.rows(t) if (r["unit_cost"] or 0.0) < 0}
    earning |= {c.line for c in network.channels if (c.price or 0.0) < 0}
    earning |= {use["line"] for use in network.uses if use["resource"] in pays}
    sent = {route.item for route in network.routes if route.cost < 0}
    result = dict.fromkeys(network.items, 0.0)
    for (code, line), most, least, units in zip(network.lines.items(), rates.most, rates.least, possible, strict=True):
        asked = np.maximum(least, most if line["idle_cost"] and np.isfinite(most).all() else 0.0)
        earns = code in earning or line["item"] in sent
        result[line["item"]] += min(float(units.sum()), room[line["item"]]) if earns else 0.0
        result[line["item"]] += float(asked.sum())
    return result


def _using_up(network: Network, rates: Rates, possible: Floats) -> dict[str, float]:
    """Of each item what may be made only to use up components that cost something to keep, through every tier."""
    items = {item: n for n, item in enumerate(network.items)}
    spare = np.array([_given(network, item) for item in items])
    for item, quantity in _made_for_its_own_sake(network, rates, possible).items():
        spare[items[item]] += quantity
    for line in network.lines.values():
        spare[items[line["item"]]] += line["lot"] or 0.0
    burden = {item for item, row in network.items.items() if row["holding_cost"] > 0}
    for row in network.rows("storage"):
        if (row["holding_cost"] or 0.0) > 0 or math.isfinite(row["limit"]) or row["end_value"] < 0:
            burden.add(row["item"])
    burden -= {item for item, row in network.items.items() if row["shelf_life"] is not None}  # may be thrown away
    per = np.zeros((len(items), len(items)))
    for i in network.inputs:
        if i.component in burden and i.quantity > 0:
            cell = items[network.lines[i.line]["item"]], items[i.component]
            per[cell] = max(per[cell], 1.0 / i.quantity)
    group = connected_components(csr_array(per), connection="strong")[1]
    per[group[:, None] == group[None, :]] = 0.0  # goods that go into one another are not turned round and round
    result = np.zeros(len(items))
    endless = np.isinf(spare)
    finite = np.where(endless, 0.0, spare)
    for _ in items:
        result = per @ (finite + result)
        endless |= (per @ endless) > 0
    return {item: math.inf if endless[n] and per[n].any() else float(result[n]) for item, n in items.items()}


def _excess(network: Network) -> Floats:
    """How much more than is needed in all may usefully be made of each item, shape (items,).

    What is ordered or sent evenly over a period arrives over several; to have enough in the one that gets the smallest
    share, that many times more may be set in motion.
    """
    item_of = {item: n for n, item in enumerate(network.items)}
    made, sent = np.ones(len(item_of)), np.ones(len(item_of))
    for channel in network.channels:
        n = item_of[network.lines[channel.line]["item"]]
        made[n] = max(made[n], _one_over_least_share(network, channel.lead))
    for route in network.routes:
        n = item_of[route.item]
        sent[n] = max(sent[n], _one_over_least_share(network, route.months))
    return made * sent


def _one_over_least_share(network: Network, lag: float) -> float:
    shares = After(lag).over(network.calendar).data
    return float(1 / shares[shares > 1e-9].min()) if (shares > 1e-9).any() else 1.0


def _worth_hoarding(network: Network) -> set[str]:
    """Items whose leftover stock has a value and whose storage has no limit, and systems that may join a fleet."""
    kept = {r["item"] for r in network.rows("storage") if r["end_value"] > 0 and not math.isfinite(r["limit"])}
    return kept | {item for _, item in network.fleet_pairs}
