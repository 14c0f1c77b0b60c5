"""What is most short."""

from __future__ import annotations

import polars as pl

from rampart.results.compensation import compensation
from rampart.results.result import Result

NOTICEABLE = 0.01
"""Share of an objective from which what is missing is worth a headline."""
NOISE = 1e-6
"""Share of what is asked up to which what is missing is the solver's tolerance."""


def leading(bottlenecks: pl.DataFrame, most: int) -> pl.DataFrame:
    """The first few bottlenecks of each objective, so that the foremost does not hide the others."""
    table = bottlenecks.filter(pl.col("share") >= NOTICEABLE)
    return table.filter(pl.col("rank").rank("ordinal").over("objective") <= most).sort("rank")


def most_short(plan: Result) -> str | None:
    """First objective, in the order of the case, of which a noticeable share is missing; where none is, anything beyond noise.

    None where nothing is missing.
    """
    return next(iter(all_short(plan)), None)


def all_short(plan: Result) -> list[str]:
    """All objectives of which a noticeable share is missing, in the order of the case; where none is, those beyond noise.

    Shares are taken within each item and then averaged, since items have different units.
    """
    months = plan["periods"].select("period", length=pl.col("months").cast(pl.Float64))
    stock = plan["stock"].join(months, on="period")
    recipients = recipients_of(plan)
    demand = plan["demand"].with_columns(length=pl.lit(1.0))
    theirs = pl.col("holder").is_in(recipients)
    found = {
        "floors": _missing(stock, "below_floor", "floor"),
        "pledges": _missing(plan["pledges"].with_columns(length=pl.lit(1.0)), "owed", "pledged"),
        "backfill": _missing(compensation(plan).join(months, on="period"), "owed", "given"),
        "need": _missing(demand.filter(theirs), "unmet", "need"),
        "own_use": _missing(demand.filter(~theirs), "unmet", "need"),
        "requirement": _missing(stock, "shortfall", "requirement"),
        "availability": _missing(
            plan["fleets"].join(months, on="period").rename({"fleet": "item"}), "lacking", "needed"
        ),
    }
    ranks = dict(plan.case["priorities"].select("objective", "rank").iter_rows())
    noticeable = [name for name, share in found.items() if share >= NOTICEABLE]
    short = noticeable or [name for name, share in found.items() if share > NOISE]
    return sorted(short, key=lambda name: ranks.get(name, len(found)))


def recipients_of(plan: Result) -> list[str]:
    """Nations that are supplied, in the order of the case."""
    nations = plan.case.tables["nations"]
    return nations.filter(pl.col("role") == "recipient")["nation"].to_list()


def _missing(rows: pl.DataFrame, short: str, whole: str) -> float:
    length = pl.col("length")
    sums = (
        rows.filter(pl.col(whole) > 0)
        .group_by("item")
        .agg(short=(pl.col(short) * length).sum(), whole=(pl.col(whole) * length).sum())
    )
    return float((sums["short"] / sums["whole"]).sum()) / sums.height if sums.height else 0.0
