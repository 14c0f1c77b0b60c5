"""A case in which orders come when they should be expected, or later: what a plan has to stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from rampart.beliefs.slips import STATES, SlipModel
from rampart.sources.calibration.expected import ACCOUNTS, packaged_model, slip_until
from rampart.sources.calibration.slips import months

if TYPE_CHECKING:
    from rampart.case.tables import Case

SOURCE = "slips"
KEY = ("buyer", "item", "line", "ship_to", "month")


def late_case(case: Case, *, level: float | None = None, model: SlipModel | None = None) -> Case:
    """The case with every order on order in its expected month, and production lead times longer by the expected slip.

    level  instead of the mean, the quantile of the slip: at 0.9 nine orders in ten have come. Of all orders at once that is
           worse than nine cases in ten, since slips are not the same for all
    model  distributions of slip; by default those of the package
    Orders of one line that then come in one month are put together. What moved is graded as derived, with a note; lead
    times of an order not yet placed take the slip of planned orders, and never get shorter. Nothing comes before the case.
    """
    from rampart.case.tables import Case

    if level is not None and not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    chosen = model or packaged_model()
    start = int(case.calendar.first)
    account = {item: ACCOUNTS[kind] for item, kind in case["items"].select("item", "kind").iter_rows()}

    def slip(item: str, state: str, ahead: float) -> int:
        found = slip_until(chosen, account[item], state, ahead)
        return round(found.mean if level is None else found.quantile(level))

    said = "expected month" if level is None else f"month in which {level:.0%} of such orders have come"
    orders = _moved(case.tables["orders"], lambda item, ahead: slip(item, STATES[2], ahead), start, said)
    longer = [
        max(0, slip(row["item"], STATES[0], (row["admin_lead_time"] or 0.0) + (row["lead_time"] or 0.0)))
        for row in case["lines"].iter_rows(named=True)
    ]
    lines = case.tables["lines"].with_columns(
        *(pl.col(c) + pl.Series(longer, dtype=pl.Float64) for c in ("lead_time", "lead_time_initial")),
        grade=pl.when(pl.Series(longer) > 0).then(pl.lit("derived")).otherwise(pl.col("grade")),
        note=pl.when(pl.Series(longer) > 0)
        .then(
            _noted(pl.format("lead time {} months longer: slip of planned orders, {}", pl.Series(longer), pl.lit(said)))
        )
        .otherwise(pl.col("note")),
    )
    return Case(tables={**case.tables, "orders": orders, "lines": lines, "sources": _source(case.tables["sources"])})


def _noted(said: pl.Expr) -> pl.Expr:
    """What was noted before, and this."""
    return pl.concat_str([pl.col("note"), said], separator="; ", ignore_nulls=True)


def _moved(orders: pl.DataFrame, slip: Callable[[str, float], int], start: int, said: str) -> pl.DataFrame:
    if orders.is_empty():
        return orders
    number = orders.select(months("month"))["month"].to_list()
    by = [slip(item, promised - start) for item, promised in zip(orders["item"], number, strict=True)]
    to = [max(start, promised + more) for promised, more in zip(number, by, strict=True)]
    moved = orders.with_columns(
        month=pl.Series([f"{m // 12:04d}-{m % 12 + 1:02d}" for m in to]),
        note=_noted(pl.format("promised {}, {}", pl.col("month"), pl.lit(said))),
        grade=pl.lit("derived"),
    )
    whole = pl.col("quantity").sum()
    due = (
        pl.when(pl.col("due").is_null().any()).then(None).otherwise((pl.col("due") * pl.col("quantity")).sum() / whole)
    )
    together = moved.group_by(KEY, maintain_order=True).agg(
        whole, due.alias("due"),
        *(pl.when(pl.col(c).is_null().any()).then(None).otherwise(pl.col(c).sum()).alias(c) for c in ("low", "high")),
        pl.col("source", "grade").first(), pl.col("note").str.join("; "),
    )  # fmt: skip
    return together.select(orders.columns).cast(dict(orders.schema))  # type: ignore[arg-type]


def _source(sources: pl.DataFrame) -> pl.DataFrame:
    """The sources with that of the slips."""
    if SOURCE in sources["source"].to_list():
        return sources
    row = {
        "source": SOURCE, "publisher": "United States Department of Defense",
        "title": "Procurement justification books, budget years 2013 to 2016: moves of first deliveries between books",
    }  # fmt: skip
    own = {c: row.get(c) for c in sources.columns}
    return pl.concat([sources, pl.DataFrame([own], schema=sources.schema)])
