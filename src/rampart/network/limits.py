"""Limits: what holds a plan back, each with a planner's bearable step that loosens it: a tenth, a month, a unit.

What is stated here of physical ways, of what is asked and of money is handed on by the part of the plan that owns it. Time is
loosened beside what is stated: the way as it is and the same a month faster, so that nothing that was possible is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rampart.case.calendar import month_number, month_text
from rampart.case.steps import TENTH, Edit, moved, raised, scaled, without
from rampart.network.asked import held
from rampart.network.keys import Budget, Contract, Expansion, Item, Key, Line, Offer, Pair, Resource, Way, Year
from rampart.network.network import Network
from rampart.network.payments import KINDS, budget_limits
from rampart.requirements.layers import ADDED


@dataclass(frozen=True, eq=False)
class Limit:
    """What holds the plan back, with the step that loosens it.

    kind    a word of the catalogue: ``cause.KIND`` names it, ``step.KIND`` says the step
    of      what of it
    edits   what the step changes in the tables of the case
    sooner  what the step lets work a month faster, beside what is stated (``network.network``)
    asks    objective of which the step asks less: what is short there is no shortage that it relieves
    alone   whether it is loosened by itself only, and never with all of its kind
    instead a part from outside as the step leaves it, in the place of the part of its name
    """

    kind: str
    of: Key
    edits: tuple[Edit, ...] = ()
    sooner: frozenset[Key] = frozenset()
    asks: str = ""
    alone: bool = False
    instead: Any = None


def line_limits(n: Network) -> Iterator[Limit]:
    """What a line can make, must make, how long it takes, and when it works."""
    for code, row in n.lines.items():
        of, mine = Line(code), {"line": code}
        rates = [r for r in n.rows("rates") if r["line"] == code]
        if any(r["max_rate"] is not None and 0 < r["max_rate"] < np.inf for r in (row, *rates)):
            yield Limit("capacity", of, tuple(scaled(t, mine, 1 + TENTH, "max_rate") for t in ("lines", "rates")))
        if any(r["min_rate"] for r in (row, *rates)):
            yield Limit("minimum", of, tuple(scaled(t, mine, 1 - TENTH, "min_rate") for t in ("lines", "rates")))
        if any(channel.lead > 0 for _, channel in n.channels_of[code]):
            yield Limit("lead_time", of, sooner=frozenset({of}))
        yield from dates("lines", of, mine, row, n, "from", "until")


def ramp_limits(n: Network) -> Iterator[Limit]:
    """How fast output may change."""
    for code, row in n.lines.items():
        if row["ramp"] is not None:
            yield Limit("ramp", Line(code), (scaled("lines", {"line": code}, 1 + TENTH, "ramp"),))


def contract_limits(n: Network) -> Iterator[Limit]:
    """What a contract allows, and when it is open."""
    for row in n.rows("contracts"):
        if row["line"] in n.lines:
            of, mine = Contract(row["line"], row["contract"]), {"contract": row["contract"]}
            if 0 < row["max_quantity"] < np.inf:
                yield Limit("contract", of, (scaled("contracts", mine, 1 + TENTH, "max_quantity"),))
            yield from dates("contracts", of, mine, row, n, "from", "until")


def expansion_limits(n: Network) -> Iterator[Limit]:
    """How long an expansion takes, how many there may be, and when they may be decided."""
    for row in n.expansions:
        of, mine = Expansion(row["expansion"]), {"expansion": row["expansion"]}
        if row["construction"] > 0:
            yield Limit("construction", of, sooner=frozenset({of}))
        if row["max_units"] < np.inf:
            yield Limit("cap", of, (raised("expansions", mine, "max_units", 1),))
        yield from dates("expansions", of, mine, row, n, "earliest", "latest")


def offer_limits(n: Network) -> Iterator[Limit]:
    """What an offer holds, how long it takes, and when it is open."""
    for row in n.rows("market"):
        of, mine = Offer(row["offer"]), {"offer": row["offer"]}
        if row["quantity"] > 0 and row["max_rate"] > 0:
            yield Limit("market", of, (scaled("market", mine, 1 + TENTH, "quantity", "max_rate"),))
        if row["delay"] > 0:
            yield Limit("market_time", of, sooner=frozenset({of}))
        yield from dates("market", of, mine, row, n, "from", "until")


def way_limits(n: Network) -> Iterator[Limit]:
    """What a way carries, and how long it takes."""
    for way in dict.fromkeys(Way(r["origin"], r["destination"]) for r in n.rows("routes")):
        mine = way._asdict()
        rows = [r for r in n.routes if (r.origin, r.destination) == way]
        if any(0 < r.capacity < np.inf for r in rows):
            yield Limit("route", way, (scaled("routes", mine, 1 + TENTH, "capacity"),))
        if any(r.months > 0 for r in rows):
            yield Limit("route_time", way, sooner=frozenset({way}))


def stock_limits(n: Network) -> Iterator[Limit]:
    """What there is at the start, what a store holds, how long it keeps."""
    for pair in dict.fromkeys(Pair(r["holder"], r["item"]) for r in n.rows("stocks") if r["quantity"] > 0):
        yield Limit("stock", pair, (scaled("stocks", pair._asdict(), 1 + TENTH, "quantity"),))
    for row in n.rows("storage"):
        if 0 < row["limit"] < np.inf:
            pair = Pair(row["holder"], row["item"])
            yield Limit("storage", pair, (scaled("storage", pair._asdict(), 1 + TENTH, "limit"),))
    for item in sorted({pair.item for pair in n.perishable_pairs}):
        yield Limit("age", Item(item), (raised("items", {"item": item}, "shelf_life", 1),))


def resource_limits(n: Network) -> Iterator[Limit]:
    """What there is of a resource."""
    for code in n.resources:
        yield Limit("resource", Resource(code), (scaled("resources", {"resource": code}, 1 + TENTH, "capacity"),))


def money_limits(n: Network) -> Iterator[Limit]:
    """A budget of a year."""
    budgets = dict.fromkeys(Budget(*limit.key[:3]) for limit in budget_limits(n) if limit.amount > 0)
    for of in budgets:
        mine = {"nation": of.nation, "fiscal_year": of.year, "purpose": of.purpose}
        edits = [scaled("budgets", mine, 1 + TENTH, *KINDS)]
        if of.purpose == "all":  # which is what a blank stands for
            edits.append(scaled("budgets", mine | {"purpose": None}, 1 + TENTH, *KINDS))
        yield Limit("budget", of, tuple(edits))


def requirement_limits(n: Network) -> Iterator[Limit]:
    """A floor that must be kept; a requirement."""
    asked = held(n)
    for k, pair in enumerate(n.pairs):
        mine = {"holder": pair.holder, "item": pair.item}
        if (asked.floor[k] > 0).any():
            less = scaled("requirements", mine | {"layer": "floor"}, 1 - TENTH, "quantity", "days")
            yield Limit("floor", pair, (less,), asks="floors")
        if (asked.requirement[k] > 0).any():
            gone = tuple(without("requirements", mine | {"layer": layer}) for layer in (*ADDED, "stated"))
            yield Limit("requirement", pair, gone, asks="requirement", alone=True)


def need_limits(n: Network) -> Iterator[Limit]:
    """Members' own use; another's need; need of later years."""
    for demand, counts in zip(n.demands, n.pass_of_demand, strict=True):
        if demand.holder in n.recipients:
            yield Limit("need", demand, (without("demand", demand._asdict()),), asks=counts, alone=True)
        else:
            less = scaled("demand", demand._asdict(), 1 - TENTH, "need")
            yield Limit("own_use", demand, (less,), asks=counts)
    first, last = (month // 12 for month in (n.calendar.first, n.calendar.last))
    for year in range(first, last) if n.demands else ():
        yield Limit("later_need", Year(year), (Edit("demand", {}, until_year(year)),), alone=True)


def pledge_limits(n: Network) -> Iterator[Limit]:
    """What is pledged."""
    for pledge in n.pledges:
        less = scaled("deliveries", pledge._asdict() | {"status": "pledged"}, 1 - TENTH, "quantity")
        yield Limit("pledge", pledge, (less,), asks="pledges")


def dates(
    table: str, of: Key, where: Mapping[str, Any], row: Mapping[str, Any], n: Network, opens: str, ends: str
) -> Iterator[Limit]:
    """When something opens, and when it closes, within the horizon."""
    calendar = n.calendar
    if row[opens] and n.month(row[opens], calendar.first) > calendar.first:
        yield Limit("opening", of, (moved(table, where, opens, -1),))
    if row[ends] and n.month(row[ends], calendar.last) < calendar.last:
        yield Limit("closing", of, (moved(table, where, ends, 1),))


def until_year(year: int) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    """Need ends with a year."""
    end = month_number(f"{year}-12")

    def change(row: dict[str, Any]) -> dict[str, Any] | None:
        if row["from"] and month_number(row["from"]) > end:
            return None
        return {"until": month_text(min(end, month_number(row["until"]) if row["until"] else end))}

    return change
