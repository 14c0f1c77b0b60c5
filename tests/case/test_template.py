"""The workbook to fill in, and the annotated copy: they say what the catalogue and the findings say."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from case.editing import SMALL, Sheets, found
from places import CASES
from rampart.case.annotating import write_annotated
from rampart.case.doors import check_case, read_case
from rampart.case.headers import stored_column, stored_columns
from rampart.case.tables import Case
from rampart.case.template import MINIMAL, write_template
from rampart.catalogues.inputs import tables


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_template_filled_from_a_case_reads_back_equal(tmp_path: Path, language):
    case = read_case(SMALL)
    assert read_case(write_template(tmp_path / "t.xlsx", language, case=case)) == case


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_empty_template_only_lacks_what_every_case_must_say(tmp_path: Path, language):
    findings = found(write_template(tmp_path / "t.xlsx", language))
    assert {f.code for f in findings} == {"setting-blank"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_column_has_its_label_its_note_and_its_drop_down(tmp_path: Path, language):
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language))
    assert book.sheetnames == [
        "LISEZ-MOI" if language == "fr" else "README",
        *(table.label[language] for table in tables().values()),
    ]
    for table in tables().values():
        sheet = book[table.label[language]]
        lists = {str(v.sqref).split(":")[0] for v in sheet.data_validations.dataValidation}
        assert sheet.freeze_panes == "B2"
        for j, name in enumerate(stored_columns(table), start=1):
            column = stored_column(table.name, name)
            head = sheet.cell(1, j)
            assert head.value == column.label[language]
            note = head.comment.text
            if table.name == "settings":
                continue
            assert column.help["en"] in note
            assert column.help["fr"] in note
            assert column.unit in note
            assert head.font.bold == column.required
            listed = column.kind in ("flag", "choice") or bool(column.reference)
            assert (sheet.cell(2, j).coordinate in lists) == listed


def test_a_reference_drops_down_to_the_sheet_that_defines_it(tmp_path: Path):
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "fr"))
    formulas = {v.formula1 for v in book["stocks"].data_validations.dataValidation}
    assert "'articles'!$A$2:$A$20000" in formulas
    assert '"bon état,hors d’usage,suspendu"' in formulas
    english = openpyxl.load_workbook(write_template(tmp_path / "e.xlsx", "en"))
    assert '"serviceable,unserviceable,suspended"' in {
        v.formula1 for v in english["stocks"].data_validations.dataValidation
    }


def test_the_minimal_path_is_marked_and_is_enough(tmp_path: Path):
    """The marked sheets of the small case alone are a sound case."""
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "fr"))
    marked = {sheet.title for sheet in book if sheet.sheet_properties.tabColor is not None}
    assert marked == {tables()[name].label["fr"] for name in MINIMAL}
    assert [cell.value for cell in book["LISEZ-MOI"]["C"]].count("d’abord") == len(MINIMAL)
    assert [cell.value for cell in book["priorités"]["B"]][1:4] == ["planchers", "promesses", "besoin"]
    case = read_case(CASES / "tiny")
    alone = Case(
        {name: frame if name in (*MINIMAL, "sources") else frame.clear() for name, frame in case.tables.items()}
    )
    assert check_case(alone.save(tmp_path / "alone"))[0] is not None


def test_settings_with_choices_drop_down_in_their_row(tmp_path: Path):
    sheet = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx"))["settings"]
    row = [cell.value for cell in sheet["A"]].index("money unit") + 1
    assert any(
        v.formula1 == '"one,thousand,million"' and f"B{row}" in v.sqref for v in sheet.data_validations.dataValidation
    )


def cell_under(sheet: Worksheet, header: str, row: int) -> Cell:
    """The cell of a row under a header."""
    column = [cell.value for cell in sheet[1]].index(header) + 1
    return sheet.cell(row, column)


def break_twice(sheets: Sheets) -> None:
    sheets.set("stocks", 4, "quantity", "many")
    sheets.set("demand", 2, "use", "9000")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_annotated_copy_marks_each_cell_and_keeps_the_rest(tmp_path: Path, sheets: Sheets, form: str):
    source = sheets.folder
    if form == "xlsx":
        source = read_case(SMALL).save(tmp_path / "case.xlsx")
        book = openpyxl.load_workbook(source)
        book["stocks"]["C4"].value, cell_under(book["demand"], "use", 2).value = "many", 9000
        book.save(source)
    else:
        break_twice(sheets)
    _, findings = check_case(source)
    copy = write_annotated(source, findings, tmp_path / "copy.xlsx", language="fr")
    book = openpyxl.load_workbook(copy)
    red, yellow = book["stocks"]["C4"], cell_under(book["demand"], "use", 2)
    assert (red.value, red.fill.start_color.rgb, yellow.fill.start_color.rgb) == (
        "many",
        "FFFF9999",
        "FFFFE699",
    )
    assert "n’est pas un nombre" in red.comment.text
    assert book["stocks"]["C2"].comment is None
    assert book.sheetnames[0] == "#findings"
    assert book["#findings"]["B2"].hyperlink.location or book["#findings"]["B2"].hyperlink.target
    again = [(f.code, f.row, f.column, f.value) for f in found(copy)]
    assert again == [(f.code, f.row, f.column, f.value) for f in findings]


def test_the_annotated_copy_of_a_mended_case_reads_back_equal(tmp_path: Path, sheets: Sheets):
    copy = write_annotated(sheets.folder, (), tmp_path / "copy.xlsx")
    assert read_case(copy) == read_case(SMALL)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_drop_down_says_which_sheet_lacks_a_code(tmp_path: Path, language):
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language))
    told = {
        v.error for sheet in book.worksheets for v in sheet.data_validations.dataValidation if v.errorStyle == "warning"
    }
    assert f"nations{' ' if language == 'fr' else ''}" in "".join(told) and not any("." in text[:-1] for text in told)


def test_notes_in_french_have_french_units_choices_and_blanks(tmp_path: Path):
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "fr"))
    notes = {
        (sheet.title, cell.value): cell.comment.text.split("\n\n")[-1]
        for sheet in book.worksheets[2:]
        for cell in sheet[1]
        if cell.comment
    }
    assert notes["stocks exigés", "taux de consommation journalier"].endswith("Unité : unité de l’article par jour")
    assert notes["nations", "rôle"].startswith("membre : détient")
    assert "Vide : tout" in notes["budgets", "objet"]
    assert not [place for place, note in notes.items() if re.search(r"\bunits?\b|: as ", note)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_setting_has_a_note(tmp_path: Path, language):
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language))
    sheet = book[tables()["settings"].label[language]]
    rows = [row for row in sheet.iter_rows(min_row=2) if row[0].value]
    assert len(rows) == len(tables()["settings"].columns)
    assert all(row[1].comment and len(row[1].comment.text) > 20 for row in rows)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_first_sheet_can_be_read_and_every_sheet_is_printed_a_page_wide(tmp_path: Path, language):
    """Rows are as high as their texts need, in spreadsheets that do not find that by themselves too."""
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language))
    first = book.worksheets[0]
    long = [row[1] for row in first.iter_rows() if row[1].value and len(row[1].value) > 110]
    assert len(long) > 20
    assert all(first.row_dimensions[cell.row].height >= 14 * len(cell.value) / 110 for cell in long)
    assert all(
        sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0 for sheet in book.worksheets
    )
    names = book[tables()["settings"].label[language]]
    widest = max(len(str(row[0].value)) for row in names.iter_rows(min_row=2) if row[0].value)
    assert names.column_dimensions["A"].width >= widest
