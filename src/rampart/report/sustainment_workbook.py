"""The sustainment answer as a workbook: every table whole, numbers as numbers, native charts."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl

from rampart.findings import Language
from rampart.report.sustainment_charts import Names
from rampart.sustainment.answer import Answer
from rampart.sustainment.tables import catalogue

NAMED = ("fleet", "part", "site", "shop", "code", "holder")


def write_workbook(answer: Answer, path: Path, language: Language) -> Path:
    """Write every result table on a sheet of its own, the curve and the availability with a chart."""
    import xlsxwriter

    from rampart.report.sustainment import title_of, words_of

    words, names = words_of(answer, language), Names(answer, language)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        font = {"font_name": "Arial", "font_size": 10}
        style = {
            "text": book.add_format(font), "number": book.add_format(font | {"num_format": "#,##0.00"}),
            "share": book.add_format(font | {"num_format": "0.0%"}), "integer": book.add_format(font | {"num_format": "0"}),
            "head": book.add_format(font | {"bold": True, "text_wrap": True, "bottom": 1, "top": 1}),
            "title": book.add_format(font | {"bold": True, "font_size": 14}),
        }  # fmt: skip
        for table, columns in catalogue().items():
            frame = answer[table]
            label = columns[""][f"label_{language}"]
            sheet = book.add_worksheet((label[:1].upper() + label[1:])[:31])
            sheet.write_string(0, 0, f"{title_of(answer, language)} – {label}", style["title"])
            sheet.write_string(1, 0, columns[""][f"help_{language}"], style["text"])
            for n, name in enumerate(frame.columns):
                row = columns[name]
                unit = f" ({row['unit']})" if row["unit"] else ""
                sheet.write_string(3, n, row[f"label_{language}"] + unit, style["head"])
                sheet.set_column(n, n, 34 if name in NAMED else 14)
                for m, value in enumerate(frame[name], 4):
                    _cell(sheet, m, n, value, row, names, words, style)
            sheet.freeze_panes(4, 1)
            if table == "curve" and frame.height:
                _curve_chart(book, sheet, frame, label)
            if table == "availability":
                _availability_chart(book, sheet, frame, answer, names)
    return path


def _cell(sheet: Any, row: int, column: int, value: Any, about: Any, names: Names, words: Any, style: Any) -> None:
    """One value; what is unknown is said in words, never written as zero."""
    if value is None:
        sheet.write_string(row, column, words("unknown") if about["type"] == "number" else "", style["text"])
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, style["integer"])
    elif isinstance(value, float):
        if math.isfinite(value):
            sheet.write_number(row, column, value, style["share" if about["unit"] == "share" else "number"])
        else:
            sheet.write_string(row, column, words.number(value), style["text"])
    else:
        text = names(value) if about["column"] in NAMED else words.choice("sustain.cell", value)
        sheet.write_string(row, column, text, style["text"])


def _curve_chart(book: Any, sheet: Any, frame: pl.DataFrame, label: str) -> None:
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    end = 3 + frame.height
    name = sheet.get_name()
    chart.add_series({"name": label, "categories": [name, 4, 1, end, 1], "values": [name, 4, 2, end, 2]})
    chart.set_legend({"none": True})
    chart.set_title({"name": label})
    sheet.insert_chart(3, 5, chart, {"x_scale": 1.4, "y_scale": 1.3})


def _availability_chart(book: Any, sheet: Any, frame: pl.DataFrame, answer: Answer, names: Names) -> None:
    chart = book.add_chart({"type": "line"})
    months, name = len(answer.support.months), sheet.get_name()
    column = frame.columns.index("available")
    for n, fleet in enumerate(answer.support.fleets):
        first = 4 + n * months
        last = first + months - 1
        chart.add_series(
            {
                "name": names(fleet),
                "categories": [name, first, 1, last, 1],
                "values": [name, first, column, last, column],
            }
        )
    chart.set_title({"name": name})
    sheet.insert_chart(3, len(frame.columns) + 1, chart, {"x_scale": 1.6, "y_scale": 1.4})
