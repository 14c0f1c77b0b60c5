"""Native charts on a sheet: they stay editable, and their figures stand beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from rampart.report.books.book import Book
from rampart.report.charts import drawing

CHART_ROWS = 17
PER_PAGE = 4
"""Charts of a printed page, and the rows of each."""
HEIGHT = 325
ROW_HEIGHT = 20
"""Pixels of a chart and of a row of the sheet."""
PER_BAR = 26
"""Pixels that a bar with its name needs."""
MARKS = ("circle", "square", "triangle", "diamond", "x", "plus")
"""Points of the series of one chart, which differ without colour too."""
FIRST_COLUMN = 12
"""Figures stand from this column on, to the right of the charts, block under block in the order of the charts."""
AMOUNTS = {"major_gridlines": {"visible": True, "line": {"color": "#dedede"}}, "line": {"none": True}, "min": 0}


class ChartSheet:
    """A sheet of charts, and where the next block of figures and its chart go on it."""

    def __init__(self, book: Book) -> None:
        self.book, self.sheet, self.row, self.place = book, book.sheet(book.words("charts")), 2, 2
        self.sheet.set_portrait()
        self.sheet.set_default_row(0.75 * ROW_HEIGHT)
        self.sheet.set_print_scale(65)  # as wide as a page, in LibreOffice too
        self.breaks: list[int] = []
        self.page = 2
        """Row in which the printed page begins."""
        self.sheet.write_string(0, 0, book.words("charts"), book.formats["title"])
        self.sheet.set_column(FIRST_COLUMN, FIRST_COLUMN, 34)
        self.sheet.set_column(FIRST_COLUMN + 1, FIRST_COLUMN + 10, 18)
        book.listed.append((self.sheet.get_name(), book.words("charts.says"), None))

    def draw(
        self,
        title: str,
        kind: dict[str, str],
        heads: Sequence[str],
        rows: Sequence[Sequence[Any]],
        **look: Any,
    ) -> None:
        """Write a block of figures and a chart of it: first column the categories, then one series a column.

        Where the categories are months, time is drawn to scale. ``look``: ``lines`` names the series drawn as dashed
        lines over columns, ``percent`` says that values are shares, ``colours`` are those of the series by their names,
        ``points`` draws points and no line, where between two categories there is nothing that a line could say;
        ``levels`` is how many of the first columns name a category, the outer ones blank where they repeat; ``height`` is that
        of the chart in pixels, where its categories need more.
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
        given: dict[str, str] = look.get("colours", {})
        levels = int(look.get("levels", 1))
        for n, head in enumerate(heads[levels:], levels):
            column = FIRST_COLUMN + n
            dashed = head in lines
            colour = given.get(head, drawing.INK if dashed else drawing.SERIES[(n - levels) % len(drawing.SERIES)])
            series: dict[str, Any] = {
                "name": [sheet.name, top, column],
                "categories": [sheet.name, top + 1, FIRST_COLUMN, last, FIRST_COLUMN + levels - 1],
                "values": [sheet.name, top + 1, column, last, column],
            }
            if look.get("points"):
                series["line"] = {"none": True}
                mark = {"type": MARKS[(n - levels) % len(MARKS)], "size": 6}
                series["marker"] = mark | {"fill": {"color": colour}, "border": {"color": colour}}
            elif dashed or kind["type"] in ("line", "scatter"):
                dash = look.get("dashes", {}).get(head, "dash" if dashed else "solid")
                series["line"] = {"color": colour, "width": 2, "dash_type": dash}
                series["marker"] = {"type": "none"}
            else:
                gap = 0 if isinstance(rows[0][0], date) else 40  # months follow each other
                series |= {**_filled(colour), "border": {"none": True}, "gap": gap}
            (over if dashed and over else chart).add_series(series)
        if over:
            chart.combine(over)
        height = int(look.get("height", HEIGHT))
        _dress(
            chart,
            title,
            bars=kind["type"] == "bar",
            percent=bool(look.get("percent")),
            several=len(heads) > levels + 1,
            dated=isinstance(rows[0][0], date),
        )
        chart.set_size({"width": 720, "height": height})
        if look.get("percent") and kind["type"] != "bar":
            shares = [value for row in rows for value in row[levels:] if value is not None]
            if 0.6 < max(shares, default=0.0) <= 1.0:  # a share of all has no place above all
                chart.set_y_axis(AMOUNTS | {"num_format": "0%", "max": 1})
        if kind["type"] == "scatter":
            chart.set_x_axis({"num_format": "#,##0", "name": heads[0], "name_font": {"bold": False}, "min": 0})
        needed = math.ceil(height / ROW_HEIGHT)
        if self.place + needed > self.page + PER_PAGE * CHART_ROWS:  # a chart stands on one page
            self.page = self.place
            self.breaks.append(self.place)
            sheet.set_h_pagebreaks(self.breaks)
        sheet.insert_chart(self.place, 0, chart, {"description": title})
        self.row += len(rows) + 3
        self.place += max(needed, CHART_ROWS)
        sheet.print_area(0, 0, self.place, FIRST_COLUMN - 1)  # figures stay on the screen


def _filled(colour: str) -> dict[str, Any]:
    """How a bar of a colour is filled: with the pattern of the colour too, so that series stay apart in grey print."""
    native = drawing.NATIVE_PATTERNS.get(colour)
    if native is None:
        return {"fill": {"color": colour}}
    return {"pattern": {"pattern": native, "fg_color": drawing.PATTERNS[colour][1], "bg_color": colour}}


def _dress(chart: Any, title: str, *, bars: bool, percent: bool, several: bool, dated: bool) -> None:
    chart.set_title({"name": title, "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom"} if several else {"none": True})
    amounts = AMOUNTS | {"num_format": "0%" if percent else "#,##0"}
    if bars:
        chart.set_y_axis({"reverse": True, "interval_unit": 1})
        chart.set_x_axis(amounts)
    else:
        chart.set_y_axis(amounts)
        if dated:
            chart.set_x_axis({"date_axis": True, "num_format": "yyyy", "major_unit": 1, "major_unit_type": "years"})
