from __future__ import annotations

import itertools
import math
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import polars as pl
import pytest

from rampart.catalogues.results import result_tables
from rampart.report.books.plan import NOT_SHOWN, write_workbook
from rampart.report.books.plan_charts import monthly
from rampart.report.charts import drawing
from rampart.results.result import Result
from report.report_sample import without

TOLD_AT_ENDS = {
    ("delays", "month"), ("delays", "made_good"), ("donations", "lowest_month"), ("short", "month"), ("pledges", "month"),
    ("backfill", "month"),
}  # fmt: skip


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
    frame = plan[table]
    # first month of a period: what is so at its end is told of its last month, which is before the next period begins
    begins = sorted(plan["periods"]["month"])
    ends = {m: n - timedelta(days=1) for m, n in itertools.pairwise(begins)}
    if frame.is_empty():  # nothing to say, no sheet
        assert f"t_{table}" not in {name for sheet in books[language].worksheets for name in sheet.tables}
        return
    sheet, heads = _table(plan, books[language], table, language)
    assert sheet.max_row == 4 + frame.height
    # the codes one by one are written by name, in the column before
    columns = [c for c in result_tables("plan")[table].columns.values() if c.type != "key"]
    places = iter(range(1, len(heads) + 1))
    for column in columns:
        place = next(places)
        if column.name == "item":
            next(places)  # the unit stands beside the item
        if column.type == "month":
            for number, value in enumerate(frame[column.name].to_list(), 5):
                cell = sheet.cell(number, place)
                if value is not None and (table, column.name) in TOLD_AT_ENDS and value in ends:
                    value = ends[value].replace(day=1)
                assert value is None or (cell.is_date and cell.value.date() == value), (table, column.name, number)
                assert value is not None or cell.value, (table, column.name, number)
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
    (table,) = sheet.tables.values()
    assert (table.name, table.autoFilter.ref) == ("t_orders", table.ref)
    assert table.ref.startswith("A4:")
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


def test_tables_have_names_that_are_the_same_in_both_languages(plan, books):
    names = {language: {name for sheet in book.worksheets for name in sheet.tables} for language, book in books.items()}
    assert names["en"] == names["fr"]
    assert {f"t_{table}" for table in result_tables("plan") if table not in NOT_SHOWN and plan[table].height} <= names[
        "en"
    ]
    for book in books.values():
        for sheet in book.worksheets:
            for table in sheet.tables.values():
                row = int(table.ref.split(":")[0].lstrip("A"))
                heads = [sheet.cell(row, n).value for n in range(1, len(table.tableColumns) + 1)]
                assert heads == [column.name for column in table.tableColumns]


def test_the_first_sheet_says_what_is_where(books):
    for book in books.values():
        first = book.worksheets[0]
        links = [row[0].hyperlink.location for row in first.iter_rows(max_col=1) if row[0].hyperlink]
        assert [link.split("'")[1] for link in links] == book.sheetnames[1:]
        assert first.sheet_properties.pageSetUpPr.fitToPage


def test_decisions_are_numbers_and_dates(plan, books):
    sheet = books["en"].worksheets[1]
    rows = plan["decisions"].sort("decide_by", "rank", nulls_last=True).to_dicts()
    for number, row in enumerate(rows, 5):
        assert sheet.cell(number, 6).value == pytest.approx(row["money"])
        by = sheet.cell(number, 7)
        assert by.value == "no date" if row["decide_by"] is None else by.value.date() == row["decide_by"]


def test_one_thing_has_one_colour_on_chart_and_page(plan, workbooks, pages):
    """Stock, requirement and floor; commitments and payments."""
    with zipfile.ZipFile(workbooks["en"]) as archive:
        charts = [archive.read(n).decode() for n in sorted(archive.namelist()) if n.startswith("xl/charts/chart")]
    stock = next(text for text in charts if "Stock of members" in text)
    money = next(text for text in charts if "Commitments and payments" in text)
    for text, colours in (
        (stock, (drawing.STOCK, drawing.REQUIREMENT, drawing.FLOOR)), (money, (drawing.COMMITMENTS, drawing.PAYMENTS))
    ):  # fmt: skip
        bodies = re.findall(
            r"<c:ser>.*?<c:spPr>(.*?)</c:spPr>", text
        )  # the ground of a pattern, or what is filled whole
        found = [
            re.search(r'(?:<a:bgClr>|^(?!.*bgClr).*?)<a:srgbClr val="(\w{6})"', body)[1].lower() for body in bodies
        ]
        assert found == [colour[1:] for colour in colours]
        patterned = ["<a:pattFill" in body for body in bodies if "<a:ln w" not in body]  # grey print tells bars apart
        assert patterned in ([], [False, True])
        assert all(colour in pages["en"].lower() for colour in colours)
    assert "<c:dateAx>" in stock


