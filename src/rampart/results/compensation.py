"""What is to be made good to donors of what they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.requirements.backfill import of_pledges
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

KEYS = ["owing", "donor", "item"]


def compensation(plan: Result) -> pl.DataFrame:
    """Table ``backfill`` with ``given``: what is to be made good of what was given, units.

    What is due counts pledges as a whole. Where pledges come before compensation, what of them was not given is not owed back
    (``plan.parts.backfill``).
    """
    import polars as pl

    table, ranks = plan["backfill"], dict(plan.case["priorities"].select("objective", "rank").iter_rows())
    if table.is_empty() or not 0 < ranks.get("pledges", 0) < ranks.get("backfill", 0):
        return table.with_columns(given="due")
    owing = [(by, donor, item) for by, donor, item in table.select(KEYS).unique().sort(KEYS).iter_rows()]
    parts = [(*key, *pledge, part) for key, of in of_pledges(plan.case, owing).items() for pledge, part in of]
    schema = dict.fromkeys([*KEYS, "giver", "recipient", "what"], pl.String) | {"part": pl.Float64}
    pledges = plan["pledges"].select("recipient", "period", "owed", giver="donor", what="item")
    lacking = pl.DataFrame(parts, schema=schema, orient="row").join(
        pledges.rename({"owed": "lacks"}), on=["giver", "recipient", "what"]
    )
    kept = lacking.group_by(*KEYS, "period").agg(kept=(pl.col("part") * pl.col("lacks")).sum())
    joined = table.join(kept, on=[*KEYS, "period"], how="left", maintain_order="left")
    return joined.with_columns(given=(pl.col("due") - pl.col("kept").fill_null(0.0)).clip(lower_bound=0.0)).drop("kept")
