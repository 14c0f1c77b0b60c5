from __future__ import annotations

import math
import zipfile
from dataclasses import replace

import openpyxl
import polars as pl
import pytest

from rampart.catalogues.results import result_tables
from rampart.report.books.plan import NOT_SHOWN, write_workbook
from rampart.results.result import Result
from report.report_sample import without


@pytest.fixture(scope="module")
def books(workbooks):
    found = {language: openpyxl.load_workbook(path) for language, path in workbooks.items()}
    yield found
    for book in found.values():
        book.close()


def _sheet(book, title):
    return next(s for s in book.worksheets if s["A1"].value == title)


def _table(plan, book, table, language="en"):
    """Sheet of a result table, and the heads in row 4."""
    label = result_tables("plan")[table].label[language]
    sheet = _sheet(book, label[:1].upper() + label[1:])
    return sheet, [cell.value for cell in sheet[4]]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("table", [t for t in result_tables("plan") if t not in NOT_SHOWN])
def test_every_table_stands_whole_with_the_plans_numbers(plan, books, table, language):
    sheet, heads = _table(plan, books[language], table, language)
    frame = plan[table]
    assert sheet.max_row == 4 + frame.height
    # the codes one by one are written by name, in the column before
    columns = [c for c in result_tables("plan")[table].columns.values() if c.type != "key"]
    places = iter(range(1, len(heads) + 1))
    for column in columns:
        place = next(places)
        if column.name == "item":
            next(places)  # the unit stands beside the item
        if column.type not in ("number", "integer"):
            continue
        for number, value in enumerate(frame[column.name].to_list(), 5):
            cell = sheet.cell(number, place).value
            if value is None or not math.isfinite(value):
                assert isinstance(cell, str) and cell, (table, column.name, number)
            else:
                assert cell == pytest.approx(value, rel=1e-12), (table, column.name, number)


def test_unlimited_and_unknown_are_words(plan, books):
    sheet, heads = _table(plan, books["en"], "production")
    place = next(n for n, h in enumerate(heads, 1) if h.startswith("capacity"))
    assert "unlimited" in {sheet.cell(r, place).value for r in range(5, sheet.max_row + 1)}
    sheet, heads = _table(plan, books["fr"], "donations", "fr")
    place = next(n for n, h in enumerate(heads, 1) if h.startswith("valeur nette comptable"))
    assert "non connu" in {sheet.cell(r, place).value for r in range(5, sheet.max_row + 1)}


def test_heads_carry_units_and_stay_in_sight(plan, books):
    sheet, heads = _table(plan, books["en"], "orders")
    assert "commitment (EUR\u00a0m)" in heads
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref.startswith("A4:")
    _, heads = _table(plan, books["fr"], "orders", "fr")
    assert "engagement (M\u00a0EUR)" in heads


def test_a_text_never_becomes_a_formula(books):
    for book in books.values():
        cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value is not None]
        assert all(c.data_type != "f" for c in cells)
        assert any(c.value == "=1+1 typed by hand: must stay text." and c.data_type == "s" for c in cells)


def test_charts_are_native_and_titled(workbooks):
    with zipfile.ZipFile(workbooks["en"]) as archive:
        charts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        texts = [archive.read(n).decode() for n in charts]
    assert len(charts) >= 9
    assert all("<c:title>" in t for t in texts)


def test_sheet_names_fit_and_differ(books):
    for book in books.values():
        names = book.sheetnames
        assert len({n.lower() for n in names}) == len(names)
        assert all(0 < len(n) <= 31 for n in names)


def test_the_same_plan_gives_the_same_bytes(plan, workbooks, tmp_path):
    again = write_workbook(plan, tmp_path / "again.xlsx", "en")
    assert again.read_bytes() == workbooks["en"].read_bytes()


def test_an_empty_plan_still_makes_a_workbook(plan, tmp_path):
    path = write_workbook(without(plan), tmp_path / "empty.xlsx", "fr", banner="DIFFUSION RESTREINTE & co")
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) > 10
    assert "DIFFUSION RESTREINTE" in (book.worksheets[0].oddHeader.center.text or "")
    book.close()


def test_long_labels_of_sheets_are_cut_apart(plan, tmp_path):
    rows = plan["rules_broken"].with_columns(pl.lit("=cmd|' /C calc'!A0").alias("code"))
    odd = Result(plan.case, dict(plan.tables) | {"rules_broken": rows}, plan.manifest)
    book = openpyxl.load_workbook(write_workbook(odd, tmp_path / "odd.xlsx"))
    sheet, _ = _table(odd, book, "rules_broken")
    assert all(sheet.cell(5, n).data_type != "f" for n in range(1, 7))
    book.close()


@pytest.mark.parametrize(("language", "said"), [("en", "within 0.25%"), ("fr", "à 0,25\u202f% près")])
def test_a_pass_within_a_gap_says_its_gap(plan, tmp_path, language, said):
    """As those of the real case with whole numbers: the sheet of passes could not be written."""
    within = plan["passes"].with_columns(status=pl.lit("within"), gap=pl.lit(0.0025))
    changed = replace(plan, tables=dict(plan.tables) | {"passes": within})
    path = write_workbook(changed, tmp_path / "x.xlsx", language)
    book = openpyxl.load_workbook(path)
    sheet, _ = _table(changed, book, "passes", language)
    assert said in {cell.value for row in sheet.iter_rows(min_row=5) for cell in row}
    book.close()
