"""The report as one workbook: every result table whole, with labels, units and native charts."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rampart.catalogues.results import ResultColumn, result_columns
from rampart.findings import Language
from rampart.language.decisions_and_causes import HOMES
from rampart.language.headlines import sentences
from rampart.language.names import Subject
from rampart.report.books.book import style_of
from rampart.report.books.plan_book import PlanBook
from rampart.report.chapters.decisions import decisions_listing
from rampart.report.chapters.trust import assumption_rows, manifest_rows
from rampart.results.worked_out import WorkedOut

GROUPS = {
    "objective": "objective",
    "delay_objective": "objective",
    "cause": "cause",
    "family": "rule",
    "status": "status",
}
PURPOSES = {"demand": "purpose", "money": "purpose", "budgets": "purpose"}
KINDS = {"decisions": "kind", "budgets": "limit_kind"}
PLACES = {
    "nation": "nations",
    "holder": "nations",
    "to": "nations",
    "buyer": "nations",
    "payer": "nations",
    "ship_to": "nations",
    "seller": "nations",
    "origin": "nations",
    "destination": "nations",
    "donor": "nations",
    "recipient": "nations",
    "item": "items",
    "line": "lines",
    "expansion": "expansions",
    "offer": "market",
    "contract": "contracts",
}
# Blank means unknown, except in these columns, where the catalogue says that it means something else.
BLANKS = {
    ("stock", "requirement"): "blank.requirement",
    ("stock", "floor"): "blank.requirement",
    ("stock", "shortfall"): "none",
    ("stock", "below_floor"): "none",
    ("fill", "requirement"): "blank.requirement",
    ("fill", "filled"): "blank.filled",
    ("fill", "years"): "none",
    ("donations", "restored"): "blank.restored",
    ("donations", "backfill_due"): "blank.backfill_due",
    ("decisions", "decide_by"): "blank.decide_by",
    ("decisions", "delay_objective"): "delay.nothing",
    ("decisions", "delay_cost"): "none",
    ("decisions", "delay_units"): "none",
    ("decisions", "arrives"): "none",
    ("rules_broken", "item"): "none",
    ("bottlenecks", "item"): "none",
    ("causes", "relief"): "none",
    ("causes", "code"): "none",
    ("bottlenecks", "code"): "none",
    ("bottlenecks", "value"): "none",
    ("production", "utilisation"): "none",
}


def write_workbook(plan: WorkedOut, path: str | Path, language: Language = "en", *, banner: str = "") -> Path:
    """Write the workbook of a plan: decisions, every result table, charts, assumptions, sources, manifest."""
    from rampart.report.books.plan_charts import charts_sheet
    from rampart.report.books.promises import promises_sheet

    path = Path(path)
    book = PlanBook(path, Subject(plan, language), banner=banner)
    _summary(book)
    charts_sheet(book)
    for table in result_columns():
        if table != "periods":
            _result(book, table)
    promises_sheet(book)
    _assumptions(book)
    _sources(book)
    _manifest(book)
    book.close()
    return path


def _summary(book: PlanBook) -> None:
    """Headlines and the decisions to take now, as on the first page of the report."""
    words, subject = book.words, book.subject
    sheet = book.sheet(words("summary"))
    sheet.write_string(0, 0, subject.title, book.formats["title"])
    as_of = words("as_of", date=words.date(str(subject.plan.manifest["created"])))
    sheet.write_string(1, 0, as_of, book.formats["quiet"])
    row = 3
    for sentence in sentences(subject):
        sheet.merge_range(row, 0, row, 5, "", book.formats["wrap"])
        sheet.write_string(row, 0, sentence, book.formats["wrap"])
        sheet.set_row(row, 30)
        row += 1
    for column, width in enumerate((58, 14, 22, 16, 14, 48)):
        sheet.set_column(column, column, width)
    listing = decisions_listing(subject, most=None)
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


def _result(book: PlanBook, table: str) -> None:
    """One result table, whole: names in place of codes, the item's unit beside the item."""
    words, subject = book.words, book.subject
    columns = [c for name, c in result_columns()[table].items() if name]
    frame = subject[table]
    sheet = book.sheet(subject.label(table))
    plan: list[tuple[str, float, Callable[[dict[str, Any]], tuple[Any, str]]]] = []
    for column in columns:
        label = book.label(column.label[subject.language], column.unit)
        plan.append((label, _width(column, label), _reader(subject, column)))
        if column.name == "item":
            plan.append((words("head.unit"), 12, lambda row: (subject.unit(row["item"]), "text")))
    note = result_columns()[table][""].help[subject.language]
    book.head(sheet, subject.label(table)[:1].upper() + subject.label(table)[1:], note, [(p[0], p[1]) for p in plan])
    for number, row in enumerate(frame.iter_rows(named=True), 4):
        for place, (_, _, read) in enumerate(plan):
            value, style = read(row)
            book.cell(sheet, number, place, value, style)
    if frame.height:
        sheet.autofilter(3, 0, 3 + frame.height, len(plan) - 1)


