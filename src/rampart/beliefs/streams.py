"""Orders that come together, and the case in which they come later: one slip an order or stream.

Rows of one buyer, item, line, destination and state whose months follow each other are one stream. It slips as a whole, by
what is believed of its first delivery: later ones follow in their step, so that a stream that slips is no shorter, has no
hole and no heap. What is being delivered in the first month already is no longer late.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from rampart.case.calendar import month_number, month_text

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case

Slip = Callable[[str, str | None, str, float], float]
"""Months of delay of an item, from a line, of a state, first promised so many months after the first month."""
NEW = "new"
"""State of what a plan orders itself."""
RUNNING = "new on a running line"
"""State of what a plan orders itself from a hot line: it follows in the stream that the line delivers already."""
WORKS = "works"
"""State of an expansion."""
KEY = ("buyer", "item", "line", "ship_to", "month", "state", "decided", "lead", "lot")


def whole_months(slip: float) -> int:
    """A delay in whole months, a half upwards: deliveries are stated by month."""
    return math.floor(slip + 0.5)


def first_of_stream(orders: pl.DataFrame) -> list[int]:
    """Month number of the first delivery of each row's stream; columns buyer, item, line, ship_to, state, month."""
    rows = list(orders.select("buyer", "item", "line", "ship_to", "state", "month").iter_rows())
    keys = [(buyer, item, line, ship_to or buyer, state) for buyer, item, line, ship_to, state, _ in rows]
    months = [month_number(row[-1]) for row in rows]
    first: dict[tuple[object, int], int] = {}
    for key, month in sorted(zip(keys, months, strict=True), key=lambda one: (str(one[0]), one[1])):
        first[key, month] = first.get((key, month - 1), month)
    return [first[key, month] for key, month in zip(keys, months, strict=True)]


def moved(case: Case, slip: Slip, *, said: str, past: bool) -> Case:
    """The case with every placed order later by its slip, lead times longer by that of orders not yet placed, and works by
    their own.

    Orders of a hot line follow in the stream that it delivers: its lead time grows only by what is said of that line itself,
    or the line would stand still between what is on order and what is ordered next.

    said  what is noted of rows that moved
    past  whether orders promised before the first month come in it; else they stay history
    Rows that moved keep the promised month in ``promised`` and are graded as derived. Nothing comes before the case. Rows
    that then come in one month are put together. A lead time never gets shorter; an unknown one stays unknown.
    """
    import polars as pl

    from rampart.case.tables import Case

    start = case.calendar.first
    orders = case.tables["orders"]
    if not orders.is_empty():
        states = orders["state"].fill_null("awarded")
        firsts = first_of_stream(orders.with_columns(state=states))
        to = []
        for item, line, month, state, first in zip(
            orders["item"], orders["line"], orders["month"], states, firsts, strict=True
        ):
            late = whole_months(slip(item, line, state, float(first - start))) if first > start else 0
            number = month_number(month)
            to.append(month_text(number if number < start and not past else max(start, number + late)))
        moves = pl.Series(to) != orders["month"]
        orders = _together(orders.with_columns(
            month=pl.Series(to), promised=pl.when(moves).then(pl.coalesce("promised", "month")).otherwise("promised"),
            note=pl.when(moves).then(_noted(pl.format("promised {}, {}", "month", pl.lit(said)))).otherwise("note"),
            grade=pl.when(moves).then(pl.lit("derived")).otherwise("grade"),
        ))  # fmt: skip
    works = _works(case.tables["expansions"], dict(case.tables["lines"].select("line", "item").iter_rows()), slip, said)
    return Case(
        {**case.tables, "orders": orders, "lines": _longer(case.tables["lines"], slip, said), "expansions": works}
    )


def _works(works: pl.DataFrame, item_of: dict[str, str], slip: Slip, said: str) -> pl.DataFrame:
    """Expansions whose construction takes longer by their slip, never shorter."""
    import polars as pl

    found = [
        max(0, whole_months(slip(item_of[line], line, WORKS, months))) if months > 0 and line in item_of else 0
        for line, months in works.select("line", "construction").iter_rows()
    ]
    more = pl.Series(found, dtype=pl.Float64)
    if not any(found):
        return works
    word = pl.when(more == 1).then(pl.lit("month")).otherwise(pl.lit("months"))
    text = pl.format("construction {} {} longer: {}", more.cast(pl.Int64), word, pl.lit(said))
    return works.with_columns(
        construction=pl.col("construction") + more, grade=pl.when(more > 0).then(pl.lit("derived")).otherwise("grade"),
        note=pl.when(more > 0).then(_noted(text)).otherwise("note"),
    )  # fmt: skip


def _longer(lines: pl.DataFrame, slip: Slip, said: str) -> pl.DataFrame:
    """Lines whose lead times are longer by the slip of new orders."""
    import polars as pl

    more: dict[str, list[int]] = {"lead_time": [], "lead_time_initial": []}
    for row in lines.iter_rows(named=True):
        state = RUNNING if row["state"] == "hot" else NEW
        for column, found in more.items():
            ahead = (row["admin_lead_time"] or 0.0) + (row[column] or 0.0)
            found.append(max(0, whole_months(slip(row["item"], row["line"], state, ahead))) if ahead > 0 else 0)
    longer = {column: pl.Series(found, dtype=pl.Float64) for column, found in more.items()}
    shown = pl.when(pl.col("lead_time").is_null()).then(longer["lead_time_initial"]).otherwise(longer["lead_time"])
    moves = (shown > 0) | (pl.col("lead_time_initial").is_not_null() & (longer["lead_time_initial"] > 0))
    word = pl.when(shown == 1).then(pl.lit("month")).otherwise(pl.lit("months"))
    text = pl.format("lead time {} {} longer: {}", shown.cast(pl.Int64), word, pl.lit(said))
    return lines.with_columns(
        *(pl.col(column) + found for column, found in longer.items()),
        grade=pl.when(moves).then(pl.lit("derived")).otherwise("grade"),
        note=pl.when(moves).then(_noted(text)).otherwise("note"),
    )


def _noted(said: pl.Expr) -> pl.Expr:
    """What was noted before, and this."""
    import polars as pl

    return pl.concat_str([pl.col("note"), said], separator="; ", ignore_nulls=True)


def _together(orders: pl.DataFrame) -> pl.DataFrame:
    """Rows that come in one month, of one lot and one order, as one: what is still to pay on average, unknown where it is
    unknown of one.

    Where one draws its components, the whole is taken to.
    """
    import polars as pl

    whole = pl.col("quantity").sum()
    due = (
        pl.when(pl.col("due").is_null().any()).then(None).otherwise((pl.col("due") * pl.col("quantity")).sum() / whole)
    )
    ends = (pl.when(pl.col(c).is_null().any()).then(None).otherwise(pl.col(c).sum()).alias(c) for c in ("low", "high"))
    alike = pl.col("inputs").n_unique() == 1
    inputs = pl.when(alike).then(pl.col("inputs").first()).otherwise(pl.lit("drawn")).alias("inputs")
    found = orders.group_by(KEY, maintain_order=True).agg(
        whole, due.alias("due"), *ends, pl.col("promised").min(), pl.col("source", "grade").first(),
        pl.col("known").max(), inputs, pl.col("note").str.join("; "),
    )  # fmt: skip
    noted = pl.when(pl.col("note") == "").then(None).otherwise("note")
    return found.with_columns(note=noted).select(orders.columns).cast(dict(orders.schema))  # type: ignore[arg-type]
