"""Placed orders that arrive: those funded or awarded; what is only planned where the case says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.case.tables import Case

if TYPE_CHECKING:
    import polars as pl


def arriving(case: Case) -> pl.DataFrame:
    """Rows of ``orders`` that arrive. A request is no inflow, unless the setting ``count_planned`` says yes."""
    orders = case["orders"]
    return orders if case.says_yes("count_planned") else orders.filter(orders["state"] != "planned")
