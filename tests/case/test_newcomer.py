"""Mistakes of somebody new who fills in the workbook: each is answered with the cell and the remedy, in both languages."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from case.editing import SMALL
from rampart.case.cells import month_meant, months_within, read_cell
from rampart.case.doors import check_case, read_case
from rampart.case.template import write_template
from rampart.catalogues.choices import bare, bare_cells, french, offered, spellings
from rampart.catalogues.inputs import Column, layouts, tables
from rampart.findings import Finding


@pytest.fixture(scope="module", params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The template filled from the small case, made once in each language."""
    return cache(lambda language: filled(language, tmp_path_factory.mktemp("form") / f"{language}.xlsx"))


@pytest.fixture(scope="module")
def form(language: str, forms: Callable[[str], Path]) -> Path:
    """The same in one language."""
    return forms(language)


def filled(language: str, path: Path) -> Path:
    write_template(path, language, case=read_case(SMALL))  # type: ignore[arg-type]
    book = openpyxl.load_workbook(path)
    for sheet in list(book):  # empty sheets say nothing here and take their time
        if sheet.max_row == 1:
            book.remove(sheet)
            continue
        sheet.data_validations.dataValidation.clear()
        for cell in sheet[1]:
            cell.comment = None
    book.save(path)
    return path


Where = tuple[str, str, int]
"""Table, column and row of a mistake."""


def place(book: Workbook, language: str, where: Where) -> str:
    """Address of a cell by its table, column and row."""
    table, column, row = where
    sheet = book[tables()[table].label[language]]
    heads = [cell.value for cell in sheet[1]]
    return str(sheet.cell(row, heads.index(tables()[table].columns[column].label[language]) + 1).coordinate)


def mistaken(form: Path, folder: Path, language: str, do: Callable[[Workbook], None]) -> list[Finding]:
    book = openpyxl.load_workbook(form)
    do(book)
    path = folder / "case.xlsx"
    book.save(path)
    return [f for f in check_case(path)[1] if f.severity == "error"]


