"""Folders that version 0.1 wrote: months as text, no kind; a plan is moved over, a war kept no case and is made again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.catalogues.results import result_tables, typed, types_of
from rampart.findings import Finding, ResultError
from rampart.results.manifest import FORMAT

if TYPE_CHECKING:
    import polars as pl


def from_first_format(
    folder: Path, manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Manifest and tables of a plan of version 0.1 as they are written today; ResultError for a war."""
    if "policy" in tables or "passes" not in tables:
        raise ResultError([Finding("result-of-first-version", file=str(folder))])
    moved = {name: typed(tables[name], types_of("plan", name)) for name in result_tables("plan") if name in tables}
    return {"kind": "plan", "format": FORMAT} | dict(manifest), moved
