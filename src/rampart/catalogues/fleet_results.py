"""Columns of the result tables: the catalogue ``data/sustain.csv`` (type, unit, labels and help, EN and FR)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rampart.catalogues.results import Tables, result_tables


def catalogue() -> Tables:
    """Result tables: their own row under "", then each column; every row as read."""
    return result_tables("sustain.csv")


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, str]:
    return {c: row["type"] for table in catalogue().values() for c, row in table.items() if c}


def schema_of(columns: tuple[str, ...]) -> dict[str, Any]:
    """Polars types of result columns; a column of one name has one type in every table."""
    import polars as pl

    types = {"number": pl.Float64, "integer": pl.Int64, "flag": pl.Boolean}
    return {name: types.get(_kinds()[name], pl.String) for name in columns}
