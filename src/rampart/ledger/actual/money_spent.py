"""Commitments and payments that the ledger has, and what they leave of budgets beside those of the plan.

A budget is less by what the plan before commits and pays until the start (``network.used_up``). Where more is booked, it is
less by that too: no money is counted twice, since only what goes beyond the plan is taken off. Where less is booked the rest
may still come, as for what is delivered late, and stays taken off: what is not known is not nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import month_number
from rampart.case.from_rows import frame_of
from rampart.catalogues.inputs import tables as catalogue
from rampart.findings import Finding
from rampart.network.payments import fiscal_year
from rampart.network.taking import decided_before
from rampart.network.used_up import UsedUp
from rampart.network.ways import Row
from rampart.network.ways_taken import WaysTaken

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.ledger.store.reading import Booked

MONEY = {"commitment": "commitments", "payment": "payments"}
"""Kinds of documents about money, and the column of a budget that each is of."""
FRENCH = {"commitments": "engagements", "payments": "paiements"}
LITTLE = 1e-6
"""Money units that are nothing: documents are in whole units of the currency."""
Spent = dict[tuple[str, int, str], float]
"""Money units by nation, fiscal year and column of a budget."""


def spent(documents: Iterable[Booked], case: Case, months: Sequence[str] | None = None) -> Spent:
    """What documents say was committed and paid, in all months or in some; those taken back left out."""
    currency, unit = str(case.settings["currency"]), case.money_unit
    starts = dict(case["nations"].select("nation", "fiscal_year_start").iter_rows())
    every = list(documents)
    back = {(b.nation, b.reverses) for b in every if b.reverses}
    sums: Spent = {}
    for b in every:
        if b.kind in MONEY and (b.nation, b.key) not in back and (months is None or b.day[:7] in months):
            for line in b.document.lines:
                if line.item == currency:
                    key = (b.nation, fiscal_year(month_number(b.day[:7]), starts.get(b.nation, 1)), MONEY[b.kind])
                    sums[key] = sums.get(key, 0.0) + line.quantity / unit
    return sums


def decided(before: Case, tables: Mapping[str, pl.DataFrame], start: int) -> tuple[list[Row], list[Row]]:
    """What a plan decided before a month, and what it had in hand itself: rows of ``taken``."""
    blank = dict.fromkeys(catalogue()["taken"].columns)
    own: list[Row] = [blank | dict(r) for r in decided_before(tables, before.calendar, start)]
    return own, [r for r in before["taken"].iter_rows(named=True) if r["in_hand"]]


def planned_money(later: Case, before: Case, tables: Mapping[str, pl.DataFrame], months: Sequence[str]) -> Spent:
    """What the plan before commits and pays in its months before the new start; arguments as of ``with_money``."""
    own, older = decided(before, tables, month_number(str(later.settings["start"])))
    ways = WaysTaken(before)
    delivered = [r for r in ways.network.placed if r["month"] < later.settings["start"]]
    return UsedUp(later, ways, own, older, delivered).before_start(month_number(months[0]))


def with_money(
    later: Case, before: Case, tables: Mapping[str, pl.DataFrame], documents: Iterable[Booked], months: Sequence[str]
) -> tuple[Case, list[Finding]]:
    """The case as it stands with budgets less by what was booked beyond the plan; findings say by how much, or why not.

    later   the case carried on; ``before`` that of the plan before, whose ``tables`` say what it decided
    months  from the start of the plan before to the month before the new start
    """
    booked = spent(documents, before, months)
    if not booked:
        return later, []
    planned = planned_money(later, before, tables, months)
    rows, findings = list(later.tables["budgets"].iter_rows(named=True)), list[Finding]()
    for key, amount in sorted(booked.items()):
        more = amount - planned.get(key, 0.0)
        if more > LITTLE:
            said = {"more": round(more * before.money_unit), "currency": before.settings["currency"]}
            findings += _less(rows, key, more, said)
    return later.with_tables({"budgets": frame_of("budgets", rows)}), findings


def _less(rows: list[dict[str, Any]], key: tuple[str, int, str], more: float, said: Mapping[str, Any]) -> list[Finding]:
    """Make the budget that money is of less by it; where several purposes have their own, documents do not say which."""
    nation, year, column = key
    mine = [r for r in rows if (r["nation"], r["fiscal_year"]) == (nation, year) and r[column] is not None]
    of_all = [r for r in mine if (r["purpose"] or "all") == "all"]
    said = {**said, "year": year, "kind": column, "kind_fr": FRENCH[column]}
    at = of_all or mine
    if len(at) > 1:
        return [Finding("replan-spent-on-what", "budgets", column=column, value=nation, details=said)]
    for r in at:
        ends = [c.name for c in catalogue()["budgets"].columns.values() if c.unit == f"as {column}"]
        less = {c: max(0.0, float(f"{r[c] - more:.12g}")) for c in (column, *ends) if r[c] is not None}
        whole = r[column] if r[f"whole_{column}"] is None else r[f"whole_{column}"]
        rows[rows.index(r)] = r | less | {f"whole_{column}": whole}
    return [Finding("replan-spent-more", "budgets", column=column, value=nation, details=said)] if at else []
