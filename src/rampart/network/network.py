"""What exists in a case: the holder-item pairs, channels, offers, routes and demands that the model is built over.

Only real combinations are listed, each list sorted by its codes, so that the order of rows in the case is of no
importance. Lead times are in months, money in the money unit of the case, quantities in the item's unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import Calendar, month_number
from rampart.case.tables import Case
from rampart.case.timelines import by_period, in_force
from rampart.network.routes import _reached
from rampart.network.ways import Channel, Input, Offer, Pair, Route, Row
from rampart.plan.programme.tree import Tree
from rampart.requirements.layers import Requirements, requirements

if TYPE_CHECKING:
    from rampart.sustainment.levels import Levels

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sets:
    """Index sets and their numbers, all derived from one case."""

    case: Case
    levels: Levels | None = None
    """Levels of support of the case's fleets; none where the plan does not look at their availability."""
    calendar: Calendar = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendar", self.case.calendar)

    def rows(self, table: str) -> list[Row]:
        """Rows of a table, defaults filled, sorted by key."""
        if table not in self._rows:
            self._rows[table] = list(self.case[table].iter_rows(named=True))
        return self._rows[table]

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        return {}

    @cached_property
    def requirements(self) -> Requirements:
        """What each holder must hold, from the layers of the case."""
        return requirements(self.case)

    def month(self, text: str | None, otherwise: int) -> int:
        """Month number, or ``otherwise`` where blank."""
        return month_number(text) if text else otherwise

    @cached_property
    def recipients(self) -> frozenset[str]:
        """Nations that are supplied."""
        return frozenset(r["nation"] for r in self.rows("nations") if r["role"] == "recipient")

    @cached_property
    def lines(self) -> dict[str, Row]:
        """Lines that can produce, by code."""
        return {r["line"]: r for r in sorted(self.rows("lines"), key=lambda r: r["line"]) if r["state"] != "closed"}

    @cached_property
    def line_index(self) -> dict[str, int]:
        """Position of each line."""
        return {code: n for n, code in enumerate(self.lines)}

    @cached_property
    def items(self) -> dict[str, Row]:
        """Items by code."""
        return {r["item"]: r for r in self.rows("items")}

    @cached_property
    def inputs(self) -> list[Input]:
        """Components of every line, from the bills that hold for it, yield included."""
        result: dict[tuple[str, str, float], float] = {}
        makers: dict[str, list[tuple[str, Row]]] = {}
        for code, line in self.lines.items():
            makers.setdefault(line["item"], []).append((code, line))
        for bill in self.rows("bills"):
            for code, line in makers.get(bill["item"], []):
                if bill["line"] in (None, code):
                    key = (code, bill["component"], bill["offset"])
                    result[key] = result.get(key, 0.0) + bill["quantity"] / line["yield"]
        return [Input(line, component, q, offset) for (line, component, offset), q in sorted(result.items())]

    @cached_property
    def uses(self) -> list[Row]:
        """Rows of resource use."""
        return self.rows("uses")

    @cached_property
    def inputs_of(self) -> dict[str, list[Input]]:
        """Components of each line, by its code."""
        result: dict[str, list[Input]] = {code: [] for code in self.lines}
        for i in self.inputs:
            result[i.line].append(i)
        return result

    @cached_property
    def _longest_offset(self) -> dict[str, float]:
        """Longest time before delivery at which a line takes something, by its code."""
        result = {code: max((i.offset for i in inputs), default=0.0) for code, inputs in self.inputs_of.items()}
        for use in self.uses:
            if use["line"] in result:
                result[use["line"]] = max(result[use["line"]], use["offset"])
        return result

    @cached_property
    def channels(self) -> list[Channel]:
        """Every way to order from a line."""
        begin, end = self.calendar.first, self.calendar.last
        contracts: dict[str, list[Row]] = {}
        for row in self.rows("contracts"):
            contracts.setdefault(row["line"], []).append(row)
        result = []
        for code, line in self.lines.items():
            production = line["lead_time_initial"] if line["state"] == "cold" else line["lead_time"]
            longest = self._longest_offset[code]
            own: Row = {
                "contract": code, "buyer": line["nation"], "payer": None, "ship_to": None, "price": None,
                "advance": 0.0, "admin_lead_time": None, "from": None, "until": None, "max_quantity": math.inf,
                "cancellation": None,
            }  # fmt: skip
            for row in contracts.get(code, [own]):
                given = row["admin_lead_time"]
                administrative = line["admin_lead_time"] if given is None else given
                result.append(
                    Channel(
                        row["contract"],
                        code,
                        row["buyer"],
                        row["payer"] or row["buyer"],
                        row["ship_to"] or row["buyer"],
                        row["price"],
                        row["advance"],
                        administrative,
                        max(administrative + production, longest),
                        self.month(row["from"], begin),
                        self.month(row["until"], end),
                        row["max_quantity"],
                        row["cancellation"],
                    )
                )
        return sorted(result, key=lambda c: (c.line, c.code))

    @cached_property
    def channels_of(self) -> dict[str, list[tuple[int, Channel]]]:
        """Channels of each line with their positions, by its code."""
        result: dict[str, list[tuple[int, Channel]]] = {code: [] for code in self.lines}
        for n, channel in enumerate(self.channels):
            result[channel.line].append((n, channel))
        return result

    @cached_property
    def expansions(self) -> list[Row]:
        """Expansions of lines that can produce, sorted by code."""
        rows = [r for r in self.rows("expansions") if r["line"] in self.lines]
        return sorted(rows, key=lambda r: str(r["expansion"]))

    @cached_property
    def demands(self) -> list[tuple[str, str, str]]:
        """(holder, item, purpose) with demand."""
        return sorted({(r["holder"], r["item"], r["purpose"]) for r in self.rows("demand")})

    def demand_monthly(self, column: str, regime: str | None = None) -> Floats:
        """A column of the demand table month by month in a regime (default: the present one), shape (demands, months).

        Rows of the regime stand for those of no regime of the same holder, item and purpose. Need and use are a month's.
        """
        regime = regime or self.case.settings["regime"]
        mine = [r for r in self.rows("demand") if r["regime"] in (None, regime)]
        own = {(r["holder"], r["item"], r["purpose"]) for r in mine if r["regime"]}
        rows = []
        for r in mine:
            key, value = (r["holder"], r["item"], r["purpose"]), r[column]
            if r["regime"] is None and key in own:
                continue
            if column in ("need", "use") and value is not None and r["rate_per"] == "year":
                value = value / 12.0
            rows.append((key, r["from"], r["until"], value))
        return in_force(self.calendar, self.demands, rows)

    @cached_property
    def need(self) -> Floats:
        """Need of each demand in each period in the present regime, shape (demands, periods)."""
        return by_period(self.calendar, self.demand_monthly("need"))

    def need_on(self, tree: Tree) -> Floats:
        """Need of each demand at each node, shape (demands, nodes); on a mean path that of the regimes by their shares."""
        if tree.mix is None:
            return self.need[:, tree.period]
        need = [by_period(self.calendar, self.demand_monthly("need", regime)) for regime in tree.regimes]
        result = np.zeros((len(self.demands), len(tree)))
        for share, of_regime in zip(tree.mix.T, need, strict=True):
            result += share * of_regime[:, tree.period]
        return result

    @cached_property
    def need_at_most(self) -> Floats:
        """Largest need of each demand in each period over all regimes, shape (demands, periods)."""
        regimes = [r["regime"] for r in self.rows("regimes")] or [None]
        found = [by_period(self.calendar, self.demand_monthly("need", regime)) for regime in regimes]
        most: Floats = np.maximum.reduce([self.need, *found])
        return most

    @cached_property
    def _wanted(self) -> set[Pair]:
        """Pairs that some requirement, demand, component, storage row or order touches, before market and routes."""
        pairs = {(r["holder"], r["item"]) for t in ("stocks", "storage") for r in self.rows(t)}
        pairs |= set(self.requirements.pairs) | {(h, i) for h, i, _ in self.demands}
        pairs |= {(c.ship_to, self.lines[c.line]["item"]) for c in self.channels}
        pairs |= {(r["ship_to"] or r["buyer"], r["item"]) for r in self.rows("orders")}
        pairs |= set(self.fleet_pairs)
        pairs |= {(self.lines[i.line]["nation"], i.component) for i in self.inputs}
        pairs |= {(self._nation_of(b["expansion"]), b["component"]) for b in self.expansion_bills}
        pairs |= {
            (r[side], r["item"])
            for r in self.rows("deliveries")
            if r["status"] in ("in_transit", "pledged")
            for side in (("recipient",) if r["status"] == "in_transit" else ("donor", "recipient"))
        }
        return pairs

    @cached_property
    def fleet_pairs(self) -> list[Pair]:
        """Holder and item of each fleet that systems of the plan can join, by fleet."""
        rows = [] if self.levels is None else self.levels.support.fleet_rows
        return [(r["holder"], r["item"]) for r in rows if r["item"] is not None]

    @cached_property
    def fleet_holders(self) -> dict[str, str]:
        """Holder of each fleet of the plan, by its code."""
        rows = [] if self.levels is None else self.levels.support.fleet_rows
        return {str(r["fleet"]): str(r["holder"]) for r in rows}

    @cached_property
    def expansion_bills(self) -> list[Row]:
        """Bills of expansions that exist."""
        known = {e["expansion"] for e in self.expansions}
        return [b for b in self.rows("bills") if b["expansion"] in known]

    @cached_property
    def expansion_index(self) -> dict[str, int]:
        """Position of each expansion."""
        return {e["expansion"]: n for n, e in enumerate(self.expansions)}

    def _nation_of(self, expansion: str) -> str:
        line = self.expansions[self.expansion_index[expansion]]["line"]
        return str(self.lines[line]["nation"])

    @cached_property
    def offers(self) -> list[Offer]:
        """Each offer with each nation that may buy from it."""
        members = [r["nation"] for r in self.rows("nations") if r["role"] == "member"]
        asked = {(r["holder"], r["item"]) for t in ("requirements", "demand") for r in self.rows(t)}
        asked |= {(r["origin"], r["item"]) for r in self.rows("routes") if r["item"]}
        asked |= {(self.lines[i.line]["nation"], i.component) for i in self.inputs}
        asked |= {(self._nation_of(b["expansion"]), b["component"]) for b in self.expansion_bills}
        result = []
        for r in self.rows("market"):
            buyers = [r["buyer"]] if r["buyer"] else [n for n in sorted(members) if (n, r["item"]) in asked]
            result += [Offer(r["offer"], r["seller"], r["item"], buyer, r["price"], r["delay"]) for buyer in buyers]
        return result

    @cached_property
    def routes(self) -> list[Route]:
        """Every route with every item that can and need go along it."""
        rows = self.rows("routes")
        explicit = {(r["origin"], r["destination"], r["item"]) for r in rows if r["item"]}
        lanes = [(r, item) for r in rows for item in ([r["item"]] if r["item"] else self.items)]
        can = _reached(
            self._wanted_with_market - self._only_wanted(),
            [((r["origin"], item), (r["destination"], item)) for r, item in lanes],
        )
        usable = _reached(  # what can be sent on is usable; a route that names its item is meant to be used
            self._wanted_with_market | {(r["destination"], r["item"]) for r in rows if r["item"]},
            [((r["destination"], item), (r["origin"], item)) for r, item in lanes],
        )
        result = []
        for r in rows:
            for item in [r["item"]] if r["item"] else sorted(self.items):
                if r["item"] is None and (r["origin"], r["destination"], item) in explicit:
                    continue
                if (r["origin"], item) in can and (r["destination"], item) in usable:
                    result.append(Route(r["origin"], r["destination"], item, r["months"], r["capacity"], r["cost"]))
        return sorted(result)

    @cached_property
    def _wanted_with_market(self) -> set[Pair]:
        return self._wanted | {(o.buyer, o.item) for o in self.offers}

    def _only_wanted(self) -> set[Pair]:
        """Pairs wanted but without any supply of their own."""
        supplied = {(r["holder"], r["item"]) for r in self.rows("stocks")}
        supplied |= {(c.ship_to, self.lines[c.line]["item"]) for c in self.channels}
        supplied |= {(r["ship_to"] or r["buyer"], r["item"]) for r in self.rows("orders")}
        supplied |= {(r["recipient"], r["item"]) for r in self.rows("deliveries") if r["status"] == "in_transit"}
        supplied |= {(o.buyer, o.item) for o in self.offers}
        return self._wanted_with_market - supplied

    @cached_property
    def pairs(self) -> list[Pair]:
        """Holder-item pairs that have a stock balance, sorted."""
        sent = {(r.origin, r.item) for r in self.routes} | {(r.destination, r.item) for r in self.routes}
        return sorted(self._wanted_with_market | sent)

    @cached_property
    def pair_index(self) -> dict[Pair, int]:
        """Position of each pair."""
        return {pair: n for n, pair in enumerate(self.pairs)}

    def pair_positions(self, pairs: list[Pair]) -> Integers:
        """Positions of pairs in the balance rows."""
        return np.array([self.pair_index[p] for p in pairs], dtype=np.int64)

    @cached_property
    def placed(self) -> list[Row]:
        """Placed orders that arrive within the horizon, with their month number and ship-to."""
        result = []
        for r in self.rows("orders"):
            month = month_number(r["month"])
            if self.calendar.period(month) is not None:
                result.append({**r, "number": month, "ship_to": r["ship_to"] or r["buyer"]})
        return result

    @cached_property
    def placed_monthly(self) -> Floats:
        """Placed orders of each line by month of delivery, shape (lines, months)."""
        result = np.zeros((len(self.lines), self.calendar.last - self.calendar.first + 1))
        for r in self.placed:
            if r["line"] in self.line_index:
                result[self.line_index[r["line"]], r["number"] - self.calendar.first] += r["quantity"]
        return result

    @cached_property
    def placed_by_line(self) -> Floats:
        """Placed orders of each line in each period, shape (lines, periods)."""
        return by_period(self.calendar, self.placed_monthly)

    @cached_property
    def given(self) -> Floats:
        """Placed orders and goods in transit by pair and period of arrival, shape (pairs, periods)."""
        result = np.zeros((len(self.pairs), len(self.calendar)))
        for r in self.placed:
            result[self.pair_index[r["ship_to"], r["item"]], self.calendar.period(r["number"])] += r["quantity"]
        for r in self.rows("deliveries"):
            period = self.calendar.period(month_number(r["month"]))
            if r["status"] == "in_transit" and period is not None:
                result[self.pair_index[r["recipient"], r["item"]], period] += r["quantity"]
        return result

    @cached_property
    def item_scale(self) -> dict[str, float]:
        """Plain units in one solver unit of each item: the power of two nearest a typical monthly flow."""
        sizes: dict[str, list[float]] = {}
        for (_, item, _), need in zip(self.demands, self.need_at_most, strict=True):
            sizes.setdefault(item, []).extend(need[need > 0][:1])
        for row in self.lines.values():
            rate = row["max_rate"] / (12.0 if row["rate_per"] == "year" else 1.0)
            if math.isfinite(rate) and rate > 0:
                sizes.setdefault(row["item"], []).append(rate)
        for row in self.rows("stocks"):
            if row["quantity"] > 0:
                sizes.setdefault(row["item"], []).append(row["quantity"] / 12.0)
        for holder_item, total in zip(self.requirements.pairs, self.requirements.total, strict=True):
            asked = total[np.isfinite(total) & (total > 0)]
            sizes.setdefault(holder_item[1], []).extend(asked[:1] / 12.0)
        return {
            item: 2.0 ** round(math.log2(float(np.median(sizes[item])) / 8.0)) if sizes.get(item) else 1.0
            for item in self.items
        }
