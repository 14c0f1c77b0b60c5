"""Charts of what the plan asks: production against capacity, money against budgets."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.report.charts.stock import MOST_PANELS, items_in_order

MOST_LINES = 6


def production_chart(answer: InWords) -> Figure | None:
    """Output of each line per month, stacked by item, under the capacity of all lines of the item."""
    words = answer.words
    rows = answer["production"].sort("tier", "item", "line", "period")
    tiers: dict[str, int] = {i: t for i, t in rows.select("item", "tier").iter_rows()}
    order = sorted(items_in_order(answer, set(tiers)), key=lambda i: tiers[i])[:MOST_PANELS]
    if not order:
        return None
    edges = drawing.edges(answer.result)
    lengths = dict(answer["periods"].select("period", "months").iter_rows())
    parts = [_production_panel(answer, i, rows.filter(pl.col("item") == i), edges, lengths) for i in order]
    told = []
    for item in order:
        rates = _rates(rows.filter(pl.col("item") == item), "output", lengths)
        told.append(
            words(
                "alt.production",
                item=answer.item(item),
                start=words.number(rates[0][1]),
                end=words.number(rates[-1][1]),
            )
        )
    return Figure(
        "production",
        words("chart.production"),
        words("note.production"),
        " ".join(told),
        drawing.panels(parts, columns=1),
    )


def _rates(rows: pl.DataFrame, column: str, lengths: dict[int, int]) -> list[tuple[int, float]]:
    """Sum over lines per month, by period."""
    sums = rows.group_by("period").agg(pl.col(column).sum()).sort("period")
    return [(p, v / lengths[p]) for p, v in sums.iter_rows()]


def _stacked(
    answer: InWords, rows: pl.DataFrame, edges: dict[int, tuple[int, int]], lengths: dict[int, int]
) -> tuple[list[dict[str, Any]], list[tuple[str, float, str]], list[float]]:
    """Rectangles of each line's rate, largest lowest; label, height and colour of each; totals."""
    groups = line_groups(answer, rows)
    base: dict[int, float] = {}
    bars: list[dict[str, Any]] = []
    ends: list[tuple[str, float, str]] = []
    for (name, members), colour in zip(groups, drawing.SERIES, strict=False):
        middle = 0.0
        for period, rate in _rates(rows.filter(pl.col("line").is_in(members)), "output", lengths):
            low = base.get(period, 0.0)
            base[period] = low + rate
            middle = low + rate / 2
            if rate > 0:
                first, last = edges[period]
                bars.append({"x": first, "x2": last, "y": low, "y2": low + rate, "c": colour})
        ends.append((name, middle, colour))
    return bars, ends, list(base.values())


def line_groups(answer: InWords, rows: pl.DataFrame) -> list[tuple[str, list[str]]]:
    """Lines by what they put out, the largest first, each with its name; the smallest together where there are many."""
    order = rows.group_by("line").agg(pl.col("output").sum()).sort("output", "line", descending=[True, False])
    lines = order["line"].to_list()
    most = MOST_LINES if len(lines) <= MOST_LINES else MOST_LINES - 1
    short = [answer.short(line, table="lines") for line in lines]
    groups = [  # two that only differ in their nation keep it
        (name if short.count(name) == 1 else answer.name(line, table="lines"), [line])
        for name, line in zip(short[:most], lines, strict=False)
    ]
    return groups + ([(answer.words("series.other_lines"), lines[most:])] if lines[most:] else [])


