"""What a workbook holds is judged from its cells: no hint in it is believed, and nothing is allocated before."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from case.editing import SMALL, found, only
from case.small_ods import text_cell, write_ods
from rampart.case.doors import check_case, read_case
from rampart.case.markup import extents_of, sheets_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The small case as a workbook."""
    return read_case(SMALL).save(tmp_path / "case.xlsx")


def rewrite(path: Path, table: str, *changes: tuple[str, str]) -> None:
    """Replace text in the markup of one sheet, every replacement once."""
    with zipfile.ZipFile(path) as parts:
        held = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(path) as parts:
        part = sheets_of(parts)[table]
    text = held[part].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    held[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, data in held.items():
            parts.writestr(name, data)


def markup(path: Path, table: str) -> str:
    with zipfile.ZipFile(path) as parts:
        return parts.read(sheets_of(parts)[table]).decode()


def put(path: Path, table: str, address: str, cell: str) -> None:
    """Put the markup of a cell in place of the one at an address."""
    (old,) = re.findall(rf'<c r="{address}"[^>]*?(?:/>|>.*?</c>)', markup(path, table))
    rewrite(path, table, (old, cell))


FALSE_SIZES = ["A1", "", "A1:A1", "B2:C3"]


@pytest.mark.parametrize("size", FALSE_SIZES)
def test_an_error_is_found_whatever_the_sheet_says_of_its_size(path: Path, size: str):
    put(path, "stocks", "C2", '<c r="C2" t="e"><v>#REF!</v></c>')
    (old,) = re.findall("<dimension[^>]*>", markup(path, "stocks"))
    rewrite(path, "stocks", (old, f'<dimension ref="{size}"/>' if size else ""))
    finding = only(path, "error-value")
    assert (finding.cell, finding.value, finding.column) == ("C2", "#REF!", "quantity")


@pytest.mark.parametrize(
    "cell",
    ['<c r="C2" t ="e"><v>#REF!</v></c>', "<c r='C2' t\n=\n'e'><v>#REF!</v></c>",
     '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="C2" t="e"><x:v>#REF!</x:v></x:c>',
     '<c r="C2" t="str"><f>A1/0</f><v>#REF!</v></c>', '<c r="C2" t="e"><f>A1/0</f><v>#REF!</v></c>'],
)  # fmt: skip
def test_an_error_is_found_however_it_is_spelt(path: Path, cell: str):
    put(path, "stocks", "C2", cell)
    assert [(f.cell, f.value) for f in found(path, "error-value")] == [("C2", "#REF!")]


@pytest.mark.parametrize(
    "cell",
    ['<c r="F3"><f>C3*0.9</f></c>', '<c r="F3"><f>C3*0.9</f><v></v></c>', '<c r="F3"><f>C3*0.9</f><v/></c>',
     '<c r="F3" t="n"><f  >C3*0.9</f ><v /></c>', '<c r="F3" t="str"><f>C3*0.9</f></c>'],
)  # fmt: skip
def test_a_formula_without_a_stored_result_is_found(path: Path, cell: str):
    text = markup(path, "stocks")
    if re.search('<c r="F3"', text):
        put(path, "stocks", "F3", cell)
    else:
        (before,) = re.findall(r'<c r="E3"[^>]*?(?:/>|>.*?</c>)|<c r="D3"[^>]*?(?:/>|>.*?</c>)', text)[-1:]
        rewrite(path, "stocks", (before, before + cell))
    finding = only(path, "formula-without-value")
    assert (finding.cell, finding.value) == ("F3", "=C3*0.9")


@pytest.mark.parametrize("result", ["<v></v>", "<v/>", '<v xml:space="preserve"> </v>'])
def test_a_formula_whose_stored_result_is_an_empty_text_is_a_blank(path: Path, result: str):
    put(path, "stocks", "C2", f'<c r="C2" t="str"><f>IF(1=1,"",5)</f>{result}</c>')
    assert found(path, "formula-without-value") == found(path, "error-value") == []
    assert only(path, "blank").cell == "C2"


@pytest.mark.parametrize(("place", "cells"), [("A1048576", 10), ("XFD90", 1), ("H900000", 10)])
def test_a_stray_cell_is_named_and_nothing_is_unrolled(path: Path, place: str, cells: int):
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    last = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'
    rewrite(path, "stocks", ("</sheetData>", last))
    codes = {f.code: f for f in found(path)}
    if place == "XFD90":  # ninety rows across all columns are no great sheet
        assert "column-without-name" in codes
    else:
        assert codes["stray-cell"].cell.endswith(row)


def test_a_cell_beyond_any_sheet_is_a_finding(path: Path):
    rewrite(path, "stocks", ("</sheetData>", '<row r="4000000000"><c r="XFD4000000000"><v>1</v></c></row></sheetData>'))
    finding = only(path, "too-many-cells")
    assert (finding.sheet, finding.details["last"]) == ("stocks", "XFD4000000000")


@pytest.mark.parametrize("row", ["99999999999", "4294967297", "0", "-1", "x"])
def test_a_row_that_no_reader_can_count_is_a_finding(path: Path, row: str):
    rewrite(path, "stocks", ("</sheetData>", f'<row r="{row}"><c r="A{row}"><v>1</v></c></row></sheetData>'))
    assert only(path, "unreadable").details["why"]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="C2"><v>40<!-- -->00</v></c>', '<c r="C2"><v><![CDATA[4000]]></v></c>', '<c r="C2"><v>40<?x y?>00</v></c>',
        '<c r="C2"><v>1</v><v>2</v></c>', '<c r="C2"><v>1</v></c><c r="C2"><v>2</v></c>', '<c r="C3"><v>1</v></c>',
        '<c r="$C$2"><v>1</v></c>', '<c r="C2 "><v>1</v></c><c r="c2"><v>2</v></c>',
    ],
)  # fmt: skip
def test_a_value_in_pieces_or_twice_is_not_read_in_part(path: Path, cell: str):
    put(path, "stocks", "C2", cell)
    assert only(path, "unreadable").details["why"]


