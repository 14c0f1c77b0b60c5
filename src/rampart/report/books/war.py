"""The plan for a war of unknown length as a workbook: what it holds, native charts, every table whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from rampart.catalogues.results import ResultColumn, result_tables
from rampart.findings import Language
from rampart.language.branches import regime
from rampart.language.in_words import InWords
from rampart.language.values_of_war import value_named
from rampart.language.war_on_one_page import headline
from rampart.report.books.book import FIRST_SHEET, Book
from rampart.report.books.catalogue_sheet import catalogue_sheet
from rampart.report.books.chart_sheet import ChartSheet
from rampart.report.chapters.trust import manifest_rows
from rampart.report.chapters.war import RIVALS, SHARES
from rampart.results.ends_of_war import by_end, left_by_end
from rampart.results.result import Result
from rampart.scenario.left_over import MEASURES


def write_workbook(made: Result, path: Path, language: Language = "en", *, banner: str = "") -> Path:
    """Write the workbook: an overview with the manifest, the charts, and every table on a sheet of its own."""
    answer = InWords(made, language)
    book = Book(path, answer.words, title=answer.title, created=str(made.manifest["created"]), banner=banner)
    overview = book.sheet(answer.words("summary"))
    _charts(book, answer)
    cell, figures_in = _cell(answer), _figures_in(answer)
    for table, known in result_tables("war").items():
        if made[table].is_empty():
            continue
        # what is not finite was not found: it is written as not known
        frame = made[table].with_columns(pl.when(cs.float().is_finite()).then(cs.float()))
        catalogue_sheet(book, known, frame, cell, share=_is_share, unit=_unit_of(answer), figures_in=figures_in)
    _overview(book, overview, answer)
    book.close()
    return path


def _overview(book: Book, sheet: Any, answer: InWords) -> None:
    """What the workbook holds, sheet by sheet, and where it comes from."""
    from rampart.report.chapters.war import facts

    words, formats = answer.words, book.formats
    under = f"{words('war.kind')} · {facts(answer)}"
    row = book.first_sheet(sheet, answer.title, under, [headline(answer)])
    book.contents(sheet, row)
    row += len(book.listed) + 2
    sheet.write_string(row, 0, words("table.manifest"), formats["head"])
    sheet.write_string(row, 1, "", formats["head"])
    for name, value in _manifest(answer):
        row += 1
        sheet.write_string(row, 0, name, formats["wrap"])
        book.wrapped(sheet, row, 1, value, FIRST_SHEET[1])


def _manifest(answer: InWords) -> list[tuple[str, str]]:
    """The manifest in words, without what such a plan does not have; what counts, the gap and the paths drawn besides."""
    words, manifest = answer.words, answer.result.manifest
    counts = manifest["objective"]
    rows = [(name, value) for name, value in manifest_rows(answer) if value != words("unknown")]
    rows.append((words("manifest.objective"), words.choice("objective", counts["name"])))
    if "gap" in manifest:
        rows.append((words("manifest.gap"), words.share(manifest["gap"], digits=2)))
    if "sampling" in manifest:
        drawn = ", ".join(f"{k}={v}" for k, v in manifest["sampling"].items() if v is not None)
        rows.append((words("manifest.sampling"), drawn))
    return rows


def _figures_in(answer: InWords) -> str:
    """Unit of costs, values and regrets: that of the objective that counts."""
    unit = answer.result.manifest["objective"]["unit"]
    return unit if unit == "money unit" else answer.objective_unit(unit)


def _unit_of(answer: InWords) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: answer.unit(row["item"])


def _is_share(row: Mapping[str, Any]) -> bool:
    """Values, and closed forms of the length, that are shares."""
    return row.get("name") in SHARES or row.get("measure") in ("over_within", "hazard")


def _cell(answer: InWords) -> Callable[[ResultColumn, Mapping[str, Any]], Any]:
    """Words for every cell that is neither number nor month."""
    words = answer.words

    def measure(row: Mapping[str, Any]) -> str:
        code = row["measure"]
        if code in MEASURES:
            return words(f"war.head.{code}")
        if "of" not in row:
            return words(f"war.measure.{code}")
        if code != "months_in":
            return words(f"war.lasting.{code}", of=row["of"])
        return (
            words("war.lasting.months_in", of=regime(answer, row["of"])) if row["of"] else words("war.lasting.months")
        )

    def cell(of: ResultColumn, row: Mapping[str, Any]) -> Any:
        column, value = of.name, row[of.name]
        if column == "what":
            return answer.named(row["key"])
        if column == "kind":
            return words(f"war.kind.{value}")
        if column == "how":
            return words(f"war.how.{value}") if value else words("blank.beside.how")
        if column in ("name", "policy"):
            return value_named(answer, value)
        if column == "objective":
            return words.choice("objective", value)
        if column == "measure":
            return measure(row)
        if column == "of":
            return int(value) if row["measure"] == "over_within" else regime(answer, value) or words("none")
        if column in ("regime", "seen"):
            return regime(answer, value) or words("none")
        return answer.name(value, table=of.reference[0]) if of.reference else value

    return cell


def _charts(book: Book, answer: InWords) -> None:
    """How long the war may last, and by its end: regret, need served, what is left; each beside its figures."""
    drawn = [chart for chart in (_survival(answer), _regret(answer), _served(answer), _left(answer)) if chart]
    if not drawn:
        return
    charts = ChartSheet(book)
    for title, kind, heads, rows, look in drawn:
        charts.draw(title, kind, heads, rows, **look)


Chart = tuple[str, dict[str, str], list[str], list[list[Any]], dict[str, bool]]
LINE = {"type": "line"}
BY_END = {"points": True}
"""Between two months in which the war may end there is nothing that a line could say."""


def _survival(answer: InWords) -> Chart | None:
    if answer["survival"].is_empty():
        return None
    words, first = answer.words, answer.result.case.calendar.first
    rows = [
        [date((first + months) // 12, (first + months) % 12 + 1, 1), share]
        for months, share in answer["survival"].iter_rows()
    ]
    return (
        words("war.title.survival"),
        LINE,
        [words("war.head.month"), words("war.series.goes_on")],
        rows,
        {"percent": True},
    )


def _regret(answer: InWords) -> Chart | None:
    words, table = answer.words, by_end(answer.result).drop_nulls("ends")
    columns = {"plan": "regret"} | {
        r: f"regret_{r}" for r in RIVALS[1:] if table[f"regret_{r}"].null_count() < table.height
    }
    rows = [[r["ends"], *(_finite(r[c]) for c in columns.values())] for r in table.iter_rows(named=True)]
    if len(rows) < 2 or all(value is None for row in rows for value in row[1:]):
        return None
    title = words("cell.figure", column=words("war.title.regret"), unit=_unit(answer))
    return title, LINE, [words("war.head.end"), *(words(f"war.value.{name}") for name in columns)], rows, BY_END


def _served(answer: InWords) -> Chart | None:
    words, table = answer.words, by_end(answer.result).drop_nulls("ends")
    rows = [list(row) for row in table.select("ends", "served_share").iter_rows()]
    if len(rows) < 2:
        return None
    return (
        words("war.title.served"),
        LINE,
        [words("war.head.end"), words("war.series.served")],
        rows,
        BY_END | {"percent": True},
    )


def _left(answer: InWords) -> Chart | None:
    """Known money by measure; what no price is stated for leaves its place empty."""
    words, left = answer.words, left_by_end(answer.result)
    known = left.drop_nulls("money").group_by("ends", "measure").agg(pl.col("money").sum())
    money = {(end, measure): value for end, measure, value in known.iter_rows()}
    shown = [m for m in MEASURES if any(measure == m for _, measure in money)]
    if not shown:
        return None
    ends = sorted(set(answer["ends"]["ends"].drop_nulls()))
    rows = [[end, *(money.get((end, m)) for m in shown)] for end in ends]
    title = words("cell.figure", column=words("war.title.ends"), unit=words.money_label)
    heads = [words("war.head.end"), *(words(f"war.head.{m}") for m in shown)]
    return title, {"type": "column", "subtype": "stacked"}, heads, rows, {}


def _unit(answer: InWords) -> str:
    unit = _figures_in(answer)
    return answer.words.money_label if unit == "money unit" else unit


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
