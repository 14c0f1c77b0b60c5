"""The traps of these books, each shown as a finding and none silently mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from rampart.findings import Finding
from rampart.sources.jbook.history import LEAD_TIMES, RATES, lines, orders, unnamed
from rampart.sources.jbook.matching import match_rates
from rampart.sources.jbook.parsing import MOST_MONTHS

_FAR = 1000.0
_WRITTEN = [f"{name}_written" for name in RATES]


def traps(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    """Everything about the content of the books that a planner must know before using it."""
    made = lines(tables)
    bought = orders(tables)
    yield from _rate_units(made)
    yield from _rates_apart(made)
    yield from _zeros(tables["manufacturers"])
    yield from _customers(bought)
    yield from _duplicates(tables)
    yield from _makers(made)
    yield from _below_minimum(made)
    yield from _months(tables)
    yield from _unidentified(tables)
    yield from _negative(tables)
    yield from _drift(bought)
    yield from _research(tables)


def _research(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    """A research book has programme elements: nothing in it is bought, and none of it enters a case."""
    for row in _rows(tables["program_elements"].group_by("document").len().sort("document")):
        yield Finding("jbook-research", file=row["document"], table="program_elements", details={"count": row["len"]})


def _rows(frame: pl.DataFrame) -> Iterable[dict[str, Any]]:
    return frame.iter_rows(named=True)


def _rate_units(made: pl.DataFrame) -> Iterator[Finding]:
    with_rates = made.filter(pl.any_horizontal(pl.col(name) > 0 for name in _WRITTEN))
    for row in _rows(with_rates.filter(pl.col("rate_units").is_null()).group_by("document").len().sort("document")):
        yield Finding("jbook-rate-unit-unknown", file=row["document"], table="manufacturers",
                      details={"count": row["len"]})  # fmt: skip
    both = with_rates.group_by("document").agg(
        (pl.col("rate_units") == "Monthly").sum().alias("monthly"),
        (pl.col("rate_units") == "Yearly").sum().alias("yearly"),
    )
    for row in _rows(both.filter((pl.col("monthly") > 0) & (pl.col("yearly") > 0)).sort("document")):
        details = {"monthly": row["monthly"], "yearly": row["yearly"]}
        yield Finding("jbook-rate-units-mixed", file=row["document"], table="manufacturers", details=details)


def _rates_apart(made: pl.DataFrame) -> Iterator[Finding]:
    low, middle, high = (pl.col(name) for name in _WRITTEN)
    odd = made.filter(
        ((low > middle) & (middle > 0)) | ((middle > high) & (high > 0)) | ((low > high) & (high > 0))
        | ((low > 0) & (high / low > _FAR)) | ((low > 0) & (middle / low > _FAR))
    )  # fmt: skip
    for row in _rows(odd):
        text = " / ".join(f"{row[name]:g}" if row[name] is not None else "-" for name in _WRITTEN)
        yield Finding("jbook-rates-apart", table="manufacturers", file=row["document"], row=row["position"],
                      value=text, details={"maker": row["name"] or "", "item": row["element_name"] or ""})  # fmt: skip


def _zeros(raw: pl.DataFrame) -> Iterator[Finding]:
    names = [*LEAD_TIMES, *RATES]
    counts = raw.group_by("document").agg((pl.col(name) == 0).sum().alias(name) for name in names).sort("document")
    for row in _rows(counts):
        if zeros := sum(row[name] for name in names):
            yield Finding("jbook-zero-not-reported", table="manufacturers", file=row["document"],
                          details={"count": zeros})  # fmt: skip


def _customers(bought: pl.DataFrame) -> Iterator[Finding]:
    other = bought.filter((pl.col("scheduled") - pl.col("quantity_ordered")).abs() > 0.5)
    for row in _rows(other.sort("document", "order")):
        yield Finding("jbook-other-customers", table="orders", file=row["document"], row=row["position"],
                      value=f"{row['quantity_ordered']:g}",
                      details={"scheduled": f"{row['scheduled']:g}", "item": row["element_name"] or "",
                               "year": row["fiscal_year"] or ""})  # fmt: skip


def repeated_line_items(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Line items that stand in more than one document of the same budget year, and the document kept.

    Kept is the one with most orders, then the first by name; a master book and a service book hold the same.
    Within one document a number may stand twice, for two kinds of cost, which is no repetition.
    """
    items = tables["line_items"].filter(pl.col("number").is_not_null())
    counted = tables["orders"].group_by("document", "line_item").len("orders")
    ranked = (
        items.select("document", "line_item", "number", "budget_year", "appropriation", "position")
        .join(counted, on=["document", "line_item"], how="left")
        .with_columns(pl.col("orders").fill_null(0))
        .sort(["orders", "document"], descending=[True, False])
        .with_columns(
            pl.col("document").first().over("number", "budget_year", "appropriation").alias("kept"),
        )
    )
    return ranked.filter(pl.col("document") != pl.col("kept")).sort("document", "line_item")


