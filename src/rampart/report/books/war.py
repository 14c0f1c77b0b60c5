"""The plan for a war of unknown length as a workbook: what it holds, native charts, every table whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from rampart.findings import Language
from rampart.language.names import Subject
from rampart.report.books.book import Book
from rampart.report.books.catalogue_sheet import catalogue_sheet
from rampart.report.books.chart_sheet import Desk
from rampart.report.chapters.trust import manifest_rows
from rampart.report.chapters.war import SHARES, by_end, left_by_end, regime, what
from rampart.report.charts.war import RIVALS
from rampart.scenario.left_over import MEASURES
from rampart.scenario.war import WarPlan, catalogue

NATIONS = ("holder",)
FIRST_LINK = 5
"""Row of the first sheet's first line about another sheet."""


def write_workbook(made: WarPlan, path: Path, language: Language = "en") -> Path:
    """Write the workbook: an overview with the manifest, the charts, and every table on a sheet of its own."""
    subject = Subject(made, language)
    book = Book(path, subject.words, title=subject.title, created=str(made.manifest["created"]))
    overview = book.sheet(subject.words("summary"))
    _charts(book, subject)
    tell, figures_in = _teller(subject), _figures_in(subject)
    written = []
    for table, columns in catalogue().items():
        if table not in made.tables:
            continue
        # what is not finite was not found: it is written as not known
        frame = made[table].with_columns(pl.when(cs.float().is_finite()).then(cs.float()))
        sheet = catalogue_sheet(book, columns, frame, tell, share=_is_share, unit=subject.unit, figures_in=figures_in)
        written.append((sheet.get_name(), columns[""][f"help_{language}"], frame.height))
    _overview(book, overview, subject, written)
    book.close()
    return path


def _overview(book: Book, sheet: Any, subject: Subject, written: list[tuple[str, str, int]]) -> None:
    """What the workbook holds, sheet by sheet, and where it comes from."""
    from rampart.report.chapters.war import facts

    words, formats = subject.words, book.formats
    for column, width in enumerate((40.0, 100.0, 10.0)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, subject.title, formats["title"])
    sheet.write_string(1, 0, words("war.kind"), formats["text"])
    sheet.write_string(2, 0, facts(subject), formats["quiet"])
    for column, key in enumerate(("sheet", "says", "rows")):
        sheet.write_string(FIRST_LINK - 1, column, words(f"war.book.{key}"), formats["head"])
    link = book.file.add_format({"font_name": "Arial", "font_size": 10, "font_color": "#0b5394", "underline": 1})
    for row, (name, says, height) in enumerate(written, FIRST_LINK):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", link, name)
        sheet.write_string(row, 1, says, formats["wrap"])
        sheet.write_number(row, 2, height, formats["whole"])
    row = FIRST_LINK + len(written) + 1
    sheet.write_string(row, 0, words("table.manifest"), formats["head"])
    sheet.write_string(row, 1, "", formats["head"])
    for name, value in _manifest(subject):
        row += 1
        sheet.write_string(row, 0, name, formats["wrap"])
        sheet.write_string(row, 1, value, formats["wrap"])


def _manifest(subject: Subject) -> list[tuple[str, str]]:
    """The manifest in words, without what such a plan does not have; what counts, the gap and the paths drawn besides."""
    words, manifest = subject.words, subject.plan.manifest
    counts = manifest["objective"]
    rows = [(name, value) for name, value in manifest_rows(subject) if value != words("unknown")]
    rows.append((words("manifest.objective"), words.choice("objective", counts["name"])))
    if "gap" in manifest:
        rows.append((words("manifest.gap"), words.share(manifest["gap"], digits=2)))
    if "sampling" in manifest:
        drawn = ", ".join(f"{k}={v}" for k, v in manifest["sampling"].items() if v is not None)
        rows.append((words("manifest.sampling"), drawn))
    return rows


def _figures_in(subject: Subject) -> str:
    """Unit of costs, values and regrets: that of the objective that counts."""
    unit = subject.plan.manifest["objective"]["unit"]
    return unit if unit == "money unit" else subject.words.choice("objective_unit", unit)


def _is_share(row: Mapping[str, Any]) -> bool:
    """Values, and closed forms of the length, that are shares."""
    return row.get("name") in SHARES or row.get("measure") in ("over_within", "hazard")