CELLS: list[tuple[str, Where, object, str, str, str]] = [
    ("unit", ("stocks", "quantity", 2), "12000 rounds", "not-a-number", "without unit", "sans unité"),
    ("n/a", ("demand", "use", 2), "n/a", "leave-blank", "Leave the cell blank", "Laisser la cellule vide"),
    ("dash", ("demand", "use", 2), "-", "leave-blank", "write 0 where there is none", "écrire 0"),
    ("no limit", ("contracts", "max_quantity", 2), "sans limite", "write-unlimited", "“unlimited”", "« illimité »"),
    ("no limit, English", ("contracts", "max_quantity", 2), "No limit", "write-unlimited", "“unlimited”", "« illimité »"),
    ("two readings", ("stocks", "quantity", 2), "12,000", "ambiguous-number", "", ""),
    ("per cent of a choice", ("nations", "role", 2), "ally", "not-a-choice", "", ""),
    ("near choice", ("nations", "role", 2), "membr", "not-a-choice", "Nearest: “member”", "« membre »"),
    ("unknown code", ("stocks", "item", 2), "shel", "unknown-reference", "Correct the code", "Corriger le code"),
    ("month in words", ("demand", "until", 2), "June 2024", "not-a-month", "", ""),
    ("required blank", ("stocks", "item", 2), None, "blank", "", ""),
    ("range in a cell", ("stocks", "quantity", 2), "1000-1200", "not-one-number", "“low” and “high”", "« bas » et « haut »"),
    ("rough figure", ("stocks", "quantity", 2), "env. 1200", "not-one-number", "main figure", "chiffre principal"),
    ("not told, required", ("stocks", "quantity", 2), "n.c.", "row-without-figure", "remove the row", "ôter la ligne"),
    ("no limit where none can be", ("stocks", "quantity", 2), "illimité", "not-unlimited", "are limits", "des limites"),
    ("month and year", ("demand", "until", 2), "03/2025", "not-a-month", "2025-03", "2025-03"),
    ("day of a month", ("demand", "until", 2), "2025-03-15", "not-a-month", "2025-03", "2025-03"),
    ("name for the code", ("stocks", "item", 2), "Obus", "unknown-reference", "“shell”", "« shell »"),
    ("nation by its name", ("stocks", "holder", 2), "Alpha", "unknown-reference", "“AAA”", "« AAA »"),
    ("two values in a cell", ("stocks", "item", 2), "shell\ncharge", "hidden-characters", "row of its own", "une ligne à elle"),
    ("a share in hundreds", ("lines", "yield", 2), 95, "above-maximum", "0.25, not 25", "0,25 et non 25"),
    ("a plural", ("nations", "role", 2), "membres", "not-a-choice", "“member”", "« membre »"),
    ("a day made of a number", ("stocks", "quantity", 2), datetime(2025, 2, 1), "date-for-number", "a number", "format Nombre"),
    ("a time made of a number", ("stocks", "quantity", 2), time(1, 30), "date-for-number", "a number", "format Nombre"),
    ("a percentage in text", ("lines", "yield", 2), "95 %", "percent-in-text", "0.25 for 25%", "0,25 pour 25 %"),
    ("as above", ("stocks", "holder", 3), "idem", "as-above", "filling down", "recopie vers le bas"),
    ("a day as a number", ("demand", "until", 2), "45658", "not-a-month", "2025-01", "2025-01"),
    ("figure with its unit", ("stocks", "quantity", 2), "8 000 obus", "not-a-number", "unit: 8000", "unité : 8000"),
    ("years for months", ("lines", "admin_lead_time", 2), "1 an", "not-a-number", "counts in: months", "compte en : mois"),
    ("months with their unit", ("lines", "admin_lead_time", 2), "2 mois", "not-a-number", "unit: 2.", "unité : 2."),
    ("letters for figures", ("stocks", "quantity", 2), "4 OOO", "not-a-number", "without unit.", "sans unité."),
    ("millions of money", ("budgets", "payments", 2), "1,2 M€", "not-a-number", "without unit.", "sans unité."),
    ("brackets for minus", ("budgets", "payments", 2), "(90)", "not-a-number", "is written -90", "s’écrit -90"),
    ("year and month in one", ("demand", "until", 2), "202503", "not-a-month", "2025-03", "2025-03"),
    ("a quarter", ("demand", "until", 2), "T1 2024", "not-a-month", "from 2024-01 to 2024-03", "de 2024-01 à 2024-03"),
    ("a quarter in words", ("demand", "until", 2), "1er trimestre 2024", "not-a-month", "from 2024-01 to", "de 2024-01 à"),
    ("a half of a year", ("demand", "until", 2), "S2 2024", "not-a-month", "from 2024-07 to 2024-12", "de 2024-07 à 2024-12"),
    ("a year for a month", ("stocks", "lot", 2), 2015, "not-a-month", "from 2015-01 to 2015-12", "de 2015-01 à 2015-12"),
    ("a month as Excel shows it", ("demand", "until", 2), "déc-24", "not-a-month", ": 2024-12", " : 2024-12"),
    ("two years for one", ("budgets", "fiscal_year", 2), "2024-2025", "two-years", "ends: 2025", "l’exercice : 2025"),
    ("none of it", ("demand", "use", 2), "néant", "write-zero", "Write 0", "Écrire 0"),
    ("to be completed", ("stocks", "quantity", 2), "à compléter", "row-without-figure", "remove the row", "ôter la ligne"),
    ("two codes in a cell", ("contracts", "buyer", 2), "AAA, BBB", "several-codes", "each: AAA, BBB", "chacun : AAA, BBB"),
    ("all of them", ("requirements", "posture", 2), "toutes", "no-word-for-all", "every posture", "toutes les postures"),
    ("the plant for the line", ("contracts", "line", 2), "North works", "unknown-reference", "“shell-a”", "« shell-a »"),
    ("nearly its name", ("contracts", "line", 2), "Norht works", "unknown-reference", "“shell-a”", "« shell-a »"),
    ("a yes of Excel", ("stocks", "quantity", 2), True, "not-a-number", "“TRUE” is not", "« TRUE » n’est pas"),
    ("thousands by a letter", ("stocks", "quantity", 2), "12k", "not-a-number", "unit: 12000.", "unité : 12000."),
    ("thousands by a word", ("stocks", "quantity", 2), "12 milliers", "not-a-number", "unit: 12000.", "unité : 12000."),
    ("a power", ("stocks", "quantity", 2), "10³", "not-a-number", "without unit. The", "sans unité. La"),
    ("a Swiss thousand", ("stocks", "quantity", 2), "12'000", "not-a-number", "unit: 12000.", "unité : 12000."),
    ("a fraction", ("lines", "yield", 2), "1/2", "not-a-number", "unit: 0.5.", "unité : 0,5."),
    ("so many of ten", ("lines", "yield", 2), "9 sur 10", "not-a-number", "unit: 0.9.", "unité : 0,9."),
    ("a French error", ("stocks", "quantity", 2), "#VALEUR!", "error-value", "shows the error", "affiche l’erreur"),
    ("the end of a year", ("demand", "until", 2), "fin 2024", "not-a-month", ": 2024-12", " : 2024-12"),
    ("the middle of a year", ("demand", "until", 2), "mi-2024", "not-a-month", "2024-06 to 2024-07", "2024-06 à 2024-07"),
    ("early in a month", ("demand", "until", 2), "début mars 2024", "not-a-month", ": 2024-03", " : 2024-03"),
    ("a week", ("demand", "until", 2), "S15 2024", "not-a-month", ": 2024-04", " : 2024-04"),
    ("a week of two months", ("demand", "until", 2), "S18 2024", "not-a-month", "2024-04 to 2024-05", "2024-04 à 2024-05"),
    ("a fiscal year by letters", ("budgets", "fiscal_year", 2), "FY24", "not-a-number", "unit: 2024", "unité : 2024"),
    ("a fiscal year in words", ("budgets", "fiscal_year", 2), "exercice 2024", "not-a-number", "unit: 2024", "unité : 2024"),
    ("give or take", ("stocks", "quantity", 2), "1000 ± 100", "not-one-number", "“low” and “high”", "« bas » et « haut »"),
    ("a range with its unit", ("lines", "admin_lead_time", 2), "12-18 mois", "not-one-number", "main figure", "principal"),
    ("no end", ("demand", "until", 2), "sine die", "not-a-month", "leaves “until” blank", "laisse « jusqu’à » vide"),
    ("going on", ("demand", "until", 2), "en cours", "not-a-month", "leaves “until” blank", "laisse « jusqu’à » vide"),
    ("excel error", ("stocks", "quantity", 2), "#REF!", "error-value", "", ""),
]  # fmt: skip


