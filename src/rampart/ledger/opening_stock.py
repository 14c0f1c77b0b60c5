"""A case that starts from what the ledger has in stock, in place of what its table ``stocks`` says of the same pairs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rampart.findings import Finding
from rampart.ledger.ledger import Ledger
from rampart.ledger.store.reading import StockLot

if TYPE_CHECKING:
    from rampart.case.tables import Case

CONDITIONS = ("serviceable", "unserviceable", "suspended")
"""Conditions that a case knows; what is in another (condemned) is no stock of a plan."""
SOURCE = "ledger"
LAST = "9999-12-31"
"""A day after every renaming."""


def with_stock(case: Case, ledger: Ledger, *, on: str | None = None, known: str | None = None) -> Case:
    """The case with the stocks of the ledger, as at the end of a day and as known at a moment.

    on     a day (YYYY-MM-DD); None: the last before the first month of the case
    known  a moment; None: all that was booked

    A pair of holder and item of which the ledger has any stock account is told by the ledger alone, also where nothing is
    left: that is a known zero. Of every other pair the rows of the case stay, and a finding counts them. A lot that has
    expired by then is suspended. A lot is as old as the first day on which it was in any stock. What is on the way, in
    repair, promised or on order is not taken over. What was renamed has its name of the day where the case knows that, else its
    last one. Quantities: the ledger's smallest unit is taken as the unit of the case.
    """
    import polars as pl

    from rampart.case.tables import dtype_of
    from rampart.catalogues.inputs import tables

    day = on or (date.fromisoformat(f"{case.settings['start']}-01") - timedelta(days=1)).isoformat()
    holders, items = set(case["nations"]["nation"]), set(case["items"]["item"])
    lots = ledger.stock_lots(on=day, known=known)
    if any(x.holder not in holders or x.item not in items for x in lots):
        last = ledger.stock_lots(on=day, known=known, called_on=LAST)
        lots = min(lots, last, key=lambda of: len({x.item for x in of} - items) + len({x.holder for x in of} - holders))
    findings = [
        Finding("ledger-not-in-case", table="stocks", value=f"{holder} / {item}")
        for holder, item in sorted({(x.holder, x.item) for x in lots})
        if holder not in holders or item not in items
    ]
    rows = _rows([x for x in lots if x.holder in holders and x.item in items], day)
    told = {(row["holder"], row["item"]) for row in rows}
    kept = [row for row in case["stocks"].iter_rows(named=True) if (row["holder"], row["item"]) not in told]
    if kept:
        findings.append(Finding("ledger-stock-kept", table="stocks", value=str(len(kept)), details={"day": day}))
    schema = {c.name: dtype_of(c) for c in tables()["stocks"].columns.values()}
    stocks = pl.DataFrame([{n: row.get(n) for n in schema} for row in (*kept, *rows)], schema=schema)
    sources = case["sources"]
    if SOURCE not in set(sources["source"]):
        named = {"source": SOURCE, "title": f"Ledger {ledger.path.name}"}
        sources = pl.concat([sources, pl.DataFrame([{n: named.get(n) for n in sources.schema}], schema=sources.schema)])
    changed = case.with_tables({"stocks": stocks, "sources": sources})
    from dataclasses import replace

    return replace(changed, findings=(*case.findings, *findings))


def _rows(lots: list[StockLot], day: str) -> list[dict[str, Any]]:
    """Rows of ``stocks``: one for each holder, item, month of the lot and condition; 0 where nothing is left of a pair."""
    sums: dict[tuple[str, str, str | None, str], int] = {}
    graded: dict[tuple[str, str], set[str]] = {}
    for x in lots:
        pair = (x.holder, x.item)
        graded.setdefault(pair, set()).update(x.grades)
        if x.quantity and x.condition in CONDITIONS:
            late = x.condition == "serviceable" and x.expires and x.expires < day
            key = (*pair, x.since[:7] if x.lot else None, "suspended" if late else x.condition)
            sums[key] = sums.get(key, 0) + x.quantity
    for pair in graded:
        if not any(key[:2] == pair for key in sums):
            sums[*pair, None, "serviceable"] = 0
    note = f"Balance of the ledger at the end of {day}."
    return [
        {
            "holder": holder, "item": item, "quantity": float(quantity), "lot": lot, "condition": condition,
            "source": SOURCE, "known": day[:7], "note": note,
            "grade": "assumed" if "assumed" in graded[holder, item] else "derived",
        }
        for (holder, item, lot, condition), quantity in sorted(sums.items(), key=lambda one: str(one[0]))
    ]  # fmt: skip
