"""The lines of exhibit P-5a with all that stands around them: item, manufacturer, lead times, delivery schedule."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

UNNAMED = (
    "various",
    "tbd",
    "to be determined",
    "multiple",
    "not selected",
    "tbs",
    "n/a",
    "unknown",
    "none",
    "see end item",
)
ACCOUNTS: Mapping[str, str] = {
    "2034": "ammunition", "1508": "ammunition", "3011": "ammunition",
    "2032": "missiles", "1507": "missiles", "3020": "missiles",
}  # fmt: skip
"""By the Treasury's number of the appropriation; the letter after it names the service and is not always written."""
_UNITS = {"Dollars": 1.0, "Thousands": 1e3, "Millions": 1e6}
RATES = ("min_rate", "economic_rate", "max_rate")
LEAD_TIMES = (
    *(f"{block}_{name}" for block in ("initial", "reorder") for name in ("alt_before", "alt_after", "plt", "total")),
    "alt_before", "alt_after", "plt", "total",
)  # fmt: skip


def account() -> pl.Expr:
    """Ammunition or missiles, by the column ``appropriation``; null for other accounts."""
    return pl.col("appropriation").str.extract(r"^\s*(\d{4})").replace_strict(ACCOUNTS, default=None)


def months(column: str) -> pl.Expr:
    """A "YYYY-MM" column as a whole number of months; null where it is none."""
    text = pl.col(column)
    year, month = (text.str.slice(*part).cast(pl.Int64, strict=False) for part in ((0, 4), (5, 2)))
    return year * 12 + month - 1


def state_of_order() -> pl.Expr:
    """State of an order as its book shows it.

    awarded: the award lies before the submission; funded: a past fiscal year's money, not yet awarded; planned: the budget
    year's own order, or a later one
    """
    return (
        pl.when(months("award") <= months("submitted"))
        .then(pl.lit("awarded"))
        .when(pl.col("fiscal_year") < pl.col("budget_year"))
        .then(pl.lit("funded"))
        .otherwise(pl.lit("planned"))
        .alias("state")
    )


def unnamed(name: str | None) -> bool:
    """Whether a manufacturer is not really named ("Various", "TBD")."""
    text = (name or "").strip().lower()
    return not text or any(text == word or re.match(rf"{re.escape(word)}[^a-z]", text) for word in UNNAMED)


def initials(name: str | None) -> str:
    """What two spellings of one name share: its first sixteen letters and figures, without the number it stands under.

    Books number elements ("1.2) Cartridge") and number them anew when one is added.
    """
    text = re.sub(r"^\s*\d+(\.\d+)*\s*[).]\s*", "", (name or "").lower())
    return re.sub(r"[^a-z0-9]", "", text)[:16]


def _first(column: str) -> pl.Expr:
    return pl.col(column).map_elements(initials, return_dtype=pl.String, skip_nulls=False)


