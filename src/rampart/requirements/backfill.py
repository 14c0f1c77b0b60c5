"""Compensation: what a nation owes a donor for what it gave, and by when.

A row of ``deliveries`` with ``backfill_due`` and ``backfill_by`` binds: the nation must make good to the donor what was
given (``backfill_quantity``; blank: the quantity of the row) by the month. What a row promises or has on the way counts as
given; of a pledge only what has been sent (``plan.parts.backfill``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import month_number
from rampart.case.tables import Case
from rampart.requirements.pledges import Pledged

Owed = tuple[str, str, str]
Floats = NDArray[np.float64]


def backfills(case: Case) -> list[Owed]:
    """(nation that owes, donor, item) with compensation that binds, sorted."""
    return sorted({(r["backfill_by"], r["donor"], r["item"]) for r in _binding(case)})


def due_back_so_far(case: Case, keys: list[Owed]) -> Floats:
    """Quantity to be made good by the end of each period, shape (backfills, periods); due before the start: at once."""
    return _due(case, keys, _binding(case))


def of_pledges(case: Case, keys: list[Owed]) -> dict[Owed, list[tuple[Pledged, float]]]:
    """Of each compensation the pledges that it is for, each with the part of the whole pledge that it makes good."""
    whole: dict[Pledged, float] = {}
    for r in case["deliveries"].filter(status="pledged").iter_rows(named=True):
        pledge = (r["donor"], r["recipient"], r["item"])
        whole[pledge] = whole.get(pledge, 0.0) + r["quantity"]
    parts: dict[Owed, dict[Pledged, float]] = {key: {} for key in keys}
    for r in _binding(case):
        if r["status"] == "pledged" and r["quantity"] > 0:
            of = parts[r["backfill_by"], r["donor"], r["item"]]
            pledge = (r["donor"], r["recipient"], r["item"])
            of[pledge] = of.get(pledge, 0.0) + _quantity(r) / whole[pledge]
    return {key: sorted(of.items()) for key, of in parts.items()}


def due_of_pledges(case: Case, keys: list[Owed]) -> Floats:
    """The part of ``due_back_so_far`` that is for pledges, shape (backfills, periods)."""
    return _due(case, keys, [r for r in _binding(case) if r["status"] == "pledged"])


def _binding(case: Case) -> list[dict[str, Any]]:
    rows = case["deliveries"].iter_rows(named=True)
    return [r for r in rows if r["backfill_by"] is not None and r["backfill_due"] is not None]


def _quantity(row: dict[str, Any]) -> float:
    return float(row["quantity"] if row["backfill_quantity"] is None else row["backfill_quantity"])


def _due(case: Case, keys: list[Owed], rows: list[dict[str, Any]]) -> Floats:
    calendar = case.calendar
    due = np.zeros((len(keys), len(calendar)))
    at = {key: n for n, key in enumerate(keys)}
    for r in rows:
        period = calendar.period(max(month_number(str(r["backfill_due"])), calendar.first))
        if period is not None:
            due[at[r["backfill_by"], r["donor"], r["item"]], period:] += _quantity(r)
    return due
