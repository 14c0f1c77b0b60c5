"""Need: how much each holder needs or uses of each item for each purpose, month by month and by regime."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.case.tables import Case
from rampart.case.timelines import by_period, in_force

Floats = NDArray[np.float64]
Asked = tuple[str, str, str]


def demands(case: Case) -> list[Asked]:
    """(holder, item, purpose) with demand, sorted."""
    columns = ("holder", "item", "purpose")
    return sorted(set(case["demand"].select(columns).iter_rows()))


def demand_by_month(case: Case, keys: list[Asked], column: str, regime: str | None = None) -> Floats:
    """A column of the demand table month by month in a regime (default: the present one), shape (demands, months).

    Rows of the regime stand for those of no regime of the same holder, item and purpose. Need and use are a month's.
    """
    regime = regime or case.settings["regime"]
    mine = [r for r in case["demand"].iter_rows(named=True) if r["regime"] in (None, regime)]
    own = {(r["holder"], r["item"], r["purpose"]) for r in mine if r["regime"]}
    rows = []
    for r in mine:
        key, value = (r["holder"], r["item"], r["purpose"]), r[column]
        if r["regime"] is None and key in own:
            continue
        if column in ("need", "use") and value is not None and r["rate_per"] == "year":
            value = value / 12.0
        rows.append((key, r["from"], r["until"], value))
    return in_force(case.calendar, keys, rows)


def need_by_period(case: Case, keys: list[Asked], regime: str | None = None) -> Floats:
    """Need of each demand in each period in a regime (default: the present one), shape (demands, periods)."""
    return by_period(case.calendar, demand_by_month(case, keys, "need", regime))


def may_be_late(case: Case, keys: list[Asked]) -> NDArray[np.bool_]:
    """Which demands may be served late, shape (demands,): the first row of the demand decides."""
    rows: dict[Asked, bool] = {}
    for r in case["demand"].iter_rows(named=True):
        rows.setdefault((r["holder"], r["item"], r["purpose"]), bool(r["late"]))
    return np.array([rows[key] for key in keys], dtype=bool)
