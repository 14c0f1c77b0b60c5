"""The plan computed a second way: the mathematics page read again, row by row, with plain loops.

Nothing here comes from ``rampart.plan``; only the case and its catalogue are shared. One branch only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from independent.agreed import add_agreed
from independent.decisions import Decisions, Pair, Term
from independent.facts import Facts, Row
from independent.fleets import add_fleets
from independent.give_or_keep import add_at_home
from independent.in_turn import GIVERS
from independent.needs import Worth, add_needs
from independent.programme import Programme, Solution
from rampart.case.tables import Case

ROOM, ROOM_FOR_STEADY = 1e-4, 1e-2  # of each part's own value, where the case does not say
CODES = {
    "unmet": 3,
    "owed": 3,
    "due_back": 3,
    "below": 2,
    "home": 2,
    "unavailable": 1,
}  # codes in the name of a column that name its part
Output = tuple[list[Term], float]
"""Output of a line a month: what new orders bring, and what placed ones do."""


def solve(case: Case) -> Solution:
    """All passes of a case in the order of its priorities."""
    return build(case).solve()


def build(case: Case, levels: Any = None, gift: dict[tuple[str, str, int], float] | None = None) -> Programme:
    """The programme of a case, objectives included; ``levels`` and ``gift`` as in ``fleets``."""
    return Builder(Facts(case)).programme(levels, gift or {})


class Builder(Decisions):
    """Writes the rows once the decisions are there, then the passes."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.passes: dict[str, list[Term]] = defaultdict(list)
        self.worth = Worth(facts)

    def programme(self, levels: Any = None, gift: dict[tuple[str, str, int], float] | None = None) -> Programme:
        """Decisions first, then what they must keep to, then the passes."""
        self.given_flows()
        for channel in self.f.channels:
            self.orders(channel)
        for (_, contract, most), terms in self.contracted.items():
            if terms and math.isfinite(most):
                self.p.row(f"contract|{contract}", terms, upper=most)
        for code, row in self.f.expansions.items():
            self.expansion(code, row)
        self.purchases()
        for lane in self.f.lanes:
            self.sending(lane)
        self.taken()
        add_agreed(self)
        add_needs(self, self.worth)
        if levels is not None:
            add_fleets(self, levels, gift or {})
        self.stocks()
        for line in self.f.lines:
            self.line(line)
        self.resources()
        self.pledges()
        self.backfill()
        self.budgets()
        self.objectives()
        return self.p

    def stocks(self) -> None:
        """Balance, storage, age, requirement and floor of every holder and item in use."""
        f = self.f
        self.pairs |= set(f.storage) | {(r["holder"], r["item"]) for r in f.rows("stocks")}
        self.pairs |= {(r["holder"], r["item"]) for r in f.rows("requirements")} | f.components()
        worst: dict[tuple[str, int], list[Term]] = defaultdict(list)
        for pair in sorted(self.pairs):
            self.stock(pair)
            for t in f.periods:
                self.required(pair, t, worst)
        for (item, t), shares in worst.items():
            theta = self.p.column(f"worst|{item}|{t}")
            if missing := self.f.short_elsewhere(item, t):
                self.p.row(f"elsewhere|{item}|{t}", [(theta, 1.0)], lower=missing)
            for column, value in shares:
                holder = column.split("|")[1]
                self.p.row(f"worst|{holder}|{item}|{t}", [(theta, 1.0), (column, -value)], lower=0.0)

    def stock(self, pair: Pair) -> None:
        """Balance, storage limit and shelf life of one holder and item."""
        f, (holder, item) = self.f, pair
        row = f.storage.get(pair)
        cost = f.items[item]["holding_cost"]
        if row is not None and row["holding_cost"] is not None:
            cost = row["holding_cost"]
        held = [r for r in f.rows("stocks") if (r["holder"], r["item"]) == pair]
        lots = [r for r in held if r["condition"] == "serviceable"]
        life = f.items[item]["shelf_life"]
        if life is not None:
            lots = [r for r in lots if f.month(r["lot"], f.first) + life - 1 >= f.first]
        before: list[Term] = []
        for t in f.periods:
            name = f"{holder}|{item}|{t}"
            s = self.p.column(f"stock|{name}")
            terms = [(s, 1.0), *before, *((c, -v) for c, v in self.inflow[pair, t]), *self.outflow[pair, t]]
            given = self.given[pair, t] + (0.0 if before else sum(r["quantity"] for r in lots))
            if drawn := self.drawn[pair, t]:
                given -= drawn
                missing = self.p.column(f"unsupplied|{name}", drawn)
                terms.append((missing, -1.0))
                self.slack.append((missing, 1 / drawn))
            if life is not None:
                terms.append((self.p.column(f"dispose|{name}"), 1.0))
                self.usable(pair, t, s, lots)
            self.p.row(f"balance|{name}", terms, given, given)
            before = [(s, -1.0)]
            self.money.append((s, cost * f.lengths[t] / f.unit))
            if row is not None and math.isfinite(row["limit"]):
                over = self.p.column(f"over_storage|{name}")
                self.p.row(f"storage|{name}", [(s, 1.0), (over, -1.0)], upper=row["limit"])
                self.slack.append((over, 1 / max(row["limit"], 1.0)))
        if row is not None:
            self.money.append((s, -row["end_value"] / f.unit))

    def usable(self, pair: Pair, t: int, s: str, lots: list[Row]) -> None:
        """Closing stock is at most what is young enough to be usable next month."""
        f, life, then = self.f, self.f.items[pair[1]]["shelf_life"], self.f.end(t) + 1
        opening = sum(r["quantity"] for r in lots if f.month(r["lot"], f.first) + life - 1 >= then)
        terms: list[Term] = [(s, 1.0)]
        for tau in range(t + 1):
            young = sum(m + life - 1 >= then for m in f.months(tau)) / f.lengths[tau]
            terms += [(c, -young * v) for c, v in self.receipts[pair, tau]]
            opening += young * (self.given[pair, tau] - sum(q for u, q, _ in self.older[pair] if u == tau))
        opening += sum(q for u, q, lot in self.older[pair] if u <= t and f.usable(lot, pair[1], then))
        self.p.row(f"age|{pair[0]}|{pair[1]}|{t}", terms, upper=opening)

    def required(self, pair: Pair, t: int, worst: dict[tuple[str, int], list[Term]]) -> None:
        """Shortfall against requirement and floor at the end of a period."""
        name, months = f"{pair[0]}|{pair[1]}|{t}", self.f.lengths[t]
        whole, floor = self.f.required(*pair, t)
        if whole:
            u = self.p.column(f"short|{name}", whole)
            self.p.row(f"requirement|{name}", [(f"stock|{name}", 1.0), (u, 1.0)], lower=whole)
            self.passes["requirement"].append((u, months / whole))
            worst[pair[1], t].append((u, 1 / whole))
        add_at_home(self, pair, t, self.f.if_called(*pair, t))
        if floor:
            v = self.p.column(f"below|{name}", floor)
            self.p.row(f"floor|{name}", [(f"stock|{name}", 1.0), (v, 1.0)], lower=floor)
            self.passes["floors"].append((v, months / floor))
            lowest = f"lowest|{pair[1]}|{t}"  # share of its floor that the worst-off holder of the item lacks
            if lowest not in self.p.columns:
                self.p.column(lowest)
            self.p.row(f"lowest|{name}", [(v, 1 / floor), (lowest, -1.0)], upper=0.0)

    def line(self, code: str) -> None:
        """Capacity, minimum, ramp, lots and set-up of one line."""
        f, row = self.f, self.f.lines[code]
        before: Output | None = None
        for t in f.periods:
            name, placed = f"{code}|{t}", sum(self.placed[code, m] for m in f.months(t))
            x = self.p.column(f"output|{name}")
            self.p.row(f"output|{name}", [(x, 1.0), *((c, -v) for c, v in self.output[code, t])], 0.0, 0.0)
            for number, part in enumerate(f.parts(code, t)):
                self.rate(code, f"{code}#{number + 1}|{t}" if number else name, part)
            least = sum(f.minimum(code, m) for m in f.months(t))
            if least:
                idle = self.p.column(f"idle|{name}", least)
                self.p.row(f"minimum|{name}", [(x, 1.0), (idle, 1.0)], lower=least - placed)
                self.slack.append((idle, 1 / least))
            months = f.lengths[t]
            now = [(x, 1 / months)], placed / months
            self.pace(code, t, now, before)
            before = now
            if row["lot"] is not None:
                fed = any(
                    f.due_now(s) and f.orderable(c, s) and t in f.shares(c.lead, s)
                    for c in f.channels if c.line == code for s in f.periods
                )  # fmt: skip
                lots = self.p.column(f"lots|{name}", whole=fed and not f.is_slow(code, t))
                self.p.row(f"lot|{name}", [(x, 1.0), (lots, -row["lot"])], 0.0, 0.0)
            self.set_up(code, t, x)

    def pace(self, code: str, t: int, now: Output, before: Output | None) -> None:
        """How output changes from the period before, or from the rate before the start."""
        f, row, name, months = self.f, self.f.lines[code], f"{code}|{t}", self.f.lengths[t]
        length = row["rate_before_months"] if before is None else f.lengths[t - 1]
        if before is None:
            if row["rate_before"] is None:
                return
            before = [], row["rate_before"] / (12 if row["rate_per"] == "year" else 1)
        book = now[1] - before[1]
        change = now[0] + [(c, -v) for c, v in before[0]]
        # orders for the last lead time of a line belong to the time after the plan
        leads = [c.lead for c in f.channels if c.line == code]
        counts = bool(leads) and f.end(t) <= f.last - min(leads)
        if any(r["objective"] == "steady" for r in f.rows("priorities")):
            up, down = self.p.column(f"rise|{name}"), self.p.column(f"fall|{name}")
            terms = [(up, 1.0), (down, -1.0), *((c, -v) for c, v in change)]
            self.p.row(f"pace|{name}", terms, book, book)
            each = 1 / self.full_rate(code)
            self.passes["steady"] += [(up, each), (down, each if counts else 0.0)]
        if row["ramp"] is None or not self.output[code, t]:
            return
        most = row["ramp"] * (months + length) / 2
        self.p.row(f"ramp|{name}", change, upper=max(0.0, most - book))
        if counts:
            was = before[1] if not before[0] and t == 0 else sum(f.capacity(code, m) for m in f.months(t - 1)) / length
            falls = was - sum(f.capacity(code, m) for m in f.months(t)) / months if math.isfinite(was) else 0.0
            allowed = max(most, falls) + book
            back = [(c, -v) for c, v in change]
            if t == 0 and allowed < 0:
                steep = self.p.column(f"steep|{name}", -allowed)
                self.slack.append((steep, 1 / before[1]))
                back.append((steep, -1.0))
            self.p.row(f"ramp_down|{name}", back, upper=allowed if t == 0 else max(0.0, allowed))

    def full_rate(self, code: str) -> float:
        """What changes of a line are measured in: its largest maximum rate, or what else is known of its size."""
        f, row = self.f, self.f.lines[code]
        plan = range(f.first, f.last + 1)
        limits = [v for v in (f.capacity(code, m) for m in plan) if math.isfinite(v)]
        known = (row["rate_before"] or 0.0) / (12 if row["rate_per"] == "year" else 1)
        works = [e for e in f.rows("expansions") if e["line"] == code]
        units = sum(e["added_rate"] * (e["max_units"] if math.isfinite(e["max_units"]) else 1) for e in works)
        may_add = units / (12 if row["rate_per"] == "year" else 1)
        return max(limits, default=0.0) or known or max(self.placed[code, m] for m in plan) or may_add or 1.0

    def rate(self, code: str, name: str, months: list[int]) -> None:
        """Maximum rate over a run of months that the same periods of decision feed."""
        most = sum(self.f.capacity(code, m) for m in months)
        if math.isfinite(most):
            terms = [term for m in months for term in self.monthly[code, m]]
            terms += [(c, -v) for m in months for c, v in self.added[code, m]]
            placed = sum(self.placed[code, m] for m in months)
            self.p.row(f"capacity|{name}", terms, upper=max(most - placed, 0.0))

    def set_up(self, code: str, t: int, x: str) -> None:
        """A line that produces at all in a period pays its set-up."""
        f, name = self.f, f"{code}|{t}"
        cost = f.line_value(code, "setup_cost", f.starts[t])
        taken = [u for u in f.uses(code) if u["setup"]]
        if not cost and not taken:
            return
        units: dict[tuple[str, int], float] = defaultdict(float)
        for month in f.months(t):
            for column, value in self.added[code, month]:
                expansion = column.split("|")[1]
                extra = value * f.expansions[expansion]["max_units"]
                units[expansion, month] = max(units[expansion, month], extra)
        most = sum(f.capacity(code, m) for m in f.months(t)) + sum(units.values())
        if not math.isfinite(most):
            most = self.useful(f.lines[code]["item"])
        runs = self.p.column(f"runs|{name}", 1.0, whole=True)
        self.p.row(f"setup|{name}", [(x, 1.0), (runs, -most)], upper=0.0)
        self.money.append((runs, (cost or 0.0) / f.unit))
        for u in taken:
            self.use(u["resource"], u["setup"], [(f.starts[t], 1.0)], runs)

    def useful(self, item: str) -> float:
        """More of an item than any plan could use: gross requirement, promises and storage room included."""
        f = self.f
        plan = range(f.first, f.last + 1)
        total = sum(f.need([r], m) for r in f.rows("demand") if r["item"] == item for m in plan)
        total *= 2.0 if f.rows("levels") else 1.0  # more may be desired than needed
        total += sum(r["quantity"] for r in f.rows("agreed") if r["item"] == item)
        for pair in self.pairs:
            if pair[1] == item:
                whole = [f.required(*pair, t) for t in f.periods]
                total += sum(max(r) for r in whole)
        limits = [r["limit"] for r in f.rows("storage") if r["item"] == item]
        total += sum(v for v in limits if math.isfinite(v))
        total += sum(r["quantity"] for r in f.rows("deliveries") if r["item"] == item)
        for r in f.rows("bills"):
            if r["component"] != item:
                continue
            if r["expansion"] is not None:
                total += r["quantity"] * f.expansions[r["expansion"]]["max_units"]
                continue
            for code, line in f.lines.items():
                if line["item"] == r["item"] and r["line"] in (None, code):
                    total += r["quantity"] / line["yield"] * self.useful(r["item"])
        total += sum(line["lot"] or 0.0 for line in f.lines.values() if line["item"] == item)
        total += sum(self.pushed(code) for code, line in f.lines.items() if line["item"] == item)
        lead = [c.lead for c in f.channels if f.lines[c.line]["item"] == item]
        return total * self.most_excess(lead) * self.most_excess([w.months for w in f.lanes if w.item == item])

    def pushed(self, code: str) -> float:
        """What a line may make beyond any use: asked for by its minimum, because it earns, or to be rid of components."""
        f, plan = self.f, range(self.f.first, self.f.last + 1)
        total = sum(f.minimum(code, m) for m in plan)
        uses = [(u, [f.in_force([r for r in f.rows("resources") if r["resource"] == u["resource"]], m) for m in plan])
                for u in f.uses(code)]  # fmt: skip
        costs = [f.line_value(code, "unit_cost", m) or 0.0 for m in plan]
        costs += [c.price or 0.0 for c in f.channels if c.line == code]
        kept = [r for r in f.rows("storage") if r["item"] == f.lines[code]["item"] and math.isinf(r["limit"])]
        costs += [-r["end_value"] for r in kept]
        costs += [r["cost"] for _, rows in uses for r in rows if r is not None]
        if min(costs, default=0.0) < 0:
            room = [sum(0.0 if r is None else r["capacity"] for r in rows) / u["quantity"] for u, rows in uses]
            total += min((units for units in room if math.isfinite(units)), default=0.0)
        return total + sum(self.spare(b["component"]) / b["quantity"] for b in f.bill(code) if b["quantity"] > 0)

    def spare(self, item: str) -> float:
        """What is there of an item whether it is wanted or not, and what such components could be made into."""
        f = self.f
        total = sum(r["quantity"] for t in ("stocks", "orders", "deliveries") for r in f.rows(t) if r["item"] == item)
        makers = [(code, line) for code, line in f.lines.items() if line["item"] == item]
        return float(total + sum((line["lot"] or 0.0) + self.pushed(code) for code, line in makers))

    def most_excess(self, lags: list[float]) -> float:
        """One over the smallest share of a period's orders that arrives in one period."""
        found = [share for lag in lags for s in self.f.periods for share in self.f.shares(lag, s).values()]
        return 1 / min([1.0, *(share for share in found if share > 1e-9)])

    def resources(self) -> None:
        """Finite capacity shared by lines and expansions."""
        f = self.f
        for resource, t in sorted({*self.resource, *self.resource_drawn}):
            terms, drawn = list(self.resource[resource, t]), self.resource_drawn[resource, t]
            rows = [r for r in f.rows("resources") if r["resource"] == resource]
            found = [f.in_force(rows, m) for m in f.months(t)]
            capacity = sum(0.0 if r is None else r["capacity"] for r in found)
            if drawn > capacity:
                over = self.p.column(f"over_resource|{resource}|{t}", drawn - capacity)
                terms.append((over, -1.0))
                self.slack.append((over, 1 / max(capacity, 1.0)))
            if math.isfinite(capacity):
                self.p.row(f"resource|{resource}|{t}", terms, upper=capacity - drawn)

    def pledges(self) -> None:
        """What was promised from stock and is still owed."""
        f = self.f
        groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for r in f.rows("deliveries"):
            if r["status"] == "pledged":
                groups[r["donor"], r["recipient"], r["item"]].append(r)
        for key, rows in groups.items():
            due = [sum(_fallen_due(f, r, f.end(t)) for r in rows) for t in f.periods]
            arrived: list[Term] = []
            for t in f.periods:
                arrived = arrived + self.arrivals[(*key, t)]
                if due[t]:
                    name = "|".join((*key, str(t)))
                    z = self.p.column(f"owed|{name}", due[t])
                    self.p.row(f"pledge|{name}", [(z, 1.0), *arrived], lower=due[t])
                    each = self.worth.item[key[2]] * sum(self.worth.month(m) for m in f.months(t))
                    self.passes["pledges"].append((z, each / 12))

    def backfill(self) -> None:
        """What donors gave and nobody has made good yet."""
        f = self.f
        groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for r in f.owed_back:
            groups[r["backfill_by"], r["donor"], r["item"]].append(r)
        own_means: dict[tuple[Pair, int], list[Term]] = defaultdict(list)
        for key, rows in groups.items():
            self.owed_back(key, rows, own_means)
        for (pair, t), terms in own_means.items():
            had = sum(r["quantity"] for r in self.usable_at_start(pair))
            had += sum(self.given_own[pair, u] for u in range(t + 1))
            got = [(c, -v) for u in range(t + 1) for c, v in self.own[pair, u]]
            self.p.row(f"own_means|{pair[0]}|{pair[1]}|{t}", terms + got, upper=had)

    def owed_back(
        self, key: tuple[str, str, str], rows: list[Row], own_means: dict[tuple[Pair, int], list[Term]]
    ) -> None:
        """What one nation owes one donor of one item."""
        f, (owing, _, item) = self.f, key
        rank = {r["objective"]: r["rank"] for r in f.rows("priorities")}
        pledges_first = rank.get("pledges", math.inf) < rank.get("backfill", 0)
        sent: list[Term] = []
        given: list[Term] = []
        direct: list[Term] = []
        came = 0.0
        route = any((w.origin, w.destination, w.item) == key for w in f.lanes)
        for t in f.periods:
            name = "|".join((*key, str(t)))
            direct += self.direct[(*key, t)]
            came += self.came[(*key, t)]
            sent = sent + self.arrivals[(*key, t)]
            if route:
                given = [*given, (self.p.column(f"given_back|{name}"), 1.0)]
                self.p.row(f"given_back|{name}", [*given, *((c, -v) for c, v in sent)], upper=0.0)
                own_means[(owing, item), t] += given
            due = [r for r in rows if f.month(r["backfill_due"], f.first) <= f.end(t)]
            quantities = [r["quantity"] if r["backfill_quantity"] is None else r["backfill_quantity"] for r in due]
            if not sum(quantities):
                continue
            z = self.p.column(f"due_back|{name}", sum(quantities))
            terms = [(z, 1.0), *direct, *given]
            for r in rows if any(r["status"] == "pledged" for r in due) and pledges_first else ():
                column = "|".join(("owed", r["donor"], r["recipient"], r["item"], str(t)))
                if r["status"] == "pledged" and column in self.p.columns:
                    like = ("donor", "recipient", "item", "status")
                    whole = sum(q["quantity"] for q in f.rows("deliveries") if all(q[c] == r[c] for c in like))
                    amount = r["quantity"] if r["backfill_quantity"] is None else r["backfill_quantity"]
                    terms.append((column, amount / whole))
            self.p.row(f"backfill|{name}", terms, lower=sum(quantities) - came)
            months = sum(self.worth.month(m) for m in f.months(t))
            self.passes["backfill"].append((z, self.worth.item[item] * months / 12))

    def usable_at_start(self, pair: Pair) -> list[Row]:
        """Serviceable stock at the start that is not past its shelf life."""
        f, life = self.f, self.f.items[pair[1]]["shelf_life"]
        held = [r for r in f.rows("stocks") if (r["holder"], r["item"]) == pair and r["condition"] == "serviceable"]
        return [r for r in held if life is None or f.month(r["lot"], f.first) + life - 1 >= f.first]

    def budgets(self) -> None:
        """Money of a nation, fiscal year and purpose within its limits."""
        every = ("procurement", "capacity", "transport", "support")
        for r in self.f.rows("budgets"):
            nation, year, purpose = r["nation"], r["fiscal_year"], r["purpose"]
            if year not in {self.f.fiscal_year(nation, m) for m in range(self.f.first, self.f.last + 1)}:
                continue
            for kind in ("commitments", "payments"):
                if not math.isfinite(r[kind]):
                    continue
                parts = every if purpose == "all" else (purpose,)
                terms = [term for part in parts for term in self.spent[nation, year, part, kind]]
                counted = purpose in ("all", "procurement") and kind == "payments"
                fixed = self.paid[nation, year] if counted else 0.0
                fixed += self.kept_up[nation, year] if purpose in ("all", "support") else 0.0
                name = f"{nation}|{year}|{purpose}|{kind}"
                limit = r[kind] / self.of_other_money(r)
                over = self.p.column(f"over_budget|{name}")
                terms = [*terms, (over, -1.0), *self.carried(r, kind)]
                self.p.row(f"budget|{name}", terms, upper=limit - fixed)
                whole = r[f"whole_{kind}"]  # of the year, where part of it is over
                self.slack.append((over, 1 / max(limit if whole is None else whole / self.of_other_money(r), 1.0)))

    def of_other_money(self, row: Row) -> float:
        """Units of the money of a budget row for one of the case at its price base."""
        per_unit = {r["currency"]: r["per_unit"] for r in self.f.rows("currencies")}
        index = {r["fiscal_year"]: r["index"] for r in self.f.rows("deflators")}
        return per_unit.get(row["currency"], 1.0) * (index[row["fiscal_year"]] if row["prices"] == "then_year" else 1.0)

    def carried(self, row: Row, kind: str) -> list[Term]:
        """What of this year is used in the next, at what it leaves of this one; less what of last year is used in this."""
        own = row["nation"], row["fiscal_year"], row["purpose"]
        there = {
            (r["nation"], r["fiscal_year"], r["purpose"]): r for r in self.f.rows("budgets") if math.isfinite(r[kind])
        }
        terms = []
        for year, factor in ((own[1] - 1, -1.0), (own[1], 1.0)):
            giver, taker = there.get((own[0], year, own[2])), there.get((own[0], year + 1, own[2]))
            inside = {self.f.fiscal_year(own[0], m) for m in range(self.f.first, self.f.last + 1)} >= {year, year + 1}
            if giver and taker and giver["carry_over"] and inside:
                name = f"carried|{own[0]}|{year}|{own[2]}|{kind}"
                column = name if name in self.p.columns else self.p.column(name)
                terms.append((column, factor if year < own[1] else 1.0 / giver["carry_over"]))
        return terms

    def objectives(self) -> None:
        """The passes in the order of the case, broken rules first."""
        f = self.f
        if self.slack:
            self.p.objective("rules", self.slack)
        ranked = sorted(f.rows("priorities"), key=lambda r: r["rank"])
        self.passes["money"] = self.money
        for row in ranked:
            for name in self.by_rank(row["objective"]):
                if any(value for _, value in self.passes[name]):
                    self.one_pass(name, row["tolerance"])

    def by_rank(self, objective: str) -> list[str]:
        """Passes of an objective: of demands that are ranked one of each rank."""
        if objective not in GIVERS:
            return [objective]
        ranks = sorted({r["rank"] or 1 for r in self.f.rows("demand")} | {1})
        return [objective if rank == 1 else f"{objective}_{rank}" for rank in ranks]

    def one_pass(self, name: str, said: float | None) -> None:
        """A pass with its room, the stated one or the usual."""
        room = ROOM if said is None else said
        if name == "requirement":
            self.requirement(room)
        elif name == "floors":
            months = {c: str(self.f.lengths[int(c.split("|")[-1])]) for c, _ in self.passes[name]}
            self.p.objective(name, self.passes[name], room, parts=months, how="shared")
        elif name == "steady":
            takes = ROOM_FOR_STEADY if said is None else said
            self.p.objective(name, self.passes[name], min(ROOM, takes), takes=takes)
        else:
            parts = None if name == "money" else {c: part_of(c) for c, _ in self.passes[name]}
            self.p.objective(name, self.passes[name], room, parts=parts)

    def requirement(self, room: float) -> None:
        """The worst-off, the least sum, and shares fair to the end."""
        f, terms = self.f, self.passes["requirement"]
        thetas = [c for c in self.p.columns if c.startswith("worst|")]
        worst = [(c, float(f.lengths[int(c.split("|")[2])])) for c in thetas]
        months = {c: str(f.lengths[int(c.split("|")[-1])]) for c, _ in terms}
        self.p.objective("requirement_worst", worst, room, how="first")
        self.p.objective("requirement_sum", terms, room, how="told")
        self.p.objective("requirement_fair", terms, room, parts=months, how="fair")


def part_of(column: str) -> str:
    """Part of a pass that a column belongs to."""
    kind, *codes = column.split("|")
    return "|".join(codes[: CODES[kind]])


def _fallen_due(f: Facts, row: Row, month: int) -> float:
    """What of a pledge has fallen due by the end of a month: evenly from its first month to its last."""
    last = f.month(row["month"], f.first)
    first = min(f.month(row["from"], f.first), last)
    return float(row["quantity"]) * sum(m <= month for m in range(first, last + 1)) / (last - first + 1)
