"""Workbooks: dates, numbers, error cells, formulas never calculated, merged cells, damage."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from case.editing import SMALL, found, only
from rampart.case.doors import check_case, read_case


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The small case as a workbook."""
    return read_case(SMALL).save(tmp_path / "case.xlsx")


def edit(path: Path, **sheets: dict[str, object]) -> None:
    book = openpyxl.load_workbook(path)
    for name, cells in sheets.items():
        for cell, value in cells.items():
            book[name][cell] = value
    book.save(path)


def test_a_month_that_excel_turned_into_a_date_is_that_month(path: Path):
    edit(path, stocks={"D2": dt.datetime(2015, 6, 1), "D5": dt.date(2020, 2, 1)})
    assert read_case(path) == read_case(SMALL)


def test_a_date_within_a_month_is_not_a_month(path: Path):
    edit(path, stocks={"D2": dt.datetime(2015, 6, 15)})
    finding = only(path, "not-a-month")
    assert (finding.value, finding.cell, finding.sheet) == ("2015-06-15", "D2", "stocks")


def test_a_date_where_a_number_belongs_is_refused(path: Path):
    edit(path, stocks={"C2": dt.datetime(2024, 5, 1)})
    assert only(path, "date-for-number").cell == "C2"


def test_a_number_may_be_a_code_and_a_flag_a_tick(path: Path):
    edit(path, items={"A2": 155.0}, stocks={"B2": 155, "B3": "155"}, expansions={"G2": True})
    case, findings = check_case(path)
    assert {f.value for f in findings if f.code == "unknown-reference"} == {"shell"}
    assert {f.code for f in findings if f.severity == "error"} == {"unknown-reference"}
    assert case is None


def test_a_number_written_as_text_is_read_by_the_language_of_the_sheet(path: Path):
    edit(path, stocks={"C2": "12 000", "C4": "8000.5"})
    assert read_case(path) == read_case(SMALL)
    edit(path, stocks={"C2": "12,000"})
    assert only(path, "ambiguous-number").cell == "C2"


def test_a_true_number_in_a_french_sheet_is_never_ambiguous(path: Path):
    edit(path, stocks={"A1": "détenteur", "B1": "article", "C1": "quantité", "C4": 1.234})
    book = openpyxl.load_workbook(path)
    assert book["stocks"]["C4"].value == 1.234
    assert found(path, "ambiguous-number") == []


def test_an_error_cell_is_reported_with_its_address(path: Path):
    edit(path, stocks={"C2": "#REF!", "F2": "#DIV/0!"})
    findings = found(path, "error-value")
    assert [(f.sheet, f.cell, f.value, f.column) for f in findings] == [
        ("stocks", "C2", "#REF!", "quantity"),
        ("stocks", "F2", "#DIV/0!", "low"),
    ]
    assert found(path, "blank") == []


def test_a_formula_never_calculated_is_not_a_blank(path: Path):
    edit(path, stocks={"F3": "=C3*0.9"})
    finding = only(path, "formula-without-value")
    assert (finding.sheet, finding.row, finding.cell, finding.value) == ("stocks", 3, "F3", "=C3*0.9")
    assert finding.severity == "error"


def test_a_calculated_formula_is_its_value(tmp_path: Path, path: Path):
    rows = [list(row) for row in openpyxl.load_workbook(path)["priorities"].values]
    book = xlsxwriter.Workbook(tmp_path / "formula.xlsx")
    for name in openpyxl.load_workbook(path).sheetnames:
        sheet = book.add_worksheet(name)
        for i, row in enumerate(openpyxl.load_workbook(path)[name].values):
            sheet.write_row(i, 0, row, None) if name != "priorities" else None
        if name == "priorities":
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
            sheet.write_formula("A2", "=1+0", None, 1)
    book.close()
    assert found(tmp_path / "formula.xlsx", "formula-without-value") == []
    assert read_case(tmp_path / "formula.xlsx").tables["priorities"]["rank"][0] == 1


def test_merged_cells_hide_values(path: Path):
    book = openpyxl.load_workbook(path)
    book["stocks"].merge_cells("A2:A3")
    book.save(path)
    assert only(path, "merged-cells").cell == "A2"


def test_help_sheets_and_sheets_with_a_hash_are_left_alone(path: Path):
    book = openpyxl.load_workbook(path)
    for name in ("README", "Notes", "Lisez-moi", "# my sums"):
        book.create_sheet(name)["A1"] = "=1/0"
    book.save(path)
    assert read_case(path) == read_case(SMALL)


def test_an_unknown_sheet_is_said(path: Path):
    book = openpyxl.load_workbook(path)
    book.create_sheet("Stcoks")["A1"] = "holder"
    book.create_sheet("Weather")["A1"] = "rain"
    book.save(path)
    assert only(path, "misspelt-table").details["near"] == "stocks"
    assert only(path, "unknown-table").sheet == "Weather"


def test_an_empty_sheet_is_no_table(path: Path):
    book = openpyxl.load_workbook(path)
    book.create_sheet("rates")
    book.save(path)
    assert only(path, "empty-sheet").severity == "warning"


def test_blank_rows_do_not_shift_the_rows_of_findings(path: Path):
    book = openpyxl.load_workbook(path)
    book["stocks"].insert_rows(2, 3)
    book["stocks"]["C7"] = "?"
    book.save(path)
    assert only(path, "row-without-figure").cell == "C7"


def test_a_cell_far_away_from_the_table_is_not_dropped_in_silence(path: Path):
    edit(path, stocks={"P9": 5})
    finding = only(path, "column-without-name")
    assert (finding.value, finding.cell) == ("P", "P1")


def test_a_name_of_a_column_is_where_it_stands_below_blank_rows(path: Path):
    book = openpyxl.load_workbook(path)
    book["stocks"].insert_rows(1, 2)
    book["stocks"]["C3"] = "quantité (obus)"
    book.save(path)
    assert only(path, "unknown-column").cell == "C3"


@pytest.mark.parametrize("keep", [0, 10, 500, 5000])
def test_a_cut_workbook_is_a_finding(path: Path, keep: int):
    path.write_bytes(path.read_bytes()[:keep])
    assert [f.code for f in found(path)] == ["not-a-workbook"]


def test_a_locked_workbook_is_a_finding(path: Path):
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000)
    assert [f.code for f in found(path)] == ["locked"]


def test_a_workbook_that_unpacks_without_end_is_not_opened(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rampart.case.workbook.MOST_BYTES", 1_000_000)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/bomb.bin", b"\0" * 2_000_000)
    assert [f.code for f in found(path)] == ["too-large"]


def test_a_sheet_with_a_far_corner_is_not_unrolled(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rampart.case.workbook.MOST_CELLS", 10_000)
    edit(path, stocks={"ZZ5000": 1})
    assert only(path, "too-many-cells").sheet == "stocks"
