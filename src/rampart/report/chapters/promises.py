"""When orders will really come: promised months beside the expected ones, as public schedules have slipped.

The plan itself keeps the promised months. These pages show what past schedules say of them.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.names import Subject
from rampart.report.chapters.listing import Chapter, Head, Listing, listing

_ORDER = ["state", "item", "line", "buyer", "ship_to"]
_SHOWN = ("expected", "low", "high")


def promises(subject: Subject) -> pl.DataFrame:
    """A row a delivery ordered: promised, expected, low and high month, chance of being late; see ``expected``."""
    from rampart.sources.calibration.expected import expected_deliveries

    return expected_deliveries(subject.plan)


def _bought(subject: Subject, frame: pl.DataFrame) -> pl.DataFrame:
    """Without what the plan makes only to flow on into other items: the workbook has that too."""
    parts = subject.plan.case["bills"]["component"].unique().to_list()
    return frame.filter((pl.col("state") != "planned") | ~pl.col("item").is_in(parts))


def _first_and_last(frame: pl.DataFrame) -> pl.DataFrame:
    """One row an order: its first and its last delivery; what is already ordered first, then by promised month."""
    dates = ("promised", "expected", "low", "high", "late")
    firsts = [pl.col(name).first().alias(f"first_{name}") for name in dates]
    lasts = [pl.col(name).last().alias(f"last_{name}") for name in dates]
    found = frame.sort("promised").group_by(_ORDER, maintain_order=True).agg(pl.col("quantity").sum(), *firsts, *lasts)
    return found.sort("state", "first_promised", "item", "line", "buyer", "ship_to", nulls_last=True)


def promises_chapter(subject: Subject) -> Chapter | None:
    """Promised, expected, and where four in five will fall, for every order; nothing where nothing is on order."""
    frame = promises(subject)
    if frame.is_empty():
        return None
    words = subject.words
    says = (words("chapter.promises.says"), words("chapter.promises.limits"))
    shown = _bought(subject, frame)
    listings = (_orders(subject, shown),) if len(shown) else ()
    return Chapter("promises", words("chapter.promises"), says, ("promises",), listings)


def _orders(subject: Subject, frame: pl.DataFrame) -> Listing:
    words = subject.words
    keys = (
        "order_state",
        "item",
        "line",
        "buyer",
        "quantity",
        "first_promised",
        "expected_span",
        "last_promised",
        "expected_span",
        "late",
    )
    heads = [Head(words(f"head.{key}"), numeric=key in ("quantity", "late")) for key in keys]
    rows = [
        [
            words.choice("order_state", r["state"]),
            subject.item(r["item"]),
            subject.short(r["line"], table="lines"),
            subject.nation(r["buyer"]),
            words.number(r["quantity"], digits=0),
            words.month(r["first_promised"], short=True),
            _span(subject, r, "first"),
            words.month(r["last_promised"], short=True),
            _span(subject, r, "last"),
            words.share(r["first_late"]),
        ]
        for r in _first_and_last(frame).iter_rows(named=True)
    ]
    return listing(subject, words("table.promises"), heads, rows, note=words("note.promises.table"), repeat=1)


def _span(subject: Subject, row: dict[str, Any], end: str) -> str:
    words = subject.words
    # A month stays on one line.
    months = {name: words.month(row[f"{end}_{name}"], short=True).replace(" ", "\u00a0") for name in _SHOWN}
    return words("cell.expected", **months)
