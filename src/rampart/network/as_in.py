"""What others send and take in a plan of the whole case, fixed for a case of some of its nations.

The plan at hand is a point of the whole programme. Here every decision that is not the nations' own is held at it: what
that does to their stocks, lines, resources and budgets is worked out by the same postings and flows as in the plan, and
stated as rows of a case. Their own decisions stay free. Any plan of that case, with the others' decisions beside it, is a
plan of the whole; so no pass can come out better there than in the whole plan without the whole plan having missed it.

    their own   orders on their lines that come to one of them or to a recipient, expansions of their lines, purchases,
                what they send each other and the recipients
    fixed       orders on their lines that go to others: contracts of one period each, and agreed departures of what
                arrives; orders on lines of others: placed orders; what others send: placed orders, in transit to a
                recipient; what they send others: agreed departures
    netted      offers, resources and budgets by what others use of them; ``elsewhere`` says how short the others are
    intended    what they decide themselves stands in ``taken`` as what they intend: free to change, but room that the plan
                has used is known to be used (``plan.solving.carried_out``). A need that all may serve gives the whole its
                room once; a nation that had all of it for its own lines would plan otherwise than it does there
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_number, month_text
from rampart.case.extract import Outside, planned_with
from rampart.case.tables import Case
from rampart.network.accounts import expansion_postings, order_postings, set_up_postings
from rampart.network.asked import short_elsewhere
from rampart.network.decided import NOTHING, decided
from rampart.network.intended import as_fixed, intended, of_month
from rampart.network.keys import Key, Lane, Limit, Purchase
from rampart.network.lags import Floats, by_month, summed
from rampart.network.network import Network
from rampart.network.payments import (
    KINDS,
    BudgetLimit,
    Flow,
    budget_limits,
    expansion_flows,
    fiscal_starts,
    fiscal_year,
    in_case_money,
    order_flows,
    purchase_flows,
    transfer_flows,
)
from rampart.network.placed import drawn_resources
from rampart.network.prices import delivery_price, order_price
from rampart.network.ways import Channel, Offer, Row

if TYPE_CHECKING:
    import polars as pl


def fixed_as_in(case: Case, nations: Collection[str], tables: Mapping[str, pl.DataFrame]) -> Outside:
    """What others do in the plan of these tables, for a case of some nations. Raises CaseError for an unknown nation."""
    return _Fixed(case, planned_with(case, nations), tables).outside()


class _Fixed:
    """The plan's decisions, and what those of others do to the nations planned."""

    def __init__(self, case: Case, planned: frozenset[str], tables: Mapping[str, pl.DataFrame]) -> None:
        self.case, self.planned, self.tables = case, planned, tables
        self.network = Network(case)
        self.calendar = case.calendar
        self.lines = {code for code, row in self.network.lines.items() if row["nation"] in planned}
        self.decided = decided(tables, case.calendar)
        self.on_delivery = delivery_price(self.network)
        self.added: dict[str, list[Row]] = {}
        self.places: dict[tuple[Any, ...], int] = {}

    def outside(self) -> Outside:
        """All that is fixed or netted."""
        contracts = self.contracts()
        self.orders_abroad()
        self.sent()
        self.shares()
        market = self.market()
        own = intended(self.case, self.network, self.planned, self.decided)
        self.added.setdefault("taken", []).extend(as_fixed(own, contracts, market))
        return Outside(self.added, contracts, market, self.routes(), self.resources(), self.budgets(), self.paid())

    # -- the plan ------------------------------------------------------------------------------------------------

    def amount(self, family: str, key: Key) -> Floats:
        """What the plan decides of a key, shape (periods,)."""
        found = self.decided.get(family, {}).get(key)
        return np.zeros(len(self.calendar)) if found is None else found

    def monthly(self, decided: Floats, lag: float = 0.0) -> Iterator[tuple[str, float]]:
        """Month and quantity of what arrives of what is decided evenly over each period."""
        for n, quantity in enumerate(by_month(self.calendar, decided, lag).tolist()):
            if quantity > NOTHING:
                yield month_text(self.calendar.first + n), quantity

    def add(self, table: str, row: Row, *, note: str) -> None:
        """A row to add; what is of the same key is added to it, the cost or what is due as the mean of the two."""
        key = {k: v for k, v in row.items() if k not in ("quantity", "cost", "due")}
        rows = self.added.setdefault(table, [])
        same = self.places.setdefault((table, *key.values()), len(rows))
        if same == len(rows):
            rows.append(row | {"grade": "derived", "note": note})
            return
        before = rows[same]
        whole = before["quantity"] + row["quantity"]
        for column in ("cost", "due"):
            if column in row:
                before[column] = (before[column] * before["quantity"] + row[column] * row["quantity"]) / whole
        before["quantity"] = whole

    # -- lines ---------------------------------------------------------------------------------------------------

    def theirs(self, channel: Channel) -> bool:
        """Whether what is ordered over a channel is the nations' own decision."""
        return channel.line in self.lines and channel.ship_to in self.planned

    def contracts(self) -> dict[str, list[Row]]:
        """On their lines, what goes to others: a contract a period, all of which leaves as it arrives.

        The contract itself stays with nothing to order: when something can be delivered at all, and how soon, says how the
        line may change its pace. Who pays is no matter of theirs unless it is one of them: else at no price.
        """
        result: dict[str, list[Row]] = {}
        rows = {r["contract"]: r for r in self.case.tables["contracts"].iter_rows(named=True)}
        for c in self.network.channels:
            decided = self.amount("order", c.key)
            if c.own or c.line not in self.lines or c.ship_to in self.planned:
                continue
            paid = rows[c.code] if c.payer in self.planned else rows[c.code] | {"price": 0.0, "advance": None}
            here = result.setdefault(c.code, [rows[c.code] | {"max_quantity": 0.0, "low": None, "high": None}])
            later = f"-later-{c.later}" if c.later else ""
            here += [
                paid | {
                    "contract": f"{c.code}-{month_text(start)}{later}", "from": month_text(start), "later": c.later or None,
                    "until": month_text(start + length - 1), "max_quantity": quantity, "low": None, "high": None,
                }
                for start, length, quantity in zip(
                    self.calendar.starts, self.calendar.lengths, decided.tolist(), strict=True
                ) if quantity > NOTHING
            ]  # fmt: skip
            item = self.network.lines[c.line]["item"]
            for month, quantity in self.monthly(decided, c.lead):
                row = {"holder": c.ship_to, "item": item, "to": None, "month": month, "quantity": quantity, "cost": 0.0}
                self.add("agreed", row, note=f"Ordered from {c.line} in the plan of the whole case.")
        return result

    def orders_abroad(self) -> None:
        """What comes to them from lines of others: placed; what a buyer among them still pays on delivery is due."""
        for c, price in zip(self.network.channels, self.on_delivery, strict=True):
            if c.line in self.lines or c.ship_to not in self.planned:
                continue
            pays = c.payer == c.buyer and c.payer in self.planned
            item = self.network.lines[c.line]["item"]
            for month, quantity in self.monthly(self.amount("order", c.key), c.lead):
                due = (1 - c.advance) * float(price[month_number(month) - self.calendar.first]) if pays else 0.0
                self.placed(
                    c.buyer,
                    c.ship_to,
                    item,
                    month,
                    quantity,
                    due,
                    f"Ordered from {c.line} in the plan of the whole case.",
                )

    def placed(self, buyer: str, ship_to: str, item: str, month: str, quantity: float, due: float, note: str) -> None:
        """A placed order."""
        to = None if ship_to == buyer else ship_to
        row = {
            "buyer": buyer,
            "item": item,
            "line": None,
            "ship_to": to,
            "month": month,
            "quantity": quantity,
            "due": due,
        }
        self.add("orders", row, note=note)

    # -- what is sent --------------------------------------------------------------------------------------------

    def sent(self) -> None:
        """From others to them, and from them to others."""
        for r in self.network.routes:
            decided = self.amount("send", Lane(r.origin, r.destination, r.item))
            note = f"Sent by {r.origin} to {r.destination} in the plan of the whole case."
            if r.destination in self.planned and r.origin not in self.planned:
                if self.network.items[r.item]["shelf_life"] is not None:
                    self.spoiling(r.origin, r.destination, r.item, r.months, decided, note)
                    continue
                for month, quantity in self.monthly(decided, r.months):
                    if r.destination in self.network.recipients:
                        row = {"donor": r.origin, "recipient": r.destination, "item": r.item, "status": "in_transit"}
                        self.add("deliveries", row | {"month": month, "quantity": quantity}, note=note)
                    else:
                        self.placed(r.origin, r.destination, r.item, month, quantity, 0.0, note)
            elif r.origin in self.planned and r.destination not in self.planned:
                for month, quantity in self.monthly(decided):
                    row = {"holder": r.origin, "item": r.item, "to": r.destination, "month": month}
                    self.add("agreed", row | {"quantity": quantity, "cost": r.cost}, note=note)

    def spoiling(self, origin: str, destination: str, item: str, months: float, decided: Floats, note: str) -> None:
        """What spoils comes by a route, since what another sends is not young: a holder of its own for the way, who has it
        when it is sent and may keep nothing.
        """
        if decided.max(initial=0.0) <= NOTHING:
            return
        holder, names = f"{origin}-{destination}", {lang: self.case.names("nations", lang) for lang in ("en", "fr")}
        way = {f"name_{lang}": f"{name[origin]} > {name[destination]}" for lang, name in names.items()}
        said = {"grade": "derived", "note": note}
        nations = self.added.setdefault("nations", [])
        if holder not in {row["nation"] for row in nations}:
            nations.append({"nation": holder, **way, "role": "member"} | said)
        for month, quantity in self.monthly(decided):
            self.placed(holder, holder, item, month, quantity, 0.0, note)
            way = {"origin": holder, "destination": destination, "item": item}
            self.added.setdefault("taken", []).append(of_month("transfer", month, quantity, **way))
        route = {"origin": holder, "destination": destination, "item": item, "months": months, "capacity": math.inf}
        self.added.setdefault("routes", []).append(route | {"cost": 0.0} | said)
        store = {"holder": holder, "item": item, "limit": 0.0, "holding_cost": 0.0}
        self.added.setdefault("storage", []).append(store | said)

    def routes(self) -> dict[tuple[str, str], list[Row]]:
        """Routes of any item between them, with the items that can go on them in the whole case."""
        result: dict[tuple[str, str], list[Row]] = {}
        named = {(r["origin"], r["destination"], r["item"]) for r in self.network.rows("routes") if r["item"]}
        for row in self.case.tables["routes"].iter_rows(named=True):
            way = row["origin"], row["destination"]
            if row["item"] is None and set(way) <= self.planned:
                items = [r.item for r in self.network.routes if (r.origin, r.destination) == way]
                result[way] = [row | {"item": item} for item in items if (*way, item) not in named]
        return result

    def shares(self) -> None:
        """How short the worst-off of the others is of each item that one of them must hold."""
        stock = self.tables["stock"].sort("period")
        mine = {item for holder, item in self.network.requirements.pairs if holder in self.planned}
        items = sorted({item for _, item in self.network.requirements.pairs})
        missing = dict(zip(items, short_elsewhere(self.network, items), strict=True))
        for r in stock.iter_rows(named=True):
            asked = r["requirement"] or 0.0
            if r["item"] in mine and r["holder"] not in self.planned and asked > 0:
                worst = missing[r["item"]]
                worst[r["period"]] = max(worst[r["period"]], max(0.0, 1 - r["closing"] / asked))
        for item in sorted(mine):
            before = 0.0
            for start, share in zip(self.calendar.starts, missing[item].tolist(), strict=True):
                if share != before:
                    row = {"item": item, "from": month_text(start), "missing": share, "grade": "derived"}
                    note = "Worst-off holder among the others in the plan of the whole case."
                    self.added.setdefault("elsewhere", []).append(row | {"note": note})
                before = share

    # -- what is shared ------------------------------------------------------------------------------------------

    def market(self) -> dict[str, tuple[str, list[Row]]]:
        """Offers to any member, to those of them that may buy; less what others buy."""
        result: dict[str, tuple[str, list[Row]]] = {}
        offers: dict[str, list[Offer]] = {}
        for offer in self.network.offers:
            offers.setdefault(offer.code, []).append(offer)
        for row in self.case.tables["market"].iter_rows(named=True):
            buyers = [o.buyer for o in offers.get(row["offer"], ())]
            mine = [buyer for buyer in buyers if buyer in self.planned]
            others = sum(
                (self.amount("buy", Purchase(row["offer"], b)) for b in buyers if b not in self.planned),
                np.zeros(len(self.calendar)),
            )
            if not mine:
                result[row["offer"]] = ("changed-net", [])
            elif len(mine) > 1 or (others.max(initial=0.0) > NOTHING and math.isfinite(row["max_rate"])):
                result[row["offer"]] = ("changed-net", list(self.as_bought(row, mine)))
            elif others.max(initial=0.0) > NOTHING:
                left = max(0.0, row["quantity"] - float(others.sum()))
                result[row["offer"]] = (
                    "changed-net",
                    [row | {"buyer": mine[0], "quantity": left, "low": None, "high": None}],
                )
            elif row["buyer"] is None:
                result[row["offer"]] = ("changed-buyer", [row | {"buyer": mine[0]}])
        return result

    def as_bought(self, row: Row, buyers: Iterable[str]) -> Iterator[Row]:
        """What each of them bought of an offer, period by period: what is shared with others in a rate has no other limit."""
        for buyer in buyers:
            decided = self.amount("buy", Purchase(row["offer"], buyer)).tolist()
            for start, length, quantity in zip(self.calendar.starts, self.calendar.lengths, decided, strict=True):
                if quantity > NOTHING:
                    code = f"{row['offer']}-{buyer}-{month_text(start)}"
                    window = {
                        "from": month_text(start),
                        "until": month_text(start + length - 1),
                        "low": None,
                        "high": None,
                    }
                    yield row | {"offer": code, "buyer": buyer, "quantity": quantity} | window

    def resources(self) -> dict[str, list[Row]]:
        """Capacity that lines and expansions of others leave."""
        network, used = self.network, dict[str, Floats]()
        drawing = [r for r in network.drawing if r["line"] not in self.lines]
        placed = drawn_resources(drawing, network.uses_of, network.resources, self.calendar)
        used |= {code: taken for code, taken in zip(network.resources, placed, strict=True) if taken.any()}
        for postings in (order_postings, set_up_postings, expansion_postings):
            for p in postings(network):
                line = network.expansions[network.expansion_index[p.of[0]]]["line"] if p.family == "expand" else p.of[0]
                decided = self.amount(p.family, p.of)
                if p.account == "resource" and line not in self.lines and decided.any():
                    before = used.get(p.at[0], np.zeros(len(self.calendar)))
                    used[p.at[0]] = before - p.per_unit * (p.lag.over(self.calendar) @ decided)
        result = {}
        for code, taken in used.items():
            rows = [r for r in self.case.tables["resources"].iter_rows(named=True) if r["resource"] == code]
            result[code] = list(self.left_of(rows, taken))
        return result

    def left_of(self, rows: list[Row], taken: Floats) -> Iterator[Row]:
        """A resource less what is taken of it, a row a period; its cost is that of the first month, as in the plan."""
        first = self.calendar.first
        dated = sorted(rows, key=lambda r: month_number(r["from"]) if r["from"] else first)
        months = range(first, self.calendar.last + 1)
        begun = [[r for r in dated if not r["from"] or month_number(r["from"]) <= m] for m in months]
        monthly = np.array([[here[-1]["capacity"] if here else 0.0 for here in begun]])
        capacity = summed(self.calendar, monthly)[0]
        for start, length, whole, use in zip(
            self.calendar.starts, self.calendar.lengths, capacity.tolist(), taken.tolist(), strict=True
        ):
            here = begun[start - first]
            if here:
                left = {
                    "from": month_text(start),
                    "capacity": max(0.0, whole - use) / length,
                    "low": None,
                    "high": None,
                }
                yield here[-1] | left

    # -- money ---------------------------------------------------------------------------------------------------

    def budgets(self) -> dict[tuple[str, int, str], tuple[float, float]]:
        """What is left of each budget of those who pay for their decisions, less what is paid for those of others."""
        payers = set(self.planned) | {c.payer for c in self.network.channels if self.theirs(c)}
        payers |= {e["payer"] for e in self.network.expansions if e["line"] in self.lines and e["payer"]}
        spent = self.spent_elsewhere(payers)
        result = {}
        limits = {limit.key: limit for limit in budget_limits(self.network)}
        for row in self.network.rows("budgets"):
            if row["nation"] in payers:
                left = []
                for kind in KINDS:
                    limit = limits.get(Limit(row["nation"], row["fiscal_year"], row["purpose"], kind))
                    gone = 0.0 if limit is None else _of_budget(limit, spent) / in_case_money(self.network, row)
                    left.append(max(0.0, row[kind] - gone))
                result[row["nation"], row["fiscal_year"], row["purpose"]] = (left[0], left[1])
        return result

    def paid(self) -> dict[str, float]:
        """What each of the nations pays for orders on lines of others, money units."""
        found: dict[str, float] = {}
        for c, priced in zip(self.network.channels, order_price(self.network), strict=True):
            money = float(priced @ self.amount("order", c.key))
            if c.line not in self.lines and c.payer in self.planned and money:
                found[c.payer] = found.get(c.payer, 0.0) + money
        return found

    def spent_elsewhere(self, payers: Collection[str]) -> dict[tuple[str, int, str, str], float]:
        """Money by payer, fiscal year, purpose and kind that decisions cost which are not in the new case, less what
        stands there as due on orders that were not placed before.
        """
        starts, found = fiscal_starts(self.network), dict[tuple[str, int, str, str], float]()

        def add(payer: str, year: int, purpose: str, kind: str, amount: float) -> None:
            key = payer, year, purpose, kind
            found[key] = found.get(key, 0.0) + amount

        for flow in self.flows_elsewhere():
            spent = flow.amount * self.amount(flow.family, flow.of)
            if flow.payer in payers and spent.any():
                for year, share in flow.by_year(self.calendar, starts[flow.payer]).items():
                    add(flow.payer, year, flow.purpose, flow.kind, float(share @ spent))
        for sign, rows in ((1.0, self.orders_cut()), (-1.0, self.added.get("orders", []))):
            for r in rows:
                if r["buyer"] in payers and r["due"]:
                    year = fiscal_year(month_number(r["month"]), starts[r["buyer"]])
                    money = sign * r["due"] * r["quantity"] / self.case.money_unit
                    add(r["buyer"], year, "placed", "payments", money)
        return found

    def flows_elsewhere(self) -> Iterator[Flow]:
        """Money of every decision that is not in the new case, or stands there at no price."""
        network, unit, periods = self.network, self.case.money_unit, len(self.calendar)
        for c, priced, on_delivery in zip(network.channels, order_price(network), self.on_delivery, strict=True):
            fixed_and_paid = c.line in self.lines and c.payer in self.planned
            if not self.theirs(c) and not fixed_and_paid:
                yield from order_flows(c, priced, on_delivery, unit)
        for e in network.expansions:
            if e["line"] not in self.lines:
                yield from expansion_flows(e, e["payer"] or network.lines[e["line"]]["nation"], periods)
        for o in network.offers:
            if o.buyer not in self.planned:
                yield from purchase_flows(o, periods, unit)
        for r in network.routes:
            if r.origin not in self.planned:
                yield from transfer_flows(r, periods, unit)

    def orders_cut(self) -> list[Row]:
        """Placed orders that arrive and are neither from their lines nor to or by one of them."""
        return [
            r for r in self.network.placed
            if r["line"] not in self.lines and not {r["ship_to"] or r["buyer"], r["buyer"]} & self.planned
        ]  # fmt: skip


def _of_budget(limit: BudgetLimit, spent: Mapping[tuple[str, int, str, str], float]) -> float:
    """Money that counts in a budget."""
    who = limit.key.nation, limit.key.year
    return sum(
        amount
        for (payer, year, purpose, kind), amount in spent.items()
        if (payer, year) == who and kind == limit.key.kind and limit.covers(purpose)
    )
