"""What a plan says of a month, in the kinds of the ledger: by nation and item."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rampart.case.calendar import month_number, month_text
from rampart.ledger.actual.on_the_way import sent_to_members

if TYPE_CHECKING:
    from rampart.results.result import Result

KIND_OF = {
    "made": "production", "ordered": "production", "bought": "purchase", "received": "receipt", "used": "use",
    "consumed": "consumption", "sent": "dispatch", "disposed": "demilitarisation",
}  # fmt: skip
"""Kind of document that books what the plan moves by a kind of movement."""


def planned(plan: Result) -> dict[tuple[str, str, str, str], float]:
    """Quantities by month, kind, nation and item; ``count`` is the stock at the end of the month.

    Flows of a period of several months are spread evenly over them; the stock is said in its last month only. What arrives
    of goods already on the way when the plan starts is a receipt, what arrives of other placed orders is production.
    """
    lengths = {period: months for period, months in plan["periods"].select("period", "months").iter_rows()}
    found: dict[tuple[str, str, str, str], float] = defaultdict(float)
    on_the_way: dict[tuple[str, str, str], float] = defaultdict(float)
    for r in plan.case["deliveries"].iter_rows(named=True):
        if r["status"] == "in_transit" and r["month"]:
            on_the_way[r["month"], r["recipient"], r["item"]] += r["quantity"]
    for (_, to, item), months_ in sent_to_members(plan.case).items():
        for month, quantity in months_.items():
            on_the_way[month, to, item] += quantity
    for r in plan["movements"].iter_rows(named=True):
        if r["kind"] not in KIND_OF:
            continue
        months = lengths[r["period"]]
        for n in range(months):
            month = month_text(month_number(f"{r['month']:%Y-%m}") + n)
            quantity = abs(r["quantity"]) / months
            kind = KIND_OF[r["kind"]]
            if r["kind"] == "ordered":
                sent = min(quantity, on_the_way[month, r["holder"], r["item"]])
                quantity -= sent
                if sent:
                    found[month, "receipt", r["holder"], r["item"]] += sent
            if quantity:
                found[month, kind, r["holder"], r["item"]] += quantity
    for r in plan["stock"].iter_rows(named=True):
        last = month_text(month_number(f"{r['month']:%Y-%m}") + lengths[r["period"]] - 1)
        found[last, "count", r["holder"], r["item"]] = r["closing"]
    return dict(found)


def of_nation(plan: Result, nation: str, month: str) -> dict[tuple[str, str], float]:
    """What a plan has for a nation's month, by kind and item."""
    return {(kind, item): q for (m, kind, n, item), q in planned(plan).items() if (m, n) == (month, nation)}
