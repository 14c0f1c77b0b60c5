"""The decisions of the plan and every row that each of them enters: read off the mathematics page."""

from __future__ import annotations

import math
from collections import defaultdict

from independent.facts import Channel, Facts, Lane, Row, spread
from independent.programme import Programme
from rampart.case.calendar import month_number

Term = tuple[str, float]
Pair = tuple[str, str]


def drawn(order: Row, offset: float, month: int) -> list[tuple[int, float]]:
    """Months and shares in which a placed order draws. Of an order that says when it was placed and how long it takes, units
    are in line: the first to be drawn for are the first to arrive, a thousand to the month.
    """
    if order["decided"] is None or order["lead"] is None:
        return list(spread(-offset, month))
    begun = month_number(order["decided"])
    queue = [[then for then, share in spread(lag, begun) for _ in range(round(1000 * share))]
             for lag in (order["lead"], order["lead"] - offset)]  # fmt: skip
    mine = [then for arrives, then in zip(*queue, strict=True) if arrives == month]
    if not mine:
        return list(spread(-offset, month))
    return [(then, mine.count(then) / len(mine)) for then in sorted(set(mine))]


class Decisions:
    """Adds the decisions and collects the terms of every row that they enter."""

    def __init__(self, facts: Facts) -> None:
        self.f = facts
        self.p = Programme()
        self.inflow: dict[tuple[Pair, int], list[Term]] = defaultdict(list)
        self.outflow: dict[tuple[Pair, int], list[Term]] = defaultdict(list)
        self.given: dict[tuple[Pair, int], float] = defaultdict(float)
        self.given_own: dict[tuple[Pair, int], float] = defaultdict(float)
        self.older: dict[Pair, list[tuple[int, float, str]]] = defaultdict(list)
        self.receipts: dict[tuple[Pair, int], list[Term]] = defaultdict(list)
        self.output: dict[tuple[str, int], list[Term]] = defaultdict(list)
        self.monthly: dict[tuple[str, int], list[Term]] = defaultdict(list)
        self.placed: dict[tuple[str, int], float] = defaultdict(float)
        self.added: dict[tuple[str, int], list[Term]] = defaultdict(list)
        self.resource: dict[tuple[str, int], list[Term]] = defaultdict(list)
        self.arrivals: dict[tuple[str, str, str, int], list[Term]] = defaultdict(list)
        self.came: dict[tuple[str, str, str, int], float] = defaultdict(float)
        self.direct: dict[tuple[str, str, str, int], list[Term]] = defaultdict(list)
        self.own: dict[tuple[Pair, int], list[Term]] = defaultdict(list)
        self.spent: dict[tuple[str, int, str, str], list[Term]] = defaultdict(list)
        self.drawn: dict[tuple[Pair, int], float] = defaultdict(float)
        self.resource_drawn: dict[tuple[str, int], float] = defaultdict(float)
        self.paid: dict[tuple[str, int], float] = defaultdict(float)
        self.kept_up: dict[tuple[str, int], float] = defaultdict(float)
        self.contracted: dict[tuple[str, str, float], list[Term]] = defaultdict(list)
        self.money: list[Term] = []
        self.slack: list[Term] = []
        self.pairs: set[Pair] = set()

    def given_flows(self) -> None:
        """Placed orders and what is in transit, by month of arrival."""
        f = self.f
        for r in f.placed:
            month = f.month(r["month"], f.first)
            pair, t = (r["ship_to"] or r["buyer"], r["item"]), f.period(month)
            self.pairs.add(pair)
            self.draw(r, month)
            if t is None:
                continue
            self.arrive(pair, t, month, r)
            if self.f.usable(r["lot"], pair[1], month) and (r["line"] or pair[0] == r["buyer"]):
                self.given_own[pair, t] += r["quantity"]
            self.came[r["buyer"], *pair, t] += r["quantity"]
            if r["line"] is not None:
                self.placed[r["line"], month] += r["quantity"]
            year = f.fiscal_year(r["buyer"], month)
            self.paid[r["buyer"], year] += (r["due"] or 0.0) * r["quantity"] / f.unit
        for r in f.rows("deliveries"):
            if r["status"] == "in_transit":
                pair, t = (r["recipient"], r["item"]), f.period(f.month(r["month"], f.first))
                self.pairs.add(pair)
                if t is not None:
                    self.arrive(pair, t, f.month(r["month"], f.first), r)

    def arrive(self, pair: Pair, t: int, month: int, row: Row) -> None:
        """What arrives in a month: new, or of a lot that is as old as it says; what is too old by then does not."""
        if self.f.usable(row["lot"], pair[1], month):
            self.given[pair, t] += row["quantity"]
            if row["lot"] and self.f.items[pair[1]]["shelf_life"]:
                self.older[pair].append((t, row["quantity"], row["lot"]))

    def draw(self, order: Row, month: int) -> None:
        """Components and resources that a placed order draws before it is delivered in a month."""
        f, line = self.f, order["line"]
        if order["inputs"] != "drawn" or line is None or f.lines[line]["state"] == "closed":
            return
        for r in f.bill(line):
            for then, share in drawn(order, r["offset"], month):
                units = share * order["quantity"] * r["quantity"] / f.lines[line]["yield"]
                if (t := f.period(then)) is not None:
                    self.drawn[(f.lines[line]["nation"], r["component"]), t] += units
        for r in f.uses(line):
            for then, share in drawn(order, r["offset"], month):
                if (t := f.period(then)) is not None:
                    self.resource_drawn[r["resource"], t] += share * order["quantity"] * r["quantity"]

    def whole(self, item: str, s: int, column: str, line: str = "") -> None:
        """A decision that is due now comes in whole multiples, of a system in single ones, where its line makes one in time."""
        multiple = self.f.items[item]["multiple"] or (1.0 if self.f.items[item]["kind"] == "system" else None)
        if multiple and self.f.due_now(s) and not (line and self.f.is_slow(line, s)):
            units = self.p.column(f"units|{column}", whole=True)
            self.p.row(f"multiple|{column}", [(column, 1.0), (units, -multiple)], 0.0, 0.0)

    def taken(self) -> None:
        """What was taken over: carried out, given up (a rule gives way), left, or more."""
        f = self.f
        firm: dict[str, float] = defaultdict(float)
        whole: dict[str, float] = defaultdict(float)
        for r in f.rows("taken"):
            t = f.period(f.month(r["month"], f.first))
            if t is None:
                continue
            later = f"+{r['later']}" if r["later"] else ""
            column = {
                "order": f"order|{r['contract'] or r['line']}{later}|{t}", "expansion": f"expand|{r['expansion']}|{t}",
                "purchase": f"buy|{r['offer']}|{r['buyer']}|{t}",
                "transfer": f"send|{r['origin']}|{r['destination']}|{r['item']}|{t}",
            }[r["kind"]]  # fmt: skip
            whole[column] += r["quantity"]
            firm[column] += r["quantity"] if r["firm"] else 0.0
        for column, quantity in whole.items():
            terms = [(self.p.column(f"more|{column}"), -1.0)]
            if column in self.p.columns:
                terms.append((column, 1.0))
            if firm[column]:
                given = self.p.column(f"given_up|{column}", firm[column])
                terms.append((given, 1.0))
                self.slack.append((given, 1 / firm[column]))
            if quantity > firm[column]:
                terms.append((self.p.column(f"less|{column}", quantity - firm[column]), 1.0))
            self.p.row(f"taken|{column}", terms, quantity, quantity)

    def spend(self, nation: str, month: int, purpose: str, kind: str, term: Term) -> None:
        """Count money of a nation in the fiscal year of a month."""
        self.spent[nation, self.f.fiscal_year(nation, month), purpose, kind].append(term)

    def orders(self, c: Channel) -> None:
        """Orders of one channel: receipts, components, resources, money."""
        f, line = self.f, self.f.lines[c.line]
        pair, placed = (c.ship_to, line["item"]), []
        self.pairs.add(pair)
        for s in f.periods:
            if not f.orderable(c, s):
                continue
            o = self.p.column(f"order|{c.code}|{s}")
            self.whole(line["item"], s, o, c.line)
            placed.append((o, 1.0))
            for month, share in f.effects(c.lead, s):
                self.monthly[c.line, month].append((o, share))
            for t, share in f.shares(c.lead, s).items():
                self.inflow[pair, t].append((o, share))
                self.receipts[pair, t].append((o, share))
                self.own[pair, t].append((o, share))
                pays = any((r["backfill_by"], r["donor"], r["item"]) == (c.payer, *pair) for r in f.owed_back)
                self.direct[c.payer if pays else c.buyer, *pair, t].append((o, share))
                self.output[c.line, t].append((o, share))
            for r in f.bill(c.line):
                need = r["quantity"] / line["yield"]
                for t, share in f.shares(c.lead - r["offset"], s).items():
                    self.outflow[(line["nation"], r["component"]), t].append((o, need * share))
            for r in f.uses(c.line):
                self.use(r["resource"], r["quantity"], list(f.effects(c.lead - r["offset"], s)), o)
            self.pay_order(c, s, o)
        self.contracted[c.line, c.contract, c.most] += placed

    def pay_order(self, c: Channel, s: int, o: str) -> None:
        """Commitment at award, advance at award, the rest on delivery, of what arrives within the plan."""
        f = self.f
        for delivered, share in f.effects(c.lead, s):
            if delivered > f.last:
                continue
            money = share * f.price(c, delivered) / f.unit
            self.money.append((o, money))
            self.spend(c.payer, delivered, "procurement", "payments", (o, (1 - c.advance) * money))
        worth = sum(a * f.price(c, m) for m, a in f.effects(c.lead, s) if m <= f.last) / f.unit
        for award, share in f.effects(c.admin, s):
            self.spend(c.payer, award, "procurement", "commitments", (o, share * worth))
            self.spend(c.payer, award, "procurement", "payments", (o, c.advance * share * worth))

    def use(self, resource: str, quantity: float, effects: list[tuple[int, float]], column: str) -> None:
        """Use of a resource by month, with its cost."""
        rows = [r for r in self.f.rows("resources") if r["resource"] == resource]
        for month, share in effects:
            t = self.f.period(month)
            row = self.f.in_force(rows, month)
            if t is None:
                continue
            self.resource[resource, t].append((column, quantity * share))
            if row is not None:
                self.money.append((column, quantity * share * row["cost"] / self.f.unit))

    def expansion(self, code: str, row: Row) -> None:
        """Units of one expansion: added rate, components, resources, money."""
        f, line = self.f, row["line"]
        if f.lines[line]["state"] == "closed":
            return
        nation = f.lines[line]["nation"]
        payer, decided = row["payer"] or nation, []
        rate = row["added_rate"] / f.rate_unit(line)
        for s in f.periods:
            start = f.starts[s]
            if not f.month(row["earliest"], f.first) <= start <= f.month(row["latest"], f.last):
                continue
            e = self.p.column(f"expand|{code}|{s}", whole=row["whole"] and f.due_now(s))
            decided.append((e, 1.0))
            for month in range(start, f.last + 1):
                works = f.month(f.lines[line]["from"], f.first) <= month <= f.month(f.lines[line]["until"], f.last)
                added = rate * _ready(row, month - start) * works
                if added:
                    self.added[line, month].append((e, added))
            for r in f.rows("bills"):
                if r["expansion"] == code:
                    t = f.period(start + math.floor(row["construction"] - r["offset"] + 1e-9))
                    if t is not None:
                        self.outflow[(nation, r["component"]), t].append((e, r["quantity"]))
            for r in f.rows("uses"):
                if r["expansion"] == code:
                    month = start + math.floor(row["construction"] - r["offset"] + 1e-9)
                    self.use(r["resource"], r["quantity"], [(month, 1.0)], e)
            self.money.append((e, row["cost"] - self.end_value(row, start)))
            self.spend(payer, start, "capacity", "commitments", (e, row["cost"]))
            length = max(1, math.ceil(row["construction"] - 1e-9))
            for month in range(start, start + length):
                self.spend(payer, month, "capacity", "payments", (e, row["cost"] / length))
        if decided and math.isfinite(row["max_units"]):
            self.p.row(f"expansion|{code}", decided, upper=row["max_units"])

    def end_value(self, row: Row, start: int) -> float:
        """Value at the end of the plan of a unit decided at ``start``."""
        ready, end = start + row["construction"], self.f.last
        if row["end_value"] is not None:
            return row["end_value"] if ready <= end else 0.0
        if row["life"] is None or self.f.month(self.f.lines[row["line"]]["until"], end) < end:
            return 0.0
        return row["cost"] * max(0.0, 1 - max(0.0, end + 1 - ready) / row["life"])

    def purchases(self) -> None:
        """What is bought from third countries."""
        f = self.f
        bought: dict[str, list[Term]] = defaultdict(list)
        monthly: dict[tuple[str, int], list[Term]] = defaultdict(list)
        window: dict[str, range] = {}
        offers = {r["offer"]: r for r in f.rows("market")}
        for row, buyer in f.buyers:
            pair = (buyer, row["item"])
            self.pairs.add(pair)
            window[row["offer"]] = range(f.month(row["from"], f.first), f.month(row["until"], f.last) + 1)
            for s in f.periods:
                open_now = any(m in window[row["offer"]] for m in f.months(s))
                if not open_now or not f.shares(row["delay"], s):
                    continue
                b = self.p.column(f"buy|{row['offer']}|{buyer}|{s}")
                self.whole(row["item"], s, b)
                bought[row["offer"]].append((b, 1.0))
                monthly[row["offer"], s].append((b, 1.0))
                for t, share in f.shares(row["delay"], s).items():
                    self.inflow[pair, t].append((b, share))
                    self.receipts[pair, t].append((b, share))
                    self.own[pair, t].append((b, share))
                    self.direct[buyer, *pair, t].append((b, share))
                money = row["price"] / f.unit
                self.money.append((b, money))
                for month, share in f.effects(0, s):
                    for kind in ("commitments", "payments"):
                        self.spend(buyer, month, "procurement", kind, (b, share * money))
        for offer, terms in bought.items():
            self.p.row(f"offer|{offer}", terms, upper=offers[offer]["quantity"])
        for (offer, s), terms in monthly.items():
            if math.isfinite(offers[offer]["max_rate"]):
                months = sum(m in window[offer] for m in f.months(s))
                self.p.row(f"offer_rate|{offer}|{s}", terms, upper=offers[offer]["max_rate"] * months)

    def sending(self, lane: Lane) -> None:
        """What is sent on one route."""
        f = self.f
        here, there = (lane.origin, lane.item), (lane.destination, lane.item)
        self.pairs |= {here, there}
        for s in f.periods:
            if not f.shares(lane.months, s):  # nothing of it would arrive within the plan
                continue
            r = self.p.column(f"send|{lane.origin}|{lane.destination}|{lane.item}|{s}")
            self.whole(lane.item, s, r)
            if math.isfinite(lane.capacity):
                upper = lane.capacity * f.lengths[s]
                self.p.row(f"route|{lane.origin}|{lane.destination}|{lane.item}|{s}", [(r, 1.0)], upper=upper)
            self.outflow[here, s].append((r, 1.0))
            for t, share in f.shares(lane.months, s).items():
                self.inflow[there, t].append((r, share))
                self.arrivals[lane.origin, lane.destination, lane.item, t].append((r, share))
            money = lane.cost / f.unit
            self.money.append((r, money))
            for month, share in f.effects(0, s):
                for kind in ("commitments", "payments"):
                    self.spend(lane.origin, month, "transport", kind, (r, share * money))


def _ready(row: Row, months: int) -> float:
    """Share of an expansion's rate that is there so many months after the decision."""
    whole = math.floor(row["construction"] + 1e-9)
    part = row["construction"] - whole

    def risen(j: int) -> float:
        if j < 0:
            return 0.0
        return 1.0 if not row["ramp"] else min(1.0, (j + 0.5) / row["ramp"])

    return (1 - part) * risen(months - whole) + part * risen(months - whole - 1)
