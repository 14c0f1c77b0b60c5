"""The report as one workbook: every result table whole, with labels, units and native charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rampart.findings import Language
from rampart.report.chapters_trust import assumption_rows, manifest_rows
from rampart.report.headlines import decisions_listing, sentences
from rampart.report.reasons import HOMES
from rampart.report.subject import Plan, ResultColumn, Subject, result_columns

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
FORMATS = {"integer": "0", "share": "0.0%", "whole": "#,##0", "fine": "#,##0.00"}
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


class Book:
    """A workbook being written: its formats, and writing that never makes a formula of a text."""

    def __init__(self, path: Path, subject: Subject, *, banner: str) -> None:
        import xlsxwriter

        self.subject, self.words, self.banner = subject, subject.words, banner
        self.file = xlsxwriter.Workbook(
            str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        # The date of making is that of the plan, so that the same plan gives the same bytes.
        created = datetime.fromisoformat(str(subject.plan.manifest["created"]))
        created = created.astimezone(UTC).replace(tzinfo=None) if created.tzinfo else created
        self.file.set_properties({"title": subject.title, "author": "Rampart", "created": created})
        font = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        self.formats = {name: self.file.add_format(font | {"num_format": f}) for name, f in FORMATS.items()}
        self.formats |= {
            "text": self.file.add_format(font),
            "wrap": self.file.add_format(font | {"text_wrap": True}),
            "right": self.file.add_format(font | {"align": "right"}),
            "head": self.file.add_format(font | {"bold": True, "text_wrap": True, "bottom": 1, "top": 1}),
            "title": self.file.add_format(font | {"bold": True, "font_size": 14}),
            "quiet": self.file.add_format(font | {"font_color": "#595959"}),
        }
        self.used: set[str] = set()

    def sheet(self, name: str) -> Any:
        """A new sheet; names are cut to what Excel allows and kept apart."""
        for sign in "[]:*?/\\'":
            name = name.replace(sign, " ")
        name = name[:1].upper() + name[1:31].rstrip()
        base, number = name, 2
        while name.lower() in self.used:
            name, number = f"{base[:28]} {number}", number + 1
        self.used.add(name.lower())
        sheet = self.file.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        if self.banner:
            # In a page header & starts a code; doubled, it is a plain sign.
            sheet.set_header("&C" + self.banner.replace("&", "&&"))
        sheet.set_footer("&L" + self.words("made_by", version="", hash="").split("·")[0].strip() + "&R&P / &N")
        return sheet

    def head(self, sheet: Any, title: str, note: str, heads: Sequence[tuple[str, float]], *, row: int = 3) -> None:
        """Title, note, and the heads with their column widths; the heads stay in sight."""
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.write_string(1, 0, note, self.formats["quiet"])
        for column, (label, width) in enumerate(heads):
            sheet.write_string(row, column, label, self.formats["head"])
            sheet.set_column(column, column, width)
        sheet.freeze_panes(row + 1, 1)
        sheet.repeat_rows(row)

    def cell(self, sheet: Any, row: int, column: int, value: Any, style: str) -> None:
        """One value: numbers as numbers, unlimited in words, everything else as plain text."""
        if isinstance(value, bool | str):
            sheet.write_string(row, column, str(value), self.formats["text" if style in FORMATS else style])
        elif isinstance(value, float) and not math.isfinite(value):
            text = self.words("unlimited") if value > 0 else self.words("unknown")
            sheet.write_string(row, column, text, self.formats["right"])
        else:
            sheet.write_number(row, column, value, self.formats[style])


def write_workbook(plan: Plan, path: str | Path, language: Language = "en", *, banner: str = "") -> Path:
    """Write the workbook of a plan: decisions, every result table, charts, assumptions, sources, manifest."""
    from rampart.report.promises import promises_sheet
    from rampart.report.workbook_charts import charts_sheet

    path = Path(path)
    book = Book(path, Subject(plan, language), banner=banner)
    _summary(book)
    charts_sheet(book)
    for table in result_columns():
        if table != "periods":
            _result(book, table)
    promises_sheet(book)
    _assumptions(book)
    _sources(book)
    _manifest(book)
    book.file.close()
    return path


def _summary(book: Book) -> None:
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


def _result(book: Book, table: str) -> None:
    """One result table, whole: names in place of codes, the item's unit beside the item."""
    words, subject = book.words, book.subject
    columns = [c for name, c in result_columns()[table].items() if name]
    frame = subject[table]
    sheet = book.sheet(subject.label(table))
    plan: list[tuple[str, float, Callable[[dict[str, Any]], tuple[Any, str]]]] = []
    for column in columns:
        label = _label(subject, column)
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


def _label(subject: Subject, column: ResultColumn) -> str:
    """Label with its unit: "commitment (EUR m)"; units that differ by row stand in a column of their own."""
    words = subject.words
    unit = column.unit
    if not unit or unit in ("share", "units"):
        text = ""
    elif "money unit" in unit:
        text = words.money_label
    else:
        text = words.choice("column_unit", unit)
    label = column.label[subject.language]
    return words("cell.figure", column=label, unit=text) if text else label


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
        if column.kind == "integer":
            return value, "integer"
        if column.unit == "share":
            return value, "share"
        return value, "whole" if float(value).is_integer() or abs(value) >= 1000 else "fine"

    def text(row: dict[str, Any]) -> tuple[Any, str]:
        value = row[name]
        return (blank if value is None else words.choice("objective_unit", value)), "text"

    def month(row: dict[str, Any]) -> tuple[Any, str]:
        return (blank if row[name] is None else row[name]), "text"

    readers = {"code": code, "choice": choice, "text": text, "month": month}
    return readers.get(column.kind, number)


def _assumptions(book: Book) -> None:
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


def _sources(book: Book) -> None:
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


def _manifest(book: Book) -> None:
    words = book.words
    sheet = book.sheet(words("table.manifest"))
    heads = [(words("head.what_of_run"), 40.0), (words("head.value_of_run"), 110.0)]
    book.head(sheet, words("table.manifest"), words("chapter.solved.says"), heads)
    for number, pair in enumerate(manifest_rows(book.subject), 4):
        for column, text in enumerate(pair):
            sheet.write_string(number, column, text, book.formats["text"])
