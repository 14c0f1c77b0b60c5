"""Where the difference to another plan comes from: what a need gets more, and the months and stocks that give it.

Over all holders of an item, from the start to the end of the last month of the window in which more is served,

    more served in the window = less served before it, by month
                              + what is drawn more from stocks by then, by holder, less what is on the way
                              + what was made, bought or delivered more by then, by holder
                              - what went elsewhere more by then (use of others, components, fleets, end of life)

all of it second plan less first: nothing else can happen to a unit. What is served less in the window itself, under
``within``, and afterwards, under ``later``, is told beside; neither is a part of the sum. The window is the months in which
the need itself is larger; where they gain nothing in sum, and where no need is larger, the months of the largest gain. A need
that gains in no month and loses in some has the months in which it loses, under ``lost``, and a negative gain.
Source: the balances of both plans' tables, added up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from rampart.catalogues.results import frame
from rampart.findings import Finding, ResultError
from rampart.results.result import Result

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

NOTICEABLE = 0.01
"""Gain, as a share of what the first plan serves in the window, below which nothing is told of a need."""
NOTHING = 1e-6
"""Amount, as a share of the gain, below which there is none."""
BETWEEN = ("received", "sent")
"""Movements from one holder to another: what is on the way is the rest of them."""


@dataclass(frozen=True)
class Window:
    """Periods from ``first`` to ``last`` in which a need gets ``gain`` more, where the other plan serves ``before``."""

    first: int
    last: int
    before: float
    gain: float


def beside(plan: Result, other: Result) -> Result:
    """The plan with the table ``origins``: where what it serves more than ``other`` comes from.

    Raises ValueError where one of them is no plan, and ResultError where their periods differ.
    """
    if plan.kind != "plan" or other.kind != "plan":
        raise ValueError(f"two plans are laid side by side, and these are {plan.kind} and {other.kind}")
    if not plan["periods"].equals(other["periods"]):
        raise ResultError([Finding("beside-other-periods")])
    return replace(plan, tables={**plan.tables, "origins": origins(other, plan)})


def origins(first: Result, second: Result) -> pl.DataFrame:
    """The table ``origins`` of two plans over the same periods; empty where they differ or nothing is gained."""
    rows: list[dict[str, Any]] = []
    if first["periods"].equals(second["periods"]):
        months = second["periods"]["month"].to_list()
        for holder, item in _pairs(second):
            rows += _of_pair(first, second, holder, item, months)
    return frame("plan", "origins", rows)


def _pairs(plan: Result) -> list[tuple[str, str]]:
    return sorted(set(plan["demand"].select("holder", "item").iter_rows()))


def _of_pair(first: Result, second: Result, holder: str, item: str, months: list[date]) -> list[dict[str, Any]]:
    """Rows of one need; none where it gains too little to tell."""
    served, need = (
        [_by_period(plan, "demand", column, len(months), holder=holder, item=item) for plan in (first, second)]
        for column in ("served", "need")
    )
    more = _less(served[1], served[0])
    window = _window(more, _less(need[1], need[0]), served[0])
    lost = window is None
    if window is None:
        window = _lost(more, served[0])
    if window is None:
        return []
    head = {
        "holder": holder, "item": item, "from": months[window.first], "until": _end_of(second, window.last),
        "before": window.before, "gain": window.gain,
    }  # fmt: skip
    span = range(window.first, window.last + 1)
    less = [("lost" if lost else "within", None, months[t], -more[t]) for t in span if more[t] < 0]
    found: list[tuple[str, str | None, date | None, float]] = [*less]
    if not lost:
        found = [("earlier", None, months[t], -more[t]) for t in range(window.first)]
        found += _by_then(first, second, holder, item, window.last)
        found += less
        found += [("later", None, months[t], -more[t]) for t in range(window.last + 1, len(months)) if more[t] < 0]
    least = (NOTHING if not lost else NOTICEABLE) * abs(window.gain)
    return [
        head | {"kind": kind, "of": of, "month": month, "quantity": quantity}
        for kind, of, month, quantity in found
        if abs(quantity) > least
    ]


def _end_of(plan: Result, period: int) -> date:
    """First day of the last month of a period."""
    import polars as pl

    row = plan["periods"].filter(pl.col("period") == period)
    end: date = row.select(pl.col("month").dt.offset_by((pl.col("months") - 1).cast(pl.String) + "mo")).item()
    return end


def _window(more: list[float], needed: list[float], before: list[float]) -> Window | None:
    """The months in which more is needed, else those of the largest gain; None where the gain is not worth telling."""
    asked = [t for t, value in enumerate(needed) if value > 1e-9 * max(1.0, abs(value))]
    for first, last in ([(asked[0], asked[-1])] if asked else []) + [_largest(more)]:
        gain, there = sum(more[first : last + 1]), sum(before[first : last + 1])
        if gain > max(NOTICEABLE * there, 1e-6):
            return Window(first, last, there, gain)
    return None


def _lost(more: list[float], before: list[float]) -> Window | None:
    """The months from the first to the last in which less is served, where no more is in any; None where it is not worth
    telling.
    """
    less = [t for t, value in enumerate(more) if value < -1e-9 * max(1.0, abs(value))]
    if not less:
        return None
    first, last = less[0], less[-1]
    gain, there = sum(more[first : last + 1]), sum(before[first : last + 1])
    return Window(first, last, there, gain) if -gain > max(NOTICEABLE * there, 1e-6) else None


def _largest(more: list[float]) -> tuple[int, int]:
    """First and last period of the largest sum of neighbours (Kadane 1977)."""
    ends = list(accumulate(more, lambda total, value: max(total, 0.0) + value))
    last = max(range(len(ends)), key=lambda t: ends[t])
    first = last
    while first > 0 and ends[first - 1] > 0:
        first -= 1
    return first, last


def _by_then(
    first: Result, second: Result, holder: str, item: str, last: int
) -> list[tuple[str, str | None, date | None, float]]:
    """What stocks hold less at the end of a period, and what came in more and went elsewhere less by then."""
    import polars as pl

    def drawn(plan: Result) -> dict[str, float]:
        stock = plan["stock"].filter((pl.col("item") == item) & (pl.col("period") <= last)).sort("period")
        return dict(stock.group_by("holder").agg(pl.col("opening").first() - pl.col("closing").last()).iter_rows())

    def moved(plan: Result) -> dict[tuple[str, str], float]:
        rows = plan["movements"].filter((pl.col("item") == item) & (pl.col("period") <= last))
        summed = rows.group_by("kind", "holder").agg(pl.col("quantity").sum())
        return {(kind, of): quantity for kind, of, quantity in summed.iter_rows()}

    then, now = drawn(first), drawn(second)
    found: list[tuple[str, str | None, date | None, float]] = [
        ("stock", of, None, now.get(of, 0.0) - then.get(of, 0.0)) for of in sorted(then.keys() | now.keys())
    ]
    before, after = moved(first), moved(second)
    on_the_way = 0.0
    for kind, of in sorted(before.keys() | after.keys()):
        change = after.get((kind, of), 0.0) - before.get((kind, of), 0.0)
        if kind in BETWEEN:
            on_the_way += change
        elif (kind, of) != ("used", holder):
            found.append((kind, of, None, change))
    # sent counts as minus: what is on the way more is missing here
    found.append(("transit", None, None, on_the_way))
    return found


def _by_period(plan: Result, table: str, column: str, periods: int, *, holder: str, item: str) -> list[float]:
    """A figure of a holder and item in each period, over all purposes."""
    import polars as pl

    rows = plan[table].filter((pl.col("holder") == holder) & (pl.col("item") == item))
    found = dict(rows.group_by("period").agg(pl.col(column).sum()).iter_rows())
    return [float(found.get(t) or 0.0) for t in range(periods)]


def _less(these: list[float], those: list[float]) -> list[float]:
    return [a - b for a, b in zip(these, those, strict=True)]
