"""Chart: what was promised and what to expect."""

from __future__ import annotations

from datetime import date
from typing import Any

from rampart.language.in_words import InWords
from rampart.report.chapters.promises import _bought, _first_and_last, promises, uncertain
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec

MOST_BARS = 16


_NAMES = 318
_FOUR_IN_FIVE = "#b9c9e0"


def promises_chart(answer: InWords) -> Figure | None:
    """First delivery of each order that may slip: promised and expected, and the span that holds it four times in five."""
    frame = _bought(answer, promises(answer))
    if frame.is_empty():
        return None
    words = answer.words
    orders = uncertain(_first_and_last(answer, frame)).sort("first_promised", maintain_order=True).head(MOST_BARS)
    if orders.is_empty():
        return None
    rows: list[dict[str, Any]] = [
        {
            "name": words("bar.ranked", rank=n, name=_name(answer, r)),
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
    told = " ".join(_told(answer, r) for r in orders.iter_rows(named=True))
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


def _name(answer: InWords, row: dict[str, Any]) -> str:
    return answer.words("name.order", item=answer.item(row["item"]), buyer=answer.nation(row["buyer"]))


def _middle(month: date | str) -> int:
    number = drawing.month_of(month)
    return (drawing.millis(number) + drawing.millis(number + 1)) // 2


def _told(answer: InWords, row: dict[str, Any]) -> str:
    words = answer.words
    return words(
        "alt.promise", name=_name(answer, row), promised=words.month(row["first_promised"]),
        expected=words.month(row["first_expected"]),
    )  # fmt: skip
