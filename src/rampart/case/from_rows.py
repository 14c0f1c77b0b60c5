"""Rows by table, from a public source, into a Case: columns left out are blank, tables left out are empty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rampart.case.headers import stored_column, stored_columns
from rampart.case.tables import Case, dtype_of
from rampart.catalogues.inputs import tables

Row = dict[str, Any]
PRIORITIES: Sequence[Mapping[str, Any]] = tuple(
    {"rank": rank, "objective": objective}
    for rank, objective in enumerate(("floors", "pledges", "need", "own_use", "requirement", "money"), start=1)
)
"""Order of the objectives of an imported case: the planner may change it."""


def case_of(settings: Mapping[str, str], rows: Mapping[str, Sequence[Row]]) -> Case:
    """A case from rows by table. Raises KeyError for a table or a column that the catalogue does not have."""
    frames: dict[str, pl.DataFrame] = {}
    for name in rows:
        tables()[name]
    for name, table in tables().items():
        if name == "settings":
            kept = {key: value for key, value in settings.items() if table.columns[key]}
            frames[name] = pl.DataFrame(
                {"setting": list(kept), "value": list(kept.values())},
                schema={"setting": pl.String, "value": pl.String},
            )
            continue
        frames[name] = frame_of(name, rows.get(name, ()))
    return Case(tables=frames)


def frame_of(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of a table of a case as it is stored. Raises KeyError for a column that the catalogue does not have."""
    schema = {name: dtype_of(stored_column(table, name)) for name in stored_columns(tables()[table])}
    if strange := {key for row in rows for key in row} - set(schema):
        raise KeyError(f"{table}: {sorted(strange)}")
    return pl.DataFrame({c: [row.get(c) for row in rows] for c in schema}, schema=schema, strict=False)


def code_of(text: str, *, longest: int = 40) -> str:
    """A short name from any text: small letters, figures and underscores, never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:longest].strip("_") or "unnamed"
