"""What decisions of before the start leave to a case: what is on order, on the way and being built, and what they used up.

A decision is told month by month, as rows of ``taken``. Of one that was taken before the first month of a case there follow

    order      placed orders: what is delivered from the start on, with the components and resources that it still draws and
               what is due of its money on delivery
    transfer, purchase   goods in transit to a recipient, else placed orders: what arrives from the start on; what is sent is
               used when it arrives or not at all where it has a shelf life, as in the plan that sent it
    expansion  rates of its line, as they rise once it is ready; components that it still takes leave the stock as agreed,
               and resources have so much less
    all        contracts, offers, expansions and budgets are less by what was used of them (``network.used_up``)

What no table of a case can hold is named with what to enter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.findings import Finding
from rampart.network.ages import at_its_end
from rampart.network.keys import Backfill, Key, Pledge
from rampart.network.lags import first_effect, grown
from rampart.network.network import Network
from rampart.network.pledges_left import NO_RANGE, less_sent
from rampart.network.used_up import UsedUp
from rampart.network.ways import Row, built
from rampart.network.ways_taken import NOTHING, WaysTaken, arriving

NOTE = "Decided before the start, in the plan taken over."
SAID: Mapping[str, Any] = {"grade": "derived", "note": NOTE}
"""What rows that are entered say of where they come from."""


class InHand:
    """Decisions taken before the start of a case.

    case    the case that is planned on; ``before``  the case of the plan that took them
    own     what that plan decided; ``older`` what it had in hand itself, as far as the case does not have it: rows of
            ``taken``, a month each
    """

    def __init__(
        self, case: Case, before: Case, own: Sequence[Row], older: Sequence[Row], *, said: Mapping[str, Any] = SAID
    ) -> None:
        self.case, self.own, self.older, self.said = case, own, older, said
        self.ways = WaysTaken(before)
        self.start = month_number(str(case.settings["start"]))
        self.findings: list[Finding] = []
        self.draws: dict[tuple[str, int], float] = {}
        self.added: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {"orders": {}, "deliveries": {}, "agreed": {}}

    def tables(self, *, delivered: Sequence[Row] = (), at_means: bool = False) -> dict[str, pl.DataFrame]:
        """Tables of the case that are changed; ``findings`` then says what was used up and what is to be entered.

        delivered  placed orders of the case before that have come since, and were paid on delivery; ``at_means`` as of
                   ``UsedUp``
        """
        for row in (*self.older, *self.own):
            getattr(self, row["kind"])(row)
        found = {
            name: with_rows(name, self.case.tables[name], list(rows.values()))
            for name, rows in self.added.items() if rows
        }  # fmt: skip
        limits = UsedUp(self.case, self.ways, self.own, self.older, delivered, at_means=at_means)
        found |= self._rates() | self._resources() | limits.tables()
        self.findings += limits.findings
        return found

    def named(self) -> list[Finding]:
        """What is to be entered by hand: what was given or made good, and stocks of the earlier start."""
        return [*self._owed(), *self._opening()]

    def coming(self, row: Row, lag: float) -> Iterator[tuple[int, float]]:
        """Month and quantity of what arrives from the start on."""
        for month, quantity in arriving(row, lag):
            if month >= self.start and quantity > NOTHING:
                yield month, quantity

    # -- what follows from each ----------------------------------------------------------------------------------

    def order(self, row: Row) -> None:
        """Placed orders of what is still to be delivered."""
        c = self.ways.channel(row)
        item, who = self.ways.network.lines[c.line]["item"], self.ways.debtor(c)
        for month, quantity in self.coming(row, c.lead):
            due = (1 - c.advance) * self.ways.price(row, month) if who == c.payer else 0.0
            self.placed(
                row,
                who,
                c.ship_to,
                item,
                month,
                quantity,
                line=c.line,
                due=due if math.isfinite(due) else None,
                lead=c.lead,
            )

    def purchase(self, row: Row) -> None:
        """What was bought and has not arrived."""
        offer = self.ways.offer(row)
        for month, quantity in self.coming(row, offer.delay):
            self.placed(row, offer.buyer, offer.buyer, offer.item, month, quantity)

    def transfer(self, row: Row) -> None:
        """What was sent and has not arrived."""
        route = self.ways.route(row)
        for month, quantity in self.coming(row, route.months):
            lot = at_its_end(month, self.ways.network.items[route.item]["shelf_life"])
            if route.destination in self.ways.network.recipients:
                key = {"donor": route.origin, "recipient": route.destination, "item": route.item, "lot": lot}
                self.add("deliveries", key | {"status": "in_transit", "month": month_text(month), "quantity": quantity})
            else:
                self.placed(row, route.origin, route.destination, route.item, month, quantity, lot=lot)

    def expansion(self, row: Row) -> None:
        """What works under way still draw: components as agreed, and of resources; what they add stands in the rates."""
        e, network = self.ways.expansions[row["expansion"]], self.ways.network
        decided = month_number(row["month"])
        for r in (r for r in (*network.expansion_bills, *network.uses) if r["expansion"] == e["expansion"]):
            month, quantity = first_effect(decided, built(e, r["offset"])), row["quantity"] * r["quantity"]
            if month < self.start:
                continue
            if "component" in r:
                holder = network.lines[e["line"]]["nation"]
                at = {"holder": holder, "item": r["component"], "month": month_text(month)}
                self.add("agreed", at | {"quantity": quantity})
            else:
                self.draws[r["resource"], month] = self.draws.get((r["resource"], month), 0.0) + quantity

    def support(self, row: Row) -> None:
        """Nothing in a case holds what was bought for fleets."""
        said = {"month": row["month"]}
        self.findings.append(Finding("taken-support", value=row["shop"] or row["site"], details=said))

    spares = bays = support

    def placed(
        self, row: Row, buyer: str, ship_to: str, item: str, month: int, quantity: float, *, line: str | None = None,
        due: float | None = 0.0, lead: float | None = None, lot: str | None = None,
    ) -> None:  # fmt: skip
        """A placed order."""
        key = {
            "buyer": buyer, "item": item, "line": line, "ship_to": ship_to, "month": month_text(month), "state": "awarded",
            "decided": row["month"], "inputs": "drawn" if line else "supplied", "lead": lead, "lot": lot,
        }  # fmt: skip
        self.add("orders", key | {"quantity": quantity, "due": due})

    def add(self, table: str, row: Row) -> None:
        """A row to add; what is of the same key is added to it, what is due as the mean of the two."""
        key = tuple(v for k, v in row.items() if k not in ("quantity", "due"))
        before = self.added[table].get(key)
        if before is None:
            self.added[table][key] = {**row, **self.said}
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
                works.setdefault(self.ways.expansions[row["expansion"]]["line"], []).append(row)
        lines = {r["line"]: r for r in self.case.tables["lines"].iter_rows(named=True)}
        if not (works := {line: rows for line, rows in works.items() if line in lines}):
            return {}
        table = self.case.tables["rates"]
        rows: list[Row] = []
        for line, of_line in works.items():
            rows += self._rates_of(lines[line], table.filter(pl.col("line") == line), of_line)
        others = table.filter(~(pl.col("line").is_in(list(works)) & (pl.col("from") >= month_text(self.start))))
        return {"rates": with_rows("rates", others, rows)}

    def _rates_of(self, line: Row, stated: pl.DataFrame, works: Sequence[Row]) -> Iterator[Row]:
        """Rows of one line: where its own rates change, or what was built does."""
        months = np.arange(self.start, self.case.calendar.last + 1)
        more = np.zeros(months.size)
        for row in works:
            e = self.ways.expansions[row["expansion"]]
            since = (months - month_number(row["month"])).astype(float)
            more += row["quantity"] * e["added_rate"] * grown(since, e["construction"], e["ramp"] or 0.0)
        own = {month_number(r["from"]): r for r in stated.iter_rows(named=True)}
        now: Row = own[max(m for m in own if m <= self.start)] if any(m <= self.start for m in own) else {}
        before = 0.0
        for month, rate in zip(months.tolist(), more.tolist(), strict=True):
            if month in own or abs(rate - before) > NOTHING:
                now, before = own.get(month, now), rate
                most = line["max_rate"] if now.get("max_rate") is None else now["max_rate"]
                yield {
                    **now, "line": line["line"], "from": month_text(month), "max_rate": most + rate, **self.said,
                }  # fmt: skip

    # -- resources -----------------------------------------------------------------------------------------------

    def _resources(self) -> dict[str, pl.DataFrame]:
        """Resources, with so much less in the months in which works under way draw of them."""
        rows = list(self.case.tables["resources"].iter_rows(named=True))
        for (code, month), quantity in sorted(self.draws.items()):
            of = {month_number(r["from"]) if r["from"] else self.start: r for r in rows if r["resource"] == code}
            since = max((m for m in of if m <= month), default=None)
            if since is None or of[since]["capacity"] is None:
                continue
            now = of[since]
            if month + 1 not in of:
                rows.append(now | {"from": month_text(month + 1)})
            less = now | {"from": month_text(month), "capacity": max(0.0, now["capacity"] - quantity), **self.said}
            rows = [*(r for r in rows if r is not now or since < month), less]
        return {"resources": pl.DataFrame(rows, schema=self.case.tables["resources"].schema)} if self.draws else {}

    # -- what is to be entered -----------------------------------------------------------------------------------

    def met(self) -> dict[Key, float]:
        """What was given of each pledge, and arrived of each compensation, before the start."""
        met: dict[Key, float] = {}
        for row in (*self.older, *self.own):
            for key, quantity in self._meets(row):
                met[key] = met.get(key, 0.0) + quantity
        return met

    def _owed(self) -> Iterator[Finding]:
        """What was given or made good before the start, where the case still states the whole."""
        later = Network(self.case)
        for key, quantity in sorted(self.met().items()):
            nation, to, item = key
            pledge = isinstance(key, Pledge)
            of = [n.pledged[n.pledge_index[key]] if pledge else n.due_back[n.backfill_index[key]]  # type: ignore[index]
                  for n in (self.ways.network, later) if key in (n.pledge_index if pledge else n.backfill_index)]  # fmt: skip
            if quantity > NOTHING and len(of) == 2 and math.isclose(of[0].max(), of[1].max()):
                said = {"to": to, "item": item, "quantity": quantity}
                if pledge:
                    said |= self._left_of_pledge(key, quantity)
                code = "taken-pledged" if pledge else "taken-owed"
                yield Finding(code, "deliveries", value=nation, details=said)

    def _left_of_pledge(self, pledge: Key, sent: float) -> Row:
        """What of a pledge is to be entered in place of the whole: what is left and when it falls due, what is delivered."""
        stated = zip(("donor", "recipient", "item"), pledge, strict=True)
        rows = self.case.tables["deliveries"].filter(pl.col("status") == "pledged", **dict(stated))
        first = str(self.ways.case.settings["start"])
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
            if Pledge(*way) in self.ways.network.pledge_index:
                yield Pledge(*way), row["quantity"]
            arrived, owed = arriving(row, self.ways.route(row).months), Backfill(*way)
        elif row["kind"] == "purchase":
            offer = self.ways.offer(row)
            arrived, owed = arriving(row, offer.delay), Backfill(offer.buyer, offer.buyer, offer.item)
        elif row["kind"] == "order":
            c = self.ways.channel(row)
            item = self.ways.network.lines[c.line]["item"]
            arrived, owed = arriving(row, c.lead), Backfill(self.ways.debtor(c), c.ship_to, item)
        else:
            return
        if owed in self.ways.network.backfill_index:
            yield owed, sum(quantity for month, quantity in arrived if month < self.start)

    def _opening(self) -> Iterator[Finding]:
        """A later start with the stocks of the earlier one."""
        stocks = self.case.tables["stocks"]
        if not stocks.is_empty() and stocks.equals(self.ways.case.tables["stocks"]):
            said = {"before": str(self.ways.case.settings["start"])}
            yield Finding("taken-opening", "stocks", value=month_text(self.start), details=said)


def with_rows(table: str, frame: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
    """A table with rows added, columns left out being blank; what is of the key of a row there is added to that row."""
    every = [dict(r) for r in frame.iter_rows(named=True)]
    there = {_key(table, r): r for r in every}
    for row in rows:
        old = there.get(_key(table, row))
        if old is None:
            every.append({name: row.get(name) for name in frame.columns})
            continue
        if "backfill_quantity" in old and old["backfill_due"] and old["backfill_quantity"] is None:
            old["backfill_quantity"] = old["quantity"]  # what is to be made good is what the row gave
        old |= {"quantity": old["quantity"] + row["quantity"], **{name: None for name in NO_RANGE if name in old}}
    return pl.DataFrame(every, schema=frame.schema)


def _key(table: str, row: Row) -> tuple[Any, ...]:
    columns = tables()[table].columns
    return tuple(columns[name].default_value if row.get(name) is None else row[name] for name in tables()[table].key)
