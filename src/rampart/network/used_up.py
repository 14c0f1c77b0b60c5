"""What decisions of before the start used up: contracts, offers and expansions are less by it, and budgets by its money.

A limit is made less only where the case states what the plan was made with: else it says what is left already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from rampart.case.calendar import month_number
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.findings import Finding
from rampart.network.keys import Limit
from rampart.network.lags import shifts
from rampart.network.payments import KINDS, BudgetLimit, fiscal_starts, fiscal_year
from rampart.network.ways import Row
from rampart.network.ways_taken import NOTHING, WaysTaken, arriving

USED = {
    "contracts": ("contract", "max_quantity"),
    "market": ("offer", "quantity"),
    "expansions": ("expansion", "max_units"),
}
"""Tables that say how much there may be of something: their key and column."""
Money = tuple[str, str, str, int, float]
"""Kind, nation, purpose, month and money units of what is committed or paid."""


class UsedUp:
    """Limits and budgets of a case, less by what was decided before its start.

    own, older  decisions of the plan before, and those that it had in hand itself: rows of ``taken``, a month each
    delivered   placed orders of the case before that have come since, and were paid on delivery
    at_means    orders are committed at the mean price of their period, as the plan before counts them, and not at that of
                each month
    """

    def __init__(
        self, case: Case, ways: WaysTaken, own: Sequence[Row], older: Sequence[Row], delivered: Sequence[Row] = (), *,
        at_means: bool = False,
    ) -> None:  # fmt: skip
        self.case, self.ways, self.own, self.older, self.delivered = case, ways, own, older, delivered
        self.at_means = at_means
        self.start = month_number(str(case.settings["start"]))
        self.findings: list[Finding] = []

    def tables(self) -> dict[str, pl.DataFrame]:
        """Tables that change; ``findings`` then says what was used."""
        found = {}
        for name, (key, column) in USED.items():
            own, older = ({(k,): v for k, v in used(rows, key).items()} for rows in (self.own, self.older))
            if (less := self._less(name, (key,), own, older, column)) is not None:
                found[name] = less
        frame, starts = self.case.tables["budgets"], fiscal_starts(self.ways.network)
        keys = ("nation", "fiscal_year", "purpose")
        for kind in KINDS:
            until, at_means = self.case.calendar.last, self.at_means
            own = self._spent((*self._money_of(self.own, until, at_means=at_means), *self._paid()), kind, starts)
            older = self._spent(self._money_of(self.older, until), kind, starts)
            less = self._less("budgets", keys, own, older, kind, found.get("budgets", frame))
            found |= {} if less is None else {"budgets": less}
        return found

    def before_start(self, first: int) -> dict[tuple[str, int, str], float]:
        """Money of the months from a first one to the start, by nation, fiscal year and kind."""
        found: dict[tuple[str, int, str], float] = {}
        starts = fiscal_starts(self.ways.network)
        for kind, nation, _, month, amount in (*self._money_of((*self.own, *self.older)), *self._paid()):
            if first <= month < self.start:
                key = (nation, fiscal_year(month, starts[nation]), kind)
                found[key] = found.get(key, 0.0) + amount
        return found

    def _spent(self, money: Iterable[Money], kind: str, starts: Mapping[str, int]) -> dict[tuple[Any, ...], float]:
        """Money of each budget of a year that is not over."""
        by_year: dict[tuple[str, int, str], float] = {}
        for what, nation, purpose, month, amount in money:
            year = fiscal_year(month, starts[nation])
            if what == kind and year >= fiscal_year(self.start, starts[nation]):
                by_year[nation, year, purpose] = by_year.get((nation, year, purpose), 0.0) + amount
        found: dict[tuple[Any, ...], float] = {}
        for nation, of, purpose in self.case.tables["budgets"].select("nation", "fiscal_year", "purpose").iter_rows():
            covers = BudgetLimit(Limit(nation, of, purpose or "all", kind), 0.0, 0).covers
            found[nation, of, purpose] = sum(
                m for (n, year, what), m in by_year.items() if (n, year) == (nation, of) and covers(what)
            )
        return found

    def _money_of(self, rows: Iterable[Row], until: float = math.inf, *, at_means: bool = False) -> Iterator[Money]:
        """Commitments and payments that follow decisions, but for what is due on placed orders from the start on.

        until  last month of delivery of what counts of orders: that of the plan, which counts no money beyond
        """
        unit = self.ways.case.money_unit
        for row in rows:
            month, quantity = month_number(row["month"]), row["quantity"]
            if row["kind"] == "order":
                yield from self._money_of_order(row, until, at_means)
            elif row["kind"] == "expansion":
                e = self.ways.expansions[row["expansion"]]
                payer = e["payer"] or self.ways.network.lines[e["line"]]["nation"]
                yield "commitments", payer, "capacity", month, quantity * e["cost"]
                months = max(1, math.ceil(e["construction"]))
                each = quantity * e["cost"] / months
                yield from (("payments", payer, "capacity", month + k, each) for k in range(months))
            elif row["kind"] == "purchase":
                offer = self.ways.offer(row)
                money = quantity * offer.price / unit
                yield from ((kind, offer.buyer, "procurement", month, money) for kind in KINDS)
            elif row["kind"] == "transfer":
                route = self.ways.route(row)
                money = quantity * route.cost / unit
                yield from ((kind, route.origin, "transport", month, money) for kind in KINDS)

    def _money_of_order(self, row: Row, until: float, at_means: bool) -> Iterator[Money]:
        """Committed and paid ahead at the award; paid on delivery before the start, or by another than it counts for."""
        c, unit = self.ways.channel(row), self.ways.case.money_unit
        prices = [
            (month, q * self.ways.price(row, month) / unit) for month, q in arriving(row, c.lead) if month <= until
        ]
        whole = row["quantity"] * self.ways.mean_price(row) if at_means else sum(price for _, price in prices)
        for later, part in shifts(c.award):
            at = month_number(row["month"]) + later
            yield "commitments", c.payer, "procurement", at, part * whole
            yield "payments", c.payer, "procurement", at, part * c.advance * whole
        for month, price in prices:
            if month < self.start or self.ways.debtor(c) != c.payer:
                yield "payments", c.payer, "procurement", month, (1 - c.advance) * price

    def _paid(self) -> Iterator[Money]:
        """What was due on placed orders; they count with procurement."""
        for r in self.delivered:
            if r["due"]:
                paid = r["due"] * r["quantity"] / self.ways.case.money_unit
                yield "payments", r["buyer"], "procurement", month_number(r["month"]), paid

    def _less(
        self, table: str, keys: Sequence[str], own: Mapping[tuple[Any, ...], float], older: Mapping[tuple[Any, ...], float],
        column: str, frame: pl.DataFrame | None = None,
    ) -> pl.DataFrame | None:  # fmt: skip
        """The table with what is left in a column where the case states what the plan was made with; None: unchanged."""
        frame = self.case.tables[table] if frame is None else frame
        stated = {tuple(r[k] for k in keys): r[column] for r in self.ways.case.tables[table].iter_rows(named=True)}
        ends = [c.name for c in tables()[table].columns.values() if c.unit == f"as {column}"]  # of its range
        rows, changed = [], False
        for r in frame.iter_rows(named=True):
            key, value = tuple(r[k] for k in keys), r[column]
            spent, before, was = own.get(key, 0.0), older.get(key, 0.0), stated.get(key)
            if spent + before > NOTHING and value is not None and was is not None and _same(value, was + before):
                less = {c: _left(r[c], before + spent) for c in (column, *ends) if r[c] is not None}
                if (whole := f"whole_{column}") in frame.columns:
                    less[whole] = value if r[whole] is None else r[whole]
                said = {"used": spent + before, "whole": value, "left": less[column]}
                named = ", ".join(str(k) for k in key if k is not None)
                self.findings.append(Finding("taken-used-up", table, column=column, value=named, details=said))
                r, changed = r | less, True
            rows.append(r)
        return pl.DataFrame(rows, schema=frame.schema) if changed else None


def _same(one: float, other: float) -> bool:
    """Whether two limits are one and the same number."""
    return math.isfinite(one) and math.isclose(one, other, rel_tol=1e-9, abs_tol=NOTHING)


def _left(whole: float, used: float) -> float:
    """What is left, free of what rounding alone would say."""
    return max(0.0, float(f"{whole - used:.12g}"))


def used(rows: Iterable[Row], column: str) -> dict[str, float]:
    """Sum of the quantities by what a column names."""
    found: dict[str, float] = {}
    for row in rows:
        if row[column] is not None and row["quantity"] is not None:
            found[row[column]] = found.get(row[column], 0.0) + row["quantity"]
    return found
