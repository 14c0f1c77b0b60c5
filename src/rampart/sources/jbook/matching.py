"""The same order in the books of two years, although names drift: by account, line item, names' first letters."""

from __future__ import annotations

import polars as pl

from rampart.sources.jbook.history import unnamed

OTHER = "other"
"""Account of orders of neither ammunition nor missiles; until enough of it is seen, all orders speak for it."""
LOOSE = ("appropriation", "number", "element_key", "maker_key", "fiscal_year")
_KEPT = ("award", "first_delivery", "quantity_ordered", "price", "document", "order")


def distinct_orders(bought: pl.DataFrame) -> pl.DataFrame:
    """One row an order of a budget year.

    The same order in two documents of one budget year counts once. Orders that differ only in what the key
    does not hold (lots of one year, customers) are distinguished by their place among their like, ``turn``.
    """
    known = bought.filter(pl.all_horizontal(pl.col(c).is_not_null() for c in LOOSE))
    known = known.with_columns(pl.col("account").fill_null(OTHER))
    # Amended books restate a year after the fact; only the first submission is a forecast of that year.
    known = known.filter(pl.col("cycle").fill_null("PB") == "PB")
    counted = known.with_columns(pl.len().over("budget_year", "appropriation", "number", "document").alias("size"))
    kept = counted.filter(
        pl.col("document")
        == pl.col("document").sort_by("size", "document", descending=[True, False]).first().over(
            "budget_year", "appropriation", "number"
        )
    )  # fmt: skip
    place = [*LOOSE, "budget_year", "location_key", "method", "contract", "oco", "suffix"]
    return (
        kept.with_columns(pl.col("location").str.to_lowercase().str.replace_all(r"[^a-z]", "").alias("location_key"))
        .sort("budget_year", "document", "order")
        .with_columns(pl.int_range(pl.len()).over(place).alias("turn"), pl.len().over(*LOOSE, "budget_year").alias("like"))
        .drop("size")
    )  # fmt: skip


def later_view(bought: pl.DataFrame, ahead: int) -> pl.DataFrame:
    """Orders of each book beside the same order in the book ``ahead`` years later.

    Matched on account, line item, first letters of element and manufacturer, and the order's fiscal year; where
    several orders share these, only those that quantity distinguishes are matched, since a wrong pair would read
    as a slip. Columns of the later book end in ``_later``.
    """
    frame = distinct_orders(bought)
    right = frame.select(
        *LOOSE, (pl.col("budget_year") - ahead).alias("budget_year"), "like",
        *(pl.col(c).alias(f"{c}_later") for c in _KEPT), pl.col("quantity_ordered").alias("_quantity"),
    )  # fmt: skip
    keys = [*LOOSE, "budget_year"]
    single = frame.filter(pl.col("like") == 1).join(
        right.filter(pl.col("like") == 1).drop("like", "_quantity"), on=keys, how="inner"
    )
    single = pl.concat([single, _named_since(frame, right, single, keys)], how="diagonal_relaxed")
    several = frame.join(single.select("document", "order"), on=["document", "order"], how="anti")
    one = pl.len().over([*keys, "quantity_ordered"]) == 1
    several = several.filter(pl.col("quantity_ordered").is_not_null()).filter(one)
    others = right.filter(pl.col("_quantity").is_not_null()).filter(pl.len().over([*keys, "_quantity"]) == 1)
    several = several.join(
        others.drop("like"), left_on=[*keys, "quantity_ordered"], right_on=[*keys, "_quantity"], how="inner"
    )
    return pl.concat([single, several], how="diagonal_relaxed").with_columns(
        pl.lit(ahead).alias("ahead"), (pl.col("budget_year") + ahead).alias("later_year")
    )


def _named_since(frame: pl.DataFrame, right: pl.DataFrame, matched: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Orders without a named manufacturer, beside the one order of their element and fiscal year in the later book.

    A planned order has no manufacturer yet ("TBD"); once awarded it has one, and the names no longer agree.
    """
    without = [key for key in keys if key != "maker_key"]
    alone = pl.len().over(without) == 1
    nameless = pl.col("maker").map_elements(unnamed, return_dtype=pl.Boolean, skip_nulls=False)
    earlier = (
        frame.filter(alone)
        .filter(nameless)
        .join(matched.select("document", "order"), on=["document", "order"], how="anti")
    )
    later = right.filter(alone).drop("like", "_quantity", "maker_key")
    return earlier.join(later, on=without, how="inner")


def match_rates(bought: pl.DataFrame) -> pl.DataFrame:
    """By account and pair of following books: orders that should be in the later one, and how many were matched.

    An order is looked for where its fiscal year is not older than the oldest one that the later book shows for
    its line item. ``exact``: the names are spelled alike in both.
    """
    frame = distinct_orders(bought)
    schema = {"account": pl.String, "year": pl.Int64, "later": pl.Int64, "orders": pl.Int64, "exact": pl.Int64,
              "loose": pl.Int64}  # fmt: skip
    if frame.is_empty():
        return pl.DataFrame(schema=schema)
    oldest = frame.group_by("appropriation", "number", (pl.col("budget_year") - 1).alias("budget_year")).agg(
        pl.col("fiscal_year").min().alias("oldest")
    )
    expected = frame.join(oldest, on=["appropriation", "number", "budget_year"], how="inner").filter(
        pl.col("fiscal_year") >= pl.col("oldest")
    )
    following = frame.select(*LOOSE, (pl.col("budget_year") - 1).alias("budget_year"), "element_name", "maker")
    loose = expected.join(following, on=[*LOOSE, "budget_year"], how="semi")
    exact = expected.join(following, on=[*LOOSE, "budget_year", "element_name", "maker"], how="semi")
    sizes = [
        f.group_by("account", pl.col("budget_year").alias("year")).agg(pl.len().cast(pl.Int64).alias(name))
        for f, name in ((expected, "orders"), (exact, "exact"), (loose, "loose"))
    ]
    found = (
        sizes[0].join(sizes[1], on=["account", "year"], how="left").join(sizes[2], on=["account", "year"], how="left")
    )
    return (
        found.with_columns(pl.col("exact", "loose").fill_null(0), (pl.col("year") + 1).alias("later"))
        .select(*schema)
        .sort("account", "year")
    )
