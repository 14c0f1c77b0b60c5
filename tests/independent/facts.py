"""What the tables of a case say, month by month, in the words of the mathematics page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rampart.case.calendar import month_number
from rampart.case.tables import Case

Row = dict[str, Any]
TINY = 1e-9


@dataclass(frozen=True)
class Channel:
    """Who orders from a line, and how long it takes."""

    code: str
    line: str
    buyer: str
    payer: str
    ship_to: str
    price: float | None
    advance: float
    admin: float
    lead: float
    first: int
    last: int
    most: float
    contract: str


@dataclass(frozen=True)
class Lane:
    """One route and one item that it serves."""

    origin: str
    destination: str
    item: str
    months: float
    capacity: float
    cost: float


def spread(lag: float, month: int) -> Iterator[tuple[int, float]]:
    """Months in which what is done in a month takes effect, with shares."""
    whole = math.floor(lag + TINY)
    part = lag - whole
    if part < TINY:
        yield month + whole, 1.0
    else:
        yield month + whole, 1 - part
        yield month + whole + 1, part


class Facts:
    """Tables of one case as plain rows, with the lookups that the programme needs."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.starts = case.calendar.starts
        self.lengths = case.calendar.lengths
        self.periods = range(len(self.starts))
        self.first, self.last = case.calendar.first, case.calendar.last
        self.unit = case.money_unit
        counts = case.settings["count_planned"] in ("yes", "true")
        self.placed = [r for r in self.rows("orders") if counts or r["state"] != "planned"]
        self.owed_back = [r for r in self.rows("deliveries") if r["backfill_due"] and r["backfill_by"]]
        self.nations = {r["nation"]: r for r in self.rows("nations")}
        self.items = {r["item"]: r for r in self.rows("items")}
        self.lines = {r["line"]: r for r in self.rows("lines")}
        self.expansions = {r["expansion"]: r for r in self.rows("expansions")}
        self.storage = {(r["holder"], r["item"]): r for r in self.rows("storage")}
        self.channels = self._channels()
        self.buyers = self._buyers()
        self.lanes = self._lanes()

    def rows(self, table: str) -> list[Row]:
        """Rows of a table with defaults filled."""
        return list(self.case[table].iter_rows(named=True))

    def month(self, text: str | None, blank: int) -> int:
        """Month number, or what blank stands for."""
        return blank if text is None else month_number(text)

    def months(self, t: int) -> range:
        """Months of a period."""
        return range(self.starts[t], self.starts[t] + self.lengths[t])

    def due_now(self, t: int) -> bool:
        """Whether the decisions of a period are due now."""
        return self.starts[t] < self.first + int(self.case.settings["decide_now"] or 12)

    def usable(self, lot: str | None, item: str, month: int) -> bool:
        """Whether a lot may still be used in a month; what names none is new."""
        life = self.items[item]["shelf_life"]
        return lot is None or life is None or month_number(lot) + life - 1 >= month

    def end(self, t: int) -> int:
        """Last month of a period."""
        return self.starts[t] + self.lengths[t] - 1

    def period(self, month: int) -> int | None:
        """Period that holds a month, None outside the plan."""
        return next((t for t in self.periods if month in self.months(t)), None)

    def effects(self, lag: float, s: int) -> Iterator[tuple[int, float]]:
        """Months and shares in which what is done evenly in period ``s`` takes effect."""
        for month in self.months(s):
            for later, share in spread(lag, month):
                yield later, share / self.lengths[s]

    def shares(self, lag: float, s: int) -> dict[int, float]:
        """Column ``s`` of the lag matrix: share by period."""
        result: dict[int, float] = {}
        for month, share in self.effects(lag, s):
            t = self.period(month)
            if t is not None:
                result[t] = result.get(t, 0.0) + share
        return result

    def in_force(self, rows: list[Row], month: int) -> Row | None:
        """The row with the latest ``from`` at or before a month."""
        dated = [(self.month(r["from"], self.first), r) for r in rows]
        return max((d for d in dated if d[0] <= month), key=lambda d: d[0], default=(0, None))[1]

    def rate_unit(self, line: str) -> float:
        """Months to which the rates of a line refer."""
        return 12.0 if self.lines[line]["rate_per"] == "year" else 1.0

    def line_value(self, line: str, column: str, month: int) -> float | None:
        """A figure of a line in a month: the change in force, or else the line's own."""
        change = self.in_force([r for r in self.rows("rates") if r["line"] == line], month)
        value = change[column] if change else None
        return self.lines[line][column] if value is None else value

    def capacity(self, line: str, month: int) -> float:
        """Most that a line can put out in a month without expansions; infinite where unlimited."""
        return float(self.line_value(line, "max_rate", month) or 0) / self.rate_unit(line)

    def parts(self, line: str, t: int) -> list[list[int]]:
        """Months of a period in runs that are fed by the same periods of decision, channel by channel."""
        leads = sorted({c.lead for c in self.channels if c.line == line})
        lags = [later for lead in leads for later, _ in spread(lead, 0)]

        def fed(month: int) -> list[int | None]:
            return [self.period(month - lag) for lag in lags]

        result: list[list[int]] = []
        for month in self.months(t):
            if result and fed(result[-1][-1]) == fed(month):
                result[-1].append(month)
            else:
                result.append([month])
        return result

    def minimum(self, line: str, month: int) -> float:
        """Minimum sustaining output of a hot line in a month."""
        row = self.lines[line]
        window = range(self.month(row["from"], self.first), self.month(row["until"], self.last) + 1)
        if row["state"] != "hot" or month not in window:
            return 0.0
        return float(self.line_value(line, "min_rate", month) or 0) / self.rate_unit(line)

    def is_slow(self, line: str, t: int) -> bool:
        """Whether a line, all its expansions working, makes less than what comes whole of it in as many months."""
        row = self.lines[line]
        item = self.items[row["item"]]
        step = max(item["multiple"] or (1.0 if item["kind"] == "system" else 0.0), row["lot"] or 0.0)
        works = [e for e in self.expansions.values() if e["line"] == line]
        added = sum(e["max_units"] * e["added_rate"] for e in works if e["max_units"]) / self.rate_unit(line)
        window = range(self.month(row["from"], self.first), self.month(row["until"], self.last) + 1)
        rates = [self.capacity(line, m) for m in range(self.first, self.last + 1) if m in window]
        most = (max(rates, default=0.0) + added) * self.lengths[t]
        return 0.0 < most < step * (1 - 1e-9)

    def bill(self, line: str) -> list[Row]:
        """Components of what a line makes."""
        item = self.lines[line]["item"]
        return [r for r in self.rows("bills") if r["item"] == item and r["line"] in (None, line)]

    def uses(self, line: str) -> list[Row]:
        """Resources that a line uses."""
        return [r for r in self.rows("uses") if r["line"] == line]

    def _channels(self) -> list[Channel]:
        result = []
        contracts = self.rows("contracts")
        for code, line in self.lines.items():
            if line["state"] == "closed":
                continue
            production = line["lead_time_initial"] if line["state"] == "cold" else line["lead_time"]
            offsets = [r["offset"] for r in self.bill(code) + self.uses(code)]
            named = [c for c in contracts if c["line"] == code]
            own = {"contract": code, "buyer": line["nation"], "max_quantity": math.inf, "advance": 0.0}
            for c in named or [own]:
                admin = c.get("admin_lead_time")
                admin = line["admin_lead_time"] if admin is None else admin
                result += [
                    Channel(
                        code=f"{c['contract']}+{later}" if later else c["contract"],
                        line=code,
                        buyer=c["buyer"],
                        payer=c.get("payer") or c["buyer"],
                        ship_to=c.get("ship_to") or c["buyer"],
                        price=c.get("price"),
                        advance=c["advance"],
                        admin=admin,
                        lead=max([admin + production, *offsets]) + later,
                        first=self.month(c.get("from"), self.first),
                        last=self.month(c.get("until"), self.last),
                        most=c["max_quantity"],
                        contract=c["contract"],
                    )
                    for later in range((c.get("later") or 0) + 1)
                ]
        return result

    def orderable(self, channel: Channel, s: int) -> bool:
        """Whether an order may be decided in a period."""
        line = self.lines[channel.line]
        window = range(self.month(line["from"], self.first), self.month(line["until"], self.last) + 1)
        inside = [m for m, share in self.effects(channel.lead, s) if m <= self.last and share > 0]
        decided = all(channel.first <= m <= channel.last for m in self.months(s))
        return decided and bool(inside) and all(m in window for m in inside)

    def price(self, channel: Channel, month: int) -> float:
        """Price of a unit delivered in a month."""
        if channel.price is not None:
            return channel.price
        cost = self.line_value(channel.line, "unit_cost", month)
        if cost is None:
            cost = self.items[self.lines[channel.line]["item"]]["price"]
        return float(cost or 0.0)

    def components(self) -> set[tuple[str, str]]:
        """Nations and the items that their lines and expansions take as components."""
        made = {(line["nation"], r["component"]) for c, line in self.lines.items() for r in self.bill(c)}
        built = {
            (self.lines[self.expansions[r["expansion"]]["line"]]["nation"], r["component"])
            for r in self.rows("bills")
            if r["expansion"] is not None
        }
        return made | built

    def _buyers(self) -> list[tuple[Row, str]]:
        wanted = {(r["holder"], r["item"]) for table in ("requirements", "demand") for r in self.rows(table)}
        wanted |= self.components() | {(r["backfill_by"], r["item"]) for r in self.owed_back}
        wanted |= {(r["origin"], r["item"]) for r in self.rows("routes") if r["item"] is not None}
        result = []
        for offer in self.rows("market"):
            members = [n for n, row in self.nations.items() if row["role"] == "member"]
            open_to = [n for n in members if (n, offer["item"]) in wanted]
            result += [(offer, n) for n in ([offer["buyer"]] if offer["buyer"] else open_to)]
        return result

    def _had(self) -> set[tuple[str, str]]:
        """Holders and items that can have stock other than by a route."""
        had = {(r["holder"], r["item"]) for r in self.rows("stocks")}
        had |= {(r["ship_to"] or r["buyer"], r["item"]) for r in self.placed}
        had |= {(c.ship_to, self.lines[c.line]["item"]) for c in self.channels}
        had |= {(n, offer["item"]) for offer, n in self.buyers}
        coming = [r for r in self.rows("deliveries") if r["status"] == "in_transit"]
        return had | {(r["recipient"], r["item"]) for r in coming}

    def _usable(self) -> set[tuple[str, str]]:
        """Holders and items that they can use, hold or were promised, other than to send on."""
        use = self.components() | self._had()
        for table in ("demand", "requirements", "storage", "agreed"):
            use |= {(r["holder"], r["item"]) for r in self.rows(table)}
        owed = [r for r in self.rows("deliveries") if r["status"] == "pledged"]
        use |= {(r["donor"], r["item"]) for r in self.owed_back}
        return use | {(r["recipient"], r["item"]) for r in owed}

    def _lanes(self) -> list[Lane]:
        routes = self.rows("routes")
        have, use = self._had(), self._usable()
        served: set[tuple[int, str]] = set()
        for i, r in enumerate(routes):
            if r["item"] is not None:
                served.add((i, r["item"]))
        open_routes = [(i, r) for i, r in enumerate(routes) if r["item"] is None]
        for _ in range(len(self.nations) + 1):  # reach spreads by one route a round
            for item in self.items:
                for r in routes:
                    if r["item"] not in (None, item):
                        continue
                    if (r["origin"], item) in have:
                        have.add((r["destination"], item))
                    if (r["destination"], item) in use:
                        use.add((r["origin"], item))
        for i, r in open_routes:
            both = [k for k in self.items if (r["origin"], k) in have and (r["destination"], k) in use]
            served |= {(i, item) for item in both}
        return [
            Lane(
                routes[i]["origin"],
                routes[i]["destination"],
                item,
                routes[i]["months"],
                routes[i]["capacity"],
                routes[i]["cost"],
            )
            for i, item in sorted(served)
        ]

    def if_called(self, holder: str, item: str, t: int) -> float:
        """What a call at home asks for at the end of a period."""
        return self.required(holder, item, t, called=True)[0]

    def required(self, holder: str, item: str, t: int, called: bool = False) -> tuple[float, float]:
        """Requirement and floor at the end of a period; with ``called`` what a call at home asks for."""
        posture = self.case.settings["posture"]
        layers: dict[str, float] = {}
        stated = False
        groups: dict[tuple[str, str | None], list[Row]] = {}
        for r in self.rows("requirements"):
            if (r["holder"], r["item"]) == (holder, item) and r["posture"] in (None, posture):
                groups.setdefault((r["layer"], r["posture"]), []).append(r)
        for (layer, of), rows in groups.items():
            row = self.in_force(rows, self.end(t))
            if row is None or (of is None and posture is not None and (layer, posture) in groups):
                continue
            quantity = row["quantity"]
            if quantity is None:
                quantity = (row["daily_rate"] or 0.0) * (row["days"] or 0.0)
            if called and row["if_called"] is not None:
                quantity = row["if_called"]
            layers[layer] = layers.get(layer, 0.0) + quantity
            stated |= layer == "stated"
        parts = ("days_of_supply", "residual", "training")
        whole = layers["stated"] if stated else sum(layers.get(part, 0.0) for part in parts)
        return whole, layers.get("floor", 0.0)

    def short_elsewhere(self, item: str, t: int) -> float:
        """Share that the worst-off holder outside the case lacks of an item at the end of a period."""
        row = self.in_force([r for r in self.rows("elsewhere") if r["item"] == item], self.end(t))
        return 0.0 if row is None else float(row["missing"])

    def demand_row(self, rows: list[Row], month: int) -> Row | None:
        """Demand row in force in a month, None after its last month."""
        row = self.in_force(rows, month)
        if row is None or month > self.month(row["until"], self.last):
            return None
        return row

    def need(self, rows: list[Row], month: int) -> float:
        """Need of one demand in a month."""
        row = self.demand_row(rows, month)
        return 0.0 if row is None else row["need"] / (12.0 if row["rate_per"] == "year" else 1.0)

    def fiscal_year(self, nation: str, month: int) -> int:
        """Calendar year in which the fiscal year of a month ends."""
        start = self.nations[nation]["fiscal_year_start"]
        return month // 12 + (1 if start > 1 and month % 12 + 1 >= start else 0)
