"""The report as one workbook: every result table whole, with labels, units and native charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rampart.catalogues.results import ResultColumn, result_tables
from rampart.findings import Language
from rampart.language.giving_and_keeping import worth_label
from rampart.language.headlines import sentences
from rampart.language.how_solved import pass_status
from rampart.language.in_words import InWords
from rampart.report.books.catalogue_sheet import catalogue_sheet
from rampart.report.books.plan_book import PlanBook
from rampart.report.chapters.decisions import decisions_listing
from rampart.report.chapters.trust import assumption_rows, manifest_rows
from rampart.results.result import Result

GROUPS = {
    "objective": "objective",
    "delay_objective": "objective",
    "cause": "cause",
    "how": "how",
    "family": "rule",
    "status": "status",
    "rounded": "rounded",
    "from_kind": "from_kind",
    "to_kind": "to_kind",
    "to_purpose": "purpose",
}
PURPOSES = {"demand": "purpose", "money": "purpose", "budgets": "purpose"}
KINDS = {"decisions": "kind", "budgets": "limit_kind"}
NOT_SHOWN = ("periods", "duals")
"""Tables without a sheet: what every other table says too, and what is about rows of the model, many and for experts."""


def write_workbook(plan: Result, path: str | Path, language: Language = "en", *, banner: str = "") -> Path:
    """Write the workbook of a plan: decisions, every result table, charts, assumptions, sources, manifest."""
    from rampart.report.books.plan_charts import charts_sheet
    from rampart.report.books.promises import promises_sheet

    path = Path(path)
    book = PlanBook(path, InWords(plan, language), banner=banner)
    _summary(book)
    charts_sheet(book)
    cell = _cell(book.answer)
    for name, table in {**result_tables("plan"), **plan.own_tables}.items():
        if name not in NOT_SHOWN:
            worth = worth_label(book.answer) if name == "give_or_keep" else ""
            catalogue_sheet(book, table, plan[name], cell, unit=book.answer.unit, figures_in=worth)
    promises_sheet(book)
    _assumptions(book)
    _sources(book)
    _manifest(book)
    book.close()
    return path


def _summary(book: PlanBook) -> None:
    """Headlines and the decisions to take now, as on the first page of the report."""
    words, answer = book.words, book.answer
    sheet = book.sheet(words("summary"))
    sheet.write_string(0, 0, answer.title, book.formats["title"])
    as_of = words("as_of", date=words.date(str(answer.result.manifest["created"])))
    sheet.write_string(1, 0, as_of, book.formats["quiet"])
    row = 3
    for sentence in sentences(answer):
        sheet.merge_range(row, 0, row, 5, "", book.formats["wrap"])
        sheet.write_string(row, 0, sentence, book.formats["wrap"])
        sheet.set_row(row, 30)
        row += 1
    for column, width in enumerate((58, 14, 22, 16, 14, 48)):
        sheet.set_column(column, column, width)
    listing = decisions_listing(answer, most=None)
    if listing is None:
        sheet.write_string(row + 1, 0, words("no_decisions"), book.formats["text"])
        return
    row += 1
    for column, head in enumerate(listing.heads):
        sheet.write_string(row, column, head.label, book.formats["head"])
    for number, cells in enumerate(listing.rows, row + 1):
        for column, text in enumerate(cells):
            style = "right" if listing.heads[column].numeric else "wrap"
            sheet.write_string(number, column, text, book.formats[style])


def _cell(answer: InWords) -> Callable[[ResultColumn, Mapping[str, Any]], str]:
    """Words for every cell that is neither number nor month: names in place of codes."""
    words = answer.words

    def cell(column: ResultColumn, row: Mapping[str, Any]) -> str:
        value, name = row[column.name], column.name
        if column.type == "code":
            return answer.cell(column, row)
        if (column.table, name) == ("passes", "status"):
            return pass_status(answer, dict(row))
        if column.type == "choice":
            group = GROUPS.get(name) or (PURPOSES if name == "purpose" else KINDS).get(column.table, name)
            return words.choice(group, value)
        return answer.objective_unit(value)

    return cell


def _assumptions(book: PlanBook) -> None:
    words, answer = book.words, book.answer
    keys = ("about", "month", "figure", "main", "unit", "low", "high", "grade", "note", "source")
    widths = (52, 12, 26, 14, 16, 14, 14, 12, 48, 40)
    sheet = book.sheet(words("chapter.assumed"))
    heads = [(words(f"head.{key}"), width) for key, width in zip(keys, widths, strict=True)]
    book.head(sheet, words("table.assumed"), words("chapter.assumed.order"), heads)
    titles = dict(answer.result.case["sources"].select("source", "title").iter_rows())
    rows = assumption_rows(answer)
    for number, r in enumerate(rows, 4):
        value = r["value"] if r["value"] is not None else words("unknown" if r["column"] else "none")
        span = [words("none") if r[k] is None else r[k] for k in ("low", "high")]
        source = titles.get(r["source"], r["source"]) if r["source"] else words("blank.source")
        cells = [
            (words("cell.about", table=r["table"], what=r["what"]), "text"),
            (r["month"] or words("none"), "text"),
            (r["column"], "text"),
            (value, "fine"),
            (r["unit"], "text"),
            (span[0], "fine"),
            (span[1], "fine"),
            (words.choice("grade", r["grade"] or "none"), "text"),
            (r["note"] or words("blank.note"), "text"),
            (source, "text"),
        ]
        for column, (content, style) in enumerate(cells):
            book.cell(sheet, number, column, content, style)
    if rows:
        sheet.autofilter(3, 0, 3 + len(rows), len(keys) - 1)


def _sources(book: PlanBook) -> None:
    words = book.words
    keys = ("title", "publisher", "date", "quality", "url", "note")
    sheet = book.sheet(words("chapter.sources"))
    heads = [
        (words(f"head.source_{key}" if key != "note" else "head.note"), w)
        for key, w in zip(keys, (48, 34, 14, 18, 60, 48), strict=True)
    ]
    book.head(sheet, words("table.sources"), words("chapter.sources.says"), heads)
    for number, row in enumerate(book.answer.result.case["sources"].iter_rows(named=True), 4):
        for column, key in enumerate(keys):
            text = row[key] or words("none" if key in ("url", "note") else "unknown")
            sheet.write_string(number, column, text, book.formats["text"])


def _manifest(book: PlanBook) -> None:
    words = book.words
    sheet = book.sheet(words("table.manifest"))
    heads = [(words("head.what_of_run"), 40.0), (words("head.value_of_run"), 110.0)]
    book.head(sheet, words("table.manifest"), words("chapter.solved.says"), heads)
    for number, pair in enumerate(manifest_rows(book.answer), 4):
        for column, text in enumerate(pair):
            sheet.write_string(number, column, text, book.formats["text"])
