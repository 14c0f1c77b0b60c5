"""The one chart of a decision paper: what is had of what is asked, year by year, and what stays missing."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rampart.language.in_words import InWords
from rampart.language.not_met import is_expected, rough
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.largest_gap import LASTING, NEED, Gap
from rampart.results.measures import measure

HEIGHT = 120
PADDING = 0.2
"""Room between two bars, as a share of the step from one to the next."""


def gap_chart(answer: InWords, gap: Gap) -> Figure:
    """A bar a year: had below in the colour of stock, missing above it, pale with a dark edge, each with its number."""
    words = answer.words
    names = (words("paper.series.had"), words("paper.series.missing"))
    parts = [
        {
            "year": str(year),
            "kind": kind,
            "y": low,
            "y2": high,
            "middle": (low + high) / 2,
            "text": words.number(rough(high - low)),
        }
        for year, asked, had in gap.years
        for kind, low, high in ((names[0], 0.0, had), (names[1], had, asked))
    ]
    expected = gap.objective == NEED and is_expected(answer)
    supplied = _supplied(answer, gap) if expected else {}
    top = max([*(asked for _, asked, _ in gap.years), *supplied.values()])
    x: Spec = {
        "field": "year",
        "type": "ordinal",
        "axis": {"title": None, "labelAngle": 0},
        "scale": {"padding": PADDING},
    }
    y = drawing.amount_axis(top)
    diamonds = words("paper.series.supplied")
    colour = {"domain": list(names), "range": [drawing.STOCK, drawing.MISSING]}
    bars = {
        "mark": {"type": "bar", "stroke": drawing.STOCK, "strokeWidth": 0.8},
        "encoding": {
            "x": x, "y": {"field": "y", **y}, "y2": {"field": "y2"},
            "color": {"field": "kind", "type": "nominal", "scale": colour},
        },
    }  # fmt: skip
    written = [
        {
            "transform": [{"filter": f"datum.kind === {name!r} && datum.y2 - datum.y > {top * 0.09}"}],
            "mark": {"type": "text", "baseline": "middle", "color": ink, "fontSize": 9.5},
            "encoding": {"x": x, "y": {"field": "middle", **y}, "text": {"field": "text"}},
        }
        for name, ink in ((names[0], "#ffffff"), (names[1], drawing.INK))
    ]
    layers = [bars, *written, *([_diamonds(supplied, diamonds, x, y)] if supplied else [])]
    spec = drawing.framed({"width": drawing.WIDTH - 70, "height": HEIGHT, "data": {"values": parts}, "layer": layers})
    told = " ".join(
        words("alt.gap", year=str(year), had=words.number(had), asked=words.number(asked))
        for year, asked, had in gap.years
    )
    if supplied:
        told += " " + words("alt.gap.supplied", years=words("between.semicolon").join(
            words("reason.year", year=str(year), amount=words.number(rough(value))) for year, value in supplied.items()
        ))  # fmt: skip
    title = words(
        "chart.gap.expected" if expected else "chart.gap", item=answer.item(gap.item), unit=answer.unit(gap.item)
    )
    note = words("note.gap.lasting" if gap.objective in LASTING else f"note.gap.{gap.objective}")
    if expected:
        note += " " + words("note.gap.expected")
    return Figure("gap", title, note, told, spec)


def _diamonds(supplied: Mapping[int, float], name: str, x: Spec, y: Spec) -> Spec:
    """What is supplied in each year, whatever comes, on the right edge of its bar, so that no number is hidden."""
    step = (drawing.WIDTH - 70) / (len(supplied) + PADDING)
    return {
        "data": {"values": [{"year": str(year), "supplied": value, "kind": name} for year, value in supplied.items()]},
        "mark": {
            "type": "point", "shape": "diamond", "size": 75, "filled": True, "opacity": 1, "color": drawing.SERIES[1],
            "stroke": drawing.INK, "strokeWidth": 1, "xOffset": step * (1 - PADDING) / 2,
        },
        "encoding": {
            "x": x, "y": {"field": "supplied", **y},
            "shape": {"field": "kind", "type": "nominal", "scale": {"domain": [name], "range": ["diamond"]},
                      "legend": {"title": None, "symbolFillColor": drawing.SERIES[1], "symbolStrokeColor": drawing.INK}},
        },
    }  # fmt: skip


def _supplied(answer: InWords, gap: Gap) -> dict[int, float]:
    """What is supplied for use in each year of a need, whatever comes."""
    served = measure(answer.result, "served", by=("nation", "item"), time="year")
    mine = served.filter((pl.col("item") == gap.item) & pl.col("nation").is_in(gap.holders))
    return dict(mine.group_by("year").agg(pl.col("value").sum()).sort("year").iter_rows())
