"""What is to be made good to donors of what they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

KEYS = ["owing", "donor", "item"]
PLEDGE = ["donor", "recipient", "item"]


def compensation(plan: Result) -> pl.DataFrame:
    """Table ``backfill`` with ``given``: what is to be made good of what was given, units.

    What is due counts pledges as a whole. Where pledges come before compensation, what of them was not given is not owed back
    (``plan.parts.backfill``).
    """
    import polars as pl

    table, ranks = plan["backfill"], dict(plan.case["priorities"].select("objective", "rank").iter_rows())
    if table.is_empty() or not 0 < ranks.get("pledges", 0) < ranks.get("backfill", 0):
        return table.with_columns(given="due")
    pledged = plan.case["deliveries"].filter(status="pledged").with_columns(owing="backfill_by")
    part = pl.coalesce("backfill_quantity", "quantity") / pl.col("quantity").sum().over(PLEDGE)
    parts = pledged.with_columns(part=part).filter(
        pl.col("owing").is_not_null() & pl.col("backfill_due").is_not_null() & (pl.col("quantity") > 0)
    )
    lacking = parts.select("owing", *PLEDGE, "part").join(plan["pledges"].select(*PLEDGE, "period", "owed"), on=PLEDGE)
    kept = lacking.group_by(*KEYS, "period").agg(kept=(pl.col("part") * pl.col("owed")).sum())
    joined = table.join(kept, on=[*KEYS, "period"], how="left", maintain_order="left")
    return joined.with_columns(given=(pl.col("due") - pl.col("kept").fill_null(0.0)).clip(lower_bound=0.0)).drop("kept")
