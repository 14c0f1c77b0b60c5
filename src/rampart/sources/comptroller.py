"""The Comptroller's P-1 and R-1 workbooks, and the SpreadsheetML that stands beside them: budget lines by fiscal year.

Books after 2017 often have no structured schedule; these say what is asked for by line. Columns of a fiscal year become
rows with the year, what it is (actuals, enacted, request) and whether quantity or amount; amounts are thousands of US
dollars. Rows marked Non-Add are kept and no sum takes them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import polars as pl

from rampart.case.headers import match_column
from rampart.case.laid_out import recognised
from rampart.case.sheets import MOST_BYTES, MOST_CELLS, WORKBOOKS, Sheet
from rampart.case.workbook import column_of, first_rows, read_workbook
from rampart.catalogues.inputs import layouts
from rampart.findings import Finding

LAYOUT = "comptroller"
_LOOKED_AT = 20
_YEAR = re.compile(r"FY\s*(\d{4})\b(.*)", re.IGNORECASE | re.DOTALL)
_MEASURE = re.compile(r"\b(quantity|qty|amount)\b[\s*]*\Z", re.IGNORECASE)
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet "
SCHEMA = {
    "document": pl.String, "exhibit": pl.String, "row": pl.Int64, "account": pl.String, "account_title": pl.String,
    "organization": pl.String, "budget_activity": pl.String, "budget_activity_title": pl.String, "line_number": pl.String,
    "code": pl.String, "title": pl.String, "cost_type": pl.String, "cost_type_title": pl.String, "counts": pl.Boolean,
    "fiscal_year": pl.Int64, "scenario": pl.String, "measure": pl.String, "value": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Budget lines: a row a line, fiscal year, scenario and measure (quantity, or amount in thousands of dollars)."""

    frame: pl.DataFrame
    findings: tuple[Finding, ...]

    def sums(self) -> pl.DataFrame:
        """Amounts by account, fiscal year and scenario, in millions of dollars; memorandum rows are left out."""
        counted = self.frame.filter(pl.col("counts") & (pl.col("measure") == "amount"))
        by = ("account", "fiscal_year", "scenario")
        return counted.group_by(by).agg((pl.col("value").sum() / 1e3).alias("amount"), pl.len().alias("rows")).sort(by)


def read_lines(paths: Iterable[Path]) -> Lines:
    """Read P-1 and R-1 workbooks or SpreadsheetML. What is wrong is in the findings; nothing is read in silence."""
    findings: list[Finding] = []
    rows: list[dict[str, Any]] = []
    for path in paths:
        sheet = _sheet(path, findings)
        if sheet is not None:
            rows += _rows(path.name, sheet, findings)
    return Lines(pl.DataFrame(rows, schema=SCHEMA, orient="row"), tuple(findings))


def _sheet(path: Path, findings: list[Finding]) -> Sheet | None:
    """The sheet of a file that holds the exhibit: the first that is recognised, for the others repeat parts of it."""
    if not path.is_file():
        findings.append(Finding("no-such-path", file=path.name, value=str(path)))
        return None
    if path.suffix.lower() in WORKBOOKS:
        sheets, wrong = first_rows(path, _LOOKED_AT)
        findings += wrong
        for name, grid in sheets.items():
            if place := _header(grid):
                found = read_workbook(path, layout=LAYOUT, sheet=name, header_row=place)
                # Formulas above the header (subtotals of the shown rows) are no part of the table.
                findings += [f for f in found.findings if f.row is None or f.row >= place]
                return found.sheets[0] if found.sheets else None
    else:
        for name, cells in _spreadsheet_ml(path, findings):
            if place := _header([[str(value or "") for value in row] for row in cells[:_LOOKED_AT]]):
                return _as_sheet(path.name, name, cells, place)
    if not any(f.file == path.name and f.severity == "error" for f in findings):
        findings.append(Finding("comptroller-no-exhibit", file=path.name))
    return None


def _header(grid: Sequence[Sequence[str]]) -> int:
    """Row of the header, from 1; 0 where no row is one."""
    for number, row in enumerate(grid, start=1):
        years = sum(_YEAR.match(cell.strip()) is not None for cell in row)
        if years and recognised([cell for cell in row if cell], [LAYOUT])[0]:
            return number
    return 0


def _as_sheet(file: str, name: str, cells: Sequence[Sequence[Any]], header_row: int) -> Sheet:
    width = max(len(row) for row in cells)
    full = [[*row, *[""] * (width - len(row))] for row in cells[header_row:]]
    columns = [column_of(column) for column in zip(*full, strict=True)] if full else [column_of(())] * width
    heads = [str(value) for value in cells[header_row - 1]]
    return Sheet(
        table=LAYOUT, file=file, sheet=name, headers=tuple([*heads, *[""] * (width - len(heads))]),
        rows=pl.Series(range(header_row + 1, header_row + 1 + len(full)), dtype=pl.Int64),
        texts=[texts for texts, _ in columns], numbers=[numbers for _, numbers in columns],
    )  # fmt: skip


