"""Taking a plan over: the decisions of a plan as rows of a case, to plan on from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from rampart.case.calendar import month_number
from rampart.case.tables import Case, dtype_of
from rampart.catalogues.inputs import tables
from rampart.findings import Finding
from rampart.results.result import Result

FIRST_YEAR = 12
"""Months from the start in which decisions of a plan that is taken over stand."""

LEFT_OUT = ("taken-unknown", "taken-outside")
"""Findings on decisions that are not taken over."""


def take(case: Case, plan: Result, *, months: int = FIRST_YEAR) -> Case:
    """The case with the decisions of a plan taken over, in place of those it had taken before.

    Orders, expansions, purchases, transfers, spares and bays that the plan decides in its first ``months`` months stand, in
    the amounts that it worked out, before rounding: a plan of the new case carries them out, with their money, components
    and capacity, and decides the rest anew. Later ones are intended: kept where no objective of the case loses by that. What
    a line makes at no price for its own nation is its schedule, and intended only. What the case no longer plans, since it
    starts later or ends earlier, and rows whose codes it does not know are left out, each that stands with a finding.

    case  the case that the plan was made for, or a later state of it
    plan  a plan, not a plan for a war
    """
    if plan.kind != "plan":
        raise ValueError(f"a plan is taken over, and this is {plan.kind}")
    table = tables()["taken"]
    schema = {column.name: dtype_of(column) for column in table.columns.values()}
    until = month_number(str(plan.case.settings["start"])) + months
    known = {
        column.name: set(case.tables[home][code])
        for column in table.columns.values()
        if column.reference
        for home, _, code in [column.reference.partition(".")]
    }
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    start, end = str(case.settings["start"]), str(case.settings["end"])
    for row in _decided(plan):
        row["firm"] = row.get("firm", True) and month_number(row["month"]) < until
        if not month_number(start) <= month_number(row["month"]) <= month_number(end):
            if row["firm"]:
                said = {"start": start, "end": end}
                findings.append(Finding("taken-outside", "taken", column="month", value=row["month"], details=said))
            continue
        lost = next((c for c, codes in known.items() if row.get(c) is not None and row[c] not in codes), None)
        if lost is None:
            rows.append({name: row.get(name) for name in schema})
        else:
            findings.append(
                Finding("taken-unknown", "taken", column=lost, value=row[lost], details={"month": row["month"]})
            )
    taken = pl.DataFrame(rows, schema=schema)
    kept = tuple(f for f in case.findings if f.code not in LEFT_OUT)
    return replace(case, tables={**case.tables, "taken": taken}, findings=(*kept, *findings))


def _decided(plan: Result) -> Iterator[dict[str, Any]]:
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
