"""Tidy measures of a plan: one call, one number a row, grouped by nation, item, line and time.

Stocks are read at the end of the time slot, flows are summed over it. Quantities of different items are never
added: without ``item`` among the groups only ratios and money have a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import polars as pl

from rampart.catalogues.showing import no_such

if TYPE_CHECKING:
    from rampart.results.worked_out import WorkedOut

Time = Literal["period", "year"] | None
SOURCES = ("received", "made", "bought", "ordered")
"""Where a recipient's deliveries come from: donors' stocks, lines, market, orders placed before the plan."""


def measure(plan: WorkedOut, name: str, *, by: str | Sequence[str] = (), time: Time = None) -> pl.DataFrame:
    """A measure of the plan.

    name  coverage (share), need_met (share), days_of_supply (days), stock, requirement, floor, shortfall, need, served, met,
          unmet, deliveries, production, capacity, utilisation (share), commitments, payments (money unit)
    by    any of nation, item, line, source (deliveries), purpose (money)
    time  "period": each period of the plan; "year": each year (fiscal years for money); None: the whole plan,
          for stocks its end

    Returns the groups, then for time "period" ``period``, ``month`` (its first) and ``months``, or for "year"
    ``year`` and ``months`` of the plan in it, then ``value``; sorted by group and time. Unknown is null.
    """
    groups = (by,) if isinstance(by, str) else tuple(by)
    if name not in MEASURES:
        raise ValueError(no_such("measure", name, MEASURES))
    if time not in (None, "period", "year"):
        raise ValueError(f"time {time!r}: expected 'period', 'year' or None")
    compute, allowed, needs_item = MEASURES[name]
    wrong = [g for g in groups if g not in allowed]
    if wrong:
        raise ValueError(f"{name} cannot be grouped by {wrong[0]!r}; it can be grouped by {', '.join(allowed)}")
    if needs_item and "item" not in groups:
        raise ValueError(f"{name} of different items cannot be added; group by item")
    return compute(plan, groups, time)


def slots(plan: WorkedOut, time: Time) -> pl.DataFrame:
    """Periods matched to time slots: period, the slot's columns, ``share`` of the period in it, ``last``.

    ``last`` marks the period whose end is the slot's end, where stocks are read.
    """
    periods = plan.tables["periods"].sort("period")
    if time == "period":
        return periods.select("period", "month", "months", share=pl.lit(1.0), last=pl.lit(True))
    rows = []
    for period, month, months in periods.select("period", "month", "months").iter_rows():
        first = month.year * 12 + month.month - 1
        rows += [(period, (first + n) // 12, 1.0 / months) for n in range(months)]
    schema = {"period": pl.Int64, "year": pl.Int64, "share": pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    if time is None:
        table = table.with_columns(year=pl.lit(0, dtype=pl.Int64))
    length = table.group_by("year").agg(months=pl.len().cast(pl.Int64))
    table = table.group_by("period", "year").agg(pl.col("share").sum()).join(length, on="year")
    # A period that runs over the new year ends in the later year, so only there is its closing stock read.
    ends = pl.col("period") == pl.col("period").max().over("year")
    final_year = pl.col("year") == pl.col("year").max().over("period")
    table = table.with_columns(last=ends & final_year).sort("period", "year")
    return table.drop("year", "months") if time is None else table


def _slot_columns(time: Time) -> list[str]:
    return {"period": ["period", "month", "months"], "year": ["year", "months"], None: []}[time]


def _order(frame: pl.DataFrame, groups: Sequence[str], time: Time) -> pl.DataFrame:
    columns = [*groups, *_slot_columns(time)]
    return frame.select(*columns, "value").sort(columns, nulls_last=True) if columns else frame.select("value")


def _grouped(frame: pl.DataFrame, groups: Sequence[str], time: Time, value: pl.Expr) -> pl.DataFrame:
    columns = [*groups, *_slot_columns(time)]
    done = frame.group_by(columns).agg(value=value) if columns else frame.select(value=value)
    return _order(done, groups, time)


def _at_end(plan: WorkedOut, time: Time) -> pl.DataFrame:
    """Stock rows at the end of each slot, with ``nation`` for the holder."""
    ends = slots(plan, time).filter(pl.col("last")).select("period", *(c for c in _slot_columns(time) if c != "period"))
    stock = plan.tables["stock"].drop("month").rename({"holder": "nation"})
    return stock.join(ends, on="period")


def _snapshot(column: str) -> Callable[[WorkedOut, Sequence[str], Time], pl.DataFrame]:
    def compute(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
        frame = _at_end(plan, time)
        if column != "closing":
            frame = frame.filter(pl.col(column).is_not_null())
        return _grouped(frame, groups, time, pl.col(column).sum())

    return compute


def _coverage(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
    """Stock that counts against the requirement, as a share of it.

    Within an item: the sum of min(stock, requirement) over the sum of requirements, so that the surplus of
    one nation hides no gap of another. Over several items: their plain mean.
    """
    frame = _at_end(plan, time).filter(pl.col("requirement") > 0)
    frame = frame.with_columns(held=pl.min_horizontal("closing", "requirement").clip(lower_bound=0.0))
    inner = list(dict.fromkeys([*groups, "item"]))
    ratio = _grouped(frame, inner, time, pl.col("held").sum() / pl.col("requirement").sum())
    return ratio if "item" in groups else _grouped(ratio, groups, time, pl.col("value").mean())


def _days(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
    frame = _at_end(plan, time).filter(pl.col("daily_rate") > 0)
    return _grouped(frame, groups, time, pl.col("closing").sum() / pl.col("daily_rate").sum())


def _flow(table: str, column: str, holder: str) -> Callable[[WorkedOut, Sequence[str], Time], pl.DataFrame]:
    def compute(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
        frame = plan.tables[table].drop("month").rename({holder: "nation"} if holder != "nation" else {})
        frame = frame.join(slots(plan, time), on="period")
        return _grouped(frame, groups, time, (pl.col(column) * pl.col("share")).sum())

    return compute


def _met(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
    """What is met of a need: what is served late, else the need that is not unmet. More may be served than is needed
    for certain, where it is not known which need comes, or where more is desired.
    """
    key = ["holder", "item", "purpose"]
    late = plan.case["demand"].group_by(key, maintain_order=True).agg(stays_due=pl.col("late").first())
    frame = plan.tables["demand"].drop("month").join(late, on=key, how="left")
    frame = frame.with_columns(met=pl.when("stays_due").then("served").otherwise(pl.col("need") - pl.col("unmet")))
    frame = frame.rename({"holder": "nation"}).join(slots(plan, time), on="period")
    return _grouped(frame, groups, time, (pl.col("met") * pl.col("share")).sum())


def _need_met(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
    """What is met of the recipients' need as a share of it, also late; over several items the plain mean of theirs."""
    inner = list(dict.fromkeys([*groups, "item"]))
    asked = list(dict.fromkeys([*inner, "nation"]))
    recipients = plan.case["nations"].filter(pl.col("role") == "recipient")["nation"].implode()
    columns = [*asked, *_slot_columns(time)]
    both = _flow("demand", "need", "holder")(plan, asked, time).join(
        _met(plan, asked, time), on=columns, suffix="_met", nulls_equal=True
    )
    both = both.filter(pl.col("nation").is_in(recipients))
    sums = both.group_by([*inner, *_slot_columns(time)]).agg(pl.col("value", "value_met").sum())
    ratio = sums.filter(pl.col("value") > 0).with_columns(value=pl.col("value_met") / pl.col("value"))
    return _order(ratio, groups, time) if "item" in groups else _grouped(ratio, groups, time, pl.col("value").mean())


