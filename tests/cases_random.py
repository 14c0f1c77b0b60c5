"""Small random cases that are valid by the catalogue: every table may have rows, every rule may bind.

``random_case`` draws from a given source of chance, so that Hypothesis can shrink what it finds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case, dtype_of
from rampart.catalogues.inputs import tables

Row = dict[str, Any]
START = "2024-03"
MEMBERS = ("AAA", "BBB")
PARTNER = "UUU"
ENDS = ("shell", "missile")
PARTS = ("fuze", "powder")
LATER = (
    *("bills", "stocks", "storage", "requirements", "rates", "resources", "expansions"),
    *("contracts", "deliveries", "demand", "market", "routes", "budgets", "priorities"),
)


def make_case(settings: Mapping[str, str], rows: Mapping[str, Sequence[Row]]) -> Case:
    """A case from rows by table; columns left out are blank."""
    frames = {}
    for name, table in tables().items():
        if name == "settings":
            pairs = {"title_en": "Random", "currency": "EUR", "money_unit": "one", **settings}
            frames[name] = pl.DataFrame(
                {"setting": list(pairs), "value": list(pairs.values())},
                schema={"setting": pl.String, "value": pl.String},
            )
            continue
        schema = {c.name: dtype_of(c) for c in table.columns.values()}
        given = [{c: row.get(c) for c in schema} for row in rows.get(name, [])]
        unknown = {c for row in rows.get(name, []) for c in row} - set(schema)
        assert not unknown, f"{name}: {unknown}"
        frames[name] = pl.DataFrame(given, schema=schema, strict=False)
    return Case(tables=frames)


def war_case(chance: Random, *, called_upon: bool = False) -> Case:
    """One random case with levels of need, weights that change, and where drawn beliefs of the war."""
    drawn = _Draw(chance, whole=False)
    drawn.case(called_upon=called_upon)
    return drawn.with_war()


def cases(*, whole: bool = False) -> st.SearchStrategy[Case]:
    """Random cases; with ``whole`` also lots, set-ups and whole expansions."""
    return st.randoms(use_true_random=False).map(lambda chance: random_case(chance, whole=whole))


def random_case(chance: Random, *, whole: bool = False, called_upon: bool = False) -> Case:
    """One random case; with ``called_upon`` some holders state the chance that what they must hold is called upon."""
    return _Draw(chance, whole).case(called_upon=called_upon)


class _Draw:
    """Draws the tables one after the other; later tables refer to earlier ones."""

    def __init__(self, chance: Random, whole: bool) -> None:
        self.c = chance
        self.whole = whole
        self.months = chance.randint(4, 6 if whole else 9)
        self.rows: dict[str, list[Row]] = {}
        self.ends = ENDS[: chance.randint(1, 2)]
        self.parts = PARTS[: chance.randint(0, 2)]
        self.items = (*self.ends, *self.parts)
        self.placed_on: set[str] = set()

    def month(self, low: int = 0, high: int | None = None) -> str:
        """A month of the plan, counted from its first."""
        high = self.months - 1 if high is None else high
        return month_text(month_number(START) + self.c.randint(low, max(low, high)))

    def often(self, share: float = 0.5) -> bool:
        """True with a given chance."""
        return self.c.random() < share

    def maybe(self, value: Any, share: float = 0.5) -> Any:
        """The value or a blank."""
        return value if self.often(share) else None

    def case(self, *, called_upon: bool = False) -> Case:
        """All tables."""
        self.rows["calendar"] = self.calendar()
        self.rows["postures"] = [{"posture": p, "name_en": p} for p in ("here", "there")]
        self.rows["nations"] = self.nations()
        self.rows["items"] = self.article()
        self.rows["orders"] = self.orders()
        self.rows["lines"] = self.lines()
        for table in LATER:
            self.rows[table] = getattr(self, table)()
        self.rows["uses"] = self.uses()
        self.rows["agreed"] = self.agreed()
        self.rows["elsewhere"] = self.elsewhere()
        end = month_text(month_number(START) + self.months - 1)
        settings = {"start": START, "end": end, **self.c.choice([{}, {"posture": "here"}]), **self.obligations()}
        if self.whole:
            settings["decide_now"] = self.c.choice(["2", "12"])
        for item in self.rows["items"] if self.whole else ():
            item["kind"] = self.c.choice([item["kind"], "system"])
            item["multiple"] = self.maybe(self.c.choice([0.5, 3.0]), 0.2)
        if called_upon:  # drawn behind what came before it, so that this is as without
            settings |= self.called_upon()
        for contract in self.rows["contracts"]:
            contract["later"] = self.maybe(self.c.choice([1, 2]), 0.15)
        for order in self.rows["orders"]:
            order["inputs"] = self.c.choice([None, "supplied", "drawn", "drawn"])
        return make_case(settings, self.rows)

    def called_upon(self) -> dict[str, str]:
        """Chances of being called upon, need ranked somewhere, and what a unit at home is worth."""
        chance = {pair: self.maybe(self.c.choice([0.0, 0.01, 0.1, 0.5]), 0.8) for pair in self._held()}
        rows = self.rows["requirements"]
        self.rows["requirements"] = [r | {"called_upon": chance[r["holder"], r["item"]]} for r in rows]
        ranked = self.rows["priorities"]
        if not any(r["objective"] == "need" for r in ranked):
            ranked.append({"rank": len(ranked) + 1, "objective": "need", "tolerance": 0.0})
        stated = {"worth_at_home": self.c.choice(["1", "10", "60"]), "urgency": self.c.choice(["0.1", "0"])}
        for row in self.rows["requirements"]:
            row["if_called"] = self.maybe(self.c.choice([0.0, 30.0, 200.0]), 0.2)
        return stated

    def _held(self) -> list[tuple[str, str]]:
        return sorted({(r["holder"], r["item"]) for r in self.rows["requirements"]})

    def with_war(self) -> Case:
        """The same with levels, weights by row, worths, regimes."""
        settings = {}
        needs = self.rows["demand"]
        for row in needs:
            row["weight"] = self.c.choice([0.5, 1.0, 3.0])
        for row in self.rows["items"]:
            row["worth"] = self.maybe(7.0, 0.3)
        if self.often(0.6):
            settings["regime"] = "war"
            self.rows["regimes"] = [{"regime": r, "ends": r == "over"} for r in ("war", "push", "over")]
            chances = {("war", "push"): 0.2, ("war", "over"): 0.1, ("push", "war"): 0.4}
            self.rows["transitions"] = [
                {"from_regime": a, "to_regime": b, "probability": p} for (a, b), p in chances.items()
            ]
            more = [r | {"regime": "push", "need": 1.6 * r["need"]} for r in needs if r["purpose"] == "operations"]
            self.rows["demand"] = needs + more + [r | {"regime": "over", "need": 0.0} for r in more if self.often()]
        levels = []
        for row in {(r["holder"], r["item"], r["purpose"]): r for r in needs if not r["late"]}.values():
            if self.often(0.6):
                of = {"holder": row["holder"], "item": row["item"], "purpose": self.maybe(row["purpose"])}
                levels.append(of | {"level": "essential", "share": self.c.choice([0.3, 0.6])})
                if self.often(0.4):
                    levels.append(of | {"level": "required", "worth": 0.4})
                if self.often(0.4):
                    levels.append(of | {"level": "desired", "share": 1.5})
        self.rows["levels"] = levels
        end = month_text(month_number(START) + self.months - 1)
        return make_case({"start": START, "end": end, **settings}, self.rows)

    def obligations(self) -> Row:
        """How pledges fall due, who owes compensation, and what is only planned; drawn last, so that what was drawn
        before they were there is drawn as it was.
        """
        for row in self.rows["deliveries"]:
            if row["status"] == "pledged" and self.often(0.3):
                row["from"] = row["month"]
            if self.often(0.6):
                row |= {"backfill_by": self.c.choice(MEMBERS), "backfill_due": self.month()}
                row["backfill_quantity"] = self.maybe(float(self.c.randint(1, 10)), 0.3)
        if self.often(0.6):
            at = self.c.randint(0, len(self.rows["priorities"]))
            self.rows["priorities"].insert(at, {"objective": "backfill", "tolerance": 0.0})
            for rank, row in enumerate(self.rows["priorities"], 1):
                row["rank"] = rank
        for row in self.rows["orders"]:
            row["state"] = self.maybe(self.c.choice(["planned", "funded"]), 0.2)
        return {"count_planned": "yes"} if self.often(0.3) else {}

    def calendar(self) -> list[Row]:
        kind = self.c.choice(["months", "mixed", "quarters"])
        if kind == "months":
            return []
        if kind == "quarters":
            return [{"from": START, "step": self.c.choice([2, 3])}]
        return [{"from": START, "step": 1}, {"from": self.month(1, 3), "step": 3}]

    def nations(self) -> list[Row]:
        roles = [*((n, "member") for n in MEMBERS), (PARTNER, "recipient"), ("SSS", "supplier")]
        start = [1, 4, 10]
        return [{"nation": n, "name_en": n, "role": r, "fiscal_year_start": self.c.choice(start)} for n, r in roles]

    def article(self) -> list[Row]:
        result = []
        for item in self.items:
            kind = "component" if item in self.parts else "munition"
            result.append(
                {"item": item, "name_en": item, "kind": kind, "unit": "units"}
                | {"shelf_life": self.maybe(self.c.randint(1, 5), 0.3), "price": self.c.choice([4.0, 10.0])}
                | {"holding_cost": self.c.choice([0.0, 0.1, 0.25])}
            )
        return result

    def orders(self) -> list[Row]:
        result = {}
        for _ in range(self.c.randint(0, 3)):
            row = {"buyer": self.c.choice(MEMBERS), "item": self.c.choice(self.items)}
            row["line"] = self.maybe(f"{row['item']}-1")
            row |= {"ship_to": self.maybe(PARTNER, 0.3), "month": self.month(0, self.months + 1)}
            row |= {"quantity": float(self.c.randint(1, 12)), "due": self.maybe(3.0)}
            result[tuple(str(row[k]) for k in ("buyer", "item", "line", "ship_to", "month"))] = row
            self.placed_on.add(str(row["line"]))
        return list(result.values())

    def lines(self) -> list[Row]:
        second = [item for item in self.ends if self.often(0.3)]
        codes = [(f"{item}-1", item) for item in self.items] + [(f"{item}-2", item) for item in second]
        return [self.line(code, item) for code, item in codes]

    def line(self, code: str, item: str) -> Row:
        per = self.c.choice(["month", "year"])
        scale = 12.0 if per == "year" else 1.0
        hot = self.c.choice(["hot", "hot", "warm", "cold"])
        row: Row = {"line": code, "nation": self.c.choice(MEMBERS), "item": item, "state": hot}
        row |= {"rate_per": per, "min_rate": self.maybe(2.0 * scale, 0.3)}
        row |= {"max_rate": self.c.choice([5.0, 8.0, 20.0, math.inf]) * scale}
        row |= {"admin_lead_time": self.c.choice([0, 0.5, 1]), "lead_time": self.c.choice([0, 1, 1.5, 2])}
        row |= {"lead_time_initial": 3.0 if hot == "cold" else None, "yield": self.c.choice([1.0, 0.8])}
        row |= {"unit_cost": self.maybe(self.c.choice([2.0, 5.0]))}
        if code not in self.placed_on:  # a jump of placed orders would break any ramp
            row["ramp"] = self.maybe(self.c.choice([1.0, 3.0]), 0.25)
        if self.whole:
            row |= {"lot": self.maybe(self.c.choice([3.0, 4.0]), 0.4), "setup_cost": self.maybe(7.0, 0.4)}
        if self.often(0.2):
            row |= {"from": self.maybe(self.month(0, 2)), "until": self.maybe(self.month(self.months - 2))}
        return row

    def rates(self) -> list[Row]:
        result = []
        for line in self.rows["lines"]:
            if self.often(0.25):
                faster = line["max_rate"] + 12
                result.append({"line": line["line"], "from": self.month(1), "max_rate": self.maybe(faster)})
                result[-1]["unit_cost"] = self.maybe(6.0)
        return result

    def bills(self) -> list[Row]:
        pairs = [(e, p) for e in self.ends for p in self.parts if self.often(0.7)]
        if len(self.parts) == 2 and self.often():
            pairs.append(self.parts)
        lags = [0.0, 0.5, 1.0, 2.0]
        return [
            {
                "item": i,
                "component": k,
                "quantity": self.c.choice([0.5, 1.0, 2.0]),
                "offset": self.c.choice(lags),
            }
            for i, k in pairs
        ]

    def stocks(self) -> list[Row]:
        result = []
        for holder in (*MEMBERS, PARTNER):
            for item in self.items:
                if self.often(0.6):
                    row = {"holder": holder, "item": item, "quantity": float(self.c.randint(0, 30))}
                    row |= {
                        "lot": self.maybe(self.month(-4, 0)),
                        "condition": self.maybe("unserviceable", 0.1),
                    }
                    result.append(row)
        return result

    def storage(self) -> list[Row]:
        result = []
        for holder in MEMBERS:
            for item in self.items:
                if self.often(0.3):
                    row = {"holder": holder, "item": item, "limit": self.c.choice([10.0, 25.0, math.inf])}
                    row |= {"holding_cost": self.maybe(0.2)}
                    if row["limit"] < math.inf:  # else what to make of a line without a limit has no bound
                        row |= {"end_value": self.maybe(1.0)}
                    result.append(row)
        return result

    def requirements(self) -> list[Row]:
        result = []
        for holder in MEMBERS:
            for item in self.ends:
                layers = self.c.sample(["floor", "days_of_supply", "residual", "training", "stated"], 2)
                for layer in layers:
                    row: Row = {"holder": holder, "item": item, "layer": layer}
                    row["posture"] = self.maybe(self.c.choice(["here", "there"]), 0.3)
                    row["quantity"] = float(self.c.randint(2, 25))
                    if layer == "days_of_supply":
                        row |= {"quantity": None, "daily_rate": 0.5, "days": float(self.c.randint(5, 40))}
                    result.append(row)
                    if self.often(0.3):
                        later = float(self.c.randint(0, 40))
                        result.append(row | {"from": self.month(1), "quantity": later})
        return result

    def resources(self) -> list[Row]:
        if self.often():
            return []
        row: Row = {"resource": "hall", "capacity": self.c.choice([6.0, 15.0, math.inf])}
        row["cost"] = self.c.choice([0.0, 0.5])
        changed = row | {"from": self.month(1), "capacity": 9.0}
        return [row, changed] if self.often() else [row]

    def uses(self) -> list[Row]:
        if not self.rows["resources"]:
            return []
        users = [{"line": r["line"]} for r in self.rows["lines"] if self.often(0.6)]
        users += [{"expansion": r["expansion"]} for r in self.rows["expansions"] if self.often()]
        lags = [0.0, 1.0] if self.often() else [0.0]
        rows: list[Row] = [
            {"resource": "hall", "quantity": self.c.choice([0.5, 1.0]), "offset": self.c.choice(lags), **user}
            for user in users
        ]
        for row in rows:
            if self.whole and "line" in row:
                row["setup"] = self.maybe(2.0, 0.4)
        return rows

    def expansions(self) -> list[Row]:
        result = []
        for number in range(self.c.randint(0, 2)):
            line = self.c.choice(self.rows["lines"])
            row: Row = {"expansion": f"more-{number}", "line": line["line"]}
            row["added_rate"] = 2.0 * (12.0 if line["rate_per"] == "year" else 1.0)
            row |= {"cost": self.c.choice([15.0, 40.0]), "construction": self.c.choice([1.0, 1.5, 2.0])}
            row |= {"ramp": self.maybe(3.0, 0.3), "whole": self.whole and self.often()}
            row |= {"max_units": self.c.choice([1.0, 3.0]), "earliest": self.maybe(self.month(0, 1), 0.2)}
            row |= {"latest": self.maybe(self.month(1), 0.3), "payer": self.maybe("BBB", 0.3)}
            row |= {"life": self.maybe(24, 0.5), "end_value": self.maybe(5.0, 0.3)}
            result.append(row)
            if self.parts and self.often(0.4):
                part = {
                    "expansion": row["expansion"],
                    "component": self.parts[0],
                    "quantity": 1.0,
                    "offset": 1.0,
                }
                self.rows["bills"].append(part)
        return result

    def contracts(self) -> list[Row]:
        result = []
        for line in self.rows["lines"]:
            for buyer in self.c.sample(MEMBERS, self.c.choice([0, 0, 1, 2])):
                row: Row = {"contract": f"{line['line']}-for-{buyer}", "line": line["line"], "buyer": buyer}
                row |= {"payer": self.maybe("AAA", 0.2), "ship_to": self.maybe(PARTNER, 0.2)}
                row |= {"price": self.maybe(self.c.choice([3.0, 6.0])), "advance": self.c.choice([0.0, 0.4])}
                row |= {"admin_lead_time": self.maybe(1.0, 0.3), "from": self.maybe(self.month(0, 1), 0.2)}
                row |= {
                    "until": self.maybe(self.month(2), 0.2),
                    "max_quantity": self.c.choice([20.0, math.inf]),
                }
                result.append(row)
        return result

    def deliveries(self) -> list[Row]:
        result = []
        for status in ("pledged", "pledged", "in_transit", "delivered", "contracted"):
            if self.often(0.4):
                row = {
                    "donor": self.c.choice(MEMBERS),
                    "recipient": PARTNER,
                    "item": self.c.choice(self.ends),
                }
                row |= {"status": status, "quantity": float(self.c.randint(1, 20))}
                row["month"] = self.month(-3, -1) if status == "delivered" else self.month()
                result.append(row)
        keys = ("donor", "item", "status", "month")
        return list({tuple(r[k] for k in keys): r for r in result}.values())

    def demand(self) -> list[Row]:
        result = []
        for holder, purpose in ((PARTNER, "operations"), ("AAA", "training"), ("BBB", "sale")):
            for item in self.ends:
                if self.often(0.3) and holder != PARTNER:
                    continue
                per = self.c.choice(["month", "year"])
                need = float(self.c.randint(1, 9)) * (12 if per == "year" else 1)
                row: Row = {"holder": holder, "item": item, "purpose": purpose, "rate_per": per, "need": need}
                row |= {"late": self.often(0.4), "late_cost": 0.5, "unmet_cost": self.c.choice([0.0, 8.0])}
                row |= {"price": self.c.choice([0.0, 5.0]), "weight": self.c.choice([1.0, 2.0])}
                row["until"] = self.maybe(self.month(2), 0.2)
                result.append(row)
                if self.often(0.3):
                    result.append(row | {"from": self.month(1), "until": None, "need": need * 1.5})
        return result

    def market(self) -> list[Row]:
        result = []
        for number in range(self.c.randint(0, 2)):
            row: Row = {"offer": f"offer-{number}", "seller": "SSS", "item": self.c.choice(self.items)}
            row |= {"buyer": self.maybe("BBB"), "quantity": float(self.c.randint(5, 30))}
            row |= {"max_rate": self.c.choice([4.0, math.inf]), "price": self.c.choice([8.0, 20.0])}
            row |= {"delay": self.c.choice([0.0, 1.0, 1.5]), "from": self.maybe(self.month(0, 2), 0.3)}
            result.append(row | {"until": self.maybe(self.month(2), 0.3)})
        return result

    def routes(self) -> list[Row]:
        result = []
        for origin, destination in (("AAA", PARTNER), ("BBB", PARTNER), ("AAA", "BBB"), ("BBB", "AAA")):
            if self.often(0.7):
                named = self.often()
                for item in self.ends if named else (None,):
                    row: Row = {"origin": origin, "destination": destination, "item": item}
                    row |= {"months": self.c.choice([0.0, 0.5, 1.0, 2.0]), "cost": self.c.choice([0.1, 0.5])}
                    result.append(row | {"capacity": self.c.choice([3.0, 10.0, math.inf])})
        return result

    def budgets(self) -> list[Row]:
        result = []
        for nation in MEMBERS:
            for purpose in ("all", "procurement", "capacity"):
                for year in (2024, 2025):
                    if self.often(0.2):
                        limits = [20.0, 60.0, 150.0, math.inf]
                        row = {"nation": nation, "fiscal_year": year, "purpose": purpose}
                        row |= {k: self.c.choice(limits) for k in ("commitments", "payments")}
                        result.append(row)
        return result

    def priorities(self) -> list[Row]:
        names = ["floors", "pledges", "need", "own_use", "requirement"]
        self.c.shuffle(names)
        names = names[: self.c.randint(1, 5)]
        names.insert(len(names) if self.often(0.8) else self.c.randint(0, len(names)), "money")
        choices = [0.0, 0.0, 0.01]
        return [{"rank": i + 1, "objective": name, "tolerance": self.c.choice(choices)} for i, name in enumerate(names)]

    def agreed(self) -> list[Row]:
        result: dict[tuple[str, str, Any, str], Row] = {}
        for _ in range(self.c.randint(1, 4) if self.often(0.3) else 0):
            row: Row = {"holder": self.c.choice(MEMBERS), "item": self.c.choice(self.items), "month": self.month(-1)}
            row |= {"to": self.maybe("SSS"), "quantity": float(self.c.randint(0, 6)), "cost": self.c.choice([0.0, 0.2])}
            result[row["holder"], row["item"], row["to"], row["month"]] = row
        return list(result.values())

    def elsewhere(self) -> list[Row]:
        if not self.often(0.3):
            return []
        rows = [{"item": item, "missing": self.c.choice([0.0, 0.2, 0.6])} for item in self.ends]
        return [*rows, {"item": self.ends[0], "from": self.month(1), "missing": 0.3}]
