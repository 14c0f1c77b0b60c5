"""When orders will really come: promised months beside the expected ones, as public schedules have slipped.

The plan itself keeps the promised months. These pages show what past schedules say of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.report import drawing
from rampart.report.drawing import Figure, Spec
from rampart.report.listing import Chapter, Head, Listing, listing
from rampart.report.subject import Subject

if TYPE_CHECKING:
    from rampart.report.workbook import PlanBook

MOST_BARS = 16
_ORDER = ["state", "item", "line", "buyer", "ship_to"]
_SHOWN = ("expected", "low", "high")
_NAMES = 318
_FOUR_IN_FIVE = "#b9c9e0"


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


def promises_chart(subject: Subject) -> Figure | None:
    """First delivery of each order: promised and expected, and the span that holds it four times in five."""
    frame = _bought(subject, promises(subject))
    if frame.is_empty():
        return None
    words = subject.words
    orders = _first_and_last(frame).sort("first_promised", "item", "line", maintain_order=True).head(MOST_BARS)
    rows: list[dict[str, Any]] = [
        {
            "name": words("bar.ranked", rank=n, name=_name(subject, r)),
            **{name: _middle(r[f"first_{name}"]) for name in ("promised", "expected", "low", "high")},
        }
        for n, r in enumerate(orders.iter_rows(named=True), 1)
    ]
    kinds = [words("series.promised"), words("series.expected")]
    points = [
        {"name": r["name"], "x": r[k], "kind": kinds[n]} for r in rows for n, k in enumerate(("promised", "expected"))
    ]
    marks = [r[k] for r in rows for k in ("promised", "expected", "low", "high")]
    x = drawing.time_axis(min(marks) - 31 * 86_400_000, max(marks) + 31 * 86_400_000, width=300)
    axis = {
        "title": None,
        "labelLimit": _NAMES - 6,
        "labelAlign": "left",
        "labelPadding": _NAMES - 3,
        "grid": True,
        "gridDash": [1, 3],
    }
    y: Spec = {"field": "name", "type": "nominal", "sort": [r["name"] for r in rows], "axis": axis}
    spec = drawing.framed(
        {"width": 320, "height": {"step": 22}, "layer": [_bars(rows, x, y), _marks(points, kinds, x, y)]}
    )
    told = " ".join(_told(subject, r) for r in orders.iter_rows(named=True))
    return Figure("promises", words("chart.promises"), words("note.promises"), told, spec)


def _bars(rows: list[dict[str, Any]], x: Spec, y: Spec) -> Spec:
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 9, "color": _FOUR_IN_FIVE},
        "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y},
    }


def _marks(points: list[dict[str, Any]], kinds: list[str], x: Spec, y: Spec) -> Spec:
    colour: Spec = {"type": "nominal", "scale": {"domain": kinds, "range": [drawing.FLOOR, drawing.STOCK]}}
    shape: Spec = {"type": "nominal", "scale": {"domain": kinds, "range": ["circle", "diamond"]}}
    return {
        "data": {"values": points},
        "mark": {"type": "point", "filled": True, "size": 65, "opacity": 1},
        "encoding": {
            "x": {"field": "x", **x},
            "y": y,
            "color": {"field": "kind", **colour},
            "shape": {"field": "kind", **shape},
        },
    }


def _name(subject: Subject, row: dict[str, Any]) -> str:
    return subject.words("name.order", item=subject.item(row["item"]), buyer=subject.nation(row["buyer"]))


def _middle(month: str) -> int:
    number = drawing.month_of(month)
    return (drawing.millis(number) + drawing.millis(number + 1)) // 2


def _told(subject: Subject, row: dict[str, Any]) -> str:
    words = subject.words
    return words(
        "alt.promise", name=_name(subject, row), promised=words.month(row["first_promised"]),
        expected=words.month(row["first_expected"]),
    )  # fmt: skip


def promises_sheet(book: PlanBook) -> None:
    """Every delivery ordered, whole; no sheet where nothing is on order."""
    words, subject = book.words, book.subject
    frame = promises(subject)
    if frame.is_empty():
        return
    sheet = book.sheet(words("sheet.promises"))
    keys = (
        "order_state",
        "item",
        "unit",
        "line",
        "buyer",
        "ship_to",
        "quantity",
        "promised",
        "expected",
        "low_month",
        "high_month",
        "late",
    )
    widths = (20, 34, 12, 34, 16, 16, 13, 12, 12, 14, 14, 12)
    heads = [(words(f"head.{key}"), float(width)) for key, width in zip(keys, widths, strict=True)]
    book.head(sheet, words("chapter.promises"), words("chapter.promises.limits"), heads)
    for number, r in enumerate(frame.iter_rows(named=True), 4):
        cells = [
            (words.choice("order_state", r["state"]), "text"),
            (subject.item(r["item"]), "text"),
            (subject.unit(r["item"]), "text"),
            (words("none") if r["line"] is None else subject.name(r["line"], table="lines"), "text"),
            (subject.nation(r["buyer"]), "text"),
            (subject.nation(r["ship_to"] or r["buyer"]), "text"),
            (r["quantity"], "whole" if float(r["quantity"]).is_integer() or r["quantity"] >= 1000 else "fine"),
            *((r[name], "text") for name in ("promised", "expected", "low", "high")),
            (r["late"], "share"),
        ]
        for column, (value, style) in enumerate(cells):
            book.cell(sheet, number, column, value, style)
    sheet.autofilter(3, 0, 3 + frame.height, len(keys) - 1)
