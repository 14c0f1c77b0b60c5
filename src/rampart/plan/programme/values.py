"""Values of a solved programme: how much of everything, in plain units."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from rampart.case.calendar import month_text
from rampart.network.lags import Floats
from rampart.network.lots import opening_stock
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme

ZERO = 1e-6  # scaled solver units below which a value is the solver's noise
FILLED = 1e-4  # share of a requirement that may be missing where it counts as met


class Values:
    """Values of every family in plain units, shape (keys, nodes), and what follows from them.

    columns  level of every solver column, scaled
    played   systems of each fleet available when all is played through, shape (fleets, periods); none where unknown
    """

    def __init__(self, programme: Programme, layout: Layout, columns: Floats) -> None:
        self.programme, self.layout, self.columns = programme, layout, columns
        self.network, self.tree, self.case = programme.network, programme.tree, programme.case
        self.played: Floats | None = None
        self.months = [month_text(int(m)) for m in self.tree.first_month]

    @cached_property
    def by_family(self) -> dict[str, Floats]:
        """Value of each family of variables in plain units."""
        result = {}
        for name, family in self.programme.families.items():
            values = np.zeros(family.labels.shape)
            live = family.labels >= 0
            values[live] = self.columns[self.layout.column_of_label[family.labels[live]]]
            values[np.abs(values) < ZERO] = 0.0
            result[name] = np.maximum(values, 0.0) * family.scale[:, None]
        return result

<<<<<<< HEAD
    def __getitem__(self, family: str) -> Floats:
        return self.by_family[family]
=======
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every result table but the reasons and the decisions."""
        made = [
            self.periods, self.orders, self.expansions, self.purchases, self.transfers, self.production, self.stock,
            self.demand, self.pledges, self.donations, self.fill, self.money, self.budgets, self.shortages,
            self.rules_broken, self.passes,
        ]  # fmt: skip
        return {table.__name__: table() for table in made}

    # -- decisions -----------------------------------------------------------------------------------------------

    def periods(self) -> pl.DataFrame:
        """Periods of the plan."""
        c = self.case.calendar
        return frame("plan", "periods", {"period": range(len(c)), "month": c.labels, "months": c.lengths})

    def _later(self, node: int | np.integer[Any], lag: float) -> str:
        return month_text(int(self.tree.first_month[node]) + math.floor(lag))

    def orders(self) -> pl.DataFrame:
        """Orders placed."""
        price = order.order_price(self.sets, self.tree)
        rows = []
        for n, c in enumerate(self.sets.channels):
            for node in np.flatnonzero(self.value["order"][n] > 0):
                quantity = float(self.value["order"][n, node])
                first = int(self.tree.first_month[node]) + math.floor(c.lead)
                rows.append((
                    c.code, c.line, c.buyer, c.payer, c.ship_to, self.sets.lines[c.line]["item"], self.months[node],
                    self._later(node, min(c.administrative, c.lead)), self.case.calendar.period(first),
                    month_text(first), quantity, quantity * float(price[n, node]),
                ))  # fmt: skip
        return frame("plan", "orders", rows)

    def expansions(self) -> pl.DataFrame:
        """Expansions started."""
        rows = []
        for n, e in enumerate(self.sets.expansions):
            line = self.sets.lines[e["line"]]
            for node in np.flatnonzero(self.value["expand"][n] > 0):
                units = float(self.value["expand"][n, node])
                per = 12.0 if line["rate_per"] == "year" else 1.0
                ready = int(self.tree.first_month[node]) + math.ceil(e["construction"])
                rows.append((
                    e["expansion"], e["line"], e["payer"] or line["nation"], self.months[node], month_text(ready),
                    units, units * e["added_rate"] / per, units * e["cost"],
                ))  # fmt: skip
        return frame("plan", "expansions", rows)

    def purchases(self) -> pl.DataFrame:
        """Purchases from third countries."""
        rows = []
        for n, o in enumerate(self.sets.offers):
            for node in np.flatnonzero(self.value["buy"][n] > 0):
                quantity = float(self.value["buy"][n, node])
                rows.append((
                    o.code, o.seller, o.buyer, o.item, int(self.tree.period[node]), self.months[node],
                    self._later(node, o.delay), quantity, quantity * o.price / self.case.money_unit,
                ))  # fmt: skip
        return frame("plan", "purchases", rows)

    def transfers(self) -> pl.DataFrame:
        """What is sent between holders."""
        rows = []
        for n, r in enumerate(self.sets.routes):
            for node in np.flatnonzero(self.value["send"][n] > 0):
                quantity = float(self.value["send"][n, node])
                rows.append((
                    r.origin, r.destination, r.item, int(self.tree.period[node]), self.months[node],
                    self._later(node, r.months), quantity, quantity * r.cost / self.case.money_unit,
                ))  # fmt: skip
        return frame("plan", "transfers", rows)

    def _by_node(self, table: str, columns: dict[str, Any]) -> pl.DataFrame:
        """A table with a row for each key and node: columns are one value a key, or arrays (keys, nodes)."""
        nodes = len(self.tree)
        keys = next(len(values) for values in columns.values())
        whole = {
            name: values.ravel() if isinstance(values, np.ndarray) else [v for v in values for _ in range(nodes)]
            for name, values in columns.items()
        }
        return frame("plan", table, whole | {"period": np.tile(self.tree.period, keys), "month": self.months * keys})

    # -- what follows --------------------------------------------------------------------------------------------

    def production(self) -> pl.DataFrame:
        """Output of each line in each period."""
        most = line_capacity(self.sets, self.tree, self.programme.rates, self.value["expand"])
        tiers = tiers_of_plan.tiers(self.sets)
        placed = self.sets.placed_by_line[:, self.tree.period]
        least = self.programme.rates.least[:, self.tree.period]
        made = self.value["make"] + placed
        limited = (most > 0) & np.isfinite(most)
        lines = self.sets.lines.values()
        return self._by_node("production", {
            "line": list(self.sets.lines), "nation": [r["nation"] for r in lines], "item": [r["item"] for r in lines],
            "tier": [tiers[r["item"]] for r in lines], "output": made, "placed": placed, "capacity": most,
            "utilisation": _where(limited, made / np.where(limited, most, 1.0)), "minimum": least,
            "below_minimum": np.maximum(0.0, least - made),
        })  # fmt: skip
