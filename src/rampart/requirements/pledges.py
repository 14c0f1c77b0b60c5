"""Pledges: what a donor has pledged to a recipient, and how it falls due.

    due in month m     sum over rows of quantity / (month - from + 1), for from <= m <= month

from   ``deliveries.from``; blank: the first month of the plan, or the month of the row where that is earlier
month  ``deliveries.month``: by its end all of the row is due; what was due before the start is due at once

A row that is due on one day has its month as ``from``; a schedule is stated by several rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import month_number
from rampart.case.tables import Case

Pledged = tuple[str, str, str]


def pledges(case: Case) -> list[Pledged]:
    """(donor, recipient, item) with pledges, sorted."""
    found = case["deliveries"].filter(status="pledged").select("donor", "recipient", "item")
    return sorted(set(found.iter_rows()))


def due_so_far(case: Case, keys: list[Pledged]) -> NDArray[np.float64]:
    """Pledged quantity due so far, by the end of each period, shape (pledges, periods)."""
    calendar = case.calendar
    months = np.arange(calendar.first, calendar.last + 1)
    due = np.zeros((len(keys), months.size))
    at = {key: n for n, key in enumerate(keys)}
    for r in case["deliveries"].filter(status="pledged").iter_rows(named=True):
        last = month_number(r["month"])
        first = min(month_number(r["from"]) if r["from"] else calendar.first, last)
        share = np.clip((months - first + 1) / (last - first + 1), 0.0, 1.0)
        due[at[r["donor"], r["recipient"], r["item"]]] += r["quantity"] * share
    ends = np.asarray(calendar.starts) + np.asarray(calendar.lengths) - 1 - calendar.first
    found: NDArray[np.float64] = due[:, ends]
    return found
