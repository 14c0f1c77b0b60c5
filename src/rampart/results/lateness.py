"""What is served after it was due: how much, and how long it is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl


class Late(NamedTuple):
    """Of an item that recipients need, or members use: what is served late, what is due and never served, and the wait.

    months  mean months that a unit due late is waited for, within the plan
    """

    served: float
    never: float
    months: float


def lateness(plan: Result, *, own: bool = False) -> dict[str, Late]:
    """Items of which something that recipients need comes late, the oldest due served first; own: that members use."""
    import polars as pl

    from rampart.results.most_short import recipients_of

    keys = ["holder", "item", "purpose"]
    months = plan["periods"].select("period", length=pl.col("months").cast(pl.Float64))
    theirs = pl.col("holder").is_in(recipients_of(plan))
    table = plan["demand"].filter(~theirs if own else theirs).join(months, on="period")
    table = table.sort(*keys, "period").with_columns(before=pl.col("late").shift(1, fill_value=0.0).over(keys))
    by_need = table.group_by(keys).agg(
        served=pl.min_horizontal("served", "before").sum(),
        never=pl.col("late").last(),
        waited=(pl.col("late") * pl.col("length")).sum(),
    )
    by_item = by_need.group_by("item").agg(pl.col("served", "never", "waited").sum()).sort("item")
    found = {}
    for item, served, never, waited in by_item.iter_rows():
        if served + never > 1e-6:
            found[item] = Late(served, never, waited / (served + never))
    return found


def months_late(plan: Result) -> pl.DataFrame:
    """Table ``demand`` with what is due late in units times months."""
    import polars as pl

    months = plan["periods"].select("period", length=pl.col("months").cast(pl.Float64))
    return plan["demand"].join(months, on="period").with_columns(late=pl.col("late") * pl.col("length"))