def test_time_is_drawn_to_scale():
    quarters = pl.DataFrame({"month": [date(2024, 1, 1), date(2024, 2, 1)], "months": [1, 3], "rate": [5.0, 7.0]})
    assert monthly(quarters).select("month", "rate").rows() == [
        (date(2024, 1, 1), 5.0), (date(2024, 2, 1), 7.0), (date(2024, 3, 1), 7.0), (date(2024, 4, 1), 7.0),
    ]  # fmt: skip


def test_sheet_names_fit_and_differ(books):
    for book in books.values():
        names = book.sheetnames
        assert len({n.lower() for n in names}) == len(names)
        assert all(0 < len(n) <= 31 for n in names)


def test_the_same_plan_gives_the_same_bytes(plan, workbooks, tmp_path):
    again = write_workbook(plan, tmp_path / "again.xlsx", "en")
    assert again.read_bytes() == workbooks["en"].read_bytes()


def test_every_table_with_rows_has_a_sheet(plan):
    filled = [table for table in result_tables("plan") if table not in NOT_SHOWN and plan[table].height]
    assert len(filled) > 20


def test_an_empty_plan_still_makes_a_workbook(plan, tmp_path):
    path = write_workbook(without(plan), tmp_path / "empty.xlsx", "fr", banner="DIFFUSION RESTREINTE & co")
    book = openpyxl.load_workbook(path)
    # what the plan has nothing to say of has no sheet
    assert book.sheetnames == [
        "L’essentiel", "Graphiques", "Promis et attendu", "Les hypothèses", "Les sources", "Comment le plan a été fait",
    ]  # fmt: skip
    assert "DIFFUSION RESTREINTE" in (book.worksheets[0].oddHeader.center.text or "")
    book.close()


def test_long_labels_of_sheets_are_cut_apart(plan, tmp_path):
    rows = plan["rules_broken"].with_columns(pl.lit("=cmd|' /C calc'!A0").alias("code"))
    odd = Result(plan.case, dict(plan.tables) | {"rules_broken": rows}, plan.manifest)
    book = openpyxl.load_workbook(write_workbook(odd, tmp_path / "odd.xlsx"))
    sheet, _ = _table(odd, book, "rules_broken")
    assert all(sheet.cell(5, n).data_type != "f" for n in range(1, 7))
    book.close()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "within 0.25% of the optimum"), ("fr", "à 0,25\u202f% de l’optimum au plus")],
)
def test_a_pass_within_a_gap_says_its_gap(plan, tmp_path, language, said):
    """As those of the real case with whole numbers: the sheet of passes could not be written."""
    within = plan["passes"].with_columns(status=pl.lit("within"), gap=pl.lit(0.0025))
    changed = replace(plan, tables=dict(plan.tables) | {"passes": within})
    path = write_workbook(changed, tmp_path / "x.xlsx", language)
    book = openpyxl.load_workbook(path)
    sheet, _ = _table(changed, book, "passes", language)
    assert said in {cell.value for row in sheet.iter_rows(min_row=5) for cell in row}
    book.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_expansion_is_told_by_the_rate_that_it_adds(plan, books, language):
    """Of what is decided in the first month, as the paper tells it, never as so many units of nothing that is named."""
    sheet = next(s for s in books[language].worksheets if "t_to_decide" in s.tables)
    now, decided = min(plan["periods"]["month"]), plan["decisions"].filter(pl.col("kind") == "expansion")["code"]
    added = plan["expansions"].filter(pl.col("decide") == now, pl.col("expansion").is_in(decided.to_list()))
    by_code = added.group_by("expansion").agg(pl.col("added_rate").sum()).sort("added_rate")["added_rate"].to_list()
    per = {"en": " a month", "fr": " par mois"}[language]
    told = [row for row in sheet.iter_rows(min_row=5, values_only=True) if str(row[3]).endswith(per)]
    assert by_code
    assert sorted(row[2] for row in told) == pytest.approx(by_code)
    assert all(not isinstance(row[4], int | float) for row in told)  # a rate is no sum over twelve months
