"""Chart: what each donor would give in the first year at other chances of being called upon."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.giving_and_keeping import chance_text
from rampart.language.in_words import InWords
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.report.charts.stock import MOST_PANELS, items_in_order

WIDTH, HEIGHT = 255, 150


def give_or_keep_chart(answer: InWords) -> Figure | None:
    """Stacked gifts of the donors by chance, one panel an item; none where nothing is given at any chance."""
    words = answer.words
    given = gifts_by_donor(answer)
    order = items_in_order(answer, set(given["item"]))[:MOST_PANELS]
    if not order:
        return None
    donors = [code for code in answer.result.case["nations"]["nation"].to_list() if code in set(given["donor"])]
    parts = [_panel(answer, item, given.filter(pl.col("item") == item), donors) for item in order]
    told = []
    for item in order:
        sums = (
            given.filter(pl.col("item") == item).group_by("chance_year").agg(pl.col("gifts").sum()).sort("chance_year")
        )
        at = [
            words("explain.keep.at", chance=chance_text(words, chance), quantity=words.number(gifts))
            for chance, gifts in sums.iter_rows()
        ]
        told.append(words("alt.give_or_keep", item=answer.item(item), parts=words.list(at)))
    spec = drawing.panels(parts, columns=2)
    spec["resolve"]["scale"]["color"] = "shared"
    return Figure("give_or_keep", words("chart.give_or_keep"), words("note.give_or_keep"), " ".join(told), spec)


def gifts_by_donor(answer: InWords) -> pl.DataFrame:
    """First-year gifts by chance, donor and item, of those who give anything at any chance."""
    table = answer["give_or_keep"].filter(pl.col("donor").is_not_null())
    return table.filter((pl.col("gifts").max() > 0).over("donor", "item")).select(
        "chance_year", "donor", "item", "gifts"
    )


def _panel(answer: InWords, item: str, own: pl.DataFrame, donors: list[str]) -> Spec:
    words, names = answer.words, [answer.nation(code) for code in donors]
    chances = sorted(set(own["chance_year"]))
    rows: list[dict[str, Any]] = []
    tops = []
    for chance in chances:
        base = 0.0
        amounts = dict(own.filter(pl.col("chance_year") == chance).select("donor", "gifts").iter_rows())
        for code, name in zip(donors, names, strict=True):
            if amounts.get(code):
                rows.append({"x": chance_text(words, chance), "y": base, "y2": base + amounts[code], "s": name})
                base += amounts[code]
        tops.append(base)
    labels = [chance_text(words, chance) for chance in chances]
    colours = [drawing.SERIES[n % len(drawing.SERIES)] for n in range(len(donors))]
    return {
        "title": words("panel", item=answer.item(item), unit=answer.unit(item)),
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": rows},
        "mark": {"type": "bar", "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "x": {
                "field": "x",
                "type": "ordinal",
                "scale": {"domain": labels, "paddingInner": 0.35},
                "axis": {"title": None, "labelAngle": 0},
            },
            "y": {"field": "y", **drawing.amount_axis(max(tops))},
            "y2": {"field": "y2"},
            "color": {"field": "s", "type": "nominal", "scale": {"domain": names, "range": colours}},
        },
    }
