"""Native charts of a fleets' workbook: systems held and available by fleet, and what spares bring for what they cost."""

from __future__ import annotations

import polars as pl

from rampart.report.books.book import Book
from rampart.report.books.chart_sheet import ChartSheet
from rampart.report.charts import drawing
from rampart.report.charts.fleet import MOST_PANELS, Names
from rampart.results.result import Result


def charts_sheet(book: Book, answer: Result, names: Names) -> None:
    """All charts on one sheet, each beside its figures, in the colours of the page."""
    charts = ChartSheet(book)
    _availability(charts, answer, names)
    _curve(charts, answer)


def _availability(charts: ChartSheet, answer: Result, names: Names) -> None:
    words, table = charts.book.words, answer["availability"]
    fleets = table.group_by("fleet").agg(pl.col("held").max()).sort("held", "fleet", descending=[True, False])["fleet"]
    held, available = words("series.held"), words("series.available")
    for fleet in fleets.to_list()[:MOST_PANELS]:
        own = table.filter(pl.col("fleet") == fleet).sort("month")
        figures = [list(row) for row in own.select("month", "held", "available").iter_rows()]
        charts.draw(
            words("chart_of", chart=words("chart.fleet"), panel=names(fleet, "fleets")),
            {"type": "line"},
            [words("head.month"), held, available],
            figures,
            colours={held: drawing.INK, available: drawing.STOCK},
            dashes={held: "dash"},
        )


def _curve(charts: ChartSheet, answer: Result) -> None:
    words, unit = charts.book.words, answer.case.money_unit
    figures = [
        [cost / unit, share] for cost, share in answer["curve"].select("cost", "supply_availability").iter_rows()
    ]
    if len(figures) < 2:
        return
    heads = [words("sustain.axis.cost", unit=words.money_label), words("sustain.axis.availability")]
    title = words("sustain.chart.curve", month=words.month(str(answer.manifest["month"])))
    charts.draw(
        title,
        {"type": "scatter", "subtype": "straight"},
        heads,
        figures,
        percent=True,
        colours={heads[1]: drawing.STOCK},
    )
