"""What a plan decides, by family and key, from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rampart.case.calendar import Calendar
from rampart.network.keys import Expansion, Key, Lane, Line, Purchase
from rampart.network.lags import Floats
from rampart.network.taken import ordered

if TYPE_CHECKING:
    import polars as pl

NOTHING = 1e-9
"""Units below which nothing is sent or taken."""


def decided(tables: Mapping[str, pl.DataFrame], calendar: Calendar) -> dict[str, dict[Key, Floats]]:
    """What the plan of these tables decides, by family and key, shape (periods,) each."""
    found: dict[str, dict[Key, Floats]] = {}

    def put(family: str, key: Key, month: date, quantity: float) -> None:
        period = calendar.period(12 * month.year + month.month - 1)
        if period is not None:
            amounts = found.setdefault(family, {}).setdefault(key, np.zeros(len(calendar)))
            amounts[period] += quantity

    for r in tables["orders"].iter_rows(named=True):
        put("order", ordered(r), r["decide"], r["quantity"])
    for r in tables["expansions"].iter_rows(named=True):
        put("expand", Expansion(r["expansion"]), r["decide"], r["units"])
    for r in tables["transfers"].iter_rows(named=True):
        put("send", Lane(r["origin"], r["destination"], r["item"]), r["month"], r["quantity"])
    for r in tables["purchases"].iter_rows(named=True):
        put("buy", Purchase(r["offer"], r["buyer"]), r["month"], r["quantity"])
    for r in tables["production"].iter_rows(named=True):
        if r["output"] - r["placed"] > NOTHING:
            put("active", Line(r["line"]), r["month"], 1.0)
    return found