def _production_panel(
    answer: InWords,
    item: str,
    rows: pl.DataFrame,
    edges: dict[int, tuple[int, int]],
    lengths: dict[int, int],
) -> Spec:
    words = answer.words
    height, width = 118, 330
    bars, ends, heights = _stacked(answer, rows, edges, lengths)
    capacity = _rates(rows, "capacity", lengths)
    steps = [{"x": edges[p][side], "y": rate} for p, rate in capacity if math.isfinite(rate) for side in (0, 1)]
    first, last = min(a for a, _ in edges.values()), max(b for _, b in edges.values())
    top = max([*heights, *(s["y"] for s in steps)], default=1.0) or 1.0
    x, y = drawing.time_axis(first, last, width=width), drawing.amount_axis(top)
    place: Spec = {"x": {"field": "x", **x}, "y": {"field": "y", **y}}
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": drawing.seam(len(edges)),
            "encoding": place
            | {
                "x2": {"field": "x2"},
                "y2": {"field": "y2"},
                "color": {"field": "c", "type": "nominal", "scale": None},
            },
        }
    ]
    if steps:
        mark = {"type": "line", "color": drawing.INK, "strokeDash": [5, 3], "strokeWidth": 1.6}
        layers.append({"data": {"values": steps}, "mark": mark, "encoding": place})
    # Where a line has no limit, there is no capacity to draw, and the label says so.
    ends.append(
        (words("series.capacity"), steps[-1]["y"], drawing.INK)
        if steps
        else (words("series.unlimited"), top * 1.06, drawing.INK)
    )
    layers += drawing.labels(
        [e[0] for e in ends],
        [e[1] for e in ends],
        [e[2] for e in ends],
        x=last,
        top=top * 1.06,
        height=height,
        room=280,
    )
    tier = rows["tier"][0]
    title = words("panel_month", item=answer.item(item), unit=answer.unit(item))
    title = title if not tier else words("panel_tier", title=title, tier=tier)
    return {"title": title, "width": width, "height": height, "layer": layers}


def money_chart(answer: InWords) -> Figure | None:
    """Commitments and payments of each nation by fiscal year, with the limits of its budgets."""
    words = answer.words
    sums = answer["money"].group_by("nation", "fiscal_year").agg(pl.col("commitments", "payments").sum())
    order = [n for n in answer.result.case.tables["nations"]["nation"].to_list() if n in set(sums["nation"])]
    if not order:
        return None
    limits = {
        (nation, year, kind): limit
        for nation, year, purpose, kind, limit in answer["budgets"]
        .select("nation", "fiscal_year", "purpose", "kind", "limit")
        .iter_rows()
        if purpose == "all" and limit is not None and math.isfinite(limit)
    }
    years = sorted(set(sums["fiscal_year"]))
    parts, told = [], []
    for nation in order:
        own = sums.filter(pl.col("nation") == nation).sort("fiscal_year")
        rows = [
            {
                "year": str(year),
                "kind": words(f"series.{kind}"),
                "y": value,
                "limit": limits.get((nation, year, kind)),
            }
            for year, *both in own.select("fiscal_year", "commitments", "payments").iter_rows()
            for kind, value in zip(("commitments", "payments"), both, strict=True)
        ]
        parts.append(_money_panel(answer, nation, rows, [str(y) for y in years]))
        told.append(
            words(
                "alt.money",
                nation=answer.nation(nation),
                commitments=words.money(float(own["commitments"].sum())),
                payments=words.money(float(own["payments"].sum())),
            )
        )
    spec = drawing.panels(parts, columns=4 if len(years) <= 4 else 2)
    spec["resolve"]["scale"]["color"] = "shared"
    title = words("chart.money", unit=words.money_label)
    return Figure("money", title, words("note.money"), " ".join(told), spec)


def _money_panel(answer: InWords, nation: str, rows: list[dict[str, Any]], years: list[str]) -> Spec:
    words = answer.words
    kinds = [words("series.commitments"), words("series.payments")]
    top = max([r["y"] for r in rows] + [r["limit"] for r in rows if r["limit"] is not None], default=1.0)
    place: Spec = {
        "x": {
            "field": "year",
            "type": "ordinal",
            "scale": {"domain": years, "paddingInner": 0.25},
            "axis": {"title": None, "labelAngle": 0},
        },
        "xOffset": {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "paddingInner": 0.05}},
    }
    colour: Spec = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": kinds, "range": [drawing.COMMITMENTS, drawing.PAYMENTS]},
    }
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "bar"},
            "encoding": place | {"y": {"field": "y", **drawing.amount_axis(top)}, "color": colour},
        }
    ]
    limited = [r for r in rows if r["limit"] is not None]
    if limited:
        mark = {
            "type": "tick",
            "color": drawing.INK,
            "thickness": 2,
            "bandSize": max(12, 90 // len(years) // 2),
        }
        layers.append(
            {
                "data": {"values": limited},
                "mark": mark,
                "encoding": place | {"y": {"field": "limit", **drawing.amount_axis(top)}},
            }
        )
    title = answer.nation(nation) if limited else words("panel_no_budget", nation=answer.nation(nation))
    width = 112 if len(years) <= 4 else 270
    return {"title": title, "width": width, "height": 130, "layer": layers}
