"""When orders will really come: promised months beside the expected ones, as public schedules have slipped.

The plan itself keeps the promised months. These pages show what past schedules say of them.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, Listing, listing

_ORDER = ["state", "item", "line", "buyer", "ship_to"]
_SHOWN = ("expected", "low", "high")


def promises(answer: InWords) -> pl.DataFrame:
    """A row a delivery ordered: promised, expected, low and high month, chance of being late; see ``expected``."""
    from rampart.sources.calibration.expected import expected_deliveries

    return expected_deliveries(answer.result)


def _bought(answer: InWords, frame: pl.DataFrame) -> pl.DataFrame:
    """Without what the plan makes only to flow on into other items: the workbook has that too."""
    parts = answer.result.case["bills"]["component"].unique().to_list()
    return frame.filter((pl.col("state") != "new") | ~pl.col("item").is_in(parts))


def _first_and_last(answer: InWords, frame: pl.DataFrame) -> pl.DataFrame:
    """One row an order: its first and its last delivery; what is already ordered first, then by promised month."""
    dates = ("promised", "expected", "low", "high", "late")
    firsts = [pl.col(name).first().alias(f"first_{name}") for name in dates]
    lasts = [pl.col(name).last().alias(f"last_{name}") for name in dates]
    found = frame.sort("promised").group_by(_ORDER, maintain_order=True).agg(pl.col("quantity").sum(), *firsts, *lasts)
    homes = {"item": "items", "line": "lines", "buyer": "nations", "ship_to": "nations"}
    places = [[answer.place(home, row[of] or "") for of, home in homes.items()] for row in found.iter_rows(named=True)]
    found = found[sorted(range(found.height), key=lambda n: places[n])]
    return found.sort("state", "first_promised", nulls_last=True, maintain_order=True)


def uncertain(orders: pl.DataFrame) -> pl.DataFrame:
    """Of orders those of which the first or the last delivery may come in another month than promised."""
    same = [pl.col(f"{end}_promised") == pl.col(f"{end}_{name}") for end in ("first", "last") for name in _SHOWN]
    return orders.filter(~pl.all_horizontal(same))


def promises_chapter(answer: InWords) -> Chapter | None:
    """Promised, expected, and where four in five will fall, for every order; nothing where nothing is on order."""
    frame = promises(answer)
    if frame.is_empty():
        return None
    words = answer.words
    confidence = answer.result.case.settings["confidence"]
    first = words("chapter.promises.says")
    if confidence is not None:
        first = words("chapter.promises.confidence", share=words.share(int(confidence) / 100))
    says: tuple[str, ...] = (first, words("chapter.promises.limits"))
    shown = _bought(answer, frame)
    orders = _first_and_last(answer, shown)
    may_slip = uncertain(orders)
    if as_promised := orders.height - may_slip.height:
        says = (*says, words.count("chapter.promises.as_promised", as_promised))
    listings = (_orders(answer, may_slip),) if may_slip.height else ()
    return Chapter("promises", words("chapter.promises"), says, ("promises",), listings)


def _orders(answer: InWords, orders: pl.DataFrame) -> Listing:
    words = answer.words
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
            answer.item(r["item"]),
            answer.short(r["line"], table="lines"),
            answer.nation(r["buyer"]),
            answer.pieces(r["quantity"], r["item"]),
            words.month(r["first_promised"], short=True),
            _span(answer, r, "first"),
            words.month(r["last_promised"], short=True),
            _span(answer, r, "last"),
            words.share(r["first_late"]),
        ]
        for r in orders.iter_rows(named=True)
    ]
    return listing(answer, words("table.promises"), heads, rows, note=words("note.promises.table"), repeat=1)


def _span(answer: InWords, row: dict[str, Any], end: str) -> str:
    words = answer.words
    # A month stays on one line.
    months = {name: words.month(row[f"{end}_{name}"], short=True).replace(" ", "\u00a0") for name in _SHOWN}
    return words("cell.expected", **months)
