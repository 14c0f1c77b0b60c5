"""What decisions of before the start leave to a case: what is on order, on the way and being built, and what they used up.

A decision is told month by month, as rows of ``taken``. Of one that was taken before the first month of a case there follow

    order      placed orders: what is delivered from the start on, with the components and resources that it still draws and
               what is due of its money on delivery
    transfer, purchase   goods in transit to a recipient, else placed orders: what arrives from the start on
    expansion  rates of its line, as they rise once it is ready
    all        contracts, offers, expansions and budgets are less by what was used of them

A limit is made less only where the case states what the plan was made with: else it says what is left already. What no table
of a case can hold is named with what to enter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.findings import Finding
from rampart.network.keys import Backfill, Key, Lane, Limit, Pledge, Purchase
from rampart.network.lags import first_effect, grown, shifts
from rampart.network.network import Network
from rampart.network.payments import KINDS, BudgetLimit, fiscal_starts, fiscal_year
from rampart.network.pledges_left import less_sent
from rampart.network.prices import delivery_price
from rampart.network.routes import Route
from rampart.network.taken import ordered
from rampart.network.ways import Channel, Offer, Row, built

NOTHING = 1e-9
"""Units below which nothing is in hand."""
NOTE = "Decided before the start, in the plan taken over."
USED = {
    "contracts": ("contract", "max_quantity"),
    "market": ("offer", "quantity"),
    "expansions": ("expansion", "max_units"),
}
"""Tables that say how much there may be of something: their key and column."""

Money = tuple[str, str, str, int, float]
"""Kind, nation, purpose, month and money units of what is committed or paid."""


class InHand:
    """Decisions taken before the start of a case.

    case    the case that is planned on; ``before``  the case of the plan that took them
    own     what that plan decided; ``older`` what it had in hand itself, as far as the case does not have it: rows of
            ``taken``, a month each
    """

    def __init__(self, case: Case, before: Case, own: Sequence[Row], older: Sequence[Row]) -> None:
        self.case, self.before, self.own, self.older = case, before, own, older
        self.start = month_number(str(case.settings["start"]))
        self.findings: list[Finding] = []
        self.added: dict[str, dict[tuple[Any, ...], Row]] = {"orders": {}, "deliveries": {}}

    def tables(self) -> dict[str, pl.DataFrame]:
        """Tables of the case that are changed; ``findings`` then says what was used up and what is to be entered."""
        for row in (*self.older, *self.own):
            getattr(self, row["kind"])(row)
        found = {
            name: with_rows(self.case.tables[name], list(rows.values())) for name, rows in self.added.items() if rows
        }
        found |= self._rates()
        for name, (key, column) in USED.items():
            if (less := self._less(name, key, column)) is not None:
                found[name] = less
        if (left := self._budgets()) is not None:
            found["budgets"] = left
        self._owed()
        self._opening()
        return found

    # -- how they were decided -----------------------------------------------------------------------------------

    @cached_property
    def network(self) -> Network:
        """The network in which they were decided."""
        return Network(self.before)

    @cached_property
    def channels(self) -> dict[Key, tuple[int, Channel]]:
        """Place and channel of each order."""
        return {c.key: (n, c) for n, c in enumerate(self.network.channels)}

    @cached_property
    def routes(self) -> dict[Key, Route]:
        """The route of each transfer."""
        return {r.lane: r for r in self.network.routes}

    @cached_property
    def offers(self) -> dict[Key, Offer]:
        """The offer of each purchase."""
        return {o.key: o for o in self.network.offers}

    @cached_property
    def expansions(self) -> dict[str, Row]:
        """Expansions by code."""
        return {e["expansion"]: e for e in self.network.expansions}

    @cached_property
    def _on_delivery(self) -> Any:
        return delivery_price(self.network)

    def price(self, place: int, month: int) -> float:
        """Price on delivery over a channel in a month, in currency; after the plan that of its last month."""
        monthly = self._on_delivery[place]
        return float(monthly[min(max(0, month - self.network.calendar.first), monthly.size - 1)])

    def coming(self, row: Row, lag: float) -> Iterator[tuple[int, float]]:
        """Month and quantity of what arrives from the start on."""
        for month, quantity in arriving(row, lag):
            if month >= self.start and quantity > NOTHING:
                yield month, quantity

    # -- what follows from each ----------------------------------------------------------------------------------

    def order(self, row: Row) -> None:
        """Placed orders of what is still to be delivered."""
        place, c = self.channels[ordered(row)]
        item, who = self.network.lines[c.line]["item"], self.debtor(c)
        for month, quantity in self.coming(row, c.lead):
            due = (1 - c.advance) * self.price(place, month) if who == c.payer else 0.0
            self.placed(
                row, who, c.ship_to, item, month, quantity, line=c.line, due=due if math.isfinite(due) else None
            )

    def debtor(self, c: Channel) -> str:
        """Whom an order counts for: who owes the receiver what it gave, else who pays."""
        item = self.network.lines[c.line]["item"]
        who = (n for n in (c.payer, c.buyer) if Backfill(n, c.ship_to, item) in self.network.backfill_index)
        return next(who, c.payer)

    def purchase(self, row: Row) -> None:
        """What was bought and has not arrived."""
        offer = self.offers[Purchase(row["offer"], row["buyer"])]
        for month, quantity in self.coming(row, offer.delay):
            self.placed(row, offer.buyer, offer.buyer, offer.item, month, quantity)

    def transfer(self, row: Row) -> None:
        """What was sent and has not arrived."""
        route = self.routes[Lane(row["origin"], row["destination"], row["item"])]
        for month, quantity in self.coming(row, route.months):
            if self.network.items[route.item]["shelf_life"] is not None:
                said = {"quantity": quantity, "origin": route.origin, "to": route.destination}
                self.findings.append(Finding("taken-fresh", value=route.item, details=said))
            if route.destination in self.network.recipients:
                key = {"donor": route.origin, "recipient": route.destination, "item": route.item}
                self.add("deliveries", key | {"status": "in_transit", "month": month_text(month), "quantity": quantity})
            else:
                self.placed(row, route.origin, route.destination, route.item, month, quantity)

    def expansion(self, row: Row) -> None:
        """What works under way still draw; what they add stands in the rates."""
        e, decided = self.expansions[row["expansion"]], month_number(row["month"])
        bills = [("component", r) for r in self.network.expansion_bills]
        for what, r in (*bills, *(("resource", r) for r in self.network.uses)):
            month = first_effect(decided, built(e, r["offset"])) if r["expansion"] == e["expansion"] else -1
            if month >= self.start:
                said = {"quantity": row["quantity"] * r["quantity"], "what": r[what], "month": month_text(month)}
                self.findings.append(Finding("taken-draws", value=e["expansion"], details=said))

    def support(self, row: Row) -> None:
        """Nothing in a case holds what was bought for fleets."""
        said = {"month": row["month"]}
        self.findings.append(Finding("taken-support", value=row["shop"] or row["site"], details=said))

    spares = bays = support

    def placed(
        self, row: Row, buyer: str, ship_to: str, item: str, month: int, quantity: float, *, line: str | None = None,
        due: float | None = 0.0,
    ) -> None:  # fmt: skip
        """A placed order."""
        key = {
            "buyer": buyer, "item": item, "line": line, "ship_to": ship_to, "month": month_text(month), "state": "awarded",
            "decided": row["month"], "inputs": "drawn" if line else "supplied",
        }  # fmt: skip
        self.add("orders", key | {"quantity": quantity, "due": due})

    def add(self, table: str, row: Row) -> None:
        """A row to add; what is of the same key is added to it, what is due as the mean of the two."""
        key = tuple(v for k, v in row.items() if k not in ("quantity", "due"))
        before = self.added[table].get(key)
        if before is None:
            self.added[table][key] = row | {"grade": "derived", "note": NOTE}
            return
        whole = before["quantity"] + row["quantity"]
        if before.get("due") is not None and row.get("due") is not None:
            before["due"] = (before["due"] * before["quantity"] + row["due"] * row["quantity"]) / whole
        before["quantity"] = whole

    # -- rates ---------------------------------------------------------------------------------------------------

    def _rates(self) -> dict[str, pl.DataFrame]:
        """Rates of lines that grew or grow, from the start on."""
        works: dict[str, list[Row]] = {}
        for row in (*self.older, *self.own):
            if row["kind"] == "expansion":
                works.setdefault(self.expansions[row["expansion"]]["line"], []).append(row)
        lines = {r["line"]: r for r in self.case.tables["lines"].iter_rows(named=True)}
        if not (works := {line: rows for line, rows in works.items() if line in lines}):
            return {}
        table = self.case.tables["rates"]
        rows: list[Row] = []
        for line, of_line in works.items():
            rows += self._rates_of(lines[line], table.filter(pl.col("line") == line), of_line)
        others = table.filter(~(pl.col("line").is_in(list(works)) & (pl.col("from") >= month_text(self.start))))
        return {"rates": with_rows(others, rows)}

    def _rates_of(self, line: Row, stated: pl.DataFrame, works: Sequence[Row]) -> Iterator[Row]:
        """Rows of one line: where its own rates change, or what was built does."""
        months = np.arange(self.start, self.case.calendar.last + 1)
        more = np.zeros(months.size)
        for row in works:
            e = self.expansions[row["expansion"]]
            since = (months - month_number(row["month"])).astype(float)
            more += row["quantity"] * e["added_rate"] * grown(since, e["construction"], e["ramp"] or 0.0)
        own = {month_number(r["from"]): r for r in stated.iter_rows(named=True)}
        now: Row = own[max(m for m in own if m <= self.start)] if any(m <= self.start for m in own) else {}
        before = 0.0
        for month, rate in zip(months.tolist(), more.tolist(), strict=True):
            if month in own or abs(rate - before) > NOTHING:
                now, before = own.get(month, now), rate
                most = line["max_rate"] if now.get("max_rate") is None else now["max_rate"]
                yield now | {"line": line["line"], "from": month_text(month), "max_rate": most + rate, "note": NOTE}

    # -- what is used up -----------------------------------------------------------------------------------------

    def _less(self, table: str, key: str, column: str) -> pl.DataFrame | None:
        """A table whose limits are less by what was used."""
        own, older = (used(rows, key) for rows in (self.own, self.older))
        return self._left(table, (key,), {(k,): v for k, v in own.items()}, {(k,): v for k, v in older.items()}, column)

    def _budgets(self) -> pl.DataFrame | None:
        """Budgets of years that are not over, less by the money spent of them and by that which no table of the case holds."""
        frame, keys = self.case.tables["budgets"], ("nation", "fiscal_year", "purpose")
        starts, changed = fiscal_starts(self.network), False
        for kind in KINDS:
            own, older = (
                self._spent(rows, kind, starts, list(frame.select(keys).iter_rows())) for rows in (self.own, self.older)
            )
            left = self._left("budgets", keys, own, older, kind, frame)
            changed, frame = changed or left is not None, frame if left is None else left
        return frame if changed else None

    def _spent(
        self, rows: Iterable[Row], kind: str, starts: Mapping[str, int], budgets: Iterable[tuple[str, int, str]]
    ) -> dict[tuple[Any, ...], float]:
        """Money that decisions take of each budget of a year that is not over, except what placed orders take."""
        by_year: dict[tuple[str, int, str], float] = {}
        for what, nation, purpose, month, money in (m for row in rows for m in self._money(row)):
            year = fiscal_year(month, starts[nation])
            if what == kind and year >= fiscal_year(self.start, starts[nation]):
                by_year[nation, year, purpose] = by_year.get((nation, year, purpose), 0.0) + money
        found: dict[tuple[Any, ...], float] = {}
        for budget in budgets:
            covers = BudgetLimit(Limit(*budget, kind), 0.0, 0).covers
            own = (m for (who, year, purpose), m in by_year.items() if (who, year) == budget[:2] and covers(purpose))
            found[budget] = sum(own)
        return found

    def _money(self, row: Row) -> Iterator[Money]:
        """Commitments and payments that follow a decision, but for what is due on placed orders from the start on."""
        unit, month, quantity = self.before.money_unit, month_number(row["month"]), row["quantity"]
        if row["kind"] == "order":
            yield from self._money_of_order(row)
        elif row["kind"] == "expansion":
            e = self.expansions[row["expansion"]]
            payer = e["payer"] or self.network.lines[e["line"]]["nation"]
            yield "commitments", payer, "capacity", month, quantity * e["cost"]
            months = max(1, math.ceil(e["construction"]))
            yield from (
                ("payments", payer, "capacity", month + k, quantity * e["cost"] / months) for k in range(months)
            )
        elif row["kind"] == "purchase":
            offer = self.offers[Purchase(row["offer"], row["buyer"])]
            yield from ((kind, offer.buyer, "procurement", month, quantity * offer.price / unit) for kind in KINDS)
        elif row["kind"] == "transfer":
            route = self.routes[Lane(row["origin"], row["destination"], row["item"])]
            yield from ((kind, route.origin, "transport", month, quantity * route.cost / unit) for kind in KINDS)

    def _money_of_order(self, row: Row) -> Iterator[Money]:
        """Committed and paid ahead at the award; paid on delivery before the start, or by another than it counts for."""
        place, c = self.channels[ordered(row)]
        unit, awards = self.before.money_unit, shifts(c.award)
        for month, quantity in arriving(row, c.lead):
            price = quantity * self.price(place, month) / unit
            for later, part in awards:
                at = month_number(row["month"]) + later
                yield "commitments", c.payer, "procurement", at, part * price
                yield "payments", c.payer, "procurement", at, part * c.advance * price
            if month < self.start or self.debtor(c) != c.payer:
                yield "payments", c.payer, "procurement", month, (1 - c.advance) * price

    def _left(
        self, table: str, keys: Sequence[str], own: Mapping[tuple[Any, ...], float], older: Mapping[tuple[Any, ...], float],
        column: str, frame: pl.DataFrame | None = None,
    ) -> pl.DataFrame | None:  # fmt: skip
        """The table with what is left in a column where the case states what the plan was made with; None: unchanged."""
        frame = self.case.tables[table] if frame is None else frame
        stated = {tuple(r[k] for k in keys): r[column] for r in self.before.tables[table].iter_rows(named=True)}
        ends = [c.name for c in tables()[table].columns.values() if c.unit == f"as {column}"]  # of its range
        rows, changed = [], False
        for r in frame.iter_rows(named=True):
            key, value = tuple(r[k] for k in keys), r[column]
            spent, before, was = own.get(key, 0.0), older.get(key, 0.0), stated.get(key)
            if spent + before > NOTHING and value is not None and was is not None and _same(value, was + before):
                less = {c: _left(r[c], before + spent) for c in (column, *ends) if r[c] is not None}
                said = {"used": spent + before, "whole": value, "left": less[column]}
                named = ", ".join(str(k) for k in key)
                self.findings.append(Finding("taken-used-up", table, column=column, value=named, details=said))
                r, changed = r | less, True
            rows.append(r)
        return pl.DataFrame(rows, schema=frame.schema) if changed else None

    # -- what is to be entered -----------------------------------------------------------------------------------

    def _owed(self) -> None:
        """What was given or made good before the start, where the case still states the whole."""
        met: dict[Key, float] = {}
        later = Network(self.case)
        for row in (*self.older, *self.own):
            for key, quantity in self._meets(row):
                met[key] = met.get(key, 0.0) + quantity
        for key, quantity in sorted(met.items()):
            nation, to, item = key
            pledge = isinstance(key, Pledge)
            of = [n.pledged[n.pledge_index[key]] if pledge else n.due_back[n.backfill_index[key]]  # type: ignore[index]
                  for n in (self.network, later) if key in (n.pledge_index if pledge else n.backfill_index)]  # fmt: skip
            if quantity > NOTHING and len(of) == 2 and math.isclose(of[0].max(), of[1].max()):
                said = {"to": to, "item": item, "quantity": quantity}
                if pledge:
                    said |= self._left_of_pledge(key, quantity)
                code = "taken-pledged" if pledge else "taken-owed"
                self.findings.append(Finding(code, "deliveries", value=nation, details=said))

    def _left_of_pledge(self, pledge: Key, sent: float) -> Row:
        """What of a pledge is to be entered in place of the whole: what is left and when it falls due, what is delivered."""
        stated = zip(("donor", "recipient", "item"), pledge, strict=True)
        rows = self.case.tables["deliveries"].filter(pl.col("status") == "pledged", **dict(stated))
        first = str(self.before.settings["start"])
        dated = [r | {"from": r["from"] or min(first, r["month"])} for r in rows.iter_rows(named=True)]
        found: dict[str, list[Row]] = {"pledged": [], "delivered": []}
        for r in less_sent(dated, sent, month_text(self.start)):
            found[r["status"]].append(r)
        left = [(f"{r['quantity']:.6g}", r["from"], r["month"]) for r in found["pledged"]]
        told: Row = {"given": sum(r["quantity"] for r in found["delivered"]) or "", "done": "" if left else sent}
        for language, point, between in (("en", ".", "; "), ("fr", ",", " ; ")):
            told[f"left_{language}"] = between.join(
                f"{n.replace('.', point)} (from {since}, month {month})" for n, since, month in left
            )
        return told

    def _meets(self, row: Row) -> Iterator[tuple[Key, float]]:
        """Pledges and compensation that a decision meets, with what no table of the case says of it."""
        if row["kind"] == "transfer":
            way = row["origin"], row["destination"], row["item"]
            if Pledge(*way) in self.network.pledge_index:
                yield Pledge(*way), row["quantity"]
            arrived, owed = arriving(row, self.routes[Lane(*way)].months), Backfill(*way)
        elif row["kind"] == "purchase":
            offer = self.offers[Purchase(row["offer"], row["buyer"])]
            arrived, owed = arriving(row, offer.delay), Backfill(offer.buyer, offer.buyer, offer.item)
        elif row["kind"] == "order":
            _, c = self.channels[ordered(row)]
            item = self.network.lines[c.line]["item"]
            arrived, owed = arriving(row, c.lead), Backfill(self.debtor(c), c.ship_to, item)
        else:
            return
        if owed in self.network.backfill_index:
            yield owed, sum(quantity for month, quantity in arrived if month < self.start)

    def _opening(self) -> None:
        """A later start with the stocks of the earlier one."""
        stocks = self.case.tables["stocks"]
        if not stocks.is_empty() and stocks.equals(self.before.tables["stocks"]):
            said = {"before": str(self.before.settings["start"])}
            self.findings.append(Finding("taken-opening", "stocks", value=month_text(self.start), details=said))


def _same(one: float, other: float) -> bool:
    """Whether two limits are one and the same number."""
    return math.isfinite(one) and math.isclose(one, other, rel_tol=1e-9, abs_tol=NOTHING)


def _left(whole: float, used: float) -> float:
    """What is left, free of what rounding alone would say."""
    return max(0.0, float(f"{whole - used:.12g}"))


def arriving(row: Row, lag: float) -> Iterator[tuple[int, float]]:
    """Month and quantity of what comes of a decision of one month."""
    for later, share in shifts(lag):
        yield month_number(row["month"]) + later, share * row["quantity"]


def used(rows: Iterable[Row], column: str) -> dict[str, float]:
    """Sum of the quantities by what a column names."""
    found: dict[str, float] = {}
    for row in rows:
        if row[column] is not None and row["quantity"] is not None:
            found[row[column]] = found.get(row[column], 0.0) + row["quantity"]
    return found


def with_rows(frame: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
    """A table with rows added, columns left out being blank."""
    new = [{name: row.get(name) for name in frame.columns} for row in rows]
    return pl.concat([frame, pl.DataFrame(new, schema=frame.schema)])
