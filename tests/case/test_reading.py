"""What people really send: French files, moved columns, notes in the margin, cut and locked files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from case.editing import SMALL, Sheets, found, only
from rampart.case.doors import check_case, read_case


def same(sheets: Sheets) -> bool:
    return read_case(sheets.folder) == read_case(SMALL)


def test_labels_of_either_language_stand_for_columns_and_tables(sheets: Sheets):
    rows = sheets.rows("stocks")
    french = [
        "Détenteur",
        "ARTICLE",
        "quantite",
        "Lot fabriqué en",
        "État",
        "bas",
        "haut",
        "source",
        "degré de preuve",
    ]
    sheets.write("stocks", [french, *rows[1:]])
    (sheets.folder / "bills.csv").rename(sheets.folder / "Nomenclatures.csv")
    (sheets.folder / "demand.csv").rename(sheets.folder / "CONSOMMATION.CSV")
    assert same(sheets)


def test_columns_in_any_order_give_the_same_case(sheets: Sheets):
    for path in sheets.folder.glob("*.csv"):
        sheets.write(path.stem, [row[::-1] for row in sheets.rows(path.stem)])
    assert same(sheets)


def test_a_french_excel_csv_is_read_with_its_semicolons_and_decimal_commas(sheets: Sheets):
    rows = [[cell.replace("8000.5", "8 000,5") for cell in row] for row in sheets.rows("stocks")]
    sheets.write("stocks", rows, separator=";")
    text = (sheets.folder / "stocks.csv").read_text(encoding="utf-8")
    (sheets.folder / "stocks.csv").write_text("\ufeff" + text, encoding="utf-8", newline="\r\n")
    assert same(sheets)


def test_the_language_of_headers_decides_what_a_comma_means(sheets: Sheets):
    sheets.set("stocks", 4, "quantity", "8000,5")
    assert only(sheets.folder, "ambiguous-number").row == 4
    rows = sheets.rows("stocks")
    rows[0][1] = "article"
    rows[0][2] = "quantité"
    rows[0][0] = "détenteur"
    rows[0][4] = "état"
    rows[2][4] = "unserviceable"  # without its lot it would be the row before
    sheets.write("stocks", [[*row[:3], *row[4:5], *row[7:8]] for row in rows])
    assert found(sheets.folder, "ambiguous-number") == []
    assert read_case(sheets.folder).tables["stocks"]["quantity"][2] == 8000.5


def test_a_point_and_three_digits_in_a_french_file_are_not_guessed(sheets: Sheets):
    sheets.write("stocks", sheets.rows("stocks"), separator=";")
    text = (sheets.folder / "stocks.csv").read_text(encoding="utf-8").replace("8000.5", "8.000")
    (sheets.folder / "stocks.csv").write_text(text, encoding="utf-8")
    assert only(sheets.folder, "ambiguous-number").value == "8.000"


def test_rows_are_counted_as_the_spreadsheet_shows_them(sheets: Sheets):
    rows = sheets.rows("stocks")
    rows[2:2] = [[""] * 9, [""] * 9]
    rows[5][2] = "dear"
    sheets.write("stocks", rows)
    assert only(sheets.folder, "not-a-number").row == 6


def test_a_line_break_inside_a_cell_does_not_shift_the_rows(sheets: Sheets):
    sheets.set("items", 3, "note", "first\nsecond")
    sheets.set("items", 4, "price", "dear")
    assert only(sheets.folder, "not-a-number").row == 4


def test_columns_and_files_with_a_hash_are_the_users_own(sheets: Sheets):
    sheets.set("stocks", 2, "#checked by", "me")
    (sheets.folder / "#scratch.csv").write_text("anything\n1\n")
    (sheets.folder / "notes.md").write_text("about this case")
    assert same(sheets)


def test_an_unknown_column_is_an_error_with_the_nearest_name(sheets: Sheets):
    sheets.set("stocks", 2, "quantitty", "5")
    finding = only(sheets.folder, "unknown-column")
    assert (finding.table, finding.value, finding.details["near"]) == ("stocks", "quantitty", "quantity")
    assert finding.severity == "error"


def test_an_unknown_column_without_cells_is_a_warning(sheets: Sheets):
    sheets.set("stocks", 2, "zzz", "")
    assert only(sheets.folder, "unknown-column-blank").severity == "warning"


def test_cells_under_no_header_are_not_dropped_in_silence(sheets: Sheets):
    rows = [[*row, "" if i != 2 else "77"] for i, row in enumerate(sheets.rows("stocks"))]
    sheets.write("stocks", rows)
    assert only(sheets.folder, "column-without-name").value == "10"


def test_a_missing_required_column_is_one_finding(sheets: Sheets):
    rows = [row[:2] + row[3:] for row in sheets.rows("stocks")]
    sheets.write("stocks", rows)
    errors = [f for f in found(sheets.folder) if f.severity == "error"]
    assert [(f.code, f.table, f.column) for f in errors] == [("missing-column", "stocks", "quantity")]


def test_a_column_given_twice_is_an_error(sheets: Sheets):
    sheets.set("stocks", 2, "Quantité", "5")
    finding = only(sheets.folder, "column-twice")
    assert (finding.value, finding.details["other"]) == ("Quantité", "quantity")


def test_a_table_given_twice_is_an_error(sheets: Sheets):
    (sheets.folder / "Articles.csv").write_text("item\nshell\n")
    assert only(sheets.folder, "table-twice").details["other"] == "Articles.csv"


def test_a_misspelt_file_is_an_error_and_a_foreign_one_a_warning(sheets: Sheets):
    (sheets.folder / "stokcs.csv").write_text("holder\nAAA\n")
    (sheets.folder / "weather.csv").write_text("rain\n1\n")
    assert only(sheets.folder, "misspelt-table").details["near"] == "stocks"
    assert only(sheets.folder, "unknown-table").file == "weather.csv"


@pytest.mark.parametrize(("cells", "code"), [(8, "short-row"), (11, "extra-cells")])
def test_a_row_of_another_length_is_an_error_and_its_cells_are_not_read(sheets: Sheets, cells, code):
    rows = sheets.rows("stocks")
    rows[1] = (rows[1] + ["zz", "zz"])[:cells]
    sheets.write("stocks", rows)
    errors = [f for f in found(sheets.folder) if f.severity == "error"]
    assert [(f.code, f.row) for f in errors] == [(code, 2)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"  \n\n", "empty-file"),
        ("détenteur".encode("cp1252"), "not-utf8"),
        ("holder,item".encode("utf-16"), "not-utf8"),
        (b'holder,item,quantity\n"AAA,shell,5\n', "unreadable"),
        (b"holder,item,quantity\n" + b"x" * 200_000 + b",shell,5\n", "unreadable"),
        (b"\x00\x00\x00\x00", "missing-column"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_a_finding(sheets: Sheets, content, code):
    (sheets.folder / "stocks.csv").write_bytes(content)
    codes = {f.code for f in found(sheets.folder) if f.severity == "error"}
    assert code in codes


def test_a_damaged_table_does_not_set_off_findings_elsewhere(sheets: Sheets):
    (sheets.folder / "items.csv").write_bytes(b"\xff\xfe\x00")
    assert [f.code for f in found(sheets.folder) if f.severity == "error"] == ["not-utf8"]


def test_a_header_below_blank_rows_is_found_and_said(sheets: Sheets):
    rows = sheets.rows("stocks")
    sheets.write("stocks", [[""] * 9, *rows])
    assert only(sheets.folder, "header-not-first").row == 2
    assert same(sheets)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("lot", "2020-13", "not-a-month"),
        ("lot", "2020-1", "not-a-month"),
        ("lot", "01/2020", "not-a-month"),
        ("lot", "2020-01-01", "not-a-month"),
        ("lot", "0001-01", "not-a-month"),
        ("condition", "good", "not-a-choice"),
        ("holder", "A\u200bAA", "hidden-characters"),
        ("holder", "A" * 201, "too-long"),
        ("item", "she\x00ll", "hidden-characters"),
    ],
)
def test_a_cell_of_the_wrong_kind_is_refused(sheets: Sheets, column, value, code):
    sheets.set("stocks", 2, column, value)
    finding = only(sheets.folder, code)
    assert (finding.row, finding.column, finding.value) == (2, column, value)
    assert found(sheets.folder) == [finding]


def test_a_misspelt_choice_is_answered_with_the_nearest(sheets: Sheets):
    sheets.set("stocks", 2, "condition", "servicable")
    finding = only(sheets.folder, "not-a-choice")
    assert "“serviceable”" in finding.remedy("en")


@pytest.mark.parametrize("word", ["Yes", "OUI", "true", "VRAI"])
def test_a_flag_may_be_written_in_either_language(sheets: Sheets, word):
    sheets.set("expansions", 2, "whole", word)
    assert same(sheets)


def test_a_flag_is_not_a_number(sheets: Sheets):
    sheets.set("expansions", 2, "whole", "1")
    assert only(sheets.folder, "not-a-flag").value == "1"


def test_choices_are_read_in_any_case(sheets: Sheets):
    sheets.set("stocks", 2, "condition", "Serviceable")
    assert same(sheets)


def test_a_whole_column_does_not_take_a_fraction(sheets: Sheets):
    sheets.set("items", 2, "shelf_life", "2.5")
    assert only(sheets.folder, "not-whole").value == "2.5"


def test_a_blank_is_unknown_and_never_zero(sheets: Sheets):
    stocks = read_case(sheets.folder).tables["stocks"]
    assert stocks["low"].to_list() == [10000, None, None, None, None, None]


def test_settings_take_labels_and_are_checked_one_by_one(sheets: Sheets):
    rows = sheets.rows("settings")
    rows[1][0], rows[2][0] = "Titre", "Premier mois"
    sheets.write("settings", [["réglage", "valeur"], *rows[1:]])
    assert same(sheets)
    sheets.set("settings", 3, "valeur", "January")
    finding = only(sheets.folder, "not-a-month")
    assert (finding.table, finding.row, finding.header, finding.value) == ("settings", 3, "valeur", "January")


def test_unknown_and_repeated_settings_are_errors(sheets: Sheets):
    sheets.add("settings", setting="currensy", value="USD")
    sheets.add("settings", setting="Currency", value="USD")
    assert only(sheets.folder, "unknown-setting").details["near"] == "currency"
    assert only(sheets.folder, "setting-twice").details["other"] == 5


def test_text_that_looks_like_a_formula_is_text(sheets: Sheets):
    assert read_case(sheets.folder).tables["items"]["note"][3] == "=not a formula, a note"


def test_a_path_that_is_no_case_is_one_finding(tmp_path):
    assert [f.code for f in found(tmp_path / "nowhere")] == ["no-such-path"]
    assert [f.code for f in found(tmp_path)] == ["no-tables"]
    (tmp_path / "mine.xlsx").write_bytes(b"")
    (tmp_path / "~$mine.xlsx").write_bytes(b"x")
    (inside,) = found(tmp_path)
    assert (inside.code, inside.value) == ("workbook-in-folder", "mine.xlsx")
    assert [f.code for f in found(tmp_path / "~$mine.xlsx")] == ["not-a-workbook"]
    (tmp_path / "case.pdf").write_bytes(b"%PDF")
    assert [f.code for f in found(tmp_path / "case.pdf")] == ["not-a-case"]


def parquet(sheets: Sheets, frame: pl.DataFrame) -> None:
    (sheets.folder / "stocks.csv").unlink()
    frame.write_parquet(sheets.folder / "stocks.parquet")


def test_parquet_types_are_checked(sheets: Sheets):
    stocks = read_case(SMALL).tables["stocks"]
    parquet(sheets, stocks)
    assert same(sheets)
    stocks.with_columns(pl.col("quantity").cast(pl.String)).write_parquet(sheets.folder / "stocks.parquet")
    assert only(sheets.folder, "wrong-parquet-type").column == "quantity"


def test_months_of_a_parquet_file_may_be_dates(sheets: Sheets):
    stocks = read_case(SMALL).tables["stocks"]
    parquet(sheets, stocks.with_columns((pl.col("lot") + "-01").str.to_date()))
    assert same(sheets)
    dates = stocks.with_columns((pl.col("lot") + "-02").str.to_date())
    dates.write_parquet(sheets.folder / "stocks.parquet")
    assert {f.value for f in found(sheets.folder, "not-a-month")} >= {"2015-06-02", "2019-03-02"}


def test_the_date_of_a_source_in_a_parquet_file_may_be_a_date(sheets: Sheets):
    sources = read_case(SMALL).tables["sources"]
    (sheets.folder / "sources.csv").unlink()
    sources.with_columns(pl.lit("2025-01-03").str.to_date().alias("date")).write_parquet(
        sheets.folder / "sources.parquet"
    )
    assert set(read_case(sheets.folder).tables["sources"]["date"]) == {"2025-01-03"}


def test_numbers_of_a_parquet_file_must_be_finite(sheets: Sheets):
    stocks = read_case(SMALL).tables["stocks"]
    quantity = pl.when(pl.col("lot") == "2015-06").then(float("nan")).otherwise("quantity")
    parquet(sheets, stocks.with_columns(quantity.alias("quantity")))
    finding = only(sheets.folder, "not-a-number")
    assert (finding.row, finding.value) == (1, "nan")


def test_a_cut_parquet_file_is_a_finding(sheets: Sheets):
    parquet(sheets, read_case(SMALL).tables["stocks"])
    path = sheets.folder / "stocks.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    assert only(sheets.folder, "unreadable").file == "stocks.parquet"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_folder_of_results_is_no_case_and_names_the_case_within(tmp_path: Path, language) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "manifest.json").write_text('{"kind": "plan"}', encoding="utf-8")
    (tmp_path / "budgets.csv").write_text("nation\n", encoding="utf-8")
    case, findings = check_case(tmp_path)
    assert case is None
    assert [f.code for f in findings] == ["result-for-case"]
    assert str(tmp_path / "case") in findings[0].remedy(language)
    (tmp_path / "manifest.json").write_text('{"name": "an extension of a browser"}', encoding="utf-8")
    assert "result-for-case" not in {f.code for f in check_case(tmp_path)[1]}
