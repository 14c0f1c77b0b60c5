"""The plan computed a second way: the mathematics page read again, row by row, with plain loops.

Nothing here comes from ``rampart.plan``; only the case and its catalogue are shared. One branch only.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from independent.decisions import Decisions, Pair, Term
from independent.facts import Facts, Row
from independent.fleets import add_fleets
from independent.needs import Worth, add_needs
from independent.programme import Programme, Solution
from rampart.case.tables import Case

ORDER = ("floors", "pledges", "need", "own_use", "availability", "requirement", "money")


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
        self.passes: dict[str, list[Term]] = {name: [] for name in ORDER}
        self.worth = Worth(facts)

    def programme(self, levels: Any = None, gift: dict[tuple[str, str, int], float] | None = None) -> Programme:
        """Decisions first, then what they must keep to, then the passes."""
        self.given_flows()
        for channel in self.f.channels:
            self.orders(channel)
        for code, row in self.f.expansions.items():
            self.expansion(code, row)
        self.purchases()
        for lane in self.f.lanes:
            self.sending(lane)
        add_needs(self, self.worth)
        if levels is not None:
            add_fleets(self, levels, gift or {})
        self.stocks()
        for line in self.f.lines:
            self.line(line)
        self.resources()
        self.pledges()
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
            opening += young * self.given[pair, tau]
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
        if floor:
            v = self.p.column(f"below|{name}", floor)
            self.p.row(f"floor|{name}", [(f"stock|{name}", 1.0), (v, 1.0)], lower=floor)
            self.passes["floors"].append((v, months / floor))

    def line(self, code: str) -> None:
        """Capacity, minimum, ramp, lots and set-up of one line."""
        f, row = self.f, self.f.lines[code]
        before: tuple[list[Term], float] | None = None
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
            if row["ramp"] is not None and before is not None:
                allowed = row["ramp"] * (months + f.lengths[t - 1]) / 2 - now[1] + before[1]
                self.p.row(f"ramp|{name}", now[0] + [(c, -v) for c, v in before[0]], upper=allowed)
            before = now
            if row["lot"] is not None:
                lots = self.p.column(f"lots|{name}", whole=True)
                self.p.row(f"lot|{name}", [(x, 1.0), (lots, -row["lot"])], 0.0, 0.0)
            self.set_up(code, t, x)

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
            owed = [(f.month(r["month"], f.first), r["quantity"]) for r in rows]
            due = [sum(q for month, q in owed if month <= f.end(t)) for t in f.periods]
            arrived: list[Term] = []
            for t in f.periods:
                arrived = arrived + self.arrivals[(*key, t)]
                if due[t]:
                    name = "|".join((*key, str(t)))
                    z = self.p.column(f"owed|{name}", due[t])
                    self.p.row(f"pledge|{name}", [(z, 1.0), *arrived], lower=due[t])
                    each = self.worth.item[key[2]] * sum(self.worth.month(m) for m in f.months(t))
                    self.passes["pledges"].append((z, each / 12))

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
                over = self.p.column(f"over_budget|{name}")
                self.p.row(f"budget|{name}", [*terms, (over, -1.0)], upper=r[kind] - fixed)
                self.slack.append((over, 1 / max(r[kind], 1.0)))

    def objectives(self) -> None:
        """The passes in the order of the case, broken rules first."""
        f = self.f
        if self.slack:
            self.p.objective("rules", self.slack)
        ranked = sorted(f.rows("priorities"), key=lambda r: r["rank"])
        order = [(r["objective"], r["tolerance"]) for r in ranked] or [(name, 1e-6) for name in ORDER]
        self.passes["money"] = self.money
        for name, tolerance in order:
            if not any(value for _, value in self.passes[name]):
                continue
            if name == "requirement":
                thetas = [c for c in self.p.columns if c.startswith("worst|")]
                worst = [(c, float(f.lengths[int(c.split("|")[2])])) for c in thetas]
                self.p.objective("requirement_worst", worst, tolerance)
                self.p.objective("requirement_sum", self.passes[name], tolerance)
            else:
                self.p.objective(name, self.passes[name], tolerance)
