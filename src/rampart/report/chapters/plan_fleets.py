"""The chapter on fleets: systems available against those needed, what supports them, and what money buys."""

from __future__ import annotations

import polars as pl

from rampart.catalogues.results import result_tables
from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.report.chapters.stock import chapter
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec

MOST_PANELS = 8
LINES = (("needed", "needed", drawing.REQUIREMENT, [5.0, 3.0], 1.6), ("owned", "owned", drawing.FLOOR, [1.5, 2.5], 1.6),
         ("available", "available", drawing.STOCK, [1.0, 0.0], 2.4))  # fmt: skip


def fleets(answer: InWords) -> Chapter | None:
    """What fleets need, own and have ready, and what a euro more would do; nothing where the plan has no fleets."""
    words = answer.words
    if answer["fleets"].is_empty():
        return None
    says = [words("chapter.fleets.says"), agreement(answer)]
    tables = [_systems(answer), _support(answer), _exchange(answer)]
    return chapter(answer, "fleets", figures=("fleets",), listings=tables, says=tuple(says))


def agreement(answer: InWords) -> str:
    """How closely plan and sustainment agree, and how far the plan stands from what is played through."""
    words, told = answer.words, answer.result.manifest["coupling"]
    return words(
        "chapter.fleets.agreed" if told["converged"] else "chapter.fleets.apart",
        rounds=told["rounds"], residual=words.number(told["residual"]),
        difference=words.number(told["largest_difference"]),
    )  # fmt: skip


def _systems(answer: InWords) -> Listing:
    words = answer.words
    heads = [Head(words("head.fleet")), Head(words("head.month"))]
    heads += [Head(words(f"head.{h}"), numeric=True) for h in ("owned", "available", "played", "lacking")]
    heads += [Head(words("head.ao"), numeric=True), Head(words("head.dto"), numeric=True)]
    table = answer["fleets"].sort("fleet", "period")
    # The first, every third, and the last period show the course; the workbook has all.
    last = table["period"].max()
    shown = table.filter((pl.col("period") % 3 == 0) | (pl.col("period") == last))
    rows = [
        [
            answer.name(r["fleet"], table="fleets"),
            words.month(r["month"], short=True),
            *(words.number(r[c], digits=1) for c in ("owned", "available", "played", "lacking")),
            words.share(r["ao"]),
            words.share(r["dto"]),
        ]
        for r in shown.iter_rows(named=True)
    ]
    return listing(answer, words("table.fleet_systems"), heads, rows, repeat=1)


def _support(answer: InWords) -> Listing:
    words = answer.words
    heads = [
        Head(words("head.what")), Head(words("head.payer")), Head(words("head.decide")),
        Head(words("head.ready")), Head(words("head.bays"), numeric=True),
        Head(words("head.cost", unit=words.money_label), numeric=True),
    ]  # fmt: skip
    rows = [
        [
            words(f"support.{r['kind']}", name=answer.name(r["code"], table=HOME[r["kind"]])),
            answer.nation(r["payer"]),
            words.month(r["month"], short=True),
            words.month(r["arrives"], short=True),
            words("none") if r["units"] is None else words.number(r["units"], digits=1),
            words.number(r["money"]),
        ]
        for r in answer["support"].sort("month", "kind", "code", "payer").iter_rows(named=True)
    ]
    return listing(answer, words("table.support"), heads, rows)


HOME = {"spares": "sites", "bays": "shops"}


def _exchange(answer: InWords) -> Listing:
    words = answer.words
    heads = [
        Head(words("head.what")), Head(words("head.fleet")), Head(words("head.decide")),
        Head(words("head.ready")), Head(words("head.price", unit=words.money_label), numeric=True),
        Head(words("head.gain", unit=words.money_label), numeric=True),
    ]  # fmt: skip
    bought = result_tables("plan")["exchange"].columns["code"]
    table = answer["exchange"].filter((pl.col("period") % 6 == 0) & (pl.col("gain") > 1e-6))
    rows = [
        [
            words(f"support.{r['lever']}", name=answer.cell(bought, r)),
            answer.name(r["fleet"], table="fleets"),
            words.month(r["month"], short=True),
            words.month(r["arrives"], short=True),
            words("none") if r["lever"] == "spares" else words.number(r["price"]),
            words.worked_out(r["gain"]),
        ]
        for r in table.sort("period", "gain", "lever", descending=[False, True, False]).iter_rows(named=True)
    ]
    return listing(answer, words("table.exchange"), heads, rows)


def fleets_chart(answer: InWords) -> Figure | None:
    """Systems needed, owned and available, one panel a fleet."""
    words, table = answer.words, answer["fleets"].sort("period")
    if table.is_empty():
        return None
    edges = drawing.edges(answer.result)
    codes = list(dict.fromkeys(table["fleet"].to_list()))[:MOST_PANELS]
    parts, told = [], []
    for code in codes:
        own = table.filter(pl.col("fleet") == code)
        parts.append(_panel(answer, code, own, edges))
        told.append(
            words(
                "alt.fleet",
                fleet=answer.name(code, table="fleets"),
                start=words.number(own["available"][0]),
                end=words.number(own["available"][-1]),
                need=words.number(own["needed"][-1]),
            )
        )
    return Figure(
        "fleets", words("chart.fleets"), words("note.fleets"), " ".join(told), drawing.panels(parts, columns=2)
    )


def _panel(answer: InWords, code: str, own: pl.DataFrame, edges: dict[int, tuple[int, int]]) -> Spec:
    words, height, width = answer.words, 150, 205
    periods = own["period"].to_list()
    first, last = edges[periods[0]][0], edges[periods[-1]][1]
    lines = [
        (name, colour, dash, weight,
         [{"x": edges[p][side], "y": y} for p, y in zip(periods, own[name], strict=True) for side in (0, 1)])
        for name, _, colour, dash, weight in LINES
    ]  # fmt: skip
    top = max(point["y"] for *_, points in lines for point in points) * 1.06 or 1.0
    x, y = drawing.time_axis(first, last, width=width), drawing.amount_axis(top / 1.06)
    layers: list[Spec] = [
        {
            "data": {"values": points},
            "mark": {"type": "line", "color": colour, "strokeDash": dash, "strokeWidth": weight},
            "encoding": {"x": {"field": "x", **x}, "y": {"field": "y", **y}},
        }
        for _, colour, dash, weight, points in lines
    ]
    layers += drawing.labels(
        [words(f"series.{label}") for _, label, *_ in LINES],
        [points[-1]["y"] for *_, points in lines],
        [colour for _, colour, *_ in lines],
        x=last, top=top, height=height,
    )  # fmt: skip
    title = words("panel", item=answer.name(code, table="fleets"), unit=words.unit("systems"))
    return {"title": title, "width": width, "height": height, "layer": layers}
