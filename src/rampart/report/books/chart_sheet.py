"""Native charts on a sheet: they stay editable, and their figures stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rampart.report.books.book import Book
from rampart.report.charts import drawing

CHART_ROWS = 18
FIRST_COLUMN = 12
"""Figures stand from this column on, to the right of the charts."""


class ChartSheet:
    """A sheet of charts, and where the next block of figures and its chart go on it."""

    def __init__(self, book: Book) -> None:
        self.book, self.sheet, self.row = book, book.sheet(book.words("charts")), 2
        self.sheet.write_string(0, 0, book.words("charts"), book.formats["title"])
        self.sheet.set_column(FIRST_COLUMN, FIRST_COLUMN, 34)
        self.sheet.set_column(FIRST_COLUMN + 1, FIRST_COLUMN + 10, 18)

    def draw(
        self,
        title: str,
        kind: dict[str, str],
        heads: Sequence[str],
        rows: Sequence[Sequence[Any]],
        **look: Any,
    ) -> None:
        """Write a block of figures and a chart of it: first column the categories, then one series a column.

        ``look``: ``lines`` names the series drawn as dashed lines over columns, ``percent`` says that values
        are shares.
        """
        if not rows:
            return
        book, sheet, top = self.book, self.sheet, self.row
        lines = set(look.get("lines", ()))
        style = "share" if look.get("percent") else "fine"
        for n, head in enumerate(heads):
            sheet.write_string(top, FIRST_COLUMN + n, head, book.formats["head"])
        for r, row in enumerate(rows, top + 1):
            for n, value in enumerate(row):
                if value is not None:
                    book.cell(sheet, r, FIRST_COLUMN + n, value, style)
        chart = book.file.add_chart(kind)
        over = book.file.add_chart({"type": "line"}) if lines else None
        last = top + len(rows)
        for n, head in enumerate(heads[1:], 1):
            column = FIRST_COLUMN + n
            dashed = head in lines
            colour = drawing.INK if dashed else drawing.SERIES[(n - 1) % len(drawing.SERIES)]
            series: dict[str, Any] = {
                "name": [sheet.name, top, column],
                "categories": [sheet.name, top + 1, FIRST_COLUMN, last, FIRST_COLUMN],
                "values": [sheet.name, top + 1, column, last, column],
            }
            if dashed or kind["type"] == "line":
                series["line"] = {"color": colour, "width": 2, "dash_type": "dash" if dashed else "solid"}
                series["marker"] = {"type": "none"}
            else:
                series |= {"fill": {"color": colour}, "border": {"none": True}, "gap": 40}
            (over if dashed and over else chart).add_series(series)
        if over:
            chart.combine(over)
        _dress(
            chart,
            title,
            bars=kind["type"] == "bar",
            percent=bool(look.get("percent")),
            several=len(heads) > 2,
        )
        sheet.insert_chart(top, 0, chart, {"description": title})
        self.row += max(CHART_ROWS, len(rows) + 3)


def _dress(chart: Any, title: str, *, bars: bool, percent: bool, several: bool) -> None:
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_size({"width": 720, "height": 340})
    chart.set_legend({"position": "bottom"} if several else {"none": True})
    amounts = {
        "major_gridlines": {"visible": True, "line": {"color": "#dedede"}},
        "line": {"none": True},
        "min": 0,
    }
    amounts |= {"num_format": "0%" if percent else "#,##0"}
    if bars:
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis(amounts)
    else:
        chart.set_y_axis(amounts)
