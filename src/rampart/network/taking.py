"""Taking a plan over: the decisions of a plan as rows of a case, to plan on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.case.calendar import Calendar, month_number, month_text
from rampart.case.tables import Case, dtype_of
from rampart.catalogues.inputs import tables
from rampart.findings import Finding
from rampart.network.in_hand import InHand
from rampart.network.ways import Row

if TYPE_CHECKING:
    from rampart.results.result import Result

FIRST_YEAR = 12
"""Months from the start in which decisions of a plan that is taken over stand."""

SAID = (
    "taken-unknown", "taken-outside", "taken-in-hand", "taken-used-up", "taken-owed", "taken-pledged", "taken-support",
    "taken-opening",
)  # fmt: skip
"""Findings on decisions that are taken over, or are not."""
GRADUAL = ("order", "purchase", "transfer")
"""Kinds that are decided evenly over the months of a period; others in its first."""


def take(case: Case, plan: Result, *, months: int = FIRST_YEAR) -> Case:
    """The case with the decisions of a plan taken over, in place of those it had taken before.

    Orders, expansions, purchases, transfers, spares and bays that the plan decides in its first ``months`` months stand, in
    the amounts that it worked out, before rounding: a plan of the new case carries them out, with their money, components
    and capacity, and decides the rest anew. Later ones are intended: kept where no objective of the case loses by that. What
    a line makes at no price for its own nation is its schedule, and intended only.

    Where the case starts later, what the plan decided before is in hand (``network.in_hand``): what is still to come of it
    is entered in the tables of the case, once, however often it is taken over. What the case ends before, and rows whose codes
    it does not know are left out, each that stands with a finding.

    case  the case that the plan was made for, or a later state of it
    plan  a plan, not a plan for a war
    """
    if plan.kind != "plan":
        raise ValueError(f"a plan is taken over, and this is {plan.kind}")
    table = tables()["taken"]
    schema = {column.name: dtype_of(column) for column in table.columns.values()}
    known = {
        column.name: set(case.tables[home][code])
        for column in table.columns.values()
        if column.reference
        for home, _, code in [column.reference.partition(".")]
    }
    until = month_number(str(plan.case.settings["start"])) + months
    start, end = (month_number(str(case.settings[name])) for name in ("start", "end"))
    rows: list[Row] = []
    findings: list[Finding] = []
    for row in _by_month(plan.tables, plan.case.calendar, start):
        month = month_number(row["month"])
        row["in_hand"] = month < start
        row["firm"] = row["in_hand"] or (row.get("firm", True) and month < until)
        if month > end:
            if row["firm"]:
                said = {"start": case.settings["start"], "end": case.settings["end"]}
                findings.append(Finding("taken-outside", "taken", column="month", value=row["month"], details=said))
            continue
        lost = next((c for c, codes in known.items() if row.get(c) is not None and row[c] not in codes), None)
        if lost is None:
            rows.append({name: row.get(name) for name in schema})
        else:
            said = {"month": row["month"]}
            findings.append(Finding("taken-unknown", "taken", column=lost, value=row[lost], details=said))
    old = [r for r in case["taken"].iter_rows(named=True) if r["in_hand"]]
    there = {_what(r) for r in old}
    own = [r for r in rows if r["in_hand"] and _what(r) not in there]
    older = [r for r in plan.case["taken"].iter_rows(named=True) if r["in_hand"] and _what(r) not in there]
    before = InHand(case, plan.case, own, older)
    changed = before.tables() if own or older else {}
    findings += before.named() if own or older else []
    if own or older:
        said = {"start": case.settings["start"]}
        findings.append(Finding("taken-in-hand", "taken", value=str(len(own) + len(older)), details=said))
    every = [*old, *older, *own, *(r for r in rows if not r["in_hand"])]
    changed["taken"] = pl.DataFrame([{name: r.get(name) for name in schema} for r in every], schema=schema)
    kept = tuple(f for f in case.findings if f.code not in SAID)
    return replace(case, tables={**case.tables, **changed}, findings=(*kept, *findings, *before.findings))


def _what(row: Row) -> tuple[Any, ...]:
    """What a decision is on, and when; however much it is."""
    return tuple(row.get(name) or None for name in tables()["taken"].key)


def decided_before(plan: Mapping[str, pl.DataFrame], calendar: Calendar, start: int) -> Iterator[Row]:
    """What a plan, by its tables, decides before a month: rows of ``taken`` that are in hand there."""
    for row in _by_month(plan, calendar, start):
        if month_number(row["month"]) < start:
            yield row | {"firm": True, "in_hand": True}


def _by_month(plan: Mapping[str, pl.DataFrame], calendar: Calendar, start: int) -> Iterator[Row]:
    """Everything that a plan decides: in the first month of its period, and what it decides evenly over one that begins
    before the start of the case month by month, what is left of it at the start.
    """
    for row in _decided(plan):
        first = month_number(row["month"])
        period = calendar.period(first)
        length = 1 if period is None else calendar.lengths[period]
        if first >= start or row["kind"] not in GRADUAL or length == 1:
            yield row
            continue
        each = row["quantity"] / length
        past = range(first, min(start, first + length))
        yield from (row | {"month": month_text(m), "quantity": each} for m in past)
        if len(past) < length:
            yield row | {"month": month_text(start), "quantity": each * (length - len(past))}


def _decided(plan: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    """Everything that a plan decides, as rows of the table ``taken``."""
    for r in plan["orders"].iter_rows(named=True):
        row = {"line": r["line"], "contract": r["contract"], "later": r["later"] or None, "quantity": r["quantity"]}
        yield row | {"kind": "order", "month": _month(r["decide"]), "firm": bool(r["contract"] or r["commitment"])}
    for r in plan["expansions"].iter_rows(named=True):
        row = {"expansion": r["expansion"], "quantity": r["units"]}
        yield row | {"kind": "expansion", "month": _month(r["decide"])}
    for r in plan["purchases"].iter_rows(named=True):
        row = {"offer": r["offer"], "buyer": r["buyer"], "quantity": r["quantity"]}
        yield row | {"kind": "purchase", "month": _month(r["month"])}
    for r in plan["transfers"].iter_rows(named=True):
        row = {name: r[name] for name in ("origin", "destination", "item", "quantity")}
        yield row | {"kind": "transfer", "month": _month(r["month"])}
    for r in plan["support"].iter_rows(named=True):
        spares = r["kind"] == "spares"
        row = {"site": r["code"], "payer": r["payer"]} if spares else {"shop": r["code"]}
        yield row | {"kind": r["kind"], "month": _month(r["month"]), "quantity": r["money" if spares else "units"]}


def _month(day: date) -> str:
    return day.strftime("%Y-%m")