def test_a_format_far_away_is_no_cell(path: Path):
    rewrite(path, "stocks", ("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'))
    assert read_case(path) == read_case(SMALL)


def test_markup_that_declares_a_document_type_is_not_read(path: Path):
    rewrite(path, "stocks", ("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'))
    assert "document type" in only(path, "unreadable").details["why"]


def test_two_parts_of_one_name_are_not_read(path: Path):
    with zipfile.ZipFile(path, "a") as parts, pytest.warns(UserWarning):
        parts.writestr("xl/workbook.xml", "<workbook/>")
    assert [f.code for f in found(path)] == ["unreadable"]


def test_a_number_beyond_all_numbers_is_not_unlimited(path: Path):
    put(path, "routes", "E2", '<c r="E2"><v>1e400</v></c>')
    assert only(path, "not-a-number").cell == "E2"


@pytest.mark.parametrize("written", ["2015-06-01T00:00:00+02:00", "2015-06-01T00:00:00Z", "2015-06-01T00:00:00-1100"])
def test_a_date_with_a_time_zone_stays_the_day_that_was_written(path: Path, written: str):
    put(path, "stocks", "D2", f'<c r="D2" t="d"><v>{written}</v></c>')
    assert read_case(path) == read_case(SMALL)


def test_an_ods_is_read_as_the_folder_is(tmp_path: Path):
    empty = '<table:table-cell table:number-columns-repeated="1024"/>'
    tail = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    path = write_ods(SMALL, tmp_path / "case.ods", tail=tail)
    assert read_case(path) == read_case(SMALL)
    assert read_case(path).inputs()


DATE = '<table:table-cell office:value-type="date" office:date-value="{}"><text:p>juin 2015</text:p></table:table-cell>'


@pytest.mark.parametrize("written", ["2015-06-01", "2015-06-01T00:00:00", "2015-06-01T00:00:00+02:00"])
def test_a_month_of_an_ods_may_be_a_date(tmp_path: Path, written: str):
    path = write_ods(SMALL, tmp_path / "case.ods", cells={("stocks", 2, 4): DATE.format(written)})
    assert read_case(path) == read_case(SMALL)


ODS_HIDDEN = {
    "error-value": '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>',
    "formula-without-value": '<table:table-cell table:formula="of:=[.C3]*2"/>',
    "merged-cells": '<table:table-cell table:number-rows-spanned="2" office:value-type="float" office:value="12000">'
    "<text:p>12000</text:p></table:table-cell>",
    "ambiguous-number": text_cell("12,000"),
}  # fmt: skip


@pytest.mark.parametrize("code", ODS_HIDDEN)
def test_what_hides_in_an_ods_is_found(tmp_path: Path, code: str):
    path = write_ods(SMALL, tmp_path / "case.ods", cells={("stocks", 2, 3): ODS_HIDDEN[code]})
    assert only(path, code).cell == "C2"


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        ('<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row><table:table-row>'
         '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>',
         "stray-cell"),
        ('<table:table-row table:number-rows-repeated="4000000000"><table:table-cell table:number-columns-repeated="16384" '
         'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>',
         "too-many-cells"),
    ],
)  # fmt: skip
def test_an_ods_is_measured_before_it_is_opened(tmp_path: Path, tail: str, code: str):
    case, findings = check_case(write_ods(SMALL, tmp_path / "case.ods", tail=tail))
    assert case is None
    assert {f.code for f in findings} == {code}


def test_hidden_rows_and_columns_of_an_ods_are_found() -> None:
    """Collapsed by hand, or by a filter; repeated ones each by its number; in the next sheet they are counted anew."""
    name = "urn:oasis:names:tc:opendocument:xmlns:"
    table = (
        '<t:table t:name="{name}"><t:table-column t:number-columns-repeated="2"/><t:table-column t:visibility="collapse"/>'
        '<t:table-row/><t:table-row t:number-rows-repeated="2" t:visibility="collapse"/><t:table-row t:visibility="visible"/>'
        '<t:table-row t:visibility="filter"/></t:table>'
    )
    text = (
        f'<o:d xmlns:o="{name}office:1.0" xmlns:t="{name}table:1.0">'
        + "".join(table.format(name=n) for n in "ab")
        + "</o:d>"
    )
    found = extents_of(io.BytesIO(text.encode()))
    unseen = [("column", 3), ("row", 2), ("row", 3), ("row", 5)]
    assert {n: sorted(e.unseen) for n, e in found.items()} == {"a": unseen, "b": unseen}
