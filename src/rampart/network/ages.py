"""How old what is left of a stock is: the oldest goes out first, so what is left is what came in last.

For items with a shelf life. What a holder received from another is as old as its sender's, and does not count as come in.
What is still on the way from another counts as at the end of its life when it arrives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rampart.case.calendar import month_number, month_text
from rampart.network.network import Network

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case

FRESH = ("made", "bought", "ordered")
"""Kinds of movements that bring in what is new."""


def came_in(case: Case, movements: pl.DataFrame, start: int) -> dict[tuple[str, str], dict[int, float]]:
    """What each holder had or got of items with a shelf life and may still use in the month ``start``: by holder and item,
    units by month of receipt. What is received evenly over a period falls into each of its months.
    """
    lives = {r["item"]: r["shelf_life"] for r in case["items"].iter_rows(named=True) if r["shelf_life"] is not None}
    calendar = case.calendar
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))

    def add(holder: str, item: str, month: int, quantity: float) -> None:
        if month + lives[item] - 1 >= start and quantity > 0:
            found[holder, item][month] += quantity

    for r in case["stocks"].iter_rows(named=True):
        if r["item"] in lives and r["condition"] == "serviceable":
            add(r["holder"], r["item"], month_number(r["lot"]) if r["lot"] else calendar.first, r["quantity"])
    older: dict[tuple[str, str, int | None], float] = {}
    for each in Network(case).coming:
        if each.lot is not None and each.month < start:
            add(*each.pair, each.lot, each.quantity)
            of = (*each.pair, calendar.period(each.month))
            older[of] = older.get(of, 0.0) + each.quantity
    for r in movements.iter_rows(named=True):
        if r["item"] in lives and r["kind"] in FRESH:
            first, length = calendar.starts[r["period"]], calendar.lengths[r["period"]]
            old = older.get((r["holder"], r["item"], r["period"]), 0.0) if r["kind"] == "ordered" else 0.0
            for month in range(first, min(first + length, start)):
                add(r["holder"], r["item"], month, (r["quantity"] - old) / length)
    return found


def at_its_end(month: int, life: int | None) -> str | None:
    """Lot of what can be used in the month in which it arrives and no longer; None without a shelf life."""
    return None if life is None else month_text(month - life + 1)


def left_of_lots(lots: Mapping[int, float], left: float) -> Iterator[tuple[str | None, float]]:
    """Month of receipt and units of what is left of lots, the oldest first; of what they do not hold the age is not known."""
    parts: list[tuple[str | None, float]] = []
    for month in sorted(lots, reverse=True):
        if left > 0:
            parts.append((month_text(month), min(left, lots[month])))
            left -= parts[-1][1]
    if parts and left <= NOISE * sum(q for _, q in parts):
        parts[-1] = (parts[-1][0], parts[-1][1] + left)
    elif left > 0 or not parts:
        parts.append((None, left))
    yield from reversed(parts)


NOISE = 1e-6
"""Part of a stock by which what is left of it may miss its lots: what the solver leaves."""
