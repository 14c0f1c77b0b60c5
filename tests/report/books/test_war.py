"""The catalogue of the war's tables, and the workbook read back: whole, in both languages, numbers as they are."""

from __future__ import annotations

import math
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.catalogues.results import result_tables, types_of
from rampart.cli.main import main
from rampart.language.in_words import InWords
from rampart.report.books.war import write_workbook
from rampart.report.charts.war import _told_once
from rampart.report.pages.war import html
from rampart.results.ends_of_war import left_by_end
from rampart.results.result import Result
from rampart.scenario.war import war_plan
from scenario.small_war import small
from scenario.test_worth_at_home import WORTHS, giving


@pytest.fixture(scope="module")
def books(
    wars: dict[str, Result], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], openpyxl.Workbook]:
    """The workbook of each plan in each language, read back."""
    folder = tmp_path_factory.mktemp("books")
    return {
        (name, language): openpyxl.load_workbook(write_workbook(plan, folder / f"{name}.{language}.xlsx", language))
        for name, plan in wars.items()
        for language in ("en", "fr")
    }


@pytest.mark.docs
def test_every_table_of_the_catalogue_is_there_and_none_is_never_filled(wars: dict[str, Result]) -> None:
    ready = war_plan(giving(0.002, worths=WORTHS))  # somebody must hold something, and what that is worth is stated
    plans = [*wars.values(), ready]
    for plan in plans:
        assert list(plan.tables) == list(result_tables("war"))
        for table, frame in plan.tables.items():
            assert dict(frame.schema) == types_of("war", table), table
    assert all(any(not plan[table].is_empty() for plan in plans) for table in result_tables("war"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["tree", "paths"])
def test_every_table_stands_whole_with_the_plans_numbers(wars, books, name, language):
    book, plan = books[name, language], wars[name]
    sheets = iter(book.worksheets[2:])
    for table, known in result_tables("war").items():
        if plan[table].is_empty():
            continue
        sheet, frame = next(sheets), plan[table]
        label = known.label[language]
        assert sheet["A1"].value == label[:1].upper() + label[1:]
        assert sheet.max_row == 4 + frame.height
        place = 0
        for column in frame.columns:
            if known.columns[column].type == "key":  # written by name, in the column before
                continue
            place += 1
            head = sheet.cell(4, place).value
            assert head.startswith(known.columns[column].label[language])
            for number, value in enumerate(frame[column].to_list(), 5):
                cell = sheet.cell(number, place).value
                if isinstance(value, date):
                    assert cell.date() == value, (table, column)
                elif isinstance(value, str):
                    assert cell not in (None, ""), (table, column)
                elif isinstance(value, bool):
                    assert cell == {"en": ("no", "yes"), "fr": ("non", "oui")}[language][value], (table, column)
                elif value is None or not math.isfinite(value):
                    assert isinstance(cell, str) and cell, (table, column, number)
                else:
                    assert cell == pytest.approx(value, rel=1e-12, abs=1e-300), (table, column, number)
            if column == "item":
                place += 1  # the unit stands beside the item
    assert next(sheets, None) is None


def test_no_formula_and_no_error_and_sheet_names_fit(books):
    for book in books.values():
        assert len({n.lower() for n in book.sheetnames}) == len(book.sheetnames)
        assert all(0 < len(n) <= 31 for n in book.sheetnames)
        cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value is not None]
        assert all(c.data_type not in ("f", "e") for c in cells)


def test_names_stand_for_codes_and_unknown_is_a_word(wars, books):
    for language, words in (
        ("en", ("order", "not known", "not over by")),
        ("fr", ("commande", "non connu", "pas finie")),
    ):
        book = books["tree", language]
        values = {c.value for sheet in book.worksheets for row in sheet.iter_rows() for c in row}
        for word in words:
            assert any(str(v).startswith(word) for v in values), word
        codes = set(wars["tree"]["values"]["name"]) | {"plant|deal", "beyond_need", "still_to_come", "over_within"}
        assert not codes & (values - {"plan"})


