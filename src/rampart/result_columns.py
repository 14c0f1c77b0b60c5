"""Catalogues of result tables: what each table and column is called, its type and unit, EN and FR."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Tables = Mapping[str, Mapping[str, Mapping[str, str]]]


@cache
def result_tables(file: str) -> Tables:
    """Tables of a catalogue in ``data``: table -> column -> row as read; the table's own row stands under ""."""
    text = files("rampart").joinpath(f"data/{file}").read_text(encoding="utf-8")
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["table"], {})[row["column"]] = row
    return found
