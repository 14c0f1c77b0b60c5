"""The sustainment answer as a workbook: numbers as numbers, native charts; of very long tables the largest rows.

The result beside it holds every table whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from rampart.catalogues.inputs import tables
from rampart.catalogues.results import ResultColumn, result_tables
from rampart.findings import Language
from rampart.report.books.book import Book
from rampart.report.books.catalogue_sheet import FIRST, catalogue_sheet
from rampart.report.charts import drawing
from rampart.report.charts.fleet import LEVERS, Names, months_of
from rampart.results.result import Result

MOST = 10_000
"""Rows of a table by part and site at most."""
LARGEST = {"holding_back": "systems", "shortages": "backorders", "stock_list": "cost", "simulation_parts": "backorders"}
"""Such tables, and the figure whose largest rows are kept."""


def largest(frame: pl.DataFrame, column: str, most: int) -> pl.DataFrame:
    """The rows in which a figure is largest, in the order of the table."""
    kept = frame.with_row_index("place").top_k(most, by=pl.col(column).abs())
    return kept.sort("place").drop("place")


def write_workbook(answer: Result, path: Path, language: Language = "en", *, banner: str = "") -> Path:
    """Write each result table on a sheet of its own, the curve and the availability with a chart."""
    from rampart.report.chapters.fleet import fleets_of, title_of, words_of

    words, names = words_of(answer, language), Names(answer, language)
    title = title_of(answer, language)
    book = Book(path, words, title=title, created=str(answer.manifest["created"]), banner=banner)

    def cell(column: ResultColumn, row: Mapping[str, Any]) -> str:
        value = row[column.name]
        if column.type == "code" and not column.reference:
            return str(value)
        if column.name == "table":
            return tables()[value].label[language]
        if column.name == "column":
            return tables()[row["table"]].columns[value].label[language]
        if column.reference in ((), ("regimes",)):
            return words.choice("sustain.cell", value)
        several = len(column.reference) > 1
        return names(value, LEVERS[row["lever"]] if several else column.reference[0])

    first = book.sheet(words("summary"))
    for table, known in result_tables("fleet").items():
        frame = answer[table]
        if frame.is_empty():
            continue
        besides, whole = "", frame.height
        if table in LARGEST and whole > MOST:
            frame = largest(frame, LARGEST[table], MOST)
            by = known.columns[LARGEST[table]].label[language]
            besides = words("sustain.book.largest", n=MOST, of=whole, by=by, table=table)
        sheet = catalogue_sheet(book, known, frame, cell, title=title, besides=besides)
        if table == "curve":
            _curve_chart(book, sheet, frame)
        if table == "availability":
            _availability_chart(
                book, sheet, frame, [(names(f, "fleets"), len(months_of(answer))) for f in fleets_of(answer)]
            )
    first.write_string(0, 0, title, book.formats["title"])
    first.set_portrait()
    first.fit_to_pages(1, 1)
    for column, width in enumerate((40.0, 100.0, 8.0)):
        first.set_column(column, column, width)
    book.contents(first, 2)
    book.close()
    return path


def _curve_chart(book: Book, sheet: Any, frame: pl.DataFrame) -> None:
    chart = book.file.add_chart({"type": "scatter", "subtype": "straight"})
    end = FIRST - 1 + frame.height
    name = sheet.get_name()
    chart.add_series({"name": name, "categories": [name, FIRST, 1, end, 1], "values": [name, FIRST, 2, end, 2]})
    chart.set_legend({"none": True})
    chart.set_title({"name": name})
    sheet.insert_chart(3, 5, chart, {"x_scale": 1.4, "y_scale": 1.3})


def _availability_chart(book: Book, sheet: Any, frame: pl.DataFrame, fleets: list[tuple[str, int]]) -> None:
    chart = book.file.add_chart({"type": "line"})
    name = sheet.get_name()
    column = frame.columns.index("available")
    for n, (fleet, months) in enumerate(fleets):
        first = FIRST + n * months
        last = first + months - 1
        chart.add_series(
            {
                "name": fleet,
                "categories": [name, first, 1, last, 1],
                "values": [name, first, column, last, column],
                "line": {"color": drawing.SERIES[n % len(drawing.SERIES)], "width": 2},
            }
        )
    chart.set_title({"name": name})
    chart.set_x_axis({"date_axis": True, "num_format": "mmm yyyy"})
    sheet.insert_chart(3, len(frame.columns) + 1, chart, {"x_scale": 1.6, "y_scale": 1.4})