>>>>>>> result

    @cached_property
    def stock_flows(self) -> dict[str, Floats]:
        """What goes in and out of every pair, by kind, as amounts above nothing, shape (pairs, nodes)."""
        return self.programme.balance("stock", self.network.pair_index, self.by_family)

    @cached_property
    def opening(self) -> Floats:
        """Stock of each pair at the beginning of each node, shape (pairs, nodes)."""
        opening: Floats = self["stock"] @ self.tree.earlier.T
        opening[:, self.tree.parent < 0] = opening_stock(self.network)[:, None]
        return opening

<<<<<<< HEAD
    def first_filled(self, pair: int) -> int | None:
=======
    def demand(self) -> pl.DataFrame:
        """Need, served, unmet."""
        from rampart.plan.parts.need import late_rows

        late, unmet = late_rows(self.sets)[:, None], self.value["unmet"]
        keys = self.sets.demands
        return self._by_node("demand", {
            "holder": [k[0] for k in keys], "item": [k[1] for k in keys], "purpose": [k[2] for k in keys],
            "need": self.sets.need_on(self.tree), "served": self.value["serve"],
            "unmet": np.where(late, 0.0, unmet), "late": np.where(late, unmet, 0.0),
        })  # fmt: skip

    def pledges(self) -> pl.DataFrame:
        """Pledged, arrived and owed so far, in the periods in which something is pledged."""
        keys, due = pledge.pledge_rows(self.sets)
        rows = []
        for n, (donor, recipient, item) in enumerate(keys):
            arrived = np.zeros(len(self.tree))
            for k, r in enumerate(self.sets.routes):
                if (r.origin, r.destination, r.item) == (donor, recipient, item):
                    arrived += self.tree.so_far @ self.tree.later(r.months) @ self.value["send"][k]
            for node in range(len(self.tree)):
                t = int(self.tree.period[node])
                if due[n, t] > 0:
                    rows.append((
                        donor, recipient, item, t, self.months[node], float(due[n, t]), float(arrived[node]),
                        float(self.value["owed"][n, node]),
                    ))  # fmt: skip
        return frame("plan", "pledges", rows)

    def _filled_from(self, pair: int) -> int | None:
