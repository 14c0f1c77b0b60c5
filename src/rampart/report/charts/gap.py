"""The one chart of a decision paper: what is had of what is asked, year by year, and what stays missing."""

from __future__ import annotations

from rampart.language.in_words import InWords
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.largest_gap import Gap

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
    title = words("chart.gap", item=answer.item(gap.item), unit=answer.unit(gap.item))
    return Figure("gap", title, words(f"note.gap.{gap.objective}"), told, spec)