def _deliveries(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
    """What reaches recipients' stocks, by source."""
    nations = plan.case.tables["nations"]
    recipients = nations.filter(pl.col("role") == "recipient")["nation"].to_list()
    stock = plan.tables["stock"].drop("month").rename({"holder": "nation"})
    stock = stock.filter(pl.col("nation").is_in(recipients)).select("nation", "item", "period", *SOURCES)
    long = stock.unpivot(on=SOURCES, index=["nation", "item", "period"], variable_name="source", value_name="units")
    long = long.join(slots(plan, time), on="period")
    return _grouped(long, groups, time, (pl.col("units") * pl.col("share")).sum())


def _utilisation(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
    """Output over capacity of lines with a finite capacity above zero; null where none has one."""
    known = pl.col("capacity").is_finite() & (pl.col("capacity") > 0)
    frame = plan.tables["production"].drop("month").filter(known).join(slots(plan, time), on="period")
    output, capacity = ((pl.col(c) * pl.col("share")).sum() for c in ("output", "capacity"))
    return _grouped(frame, groups, time, output / capacity)


def _money(column: str) -> Callable[[WorkedOut, Sequence[str], Time], pl.DataFrame]:
    def compute(plan: WorkedOut, groups: Sequence[str], time: Time) -> pl.DataFrame:
        if time == "period":
            raise ValueError("money is kept by fiscal year: ask for time='year' or the whole plan")
        frame = plan.tables["money"].rename({"fiscal_year": "year"})
        frame = frame.with_columns(months=pl.lit(12, dtype=pl.Int64))
        return _grouped(frame, groups, time, pl.col(column).sum())

    return compute


_HELD = ("nation", "item")
_MADE = ("nation", "item", "line")
_SPENT = ("nation", "purpose")
MEASURES: dict[str, tuple[Callable[[WorkedOut, Sequence[str], Time], pl.DataFrame], tuple[str, ...], bool]] = {
    "coverage": (_coverage, _HELD, False),
    "need_met": (_need_met, _HELD, False),
    "days_of_supply": (_days, _HELD, True),
    "stock": (_snapshot("closing"), _HELD, True),
    "requirement": (_snapshot("requirement"), _HELD, True),
    "floor": (_snapshot("floor"), _HELD, True),
    "shortfall": (_snapshot("shortfall"), _HELD, True),
    "need": (_flow("demand", "need", "holder"), (*_HELD, "purpose"), True),
    "served": (_flow("demand", "served", "holder"), (*_HELD, "purpose"), True),
    "met": (_met, (*_HELD, "purpose"), True),
    "unmet": (_flow("demand", "unmet", "holder"), (*_HELD, "purpose"), True),
    "deliveries": (_deliveries, (*_HELD, "source"), True),
    "production": (_flow("production", "output", "nation"), _MADE, True),
    "capacity": (_flow("production", "capacity", "nation"), _MADE, True),
    "utilisation": (_utilisation, _MADE, False),
    "commitments": (_money("commitments"), _SPENT, False),
    "payments": (_money("payments"), _SPENT, False),
}
"""Measure, the groups it knows, and whether its units differ between items."""