def test_the_first_sheet_leads_to_every_table_and_says_where_it_comes_from(wars, books):
    for (name, _), book in books.items():
        first = book.worksheets[0]
        links = [row[0].hyperlink.location for row in first.iter_rows(max_col=1) if row[0].hyperlink]
        assert [link.split("'")[1] for link in links] == book.sheetnames[1:]
        told = {c.value for row in first.iter_rows() for c in row}
        assert wars[name].manifest["case_hash"] in told


def test_charts_are_native(books):
    for book in books.values():
        assert len(book.worksheets[1]._charts) == 4


def test_between_two_ends_of_the_war_no_line_is_drawn(wars, tmp_path):
    """Regret and need served stand as points; the chance that the war goes on, which has a value each month, as a line."""
    with zipfile.ZipFile(write_workbook(wars["tree"], tmp_path / "war.xlsx")) as archive:
        charts = [archive.read(n).decode() for n in sorted(archive.namelist()) if n.startswith("xl/charts/chart")]
    assert len(charts) == 4
    for text in charts[1:3]:
        series = text.split("<c:ser>")[1:]
        assert series
        assert all('<a:ln w="28575"><a:noFill/>' in s or "<a:ln><a:noFill/>" in s for s in series)
        assert all('<c:symbol val="none"/>' not in s and "<c:symbol" in s for s in series)
    assert '<c:symbol val="none"/>' in charts[0]
    assert "<a:noFill/>" not in charts[0].split("<c:ser>")[1].split("</c:ser>")[0]


def test_money_that_nobody_knows_is_not_nothing(wars):
    """Shells have no price: stock and idle capacity have no money, orders have that of the contract."""
    left = left_by_end(wars["tree"])
    assert left.filter(measure="beyond_need")["money"].null_count() == left.filter(measure="beyond_need").height > 0
    assert left.filter(measure="still_to_come")["money"].null_count() == 0
    page = html(wars["tree"])
    ends = page[page.index("What each end of the war leaves") :]
    assert "–" in ends[: ends.index("</table>")]


def test_the_verb_writes_the_workbook_unless_told_not_to(tmp_path: Path) -> None:
    small(0.2).save(tmp_path / "case")
    call = ["war", str(tmp_path / "case"), "--no-compare", "--lang", "fr"]
    ran = CliRunner().invoke(main, [*call, "-o", str(tmp_path / "with")])
    assert ran.exit_code == 0, ran.output
    assert "report.fr.xlsx" in ran.output.replace("\n", "")
    assert (tmp_path / "with/report/report.fr.xlsx").exists()
    ran = CliRunner().invoke(main, [*call, "-o", str(tmp_path / "without"), "--no-report"])
    assert ran.exit_code == 0, ran.output
    assert {p.suffix for p in (tmp_path / "without").iterdir() if p.is_file()} == {".parquet", ".json"}
    assert not (tmp_path / "without/report").exists()


def test_the_first_turn_needs_no_history_and_later_ones_tell_theirs(wars):
    page = html(wars["tree"])
    assert "If the war is over by March 2024" in page
    assert "If after attrition the war is over by May 2024" in page


def test_contracts_of_one_buyer_with_one_line_are_told_apart():
    case = rampart.read_case(CASES / "tiny")
    names = InWords(Result.of("war", case, {}, {})).names["contracts"]
    assert names["alpha_for_partner"].endswith(", for Partner")
    assert len(set(names.values())) == len(names)


def test_plans_in_one_place_of_the_frontier_share_a_label():
    told = _told_once([(0.0, 5.0, "0"), (2.0, 3.0, "1"), (2.0, 3.0, "2"), (2.0, 3.0, "4")])
    assert [point["f"] for point in told] == ["× 0", "× 1 – 4"]


def test_labels_of_the_frontier_do_not_cover_each_other():
    told = _told_once(
        [(600.0, 8.0, "0"), (150.0, 18.0, "0.25"), (149.0, 18.1, "1"), (148.0, 40.0, "2"), (90.0, 40.0, "4")]
    )
    for n, one in enumerate(told):
        assert one["at"] >= one["y"]
        assert all(abs(one["at"] - other["at"]) >= 0.08 * 32 or abs(one["x"] - other["x"]) > 0.3 * 510
                   for other in told[:n])  # fmt: skip
    assert told[1]["at"] == told[1]["y"] != told[2]["at"]
