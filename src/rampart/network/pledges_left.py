"""A pledge met in part: what is left of it, and when that falls due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rampart.case.calendar import month_number, month_text

Row = Mapping[str, Any]

NOTHING = 1e-9
"""Units below which nothing is left."""
ALIKE = 1e-6
"""Part of what falls due in a month up to which the next month is like it."""
NO_RANGE = {"low": None, "high": None}
"""A figure that was worked out anew has no longer the range of the one before."""


def less_sent(rows: Sequence[Row], sent: float, month: str, said: Row | None = None) -> Iterator[dict[str, Any]]:
    """Rows of one pledge, less what was sent, the earliest due first; what was sent and is to be made good is delivered.

    What fell due before the month is due in it. What is left falls due in the months in which it would have.

    said  what a row of what is given says of where it comes from
    """
    start = month_number(month)
    due = sorted((max(m, start), n, each) for n, r in enumerate(rows) for m, each in _falls_due(r))
    left: dict[int, dict[int, float]] = {}
    for when, n, quantity in due:
        given = min(sent, quantity)
        sent -= given
        of = left.setdefault(n, {})
        of[when] = of.get(when, 0.0) + quantity - given
    for n, r in enumerate(rows):
        share = r["backfill_quantity"] / r["quantity"] if r["backfill_quantity"] is not None and r["quantity"] else None
        given = r["quantity"] - sum(left.get(n, {}).values())
        if given > NOTHING and r["backfill_by"]:
            told = {"status": "delivered", "month": month_text(start - 1), "from": None, **(said or {})}
            yield _of_pledge(r, given, share, told)
        for first, last, quantity in _evenly(left.get(n, {})):
            yield _of_pledge(r, quantity, share, {"from": month_text(first), "month": month_text(last)})


def _of_pledge(row: Row, quantity: float, share: float | None, told: Row) -> dict[str, Any]:
    """A part of a pledge, with what is told anew of it; what is to be made good of what is late is due with it at the earliest.

    share  what is to be made good of a unit, None where it is all
    """
    back: dict[str, Any] = {} if share is None else {"backfill_quantity": share * quantity}
    if row["backfill_due"] is not None:
        back["backfill_due"] = max(row["backfill_due"], str(told["month"]))
    return {**row, **(NO_RANGE if quantity < row["quantity"] else {}), "quantity": quantity, **back, **told}


def _falls_due(row: Row) -> Iterator[tuple[int, float]]:
    """Months in which a pledge falls due, and how much of it."""
    first, last = month_number(row["from"]), month_number(row["month"])
    yield from ((m, row["quantity"] / (last - first + 1)) for m in range(first, last + 1))


def _evenly(due: Mapping[int, float]) -> Iterator[tuple[int, int, float]]:
    """Runs of months in which the same falls due: first and last month, and the quantity of the run."""
    run: list[int] = []
    for m, quantity in sorted(due.items()):
        if run and (m != run[-1] + 1 or abs(quantity - due[run[-1]]) > max(NOTHING, ALIKE * quantity)):
            yield run[0], run[-1], sum(due[x] for x in run)
            run = []
        if quantity > NOTHING:
            run.append(m)
    if run:
        yield run[0], run[-1], sum(due[x] for x in run)
