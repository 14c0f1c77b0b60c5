"""Charts of the sustainment answer: availability over time, what holds systems back, the curve, what a euro buys."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from rampart.findings import curly
from rampart.language.in_words import fixed_units
from rampart.language.words import Words
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec
from rampart.results.result import Result

MOST_PANELS, MOST_CAUSES, MOST_BARS = 12, 5, 14


class Names:
    """Names of the codes of a case's fleets, parts, sites and shops in one language; the code where it has none."""

    def __init__(self, answer: Result, language: str) -> None:
        self._names: dict[tuple[str, str], str] = {}
        for table, code in (
            ("parts", "part"),
            ("sites", "site"),
            ("shops", "shop"),
            ("repair_setups", "setup"),
            ("fleets", "fleet"),
            ("nations", "nation"),
        ):
            rows = answer.case.tables[table].select(code, "name_en", "name_fr").iter_rows()
            for key, english, french in rows:
                name = (curly(french or english or key) if language == "fr" else english) or key
                self._names[table, key] = fixed_units(name)

    def __call__(self, code: str | None, table: str) -> str:
        """The name of a code of a table."""
        return self._names.get((table, code or ""), code or "")


def months_of(answer: Result) -> list[date]:
    """Months of the answer, from the first to the last."""
    return answer["availability"]["month"].unique().sort().to_list()


def _time(answer: Result, *, width: int = 400) -> Spec:
    months = months_of(answer)
    first, last = drawing.month_of(months[0]), drawing.month_of(months[-1]) + 1
    return drawing.time_axis(drawing.millis(first), drawing.millis(last), width=width)


def _when(month: date) -> int:
    return drawing.millis(drawing.month_of(month)) + 15 * 86_400_000


def availability_chart(answer: Result, words: Words, names: Names) -> Figure:
    """Systems held and available by fleet, with the band of the uncertain figures."""
    table = answer["availability"]
    fleets = table.group_by("fleet").agg(pl.col("held").max()).sort("held", "fleet", descending=[True, False])["fleet"]
    parts: list[Spec] = []
    told = []
    width = 185
    for fleet in fleets.to_list()[:MOST_PANELS]:
        rows = table.filter(pl.col("fleet") == fleet)
        data = [
            {"x": _when(r["month"]), "held": r["held"], "available": r["available"], "low": r["low"], "high": r["high"]}
            for r in rows.iter_rows(named=True)
        ]
        top = max(max(r["held"], r["high"] or 0.0) for r in data)
        x = _time(answer, width=width) | {"field": "x"}
        y = drawing.amount_axis(top)
        layers: list[Spec] = []
        if rows["low"].null_count() == 0:
            band = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}}
            layers.append({"mark": {"type": "area", "color": "#b9c9e0", "opacity": 0.8}, "encoding": band})
        line: Spec = {"type": "line"}
        layers += [
            {"mark": line | {"color": drawing.INK, "strokeDash": [4, 3], "strokeWidth": 1.2},
             "encoding": {"x": x, "y": y | {"field": "held"}}},
            {"mark": line | {"color": drawing.STOCK, "strokeWidth": 2.2},
             "encoding": {"x": x, "y": y | {"field": "available"}}},
        ]  # fmt: skip
        parts.append(
            {"title": names(fleet, "fleets"), "width": width, "height": 110, "data": {"values": data}, "layer": layers}
        )
        last = rows.row(rows.height - 1, named=True)
        told.append(words("sustain.alt.fleet", fleet=names(fleet, "fleets"),
                          available=words.number(last["available"], digits=0),
                          held=words.number(last["held"], digits=0), month=words.month(last["month"])))  # fmt: skip
    drawn = any(len(one["layer"]) > 2 for one in parts)
    note = words("sustain.note.availability") if drawn else ""
    alt, spec = " ".join(told), drawing.panels(parts, columns=3)
    return Figure("sustain-availability", words("sustain.chart.availability"), note, alt, spec)


