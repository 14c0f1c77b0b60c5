"""The tornado chart of fleets: what the low and the high end of each figure change, the widest first."""

from __future__ import annotations

from typing import Any

from rampart.catalogues.inputs import tables
from rampart.language.words import Words
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.report.charts.fleet import Names
from rampart.results.result import Result

MOST_FIGURES = 12
OF_ROWS = (("fleet", "fleets"), ("part", "parts"), ("site", "sites"), ("shop", "shops"))
"""Columns that say whose figure it is, and where their codes are at home."""


def figure_name(row: dict[str, Any], words: Words, names: Names) -> str:
    """A figure of the case in words: its column, and whose it is."""
    label = tables()[row["table"]].columns[row["column"]].label[words.language]
    of = [names(row[key], home) for key, home in OF_ROWS if row[key] is not None]
    of += [words.month(row["from"], short=True)] if row["from"] is not None else []
    return f"{label[:1].upper() + label[1:]} ({', '.join(of)})"


def figure_range(row: dict[str, Any], answer: Result, words: Words) -> str:
    """Both ends of a figure of the case with its unit; use in that in which the fleets meant count it, where it is one."""
    unit = tables()[row["table"]].columns[row["column"]].unit.replace("currency", words.currency)
    if unit.startswith("share"):
        return f"{words.share(row['low'], digits=1)} – {words.share(row['high'], digits=1)}"
    fleets = answer.case["fleets"].select("fleet", "type", "use_unit").rows()
    meant = [use for fleet, kind, use in fleets if fleet == row["fleet"] or kind == row["parent"]]
    counted = set(meant or [use for *_, use in fleets])
    use = counted.pop() if len(counted) == 1 else None
    parts = [use if part == "use" and use else part for part in unit.split("/")]
    told = "/".join(words.choice("unit", part) for part in parts)
    return f"{words.number(row['low'])} – {words.number(row['high'])} {told}".rstrip()


def tornado_chart(answer: Result, words: Words, names: Names) -> Figure | None:
    """System-months gained and lost at both ends of the figures that change most; none where no figure has a range."""
    rows = answer["swings"].head(MOST_FIGURES).to_dicts()
    if not rows or rows[0]["swing"] <= 0:
        return None
    base = float(answer["availability"]["available"].sum())
    ends = [words(f"sustain.tornado.{end}") for end in ("low", "high")]
    data: list[Spec] = []
    told = []
    for row in rows:
        short = row | {"site": None} if row["fleet"] or row["shop"] else row
        label = f"{figure_name(short, words, names)} {words.number(row['low'])} – {words.number(row['high'])}"
        changes = (row["at_low"] - base, row["at_high"] - base)
        # Where both ends change it the same way the longer bar lies behind.
        bars = sorted(zip(changes, ends, strict=True), key=lambda bar: -abs(bar[0]))
        data += [{"label": label, "value": v, "end": end} for v, end in bars]
        told.append(f"{label}: {words.number(changes[0], digits=1)}, {words.number(changes[1], digits=1)}")
    spec = drawing.framed({
        "width": drawing.WIDTH - 400, "height": {"step": 21}, "data": {"values": data},
        "mark": {"type": "bar", "height": 13},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None,
                  "axis": {"title": None, "labelLimit": 370, "minExtent": 350}},
            "x": {"field": "value", "type": "quantitative", "stack": None,
                  "axis": {"title": words("sustain.axis.tornado"), "tickCount": 5}},
            "color": {"field": "end", "type": "nominal", "sort": ends,
                      "scale": {"domain": ends, "range": [drawing.FLOOR, drawing.STOCK]},
                      "legend": {"orient": "bottom", "title": None}},
        },
    })  # fmt: skip
    note = words("sustain.note.tornado", base=words.number(base, digits=1))
    return Figure("sustain-tornado", words("sustain.chart.tornado"), note, "; ".join(told), spec)
