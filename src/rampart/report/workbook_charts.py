"""Native charts of the workbook: they stay editable, and their figures stand beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from rampart.report import drawing
from rampart.report.charts import MOST_PANELS, items_in_order, members_with_requirement
from rampart.report.measures import measure
from rampart.report.reasons import bottleneck_name

if TYPE_CHECKING:
    from rampart.report.workbook import Book

CHART_ROWS = 18
FIRST_COLUMN = 12
"""Figures stand from this column on, to the right of the charts."""


class Desk:
    """Where the next block of figures and its chart go on the sheet."""

    def __init__(self, book: Book, sheet: Any) -> None:
        self.book, self.sheet, self.row = book, sheet, 2

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


def charts_sheet(book: Book) -> None:
    """All charts on one sheet, each beside its figures."""
    sheet = book.sheet(book.words("charts"))
    sheet.write_string(0, 0, book.words("charts"), book.formats["title"])
    sheet.set_column(FIRST_COLUMN, FIRST_COLUMN, 34)
    sheet.set_column(FIRST_COLUMN + 1, FIRST_COLUMN + 10, 18)
    desk = Desk(book, sheet)
    _stock(desk)
    _deliveries(desk)
    _production(desk)
    _money(desk)
    _bottlenecks(desk)


def _stock(desk: Desk) -> None:
    book, words = desk.book, desk.book.words
    rows = members_with_requirement(book.subject)
    for item in items_in_order(book.subject, set(rows["item"]))[:MOST_PANELS]:
        own = (
            rows.filter(pl.col("item") == item)
            .group_by("period", "month")
            .agg(pl.col("closing", "requirement", "floor").sum())
        )
        figures = [list(r) for r in own.sort("period").select("month", "closing", "requirement", "floor").iter_rows()]
        title = words("panel", item=book.subject.item(item), unit=book.subject.unit(item))
        heads = [words("head.month"), *(words(f"series.{s}") for s in ("stock", "requirement", "floor"))]
        desk.draw(words("chart_of", chart=words("chart.stock"), panel=title), {"type": "line"}, heads, figures)


def _deliveries(desk: Desk) -> None:
    book, words = desk.book, desk.book.words
    flows = measure(book.subject.plan, "deliveries", by=("item", "source"), time="period")
    needs = measure(book.subject.plan, "need", by=("nation", "item"), time="period")
    needs = needs.filter(pl.col("nation").is_in(book.subject.roles("recipient")))
    for item in items_in_order(book.subject, set(flows["item"]))[:MOST_PANELS]:
        own = flows.filter(pl.col("item") == item).with_columns(rate=pl.col("value") / pl.col("months"))
        wide = own.pivot("source", index=["period", "month"], values="rate").sort("period")
        need = (
            needs.filter(pl.col("item") == item).group_by("period").agg(need=(pl.col("value") / pl.col("months")).sum())
        )
        wide = wide.join(need, on="period", how="left", maintain_order="left")
        sources = [s for s in wide.columns[2:-1] if float(wide[s].sum()) > 0]
        figures = [list(r) for r in wide.select("month", *sources, "need").iter_rows()]
        heads = [words("head.month"), *(words(f"series.{s}") for s in sources), words("series.need")]
        title = words("panel_month", item=book.subject.item(item), unit=book.subject.unit(item))
        if sources:
            desk.draw(
                words("chart_of", chart=words("chart.deliveries"), panel=title),
                {"type": "column", "subtype": "stacked"},
                heads,
                figures,
                lines=(words("series.need"),),
            )


def _production(desk: Desk) -> None:
    book, words = desk.book, desk.book.words
    made = measure(book.subject.plan, "production", by=("item", "line"), time="period")
    room = measure(book.subject.plan, "capacity", by="item", time="period")
    for item in items_in_order(book.subject, set(made["item"]))[:MOST_PANELS]:
        own = made.filter(pl.col("item") == item).with_columns(rate=pl.col("value") / pl.col("months"))
        wide = own.pivot("line", index=["period", "month"], values="rate").sort("period")
        limit = room.filter(pl.col("item") == item).select("period", limit=pl.col("value") / pl.col("months"))
        wide = wide.join(limit, on="period", how="left", maintain_order="left")
        lines = wide.columns[2:-1]
        figures: list[list[Any]] = [list(r) for r in wide.select("month", *lines, "limit").iter_rows()]
        heads = [words("head.month"), *(book.subject.name(line, table="lines") for line in lines)]
        over: tuple[str, ...] = ()
        if all(math.isfinite(row[-1]) for row in figures):
            heads, over = [*heads, words("series.capacity")], (words("series.capacity"),)
        else:
            figures = [row[:-1] for row in figures]
        title = words("panel_month", item=book.subject.item(item), unit=book.subject.unit(item))
        desk.draw(
            words("chart_of", chart=words("chart.production"), panel=title),
            {"type": "column", "subtype": "stacked"},
            heads,
            figures,
            lines=over,
        )


def _money(desk: Desk) -> None:
    book, words = desk.book, desk.book.words
    sums = book.subject["money"].group_by("nation", "fiscal_year").agg(pl.col("commitments", "payments").sum())
    figures = [
        [words("cell.nation_year", nation=book.subject.nation(n), year=y), c, p]
        for n, y, c, p in sums.sort("nation", "fiscal_year").iter_rows()
    ]
    heads = [words("head.nation"), words("series.commitments"), words("series.payments")]
    desk.draw(words("chart.money", unit=words.money_label), {"type": "column"}, heads, figures)


def _bottlenecks(desk: Desk) -> None:
    book, words = desk.book, desk.book.words
    figures = [
        [
            words("bar.ranked", rank=r["rank"], name=bottleneck_name(book.subject, r["cause"], r["code"])),
            r["share"],
        ]
        for r in book.subject["bottlenecks"].sort("rank").head(10).iter_rows(named=True)
    ]
    heads = [words("head.bottleneck"), words("head.share")]
    desk.draw(words("chart.bottlenecks"), {"type": "bar"}, heads, figures, percent=True)
