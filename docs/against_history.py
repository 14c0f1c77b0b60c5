"""The page ``explanation/against-history``: what the plan of ``alliance-2023`` gives and decides, its table and its chart.

``python docs/against_history.py PLAN`` writes the figures of the plan in that folder into two CSV files beside the page;
without a folder, only the table of the page and the chart in both languages are written anew from them. Tests hold that the
table, the chart and the decisions told are those of the files, and the files those of the plan.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.results.result import Result

HERE = Path(__file__).parent / "explanation"
PAGE = HERE / "against-history.md"
ITEM, PARTNER = "round155", "UKR"
FLOWS = ("reaches", "american", "european", "served", "american_stock")
DECIDED = ("kind", "code", "from", "quantity")
YEAR = 2023

STATED = (
    # who, first month, last month, thousand a month: the table "What was said" of the page
    ("usa", "2023-01", "2023-05", 82), ("usa", "2023-06", "2023-07", 250),
    ("eu", "2023-04", "2024-01", 32), ("eu", "2024-02", "2024-10", 70),
    ("all", "2023-01", "2023-12", 133), ("all", "2024-01", "2024-12", 125),
)  # fmt: skip
WORDS = {
    "en": {
        "axis": "thousand rounds of 155 mm a month", "plan": "reaches Ukraine in the plan",
        "usa": "given or committed by the United States", "eu": "given by members of the EU",
        "all": "reached Ukraine from all partners (mean of a year)",
    },
    "fr": {
        "axis": "milliers de coups de 155 mm par mois", "plan": "arrivent en Ukraine dans le plan",
        "usa": "donnés ou engagés par les États-Unis", "eu": "donnés par les membres de l'UE",
        "all": "arrivés en Ukraine de tous les partenaires (moyenne annuelle)",
    },
}  # fmt: skip


def flows(plan: Result) -> list[dict[str, str]]:
    """Rounds by month of 2023 and 2024: what reaches the partner, of it American and European, what is served; US stock."""
    import polars as pl

    def by_month(frame: pl.DataFrame, column: str, month: str = "month") -> dict[Any, float]:
        return dict(frame.group_by(month).agg(pl.col(column).sum()).iter_rows())

    stock = plan["stock"].filter(pl.col("item") == ITEM)
    theirs = stock.filter(pl.col("holder") == PARTNER)
    theirs = theirs.with_columns(all=pl.sum_horizontal("ordered", "made", "bought", "received"))
    nation = dict(plan.case["lines"].select("line", "nation").iter_rows())
    shipped = plan["orders"].filter((pl.col("ship_to") == PARTNER) & (pl.col("item") == ITEM))
    shipped = shipped.with_columns(origin=pl.col("line").replace_strict(nation, default=None)).rename(
        {"month": "arrives"}
    )
    sent = plan["transfers"].filter((pl.col("destination") == PARTNER) & (pl.col("item") == ITEM))
    ways = pl.concat([f.select("origin", "arrives", "quantity") for f in (sent, shipped)])
    european = by_month(ways.filter(pl.col("origin") != "USA"), "quantity", "arrives")
    need = plan["demand"].filter((pl.col("holder") == PARTNER) & (pl.col("item") == ITEM))
    all_of_it, served = by_month(theirs, "all"), by_month(need, "served")
    held = by_month(stock.filter(pl.col("holder") == "USA"), "closing")
    return [
        {"month": f"{month:%Y-%m}"}
        | {
            name: f"{value:.0f}"
            for name, value in zip(
                FLOWS,
                (
                    all_of_it[month],
                    all_of_it[month] - european.get(month, 0.0),
                    european.get(month, 0.0),
                    served[month],
                    held[month],
                ),
                strict=True,
            )
        }
        for month in sorted(all_of_it)
        if month.year in (YEAR, YEAR + 1)
    ]


def decided(plan: Result) -> list[dict[str, str]]:
    """What is decided in the first year: units of expansions, rounds, rockets and guns ordered by line, bought by offer."""
    import polars as pl

    finished = set(plan.case["items"].filter(pl.col("kind") != "component")["item"])
    found: list[tuple[str, str, str, str]] = []
    for kind, table, code, month, quantity in (
        ("expansion", "expansions", "expansion", "decide", "units"),
        ("order", "orders", "line", "decide", "quantity"),
        ("purchase", "purchases", "offer", "month", "quantity"),
    ):
        frame = plan[table].filter(pl.col(month).dt.year() == YEAR)
        if kind == "order":
            frame = frame.filter(pl.col("item").is_in(sorted(finished)))
        sums = frame.group_by(code).agg(pl.col(month).min(), pl.col(quantity).sum().alias("sum")).sort(code)
        for name, first, total in sums.iter_rows():
            if total > 1e-6:
                found.append((kind, name, f"{first:%Y-%m}", f"{total:.0f}" if total >= 100 else f"{total:.3g}"))
    return [dict(zip(DECIDED, row, strict=True)) for row in found]


def read(name: str) -> list[dict[str, str]]:
    """Rows of a file of figures beside the page."""
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


def write(name: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Write such a file."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def table() -> str:
    """The table of the page: thousand a month by quarter, sums of the years."""
    rows = read("against-history-flows.csv")
    lines = []
    for year in (YEAR, YEAR + 1):
        mine = [row for row in rows if row["month"].startswith(str(year))]
        for quarter in range(4):
            part = mine[3 * quarter : 3 * quarter + 3]
            cells = [f"{sum(float(row[f]) for row in part) / 3e3:.0f}" for f in FLOWS[:-1]]
            lines.append(
                f"| {year} Q{quarter + 1} | {' | '.join(cells)} | {float(part[-1]['american_stock']) / 1e3:.0f} |"
            )
        cells = [f"{sum(float(row[f]) for row in mine) / 1e3:,.0f}" for f in FLOWS[:-1]]
        lines.append(f"| all of {year} | {' | '.join(cells)} | {float(mine[-1]['american_stock']) / 1e3:.0f} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """The page with its table written anew."""
    head = re.search(r"\| quarter \|.*\n\|[-| ]+\|\n", page)
    if head is None:
        raise ValueError("the page has no table that begins with | quarter |")
    rest = re.sub(r"\A(\|.*\n)*", "", page[head.end() :])
    return page[: head.end()] + table() + "\n" + rest


def chart(language: Language) -> str:
    """SVG: what reaches the partner in the plan, and what was said of the years."""
    from rampart.language.words import Words
    from rampart.report.charts.drawing import CONFIG, INK, SCHEMA, SERIES, WIDTH, svg

    words = WORDS[language]
    order = [words[key] for key in ("plan", "usa", "eu", "all")]
    colour = {
        "field": "who",
        "type": "nominal",
        "scale": {"domain": order, "range": [SERIES[4], SERIES[3], SERIES[2], INK]},
    }
    x = {
        "field": "month",
        "type": "temporal",
        "scale": {"type": "utc"},
        "title": None,
        "axis": {"format": "%b %Y", "labelAngle": 0, "tickCount": 8},
    }
    planned = [
        {
            "month": f"{row['month']}-01",
            "next": _after(row["month"]),
            "amount": float(row["reaches"]) / 1e3,
            "who": words["plan"],
        }
        for row in read("against-history-flows.csv")
    ]
    said = [{"month": f"{a}-01", "next": _after(b), "amount": n, "who": words[who]} for who, a, b, n in STATED]
    y = {"field": "amount", "type": "quantitative", "title": words["axis"], "scale": {"zero": True}}
    legend = {
        **colour,
        "legend": {"orient": "top", "columns": 2, "columnPadding": 50, "title": None, "symbolType": "square"},
    }
    spec = {
        "$schema": SCHEMA, "config": CONFIG, "width": WIDTH, "height": 260,
        "layer": [
            {"data": {"values": planned}, "mark": {"type": "rect", "opacity": 1},
             "encoding": {"x": x, "x2": {"field": "next"}, "y": y, "y2": {"datum": 0}, "color": legend}},
            {"data": {"values": said}, "mark": {"type": "rule", "strokeWidth": 3},
             "encoding": {"x": x, "x2": {"field": "next"}, "y": y, "color": legend}},
        ],
    }  # fmt: skip
    drawn = svg(spec, Words(language), key="history")
    return (
        drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
        + "\n"
    )


def _after(month: str) -> str:
    """First day of the month after."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}-01"


CHARTS: Mapping[Language, str] = {"en": "against-history.svg", "fr": "against-history.fr.svg"}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from rampart.results.folder import read_result

        made = read_result(Path(sys.argv[1]))
        write("against-history-flows.csv", flows(made))
        write("against-history-decided.csv", decided(made))
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for language, name in CHARTS.items():
        (HERE / name).write_text(chart(language), encoding="utf-8")