>>>>>>> result
        """First node from which the requirement is met to the end; None where it is not, or none is asked."""
        asked = self.programme.requirement[pair]
        short = self["shortfall"][pair] > FILLED * asked
        if not (asked > 0).any() or short[-1]:
            return None
        last = np.flatnonzero(short)
        return int(last[-1]) + 1 if last.size else 0
<<<<<<< HEAD
=======

    def donations(self) -> pl.DataFrame:
        """What each donor gives, what is left, when it is made whole."""
        given: dict[tuple[str, str, str], Floats] = {}
        for n, r in enumerate(self.sets.routes):
            if r.destination in self.sets.recipients:
                given.setdefault((r.origin, r.destination, r.item), np.zeros(len(self.tree)))
                given[r.origin, r.destination, r.item] += self.value["send"][n]
        for n, c in enumerate(self.sets.channels):
            if c.ship_to in self.sets.recipients and c.buyer != c.ship_to:
                key = (c.buyer, c.ship_to, self.sets.lines[c.line]["item"])
                given.setdefault(key, np.zeros(len(self.tree)))
                given[key] += self.tree.later(c.lead) @ self.value["order"][n]
        due = {
            (r["donor"], r["recipient"], r["item"]): r["backfill_due"]
            for r in self.sets.rows("deliveries")
            if r["backfill_due"]
        }
        rows: list[Any] = []
        for (donor, recipient, item), amount in sorted(given.items()):
            total = float(amount.sum())
            if total <= 0:
                continue
            price, book = self.sets.items[item]["price"], self.sets.items[item]["book_value"]
            pair = self.sets.pair_index.get((donor, item))
            first = int(np.flatnonzero(amount > 0)[0])
            low, when, restored = None, None, None
            if pair is not None:
                level = self.value["stock"][pair, first:]
                low, when = float(level.min()), self.months[first + int(level.argmin())]
                node = self._filled_from(pair)
                restored = None if node is None else month_text(int(self.tree.last_month[node]))
            rows.append((
                donor, recipient, item, total, None if price is None else total * price / self.case.money_unit,
                None if book is None else total * book / self.case.money_unit, low, when, restored,
                due.get((donor, recipient, item)),
            ))  # fmt: skip
        return frame("plan", "donations", rows)

    def fill(self) -> pl.DataFrame:
        """Years to fill of each requirement."""
        held, opening = self.programme.held, opening_stock(self.sets)
        rows = []
        for n, (h, i) in enumerate(self.sets.pairs):
            asked = held.requirement[n]
            if not (asked > 0).any():
                continue
            node = self._filled_from(n)
            end = None if node is None else int(self.tree.last_month[node])
            closing, rate = float(self.value["stock"][n, -1]), held.daily_rate[n, -1]
            rows.append((
                h, i, float(asked[-1]), float(opening[n]), closing,
                closing / float(asked[-1]) if asked[-1] > 0 else None, None if end is None else month_text(end),
                None if end is None else (end - self.case.calendar.first + 1) / 12.0,
                closing / float(rate) if rate > 0 else None,
            ))  # fmt: skip
        return frame("plan", "fill", rows)

    def _money(self) -> dict[tuple[str, int, str], dict[str, float]]:
        starts = payments.fiscal_starts(self.sets)
        result: dict[tuple[str, int, str], dict[str, float]] = {}
        for flow in money.money_flows(self.sets, self.tree):
            spent = flow.amount * self.value[flow.family][flow.key]
            if not spent.any():
                continue
            shares = flow.by_year(self.case.calendar, starts[flow.nation])
            for year, share in shares.items():
                amount = float((share[self.tree.period] * spent).sum())
                if amount > 0:
                    entry = result.setdefault((flow.nation, year, flow.purpose), dict.fromkeys(payments.KINDS, 0.0))
                    entry[flow.kind] += amount
        for (nation, year), amount in money.upkeep_of_year(self.sets).items():
            if amount > 0:
                entry = result.setdefault((nation, year, "support"), dict.fromkeys(payments.KINDS, 0.0))
                for kind in payments.KINDS:
                    entry[kind] += amount
        for (nation, year), amount in payments.placed_payments(self.sets).items():
            entry = result.setdefault((nation, year, "placed"), dict.fromkeys(payments.KINDS, 0.0))
            entry["payments"] += amount
        return result

    def money(self) -> pl.DataFrame:
        """Commitments and payments."""
        rows = [(*key, kinds["commitments"], kinds["payments"]) for key, kinds in sorted(self._money().items())]
        return frame("plan", "money", rows)

    def budgets(self) -> pl.DataFrame:
        """Use of each budget row."""
        spent = self._money()
        rows = []
        for n, b in enumerate(money.budgets(self.sets)):
            used = sum(
                kinds[b.kind]
                for (nation, year, purpose), kinds in spent.items()
                if (nation, year) == (b.nation, b.year) and b.covers(purpose)
            )
            rows.append((b.nation, b.year, b.purpose, b.kind, b.limit, used, float(self.value["over budget"][n].max())))
        return frame("plan", "budgets", rows)

    def shortages(self) -> pl.DataFrame:
        """Everything short, by objective."""
        rows: list[Any] = []
        recipients = self.sets.recipients
        for family, objective in (("below floor", "floors"), ("owed", "pledges"), ("shortfall", "requirement"),
                                  ("unmet", "need"), ("unavailable", "availability")):  # fmt: skip
            for n, key in enumerate(self.programme.variables[family].keys):
                parts = key.split("|")
                if family == "unavailable":
                    parts = [self.sets.fleet_holders[key], key]
                holder, item = (parts[1], parts[2]) if family == "owed" else (parts[0], parts[1])
                name = objective if family != "unmet" or holder in recipients else "own_use"
                if family == "owed":
                    holder = parts[0]
                for node in np.flatnonzero(self.value[family][n] > 0):
                    amount = float(self.value[family][n, node])
                    rows.append((name, holder, item, int(self.tree.period[node]), self.months[node], amount))
        return frame("plan", "shortages", rows)

    def rules_broken(self) -> pl.DataFrame:
        """Hard rules that had to give way."""
        rows: list[Any] = []
        for family, name in (("below minimum", "minimum"), ("over storage", "storage"), ("over budget", "budget")):
            for n, key in enumerate(self.programme.variables[family].keys):
                for node in np.flatnonzero(self.value[family][n] > 0):
                    item = self.sets.lines[key]["item"] if name == "minimum" else (
                        key.split("|")[1] if name == "storage" else None)  # fmt: skip
                    code = key.split("|")[0] if name == "storage" else key
                    amount = float(self.value[family][n, node])
                    rows.append((name, code, item, int(self.tree.period[node]), self.months[node], amount))
        return frame("plan", "rules_broken", rows)

    def passes(self) -> pl.DataFrame:
        """How each pass was solved; the tie-breaking pass has no meaning to a reader and is left out."""
        rows = [
            (p.rank, p.name, p.value, p.unit, p.bound, p.gap, p.status, p.iterations)
            for p in self.solution.passes
            if p.name != "ties"
        ]
        return frame("plan", "passes", rows)
>>>>>>> result