def _spreadsheet_ml(path: Path, findings: list[Finding]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Sheets of a SpreadsheetML 2003 file as (name, rows)."""
    if path.stat().st_size > MOST_BYTES:
        details = {"size": path.stat().st_size // 1_000_000, "limit": MOST_BYTES // 1_000_000}
        findings.append(Finding("too-large", file=path.name, details=details))
        return
    reader = _SpreadsheetML()
    try:
        with path.open("rb") as stream:
            reader.parser.ParseFile(stream)
    except (expat.ExpatError, _RefusedError, OSError) as error:
        findings.append(Finding("unreadable", file=path.name, details={"why": str(error)}))
        return
    yield from reader.sheets


class _RefusedError(Exception):
    """The markup is not one to go on reading."""


class _SpreadsheetML:
    """Cells of each sheet, placed where their indices say; gaps and merged cells are blanks."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, list[list[Any]]]] = []
        self.cells = self.row = self.column = 0
        self.kind = ""
        self.text: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._said
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, name: str, *_: Any) -> None:
        raise _RefusedError(f"document type {name}")

    def _said(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if space + " " != _SPREADSHEET:
            return
        index = attributes.get(_SPREADSHEET + "Index", "")
        if local == "Worksheet":
            self.sheets.append((attributes.get(_SPREADSHEET + "Name", ""), []))
            self.row = 0
        elif local == "Row":
            self.row = int(index) if index.isdecimal() else self.row + 1
            self.column = 0
        elif local == "Cell":
            self.column = int(index) if index.isdecimal() else self.column + 1
        elif local == "Data":
            self.kind, self.text = attributes.get(_SPREADSHEET + "Type", "String"), []

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "Data" and self.text is not None and self.sheets:
            self._put("".join(self.text))
            self.text = None

    def _put(self, text: str) -> None:
        rows = self.sheets[-1][1]
        grown = max(0, self.row - len(rows)) + max(
            0, self.column - (len(rows[self.row - 1]) if self.row <= len(rows) else 0)
        )
        self.cells += grown
        if self.cells > MOST_CELLS or self.row < 1 or self.column < 1:
            raise _RefusedError(f"a cell at row {self.row}, column {self.column}")
        rows += [[] for _ in range(self.row - len(rows))]
        row = rows[self.row - 1]
        row += [""] * (self.column - len(row))
        row[self.column - 1] = text
        if self.kind == "Number":
            with suppress(
                ValueError
            ):  # text under the type of a number stays what it is, and so does what is not finite
                row[self.column - 1] = number if math.isfinite(number := float(text)) else text


def _rows(file: str, sheet: Sheet, findings: list[Finding]) -> Iterator[dict[str, Any]]:
    """Budget lines of a sheet; a figure that is no number is a finding with its place."""
    where = {name: j for j, header in enumerate(sheet.headers) if (name := match_column(LAYOUT, header))}
    missing = [c.name for c in layouts()[LAYOUT].columns.values() if c.present and c.name not in where]
    findings += [Finding("missing-column", table=LAYOUT, column=name, file=file, sheet=sheet.sheet) for name in missing]
    code = "program_element" if "program_element" in where and "line_item" not in where else "line_item"
    others = [(j, _year(header)) for j, header in enumerate(sheet.headers) if j not in where.values()]
    years = [(j, said) for j, said in others if said is not None]
    if missing:
        return
    exhibit = "R-1" if code == "program_element" else "P-1"
    for i, place in enumerate(sheet.rows):
        told = {name: _text(sheet, j, i) for name, j in where.items()}
        if not told["account"] or not told["line_number"]:
            continue  # subtotals and notes name no line
        about = {name: told.get(name) for name in SCHEMA if name in told} | {
            "document": file, "exhibit": exhibit, "row": place, "code": told.get(code), "title": told.get(f"{code}_title"),
            "counts": (told.get("add") or "Add").strip().lower() != "non-add",
        }  # fmt: skip
        for j, (year, scenario, measure) in years:
            value, wrong = _number(sheet, j, i)
            if wrong:
                details = {"unit": "thousands of dollars" if measure == "amount" else "units"}
                findings.append(Finding("not-a-number", table=LAYOUT, row=place, value=wrong, file=file, sheet=sheet.sheet,
                                        header=sheet.headers[j], details=details))  # fmt: skip
            elif value is not None:
                yield about | {"fiscal_year": year, "scenario": scenario, "measure": measure, "value": value}


def _year(header: str) -> tuple[int, str, str] | None:
    """Fiscal year, scenario and measure of a column, None for any other column; an R-1 has amounts only."""
    match = _YEAR.match(" ".join(header.replace("_", " ").split()))
    if match is None:
        return None
    rest = match[2].strip(" *")
    measure = _MEASURE.search(rest)
    kind = "quantity" if measure and measure[1].lower() in ("quantity", "qty") else "amount"
    return int(match[1]), (rest[: measure.start()] if measure else rest).strip(" *()").lower(), kind


def _text(sheet: Sheet, j: int, i: int) -> str | None:
    numbers = sheet.numbers[j]
    if numbers is not None and (number := numbers[i]) is not None:
        return f"{number:g}"
    return (sheet.texts[j][i] or "").strip() or None


def _number(sheet: Sheet, j: int, i: int) -> tuple[float | None, str]:
    """The figure of a cell, None for a blank one; else what stands there."""
    numbers = sheet.numbers[j]
    if numbers is not None and (number := numbers[i]) is not None:
        return float(number), ""
    text = (sheet.texts[j][i] or "").strip()
    if text in ("", ".", "-"):
        return None, ""
    if re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", text):  # American exhibits: the comma parts thousands
        return float(text.replace(",", "")), ""
    return None, text
