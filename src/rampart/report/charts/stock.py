"""Charts of stock against requirement and of deliveries against need, as Vega-Lite specs.

Periods may be months, then quarters: time is drawn to scale, and flows are rates per month, so that a quarter
does not look three times as large as a month.
"""

from __future__ import annotations

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.measures import SOURCES, measure

MOST_PANELS = 8


def members_with_requirement(answer: InWords) -> pl.DataFrame:
    """Stock rows of every holder and item that has a requirement somewhere in the plan."""
    stock = answer["stock"]
    held = stock.filter(pl.col("requirement").is_not_null()).select("holder", "item").unique()
    return stock.join(held, on=["holder", "item"], how="semi").sort("item", "holder", "period")


def items_in_order(answer: InWords, present: set[str]) -> list[str]:
    """Items in the order of the case, as far as they are present."""
    return [i for i in answer.result.case.tables["items"]["item"].to_list() if i in present]


def stock_chart(answer: InWords) -> Figure | None:
    """Stock of the holders with a requirement against requirement and floor, one panel an item."""
    words = answer.words
    rows = members_with_requirement(answer)
    order = items_in_order(answer, set(rows["item"]))
    if not order:
        return None
    edges = drawing.edges(answer.result)
    sums = rows.group_by("item", "period").agg(
        pl.col("opening", "closing", "requirement").sum(),
        floor=pl.when(pl.col("floor").is_not_null().any()).then(pl.col("floor").sum()),
    )
    parts = [_stock_panel(answer, item, sums.filter(pl.col("item") == item).sort("period"), edges) for item in order]
    told = []
    for item in order:
        own = sums.filter(pl.col("item") == item).sort("period")
        told.append(
            words(
                "alt.stock",
                item=answer.item(item),
                start=words.number(own["opening"][0]),
                end=words.number(own["closing"][-1]),
                requirement=words.number(own["requirement"][-1]),
            )
        )
    return Figure(
        "stock",
        words("chart.stock"),
        words("note.stock"),
        " ".join(told),
        drawing.panels(parts[:MOST_PANELS], columns=2),
    )


def _stock_panel(answer: InWords, item: str, own: pl.DataFrame, edges: dict[int, tuple[int, int]]) -> Spec:
    words = answer.words
    height, width = 150, 205
    periods = own["period"].to_list()
    first, last = edges[periods[0]][0], edges[periods[-1]][1]
    held = [{"x": first, "y": own["opening"][0]}]
    held += [{"x": edges[p][1], "y": y} for p, y in zip(periods, own["closing"], strict=True)]
    lines = [("stock", drawing.STOCK, [1.0, 0.0], 2.4, held)]
    for name, colour, dash in (
        ("requirement", drawing.REQUIREMENT, [5.0, 3.0]),
        ("floor", drawing.FLOOR, [1.5, 2.5]),
    ):
        steps = [
            {"x": edges[p][side], "y": y}
            for p, y in zip(periods, own[name], strict=True)
            if y is not None
            for side in (0, 1)
        ]
        if steps:
            lines.append((name, colour, dash, 1.6, steps))
    top = max(point["y"] for _, _, _, _, points in lines for point in points) * 1.06 or 1.0
    x = drawing.time_axis(first, last, width=width)
    y = drawing.amount_axis(top / 1.06)
    layers: list[Spec] = [
        {
            "data": {"values": held},
            "mark": {"type": "area", "color": drawing.STOCK, "opacity": 0.12},
            "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y}},
        }
    ]
    layers += [
        {
            "data": {"values": points},
            "mark": {"type": "line", "color": colour, "strokeDash": dash, "strokeWidth": width_of},
            "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y}},
        }
        for _, colour, dash, width_of, points in lines
    ]
    layers += drawing.labels(
        [words(f"series.{name}") for name, *_ in lines],
        [points[-1]["y"] for *_, points in lines],
        [colour for _, colour, *_ in lines],
        x=last,
        top=top,
        height=height,
    )
    title = words("panel", item=answer.item(item), unit=answer.unit(item))
    return {"title": title, "width": width, "height": height, "layer": layers}


