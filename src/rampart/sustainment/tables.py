"""Columns of the result tables: the catalogue ``data/sustain.csv`` (type, unit, labels and help, EN and FR)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Result tables: their own row under "", then each column; every row as read."""
    text = files("rampart").joinpath("data/sustain.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["table"], {})[row["column"]] = row
    return found


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, str]:
    return {c: row["type"] for table in catalogue().values() for c, row in table.items() if c}


def schema_of(columns: tuple[str, ...]) -> dict[str, Any]:
    """Polars types of result columns; a column of one name has one type in every table."""
    import polars as pl

    types = {"number": pl.Float64, "integer": pl.Int64, "flag": pl.Boolean}
    return {name: types.get(_kinds()[name], pl.String) for name in columns}
