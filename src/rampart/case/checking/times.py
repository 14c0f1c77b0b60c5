"""Checks of months: the horizon, the calendar, spans that end before they begin, rows outside the plan."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rampart.case.calendar import month_number
from rampart.case.draft import ROW, Draft
from rampart.findings import Finding

LONGEST = 600
"""Months a plan may span; a longer one is a slip of the keyboard."""

_SPANS = (
    ("lines", "from", "until"),
    ("contracts", "from", "until"),
    ("demand", "from", "until"),
    ("market", "from", "until"),
    ("expansions", "earliest", "latest"),
    ("deliveries", "from", "month"),
    ("deliveries", "month", "backfill_due"),
)


def check_horizon(draft: Draft) -> Iterator[Finding]:
    """The last month comes before the first, or half a century later."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    if not start or not end:
        return
    row = draft.frames["settings"].filter(pl.col("setting") == "end")[ROW][0]
    months = month_number(end) - month_number(start) + 1
    if months < 1:
        yield draft.finding("end-before-start", "settings", row=row, column="value", value=end, start=start)
    elif months > LONGEST:
        yield draft.finding(
            "horizon-too-long", "settings", row=row, column="value", value=end, months=months, most=LONGEST
        )


def check_calendar(draft: Draft) -> Iterator[Finding]:
    """A stretch of the calendar begins outside the plan and would be ignored."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    if not start or not end or end < start:
        return
    outside = (pl.col("from") < start) | (pl.col("from") > end)
    for row, month in draft.sound("calendar").filter(outside).select(ROW, "from").iter_rows():
        details = {"start": start, "end": end}
        yield draft.finding("stretch-outside", "calendar", row=row, column="from", value=month, **details)


def check_spans(draft: Draft) -> Iterator[Finding]:
    """A span ends before it begins."""
    for table, first, last in _SPANS:
        wrong = draft.sound(table).filter(pl.col(last) < pl.col(first))
        for row, begin, end in wrong.select(ROW, first, last).iter_rows():
            named = draft.called(table, first)
            yield draft.finding("until-before-from", table, row=row, column=last, value=end, begin=begin, first=named)


def check_demand_overlap(draft: Draft) -> Iterator[Finding]:
    """A need has a last month, and another row of the same need takes over before it."""
    frame = draft.sound("demand").with_columns(pl.col("from").fill_null(draft.settings.get("start", "")))
    group = ["holder", "item", "purpose", "regime"]
    frame = frame.sort(*group, "from").with_columns(
        pl.col("from").shift(-1).over(group).alias("#next"), pl.col(ROW).shift(-1).over(group).alias("#other")
    )
    cut = frame.filter((pl.col("#next") > pl.col("from")) & (pl.col("until") >= pl.col("#next"))).sort(ROW)
    for row, until, month, other in cut.select(ROW, "until", "#next", "#other").iter_rows():
        yield draft.finding("demand-overlap", "demand", row=row, column="until", value=until, other=other, month=month)


def check_resources_begin(draft: Draft) -> Iterator[Finding]:
    """The first row of a resource begins after the plan: before it there is no capacity."""
    start = draft.settings.get("start")
    if not start:
        return
    frame = draft.sound("resources").with_columns(pl.col("from").fill_null(start))
    first = frame.sort("from").group_by("resource", maintain_order=True).first()
    for row, code, month in first.filter(pl.col("from") > start).sort(ROW).select(ROW, "resource", "from").iter_rows():
        yield draft.finding("resource-begins-late", "resources", row=row, column="from", value=code, month=month)


def check_past_orders(draft: Draft) -> Iterator[Finding]:
    """An order arrives before the plan begins: it counts only if it is in the stocks."""
    start = draft.settings.get("start")
    if not start:
        return
    for row, month in draft.sound("orders").filter(pl.col("month") < start).select(ROW, "month").iter_rows():
        yield draft.finding("order-in-the-past", "orders", row=row, column="month", value=month, start=start)


def check_over_before_start(draft: Draft) -> Iterator[Finding]:
    """A line, contract, offer or expansion is over before the plan begins: it is never used, as where a year is mistyped."""
    start = draft.settings.get("start")
    if not start:
        return
    for table, last in (("lines", "until"), ("contracts", "until"), ("market", "until"), ("expansions", "latest")):
        for row, month in draft.sound(table).filter(pl.col(last) < start).select(ROW, last).iter_rows():
            yield draft.finding("over-before-start", table, row=row, column=last, value=month, start=start)


def check_past_deliveries(draft: Draft) -> Iterator[Finding]:
    """What is on the way arrives before the plan begins and is not counted; what is pledged is due at once."""
    start = draft.settings.get("start")
    if not start:
        return
    past = draft.sound("deliveries").filter((pl.col("month") < start) & (pl.col("quantity") > 0))
    codes = {"in_transit": "transit-in-the-past", "pledged": "pledge-due-at-once"}
    for row, month, status in past.select(ROW, "month", "status").iter_rows():
        if status in codes:
            yield draft.finding(codes[status], "deliveries", row=row, column="month", value=month, start=start)


def check_after_end(draft: Draft) -> Iterator[Finding]:
    """An order or a delivery arrives after the plan ends, as where a year is mistyped: it counts nowhere."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    if not start or not end or end < start:  # which is said
        return
    for table in ("orders", "deliveries"):
        late = draft.sound(table).filter((pl.col("month") > end) & (pl.col("quantity") > 0))
        if table == "deliveries":  # what is done by then is told apart
            late = late.filter(pl.col("status") != "delivered")
        for row, month in late.select(ROW, "month").iter_rows():
            yield draft.finding("arrives-after-end", table, row=row, column="month", value=month, end=end)


def check_delivered_later(draft: Draft) -> Iterator[Finding]:
    """A delivery is said to be done in a month that the plan begins in or comes to: it counts nowhere."""
    start = draft.settings.get("start")
    if not start:
        return
    done = draft.sound("deliveries").filter((pl.col("status") == "delivered") & (pl.col("month") >= start))
    for row, month in done.filter(pl.col("quantity") > 0).select(ROW, "month").iter_rows():
        yield draft.finding("delivered-not-yet", "deliveries", row=row, column="month", value=month, start=start)


def check_lots(draft: Draft) -> Iterator[Finding]:
    """A lot in stock was received after the plan begins, or is past its shelf life already; so of what arrives, then."""
    start = draft.settings.get("start")
    if not start:
        return
    life = dict(draft.sound("items").select("item", "shelf_life").iter_rows())
    for table, code, when in (
        ("stocks", "lot-from-the-future", pl.lit(start)), ("orders", "lot-after-arrival", pl.col("month")),
        ("deliveries", "lot-after-arrival", pl.col("month")),
    ):  # fmt: skip
        lots = draft.sound(table).filter(pl.col("lot").is_not_null())
        for row, item, lot, then in lots.select(ROW, "item", "lot", when.alias("when")).iter_rows():
            months = life.get(item)
            if lot > then:
                yield draft.finding(code, table, row=row, column="lot", value=lot, start=then)
            elif months is not None and month_number(lot) + months <= month_number(then):
                yield draft.finding("lot-expired", table, row=row, column="lot", value=lot, item=item, months=months)
