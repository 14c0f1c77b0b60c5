"""The report as one workbook: every result table whole, with labels, units and native charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from rampart.catalogues.results import ResultColumn, result_tables
from rampart.findings import Language
from rampart.language.decisions_and_causes import decided_now, decision_name, delay, rate_added
from rampart.language.giving_and_keeping import worth_label
from rampart.language.headlines import sentences
from rampart.language.how_solved import pass_status
from rampart.language.in_words import InWords
from rampart.language.on_one_page import headline
from rampart.language.words import Words
from rampart.report.books.book import style_of
from rampart.report.books.catalogue_sheet import catalogue_sheet
from rampart.report.books.plan_book import PlanBook
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
KINDS = {"decisions": "kind", "budgets": "limit_kind", "movements": "movement"}
COUNTED = {"expansion": "units", "bays": "bays"}
"""Units of decisions that are not counted in units of an item."""
DECIDED = ("decisions", "changes")
"""Tables with a row a decision."""
NOT_SHOWN = ("periods", "duals")
"""Tables without a sheet: what every other table says too, and what is about rows of the model, many and for experts."""


def write_workbook(plan: Result, path: str | Path, language: Language = "en", *, banner: str = "") -> Path:
    """Write the workbook of a plan: decisions, every result table, charts, assumptions, sources, manifest."""
    from rampart.report.books.plan_charts import charts_sheet
    from rampart.report.books.promises import promises_sheet

    path = Path(path)
    book = PlanBook(path, InWords(plan, language), banner=banner)
    words = book.words
    first = book.sheet(words("summary"))
    _to_decide(book)
    charts_sheet(book)
    cell = plan_cells(book.answer)
    for name, table in {**result_tables("plan"), **plan.own_tables}.items():
        if name not in NOT_SHOWN and plan[name].height:
            worth = worth_label(book.answer) if name == "give_or_keep" else ""
            rows = book.answer.at_ends(name, plan[name])
            catalogue_sheet(book, table, rows, cell, unit=_unit_of(book.answer, name), figures_in=worth)
    promises_sheet(book)
    _assumptions(book)
    _sources(book)
    _manifest(book)
    _summary(book, first)
    book.close()
    return path


def _unit_of(answer: InWords, table: str) -> Callable[[Mapping[str, Any]], str]:
    """In which a row of a table counts: units of its item; a decision of another kind in its own."""
    words = answer.words

    def unit(row: Mapping[str, Any]) -> str:
        counted = COUNTED.get(row["kind"]) if table in DECIDED else None
        return words.unit(counted) if counted else answer.unit(row["item"])

    return unit


def _summary(book: PlanBook, sheet: Any) -> None:
    """The largest gap and the headlines, then what the workbook holds and where."""
    words, answer = book.words, book.answer
    as_of = words("as_of", date=words.date(str(answer.result.manifest["created"])))
    book.contents(sheet, book.first_sheet(sheet, answer.title, as_of, [headline(answer), *sentences(answer)]))


def _to_decide(book: PlanBook) -> None:
    """The decisions to take now in a reader's words, with their numbers and dates as such."""
    words, answer = book.words, book.answer
    table = answer["decisions"].sort("decide_by", "rank", nulls_last=True)
    title = words("paper.now")
    if table.is_empty():
        return
    sheet = book.sheet(title)
    year = words("head.in_year", n=decided_now(answer))
    heads = [
        (words("head.what"), 46.0), (words("head.who"), 20.0), (words("head.quantity"), 12.0), (words("head.unit"), 20.0),
        (year, 12.0), (words("head.commitment", unit=words.money_label), 14.0), (words("head.by"), 11.0),
        (words("head.delay"), 62.0),
    ]  # fmt: skip
    book.head(sheet, title, words("paper.now.says"), heads)
    for number, row in enumerate(table.iter_rows(named=True), 4):
        amount, unit = _amount(answer, row)
        in_year = (words("none"), "right") if row["kind"] == "expansion" else _figure(row["year_quantity"], words)
        cells = [
            (decision_name(answer, row), "wrap"), (answer.nation(row["nation"]), "wrap"), _figure(amount, words),
            (unit, "wrap"), in_year, (row["money"], "fine") if row["money"] is not None else _figure(None, words),
            (row["decide_by"] or words("blank.decide_by"), "text"), (delay(answer, row), "wrap"),
        ]  # fmt: skip
        for column, (value, style) in enumerate(cells):
            book.cell(sheet, number, column, value, style)
    book.table(sheet, "to_decide", [head for head, _ in heads], table.height, says=words("paper.now.says"))


