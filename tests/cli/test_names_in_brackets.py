"""Names with brackets and colons stand on the console as they are: no style, no picture, nothing swallowed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from places import CASES
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.report.console.sources import print_table
from scenario.small_war import small

ODD = ("[x]", "[/red]", "[bold]", ":ship:", "[red]a[/]", "[link=x]", "\\[y]", "[@click]")


def said(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words], prog_name="rampart")
    assert result.exit_code in (0, 3), (result.output, result.exception)
    return str(result.output)


def renamed(case: Case, **tables: str) -> tuple[Case, dict[str, str]]:
    """The case with an odd name for all that these tables name, and the names by code."""
    frames, given = dict(case.tables), {}
    for table, code in tables.items():
        codes = frames[table][code].to_list()
        names = [ODD[(len(given) + n) % len(ODD)] for n in range(len(codes))]
        given |= dict(zip(codes, names, strict=True))
        named = [pl.Series(column, names, dtype=pl.String) for column in ("name_en", "name_fr")]
        frames[table] = frames[table].with_columns(named)
    return Case(frames), given


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, str]]:
    folder = tmp_path_factory.mktemp("odd")
    case, names = renamed(read_case(CASES / "tiny"), nations="nation", items="item")
    case.save(folder / "case")
    return folder, said("plan", folder / "case", "-o", folder / "plan", "--no-report"), names


def test_plan(plan: tuple[Path, str, dict[str, str]]) -> None:
    _, text, names = plan
    for code in ("XAA", "XBB", "XUU", "round"):
        assert names[code] in text


def test_explain(plan: tuple[Path, str, dict[str, str]]) -> None:
    folder, _, names = plan
    text = said("explain", folder / "plan")
    for code in ("XAA", "XUU", "round"):
        assert names[code] in text


def test_compare(plan: tuple[Path, str, dict[str, str]]) -> None:
    folder, _, names = plan
    text = said("compare", folder / "plan", folder / "case", "--with", "offensive")
    for code in ("XUU", "round"):
        assert names[code] in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_war(tmp_path: Path, language: str) -> None:
    case, names = renamed(small(0.2), nations="nation", items="item")
    case.save(tmp_path / "case")
    text = said("war", tmp_path / "case", "--no-compare", "--lang", language)
    for code in ("AAA", "shell"):
        assert names[code] in text, code


def test_sustain(tmp_path: Path) -> None:
    case, names = renamed(read_case(CASES / "fleet-tiny"), nations="nation", fleets="fleet")
    case.save(tmp_path / "case")
    text = said("sustain", tmp_path / "case", "--draws", "0", "-o", tmp_path / "out", "--no-report")
    for code in case["fleets"]["fleet"]:
        assert names[code] in text, code


def test_tables_of_sources(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(pl.DataFrame({"item": ODD, "[b]head": ODD}), "[i]title", "en", most=len(ODD) - 1)
    text = capsys.readouterr().out
    for name in (*ODD[:-1], "[b]head", "[i]title"):
        assert name in text
