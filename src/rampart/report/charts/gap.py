"""The one chart of a decision paper: what is had of what is asked, year by year, and what stays missing."""

from __future__ import annotations

import polars as pl

from rampart.language.in_words import InWords
from rampart.language.not_met import is_expected
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.largest_gap import LASTING, NEED, Gap
from rampart.results.measures import measure

HEIGHT = 120


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
            "text": words.number(high - low),
        }
        for year, asked, had in gap.years
        for kind, low, high in ((names[0], 0.0, had), (names[1], had, asked))
    ]
    top = max(asked for _, asked, _ in gap.years)
    x: Spec = {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}, "scale": {"padding": 0.2}}
    y = drawing.amount_axis(top)
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
    spec = drawing.framed(
        {"width": drawing.WIDTH - 70, "height": HEIGHT, "data": {"values": parts}, "layer": [bars, *written]}
    )
    told = " ".join(
        words("alt.gap", year=str(year), had=words.number(had), asked=words.number(asked))
        for year, asked, had in gap.years
    )
    expected = gap.objective == NEED and is_expected(answer)
    title = words(
        "chart.gap.expected" if expected else "chart.gap", item=answer.item(gap.item), unit=answer.unit(gap.item)
    )
    note = words("note.gap.lasting" if gap.objective in LASTING else f"note.gap.{gap.objective}")
    if expected:
        note += " " + words("note.gap.expected", years=_supplied(answer, gap))
    return Figure("gap", title, note, told, spec)


def _supplied(answer: InWords, gap: Gap) -> str:
    """What is supplied for use in each year of a need, whatever comes."""
    words = answer.words
    served = measure(answer.result, "served", by=("nation", "item"), time="year")
    mine = served.filter((pl.col("item") == gap.item) & pl.col("nation").is_in(gap.holders))
    years = mine.group_by("year").agg(pl.col("value").sum()).sort("year")
    return words("between.semicolon").join(
        words("reason.year", year=str(year), amount=words.number(value)) for year, value in years.iter_rows()
    )