def causes_chart(answer: Result, words: Words, names: Names) -> Figure | None:
    """Systems out of action month by month, by cause: damage, maintenance, the parts that hold most, all others."""
    table = answer["holding_back"]
    if table.is_empty():
        return None
    weight = table.filter(pl.col("cause") == "part").group_by("part").agg(pl.col("systems").sum())
    most = weight.sort("systems", "part", descending=[True, False])["part"].to_list()[:MOST_CAUSES]
    labels = [names(p, "parts") for p in most] + [
        words(f"sustain.cause.{c}") for c in ("rest", "damage", "maintenance")
    ]
    sums: dict[tuple[str, date], float] = {}
    # Rows may be millions, one for each fleet, part and month: those of parts that are not named are added up first.
    named = pl.when(pl.col("part").is_in(most)).then("part")
    added = table.group_by("month", "cause", part=named, maintain_order=True).agg(pl.col("systems").sum())
    for month, cause, part, systems in added.iter_rows():
        label = (
            (names(part, "parts") if part in most else labels[-3])
            if cause == "part"
            else words(f"sustain.cause.{cause}")
        )
        sums[label, month] = sums.get((label, month), 0.0) + systems
    shown = [label for label in labels if any(key[0] == label for key in sums)]
    data: list[dict[str, Any]] = []
    for m in months_of(answer):
        y = 0.0
        for label in reversed(shown):
            height = sums.get((label, m), 0.0)
            ends = {"x": drawing.millis(drawing.month_of(m)), "x2": drawing.millis(drawing.month_of(m) + 1)}
            data.append(ends | {"cause": label, "y": y, "y2": y + height})
            y += height
    top = max(sum(sums.get((label, m), 0.0) for label in shown) for m in months_of(answer))
    colours = [*drawing.SERIES, "#000000"][: len(shown)]
    spec = drawing.framed({
        "width": drawing.WIDTH - 90, "height": 220, "data": {"values": data},
        "mark": drawing.seam(len(months_of(answer))),
        "encoding": {
            "x": _time(answer, width=drawing.WIDTH) | {"field": "x"}, "x2": {"field": "x2"},
            "y": drawing.amount_axis(top, words("sustain.axis.systems")) | {"field": "y"}, "y2": {"field": "y2"},
            "color": {"field": "cause", "type": "nominal", "sort": shown, "legend": {"columns": 2, "orient": "bottom"},
                      "scale": {"domain": shown, "range": colours}},
        },
    })  # fmt: skip
    months = months_of(answer)
    mean = {label: sum(sums.get((label, m), 0.0) for m in months) / len(months) for label in shown}
    told = [f"{label} {words.number(mean[label])}" for label in shown]
    return Figure("sustain-causes", words("sustain.chart.causes"), words("sustain.note.causes"), ", ".join(told), spec)


