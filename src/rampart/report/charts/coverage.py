"""Coverage as tiles with the figure in them: by item for the first page, by nation for its chapter."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.report.charts.stock import MOST_PANELS, items_in_order
from rampart.results.measures import measure
from rampart.results.unknowns import unknown_stocks

MOST_FIRST_PAGE = 10


def _tile(row: str, column: str, share: float, answer: InWords, *, unsure: bool = False) -> dict[str, Any]:
    step = sum(share >= limit for limit in drawing.COVERAGE_STEPS)
    return {
        "row": row,
        "column": column,
        "text": answer.words.at_least(answer.words.share(share), unsure),
        "step": step,
        "ink": drawing.COVERAGE_INK[step],
    }


def overview_chart(answer: InWords) -> Figure | None:
    """How far members' requirements and recipients' needs are met, by item and year: the minister's chart."""
    words = answer.words
    covered = measure(answer.result, "coverage", by="item", time="year")
    served = _served(answer)
    order = items_in_order(answer, set(covered["item"]) | set(served["item"]))[:MOST_FIRST_PAGE]
    years = thinned([str(y) for y in sorted({*covered["year"], *served["year"]})], 8)
    names = [answer.item(i) for i in order]
    step = max(28, min(46, (drawing.WIDTH - 200) // (2 * max(1, len(years)))))
    parts: list[Spec] = []
    told = []
    for key, table in (("overview.covered", covered), ("overview.served", served)):
        rows = [r for r in table.select("item", "year", "value").iter_rows() if r[0] in order]
        if rows:
            tiles = [_tile(answer.item(i), str(y), v, answer) for i, y, v in rows if str(y) in years]
            parts.append(_tiles(words(key), tiles, names, years, step=step, named=not parts))
            told.append(
                words(key)
                + words(
                    "alt.list",
                    list="; ".join(
                        words("alt.tile", item=answer.item(i), year=y, share=words.share(v)) for i, y, v in rows
                    ),
                )
            )
    if not parts:
        return None
    spec = drawing.panels(parts, columns=2)
    seen = [key for key, table in (("covered", covered), ("served", served)) if table.height]
    note = " ".join(words(f"note.overview.{key}") for key in seen)
    return Figure("overview", words("chart.overview"), note, " ".join(told), spec)


def _served(answer: InWords) -> pl.DataFrame:
    """Share of the recipients' need that is met, by item and year."""
    frames = []
    for name in ("need", "met"):
        rows = measure(answer.result, name, by=("nation", "item"), time="year")
        rows = rows.filter(pl.col("nation").is_in(answer.roles("recipient")))
        frames.append(rows.group_by("item", "year").agg(pl.col("value").sum().alias(name)))
    table = frames[0].join(frames[1], on=["item", "year"]).filter(pl.col("need") > 0)
    return table.select("item", "year", value=pl.col("met") / pl.col("need")).sort("item", "year")


def coverage_chart(answer: InWords) -> Figure | None:
    """Coverage of each nation's requirement at the end of each year, as tiles with the figure in them."""
    words = answer.words
    rows = measure(answer.result, "coverage", by=("item", "nation"), time="year")
    order = items_in_order(answer, set(rows["item"]))[:MOST_PANELS]
    if not order:
        return None
    blind = set(unknown_stocks(answer.result))
    years = thinned([str(y) for y in sorted(set(rows["year"]))], 10)
    holders = {i: rows.filter(pl.col("item") == i)["nation"].unique().to_list() for i in order}
    nations = [n for n in answer.result.case.tables["nations"]["nation"].to_list() if n in set(rows["nation"])]
    # An item with one holder needs no panel of its own: such items share one.
    alone = [i for i in order if len(holders[i]) == 1]
    alone = alone if len(alone) > 1 else []
    panels: dict[str, list[dict[str, Any]]] = {i: [] for i in order if i not in alone}
    if alone:
        panels[""] = []
    names = {i: [answer.nation(n) for n in nations if n in holders[i]] for i in order}
    names[""] = [words("row.alone", item=answer.item(i), nation=names[i][0]) for i in alone]
    for item, nation, year, _, value in rows.iter_rows():
        if item in order and str(year) in years:
            single = words("row.alone", item=answer.item(item), nation=answer.nation(nation))
            row = single if item in alone else answer.nation(nation)
            tile = _tile(row, str(year), value, answer, unsure=(nation, item) in blind)
            panels["" if item in alone else item].append(tile)
    parts = [_tiles(answer.item(i) if i else words("panel_alone"), own, names[i], years) for i, own in panels.items()]
    ends = measure(answer.result, "coverage", by=("item", "nation"))
    told = [
        words("alt.coverage", item=answer.item(i), nation=answer.nation(n), share=words.share(v))
        for i in items_in_order(answer, set(ends["item"]))
        for n in nations
        for v in ends.filter((pl.col("item") == i) & (pl.col("nation") == n))["value"]
    ]
    columns = max(1, drawing.WIDTH // (46 * len(years) + 120)) if not alone else 1
    return Figure(
        "coverage",
        words("chart.coverage"),
        words("note.coverage"),
        " ".join(told),
        drawing.panels(parts, columns=columns),
    )


def thinned(years: list[str], most: int) -> list[str]:
    """At most so many years, evenly apart, the last always among them."""
    step = -(-len(years) // most) or 1
    return years[::-1][::step][::-1]


def _tiles(
    title: str,
    own: list[dict[str, Any]],
    names: list[str],
    years: list[str],
    *,
    step: int = 46,
    named: bool = True,
) -> Spec:
    """A panel of tiles: a row for every name, whether it has tiles or not, so that panels stand in line."""
    axis = {"title": None, "domain": False, "ticks": False, "grid": False}
    place: Spec = {
        "x": {
            "field": "column",
            "type": "ordinal",
            "sort": years,
            "scale": {"domain": years},
            "axis": axis | {"orient": "top", "labelAngle": 0},
        },
        "y": {
            "field": "row",
            "type": "ordinal",
            "sort": names,
            "scale": {"domain": names},
            "axis": axis | {"labels": named},
        },
    }
    colour = {
        "field": "step",
        "type": "ordinal",
        "legend": None,
        "scale": {
            "domain": list(range(len(drawing.COVERAGE_COLOURS))),
            "range": list(drawing.COVERAGE_COLOURS),
        },
    }
    return {
        "title": title,
        "width": {"step": step},
        "height": {"step": 20},
        "data": {"values": own},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "white", "strokeWidth": 2},
                "encoding": place | {"color": colour},
            },
            {
                "mark": {"type": "text", "fontSize": 11 if step >= 36 else 9.5},
                "encoding": place
                | {"text": {"field": "text"}, "color": {"field": "ink", "type": "nominal", "scale": None}},
            },
        ],
    }
