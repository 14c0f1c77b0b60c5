"""A plan of a given size that nobody solved: every table as long as a plan of so many nations, items and months has it.

For measuring pages only; its figures mean nothing. Codes are those of ``benchmarks.cases``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from benchmarks.cases import PARTNER, START, Size, synthetic_case
from rampart.case.calendar import month_number
from rampart.case.tables import Case
from rampart.catalogues.results import result_tables
from rampart.results.result import Result

LARGE = Size("L", 31, 80, 20, 120)
"""With the partner 32 nations; 100 items, 120 months."""


def large_plan(like: Result, *, size: Size = LARGE, seed: int = 0) -> Result:
    """The plan.

    like  a plan whose words and months fill columns that are no codes and no numbers
    """
    case = synthetic_case(size)
    made = _Made(case, like, np.random.default_rng(seed), size.months)
    items, nations = case["items"]["item"].to_list(), case["nations"]["nation"].to_list()
    members = [n for n in nations if n != PARTNER]
    months = range(size.months)
    contracts = case["contracts"].join(case["lines"].select("line", "item"), on="line")
    of_contracts = {"contract": contracts["contract"].to_list()}
    tables = {
        "periods": made.crossed("periods", {"period": months}),
        "stock": made.crossed("stock", {"holder": nations, "item": items, "period": months}),
        "movements": made.crossed("movements", {"holder": nations, "item": items, "period": months}),
        "demand": made.crossed("demand", {"holder": nations, "item": items[: size.items // 3], "period": months}),
        "production": made.crossed("production", {"line": case["lines"]["line"].to_list(), "period": months}),
        "orders": made.crossed("orders", of_contracts | {"period": months}),
        "transfers": made.crossed("transfers", {"origin": members, "item": items[: size.items // 4], "period": months}),
        "pledges": made.crossed("pledges", {"donor": members, "item": items[:10], "period": months}),
        "shortages": made.crossed("shortages", {"holder": nations, "item": items[: size.items // 4], "period": months}),
        "short": made.crossed("short", {"holder": nations, "item": items}),
        "fill": made.crossed("fill", {"holder": nations, "item": items}),
        "shares": made.crossed("shares", {"holder": nations, "item": items[:10], "period": months}),
        "money": made.crossed("money", {"nation": members, "fiscal_year": range(2025, 2036)}),
        "pegging": made.crossed("pegging", {"item": items, "from_holder": nations, "to_holder": nations[:10]}),
        "donations": made.crossed("donations", {"donor": members, "item": items[:10]}),
        "expansions": made.crossed("expansions", {"expansion": case["expansions"]["expansion"].to_list()}),
        "reasons": made.crossed("reasons", {"holder": nations, "item": items[:20], "rank": range(1, 6)}),
        "decisions": made.crossed("decisions", {"nation": members, "item": items[:20]}),
        "bottlenecks": made.crossed("bottlenecks", {"rank": range(1, 31)}),
    }
    return Result.of("plan", case, tables, dict(like.manifest) | {"status": "optimal", "findings": []})


class _Made:
    """Rows of tables: codes and periods as crossed, all else drawn."""

    def __init__(self, case: Case, like: Result, draw: np.random.Generator, months: int) -> None:
        self.case, self.like, self.draw = case, like, draw
        first = month_number(START)
        self.months = [date((first + n) // 12, (first + n) % 12 + 1, 1) for n in range(months)]
        self.lines = {row["line"]: row for row in case["lines"].iter_rows(named=True)}
        self.contracts = {row["contract"]: row for row in case["contracts"].iter_rows(named=True)}

    def crossed(self, table: str, of: Mapping[str, Any]) -> pl.DataFrame:
        """A row for every way to choose one value of each column."""
        rows = pl.DataFrame({"row": [0]})
        for column, values in of.items():
            rows = rows.join(pl.DataFrame({column: list(values)}), how="cross")
        known = rows.drop("row")
        columns = {}
        for name, column in result_tables("plan")[table].columns.items():
            kind = self.like[table].schema[name]
            columns[name] = known[name].cast(kind) if name in known.columns else self._drawn(table, column, known, kind)
        return pl.DataFrame(columns)

    def _drawn(self, table: str, column: Any, known: pl.DataFrame, kind: Any) -> pl.Series:
        height = known.height
        if column.name == "month" and "period" in known.columns:
            return known["period"].replace_strict(dict(enumerate(self.months)), return_dtype=pl.Date)
        for home, rows in (("contract", self.contracts), ("line", self.lines)):
            if home in known.columns and column.name in ("line", "buyer", "payer", "ship_to", "nation", "item"):
                of = {c: self._of(row, column.name) for c, row in rows.items()}
                return known[home].replace_strict(of, return_dtype=pl.String)
        if kind == pl.Float64:
            return pl.Series(self.draw.lognormal(4.0, 1.5, height).round(1))
        if kind == pl.Date:
            return pl.Series([self.months[n] for n in self.draw.integers(0, len(self.months), height)])
        if kind == pl.Boolean:
            return pl.Series(self.draw.integers(0, 2, height).astype(bool))
        if kind.is_integer():
            return pl.Series(np.arange(1, height + 1)).cast(kind)
        if column.type == "code" and column.reference:
            home = column.reference[0]
            codes = self.case[home][self.case[home].columns[0]].to_list() or [None]
            return pl.Series([codes[n] for n in self.draw.integers(0, len(codes), height)], dtype=pl.String)
        seen = self.like[table][column.name].to_list() or [None]
        return pl.Series([seen[n] for n in self.draw.integers(0, len(seen), height)], dtype=kind)

    def _of(self, row: Mapping[str, Any], name: str) -> str | None:
        value: str | None = row.get(name) or (self.lines[row["line"]].get(name) if "line" in row else None)
        return value if value is not None or name not in ("payer", "ship_to") else row.get("buyer")
