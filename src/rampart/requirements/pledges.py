"""Pledges: what a donor has pledged to a recipient, and by when it is due."""

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
    """Pledged quantity due so far, shape (pledges, periods); what was due before the start is due at once."""
    calendar = case.calendar
    due = np.zeros((len(keys), len(calendar)))
    at = {key: n for n, key in enumerate(keys)}
    for r in case["deliveries"].filter(status="pledged").iter_rows(named=True):
        period = calendar.period(max(month_number(r["month"]), calendar.first))
        if period is not None:
            due[at[r["donor"], r["recipient"], r["item"]], period:] += r["quantity"]
    return due
