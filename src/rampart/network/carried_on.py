"""A case that starts later: what a plan decided before then is placed, on the way, built or spent; all as it was planned.

The rest of the plan is a plan of the new case, with the same values from the new start on, so that planning anew from there
changes nothing where nothing happened otherwise. What did happen otherwise is laid over it (``ledger.actual``).

    stocks       closing stock of the month before, its age not known
    orders       those that are still to come; orders of the plan draw what they need and are paid as they were to be
    deliveries   what is on the way to a recipient (to others: an order placed outside the lines); pledges and compensation
                 less what was sent and made good, what is in arrears due at once
    contracts, offers, expansions   less what was ordered, bought, built; what is built raises ``rates``
    budgets      less what decisions before the start cost in the year, then and later
    lines        output of the month before, from which changes of pace count
    needs        what may be served late and is due is asked for in the first month

Left where they are: beliefs of the war, fleets and shops (``CANNOT``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_number, month_text
from rampart.case.from_rows import frame_of
from rampart.case.tables import Case
from rampart.network.accounts import expansion_postings, order_postings, purchase_postings, transfer_postings
from rampart.network.decided import NOTHING, decided
from rampart.network.keys import Backfill, Expansion, Key, Limit, Pledge, Purchase
from rampart.network.lags import Floats, by_month, grown
from rampart.network.network import Network
from rampart.network.payments import (
    KINDS,
    BudgetLimit,
    Flow,
    expansion_flows,
    fiscal_starts,
    fiscal_year,
    order_flows,
    purchase_flows,
    transfer_flows,
)
from rampart.network.pledges_left import NO_RANGE, less_sent
from rampart.network.prices import delivery_price, order_price
from rampart.network.rates import line_rates
from rampart.network.taking import decided_before
from rampart.network.ways import Row

if TYPE_CHECKING:
    import polars as pl

NOTE = "Carried on from the plan before."
SOURCE = "plan_before"
SAID = {"source": SOURCE, "grade": "derived", "note": NOTE}
"""What a row says that the plan before states."""
CANNOT = ("fleets", "shops")
"""Tables whose past is not carried on."""
_DELIVERY = ("donor", "recipient", "item", "status", "month", "from")
SINCE = ("demand", "requirements", "resources", "elsewhere")
"""Tables whose blank ``from`` is the first month of the plan, and must stay what it was."""


def carried_on(case: Case, tables: Mapping[str, pl.DataFrame], month: str) -> Case:
    """The case as it stands at the beginning of a month if all went as in the plan of these tables.

    month  YYYY-MM, the first month of a period of the plan after its first. Raises ValueError where it is none.
    """
    return _Later(case, tables, month).case_then()


class _Later:
    def __init__(self, case: Case, tables: Mapping[str, pl.DataFrame], month: str) -> None:
        self.case, self.tables, self.month = case, tables, month
        self.network, self.calendar = Network(case), case.calendar
        self.start = month_number(month)
        if self.start not in self.calendar.starts[1:]:
            raise ValueError(f"{month} is not the first month of a period after the first")
        self.period = self.calendar.starts.index(self.start)
        self.early = {
            family: {key: np.where(np.arange(len(amounts)) < self.period, amounts, 0.0) for key, amounts in of.items()}
            for family, of in decided(tables, self.calendar).items()
        }
        self.on_delivery = delivery_price(self.network)

    def amount(self, family: str, key: Key) -> Floats:
        """What was decided before the start, shape (periods,)."""
        found = self.early.get(family, {}).get(key)
        return np.zeros(len(self.calendar)) if found is None else found

    def arriving(self, amounts: Floats, lag: float) -> Iterator[tuple[str, float]]:
        """Months from the start on, and what arrives then of what was decided before."""
        for n, quantity in enumerate(by_month(self.calendar, amounts, lag).tolist()):
            if self.calendar.first + n >= self.start and quantity > NOTHING:
                yield month_text(self.calendar.first + n), quantity

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table as the case states them, blanks left blank."""
        return list(self.case.tables[table].iter_rows(named=True))

    def case_then(self) -> Case:
        """All tables that change."""
        changed = {
            "settings": self.settings(), "calendar": self.periods(), "stocks": self.stocks(), "orders": self.orders(),
            "deliveries": self.deliveries(),
            "contracts": self.less("contracts", "max_quantity", self.ordered()),
            "market": self.less("market", "quantity", self.bought()),
            "expansions": self.less("expansions", "max_units", self.built()),
            "rates": self.rates(), "agreed": self.agreed(), "budgets": self.budgets(), "lines": self.lines(),
            "sources": [*(r for r in self.rows("sources") if r["source"] != SOURCE), {"source": SOURCE, "title": NOTE}],
            "taken": self.taken(),
        }  # fmt: skip
        for table in SINCE:
            changed[table] = [r | {"from": r["from"] or month_text(self.calendar.first)} for r in self.rows(table)]
        changed["demand"] = self.demand(changed["demand"])
        return self.case.with_tables({table: frame_of(table, rows) for table, rows in changed.items()})

    def taken(self) -> list[dict[str, Any]]:
        """What is intended or stands from the start on, and what is in hand: so that nothing is taken over a second time."""
        kept = [r for r in self.rows("taken") if r["month"] >= self.month or r["in_hand"]]
        return kept + [dict(r) for r in decided_before(self.tables, self.calendar, self.start)]

    def settings(self) -> list[dict[str, Any]]:
        rows = [r | {"value": self.month} if r["setting"] == "start" else r for r in self.rows("settings")]
        if self.case.settings["war_began"] is None:
            rows.append({"setting": "war_began", "value": month_text(self.calendar.first)})
        return rows

    def periods(self) -> list[dict[str, Any]]:
        """Stretches of the calendar from the start on; the one in force then begins with it."""
        rows = sorted(self.rows("calendar"), key=lambda r: str(r["from"]))
        before = [r for r in rows if r["from"] <= self.month]
        return [*(r | {"from": self.month} for r in before[-1:]), *(r for r in rows if r["from"] > self.month)]

    def stocks(self) -> list[dict[str, Any]]:
        """Closing stock of the period before; conditions that a plan does not use stay as they were."""
        kept = [r for r in self.rows("stocks") if r["condition"] not in (None, "serviceable")]
        closing = self.tables["stock"].filter(self.tables["stock"]["period"] == self.period - 1)
        return kept + [
            {"holder": r["holder"], "item": r["item"], "quantity": max(0.0, r["closing"]), **SAID}
            for r in closing.iter_rows(named=True)
        ]

    # -- what is to come -----------------------------------------------------------------------------------------

    def orders(self) -> list[dict[str, Any]]:
        """Orders of the case and of the plan that arrive from the start on."""
        return _merged([*(r for r in self.rows("orders") if r["month"] >= self.month), *self.ordered_since()])

    def ordered_since(self) -> list[dict[str, Any]]:
        """What the plan ordered, bought or sent to others than recipients before the start, and is still to come."""
        rows: list[dict[str, Any]] = []
        for c, price in zip(self.network.channels, self.on_delivery, strict=True):
            paid_by_buyer = c.payer == c.buyer
            for month, quantity in self.arriving(self.amount("order", c.key), c.lead):
                due = (
                    (1 - c.advance) * float(price[month_number(month) - self.calendar.first]) if paid_by_buyer else 0.0
                )
                rows.append({
                    "buyer": c.buyer, "item": self.network.lines[c.line]["item"], "line": c.line, "month": month,
                    "ship_to": None if c.ship_to == c.buyer else c.ship_to, "quantity": quantity, "due": due,
                    "inputs": "drawn",
                } | SAID)  # fmt: skip
        for o in self.network.offers:
            for month, quantity in self.arriving(self.amount("buy", o.key), o.delay):
                rows.append({"buyer": o.buyer, "item": o.item, "month": month, "quantity": quantity, "due": 0.0} | SAID)
        for r in self.network.routes:
            if r.destination not in self.network.recipients:
                for month, quantity in self.arriving(self.amount("send", r.key), r.months):
                    to = {"buyer": r.origin, "ship_to": r.destination, "item": r.item}
                    rows.append(to | {"month": month, "quantity": quantity, "due": 0.0} | SAID)
        return rows

    def deliveries(self) -> list[dict[str, Any]]:
        """What is on the way, and what is still owed."""
        rows = []
        for r in self.rows("deliveries"):
            if r["status"] == "in_transit" and r["month"] < self.month:
                rows.append(r | {"status": "delivered"})
            elif r["status"] != "pledged":
                rows.append(r)
        for way in self.network.routes:
            if way.destination in self.network.recipients:
                for month, quantity in self.arriving(self.amount("send", way.key), way.months):
                    rows.append({
                        "donor": way.origin, "recipient": way.destination, "item": way.item, "status": "in_transit",
                        "month": month, "quantity": quantity, **SAID,
                    })  # fmt: skip
        rows += self.pledges()
        return _told_apart(self.made_good(rows))

    def pledges(self) -> Iterator[Row]:
        """Pledges less what was sent of them, the earliest due first; what was sent is given, and is to be made good."""
        by_pledge: dict[Pledge, list[Row]] = {}
        for r in self.rows("deliveries"):
            if r["status"] == "pledged":
                first = r["from"] or min(month_text(self.calendar.first), r["month"])
                by_pledge.setdefault(Pledge(r["donor"], r["recipient"], r["item"]), []).append(r | {"from": first})
        sent = self.effects("pledge")
        for pledge, rows in by_pledge.items():
            yield from less_sent(rows, sent.get(pledge, 0.0), self.month, SAID)

    def effects(self, account: str) -> dict[Key, float]:
        """What decisions before the start bring an account in all, also later."""
        found: dict[Key, float] = {}
        for of in (order_postings, purchase_postings, transfer_postings):
            for p in of(self.network):
                if p.account == account and (amounts := self.amount(p.family, p.of)).any():
                    found[p.at] = found.get(p.at, 0.0) + p.per_unit * float(amounts.sum())
        return found

    def made_good(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Compensation less what was made good before the start or is on its way, what is due first first."""
        done = self.effects("backfill")
        result = list(rows)
        order = sorted(range(len(rows)), key=lambda n: str(rows[n].get("backfill_due")))
        for n in order:
            r = rows[n]
            if r.get("backfill_by") and r.get("backfill_due"):
                key = Backfill(r["backfill_by"], r["donor"], r["item"])
                asked = r["quantity"] if r.get("backfill_quantity") is None else r["backfill_quantity"]
                off = min(asked, done.get(key, 0.0))
                if off > NOTHING:
                    done[key] -= off
                    result[n] = r | {"backfill_quantity": asked - off}
        return result

    # -- what is used up -----------------------------------------------------------------------------------------

    def ordered(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for c in (c for c in self.network.channels if not c.own):
            found[c.code] = found.get(c.code, 0.0) + float(self.amount("order", c.key).sum())
        return found

    def bought(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for o in self.network.offers:
            found[o.code] = found.get(o.code, 0.0) + float(self.amount("buy", Purchase(o.code, o.buyer)).sum())
        return found

    def built(self) -> dict[str, float]:
        return {
            e["expansion"]: float(self.amount("expand", Expansion(e["expansion"])).sum())
            for e in self.network.expansions
        }

    def less(self, table: str, column: str, used: Mapping[str, float]) -> list[dict[str, Any]]:
        """Rows of a table whose first column is its code, less what is used up."""
        rows = self.rows(table)
        for n, r in enumerate(rows):
            off = used.get(next(iter(r.values())), 0.0)
            if off > NOTHING and math.isfinite(r[column]):
                rows[n] = r | (NO_RANGE if "low" in r else {}) | {column: max(0.0, r[column] - off)}
        return rows

    def rates(self) -> list[dict[str, Any]]:
        """Rates that expansions begun before the start raise from when they are ready."""
        added = np.zeros((len(self.network.lines), self.calendar.last - self.calendar.first + 1))
        months = np.arange(self.calendar.first, self.calendar.last + 1)
        for e in self.network.expansions:
            units = self.amount("expand", Expansion(e["expansion"]))
            rate = self.network.monthly_rate(e["line"], e["added_rate"])
            for n in np.flatnonzero(units):
                since = (months - self.calendar.starts[n]).astype(float)
                added[self.network.line_index[e["line"]]] += (
                    units[n] * rate * grown(since, e["construction"], e["ramp"])
                )
        base = line_rates(self.network).monthly
        rows = self.rows("rates")
        for code, at in self.network.line_index.items():
            if added[at].max(initial=0.0) > NOTHING and np.isfinite(base[at]).all():
                own = [r for r in rows if r["line"] == code]
                rows = [r for r in rows if r["line"] != code] + list(self.raised(code, own, base[at], added[at]))
        return rows

    def raised(self, line: str, rows: list[dict[str, Any]], base: Floats, added: Floats) -> Iterator[Row]:
        """Rows of one line, one for each month from the start in which something changes."""
        per = 12.0 if self.network.lines[line]["rate_per"] == "year" else 1.0
        before: float | None = None
        rows = sorted(rows, key=lambda r: r["from"])
        for n in range(self.start - self.calendar.first, base.size):
            month = month_text(self.calendar.first + n)
            in_force: Row = next((r for r in reversed(rows) if r["from"] <= month), {})
            rate = float(base[n] + added[n]) * per
            if before is None or abs(rate - before) > NOTHING or in_force.get("from") == month:
                said = {k: in_force.get(k) for k in ("min_rate", "unit_cost", "setup_cost")}
                yield {"line": line, "from": month, "max_rate": rate, **said, **SAID}
            before = rate

    def agreed(self) -> list[dict[str, Any]]:
        """Components that expansions under way still take leave the stock as agreed."""
        rows = [r for r in self.rows("agreed") if r["month"] >= self.month]
        for p in expansion_postings(self.network):
            if p.account == "stock":
                for n in np.flatnonzero(self.amount("expand", p.of)):
                    month = month_text(self.calendar.starts[n] + int(p.lag.months))
                    if month >= self.month:
                        holder, item = p.at
                        quantity = -p.per_unit * float(self.amount("expand", p.of)[n])
                        rows.append({"holder": holder, "item": item, "month": month, "quantity": quantity, **SAID})
        return _merged(rows)

    def budgets(self) -> list[dict[str, Any]]:
        """Budgets of the year of the start and later, less what decisions before the start cost in them."""
        starts, spent = fiscal_starts(self.network), dict[tuple[str, int, str, str], float]()

        def add(payer: str, year: int, purpose: str, kind: str, money: float) -> None:
            spent[payer, year, purpose, kind] = spent.get((payer, year, purpose, kind), 0.0) + money

        for flow in self.flows():
            amounts = flow.amount * self.amount(flow.family, flow.of)
            if amounts.any():
                for year, share in flow.by_year(self.calendar, starts[flow.payer]).items():
                    add(flow.payer, year, flow.purpose, flow.kind, float(share @ amounts))
        unit = self.case.money_unit
        placed = [(r, 1.0) for r in self.network.placed if r["month"] < self.month]
        placed += [(r, -1.0) for r in self.ordered_since()]  # due in the new case, and counted there
        for r, sign in placed:
            if r["due"]:
                year = fiscal_year(month_number(r["month"]), starts[r["buyer"]])
                # of orders placed before the plan the purpose is "placed", which counts with procurement
                add(r["buyer"], year, "procurement", "payments", sign * r["due"] * r["quantity"] / unit)
        rows = self.rows("budgets")
        for n, r in enumerate(rows):
            for kind in KINDS:
                limit = BudgetLimit(Limit(r["nation"], r["fiscal_year"], r["purpose"] or "all", kind), r[kind], 0)
                off = sum(
                    m for (payer, year, purpose, k), m in spent.items()
                    if (payer, year, k) == (r["nation"], r["fiscal_year"], kind) and limit.covers(purpose)
                )  # fmt: skip
                if math.isfinite(r[kind]):
                    rows[n] = rows[n] | ({kind: max(0.0, r[kind] - off), **NO_RANGE} if off else {})
        return rows

    def flows(self) -> Iterator[Flow]:
        """Money of everything that was decided."""
        network, unit, periods = self.network, self.case.money_unit, len(self.calendar)
        for c, priced, on_delivery in zip(network.channels, order_price(network), self.on_delivery, strict=True):
            yield from order_flows(c, priced, on_delivery, unit)
        for e in network.expansions:
            yield from expansion_flows(e, e["payer"] or network.lines[e["line"]]["nation"], periods)
        for o in network.offers:
            yield from purchase_flows(o, periods, unit)
        for r in network.routes:
            yield from transfer_flows(r, periods, unit)

    def lines(self) -> list[dict[str, Any]]:
        """Lines with the output of the month before."""
        before = self.tables["production"].filter(self.tables["production"]["period"] == self.period - 1)
        months = self.calendar.lengths[self.period - 1]
        made = {r["line"]: r["output"] / months for r in before.iter_rows(named=True)}
        rows = []
        for r in self.rows("lines"):
            per = 12.0 if r["rate_per"] == "year" else 1.0
            rows.append(r | {"rate_before": made[r["line"]] * per} if r["line"] in made else r)
        return rows

    def demand(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Needs, with what may be served late and is due at the start asked for in the first month."""
        last = self.tables["demand"].filter(self.tables["demand"]["period"] == self.period - 1)
        for late in last.iter_rows(named=True):
            if (late["late"] or 0.0) <= NOTHING:
                continue
            of = (late["holder"], late["item"], late["purpose"])
            here = [r for r in rows if (r["holder"], r["item"], r["purpose"]) == of and r["from"] <= self.month]
            here = [r for r in here if r["until"] is None or r["until"] >= self.month]
            if here:
                r = max(here, key=lambda row: str(row["from"]))
                rows.remove(r)
                per = 12.0 if r["rate_per"] == "year" else 1.0
                more = {
                    "from": self.month,
                    "until": self.month,
                    "need": r["need"] + late["late"] * per,
                    **NO_RANGE,
                    **SAID,
                }
                rows += [r | more, r | {"from": month_text(self.start + 1)}]
                if r["from"] < self.month:
                    rows.append(r | {"until": month_text(self.start - 1)})
        return rows


def _told_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deliveries with what was given of several rows of a pledge as one row; of other terms, in another month of the past."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for r in rows:
        row = dict(r)
        while (there := found.get(key := tuple(row.get(k) for k in _DELIVERY))) and row["status"] == "delivered":
            if all(there.get(k) == row.get(k) for k in ("backfill_due", "backfill_by")):
                back = [
                    x["quantity"] if x.get("backfill_quantity") is None else x["backfill_quantity"]
                    for x in (there, row)
                ]
                row |= {"quantity": there["quantity"] + row["quantity"], "backfill_quantity": sum(back), **NO_RANGE}
                break
            row["month"] = month_text(month_number(row["month"]) - 1)
        if there and row["status"] == "in_transit":
            row |= {"quantity": there["quantity"] + row["quantity"], **NO_RANGE}
        found[key] = row
    return list(found.values())


def _merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one key as one, what is due of a unit as the mean of both; orders that draw what they need, and orders that are
    supplied, stay apart: by their state, which says nothing else here.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for r in rows:
        row = dict(r)
        there = found.get(_key(row))
        if there and "buyer" in row and there.get("inputs") != row.get("inputs"):
            row["state"] = "funded" if (row.get("state") or "awarded") == "awarded" else "awarded"
            there = found.get(_key(row))
        if there:
            whole = there["quantity"] + row["quantity"]
            if "due" in row and None not in (row["due"], there["due"]) and whole > 0:
                row["due"] = (there["due"] * there["quantity"] + row["due"] * row["quantity"]) / whole
            row |= {"quantity": whole} | (NO_RANGE if "low" in there else {})
        found[_key(row)] = row
    return list(found.values())


def _key(row: Row) -> tuple[Any, ...]:
    names = ("buyer", "holder", "item", "line", "ship_to", "to", "month")
    return (*(row.get(name) for name in names), row.get("state") or "awarded")
