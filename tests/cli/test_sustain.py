"""The command: page, workbook, JSON, both languages, a list of parts in the words of the standards."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import load_workbook

import rampart
from places import CASES
from rampart.catalogues.results import result_tables
from rampart.cli.main import main
from sources.small_parts_list import LIST, write

CASE = CASES / "fleet-tiny"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["sustain", *arguments], prog_name="rampart")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    code, _ = run(str(CASE), "-o", str(out), "--target", "0.9", "--draws", "3", "--lang", "en")
    assert code == 0
    assert CliRunner().invoke(main, ["report", str(out), "--lang", "fr"]).exit_code == 0
    return out / "report"


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
@pytest.mark.docs
def test_the_page_stands_alone_and_its_points_can_be_chosen(folder: Path, lang: str) -> None:
    text = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
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
    book = load_workbook(folder / f"report.{lang}.xlsx")
    made = rampart.read_result(folder.parent)
    filled = [name for name in result_tables("fleet") if not made[name].is_empty()]
    # and the first, which says what is where, and the charts; what is empty is left out
    assert len(book.sheet_names) == 2 + len(filled)
    rows = book.get_sheet_by_name(result_tables("fleet")["availability"].label[lang].capitalize()).to_python()
    assert result_tables("fleet")["availability"].columns["held"].label[lang] in rows[3][3]
    numbers = [row[3] for row in rows[4:] if row[0]]
    assert len(numbers) == 24
    assert all(isinstance(n, float | int) for n in numbers)


def test_json_has_every_table_and_the_same_figures(tmp_path: Path) -> None:
    code, text = run(
        str(CASE), "--json", "--no-report", "--draws", "0", "--month", "2025-09", "-o", str(tmp_path / "out")
    )
    told = json.loads(text)
    assert code == 0
    assert set(result_tables("fleet")) <= set(told)
    assert told["month"] == "2025-09"
    assert told["report"] == []
    row = next(r for r in told["availability"] if r["fleet"] == "partner-fleet" and r["month"] == "2025-09")
    assert row["ao"] == pytest.approx(row["available"] / row["held"])
    assert row["low"] is None  # no draws, no band: unknown, not zero


def test_a_list_of_parts_is_used(tmp_path: Path) -> None:
    parts = write(tmp_path / "parts.csv", LIST)
    code, text = run(str(CASE), "--parts", str(parts), "--no-report", "--draws", "0", "-o", str(tmp_path / "out"))
    assert code == 0
    assert "Axle" in text


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


def test_a_fleet_case_saves_back_equal(tmp_path: Path) -> None:
    from rampart.case.doors import read_case

    case = read_case(CASE)
    for kind in ("csv", "parquet"):
        assert read_case(case.save(tmp_path / kind, format=kind)) == case
    assert read_case(case.save(tmp_path / "case.xlsx")) == case
    copied = tmp_path / "copy"
    shutil.copytree(CASE, copied)
    assert read_case(copied).hash() == case.hash()
