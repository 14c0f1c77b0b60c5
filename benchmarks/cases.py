"""Synthetic cases of a given size: nations x items x months, all tables that make a plan large."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import polars as pl

from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case, dtype_of
from rampart.catalogues.inputs import tables

Row = dict[str, Any]
START = "2025-01"
PARTNER, SELLER = "PPP", "SSS"


@dataclass(frozen=True)
class Size:
    """Members, end items, components (half of them of the second tier) and months."""

    name: str
    nations: int
    items: int
    components: int
    months: int


SIZES = {
    size.name: size
    for size in (
        Size("XS", 3, 4, 4, 12),
        Size("S", 5, 10, 7, 24),
        Size("Q", 8, 18, 12, 48),
        Size("M", 14, 40, 24, 60),
    )
}


def synthetic_case(size: Size, *, seed: int = 0) -> Case:
    """A case of the size; the same for a seed."""
    draw = _Draw(size, Random(f"{size.name}-{seed}"))
    frames = {}
    for name, table in tables().items():
        schema = {c.name: dtype_of(c) for c in table.columns.values()}
        if name == "settings":
            schema = {"setting": pl.String, "value": pl.String}
        made = vars(_Draw).get(name)
        rows = [{column: row.get(column) for column in schema} for row in (made(draw) if made else ())]
        frames[name] = pl.DataFrame(rows, schema=schema, strict=False)
    return Case(tables=frames)


class _Draw:
    """One method a table; tables without a method stay empty. Everything that states a fact is "made", assumed."""

    def __init__(self, size: Size, chance: Random) -> None:
        self.size, self.chance = size, chance
        self.members = [f"N{n:02d}" for n in range(size.nations)]
        self.ends = [f"item-{n:02d}" for n in range(size.items)]
        first = (size.components + 1) // 2
        self.parts = [f"part-{n:02d}" for n in range(first)]
        self.raws = [f"raw-{n:02d}" for n in range(size.components - first)]
        # monthly rate of each item: from tens to thousands, as missiles and shells differ
        self.rate = {item: 10.0 ** chance.uniform(1, 3) for item in self.ends}
        self.made = [(f"{item}-{k}", item, chance.choice(self.members)) for item in self.ends for k in range(3)]
        self.made += [(f"{p}-{k}", p, chance.choice(self.members)) for p in self.parts for k in range(2)]
        self.made += [(f"{r}-0", r, chance.choice(self.members)) for r in self.raws]
        self.of_end = {item: [chance.choice(self.parts), chance.choice(self.parts)] for item in self.ends}
        self.of_part = {part: chance.choice(self.raws) for part in self.parts}
        for part in self.parts:
            users = [item for item, parts in self.of_end.items() if part in parts]
            self.rate[part] = sum(self.rate[item] for item in users) or 50.0
        for raw in self.raws:
            users = [part for part, used in self.of_part.items() if used == raw]
            self.rate[raw] = sum(self.rate[part] for part in users) or 50.0
        self.price = {item: 10.0 ** chance.uniform(3, 5) for item in self.ends}

    def month(self, offset: int) -> str:
        return month_text(month_number(START) + offset)

    def around(self, value: float) -> float:
        """Within a third of the value, rounded so that files stay short."""
        return float(f"{value * self.chance.uniform(0.67, 1.33):.4g}")

    def settings(self) -> list[Row]:
        given = {
            "title_en": f"Synthetic case {self.size.name}", "start": START, "end": self.month(self.size.months - 1),
            "currency": "EUR", "money_unit": "million", "posture": "home",
        }  # fmt: skip
        return [{"setting": name, "value": value} for name, value in given.items()]

    def sources(self) -> list[Row]:
        return [{"source": "made", "title": "Made for the benchmark"}]

    def postures(self) -> list[Row]:
        return [{"posture": "home", "name_en": "Home"}]

    def nations(self) -> list[Row]:
        roles = [(n, "member") for n in self.members] + [(PARTNER, "recipient"), (SELLER, "supplier")]
        return [
            {"nation": n, "name_en": n, "role": role, "fiscal_year_start": self.chance.choice([1, 4, 10]), **FACT}
            for n, role in roles
        ]

    def items(self) -> list[Row]:
        ends = [{"item": i, "kind": "munition", "price": self.price[i]} for i in self.ends]
        parts = [{"item": i, "kind": "component"} for i in (*self.parts, *self.raws)]
        life = {item: 120 for item in self.ends[::5]}
        return [
            {"name_en": row["item"], "unit": "units", "shelf_life": life.get(row["item"]), **row, **FACT}
            for row in (*ends, *parts)
        ]

    def stocks(self) -> list[Row]:
        held = [(n, i) for n in self.members for i in self.ends] + [(PARTNER, i) for i in self.ends]
        rows = [
            {"holder": n, "item": i, "quantity": self.around(6 * self.rate[i] / self.size.nations)} for n, i in held
        ]
        rows += [{"holder": n, "item": i, "quantity": self.around(self.rate[i])} for _, i, n in self.inner()]
        return [row | {"lot": self.month(-self.chance.randrange(36))} | FACT for row in rows]

    def inner(self) -> list[tuple[str, str, str]]:
        """One line of each component."""
        return list({item: line for line in self.made if (item := line[1]) not in self.rate_of_ends}.values())

    @property
    def rate_of_ends(self) -> set[str]:
        return set(self.ends)

    def requirements(self) -> list[Row]:
        rows = []
        for holder in self.members:
            for item in self.ends:
                daily = self.around(self.rate[item] / self.size.nations / 6)
                need = {"layer": "days_of_supply", "daily_rate": daily, "days": 90.0}
                rows += [
                    {"holder": holder, "item": item, "posture": "home", **need},
                    {"holder": holder, "item": item, "layer": "floor", "quantity": daily * 20},
                ]
        return [row | FACT for row in rows]

    def lines(self) -> list[Row]:
        rows = []
        for code, item, nation in self.made:
            full = self.rate[item] * (0.5 if item in self.of_end else 1.1)
            yearly = self.chance.random() < 0.3
            rows.append(
                {
                    "line": code, "nation": nation, "item": item, "state": "hot", "rate_per": "year" if yearly else "month",
                    "max_rate": self.around(full * (12 if yearly else 1)),
                    "admin_lead_time": 3.0 if item in self.of_end else 0.0,
                    "lead_time": float(self.chance.choice([6, 9, 12.5])) if item in self.of_end else 2.0,
                    "ramp": self.around(full / 4) if self.chance.random() < 0.5 else None,
                    "unit_cost": None if item in self.of_end else 0.0, **FACT,
                }
            )  # fmt: skip
        return rows

    def expansions(self) -> list[Row]:
        rows = []
        for line in self.lines():
            if self.chance.random() < 0.5:
                added = float(f"{line['max_rate'] / 4:.4g}")
                rows.append(
                    {
                        "expansion": f"more-{line['line']}", "line": line["line"], "added_rate": added, "cost": self.around(20),
                        "construction": float(self.chance.choice([9, 12, 18])), "ramp": 6.0, "whole": False, "max_units": 4.0,
                        "life": 120.0, **FACT,
                    }
                )  # fmt: skip
        return rows

    def bills(self) -> list[Row]:
        rows = []
        for item, parts in self.of_end.items():
            rows += [{"item": item, "component": part, "quantity": 1.0, "offset": 3.0} for part in set(parts)]
        rows += [{"item": p, "component": raw, "quantity": 1.0, "offset": 2.0} for p, raw in self.of_part.items()]
        return [row | FACT for row in sorted(rows, key=lambda r: (r["item"], r["component"]))]

    def contracts(self) -> list[Row]:
        rows = []
        for code, item, nation in self.made:
            if item not in self.of_end:
                continue
            other = self.chance.choice(self.members)
            for buyer, to in {(nation, None), (other, None), (nation, PARTNER)}:
                rows.append(
                    {
                        "contract": f"{code}-{buyer}-{to or buyer}", "line": code, "buyer": buyer, "ship_to": to,
                        "advance": 0.3, "max_quantity": math.inf, **FACT,
                    }
                )  # fmt: skip
        return sorted(rows, key=lambda r: r["contract"])

    def orders(self) -> list[Row]:
        rows = []
        for code, item, nation in self.made:
            if item in self.of_end:
                rows += [
                    {
                        "buyer": nation,
                        "item": item,
                        "line": code,
                        "month": self.month(m),
                        "quantity": self.around(self.rate[item] / 5),
                    }
                    for m in range(6)
                ]
        return [row | FACT for row in rows]

    def deliveries(self) -> list[Row]:
        rows = []
        for item in self.ends[::3]:
            for donor in self.chance.sample(self.members, 2):
                rows.append(
                    {
                        "donor": donor, "recipient": PARTNER, "item": item, "status": "pledged",
                        "month": self.month(self.chance.randrange(6, 18)), "quantity": self.around(self.rate[item]), **FACT,
                    }
                )  # fmt: skip
        return rows

    def demand(self) -> list[Row]:
        rows = [
            {
                "holder": PARTNER,
                "item": i,
                "purpose": "operations",
                "rate_per": "month",
                "need": self.around(self.rate[i]),
            }
            for i in self.ends
        ]
        for holder in self.members:
            for item in self.chance.sample(self.ends, len(self.ends) // 3):
                need = self.around(self.rate[item] / self.size.nations / 2)
                rows.append({"holder": holder, "item": item, "purpose": "training", "rate_per": "year", "need": need})
        return [row | FACT for row in rows]

    def market(self) -> list[Row]:
        return [
            {
                "offer": f"offer-{item}", "seller": SELLER, "item": item, "buyer": self.chance.choice(self.members),
                "quantity": self.around(10 * self.rate[item]), "max_rate": self.around(self.rate[item]),
                "price": 2 * self.price[item], "delay": 2.0, **FACT,
            }
            for item in self.ends[::4]
        ]  # fmt: skip

    def routes(self) -> list[Row]:
        rows = [
            {"origin": n, "destination": PARTNER, "item": i, "months": 1.0, "capacity": math.inf, "cost": 20.0}
            for n in self.members
            for i in self.ends
        ]
        rows += [
            {"origin": a, "destination": b, "item": part, "months": 1.0, "capacity": math.inf, "cost": 1.0}
            for part in (*self.parts, *self.raws)
            for a, b in self._part_links(part)
        ]
        return [row | FACT for row in rows]

    def _part_links(self, part: str) -> Iterator[tuple[str, str]]:
        """From every nation that makes the component to every one whose lines take it."""
        takers = [item for item, parts in self.of_end.items() if part in parts]
        takers += [p for p, raw in self.of_part.items() if raw == part]
        makers = sorted({nation for _, item, nation in self.made if item == part})
        needing = sorted({nation for _, item, nation in self.made if item in takers})
        yield from ((a, b) for a in makers for b in needing if a != b)

    def budgets(self) -> list[Row]:
        years = range(int(START[:4]), int(START[:4]) + self.size.months // 12 + 2)
        spend = sum(self.rate[i] * self.price[i] for i in self.ends) * 12 / 1e6 / self.size.nations
        return [
            {
                "nation": n, "fiscal_year": year, "purpose": "all", "commitments": self.around(1.5 * spend),
                "payments": self.around(1.2 * spend), **FACT,
            }
            for n in self.members
            for year in years
        ]  # fmt: skip

    def priorities(self) -> list[Row]:
        order = ("floors", "pledges", "need", "own_use", "requirement", "money")
        return [{"rank": n + 1, "objective": name, "tolerance": 0.0} for n, name in enumerate(order)]


FACT = {"source": "made", "grade": "assumed"}