def _duplicates(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    for row in _rows(repeated_line_items(tables)):
        yield Finding("jbook-line-item-twice", table="line_items", file=row["document"], row=row["position"],
                      value=row["number"], details={"other": row["kept"], "count": row["orders"]})  # fmt: skip


def _makers(made: pl.DataFrame) -> Iterator[Finding]:
    nameless = made.filter(pl.col("name").map_elements(unnamed, return_dtype=pl.Boolean, skip_nulls=False))
    for row in _rows(nameless):
        yield Finding("jbook-maker-unnamed", table="manufacturers", file=row["document"], row=row["position"],
                      value=row["name"] or "", details={"item": row["element_name"] or ""})  # fmt: skip


def below_minimum(made: pl.DataFrame) -> pl.DataFrame:
    """Lines whose mean planned monthly delivery is below their minimum rate; only where the rate unit is known."""
    return made.filter((pl.col("mean") > 0) & (pl.col("min_rate") > 0) & (pl.col("mean") < pl.col("min_rate")))


def _below_minimum(made: pl.DataFrame) -> Iterator[Finding]:
    for row in _rows(below_minimum(made).sort("document", "manufacturer")):
        yield Finding("jbook-below-minimum", table="manufacturers", file=row["document"], row=row["position"],
                      value=f"{row['mean']:g}",
                      details={"minimum": f"{row['min_rate']:g}", "maker": row["name"] or "",
                               "item": row["element_name"] or ""})  # fmt: skip


def _months(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    """Schedules of more than twelve months, and months that stand twice in one schedule."""
    counted = tables["deliveries"].group_by("document", "parent").agg(
        pl.len().alias("months"), pl.col("month").n_unique().alias("different"), pl.col("month").null_count().alias("bad"),
        pl.col("position").min(),
    )  # fmt: skip
    for row in _rows(counted.filter(pl.col("months") > MOST_MONTHS).sort("document", "parent")):
        yield Finding("jbook-schedule-long", table="deliveries", file=row["document"], row=row["position"],
                      value=str(row["months"]), details={"limit": MOST_MONTHS})  # fmt: skip
    named = tables["deliveries"].filter(pl.col("month").is_not_null())
    twice = named.group_by("document", "parent", "month").agg(pl.len(), pl.col("position").max())
    for row in _rows(twice.filter(pl.col("len") > 1).sort("document", "parent", "month")):
        yield Finding("jbook-month-twice", table="deliveries", file=row["document"], row=row["position"],
                      value=row["month"])  # fmt: skip


def _unidentified(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    """Line items that neither state by themselves nor through their book what they are found again by."""
    books = tables["books"].group_by("document").agg(pl.col("appropriation", "budget_year").first())
    items = tables["line_items"].join(books, on="document", how="left", suffix="_of_book").with_columns(
        pl.coalesce(c, f"{c}_of_book").alias(c) for c in ("appropriation", "budget_year")
    )  # fmt: skip
    names = {"budget_year": "BudgetYear", "appropriation": "AppropriationNumber", "number": "LineItemNumber"}
    for column, name in names.items():
        without = items.filter(pl.col(column).is_null()).group_by("document")
        for row in _rows(without.agg(pl.len().alias("count"), pl.col("position").min()).sort("document")):
            yield Finding("jbook-not-identified", table="line_items", file=row["document"], row=row["position"],
                          value=name, details={"count": row["count"]})  # fmt: skip


_AT_LEAST_ZERO = {
    "orders": ("quantity", "unit_cost"), "schedules": ("quantity", "accepted_before"), "deliveries": ("amount",),
    "manufacturers": (*RATES, *LEAD_TIMES),
}  # fmt: skip


def _negative(tables: Mapping[str, pl.DataFrame]) -> Iterator[Finding]:
    for table, names in _AT_LEAST_ZERO.items():
        below = pl.any_horizontal(pl.col(name) < 0 for name in names)
        found = tables[table].filter(below).group_by("document")
        for row in _rows(found.agg(pl.len().alias("count"), pl.col("position").min()).sort("document")):
            yield Finding("jbook-negative", table=table, file=row["document"], row=row["position"],
                          details={"count": row["count"]})  # fmt: skip


def _drift(bought: pl.DataFrame) -> Iterator[Finding]:
    for row in _rows(match_rates(bought)):
        details = {
            "year": row["year"], "later": row["later"], "exact": row["exact"], "loose": row["loose"],
            "of": row["orders"], "share": f"{100 * row['loose'] / row['orders']:.0f}",
        }  # fmt: skip
        yield Finding("jbook-names-matched", table="orders", value=row["account"], details=details)
