"""Fiscal years: which share of a payment falls in which year, and what placed orders still cost."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from rampart.case.calendar import Calendar
from rampart.network.lags import Floats
from rampart.network.network import Sets

KINDS = ("commitments", "payments")


def fiscal_year(month: int, starts_in: int) -> int:
    """Fiscal year of a month number, named by the calendar year in which it ends."""
    return month // 12 + (1 if starts_in > 1 and month % 12 + 1 >= starts_in else 0)


@lru_cache(maxsize=4096)
def year_shares(
    calendar: Calendar,
    starts_in: int,
    lag: float,
    months: int,
    from_start: bool,
    beyond: bool = False,
    price: tuple[float, ...] | None = None,
    since: int | None = None,
) -> dict[int, Floats]:
    """Share of a flow decided in each period that falls in each fiscal year within the horizon. Year -> (periods,).

    since  month from which it counts; what falls before it does not
    """
    result: dict[int, Floats] = {}
    whole, part = math.floor(lag), lag - math.floor(lag)
    for t, (start, length) in enumerate(zip(calendar.starts, calendar.lengths, strict=True)):
        decided = [start] if from_start else range(start, start + length)
        for m in decided:
            for shift, weight in ((whole, 1 - part), (whole + 1, part)):
                for k in range(months):
                    when = m + shift + k
                    if weight > 0 and (beyond or when <= calendar.last) and (since is None or when >= since):
                        year = fiscal_year(when, starts_in)
                        share = result.setdefault(year, np.zeros(len(calendar)))
                        worth = 1.0 if price is None else price[when - calendar.first]
                        share[t] += weight * worth / (len(decided) * months)
    return result


def placed_payments(sets: Sets) -> dict[tuple[str, int], float]:
    """What is still due on placed orders, by (nation, fiscal year), money units; orders with unknown due are left out."""
    starts = fiscal_starts(sets)
    result: dict[tuple[str, int], float] = {}
    for r in sets.placed:
        if r["due"] is not None:
            key = (r["buyer"], fiscal_year(r["number"], starts[r["buyer"]]))
            result[key] = result.get(key, 0.0) + r["due"] * r["quantity"] / sets.case.money_unit
    return result


def fiscal_starts(sets: Sets) -> dict[str, int]:
    """Month in which each nation's fiscal year starts."""
    return {r["nation"]: r["fiscal_year_start"] for r in sets.rows("nations")}