def curve_chart(answer: Result, words: Words, *, linked: bool = True) -> Figure:
    """The cost-availability curve; each point leads to its stock list, where the page has them (``linked``)."""
    unit = answer.case.money_unit
    line = [{"x": c / unit, "y": a} for _, c, a in answer["curve"].iter_rows()]
    points = [
        {"x": r["cost"] / unit, "y": r["supply_availability"], "n": str(r["point"]), "url": f"#point-{r['point']}",
         "colour": drawing.FLOOR if r["marked"] else drawing.STOCK}
        for r in answer["points"].iter_rows(named=True)
    ]  # fmt: skip
    top = max(p["x"] for p in line) or 1.0
    low = max(0.0, min(p["y"] for p in line) - 0.05)
    across = {"title": words("sustain.axis.cost", unit=words.money_label), "tickCount": 6, "format": ",~f"}
    x: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, top * 1.03], "nice": False},
        "axis": across,
    }
    y: Spec = {"field": "y", "type": "quantitative", "scale": {"domain": [low, 1.0], "nice": False},
               "axis": {"title": words("sustain.axis.availability"), "format": ".0%", "tickCount": 5}}  # fmt: skip
    marks: Spec = {"x": x, "y": y} | ({"href": {"field": "url"}} if linked else {})
    colour: Spec = {"field": "colour", "type": "nominal", "scale": None}
    numbers = [{"data": {"values": points}, "mark": {"type": "text", "color": "white", "fontSize": 9.5},
                "encoding": marks | {"text": {"field": "n"}}}] if linked else []  # fmt: skip
    spec = drawing.framed({
        "width": drawing.WIDTH - 90, "height": 250,
        "layer": [
            {"data": {"values": line}, "mark": {"type": "line", "color": drawing.QUIET, "strokeWidth": 1.6},
             "encoding": {"x": x, "y": y}},
            {"data": {"values": points}, "mark": {"type": "circle", "size": 190 if linked else 60, "opacity": 1},
             "encoding": marks | {"color": colour}},
            *numbers,
        ],
    })  # fmt: skip
    first, last = answer["points"].row(0, named=True), answer["points"].row(-1, named=True)
    alt = words(
        "sustain.alt.curve", start=words.share(first["supply_availability"]),
        end=words.share(last["supply_availability"]), cost=words.money(last["cost"] / unit),
    )  # fmt: skip
    return Figure(
        "sustain-curve",
        words("sustain.chart.curve", month=words.month(answer.manifest["month"])),
        words("sustain.note.curve" if linked else "sustain.note.curve_alone"),
        alt,
        spec,
    )


def exchange_chart(answer: Result, words: Words, names: Names, *, most: int = MOST_BARS) -> Figure | None:
    """System-months for a million, the best levers first."""
    rows = best_levers(answer)
    if rows.is_empty():
        return None
    data = [
        {"label": lever_name(r, words, names), "value": r["per_million"], "kind": words(f"sustain.lever.{r['lever']}")}
        for r in shown_levers(rows, most).iter_rows(named=True)
    ]
    kinds = [words(f"sustain.lever.{k}") for k in ("spare", "bay", "system")]
    title = words("sustain.axis.per_million", currency=words.currency)
    spec = drawing.framed({
        "width": drawing.WIDTH - 360, "height": {"step": 21}, "data": {"values": data}, "mark": {"type": "bar", "height": 13},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 420}},
            "x": {"field": "value", "type": "quantitative", "axis": {"title": title}},
            "color": {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "range": [*drawing.SERIES[:3]]}},
        },
    })  # fmt: skip
    told = "; ".join(f"{d['label']} {words.number(d['value'])}" for d in data)
    return Figure("sustain-exchange", words("sustain.chart.exchange"), words("sustain.note.exchange"), told, spec)


def best_levers(answer: Result) -> pl.DataFrame:
    """Levers with their gain over all types, best first; of one part at several sites the best."""
    table = (
        answer["exchange"]
        .group_by("lever", "code", "site", "from", "cost")
        .agg(pl.col("system_months").sum(), pl.col("per_million").sum())
    )
    table = table.sort("per_million", "code", "site", descending=[True, False, False])
    return table.unique(["lever", "code"], keep="first", maintain_order=True)


def shown_levers(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    """The best levers, and the best of each kind wherever it stands."""
    numbered = rows.with_row_index("place")
    first = pl.col("place") == pl.col("place").min().over("lever")
    return numbered.filter((pl.col("place") < most) | first)


LEVERS = {"spare": "parts", "bay": "shops", "system": "fleets"}
"""Table that names what a lever buys."""


def lever_name(row: dict[str, Any], words: Words, names: Names) -> str:
    """A lever in words: what, and where."""
    name = names(row["code"], LEVERS[row["lever"]])
    return words(f"sustain.lever_name.{row['lever']}", name=name, site=names(row["site"], "sites"))
