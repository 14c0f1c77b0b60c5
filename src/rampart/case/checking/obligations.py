"""Checks of what is promised and owed: how pledges fall due, compensation, orders that are only planned, slips."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rampart.case.cells import read_cell
from rampart.case.draft import ROW, Draft
from rampart.catalogues.inputs import tables
from rampart.findings import Finding


def check_falling_due(draft: Draft) -> Iterator[Finding]:
    """A row says from when it falls due and is no pledge."""
    rows = draft.sound("deliveries").filter(pl.col("from").is_not_null() & (pl.col("status") != "pledged"))
    for row, month, status in rows.select(ROW, "from", "status").iter_rows():
        yield draft.finding("falls-due-no-pledge", "deliveries", row=row, column="from", value=month, status=status)


def check_backfill(draft: Draft) -> Iterator[Finding]:
    """Compensation that binds nobody, has no date, is due after the plan, or is not among the objectives."""
    frame, end = draft.sound("deliveries"), draft.settings.get("end")
    due, by = pl.col("backfill_due"), pl.col("backfill_by")
    for row, month in frame.filter(due.is_not_null() & by.is_null()).select(ROW, "backfill_due").iter_rows():
        yield draft.finding("backfill-binds-nobody", "deliveries", row=row, column="backfill_due", value=month)
    for row, nation in frame.filter(due.is_null() & by.is_not_null()).select(ROW, "backfill_by").iter_rows():
        yield draft.finding("backfill-without-date", "deliveries", row=row, column="backfill_by", value=nation)
    binding = frame.filter(due.is_not_null() & by.is_not_null())
    if end:
        for row, month in binding.filter(due > end).select(ROW, "backfill_due").iter_rows():
            yield draft.finding(
                "backfill-after-plan", "deliveries", row=row, column="backfill_due", value=month, end=end
            )
    more = binding.filter(pl.col("backfill_quantity") > pl.col("quantity"))
    for row, quantity, given in more.select(ROW, "backfill_quantity", "quantity").iter_rows():
        yield draft.finding(
            "backfill-above-gift", "deliveries", row=row, column="backfill_quantity", value=quantity, given=given
        )
    ranked = draft.frames["priorities"]["objective"].to_list()
    if binding.height and "priorities" not in draft.unread and ranked and "backfill" not in ranked:
        details = {"count": binding.height}
        yield draft.finding("backfill-unranked", "priorities", column="objective", value="backfill", **details)


def check_planned_orders(draft: Draft) -> Iterator[Finding]:
    """Orders that are only planned are no inflow: how much is left out, by item."""
    if read_cell(draft.settings.get("count_planned"), tables()["settings"].columns["count_planned"])[0]:
        return
    start, end = draft.settings.get("start", ""), draft.settings.get("end", "9999-12")
    asked = draft.sound("orders").filter(
        (pl.col("state") == "planned") & pl.col("month").is_between(pl.lit(start), pl.lit(end))
    )
    by_item = asked.group_by("item", maintain_order=True).agg(pl.col("quantity").sum(), pl.len(), pl.col(ROW).first())
    for item, quantity, count, row in by_item.iter_rows():
        details = {"quantity": quantity, "count": count}
        yield draft.finding("orders-only-planned", "orders", row=row, column="state", value=item, **details)


def check_slips(draft: Draft) -> Iterator[Finding]:
    """Fewer months of delay for a larger share of orders: more cannot have come sooner."""
    group = ["line", "item", "kind", "state", "ahead"]
    frame = draft.sound("slips").sort("chance").with_columns(pl.col("delay").shift(1).over(group).alias("#before"))
    wrong = frame.filter(pl.col("delay") < pl.col("#before")).sort(ROW)
    for row, delay, before in wrong.select(ROW, "delay", "#before").iter_rows():
        yield draft.finding("slips-not-rising", "slips", row=row, column="delay", value=delay, before=before)
