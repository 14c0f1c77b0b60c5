"""Results side by side as a page and a workbook: figures worked out by hand, in both languages, nothing cut."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from rampart.case.editions import cells_that_differ
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.cli.main import main
from rampart.cli.results import names_apart
from rampart.findings import Language, TakenError
from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.report.chapters.comparison import cells, decision_lines, decisions
from rampart.report.comparison import write_comparison
from rampart.report.pages.comparison import facts, html
from rampart.results.result import Result
from report.page_reader import Page, numbers
from results.short_plan import short_plan

NAMES = ["as it is", "faster"]


@pytest.fixture(scope="module")
def plans() -> list[Result]:
    """A line of 4 a month, of 7, of 5; 3 months; a unit costs 2."""
    return [short_plan(4.0), short_plan(7.0), short_plan(5.0)]


@pytest.fixture(scope="module")
def pages(plans: list[Result]) -> dict[Language, Page]:
    languages: tuple[Language, ...] = ("en", "fr")
    return {language: Page(html(Compared(plans[:2], NAMES, language))) for language in languages}


def test_the_page_has_both_figures_and_the_change(pages: dict[Language, Page]) -> None:
    cells_read = [cell.strip() for cell in pages["en"].numeric]
    place = cells_read.index("+9")
    assert cells_read[place - 2 : place + 1] == ["12", "21", "+9"]
    assert "1 cell or row of the case of faster is not as in that of as it is." in " ".join(pages["en"].text)


def test_both_languages_say_the_same_numbers(pages: dict[Language, Page]) -> None:
    english, french = ([numbers(cell, of) for cell in pages[of].numeric] for of in ("en", "fr"))
    assert len(english) > 10
    assert english == french
    assert "Ce qui change dans le cas" in " ".join(pages["fr"].text)


def test_every_result_has_its_column_and_three_have_no_change(plans: list[Result]) -> None:
    page = Page(html(Compared(plans, [*NAMES, "between"])))
    text = " ".join(page.text)
    assert "between" in text and "Change" not in text.split()
    values = [cell.strip() for cell in page.numeric]
    assert ["12", "21", "15"] in [values[n : n + 3] for n in range(len(values))]


def test_a_share_is_shown_in_per_cent_and_its_change_in_points(plans: list[Result]) -> None:
    compared = Compared(plans[:2], NAMES, "fr")
    assert compared.is_share("fill", "coverage", {})
    assert compared.figure(0.955, share=True) == "95,5\u202f%"
    assert compared.change(0.955, 0.627, share=True) == "\u221232,8 points"
    assert compared.change(date(2025, 1, 1), date(2024, 11, 1)) == "2 mois plus tôt"


def test_nothing_differs_is_said_and_nothing_else(plans: list[Result]) -> None:
    page = Page(html(Compared([plans[0], plans[0]], NAMES)))
    assert [item.strip() for item in page.items] == ["No difference."]
    assert facts(Compared([plans[0], plans[0]], NAMES, "fr")).startswith("as it is\u00a0: établi le ")
    assert not any(tag == "table" for tag, _ in page.tags)


def test_the_page_is_whole_and_holds_nothing_from_outside(plans: list[Result]) -> None:
    text = html(Compared(plans[:2], ["<b>one</b>", "two"]), banner='RESTRICTED "x" </style><b>')
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {"b", "script", "link", "img"} == set()
    assert sum(tag == "caption" for tag, _ in page.tags) == sum(tag == "table" for tag, _ in page.tags) > 0
    assert "http" not in text
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids))


def test_the_workbook_has_numbers_and_a_column_for_each(plans: list[Result], tmp_path: Path) -> None:
    page, book = write_comparison(plans, tmp_path, names=[*NAMES, "between"], language="en")
    assert page.is_file()
    read = openpyxl.load_workbook(book)
    rows = list(read["Need and use"].iter_rows(min_row=4, values_only=True))
    heads = list(rows[0])
    served = [heads.index(f"supplied: {name}") for name in (*NAMES, "between")]
    assert [rows[1][n] for n in served] == [pytest.approx(v) for v in (12.0, 21.0, 15.0)]
    assert rows[1][heads.index("supplied: change to between")] == pytest.approx(3.0)
    case = list(read["Cells of the cases"].iter_rows(min_row=5, values_only=True))
    assert any(row[3:6] == (4, 7, 5) for row in case)
    shares = [c for row in read["Years to fill"].iter_rows(min_row=5) for c in row if "%" in c.number_format] if (
        "Years to fill" in read.sheetnames
    ) else []  # fmt: skip
    assert all(isinstance(cell.value, int | float) for cell in shares)
    with pytest.raises(TakenError):
        write_comparison(plans, tmp_path, names=[*NAMES, "between"])
    with pytest.raises(ValueError, match="no two alike"):
        write_comparison(plans[:2], tmp_path, names=["a", "a"], force=True)
    with pytest.raises(ValueError, match="at least two"):
        write_comparison(plans[:1], tmp_path, force=True)


def test_a_number_of_the_case_keeps_all_its_digits(plans: list[Result]) -> None:
    """What a short form would show as equal is not equal."""
    case = plans[0].case
    budget = case.tables["items"].with_columns(price=pl.lit(1234.5678))
    other = case.tables["items"].with_columns(price=pl.lit(1234.5679))
    sides = [Result(Case({**case.tables, "items": t}), plans[0].tables, plans[0].manifest) for t in (budget, other)]
    listing = cells(Compared(sides, NAMES, "fr"))
    assert listing is not None
    assert listing.rows[0][-2:] == ("1\u202f234,5678", "1\u202f234,5679")


def test_a_row_that_one_case_lacks_is_one_line(plans: list[Result]) -> None:
    case = plans[0].case
    without = Case({**case.tables, "lines": case.tables["lines"].clear()})
    frame = cells_that_differ([case, without, case])
    (row,) = frame.filter(pl.col("table") == "lines").to_dicts()
    assert row["column"] == "" and row["2"] is None and row["1"] == row["3"] and row["1"]
    result = Result(without, plans[0].tables, plans[0].manifest)
    listing = cells(Compared([plans[0], result], NAMES, "fr"))
    assert listing is not None
    assert [r[-1] for r in listing.rows] == ["(ligne absente)"]


def test_a_decision_of_one_plan_alone_is_counted_against_nothing(plans: list[Result]) -> None:
    none = Result(plans[0].case, {**plans[0].tables, "decisions": plans[0]["decisions"].clear()}, plans[0].manifest)
    lines = decision_lines(Compared([plans[0], none], NAMES))
    assert len(lines) == 3 * plans[0]["decisions"].height > 0
    assert all(line.told[1] == "–" for line in lines)
    assert any("decisions to take now" in said or "decision to take now" in said
               for said in differences_told(Compared([plans[0], none], NAMES)))  # fmt: skip


def test_a_fall_of_what_is_covered_is_told_with_whose_it_is(plans: list[Result]) -> None:
    """Ten are required: held, and then four of them."""
    both = []
    for made, held in zip(plans, (10.0, 4.0), strict=False):
        table = made["stock"].with_columns(requirement=pl.lit(10.0), closing=pl.lit(held))
        both.append(Result(made.case, {**made.tables, "stock": table}, made.manifest))
    assert (
        "Requirements covered at the end: 40%, against 100%. Most changed: Alpha, Shell 155\u00a0mm, 100% to 40%."
        in differences_told(Compared(both, NAMES))
    )


def test_names_tell_places_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "plan", tmp_path / "b" / "plan"]
    assert names_apart(paths, [(), ()]) == ["a/plan", "b/plan"]
    assert names_apart([paths[0], paths[0]], [(), ("more",)]) == ["plan", "plan + more"]
    assert len(set(names_apart([paths[0], paths[0]], [(), ()]))) == 2
    assert names_apart([tmp_path / "x", tmp_path / "y"], [(), ()]) == ["x", "y"]


def test_the_verb_writes_both_files_and_refuses_before_any_work(plans: list[Result], tmp_path: Path) -> None:
    for name, plan in zip(("one", "two", "three"), plans, strict=True):
        plan.save(tmp_path / name)
    words = [
        "compare",
        *(str(tmp_path / name) for name in ("one", "two", "three")),
        "-o",
        str(tmp_path / "out"),
        "--lang",
        "fr",
    ]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["compare.fr.html", "compare.fr.xlsx"]
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 2
    assert "erreur" in again.output
    assert CliRunner().invoke(main, [*words, "--force"]).exit_code == 0
    shown = CliRunner().invoke(main, words[:4])
    assert shown.exit_code == 0
    assert all(figure in shown.output for figure in ("12", "21", "15", "one", "two", "three"))


def test_the_workbook_names_cells_of_cases_in_the_language(plans: list[Result], tmp_path: Path) -> None:
    """As the page does: a French reader has French sheets and columns, and what differs is told whole."""
    _, path = write_comparison(plans[:2], tmp_path, names=NAMES, language="fr")
    sheet = next(s for s in openpyxl.load_workbook(path).worksheets if "t_cells" in s.tables)
    told = {(sheet.cell(row, 1).value, sheet.cell(row, 3).value) for row in range(5, sheet.max_row + 1)}
    columns = {column.label["fr"] for table in tables().values() for column in table.columns.values()}
    assert told
    assert {table for table, _ in told} <= {table.label["fr"] for table in tables().values()}
    assert {column for _, column in told} <= columns


def test_rows_of_a_narrow_page_stand_one_below_another(plans: list[Result]) -> None:
    """No figure of a comparison lies beyond the edge of a narrow page."""
    page = html(Compared(plans[:2], NAMES, "fr"))
    assert page.count('<div class="table stacked') == page.count('<div class="table') > 1


@pytest.mark.parametrize(("language", "unit"), [("en", "quantity (units)"), ("fr", "quantité (unités)")])
def test_works_are_counted_in_their_units_and_not_in_what_they_make(
    plans: list[Result], language: Language, unit: str
) -> None:
    sides = []
    for units in (5.0, 4.0):
        row = plans[0]["decisions"].row(0, named=True) | {"kind": "expansion", "quantity": units}
        decided = pl.DataFrame([row], schema=plans[0]["decisions"].schema)
        sides.append(Result(plans[0].case, {**plans[0].tables, "decisions": decided}, plans[0].manifest))
    (line,) = decision_lines(Compared(sides, NAMES, language))
    assert (line.figure, line.told) == (unit, ("5", "4"))


@pytest.mark.parametrize(
    ("quantities", "told", "change"),
    [
        ((8.37, 4.6), ("8", "5"), "\u22123"),
        ((8.37, 8.2), ("8", "8"), "less than 1"),
        ((0.2, 3.0), ("less than 1", "3"), "+3"),
    ],
)
def test_pieces_are_told_in_whole_ones_and_their_change_as_they_are_told(
    plans: list[Result], quantities: tuple[float, float], told: tuple[str, str], change: str
) -> None:
    sides = []
    for quantity in quantities:
        row = plans[0]["decisions"].filter(kind="order").row(0, named=True) | {"quantity": quantity}
        decided = pl.DataFrame([row], schema=plans[0]["decisions"].schema)
        sides.append(Result(plans[0].case, {**plans[0].tables, "decisions": decided}, plans[0].manifest))
    compared = Compared(sides, NAMES, "en")
    (line,) = decision_lines(compared)
    assert (line.told, line.values) == (told, quantities)
    listed = decisions(compared)
    assert listed is not None and listed.rows[0][-1] == change