def _width(column: ResultColumn, label: str) -> float:
    if column.kind == "code" or column.name == "code":
        return 34.0 if column.name in ("code", "item", "line", "expansion", "contract", "offer") else 16.0
    return 22.0 if column.kind == "choice" else max(11.0, min(18.0, len(label) * 0.7))


def _reader(subject: Subject, column: ResultColumn) -> Callable[[dict[str, Any]], tuple[Any, str]]:
    """How a column's values are shown: the value for the cell and the name of its format."""
    words, name = subject.words, column.name
    blank = words(BLANKS.get((column.table, name), "unknown"))

    def code(row: dict[str, Any]) -> tuple[Any, str]:
        home = PLACES.get(name) or HOMES.get(str(row.get("cause") or row.get("kind") or ""))
        return (blank if row[name] is None else subject.name(row[name], table=home)), "text"

    def choice(row: dict[str, Any]) -> tuple[Any, str]:
        group = GROUPS.get(name) or (PURPOSES if name == "purpose" else KINDS).get(column.table, name)
        return (blank if row[name] is None else words.choice(group, row[name])), "text"

    def number(row: dict[str, Any]) -> tuple[Any, str]:
        value = row[name]
        if value is None or math.isnan(value):
            return blank, "right"
        return value, "integer" if column.kind == "integer" else style_of(value, share=column.unit == "share")

    def text(row: dict[str, Any]) -> tuple[Any, str]:
        value = row[name]
        return (blank if value is None else words.choice("objective_unit", value)), "text"

    def month(row: dict[str, Any]) -> tuple[Any, str]:
        return (blank if row[name] is None else row[name]), "text"

    readers = {"code": code, "choice": choice, "text": text, "month": month}
    return readers.get(column.kind, number)


def _assumptions(book: PlanBook) -> None:
    words, subject = book.words, book.subject
    keys = ("about", "month", "figure", "main", "unit", "low", "high", "grade", "note", "source")
    widths = (52, 12, 26, 14, 16, 14, 14, 12, 48, 40)
    sheet = book.sheet(words("chapter.assumed"))
    heads = [(words(f"head.{key}"), width) for key, width in zip(keys, widths, strict=True)]
    book.head(sheet, words("table.assumed"), words("chapter.assumed.order"), heads)
    titles = dict(subject.plan.case["sources"].select("source", "title").iter_rows())
    rows = assumption_rows(subject)
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
    for number, row in enumerate(book.subject.plan.case["sources"].iter_rows(named=True), 4):
        for column, key in enumerate(keys):
            text = row[key] or words("none" if key in ("url", "note") else "unknown")
            sheet.write_string(number, column, text, book.formats["text"])


def _manifest(book: PlanBook) -> None:
    words = book.words
    sheet = book.sheet(words("table.manifest"))
    heads = [(words("head.what_of_run"), 40.0), (words("head.value_of_run"), 110.0)]
    book.head(sheet, words("table.manifest"), words("chapter.solved.says"), heads)
    for number, pair in enumerate(manifest_rows(book.subject), 4):
        for column, text in enumerate(pair):
            sheet.write_string(number, column, text, book.formats["text"])