def manufacturers(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A row a manufacturer of an element: account, item, rates a month, lead times; what is zero is not reported.

    Rates are a month where the book states the unit of its rates, else unknown (``rate_unit`` is null); the
    columns ``..._written`` keep what the book says.
    """
    books = tables["books"].group_by("document").agg(
        pl.col("appropriation").first().alias("book_appropriation"),
        pl.col("budget_year").first().alias("book_year"),
        pl.col("submitted").first().alias("book_submitted"),
        pl.col("service").first().alias("book_service"),
    )  # fmt: skip
    items = tables["line_items"].select(
        "document", "line_item", "number", "title", "budget_year", "submitted", "service", "appropriation",
        "rate_units", "unit_cost_units", "quantity_units", "cycle",
    )  # fmt: skip
    elements = pl.concat(
        [
            tables["elements"].select("document", "record", pl.col("name").alias("element_name"), "dodic"),
            tables["advance_items"].select("document", "record", pl.col("name").alias("element_name"))
            .with_columns(dodic=pl.lit(None, pl.String)),
        ]
    )  # fmt: skip
    frame = (
        tables["manufacturers"]
        .rename({"element": "made_by", "record": "manufacturer"})
        .join(elements, left_on=["document", "parent"], right_on=["document", "record"], how="left")
        .join(items, on=["document", "line_item"], how="left")
        .join(books, on="document", how="left")
    )
    per_year = pl.col("rate_units").replace_strict({"Monthly": 1.0, "Yearly": 12.0}, default=None)
    return frame.with_columns(
        pl.coalesce("budget_year", "book_year").alias("budget_year"),
        pl.coalesce("appropriation", "book_appropriation").str.strip_chars().str.to_uppercase().alias("appropriation"),
        pl.coalesce("service", "book_service").alias("service"),
        pl.coalesce("submitted", "book_submitted").alias("submitted"),
        *(pl.col(name).alias(f"{name}_written") for name in RATES),
    ).with_columns(
        account().alias("account"),
        # A book shows what was known at its submission; where the month is not given, February of the year before.
        pl.coalesce("submitted", pl.format("{}-02", pl.col("budget_year") - 1)).alias("submitted"),
        *(
            pl.when(pl.col(name) > 0).then(pl.col(name) / per_year).alias(name)
            for name in RATES
        ),
        *(pl.when(pl.col(name) > 0).then(pl.col(name)).alias(name) for name in LEAD_TIMES),
        _first("element_name").alias("element_key"),
        _first("name").alias("maker_key"),
    )  # fmt: skip


def lines(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Manufacturers of an element with what all customers' schedules plan for them together, month by month.

    mean, peak   mean and largest delivery over the months with deliveries; null without a schedule
    """
    rows = tables["schedules"].filter(pl.col("element") == "MonthlyDeliverySchedule")
    rows = rows.select("document", pl.col("record").alias("parent"), pl.col("parent").alias("order"))
    made_by = tables["orders"].select(
        "document", pl.col("record").alias("order"), pl.col("parent").alias("manufacturer")
    )
    months = (
        tables["deliveries"]
        .filter(pl.col("month").is_not_null() & (pl.col("amount") > 0))
        .join(rows, on=["document", "parent"], how="inner")
        .join(made_by, on=["document", "order"], how="inner")
        .group_by("document", "manufacturer", "month")
        .agg(pl.col("amount").sum())
        .group_by("document", "manufacturer")
        .agg(pl.col("amount").mean().alias("mean"), pl.col("amount").max().alias("peak"), pl.len().alias("months"))
    )
    return manufacturers(tables).join(months, on=["document", "manufacturer"], how="left")


def orders(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A row an order of exhibit P-5a with its manufacturer's columns and its schedule.

    scheduled   quantity of the own and all other customers in the delivery schedule (null: no schedule)
    months, peak, mean   months with deliveries planned, and the largest and the mean monthly delivery of them
    """
    rows = tables["schedules"].filter(pl.col("element") == "MonthlyDeliverySchedule")
    months = (
        tables["deliveries"]
        .join(rows.select("document", pl.col("record").alias("parent"), pl.col("parent").alias("order")),
              on=["document", "parent"], how="inner")
        .filter(pl.col("month").is_not_null() & (pl.col("amount") > 0))
        .group_by("document", "order", "month").agg(pl.col("amount").sum())
        .group_by("document", "order")
        .agg(pl.len().alias("months"), pl.col("amount").max().alias("peak"), pl.col("amount").mean().alias("mean"),
             pl.col("month").min().alias("first_month"), pl.col("month").max().alias("last_month"))
    )  # fmt: skip
    totals = rows.group_by("document", pl.col("parent").alias("order")).agg(
        pl.col("quantity").sum().alias("scheduled"), pl.col("customer").n_unique().alias("customers")
    )
    made = manufacturers(tables).drop("parent", "position", "within", "exhibit", "line_item", "remarks")
    made = made.rename({"name": "maker"})
    return (
        tables["orders"]
        .rename({"record": "order", "quantity": "quantity_ordered", "note": "order_note"})
        .drop("element")
        .join(made, left_on=["document", "parent"], right_on=["document", "manufacturer"], how="left")
        .join(totals, on=["document", "order"], how="left")
        .join(months, on=["document", "order"], how="left")
        .with_columns(
            (pl.col("unit_cost") * pl.col("unit_cost_units").replace_strict(_UNITS, default=None)).alias("price")
        )
    )