def _teller(subject: Subject) -> Callable[[str, Mapping[str, Any]], Any]:
    """Words for every cell that is not a number."""
    words = subject.words

    @cache
    def named(kind: str, key: str) -> str:
        return what(subject, kind, key)

    def measure(row: Mapping[str, Any]) -> str:
        code = row["measure"]
        if code in MEASURES:
            return words(f"war.head.{code}")
        if "of" not in row:
            return words(f"war.measure.{code}")
        if code != "months_in":
            return words(f"war.lasting.{code}", of=row["of"])
        return (
            words("war.lasting.months_in", of=regime(subject, row["of"])) if row["of"] else words("war.lasting.months")
        )

    def tell(column: str, row: Mapping[str, Any]) -> Any:
        value = row[column]
        if column == "ends":
            return words("war.not_over") if value is None else value
        if column == "what":
            return named(row["kind"], value)
        if column == "kind":
            return words(f"war.kind.{value}")
        if column in ("name", "policy"):
            return words(f"war.value.{value}")
        if column == "objective":
            return words(f"objective.{value}")
        if column == "measure":
            return measure(row)
        if column == "of":
            return int(value) if value.isdigit() else regime(subject, value) or words("none")
        if column in ("regime", "seen"):
            return regime(subject, value) or words("none")
        if column in NATIONS:
            return subject.nation(value)
        return subject.item(value) if column == "item" else value

    return tell


def _charts(book: Book, subject: Subject) -> None:
    """How long the war may last, and by its end: regret, need served, what is left; each beside its figures."""
    drawn = [chart for chart in (_survival(subject), _regret(subject), _served(subject), _left(subject)) if chart]
    if not drawn:
        return
    desk = Desk(book)
    for title, kind, heads, rows, percent in drawn:
        desk.draw(title, kind, heads, rows, percent=percent)


Chart = tuple[str, dict[str, str], list[str], list[list[Any]], bool]
LINE = {"type": "line"}


def _survival(subject: Subject) -> Chart | None:
    if "survival" not in subject.plan.tables:
        return None
    from rampart.case.calendar import month_text

    words, first = subject.words, subject.plan.case.calendar.first
    rows = [[month_text(first + months), share] for months, share in subject["survival"].iter_rows()]
    return words("war.title.survival"), LINE, [words("war.head.month"), words("war.series.goes_on")], rows, True


def _regret(subject: Subject) -> Chart | None:
    words, table = subject.words, by_end(subject["ends"]).drop_nulls("ends")
    columns = {"plan": "regret"} | {r: f"regret_{r}" for r in RIVALS[1:] if f"regret_{r}" in table.columns}
    rows = [[r["ends"], *(_finite(r[c]) for c in columns.values())] for r in table.iter_rows(named=True)]
    if len(rows) < 2 or all(value is None for row in rows for value in row[1:]):
        return None
    title = words("cell.figure", column=words("war.title.regret"), unit=_unit(subject))
    return title, LINE, [words("war.head.end"), *(words(f"war.value.{name}") for name in columns)], rows, False


def _served(subject: Subject) -> Chart | None:
    words, table = subject.words, by_end(subject["ends"]).drop_nulls("ends")
    rows = [list(row) for row in table.select("ends", "served_share").iter_rows()]
    if len(rows) < 2:
        return None
    return words("war.title.served"), LINE, [words("war.head.end"), words("war.series.served")], rows, True


def _left(subject: Subject) -> Chart | None:
    """Known money by measure; what no price is stated for leaves its place empty."""
    words, left = subject.words, left_by_end(subject)
    known = left.drop_nulls("money").group_by("ends", "measure").agg(pl.col("money").sum())
    money = {(end, measure): value for end, measure, value in known.iter_rows()}
    shown = [m for m in MEASURES if any(measure == m for _, measure in money)]
    if not shown:
        return None
    ends = sorted(set(subject["ends"]["ends"].drop_nulls()))
    rows = [[end, *(money.get((end, m)) for m in shown)] for end in ends]
    title = words("cell.figure", column=words("war.title.ends"), unit=words.money_label)
    heads = [words("war.head.end"), *(words(f"war.head.{m}") for m in shown)]
    return title, {"type": "column", "subtype": "stacked"}, heads, rows, False


def _unit(subject: Subject) -> str:
    unit = _figures_in(subject)
    return subject.words.money_label if unit == "money unit" else unit


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
