"""Charts of reasons and dates: what holds the plan back most, and by when each decision must be taken."""

from __future__ import annotations

from datetime import date
from typing import Any

from rampart.language.in_words import InWords
from rampart.language.reasons_in_words import as_if_split
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.reasons import kinds_and_pairs

MOST_BARS = 12
MOST_OF_ONE = 4
MOST_DECISIONS = 14
LABELS, DECISION_LABELS = 318, 430
"""Pixels to the left of the bars, for names; decisions have long ones."""


def bottlenecks_chart(answer: InWords) -> Figure | None:
    """Kinds of limits by the share of what an objective lacks that their step takes away."""
    from rampart.results.most_short import leading

    words = answer.words
    table = kinds_and_pairs(answer["bottlenecks"])
    # A few of each objective, so that the foremost does not hide the others.
    ranked = list(leading(table, MOST_OF_ONE).head(MOST_BARS).iter_rows(named=True))
    if not ranked:
        return None
    # One limit may hold several objectives back: each has a bar of its own.
    rows = [{"place": f"{n}|{bar['name']}", **bar} for n, bar in enumerate(_bar(answer, row) for row in ranked)]
    top = max(row["share"] for row in ranked)
    labelled = _named([row["place"] for row in rows], grid=False)
    labelled["field"] = "place"
    labelled["axis"]["labelExpr"] = "slice(datum.label, indexof(datum.label, '|') + 1)"
    x: Spec = {"field": "share", "type": "quantitative", "axis": None, "scale": {"domain": [0, top * 1.02]}}
    small = {"type": "text", "align": "left", "dy": 13, "fontSize": 9.5, "color": drawing.QUIET}
    spec = drawing.framed(
        {
            "width": 180,
            "height": {"step": 34},
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "bar", "color": drawing.STOCK, "height": 15},
                    "encoding": {"x": x, "y": labelled},
                },
                {
                    "mark": {"type": "text", "align": "left", "dx": 5},
                    "encoding": {"x": x, "y": labelled, "text": {"field": "text"}},
                },
                {
                    "mark": small | {"dx": 5},
                    "encoding": {"x": x, "y": labelled, "text": {"field": "objective"}},
                },
                {
                    "mark": small | {"x": -LABELS, "limit": LABELS - 4},
                    "encoding": {"y": labelled, "text": {"field": "under"}},
                },
            ],
        }
    )
    told = " ".join(words("alt.bottleneck", name=r["name"], share=words.share(r["share"])) for r in rows)
    note = f"{words('note.bottlenecks')} {as_if_split(answer)}".strip()
    return Figure("bottlenecks", words("chart.bottlenecks"), note, told, spec)


def _bar(answer: InWords, row: dict[str, Any]) -> dict[str, Any]:
    from rampart.language.decisions_and_causes import bottleneck_parts

    words = answer.words
    name, _ = bottleneck_parts(answer, row["cause"], row["key"])
    return {
        "name": name,
        "under": words.choice("step", row["cause"]),
        "share": row["share"],
        "text": words.share(row["share"], digits=1),
        "objective": words.choice("objective", row["objective"]),
    }


def decisions_chart(answer: InWords) -> Figure | None:
    """When each decision must be taken at the latest, and when what it brings arrives."""
    from rampart.language.decisions_and_causes import decision_name

    words = answer.words
    calendar = answer.result.case.calendar
    table = answer["decisions"].sort("decide_by", "rank", nulls_last=True)
    dated = [r for r in table.iter_rows(named=True) if r["decide_by"] is not None][:MOST_DECISIONS]
    if not dated:
        return None
    # A decision by March may be taken until the end of March: its mark stands there. An arrival stands in the
    # middle of its month.
    rows: list[dict[str, Any]] = [
        {
            "name": words("bar.ranked", rank=n, name=decision_name(answer, r, short=True)),
            "by": drawing.millis(drawing.month_of(r["decide_by"]) + 1),
            "at": None if r["arrives"] is None else _middle(r["arrives"]),
        }
        for n, r in enumerate(dated, 1)
    ]
    first = drawing.millis(calendar.first)
    # The axis ends soon after the last mark: a plan of many years would press them together.
    marks = [m for r in rows for m in (r["at"], r["by"]) if m is not None]
    last = max(*marks, drawing.millis(calendar.first + 12)) + 31 * 86_400_000
    y = _named([r["name"] for r in rows], grid=True, room=DECISION_LABELS)
    x = drawing.time_axis(first, last, width=200)
    kinds = [words("series.decide_by"), words("series.arrives")]
    colour: Spec = {"type": "nominal", "scale": {"domain": kinds, "range": [drawing.FLOOR, drawing.STOCK]}}
    shape: Spec = {
        "type": "nominal",
        "scale": {"domain": kinds, "range": ["circle", "diamond"]},
    }
    points = [{"name": r["name"], "x": r["by"], "kind": kinds[0]} for r in rows]
    points += [{"name": r["name"], "x": r["at"], "kind": kinds[1]} for r in rows if r["at"] is not None]
    spec = drawing.framed(
        {
            "width": drawing.WIDTH - DECISION_LABELS - 20,
            "height": {"step": 22},
            "layer": [
                {
                    "data": {"values": [r for r in rows if r["at"] is not None]},
                    "mark": {"type": "rule", "color": "#8a8a8a", "strokeWidth": 1.5},
                    "encoding": {"x": {"field": "by", **x}, "x2": {"field": "at"}, "y": y},
                },
                {
                    "data": {"values": points},
                    "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1},
                    "encoding": {
                        "x": {"field": "x", **x},
                        "y": y,
                        "color": {"field": "kind", **colour},
                        "shape": {"field": "kind", **shape},
                    },
                },
            ],
        }
    )
    told = " ".join(_told(answer, r) for r in dated)
    return Figure("decisions", words("chart.decisions"), words("note.decisions"), told, spec)


def _middle(month: date | str) -> int:
    number = drawing.month_of(month)
    return (drawing.millis(number) + drawing.millis(number + 1)) // 2


def _named(names: list[str], *, grid: bool, room: int = LABELS) -> Spec:
    """Y with one row a name, the names flush left in so many pixels."""
    axis = {
        "title": None,
        "labelLimit": room - 6,
        "labelAlign": "left",
        "labelPadding": room - 3,
        "grid": grid,
        "gridDash": [1, 3],
    }
    return {"field": "name", "type": "nominal", "sort": names, "axis": axis}


def _told(answer: InWords, row: dict[str, Any]) -> str:
    from rampart.language.decisions_and_causes import decision_name

    name = decision_name(answer, row, short=True)
    return answer.words("alt.decision", name=name, month=answer.words.month(row["decide_by"]))
