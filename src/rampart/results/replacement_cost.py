"""What a unit of each item would cost to buy, by which amounts of different items are compared."""

from __future__ import annotations

from rampart.case.tables import Case


def replacement_costs(case: Case) -> dict[str, float]:
    """Money for a unit of each item (table ``items``), and where it is not known what a unit of the need is worth; rounds
    and howitzers are otherwise not to be compared. Items of which neither is known are left out.
    """
    import polars as pl

    value = pl.coalesce(*(pl.col(c).cast(pl.Float64) for c in ("price", "worth"))).alias("value")
    return dict(case["items"].select("item", value).drop_nulls().iter_rows())