def deliveries_chart(answer: InWords) -> Figure | None:
    """What reaches the recipients each month, by source, against what they need."""
    words = answer.words
    flows = measure(answer.result, "deliveries", by=("item", "source"), time="period")
    needs = _recipients_need(answer)
    totals = dict(flows.group_by("item").agg(pl.col("value").sum()).iter_rows())
    present = {i for i, total in totals.items() if total > 0} | set(needs["item"])
    order = items_in_order(answer, present)[:MOST_PANELS]
    if not order:
        return None
    edges = drawing.edges(answer.result)
    given = flows.group_by("source").agg(pl.col("value").sum())
    sources = [s for s in SOURCES if (given.filter(pl.col("source") == s)["value"].sum() or 0) > 0]
    parts = [
        _deliveries_panel(
            answer, i, flows.filter(pl.col("item") == i), needs.filter(pl.col("item") == i), edges, sources
        )
        for i in order
    ]
    need_of = dict(needs.group_by("item").agg((pl.col("value")).sum()).iter_rows())
    told = [
        words(
            "alt.deliveries",
            item=answer.item(i),
            delivered=words.number(totals.get(i, 0.0)),
            need=words.number(need_of[i]) if i in need_of else words("unknown"),
        )
        for i in order
    ]
    spec = drawing.panels(parts, columns=2)
    spec["resolve"]["scale"]["color"] = "shared"
    return Figure("deliveries", words("chart.deliveries"), words("note.deliveries"), " ".join(told), spec)


def _recipients_need(answer: InWords) -> pl.DataFrame:
    recipients = answer.roles("recipient")
    rows = measure(answer.result, "need", by=("nation", "item"), time="period")
    rows = rows.filter(pl.col("nation").is_in(recipients))
    return rows.group_by("item", "period", "months").agg(pl.col("value").sum()).sort("item", "period")


def _deliveries_panel(
    answer: InWords,
    item: str,
    flows: pl.DataFrame,
    needs: pl.DataFrame,
    edges: dict[int, tuple[int, int]],
    sources: list[str],
) -> Spec:
    words = answer.words
    names = [words(f"series.{s}") for s in sources]
    base: dict[int, float] = {}
    bars = []
    for source, name in zip(sources, names, strict=True):
        for _, _, period, _, months, value in flows.filter(pl.col("source") == source).iter_rows():
            rate = value / months
            low = base.get(period, 0.0)
            base[period] = low + rate
            if rate > 0:
                bars.append({"x": edges[period][0], "x2": edges[period][1], "y": low, "y2": low + rate, "s": name})
    steps = [{"x": edges[p][side], "y": v / n} for _, p, n, v in needs.iter_rows() for side in (0, 1)]
    first, last = min(a for a, _ in edges.values()), max(b for _, b in edges.values())
    top = max([*base.values(), *(s["y"] for s in steps), 0.0]) or 1.0
    x, y = drawing.time_axis(first, last, width=215), drawing.amount_axis(top)
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": drawing.seam(len(edges)),
            "encoding": {
                "x": {"field": "x", **x},
                "x2": {"field": "x2"},
                "y": {"field": "y", **y},
                "y2": {"field": "y2"},
                "color": {
                    "field": "s",
                    "type": "nominal",
                    "scale": {"domain": names, "range": [drawing.SERIES[SOURCES.index(s)] for s in sources]},
                },
            },
        }
    ]
    if steps:
        layers.append(
            {
                "data": {"values": steps},
                "mark": {"type": "line", "color": drawing.INK, "strokeDash": [5, 3]},
                "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y}},
            }
        )
        layers += drawing.labels(
            [words("series.need")], [steps[-1]["y"]], [drawing.INK], x=last, top=top * 1.06, height=150
        )
    title = words("panel_month", item=answer.item(item), unit=answer.unit(item))
    return {"title": title, "width": 215, "height": 150, "layer": layers}
