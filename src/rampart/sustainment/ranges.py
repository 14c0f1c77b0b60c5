"""Draws of a case's uncertain figures: each row with low and high, from a triangle with the figure as its peak.

Random numbers are named by (seed, draw, table, key of the row), so the same draw is the same whatever else the case
holds, in any order of rows.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.inputs import main_figures, tables

if TYPE_CHECKING:
    from rampart.case.tables import Case

TABLES = (
    "sites",
    "shops",
    "shop_bays",
    "fleets",
    "fleet_arrivals",
    "fleet_use",
    "parts",
    "breakdown",
    "repairs",
    "part_stocks",
)


def drawn(case: Case, *, seed: int, number: int) -> Case:
    """The case with every figure of its fleets that has a range drawn from it."""
    import polars as pl

    frames = dict(case.tables)
    for name in TABLES:
        table = tables()[name]
        figure = main_figures(table)[0]
        column = table.columns[figure]
        rows = frames[name]
        if rows.is_empty():
            continue
        values = []
        for row in rows.select(*table.key, figure, "low", "high").iter_rows(named=True):
            key = "|".join(str(row[k]) for k in table.key)
            values.append(_draw(row[figure], row["low"], row["high"], _uniform(seed, number, f"{name}|{key}")))
        if column.kind == "integer" or name in ("shop_bays", "part_stocks"):
            values = [None if v is None else round(v) if np.isfinite(v) else v for v in values]
        dtype = rows.schema[figure]
        frames[name] = rows.with_columns(pl.Series(figure, values, dtype=dtype, strict=False))
    return replace(case, tables=frames)


def _uniform(seed: int, number: int, key: str) -> float:
    digest = sha256(f"{seed}|{number}|{key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2.0**64


def _draw(figure: float | None, low: float | None, high: float | None, u: float) -> float | None:
    """Quantile u of the triangle; a blank end is the figure itself; what is unknown stays unknown."""
    if figure is None or not np.isfinite(figure):
        return figure
    a, c = figure if low is None else low, figure if high is None else high
    if c <= a:
        return figure
    peak = (figure - a) / (c - a)
    if u < peak:
        return float(a + np.sqrt(u * (c - a) * (figure - a)))
    return float(c - np.sqrt((1 - u) * (c - a) * (c - figure)))
