"""Draws of a case's uncertain figures: each row with low and high, from a triangle with the figure as its peak.

Random numbers are named by (seed, draw, table, what the codes of the row are, its other keys), so the same draw is the same
in any order of rows and under any spelling of the codes. Rows whose codes are equal in every datum are told apart by name.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.likeness import Likeness, home_of, likeness
from rampart.catalogues.inputs import Table, main_figures, tables

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

    frames, same = dict(case.tables), likeness(case.tables)
    for name in TABLES:
        table = tables()[name]
        figure = main_figures(table)[0]
        column = table.columns[figure]
        rows = frames[name]
        if rows.is_empty():
            continue
        given = rows.select(*table.key, figure, "low", "high").to_dicts()
        keys = _stream_keys(table, given, same)
        values = [
            _draw(row[figure], row["low"], row["high"], _uniform(seed, number, (name, *key)))
            for row, key in zip(given, keys, strict=True)
        ]
        if column.kind == "integer" or name in ("shop_bays", "part_stocks"):
            values = [None if v is None else round(v) if np.isfinite(v) else v for v in values]
        dtype = rows.schema[figure]
        frames[name] = rows.with_columns(pl.Series(figure, values, dtype=dtype, strict=False))
    return replace(case, tables=frames)


def _stream_keys(table: Table, rows: list[dict[str, Any]], same: Likeness) -> list[tuple[Any, ...]]:
    """What names the random numbers of each row: numbers of its codes, its other keys, and its place among rows that
    share these, in the order of their names.
    """
    keys = []
    for row in rows:
        columns = [table.columns[k] for k in table.key]
        keys.append(
            tuple(same.of(home_of(table.name, c), row[c.name]) if c.kind == "code" else row[c.name] for c in columns)
        )
    places: dict[tuple[Any, ...], int] = {}
    result: list[tuple[Any, ...]] = [()] * len(rows)
    for n in sorted(range(len(rows)), key=lambda n: [str(rows[n][k]) for k in table.key]):
        places[keys[n]] = places.get(keys[n], -1) + 1
        result[n] = (*keys[n], places[keys[n]])
    return result


def _uniform(seed: int, number: int, key: tuple[Any, ...]) -> float:
    digest = sha256(repr((seed, number, *key)).encode()).digest()
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
