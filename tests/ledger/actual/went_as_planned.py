"""Ledgers of months that went as planned, or nearly so; and a small case in whole units."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl

from places import ROOT
from rampart.case.calendar import month_number, month_text
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger
from rampart.results.result import Result

GOES = {"used": "use", "consumed": "consumption", "disposed": "demilitarisation"}
"""Kind of document of what a plan takes out of a stock."""


def in_elevenths(case: Case) -> Case:
    """The case in units an eleventh as large: what its plan shares out by elevenths is whole. No decisions in whole units."""
    changed = {}
    for name, table in tables().items():
        units = {c.name: c.unit for c in table.columns.values() if c.kind in ("number", "limit")}
        larger = [c for c, unit in units.items() if unit.startswith("item unit")]
        smaller = [c for c, unit in units.items() if unit.startswith("currency/unit")]
        if larger or smaller:
            frame = case.tables[name].with_columns(pl.col(larger) * 11, pl.col(smaller) / 11)
            if {"low", "high"} <= set(frame.columns):
                frame = frame.with_columns(low=pl.lit(None, pl.Float64), high=pl.lit(None, pl.Float64))
            changed[name] = frame
    whole = changed["expansions"].with_columns(whole=pl.lit(False))
    return case.with_tables(changed | {"expansions": whole})


def tiny() -> Case:
    return in_elevenths(read_case(ROOT / "cases" / "tiny"))


def doc(nation: str, key: str, kind: str, day: str, item: str, quantity: float, **said: str) -> Document:
    line = {name: said.pop(name) for name in ("lot", "outcome", "condition") if name in said}
    return Document(
        nation, key, kind, day, "clerk", "returns", "published", (Line(item, round(quantity), **line),), **said
    )


def opening(case: Case) -> list[Document]:
    """What the case says that is held, and on the way, at its start; the key of what is on the way has the month."""
    day = (date.fromisoformat(f"{case.settings['start']}-01") - timedelta(days=1)).isoformat()
    held: Counter[tuple[str, str, str]] = Counter()
    for r in case["stocks"].iter_rows(named=True):
        held[r["holder"], r["item"], r["condition"] or "serviceable"] += r["quantity"]
    found = [
        doc(holder, f"open {item} {condition}", "opening", day, item, quantity, condition=condition)
        for (holder, item, condition), quantity in held.items()
    ]
    for n, r in enumerate(case["deliveries"].filter(status="in_transit").iter_rows(named=True)):
        key = f"before {n} for {r['month']}"
        found.append(doc(r["donor"], f"{key} made", "opening", day, r["item"], r["quantity"]))
        found.append(doc(r["donor"], key, "dispatch", day, r["item"], r["quantity"], to=r["recipient"]))
    return found


def month_of(ledger: Ledger, plan: Result, month: str, *, made: float = 1.0) -> list[Document]:
    """Documents of a month that went as planned; ``made`` is the share of what was to be produced that was.

    What is on the way at the beginning of the month arrives in it, if it was not for a later one from the start: routes
    take a month here.
    """
    found = []
    for n, b in enumerate(b for b in ledger.balances() if b.account.kind == "transit"):
        if b.account.of.partition(" for ")[2] > month:
            continue
        said = {"sender": b.nation, "of": b.account.of, "outcome": "received"}
        found.append(
            doc(b.account.holder, f"{month} in {n}", "receipt", f"{month}-02", b.account.item, b.quantity, **said)
        )
    moves = plan["movements"].filter(pl.col("month") == date.fromisoformat(f"{month}-01"))
    arriving: Counter[tuple[str, str]] = Counter()
    for d in found:
        arriving[d.nation, d.lines[0].item] += d.lines[0].quantity
    for r in moves.iter_rows(named=True):
        quantity = abs(r["quantity"])
        about = (month, r["kind"], r["item"])
        if r["kind"] in ("made", "ordered", "bought"):
            quantity -= arriving[r["holder"], r["item"]] if r["kind"] == "ordered" else 0
            kind = "purchase" if r["kind"] == "bought" else "production"
            if quantity > 0.5:
                found.append(doc(r["holder"], " ".join(about), kind, f"{month}-02", r["item"], quantity * made))
        elif (kind := GOES.get(r["kind"], "")) and quantity > 0.5:
            found.append(doc(r["holder"], " ".join(about), kind, f"{month}-28", r["item"], quantity))
    for r in plan["transfers"].filter(pl.col("month") == date.fromisoformat(f"{month}-01")).iter_rows(named=True):
        key = f"{month} {r['destination']} {r['item']}"
        if r["quantity"] <= 0.5:
            continue
        found.append(doc(r["origin"], key, "dispatch", f"{month}-03", r["item"], r["quantity"], to=r["destination"]))
    return sorted(found, key=lambda d: d.day)


def following(month: str) -> str:
    return month_text(month_number(month) + 1)


def differ(one: Result, other: Result, *, least: float = 0.5) -> dict[str, int]:
    """How many rows of the tables of two plans differ by more than so many units, from the start of the second on."""
    keys = {
        "stock": (("holder", "item", "month"), "closing"), "production": (("line", "month"), "output"),
        "orders": (("contract", "line", "later", "decide"), "quantity"), "expansions": (("expansion", "decide"), "units"),
        "transfers": (("origin", "destination", "item", "month"), "quantity"),
        "demand": (("holder", "item", "purpose", "month"), "served"),
    }  # fmt: skip
    start = other["periods"]["month"][0]
    found = {}
    for table, (columns, value) in keys.items():
        when = columns[-1]
        sides = [
            p[table].filter(pl.col(when) >= start).group_by(columns).agg(pl.col(value).sum()) for p in (one, other)
        ]
        both = sides[0].join(sides[1], on=columns, how="full", coalesce=True, nulls_equal=True).fill_null(0.0)
        found[table] = both.filter((pl.col(value) - pl.col(f"{value}_right")).abs() > least).height
    return found