def in_both(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Each mistake in a form of one language, the next one in the other; those left over are slow."""
    return [
        pytest.param(language, *row[1:], id=f"{language}-{row[0]}", marks=[pytest.mark.slow] if (i + j) % 2 else [])
        for i, row in enumerate(rows)
        for j, language in enumerate(("en", "fr"))
    ]


@pytest.mark.parametrize(
    ("language", "where", "value", "code", "english", "says_french"), in_both(CELLS), indirect=["language"]
)
def test_a_wrong_cell_is_named_with_its_remedy(
    form: Path, language: str, tmp_path: Path, where: Where, value: object, code: str, english: str, says_french: str
) -> None:
    address = ""

    def write(book: Workbook) -> None:
        nonlocal address
        address = place(book, language, where)
        cell = book[tables()[where[0]].label[language]][address]
        cell.value = value
        if value == "#REF!":
            cell.data_type = "e"

    if code == "ambiguous-number" and language == "fr":
        value = "12.000"
    found = mistaken(form, tmp_path, language, write)
    assert [(f.code, f.cell) for f in found] == [(code, address)]
    said = found[0].sentence("fr" if language == "fr" else "en").replace("\u00a0", " ").replace("\u202f", " ")
    assert address in said
    assert (says_french if language == "fr" else english) in said
    assert found[0].remedy("en") or found[0].expected("en")


def test_a_total_row_is_called_that_and_nothing_else_follows(form: Path, language: str, tmp_path: Path) -> None:
    address = ""

    def add(book: Workbook) -> None:
        nonlocal address
        sheet = book[tables()["stocks"].label[language]]
        row = sheet.max_row + 1
        address = place(book, language, ("stocks", "holder", row))
        sheet[address] = "Total général" if language == "fr" else "TOTAL"
        sheet[place(book, language, ("stocks", "quantity", row))] = 99_000

    found = mistaken(form, tmp_path, language, add)
    assert [(f.code, f.cell) for f in found] == [("total-row", address)]
    assert "#" in found[0].remedy("fr" if language == "fr" else "en")


def test_headers_under_a_title_are_found_and_named(form: Path, language: str, tmp_path: Path) -> None:
    found = mistaken(form, tmp_path, language, lambda book: _title(book[tables()["stocks"].label[language]]))
    assert [(f.code, f.row) for f in found] == [("headers-below", 3)]
    assert "Our stocks" in found[0].message("fr" if language == "fr" else "en")


SHEETS: list[tuple[str, str, Callable[[object], None], str, str, str]] = [
    ("merged", "merged-cells", lambda sheet: sheet.merge_cells("A2:A3"), "A2", "Unmerge", "Défusionner"),
    ("a remark below", "note-row", lambda sheet: _set(sheet, "A12", "* as counted by Paul"), "A12", "notes", "des notes"),
    ("a subtotal within", "total-row", lambda sheet: _subtotal(sheet), "B4", "begins with #", "commence par #"),
    ("an own column", "unknown-column", lambda sheet: _own_column(sheet), "L1", "with #", "par #"),
    ("a column twice", "column-twice", lambda sheet: _set(sheet, "L1", sheet["C1"].value), "L1", "Delete one", "Supprimer"),
    ("turned", "turned-sheet", lambda sheet: _turn(sheet), "", "transposed", "transposant"),
    ("a second table below", "second-table", lambda sheet: _other_heads(sheet, 11, 1), "A11", "its own table", "de sa table"),
    ("a second table beside", "second-table", lambda sheet: _other_heads(sheet, 1, 14), "N1", "its own table", "de sa table"),
    ("a sum without a word", "total-row", lambda sheet: _sum(sheet), "C8", "Delete the row", "Supprimer la ligne"),
    ("a unit in a head", "unknown-column", lambda sheet: _with_unit(sheet), "C1", "Correct the header", "Corriger l’en-tête"),
    ("thousands in a head", "unknown-column", lambda sheet: _set(sheet, "C1", "Quantity (thousands)"), "C1",
     "“thousands” and the column counts in: item unit; convert", "compte en : unité de l’article ; convertir"),
    ("ends of a range under one head", "unknown-column", lambda sheet: _set(sheet, "F1", "range"), "F1", "“low”", "« bas »"),
    ("months side by side", "periods-side-by-side", lambda sheet: _months(sheet), "L1", "to 2024-03", "à 2024-03"),
    ("another word in a head", "unknown-column", lambda sheet: _set(sheet, "C1", "Qté"), "C1", "“quantity”", "« quantité »"),
    ("a row twice", "key-twice", lambda sheet: _again(sheet), "A8", "Merge the two rows", "Réunir les deux lignes"),
]  # fmt: skip


def _set(sheet: object, address: str, value: object) -> None:
    sheet[address] = value  # type: ignore[index]


def _own_column(sheet: object) -> None:
    _set(sheet, "L1", "Paul")
    _set(sheet, "L2", "seen")


def _other_heads(sheet: object, row: int, column: int) -> None:
    for n in range(3):
        sheet.cell(row, column + n).value = sheet.cell(1, 1 + n).value  # type: ignore[attr-defined]
        sheet.cell(row + 1, column + n).value = sheet.cell(2, 1 + n).value  # type: ignore[attr-defined]


def _sum(sheet: object) -> None:
    _set(sheet, "C8", sum(sheet.cell(row, 3).value for row in range(2, 8)))  # type: ignore[attr-defined]


def _months(sheet: object) -> None:
    for letter, month in zip("LMN", (datetime(2024, 1, 1), "févr. 2024", "2024-03"), strict=True):
        _set(sheet, f"{letter}1", month)
        _set(sheet, f"{letter}2", 100.0)


def _with_unit(sheet: object) -> None:
    _set(sheet, "C1", f"{sheet['C1'].value} (obus)")  # type: ignore[index]


def _subtotal(sheet: object) -> None:
    sheet.insert_rows(4)  # type: ignore[attr-defined]
    _set(sheet, "B4", "Sous-total")


def _turn(sheet: object) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]  # type: ignore[attr-defined]
    sheet.delete_rows(1, sheet.max_row)  # type: ignore[attr-defined]
    for i, row in enumerate(rows, 1):
        for j, value in enumerate(row, 1):
            sheet.cell(j, i).value = value  # type: ignore[attr-defined]


def _again(sheet: object) -> None:
    for column in range(1, sheet.max_column + 1):  # type: ignore[attr-defined]
        sheet.cell(8, column).value = sheet.cell(2, column).value  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("language", "code", "do", "address", "english", "says_french"), in_both(SHEETS), indirect=["language"]
)
def test_a_wrong_sheet_is_named_once_with_its_remedy(
    form: Path, language: str, tmp_path: Path, code: str, do: Callable[[object], None], address: str, english: str,
    says_french: str,
) -> None:  # fmt: skip
    found = mistaken(form, tmp_path, language, lambda book: do(book[tables()["stocks"].label[language]]))
    assert [(f.code, f.cell) for f in found] == [(code, address)]
    said = found[0].sentence("fr" if language == "fr" else "en")
    assert (says_french if language == "fr" else english) in said
    # a file with French heads is told of in its own words
    assert not (language == "fr" and {"holder", "item", "quantity", "condition"} & set(re.findall(r"[a-z_]+", said)))


def test_a_hidden_sheet_is_read_and_mentioned(form: Path, language: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form)
    book[tables()["stocks"].label[language]].sheet_state = "hidden"
    book.save(tmp_path / "case.xlsx")
    case, findings = check_case(tmp_path / "case.xlsx")
    assert case == read_case(SMALL) and "hidden-sheet" in {f.code for f in findings}


def test_a_text_with_spaces_of_print_is_a_number(form: Path, language: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form)
    sheet = book[tables()["stocks"].label[language]]
    sheet[place(book, language, ("stocks", "quantity", 2))] = "12\u202f000"
    book.save(tmp_path / "case.xlsx")
    assert read_case(tmp_path / "case.xlsx")["stocks"].equals(read_case(SMALL)["stocks"])


@pytest.mark.parametrize(
    ("text", "english", "says_french"),
    [
        ("mars 2025", "2025-03", "2025-03"), ("15 février 2024", "2024-02", "2024-02"), ("Sept. 2025", "2025-09", "2025-09"),
        ("03/2025", "2025-03", "2025-03"), ("2025/3/1", "2025-03", "2025-03"), ("01/03/2025", "", "2025-03"),
        ("1er janvier 2024", "2024-01", "2024-01"), ("janv.-24", "2024-01", "2024-01"), ("45", "", ""),
        ("25/03/2025", "2025-03", "2025-03"), ("31/12/24", "", "2024-12"), ("12/31/24", "", ""),
        ("03/25/2025", "2025-03", ""), ("T1 2025", "", ""), ("2025", "", ""),
    ],
)  # fmt: skip
def test_the_month_that_a_text_can_only_mean(text: str, english: str, says_french: str) -> None:
    assert (month_meant(text), month_meant(text, day_first=True)) == (english, says_french)


def _title(sheet: object) -> None:
    sheet.insert_rows(1, 2)  # type: ignore[attr-defined]
    sheet["A1"] = "Our stocks"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("T3 2024", "2024-07", "2024-09"), ("2024 Q4", "2024-10", "2024-12"), ("2024-T2", "2024-04", "2024-06"),
        ("2e trimestre de 2025", "2025-04", "2025-06"), ("1st half of 2025", "2025-01", "2025-06"),
        ("2025", "2025-01", "2025-12"),
        ("T5 2024", "", ""), ("mars 2024", "", ""), ("2024-03", "", ""),
    ],
)  # fmt: skip
def test_the_months_of_a_quarter_a_half_and_a_year(text: str, first: str, last: str) -> None:
    assert months_within(text) == (first, last)


def test_a_sheet_under_another_name_is_known_by_its_heads(form: Path, language: str, tmp_path: Path) -> None:
    label = tables()["stocks"].label[language]

    def rename(book: Workbook) -> None:
        book[label].title = "Au 01.01.2024"

    found = mistaken(form, tmp_path, language, rename)
    assert [(f.code, f.sheet) for f in found] == [("sheet-renamed", "Au 01.01.2024")]
    assert label in found[0].remedy("fr" if language == "fr" else "en")


def test_a_copy_of_a_sheet_is_known_by_its_heads(form: Path, language: str, tmp_path: Path) -> None:
    label = tables()["demand"].label[language]

    def copy(book: Workbook) -> None:
        book.copy_worksheet(book[label]).title = f"{label} (2)"

    found = mistaken(form, tmp_path, language, copy)
    assert [(f.code, f.sheet) for f in found] == [("table-twice", f"{label} (2)")]
    assert found[0].details["other"] == label


def test_sheets_of_calculations_are_no_tables(form: Path, language: str, tmp_path: Path) -> None:
    def draft(book: Workbook) -> None:
        sheet = book.create_sheet("Feuil1")
        for n, word in enumerate(("note", "source", "Paul", "Jean"), 1):
            sheet.cell(1, n).value = word

    assert mistaken(form, tmp_path, language, draft) == []


def test_a_misspelt_sheet_is_told_in_the_words_of_the_reader(form: Path, language: str, tmp_path: Path) -> None:
    def misspell(book: Workbook) -> None:
        sheet = book.create_sheet({"en": "demande", "fr": "bessoin"}[language])
        sheet["A1"] = "x"

    found = mistaken(form, tmp_path, language, misspell)
    assert [f.code for f in found] == ["misspelt-table"]
    assert {"en": "“demand”", "fr": "« besoin »"}[language] in found[0].sentence("fr" if language == "fr" else "en")


def test_a_row_struck_through_is_read_and_mentioned(form: Path, language: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form)
    for cell in book[tables()["stocks"].label[language]][3]:
        cell.font = Font(strike=True)
    book.save(tmp_path / "case.xlsx")
    case, findings = check_case(tmp_path / "case.xlsx")
    assert case == read_case(SMALL)
    told = next(f for f in findings if f.code == "struck-rows")
    assert "3" in told.message("fr" if language == "fr" else "en")


def test_a_code_given_twice_brings_no_unknown_codes(form: Path, language: str, tmp_path: Path) -> None:
    def twice(book: Workbook) -> None:
        book[tables()["nations"].label[language]][place(book, language, ("nations", "nation", 3))] = "AAA"

    assert [f.code for f in mistaken(form, tmp_path, language, twice)] == ["key-twice"]


def test_hidden_rows_and_columns_are_read_and_mentioned(form: Path, language: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form)
    sheet = book[tables()["stocks"].label[language]]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    path = tmp_path / "case.xlsx"
    book.save(path)
    case, findings = check_case(path)
    assert case == read_case(SMALL)
    told = {f.code: f.message("fr" if language == "fr" else "en") for f in findings}
    assert "3" in told["hidden-rows"]
    assert sheet["C1"].value in told["hidden-columns"]
    assert read_case(form).findings == tuple(f for f in findings if not f.code.startswith("hidden"))


@pytest.mark.parametrize("role", ["bénéficiaire", "BENEFICIAIRE", "recipient", " Recipient "])
def test_a_choice_may_be_in_either_language_in_any_sheet(form: Path, language: str, tmp_path: Path, role: str) -> None:
    book = openpyxl.load_workbook(form)
    sheet = book[tables()["nations"].label[language]]
    wanted = read_case(SMALL).tables["nations"]["role"].to_list().index("recipient") + 2
    sheet[place(book, language, ("nations", "role", wanted))] = role
    path = tmp_path / "case.xlsx"
    book.save(path)
    assert read_case(path) == read_case(SMALL)


# -- the words of the choices --------------------------------------------------------------------------------------


def choices() -> list[Column]:
    return [column for table in tables().values() for column in table.columns.values() if column.kind == "choice"]


def test_every_choice_of_a_case_has_a_french_word_of_its_own() -> None:
    for column in choices():
        told = offered(column.values, "fr")
        assert set(column.values) <= french().keys(), (column.table, column.name)
        assert len({bare(word) for word in told}) == len(column.values), (column.table, column.name)
        assert spellings(column.values) | {} == spellings(column.values)
        for value, word in zip(column.values, told, strict=True):
            assert read_cell(word, column) == (value, None)
            assert read_cell(value.replace("_", " ").upper(), column) == (value, None)
            assert read_cell(value, column) == (value, None)
        assert read_cell("zzzz", column)[1] == "not-a-choice"
        assert sum(len(word) + 1 for word in told) < 255  # what Excel takes in a list


def test_the_words_are_those_of_choices_and_no_others() -> None:
    text = files("rampart").joinpath("data/choices.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(row["value"] and row["fr"] for row in rows)
    used = {value for column in choices() for value in column.values}
    used |= {value for table in layouts().values() for column in table.columns.values() for value in column.values}
    assert {row["value"] for row in rows} <= used


def test_a_cell_is_bared_as_a_word_is() -> None:
    words = [
        "  Bénéficiaire ",
        "hors d'usage",
        "hors d’usage",
        "DAYS_OF_SUPPLY",
        "en  transit",
        "jours d'approvisionnement",
    ]
    frame = pl.DataFrame({"t": words}).select(bare_cells(pl.col("t")))
    assert frame["t"].to_list() == [bare(word) for word in words]


def test_what_is_wrong_is_named_in_the_words_of_the_workbook(form: Path, tmp_path: Path, language: str) -> None:
    """A setting by its label, a key by its choices, and a sheet by what its heads say, though its name is an old one."""

    def do(book: Workbook) -> None:
        for row in book[tables()["settings"].label[language]].iter_rows(min_row=2):
            if row[0].value == tables()["settings"].columns["currency"].label[language]:
                row[1].value = None
        _again(book["stocks"])
        if language == "fr":
            book["besoin"].title = "Besoins"

    said = {f.code: f.message(language) for f in mistaken(form, tmp_path, language, do)}
    assert {"en": "“currency”", "fr": "« monnaie »"}[language] in said["setting-blank"]
    assert {"en": "serviceable”", "fr": "bon état »"}[language] in said["key-twice"]
    if language == "fr":
        assert "la table besoin " in said["sheet-renamed"]
