"""The step of each limit made by hand in the tables of a case, without the product's own: the second way to a relief."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from rampart.case.tables import Case

Row = dict[str, Any]
Codes = Mapping[str, str]


def until_pass(case: Case, objective: str) -> Case:
    """The case whose priorities end with an objective, so that nothing later uses its room."""
    rank = dict(case["priorities"].select("objective", "rank").iter_rows())[objective]
    return with_table(case, "priorities", case.tables["priorities"].filter(pl.col("rank") <= rank))


def with_table(case: Case, name: str, frame: pl.DataFrame) -> Case:
    return Case(tables={**case.tables, name: frame}, overrides=case.overrides)


def times(case: Case, name: str, factor: float, columns: Iterable[str], where: pl.Expr) -> Case:
    frame = case.tables[name]
    changed = [pl.when(where).then(pl.col(c) * factor).otherwise(pl.col(c)).alias(c) for c in columns]
    return with_table(case, name, frame.with_columns(changed))


def month(text: str, by: int) -> str:
    number = 12 * int(text[:4]) + int(text[5:]) - 1 + by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def shifted(case: Case, name: str, column: str, by: int, where: pl.Expr) -> Case:
    rows = case.tables[name].with_columns(hit=where.fill_null(False)).rows(named=True)
    moved = [{**r, column: month(r[column], by) if r.pop("hit") and r[column] else r[column]} for r in rows]
    return with_table(case, name, pl.DataFrame(moved, schema=case.tables[name].schema))


def is_(**codes: Any) -> pl.Expr:
    found = pl.lit(True)
    for column, code in codes.items():
        found = found & (pl.col(column) == code)
    return found


HOME = {"line": "lines", "contract": "contracts", "offer": "market", "expansion": "expansions"}
OPENS = {"lines": "from", "contracts": "from", "market": "from", "expansions": "earliest"}
CLOSES = {"lines": "until", "contracts": "until", "market": "until", "expansions": "latest"}


def dated(case: Case, key: Codes, columns: Mapping[str, str], by: int) -> Case:
    of = next(of for of in ("contract", "offer", "expansion", "line") if of in key)
    return shifted(case, HOME[of], columns[HOME[of]], by, is_(**{of: key[of]}))


def sooner(case: Case, line: str) -> Case | None:
    """A contract beside each that a line has, awarded a month sooner; None where no contract says the same as the step:
    parts that must be there before delivery come no sooner by it.
    """
    row = next(r for r in case["lines"].iter_rows(named=True) if r["line"] == line)
    if any(b["item"] == row["item"] and b["offset"] > 0 for b in case["bills"].iter_rows(named=True)):
        return None
    if any(u["line"] == line and u["offset"] > 0 for u in case["uses"].iter_rows(named=True)):
        return None
    contracts = case.tables["contracts"]
    mine = contracts.filter(pl.col("line") == line).rows(named=True)
    if any(r["max_quantity"] != float("inf") for r in mine):
        return None  # what both may order together cannot be said
    if not mine:
        blank: Row = dict.fromkeys(contracts.columns)
        mine = [blank | {"contract": line, "line": line, "buyer": row["nation"], "max_quantity": float("inf")}]
        contracts = pl.DataFrame([*contracts.rows(named=True), *mine], schema=contracts.schema)
    added = []
    for r in mine:
        administrative = row["admin_lead_time"] if r["admin_lead_time"] is None else r["admin_lead_time"]
        if administrative < 1:
            return None
        added.append(r | {"contract": r["contract"] + "-sooner", "admin_lead_time": administrative - 1})
    return with_table(case, "contracts", pl.DataFrame([*contracts.rows(named=True), *added], schema=contracts.schema))


def rates(factor: float, column: str) -> Callable[[Case, Codes], Case]:
    def step(case: Case, key: Codes) -> Case:
        for table in ("lines", "rates"):
            case = times(case, table, factor, [column], is_(line=key["line"]))
        return case

    return step


def budget(case: Case, key: Codes) -> Case:
    of = pl.col("purpose").fill_null("all") == key["purpose"]
    where = is_(nation=key["nation"], fiscal_year=int(key["year"])) & of
    return times(case, "budgets", 1.1, ["commitments", "payments"], where)


def raised_by_one(table: str, of: str, column: str) -> Callable[[Case, Codes], Case]:
    def step(case: Case, key: Codes) -> Case:
        frame = case.tables[table]
        hit = pl.when(is_(**{of: key[of]})).then(pl.col(column) + 1).otherwise(pl.col(column)).alias(column)
        return with_table(case, table, frame.with_columns(hit))

    return step


def scaled(
    table: str, factor: float, columns: Iterable[str], more: pl.Expr | None = None
) -> Callable[[Case, Codes], Case]:
    def step(case: Case, key: Codes) -> Case:
        where = is_(**key)
        return times(case, table, factor, columns, where if more is None else where & more)

    return step


def without(table: str, more: pl.Expr | None = None) -> Callable[[Case, Codes], Case]:
    def step(case: Case, key: Codes) -> Case:
        where = is_(**key)
        return with_table(case, table, case.tables[table].filter(~(where if more is None else where & more)))

    return step


STEPS: Mapping[str, Callable[[Case, Codes], Case | None]] = {
    "capacity": rates(1.1, "max_rate"),
    "minimum": rates(0.9, "min_rate"),
    "ramp": scaled("lines", 1.1, ["ramp"]),
    "lead_time": lambda case, key: sooner(case, key["line"]),
    "opening": lambda case, key: dated(case, key, OPENS, -1),
    "closing": lambda case, key: dated(case, key, CLOSES, 1),
    "contract": lambda case, key: times(case, "contracts", 1.1, ["max_quantity"], is_(contract=key["contract"])),
    "cap": raised_by_one("expansions", "expansion", "max_units"),
    "market": scaled("market", 1.1, ["quantity", "max_rate"]),
    "route": scaled("routes", 1.1, ["capacity"]),
    "stock": scaled("stocks", 1.1, ["quantity"]),
    "storage": scaled("storage", 1.1, ["limit"]),
    "age": raised_by_one("items", "item", "shelf_life"),
    "resource": scaled("resources", 1.1, ["capacity"]),
    "budget": budget,
    "floor": scaled("requirements", 0.9, ["quantity", "days"], pl.col("layer") == "floor"),
    "own_use": scaled("demand", 0.9, ["need"]),
    "pledge": scaled("deliveries", 0.9, ["quantity"], pl.col("status") == "pledged"),
    "need": without("demand"),
    "requirement": without("requirements", pl.col("layer") != "floor"),
    "objective": without("priorities"),
}
"""What each step does to the tables; without those that the tables of a case cannot say beside what is stated."""
