"""The command: page, workbook, JSON, both languages, a list of parts in the words of the standards."""

from __future__ import annotations

import csv
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import load_workbook

from rampart.catalogues.fleet_results import catalogue
from rampart.cli.main import main
from rampart.findings import CaseError
from rampart.sources.parts_list import import_parts

CASE = Path(__file__).parents[2] / "cases" / "fleet-tiny"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["sustain", *arguments], prog_name="rampart")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    for lang in ("en", "fr"):
        code, _ = run(str(CASE), "-o", str(out), "--target", "0.9", "--draws", "3", "--lang", lang)
        assert code == 0
    return out


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if name in ("href", "xlink:href", "src") and value:
                self.links.append(value)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_stands_alone_and_its_points_can_be_chosen(folder: Path, lang: str) -> None:
    text = (folder / f"sustain.{lang}.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert "script" not in page.tags
    assert page.tags.count("svg") >= 4
    assert not [link for link in page.links if not link.startswith("#")]
    targets = {link.removeprefix("#") for link in page.links}
    assert targets <= page.ids
    points = {i for i in page.ids if i.startswith("point-")}
    assert len(points) >= 5
    assert points <= targets
    assert "nan" not in re.sub(r"<[^>]+>", " ", text).split()
    assert ("Boîte de vitesses" in text) == (lang == "fr")
    assert ("DTO" in text) and ("Ao" in text)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_workbook_holds_every_table(folder: Path, lang: str) -> None:
    book = load_workbook(folder / f"sustain.{lang}.xlsx")
    assert len(book.sheet_names) == len(catalogue())
    rows = book.get_sheet_by_index(0).to_python()
    assert catalogue()["availability"]["held"][f"label_{lang}"] in rows[3][3]
    numbers = [row[3] for row in rows[4:] if row[0]]
    assert len(numbers) == 24
    assert all(isinstance(n, float | int) for n in numbers)


def test_json_has_every_table_and_the_same_figures(tmp_path: Path) -> None:
    code, text = run(str(CASE), "--json", "--no-report", "--draws", "0", "--month", "2025-09")
    told = json.loads(text)
    assert code == 0
    assert set(catalogue()) <= set(told)
    assert told["month"] == "2025-09"
    assert told["report"] == []
    row = next(r for r in told["availability"] if r["fleet"] == "partner-fleet" and r["month"] == "2025-09")
    assert row["ao"] == pytest.approx(row["available"] / row["held"])
    assert row["low"] is None  # no draws, no band: unknown, not zero


def test_unknown_months_and_cases_without_fleets_are_answered(tmp_path: Path) -> None:
    code, text = run(str(CASE), "--month", "2040-01", "--no-report")
    assert code == 2
    assert "2040-01" in text
    code, text = run(str(CASE.parent / "tiny"), "--no-report", "--lang", "fr")
    assert code == 1
    assert "aucun parc" in text


def test_fleets_alone_are_not_planned(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["plan", str(CASE), "-o", str(tmp_path / "plan")])
    assert result.exit_code == 1
    assert "No objective is given" in result.output


LIST = [
    ["Part Identifier", "partName", "nextHigherAssembly", "quantityPerNextHigherAssembly", "MTBUR", "Unit price",
     "procurementLeadTime", "maintenance location", "NRTS", "condemnationRate", "TAT", "stockQuantity",
     "replacementRateInParentRepair"],
    ["axle", "Axle", "vehicle", "2", "7000", "30000", "60", "depot", "0", "0.1", "12", "3", ""],
    ["axle", "Axle", "vehicle", "2", "7000", "30000", "60", "partner", "0.6", "0", "5", "1", ""],
    ["bearing", "Bearing", "axle", "", "", "900", "30", "depot", "0.2", "0.8", "4", "2", "0.7"],
]  # fmt: skip


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_list_in_the_words_of_the_standards(tmp_path: Path) -> None:
    case = import_parts(CASE, write(tmp_path / "parts.csv", LIST))
    assert case.tables["parts"]["part"].to_list() == ["axle", "bearing"]
    repairs = {(r["part"], r["site"]): r for r in case.tables["repairs"].iter_rows(named=True)}
    assert repairs["axle", "depot"]["repaired"] == pytest.approx(0.9)
    assert repairs["axle", "partner"]["repaired"] == pytest.approx(0.4)
    assert case.tables["breakdown"].filter(part="bearing")["share"].to_list() == [0.7]
    assert case.tables["part_stocks"]["quantity"].sum() == 6
    code, text = run(str(CASE), "--parts", str(tmp_path / "parts.csv"), "--no-report", "--draws", "0")
    assert code == 0
    assert "Axle" in text


def test_a_bad_list_is_answered_all_at_once(tmp_path: Path) -> None:
    bad = [row[:] for row in LIST]
    bad[0][2], bad[0][1] = "parent of it", "partNames"
    bad[1][4] = "often"
    with pytest.raises(CaseError) as raised:
        import_parts(CASE, write(tmp_path / "parts.csv", bad))
    codes = [f.code for f in raised.value.findings]
    assert codes.count("import-column") == 1
    assert codes.count("import-number") == 1
    assert codes.count("unknown-column") == 2
    for finding in raised.value.findings:
        assert finding.file == "parts.csv"
        assert "{" not in finding.sentence("fr")


@pytest.mark.parametrize(
    ("row", "column", "cell", "code"),
    [
        (1, 3, "2.5", "import-number"), (1, 11, "3.7", "import-number"), (1, 4, "nan", "import-number"),
        (1, 3, "inf", "import-number"), (1, 8, "1.5", "import-shares"), (1, 9, "60", "import-shares"),
        (2, 4, "500", "import-contradiction"), (2, 5, "99", "import-contradiction"),
    ],
)  # fmt: skip
def test_a_list_is_not_rounded_cut_or_half_believed(
    tmp_path: Path, row: int, column: int, cell: str, code: str
) -> None:
    bad = [line[:] for line in LIST]
    bad[row][column] = cell
    with pytest.raises(CaseError) as raised:
        import_parts(CASE, write(tmp_path / "parts.csv", bad))
    assert [(f.code, f.row) for f in raised.value.findings] == [(code, row + 1)]
    for language in ("en", "fr"):
        assert "{" not in raised.value.findings[0].sentence(language)


def test_what_one_row_leaves_blank_another_tells(tmp_path: Path) -> None:
    rows = [line[:] for line in LIST]
    rows[1][5], rows[2][4] = "", ""  # the price stands in the second row of the axle alone, its life in the first
    case = import_parts(CASE, write(tmp_path / "parts.csv", rows))
    assert case.tables["parts"]["price"].to_list() == [30000.0, 900.0]
    assert case.tables["breakdown"]["life"].to_list() == [7000.0, None]


def test_a_french_list_has_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    plain = import_parts(CASE, write(tmp_path / "parts.csv", LIST))
    text = "\n".join(";".join(cell.replace(".", ",") for cell in row) for row in LIST)
    (tmp_path / "french.csv").write_text(text, encoding="utf-8")
    assert import_parts(CASE, tmp_path / "french.csv") == plain


@pytest.mark.parametrize(
    ("content", "code"), [(None, "no-such-list"), (b"", "import-column"), (b"\xc9ssieu", "not-utf8")]
)
def test_a_list_that_cannot_be_read_is_a_finding(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CaseError) as raised:
        import_parts(CASE, path)
    assert raised.value.findings[0].code == code
    with pytest.raises(CaseError):
        import_parts(CASE, write(tmp_path / "head.csv", LIST[:1]))  # a header and nothing below it


def test_a_fleet_case_saves_back_equal(tmp_path: Path) -> None:
    from rampart.case.doors import read_case

    case = read_case(CASE)
    for kind in ("csv", "parquet"):
        assert read_case(case.save(tmp_path / kind, format=kind)) == case
    assert read_case(case.save(tmp_path / "case.xlsx")) == case
    copied = tmp_path / "copy"
    shutil.copytree(CASE, copied)
    assert read_case(copied).hash() == case.hash()