def _amount(answer: InWords, row: Mapping[str, Any]) -> tuple[float | None, str]:
    """How much is decided and in what it counts: an expansion by the rate that it adds, as the paper tells it."""
    words = answer.words
    if row["kind"] == "spares":
        return row["money"], words.money_label
    if row["kind"] == "expansion" and (added := rate_added(answer, row)):
        rate, item = added
        return rate, words("compare.a_month", unit=answer.unit(item))
    units = {"bays": words.unit("bays"), "expansion": words.unit("units")}
    return row["quantity"], units.get(row["kind"]) or answer.unit(row["item"])


def _figure(value: float | None, words: Words) -> tuple[float | str, str]:
    """A number with its format; what is not known in words."""
    return (words("unknown"), "right") if value is None else (value, style_of(value))


def plan_cells(answer: InWords) -> Callable[[ResultColumn, Mapping[str, Any]], str]:
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
    widths = (52, 12, 26, 14, 16, 14, 14, 12, 60, 40)
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
            (date.fromisoformat(f"{r['month']}-01") if r["month"] else words("none"), "text"),
            (r["column"], "text"),
            (value, "fine"),
            (r["unit"], "text"),
            (span[0], "fine"),
            (span[1], "fine"),
            (words.choice("grade", r["grade"] or "none"), "text"),
            (r["note"] or words("blank.note"), "wrap"),
            (source, "wrap"),
        ]
        for column, (content, style) in enumerate(cells):
            book.cell(sheet, number, column, content, style)
    told = words("chapter.assumed.order")
    book.table(sheet, "assumptions", [head for head, _ in heads], len(rows), says=told)


def _sources(book: PlanBook) -> None:
    words = book.words
    keys = ("title", "publisher", "date", "quality", "url", "note")
    sheet = book.sheet(words("chapter.sources"))
    heads = [
        (words(f"head.source_{key}" if key != "note" else "head.note"), w)
        for key, w in zip(keys, (44, 30, 14, 18, 60, 48), strict=True)
    ]
    book.head(sheet, words("table.sources"), words("chapter.sources.says"), heads)
    for number, row in enumerate(book.answer.result.case["sources"].iter_rows(named=True), 4):
        for column, key in enumerate(keys):
            text = row[key] or words("none" if key in ("url", "note") else "unknown")
            book.cell(sheet, number, column, *(_day_or_year(text) if key == "date" else (text, "wrap")))
    height = book.answer.result.case["sources"].height
    book.table(sheet, "sources", [head for head, _ in heads], height, says=words("chapter.sources.says"))


def _day_or_year(text: str) -> tuple[Any, str]:
    """A date of a source as such: a day, a month, or the number of a year; what is none of them stays a text."""
    with suppress(ValueError):
        return (
            (int(text), "year")
            if len(text) == 4
            else (date.fromisoformat(f"{text}-01"), "month")
            if len(text) == 7
            else (date.fromisoformat(text), "day")
        )
    return text, "text"


def _manifest(book: PlanBook) -> None:
    words = book.words
    sheet = book.sheet(words("table.manifest"))
    heads = [(words("head.what_of_run"), 40.0), (words("head.value_of_run"), 110.0)]
    book.head(sheet, words("table.manifest"), words("chapter.solved.says"), heads)
    rows = manifest_rows(book.answer)
    for number, pair in enumerate(rows, 4):
        for column, text in enumerate(pair):
            figure = column == 1 and text.isdecimal()
            book.cell(sheet, number, column, int(text) if figure else text, "year" if figure else "wrap")
    book.table(sheet, "manifest", [head for head, _ in heads], len(rows), says=words("chapter.solved.says"))
