"""Checks of decisions that are taken already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from rampart.case.draft import ROW, Draft
from rampart.findings import Finding

NEEDED: Mapping[str, tuple[str, ...]] = {
    "order": ("line",), "expansion": ("expansion",), "purchase": ("offer", "buyer"),
    "transfer": ("origin", "destination", "item"), "spares": ("site", "payer"), "bays": ("shop",),
}  # fmt: skip
"""Columns without which a row of each kind says nothing."""


def check_taken(draft: Draft) -> Iterator[Finding]:
    """A decision that does not say on what, or that was taken outside the plan."""
    frame, start, end = draft.sound("taken"), draft.settings.get("start"), draft.settings.get("end")
    for kind, columns in NEEDED.items():
        rows = frame.filter(pl.col("kind") == kind)
        for column in columns:
            for row in rows.filter(pl.col(column).is_null())[ROW]:
                needed = ", ".join(columns)
                yield draft.finding("taken-says-nothing", "taken", row=row, column=column, kind=kind, needed=needed)
    if start and end:
        in_hand = pl.col("in_hand").fill_null(False) & (pl.col("month") < start)
        outside = frame.filter(((pl.col("month") < start) & ~in_hand) | (pl.col("month") > end))
        for row, month in outside.select(ROW, "month").iter_rows():
            yield draft.finding("taken-outside", "taken", row=row, column="month", value=month, start=start, end=end)
