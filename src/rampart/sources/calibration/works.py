"""New works: how far the completion of facility projects moves between a book and the next, and how long they take.

Facility exhibits give each project's milestones, from the first award to the end of proving out. The projects of
one book found again in the next, by plant and project number, show what a year does to a completion date.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl

from rampart.beliefs.distribution import Numbers
from rampart.sources.jbook.history import account, initials, months

TABLE = "data/jbook_works.csv"
_MOST_YEARS = 6


def projects(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Facility projects with their plant, budget year and milestones; ``duration`` from first award to proved out."""
    plants = tables["facilities"].select("document", pl.col("record").alias("parent"), pl.col("name").alias("plant"))
    items = tables["line_items"].select(
        "document", "line_item", "budget_year", "submitted", "appropriation", pl.col("number").alias("line_number")
    )
    return (
        tables["projects"]
        .filter(pl.col("prove_out_done").is_not_null() | pl.col("first_award").is_not_null())
        .join(plants, on=["document", "parent"], how="left")
        .join(items, on=["document", "line_item"], how="left")
        .with_columns(
            pl.col("plant").map_elements(initials, return_dtype=pl.String, skip_nulls=False).alias("plant_key"),
            account().alias("account"),
            (months("prove_out_done") - months("first_award")).alias("duration"),
        )
    )


def works_slips(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Projects still to be completed at one book, beside themselves in the next: ``slip`` in months."""
    known = projects(tables).filter(pl.col("number").is_not_null() & pl.col("prove_out_done").is_not_null())
    key = ["plant_key", "number", "budget_year"]
    known = known.filter(pl.len().over(key) == 1)
    later = known.select(
        "plant_key", "number", (pl.col("budget_year") - 1).alias("budget_year"),
        pl.col("prove_out_done").alias("done_later"),
    )  # fmt: skip
    both = known.join(later, on=key, how="inner").with_columns(
        (months("done_later") - months("prove_out_done")).alias("slip")
    )
    return both.filter(months("prove_out_done") > months("submitted"))


def write_works(seen: pl.DataFrame, path: Path) -> None:
    """Slips of a year, counted."""
    seen.group_by("slip").agg(pl.len().alias("times")).sort("slip").write_csv(path)


@lru_cache(maxsize=1)
def packaged_works() -> Numbers:
    """Slips of completion in a year that come with the package, from the books of 2013-2016."""
    text = files("rampart").joinpath(TABLE).read_text(encoding="utf-8")
    counted = pl.read_csv(io.BytesIO(text.encode()))
    return np.repeat(counted["slip"].to_numpy().astype(float), counted["times"].to_numpy())


def completion_slips(ahead: Numbers, yearly: Numbers, rng: np.random.Generator, draws: int) -> Numbers:
    """Total slip of works promised ``ahead`` months from now, one row a promise, one column a draw.

    Every year that passes moves the date once more, until it has come: a promise that is less than a year away
    moves by the part of a year that is left. All promises of a draw share its luck.
    """
    steps = rng.choice(yearly, (_MOST_YEARS, draws))
    total = np.zeros((len(ahead), draws))
    for i, promise in enumerate(ahead):
        for year in range(_MOST_YEARS):
            left = promise + total[i] - 12.0 * year
            total[i] += steps[year] * np.clip(left / 12.0, 0.0, 1.0)
    return total
