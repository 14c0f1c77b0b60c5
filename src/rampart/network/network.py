"""The network: what exists in a case, and the numbers of it: holders and items, lines, ways, routes, what is placed.

Only real combinations are listed, each list sorted by its codes, so that the order of rows in the case is of no
importance. Lead times are in months, money in the money unit of the case, quantities in the item's unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rampart.case.calendar import Calendar
from rampart.case.orders import arriving
from rampart.case.ranks import FIRST, ranked, ranks_of_demands
from rampart.case.tables import Case
from rampart.case.timelines import by_period
from rampart.network.agreed import agreed_keys, agreed_quantities
from rampart.network.keys import Agreed, Backfill, Demand, Key, Pair, Pledge
from rampart.network.lags import Booleans, Floats, Integers
from rampart.network.placed import (
    Coming,
    coming,
    drawing_orders,
    drawn_components,
    drawn_resources,
    given_to_pairs,
    placed_by_month,
    placed_orders,
)
from rampart.network.routes import Route, usable_routes
from rampart.network.taken import Taken, decisions_taken
from rampart.network.ways import (
    Channel,
    Input,
    Offer,
    Row,
    channels_of_lines,
    expansions_of_lines,
    inputs_of_lines,
    longest_offsets,
    month,
    offers_to_buyers,
)
from rampart.requirements.backfill import backfills, due_back_so_far
from rampart.requirements.layers import Requirements, requirements
from rampart.requirements.levels import levels_of
from rampart.requirements.need import demand_by_month, demands, may_be_late, need_by_period
from rampart.requirements.pledges import due_so_far, pledges


@dataclass(frozen=True, eq=False)
class Network:
    """Index sets and their numbers, all derived from one case.

    fleet_rows  rows of the case's fleets whose availability the plan looks at; none where it does not
    sooner      lines, expansions, offers and ways that also work a month faster than stated, beside what is stated
    """

    case: Case
    fleet_rows: tuple[Row, ...] = ()
    sooner: frozenset[Key] = frozenset()

    @cached_property
    def calendar(self) -> Calendar:
        """The periods."""
        return self.case.calendar

    def rows(self, table: str) -> list[Row]:
        """Rows of a table, defaults filled, sorted by key."""
        if table not in self._rows:
            self._rows[table] = list(self.case[table].iter_rows(named=True))
        return self._rows[table]

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        return {}

    def month(self, given: str | None, otherwise: int) -> int:
        """Month number, or ``otherwise`` where blank."""
        return month(given, otherwise)

    # -- who and what --------------------------------------------------------------------------------------------

    @cached_property
    def recipients(self) -> frozenset[str]:
        """Nations that are supplied."""
        return frozenset(r["nation"] for r in self.rows("nations") if r["role"] == "recipient")

    @cached_property
    def items(self) -> dict[str, Row]:
        """Items by code."""
        return {r["item"]: r for r in self.rows("items")}

    @cached_property
    def lines(self) -> dict[str, Row]:
        """Lines that can produce, by code."""
        return {r["line"]: r for r in sorted(self.rows("lines"), key=lambda r: r["line"]) if r["state"] != "closed"}

    @cached_property
    def line_index(self) -> dict[str, int]:
        """Position of each line."""
        return {code: n for n, code in enumerate(self.lines)}

    def monthly_rate(self, line: str, rate: float) -> float:
        """A rate of a line for one month."""
        return rate / (12.0 if self.lines[line]["rate_per"] == "year" else 1.0)

    def open_months(self, line: str) -> tuple[int, int]:
        """First and last month in which a line can produce, within the horizon."""
        row = self.lines[line]
        return self.month(row["from"], self.calendar.first), self.month(row["until"], self.calendar.last)

    # -- what is asked -------------------------------------------------------------------------------------------

    @cached_property
    def requirements(self) -> Requirements:
        """What each holder must hold, from the layers of the case."""
        return requirements(self.case)

    @cached_property
    def demands(self) -> list[Demand]:
        """Holder, item and purpose with demand."""
        return [Demand(*key) for key in demands(self.case)]

    def demand_monthly(self, column: str, regime: str | None = None) -> Floats:
        """A column of the demand table month by month in a regime (default: the present one), shape (demands, months)."""
        return demand_by_month(self.case, list(self.demands), column, regime)

    def need_in(self, regime: str | None) -> Floats:
        """Need of each demand in each period in a regime (default: the present one), shape (demands, periods)."""
        return need_by_period(self.case, list(self.demands), regime)

    @cached_property
    def need(self) -> Floats:
        """Need of each demand in each period in the present regime, shape (demands, periods)."""
        return self.need_in(None)

    @cached_property
    def need_at_most(self) -> Floats:
        """Most that is of use of each demand in each period, of all regimes the largest, shape (demands, periods)."""
        regimes = [None, *(r["regime"] for r in self.rows("regimes"))]
        most: Floats = np.maximum.reduce([self._desired_in(regime) for regime in regimes])
        return most

    def _desired_in(self, regime: str | None) -> Floats:
        """Need in a regime, or where more is desired that, shape (demands, periods)."""
        desired = self.need_in(regime).copy()
        if self.rows("levels") and desired.size:
            asked = by_period(self.calendar, (np.nan_to_num(self.demand_monthly("need", regime)) > 0).astype(float))
            for n, key in enumerate(self.demands):
                level = levels_of(self.case, key, regime).get("desired")
                if level is not None:
                    desired[n] = [level.at(*of) for of in zip(desired[n].tolist(), asked[n].tolist(), strict=True)]
        return desired

    @cached_property
    def late(self) -> Booleans:
        """Which demands may be served late, shape (demands,)."""
        return may_be_late(self.case, list(self.demands))

    @cached_property
    def ranks(self) -> Integers:
        """Rank of each demand, shape (demands,)."""
        of = ranks_of_demands(self.case)
        return np.array([of[key.holder, key.item, key.purpose] for key in self.demands], dtype=np.int64)

    @cached_property
    def needs_by_rank(self) -> dict[str, list[str]]:
        """Passes of the recipients' need and of the members' own use, rank by rank; one of each where nothing is ranked."""
        found: dict[str, set[int]] = {"need": set(), "own_use": set()}
        for demand, rank in zip(self.demands, self.ranks.tolist(), strict=True):
            found["need" if demand.holder in self.recipients else "own_use"].add(rank)
        return {name: [ranked(name, rank) for rank in sorted(ranks or {FIRST})] for name, ranks in found.items()}

    @cached_property
    def pass_of_demand(self) -> list[str]:
        """The pass in which each demand counts."""
        return [
            ranked("need" if demand.holder in self.recipients else "own_use", rank)
            for demand, rank in zip(self.demands, self.ranks.tolist(), strict=True)
        ]

    @cached_property
    def pledges(self) -> list[Pledge]:
        """Donor, recipient and item with pledges."""
        return [Pledge(*key) for key in pledges(self.case)]

    @cached_property
    def pledge_index(self) -> dict[Pledge, int]:
        """Position of each pledge."""
        return {pledge: n for n, pledge in enumerate(self.pledges)}

    @cached_property
    def pledged(self) -> Floats:
        """Pledged quantity due so far, shape (pledges, periods)."""
        return due_so_far(self.case, list(self.pledges))

    @cached_property
    def backfills(self) -> list[Backfill]:
        """Nation that owes, donor and item with compensation that binds."""
        return [Backfill(*key) for key in backfills(self.case)]

    @cached_property
    def backfill_index(self) -> dict[Backfill, int]:
        """Position of each compensation."""
        return {backfill: n for n, backfill in enumerate(self.backfills)}

    @cached_property
    def due_back(self) -> Floats:
        """Quantity to be made good so far, shape (backfills, periods)."""
        return due_back_so_far(self.case, list(self.backfills))

    @cached_property
    def agreed(self) -> list[Agreed]:
        """Holder, item and destination of what leaves as agreed, sorted."""
        return agreed_keys(self.rows("agreed"))

    @cached_property
    def agreed_by_period(self) -> tuple[Floats, Floats]:
        """Units that leave as agreed, and the cost of sending one of them in currency, shape (agreed, periods) each."""
        return agreed_quantities(self.rows("agreed"), self.agreed, self.calendar)

    # -- ways ----------------------------------------------------------------------------------------------------

    @cached_property
    def inputs(self) -> list[Input]:
        """Components of every line, yield included."""
        return inputs_of_lines(self.lines, self.rows("bills"))

    @cached_property
    def inputs_of(self) -> dict[str, list[Input]]:
        """Components of each line, by its code."""
        result: dict[str, list[Input]] = {code: [] for code in self.lines}
        for i in self.inputs:
            result[i.line].append(i)
        return result

    @cached_property
    def uses(self) -> list[Row]:
        """Rows of resource use."""
        return self.rows("uses")

    @cached_property
    def uses_of(self) -> dict[str, list[Row]]:
        """Rows of resource use of each line, by its code."""
        result: dict[str, list[Row]] = {}
        for use in self.uses:
            if use["line"] in self.lines:
                result.setdefault(use["line"], []).append(use)
        return result

    @cached_property
    def resources(self) -> list[str]:
        """Shared resources, sorted."""
        return sorted({r["resource"] for r in self.rows("resources")})

    @cached_property
    def channels(self) -> list[Channel]:
        """Every way to order from a line."""
        longest = longest_offsets(self.lines, self.inputs, self.uses)
        return channels_of_lines(self.lines, self.rows("contracts"), longest, self.calendar, self.sooner)

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
        return expansions_of_lines(self.rows("expansions"), self.lines, self.sooner)

    @cached_property
    def expansion_index(self) -> dict[str, int]:
        """Position of each expansion."""
        return {e["expansion"]: n for n, e in reversed(list(enumerate(self.expansions)))}

    @cached_property
    def expansion_bills(self) -> list[Row]:
        """Bills of expansions that exist."""
        return [b for b in self.rows("bills") if b["expansion"] in self.expansion_index]

    @cached_property
    def offers(self) -> list[Offer]:
        """Each offer with each nation that may buy from it."""
        asked = {Pair(r["holder"], r["item"]) for t in ("requirements", "demand") for r in self.rows(t)}
        asked |= {Pair(r["origin"], r["item"]) for r in self.rows("routes") if r["item"]}
        asked |= {Pair(b.owing, b.item) for b in self.backfills}
        members = [r["nation"] for r in self.rows("nations") if r["role"] == "member"]
        return offers_to_buyers(self.rows("market"), members, asked | self._component_pairs, self.sooner)

    @cached_property
    def routes(self) -> list[Route]:
        """Every route with every item that can and need go along it."""
        wanted = self._wanted | {Pair(o.buyer, o.item) for o in self.offers}
        return usable_routes(self.rows("routes"), self.items, wanted, wanted - self._supplied, self.sooner)

    # -- holders and items ---------------------------------------------------------------------------------------

    @cached_property
    def _component_pairs(self) -> set[Pair]:
        """Where lines and expansions take components from."""
        nation_of = {code: line["nation"] for code, line in self.lines.items()}
        found = {Pair(nation_of[i.line], i.component) for i in self.inputs}
        at = {e["expansion"]: nation_of[e["line"]] for e in self.expansions}
        return found | {Pair(at[b["expansion"]], b["component"]) for b in self.expansion_bills}

    @cached_property
    def _arriving(self) -> set[Pair]:
        """Where channels, placed orders and goods in transit arrive."""
        found = {Pair(c.ship_to, self.lines[c.line]["item"]) for c in self.channels}
        found |= {Pair(r["ship_to"] or r["buyer"], r["item"]) for r in self.orders}
        in_transit = (r for r in self.rows("deliveries") if r["status"] == "in_transit")
        return found | {Pair(r["recipient"], r["item"]) for r in in_transit}

    @cached_property
    def _wanted(self) -> set[Pair]:
        """Pairs that some requirement, demand, component, storage row or order touches, before market and routes."""
        pairs = {Pair(r["holder"], r["item"]) for t in ("stocks", "storage") for r in self.rows(t)}
        pairs |= {Pair(*pair) for pair in self.requirements.pairs} | {Pair(d.holder, d.item) for d in self.demands}
        pairs |= {Pair(a.holder, a.item) for a in self.agreed}
        pairs |= {Pair(p.donor, p.item) for p in self.pledges} | {Pair(p.recipient, p.item) for p in self.pledges}
        pairs |= {Pair(b.donor, b.item) for b in self.backfills}
        return pairs | self._arriving | set(self.fleet_pairs) | self._component_pairs

    @cached_property
    def _supplied(self) -> set[Pair]:
        """Pairs with a supply of their own."""
        found = {Pair(r["holder"], r["item"]) for r in self.rows("stocks")}
        return found | self._arriving | {Pair(o.buyer, o.item) for o in self.offers}

    @cached_property
    def pairs(self) -> list[Pair]:
        """Holder-item pairs that have a stock balance, sorted."""
        sent = {Pair(holder, r.item) for r in self.routes for holder in (r.origin, r.destination)}
        return sorted(self._wanted | {Pair(o.buyer, o.item) for o in self.offers} | sent)

    @cached_property
    def pair_index(self) -> dict[Pair, int]:
        """Position of each pair."""
        return {pair: n for n, pair in enumerate(self.pairs)}

    def pair_positions(self, pairs: list[Pair]) -> Integers:
        """Positions of pairs in the balance rows."""
        return np.array([self.pair_index[p] for p in pairs], dtype=np.int64)

    @cached_property
    def perishable_pairs(self) -> list[Pair]:
        """Pairs whose item has a shelf life."""
        return [pair for pair in self.pairs if self.items[pair.item]["shelf_life"] is not None]

    @cached_property
    def fleet_pairs(self) -> list[Pair]:
        """Holder and item of each fleet that systems of the plan can join, by fleet."""
        return [Pair(r["holder"], r["item"]) for r in self.fleet_rows if r["item"] is not None]

    # -- what is placed already ----------------------------------------------------------------------------------

    @cached_property
    def orders(self) -> list[Row]:
        """Placed orders that arrive; what is only planned does so where the setting ``count_planned`` says so."""
        return list(arriving(self.case).iter_rows(named=True))

    @cached_property
    def placed(self) -> list[Row]:
        """Placed orders that arrive within the horizon, with their month number and ship-to."""
        return placed_orders(self.orders, self.calendar)

    @cached_property
    def placed_monthly(self) -> Floats:
        """Placed orders of each line by month of delivery, shape (lines, months)."""
        return placed_by_month(self.placed, self.line_index, self.calendar)

    @cached_property
    def placed_by_line(self) -> Floats:
        """Placed orders of each line in each period, shape (lines, periods)."""
        return by_period(self.calendar, self.placed_monthly)

    @cached_property
    def coming(self) -> list[Coming]:
        """What arrives of placed orders and goods in transit."""
        return list(coming(self.placed, self.rows("deliveries"), self.items, self.calendar))

    @cached_property
    def given(self) -> Floats:
        """Placed orders and goods in transit by pair and period of arrival, shape (pairs, periods)."""
        return given_to_pairs(self.coming, self.pair_index, self.calendar)

    @cached_property
    def given_new(self) -> Floats:
        """The same of what is new when it arrives, shape (pairs, periods)."""
        return given_to_pairs((c for c in self.coming if c.lot is None), self.pair_index, self.calendar)

    @cached_property
    def given_own(self) -> Floats:
        """The same of what nobody else sent, shape (pairs, periods)."""
        return given_to_pairs((c for c in self.coming if not c.sent), self.pair_index, self.calendar)

    @cached_property
    def drawing(self) -> list[Row]:
        """Placed orders that draw components and shared resources."""
        return drawing_orders(self.orders, self.lines)

    @cached_property
    def drawn(self) -> Floats:
        """Components that placed orders draw, by pair and period, shape (pairs, periods)."""
        return drawn_components(self.drawing, self.lines, self.inputs_of, self.pair_index, self.calendar)

    @cached_property
    def drawn_resources(self) -> Floats:
        """What placed orders take of each shared resource, shape (resources, periods)."""
        return drawn_resources(self.drawing, self.uses_of, self.resources, self.calendar)

    @cached_property
    def taken(self) -> list[Taken]:
        """Decisions taken over from an earlier plan."""
        return decisions_taken(self.rows("taken"), self.calendar)
