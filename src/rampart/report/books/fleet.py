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
from rampart.language.fleet_on_one_page import headline
from rampart.language.in_words import InWords
from rampart.report.books.book import Book
from rampart.report.books.catalogue_sheet import catalogue_sheet
from rampart.report.charts.fleet import LEVERS, Names
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
    """Write each result table on a sheet of its own, the charts on another, what is where on the first."""
    from rampart.report.books.fleet_charts import charts_sheet
    from rampart.report.chapters.fleet import headlines, title_of, words_of

    words, names = words_of(answer, language), Names(answer, language)
    title = title_of(answer, language)
    types = _types(answer, names)
    book = Book(path, words, title=title, created=str(answer.manifest["created"]), banner=banner)

    def cell(column: ResultColumn, row: Mapping[str, Any]) -> str:
        value = row[column.name]
        if column.type == "code" and not column.reference:
            return types.get(value, str(value))
        if column.name == "table":
            return tables()[value].label[language]
        if column.name == "column":
            return tables()[row["table"]].columns[value].label[language]
        if column.reference in ((), ("regimes",)):
            return words.choice("sustain.cell", value)
        several = len(column.reference) > 1
        return names(value, LEVERS[row["lever"]] if several else column.reference[0])

    first = book.sheet(words("summary"))
    charts_sheet(book, answer, names)
    for table, known in result_tables("fleet").items():
        frame = answer[table]
        if frame.is_empty():
            continue
        besides, whole = "", frame.height
        if table in LARGEST and whole > MOST:
            frame = largest(frame, LARGEST[table], MOST)
            by = known.columns[LARGEST[table]].label[language]
            besides = words("sustain.book.largest", n=MOST, of=whole, by=by, table=table)
        catalogue_sheet(book, known, frame, cell, title=title, besides=besides)
    as_of = words("as_of", date=words.date(str(answer.manifest["created"])))
    said = [headline(InWords(answer, language)), *headlines(answer, words, names)]
    book.contents(first, book.first_sheet(first, title, as_of, said))
    book.close()
    return path


def _types(answer: Result, names: Names) -> dict[str, str]:
    """What readers call a type of system: the names of its fleets."""
    found: dict[str, list[str]] = {}
    for code, fleet in answer.case["fleets"].select("type", "fleet").iter_rows():
        found.setdefault(code, []).append(names(fleet, "fleets"))
    return {code: ", ".join(sorted(told)) for code, told in found.items()}
