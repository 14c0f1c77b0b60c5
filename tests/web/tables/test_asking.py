"""Sorting, filtering, searching, choosing columns, pages, and files of what is shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rampart.language.words import Words
from rampart.web.asking import WronglyAskedError
from rampart.web.tables.asking import TableAsked, matching, table_seen
from rampart.web.tables.download import as_csv, as_workbook, file_name
from rampart.web.tables.in_frame import FrameRows
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn

EN, FR = Words("en"), Words("fr")
COLUMNS = (
    SheetColumn("holder", "Holder", "code"),
    SheetColumn("month", "Month", "month"),
    SheetColumn("quantity", "Quantity", "number", "t"),
    SheetColumn("note", "Note", "text"),
)


def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
    value = row[column.key]
    return SheetCell(value, "unknown" if value is None else f"Land {value}" if column.key == "holder" else str(value))


def sheet_of(rows: list[dict[str, Any]]) -> Sheet:
    return Sheet("stock", "Stock", "What is held.", COLUMNS, rows, cell)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "holder": st.sampled_from(["XAA", "XBB", "XCC"]),
            "month": st.dates(date(2024, 1, 1), date(2027, 1, 1)).map(lambda d: d.replace(day=1)),
            "quantity": st.none() | st.floats(-1e6, 1e6),
            "note": st.sampled_from(["café", "Cafe noir", "=1+1", ""]),
        }
    ),
    max_size=30,
)


ASKED = st.builds(
    lambda q, sort, low, holder: TableAsked(
        q=q, sort=sort, filter=[f"quantity:{low!r}..", f"holder:{holder}"] if holder else []
    ),
    st.sampled_from(["", "cafe", "land xbb", "jan", "none of these"]),
    st.lists(
        st.sampled_from(["holder", "-holder", "month", "-month", "quantity", "-quantity", "note", "-note"]), max_size=3
    ),
    st.floats(-1e6, 1e6),
    st.sampled_from(["", "XAA", "XCC"]),
)


@given(ROWS, ASKED)
def test_rows_in_a_frame_answer_as_rows_one_by_one(rows: list[dict[str, Any]], asked: TableAsked) -> None:
    schema = {"holder": pl.String, "month": pl.Date, "quantity": pl.Float64, "note": pl.String}
    listed, framed = sheet_of(rows), replace(sheet_of([]), rows=FrameRows(pl.DataFrame(rows, schema=schema)))
    known = replace(listed, known=lambda c, r: None if r[c.key] == "" else r[c.key])
    assert [dict(r) for r in matching(framed, asked, EN)] == matching(known, asked, EN)
    assert table_seen(replace(framed, known=known.known), asked, EN) == table_seen(known, asked, EN)


@given(ROWS, st.sampled_from(["XAA", "XBB"]), st.floats(-1e6, 1e6))
def test_filters_keep_what_fits_and_lose_nothing(rows: list[dict[str, Any]], holder: str, low: float) -> None:
    found = matching(sheet_of(rows), TableAsked(filter=[f"holder:{holder}", f"quantity:{low!r}.."]), EN)
    expected = [r for r in rows if r["holder"] == holder and r["quantity"] is not None and r["quantity"] >= low]
    assert [row["quantity"] for row in found] == [r["quantity"] for r in expected]


@given(ROWS, st.booleans())
def test_sorting_is_of_numbers_and_the_unknown_comes_last(rows: list[dict[str, Any]], back: bool) -> None:
    found = [
        row["quantity"] for row in matching(sheet_of(rows), TableAsked(sort=["-quantity" if back else "quantity"]), EN)
    ]
    known = [v for v in found if v is not None]
    assert known == sorted((r["quantity"] for r in rows if r["quantity"] is not None), reverse=back)
    assert found[len(known) :] == [None] * (len(rows) - len(known))


@given(ROWS, st.integers(1, 7))
def test_pages_hold_every_row_once(rows: list[dict[str, Any]], size: int) -> None:
    sheet = sheet_of(rows)
    first = table_seen(sheet, TableAsked(size=size), EN)
    all_rows = [
        row
        for page in range(1, first.pages + 1)
        for row in table_seen(sheet, TableAsked(size=size, page=page), EN).rows
    ]
    assert len(all_rows) == len(rows) == first.total == first.matching
    assert [row[3].text for row in all_rows] == [r["note"] for r in rows]


def test_several_values_of_a_column_are_alternatives_and_columns_come_together() -> None:
    rows = [
        {"holder": h, "month": date(2025, m, 1), "quantity": 1.0, "note": ""}
        for h in ("XAA", "XBB", "XCC")
        for m in (1, 2, 3)
    ]
    asked = TableAsked(filter=["holder:XAA", "holder:XCC", "month:2025-02..2025-02"])
    assert [(r["holder"], r["month"]) for r in matching(sheet_of(rows), asked, EN)] == [
        ("XAA", date(2025, 2, 1)),
        ("XCC", date(2025, 2, 1)),
    ]


def test_words_are_found_without_accents_in_what_is_shown() -> None:
    rows = [{"holder": "XAA", "month": None, "quantity": None, "note": note} for note in ("café", "tea")]
    assert [r["note"] for r in matching(sheet_of(rows), TableAsked(q="CAFE land"), EN)] == ["café"]


def test_chosen_columns_alone_are_sent() -> None:
    seen = table_seen(
        sheet_of([{"holder": "XAA", "month": None, "quantity": 2.0, "note": "secret"}]),
        TableAsked(show=["quantity"]),
        EN,
    )
    assert [[c.text for c in row] for row in seen.rows] == [["2.0"]]
    assert "secret" not in seen.model_dump_json()


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": ["nothing:1"]},
        {"sort": ["nothing"]},
        {"show": ["nothing"]},
        {"filter": ["holder"]},
        {"filter": ["quantity:a..b"]},
        {"filter": ["month:2025-13..2025-14"]},
        {"filter": ["quantity:nan..1"]},
    ],
)
@pytest.mark.parametrize("words", [EN, FR])
def test_what_cannot_be_answered_is_refused_in_words(asked: dict[str, Any], words: Words) -> None:
    with pytest.raises(WronglyAskedError) as wrong:
        table_seen(sheet_of([]), TableAsked(**asked), words)
    assert len(str(wrong.value)) > 20


def test_no_page_over_a_thousand_rows() -> None:
    with pytest.raises(ValidationError):
        TableAsked(size=1001)
    rows = [{"holder": "XAA", "month": None, "quantity": float(n), "note": ""} for n in range(1500)]
    assert len(table_seen(sheet_of(rows), TableAsked(size=1000), EN).rows) == 1000


def test_files_hold_what_is_shown_as_numbers_and_no_formula() -> None:
    rows = [
        {"holder": h, "month": date(2025, 1, 1), "quantity": q, "note": n}
        for h, q, n in (("XAA", 1234.5, "=1+1"), ("XBB", None, "@x"))
    ]
    sheet, asked = sheet_of(rows), TableAsked(sort=["-holder"])
    english = list(csv.reader(io.StringIO(as_csv(sheet, asked, EN).decode("utf-8-sig"))))
    assert english == [
        ["Holder", "Month", "Quantity (t)", "Note"],
        ["Land XBB", "2025-01", "unknown", "'@x"],
        ["Land XAA", "2025-01", "1234.5", "'=1+1"],
    ]
    french = list(csv.reader(io.StringIO(as_csv(sheet, asked, FR).decode("utf-8-sig")), delimiter=";"))
    assert french[2][2] == "1234,5"
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(sheet, asked, EN, banner="")))
    page = book.worksheets[0]
    assert [[c.value for c in row] for row in page["A5:D6"]][1][2] == 1234.5
    assert page["D6"].value == "=1+1" and page["D6"].data_type != "f"


def test_names_of_files_are_plain() -> None:
    assert file_name(sheet_of([]), ('a"\r\nb',), ".csv") == "a___b-stock.csv"
