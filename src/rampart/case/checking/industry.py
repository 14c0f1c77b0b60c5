"""Checks of lines, rates, bills, expansions, contracts and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import polars as pl

from rampart.case.draft import ROW, Draft
from rampart.findings import Finding

WORTH_SAYING = 0.9
"""Share of a rate that is left by whole amounts, under which it is said."""


def check_cold_lines(draft: Draft) -> Iterator[Finding]:
    """A cold line does not say how long its restart takes."""
    cold = draft.sound("lines").filter((pl.col("state") == "cold") & pl.col("lead_time_initial").is_null())
    for row, line in cold.select(ROW, "line").iter_rows():
        yield draft.finding("cold-without-lead-time", "lines", row=row, column="lead_time_initial", line=line)


def check_rates(draft: Draft) -> Iterator[Finding]:
    """The minimum rate is above the maximum rate, in the line or after a later change."""
    lines = draft.sound("lines")
    wrong = lines.filter(pl.col("min_rate") > pl.col("max_rate"))
    for row, low, high in wrong.select(ROW, "min_rate", "max_rate").iter_rows():
        yield draft.finding("min-above-max", "lines", row=row, column="min_rate", value=low, most=high)
    own = lines.select("line", pl.col("min_rate").alias("#min"), pl.col("max_rate").alias("#max"))
    later = draft.sound("rates").join(own.unique("line"), on="line", how="left", maintain_order="left")
    later = later.with_columns(
        pl.coalesce("min_rate", "#min").alias("#low"), pl.coalesce("max_rate", "#max").alias("#high")
    )
    for row, low, high in later.filter(pl.col("#low") > pl.col("#high")).select(ROW, "#low", "#high").iter_rows():
        yield draft.finding("min-above-max", "rates", row=row, column="min_rate", value=low, most=high)


def check_cancellation(draft: Draft) -> Iterator[Finding]:
    """A cancelled order costs less than the advance that was paid: nobody pays it back."""
    less = draft.sound("contracts").filter(pl.col("cancellation") < pl.col("advance").fill_null(0.0))
    for row, share, advance in less.select(ROW, "cancellation", "advance").iter_rows():
        yield draft.finding(
            "cancelled-below-advance", "contracts", row=row, column="cancellation", value=share, least=advance
        )


def check_whole_lots(draft: Draft) -> Iterator[Finding]:
    """A lot is larger than a year of output: the line could hardly ever deliver one."""
    yearly = pl.col("max_rate") * pl.when(pl.col("rate_per") == "month").then(12).otherwise(1)
    wrong = draft.sound("lines").filter(pl.col("lot") > yearly)
    for row, lot, rate in wrong.select(ROW, "lot", "max_rate").iter_rows():
        yield draft.finding("lot-above-rate", "lines", row=row, column="lot", value=lot, rate=rate)


def check_whole_output(draft: Draft) -> Iterator[Finding]:
    """What a line makes in a period is no whole number of what comes whole of it: a part of the rate is lost, or, where a line
    never makes one in a period, orders come in any amount.
    """
    if draft.settings.get("decide_now") == "0":
        return
    stretches = draft.sound("calendar").sort("from")
    # periods are months until the calendar says otherwise
    first = (
        stretches["step"][0] if stretches.height and stretches["from"][0] in (None, draft.settings.get("start")) else 1
    )
    per = pl.when(pl.col("rate_per") == "year").then(12.0 / first).otherwise(1.0 / first)
    items = draft.sound("items").select("item", "multiple", "kind").unique("item")
    lines = draft.sound("lines").join(items, on="item", how="left", maintain_order="left")
    single = pl.when(pl.col("kind") == "system").then(1.0)
    lines = lines.with_columns(
        rate=pl.col("max_rate") / per, step=pl.max_horizontal(pl.coalesce("multiple", single), "lot"), per=per
    )
    later = draft.sound("rates").group_by("line").agg(pl.col("max_rate").max().alias("later"))
    added = (
        draft.sound("expansions")
        .group_by("line")
        .agg((pl.col("added_rate") * pl.col("max_units")).sum().alias("added"))
    )
    lines = lines.join(later, on="line", how="left", maintain_order="left")
    lines = lines.join(added, on="line", how="left", maintain_order="left")
    most = pl.max_horizontal("max_rate", "later").add(pl.col("added").fill_null(0.0)) / pl.col("per")
    lines = lines.with_columns(most=most, had=(pl.col("rate") / pl.col("step") + 1e-9).floor() * pl.col("step"))
    wrong = lines.filter((pl.col("rate") > 0) & (pl.col("had") < WORTH_SAYING * pl.col("rate")))
    for row, line, rate, step, most_rate, had in wrong.select(ROW, "line", "rate", "step", "most", "had").iter_rows():
        code = "whole-output-slow" if most_rate < step * (1 - 1e-9) else "whole-output-cut"
        yield draft.finding(code, "lines", row=row, column="max_rate", value=rate, line=line, step=step, had=had)


def check_one_of_two(draft: Draft) -> Iterator[Finding]:
    """A row must name a line (an item) or an expansion: one of the two, not both, not neither."""
    for table, one, two in (("uses", "line", "expansion"), ("bills", "item", "expansion")):
        both = pl.col(one).is_not_null() & pl.col(two).is_not_null()
        neither = pl.col(one).is_null() & pl.col(two).is_null()
        for row, given in draft.sound(table).filter(both | neither).select(ROW, two).iter_rows():
            code = "neither-of-two" if given is None else "both-of-two"
            yield draft.finding(code, table, row=row, column=two, value=given, one=one, two=two)
    for row, code, units in (
        draft.sound("uses").filter(pl.col("expansion").is_not_null() & (pl.col("setup") > 0))
        .select(ROW, "expansion", "setup").iter_rows()
    ):  # fmt: skip
        yield draft.finding("set-up-of-expansion", "uses", row=row, column="setup", value=units, expansion=code)


def check_items_of_lines(draft: Draft) -> Iterator[Finding]:
    """A bill or an order names a line that makes another item."""
    makes = draft.sound("lines").select("line", pl.col("item").alias("#made")).unique("line")
    for table in ("bills", "orders"):
        rows = draft.sound(table).join(makes, on="line", how="inner", maintain_order="left")
        wrong = rows.filter(pl.col("item") != pl.col("#made"))
        for row, line, item, made in wrong.select(ROW, "line", "item", "#made").iter_rows():
            yield draft.finding("line-makes-other", table, row=row, column="line", value=line, item=item, made=made)


def check_bill_loops(draft: Draft) -> Iterator[Finding]:
    """An item goes into itself, directly or through others, within the same month.

    A component taken months before delivery may well be the same item, as steel is for steel works: time
    breaks the loop.
    """
    bills = draft.sound("bills").filter(
        pl.col("item").is_not_null() & pl.col("component").is_not_null() & (pl.col("offset").fill_null(0) == 0)
    )
    graph: dict[str, set[str]] = {}
    first: dict[tuple[str, str], int] = {}
    for row, item, component in bills.select(ROW, "item", "component").iter_rows():
        graph.setdefault(item, set()).add(component)
        first.setdefault((item, component), row)
    while True:
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as error:
            # graphlib lists what is needed before what needs it; backwards, items come before components.
            loop: list[str] = error.args[1][::-1]
            edges = [(item, part) for item, part in pairwise(loop) if part in graph.get(item, ())]
            item, part = edges[0]
            path = " > ".join(loop)
            yield draft.finding("bill-loop", "bills", row=first[item, part], column="component", value=part, loop=path)
            graph[item].discard(part)


def check_inputs_of_orders(draft: Draft) -> Iterator[Finding]:
    """Placed orders on a line that takes components or resources do not say whether they draw them: they may count twice."""
    silent = draft.sound("orders").filter(pl.col("inputs").is_null() & pl.col("line").is_not_null())
    if silent.is_empty():
        return
    takes = set(draft.sound("uses").filter(pl.col("quantity") > 0)["line"].drop_nulls().to_list())
    bills = draft.sound("bills").filter(pl.col("item").is_not_null() & (pl.col("quantity") > 0))
    makes = draft.sound("lines").select("line", "item")
    pairs = bills.join(makes, on="item", suffix="_made", maintain_order="left")
    takes |= set(pairs.filter(pl.col("line").is_null() | (pl.col("line") == pl.col("line_made")))["line_made"])
    counted = silent.group_by("line", maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for line, row, count in counted.iter_rows():
        if line in takes:
            yield draft.finding("inputs-as-supplied", "orders", row=row, column="inputs", line=line, count=count)


def check_unit_costs(draft: Draft) -> Iterator[Finding]:
    """Nobody says what a unit costs, neither line, contracts nor item: unknown is not nothing."""
    prices = draft.sound("items").select("item", pl.col("price").alias("#price")).unique("item")
    dated = draft.sound("rates").filter(pl.col("unit_cost").is_not_null())["line"].unique()
    lines = draft.sound("lines").join(prices, on="item", how="inner", maintain_order="left")
    unknown = lines.filter(
        pl.col("unit_cost").is_null()
        & pl.col("#price").is_null()
        & (pl.col("state") != "closed")
        & ~pl.col("line").is_in(dated.implode())
    )
    contracts = draft.sound("contracts").filter(pl.col("line").is_in(unknown["line"].implode()))
    contracted = contracts["line"].unique()
    for row, line in unknown.filter(~pl.col("line").is_in(contracted.implode())).select(ROW, "line").iter_rows():
        yield draft.finding("unit-cost-unknown", "lines", row=row, column="unit_cost", line=line)
    for row, line in contracts.filter(pl.col("price").is_null()).select(ROW, "line").iter_rows():
        yield draft.finding("unit-cost-unknown", "contracts", row=row, column="price", line=line)


def check_offsets(draft: Draft) -> Iterator[Finding]:
    """A component is taken from stock before the order for the item can have been placed."""
    lines = draft.sound("lines").select("line", "item", "admin_lead_time", "lead_time")
    bills = draft.sound("bills").filter(pl.col("item").is_not_null() & pl.col("offset").is_not_null())
    if bills.is_empty() or lines.is_empty():
        return
    pairs = bills.join(lines, on="item", suffix="_made", maintain_order="left")
    pairs = pairs.filter(pl.col("line").is_null() | (pl.col("line") == pl.col("line_made")))
    lead = pl.col("admin_lead_time") + pl.col("lead_time")
    late = pairs.filter(pl.col("offset") > lead).unique(ROW, keep="first", maintain_order=True)
    for row, offset, line, months in late.select(ROW, "offset", "line_made", lead.alias("#lead")).iter_rows():
        yield draft.finding(
            "offset-before-order", "bills", row=row, column="offset", value=offset, line=line, months=months
        )
