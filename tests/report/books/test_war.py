"""The catalogue of the war's tables, and the workbook read back: whole, in both languages, numbers as they are."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.language.names import Subject
from rampart.plan.programme.tree import Tree
from rampart.report.books.war import write_workbook
from rampart.report.chapters.war import left_by_end
from rampart.report.charts.war import _told_once
from rampart.report.pages.war import html
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.war import WarPlan, catalogue, war_plan
from scenario.small_war import small

pytestmark = pytest.mark.xdist_group("books of a war")  # what is made once for these is made in one process

KINDS = {"number": pl.Float64, "integer": pl.Int64, "flag": pl.Boolean}


@pytest.fixture(scope="module")
def made() -> dict[str, WarPlan]:
    """The small war, planned over its tree and over paths; the partner's need has a worth, so there is a frontier."""
    case = small(0.2, stock=0.0, cost=1.0)
    money = case.tables["priorities"]
    need = money.with_columns(rank=pl.lit(2, pl.Int64), objective=pl.lit("need"))
    worth = pl.concat([money.with_columns(worth=pl.lit(1.0)), need.with_columns(worth=pl.lit(8.0))])
    case = Case(tables={**case.tables, "priorities": worth})
    sampling = Sampling(paths=20, keep=10, fresh=6, ahead=3, batches=2)
    risky = case.tables["priorities"].with_columns(cvar=pl.lit(0.5), cvar_level=pl.lit(0.8))
    tree = war_plan(Case(tables={**case.tables, "priorities": risky}), shape="regimes")
    return {"tree": tree, "paths": plan_on_paths(case, sampling)[0]}


@pytest.fixture(scope="module")
def books(
    made: dict[str, WarPlan], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], openpyxl.Workbook]:
    """The workbook of each plan in each language, read back."""
    folder = tmp_path_factory.mktemp("books")
    return {
        (name, language): openpyxl.load_workbook(write_workbook(plan, folder / f"{name}.{language}.xlsx", language))
        for name, plan in made.items()
        for language in ("en", "fr")
    }


def test_the_catalogue_holds_every_table_and_column_and_no_other(made: dict[str, WarPlan]) -> None:
    found: dict[str, set[str]] = {}
    for plan in made.values():
        for table, frame in plan.tables.items():
            found.setdefault(table, set()).update(frame.columns)
            for column, kind in frame.schema.items():
                assert kind == KINDS.get(catalogue()[table][column]["type"], pl.String), (table, column)
    assert found == {table: set(columns) - {""} for table, columns in catalogue().items()}


def test_every_row_of_the_catalogue_is_told_in_both_languages() -> None:
    for table, columns in catalogue().items():
        assert "" in columns, table
        for row in columns.values():
            assert None not in row, row
            assert all(row[f"{part}_{language}"] for part in ("label", "help") for language in ("en", "fr")), row


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["tree", "paths"])
def test_every_table_stands_whole_with_the_plans_numbers(made, books, name, language):
    book, plan = books[name, language], made[name]
    sheets = iter(book.worksheets[2:])
    for table, columns in catalogue().items():
        if table not in plan.tables:
            continue
        sheet, frame = next(sheets), plan[table]
        label = columns[""][f"label_{language}"]
        assert sheet["A1"].value == label[:1].upper() + label[1:]
        assert sheet.max_row == 4 + frame.height
        place = 0
        for column in frame.columns:
            place += 1
            head = sheet.cell(4, place).value
            assert head.startswith(columns[column][f"label_{language}"])
            for number, value in enumerate(frame[column].to_list(), 5):
                cell = sheet.cell(number, place).value
                if isinstance(value, str):
                    assert cell not in (None, ""), (table, column)
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


def test_names_stand_for_codes_and_unknown_is_a_word(made, books):
    for language, words in (
        ("en", ("order", "not known", "not over by")),
        ("fr", ("commande", "non connu", "pas finie")),
    ):
        book = books["tree", language]
        values = {c.value for sheet in book.worksheets for row in sheet.iter_rows() for c in row}
        for word in words:
            assert any(str(v).startswith(word) for v in values), word
        codes = set(made["tree"]["values"]["name"]) | {"plant|deal", "beyond_need", "still_to_come", "over_within"}
        assert not codes & (values - {"plan"})


def test_the_first_sheet_leads_to_every_table_and_says_where_it_comes_from(made, books):
    for (name, _), book in books.items():
        first = book.worksheets[0]
        links = [row[0].hyperlink.location for row in first.iter_rows(max_col=1) if row[0].hyperlink]
        assert [link.split("'")[1] for link in links] == book.sheetnames[2:]
        told = {c.value for row in first.iter_rows() for c in row}
        assert made[name].manifest["case_hash"] in told


def test_charts_are_native(books):
    for book in books.values():
        assert len(book.worksheets[1]._charts) == 4


def test_money_that_nobody_knows_is_not_nothing(made):
    """Shells have no price: stock and idle capacity have no money, orders have that of the contract."""
    left = left_by_end(Subject(made["tree"]))
    assert left.filter(measure="beyond_need")["money"].null_count() == left.filter(measure="beyond_need").height > 0
    assert left.filter(measure="still_to_come")["money"].null_count() == 0
    page = html(made["tree"])
    ends = page[page.index("What each end of the war leaves") :]
    assert "–" in ends[: ends.index("</table>")]


def test_the_verb_writes_the_workbook_unless_told_not_to(tmp_path: Path) -> None:
    small(0.2).save(tmp_path / "case")
    call = ["war", str(tmp_path / "case"), "--no-compare", "--lang", "fr"]
    ran = CliRunner().invoke(main, [*call, "-o", str(tmp_path / "with")])
    assert ran.exit_code == 0, ran.output
    assert "war.fr.xlsx" in ran.output.replace("\n", "")
    assert (tmp_path / "with/war.fr.xlsx").exists()
    ran = CliRunner().invoke(main, [*call, "-o", str(tmp_path / "without"), "--no-report"])
    assert ran.exit_code == 0, ran.output
    assert {p.suffix for p in (tmp_path / "without").iterdir()} == {".parquet", ".json"}


def test_the_first_turn_needs_no_history_and_later_ones_tell_theirs(made):
    page = html(made["tree"])
    assert "If the war is over by March 2024" in page
    assert "If after attrition the war is over by May 2024" in page


def test_contracts_of_one_buyer_with_one_line_are_told_apart():
    case = rampart.read_case(CASES / "tiny")
    names = Subject(WarPlan(case, Tree.single(case.calendar), {}, {})).names["contracts"]
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
