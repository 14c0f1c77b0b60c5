"""What a plan for a war gives by the month in which the war ends: means over the paths that end then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.case.calendar import month_number
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl


def by_end(result: Result) -> pl.DataFrame:
    """One row for each end date: chance, and means over the paths that end then, blank where one of theirs is.

    A war that is still on in the last period of the plan has no date. ``weight``: how much of the means over all paths are
    those of these paths. Where the paths are a sample, the chance is that of the chain: to be over by this date and not by
    the one before it in the table. Ends that no path has are then in no row, so that the chances may sum to less than one.
    """
    import polars as pl

    table, p = result["ends"], pl.col("probability")
    means = [c for c in table.columns if c not in ("path", "ends", "probability")]
    found = (
        table.group_by("ends")
        .agg(
            p.sum().alias("chance"),
            p.sum().alias("weight"),
            *[pl.when(~pl.col(c).has_nulls()).then((pl.col(c) * p).sum() / p.sum()).alias(c) for c in means],
        )
        .sort("ends", nulls_last=True)
    )
    if "sampling" not in result.manifest or result["survival"].is_empty():
        return found
    after = [_goes_on(result, 12 * end.year + end.month - 1) for end in found["ends"].drop_nulls()]
    chances = [b - a for b, a in zip([1.0, *after], after, strict=False)]
    if found["ends"].has_nulls():
        chances.append(goes_on_to_the_end(result))
    return found.with_columns(chance=pl.Series(chances, dtype=pl.Float64))


def goes_on_to_the_end(result: Result) -> float:
    """Chance that the war is still on in the last period of the plan: by the chain, or by its branches where it has none."""
    if result["survival"].is_empty():
        return float(result["ends"].filter(result["ends"]["ends"].is_null())["probability"].sum())
    return _goes_on(result, int(result.case.calendar.starts[-1]))


def _goes_on(result: Result, month: int) -> float:
    """Chance by the chain that the war is still on in a month, counted from the year 0; none after its last by the case."""
    until = result.case.settings["war_until"]
    if until and month > month_number(until):
        return 0.0
    goes_on = result["survival"].filter(result["survival"]["months"] == month - result.case.calendar.first)
    return float(goes_on["goes_on"][0])


def left_by_end(result: Result) -> pl.DataFrame:
    """What is left by end date, measure and item: units and known money, means over the paths that end then; blank where
    no money is known; and how many of them have units without a known price.
    """
    import polars as pl

    chances = result["ends"].select("path", "probability")
    whole = result["ends"].group_by("ends").agg(pl.col("probability").sum().alias("whole"))
    share = pl.col("probability") / pl.col("whole")
    return (
        result["left"].join(chances, on="path").join(whole, on="ends")
        .group_by("ends", "measure", "item", maintain_order=True)
        .agg(
            (pl.col("quantity") * share).sum(), known_sum(pl.col("money") * share),
            pl.col("money").is_null().sum().alias("unpriced"),
        )
        .sort("ends", "item", maintain_order=True)
    )  # fmt: skip


def supply_by_end(result: Result) -> pl.DataFrame:
    """What a holder gets and needs a month before each end, by item: means over the paths that end then."""
    import polars as pl

    p = pl.col("probability")
    return (
        result["supply"].join(result["ends"].select("path", "probability"), on="path")
        .group_by("holder", "item", "ends")
        .agg(p.sum().alias("chance"), (pl.col("served") * p).sum() / p.sum(), (pl.col("need") * p).sum() / p.sum())
        .sort("holder", "item", "ends", nulls_last=True)
    )  # fmt: skip


def known_sum(figure: pl.Expr) -> pl.Expr:
    """Sum of what is known; blank where nothing is."""
    import polars as pl

    return pl.when(figure.is_not_null().any()).then(figure.sum())
