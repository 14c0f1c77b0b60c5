"""The verbs of the sources room: what they print, in both languages, and their exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from places import CASES
from rampart.cli.main import main
from sources.public_rates import PLAN, public
from sources.slipping_books import books_with_slips, slips_of
from sources.small_books import book, plain, write

TINY = CASES / "tiny"


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def test_import_of_a_book(tmp_path: Path) -> None:
    path = write(tmp_path, "b.xml", book([plain()]))
    shown = run("import", "jbook", path, "-o", tmp_path / "case", "--tables", tmp_path / "tidy").output
    assert "b.xml" in shown
    assert pl.read_parquet(tmp_path / "tidy" / "orders.parquet").height == 2
    assert run("check", tmp_path / "case").exit_code == 0
    said = json.loads(run("import", "jbook", path, "--json", "--lang", "fr").output)
    assert said["documents"][0]["elements"] > 50
    assert all("row" in finding for finding in said["findings"])
    bad = write(tmp_path, "bad.xml", "<!DOCTYPE x><x/>")
    assert "type de document" in run("import", "jbook", bad, "--lang", "fr", code=1).output


def test_export_and_import_of_a_schedule(tmp_path: Path) -> None:
    file = tmp_path / "p21.xlsx"
    assert "1 row written" in run("export", "p21", TINY, "-o", file, "--lang", "en").output
    run("import", "p21", file, "-o", tmp_path / "case")
    assert (tmp_path / "case" / "orders.csv").exists()
    run("export", "p21", "--template", "-o", tmp_path / "t.xlsx")
    assert "aucune ligne" in run("import", "p21", tmp_path / "t.xlsx", "--lang", "fr", code=1).output
    run("export", "p21", "-o", tmp_path / "t.xlsx", code=2)
    run("export", "p21", TINY, "-o", tmp_path / "t.ods", code=2)
    (tmp_path / "bad.csv").write_text("item\n")
    assert "manque dans p21" in run("import", "p21", tmp_path / "bad.csv", "--lang", "fr", code=1).output


def test_orders_without_a_line_are_counted_not_dropped_in_silence(tmp_path: Path) -> None:
    assert (
        "without a production line" not in run("export", "p21", TINY, "-o", tmp_path / "all.csv", "--lang", "en").output
    )
    shutil.copytree(TINY, tmp_path / "case")
    rows = (tmp_path / "case" / "orders.csv").read_text()
    (tmp_path / "case" / "orders.csv").write_text(rows.replace("round_line", "", 1))
    shown = run("export", "p21", tmp_path / "case", "-o", tmp_path / "some.csv", "--lang", "en").output
    assert "Deliveries on order without a production line: 1." in shown


def test_expected_deliveries(tmp_path: Path) -> None:
    said = json.loads(run("expect", TINY, "--json").output)
    assert said
    assert all(row["low"] <= row["expected"] <= row["high"] for row in said)
    assert "promis" in run("expect", TINY, "--lang", "fr").output


@pytest.mark.docs
def test_backtest_of_books(tmp_path: Path) -> None:

    books_with_slips(tmp_path, slips_of(3, (2013, 2014, 2015)))
    said = json.loads(run("backtest", "jbook", tmp_path, "--json").output)
    assert said["not_forecast"] == [2013]
    row = next(r for r in said["scores"] if r["cut"] == "all")
    assert row["crps"] < row["crps_naive"]
    shown = run("backtest", "jbook", tmp_path, "--leave-out", "-o", tmp_path / "rows.csv", "--lang", "en").output
    assert "losses beside the rivals" in shown
    assert len(pl.read_csv(tmp_path / "rows.csv")) == 120
    facts = json.loads(run("calibrate", "jbook", tmp_path, "--json", "-o", tmp_path / "facts.csv").output)["facts"]
    assert {"fact", "low", "high", "n"} <= set(facts[0])
    assert "Faits" in run("calibrate", "jbook", tmp_path, "--lang", "fr").output


def test_the_books_of_one_year_alone_cannot_be_scored(tmp_path: Path) -> None:
    write(tmp_path, "b.xml", book([plain()]))
    assert "two years or more" in run("backtest", "jbook", tmp_path, "--lang", "en", code=1).output
    assert "deux années au moins" in run("backtest", "jbook", tmp_path, "--lang", "fr", code=1).output


def test_backtest_of_a_ramp(tmp_path: Path) -> None:
    points = [("2022-02", 14400.0, "2023-01"), ("2023-03", 20000.0, "2023-03"), ("2023-08", 24000.0, "2023-08")]
    public(tmp_path, points, PLAN)
    said = json.loads(run("backtest", "ramp", tmp_path, "--json").output)
    assert {row["stage"] for row in said["stages"]} == {"bodies", "charges", "loading"}
    assert [row["n"] for row in said["summary"]] == [3]
    assert "Couverture".lower() in run("backtest", "ramp", tmp_path, "--lang", "fr").output.lower()
    run("backtest", "ramp", tmp_path, "--name", "no_such", code=2)
    run("backtest", "ramp", tmp_path, "--since", "soon", code=2)
    run("backtest", "ramp", tmp_path, "--since", "2030-01", code=1)


@pytest.mark.parametrize(
    "words", [["import", "jbook"], ["backtest", "jbook"], ["calibrate", "jbook"], ["import", "trackers"]]
)
def test_a_missing_path_is_an_error(words: list[str], tmp_path: Path) -> None:
    run(*words, tmp_path / "nowhere", code=0 if words[-1] == "trackers" and words[0] != "import" else 1)


def test_what_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    path = write(tmp_path, "b.xml", book([plain()]))
    run("import", "jbook", path, "-o", tmp_path / "case")
    nowhere = tmp_path / "no" / "x.csv"
    assert "b.xml" in run("import", "jbook", path, "--tables", path, code=2).output
    run("import", "jbook", path, "-o", path, code=2)
    assert "read: 2016" in run("import", "jbook", path, "-o", tmp_path / "old", "--year", 1990, code=2).output
    run("calibrate", "jbook", path, "-o", nowhere, code=2)
    run("backtest", "jbook", path, "-o", nowhere, code=2)
    run("backtest", "ramp", tmp_path, "-o", nowhere, code=2)
    run("expect", tmp_path / "case", "-o", nowhere, code=2)
    assert "without a case" in run("expect", tmp_path / "case", "--late-case", tmp_path, code=2).output
    run("export", "p21", TINY, "-o", path / "x.csv", code=2)


@pytest.mark.parametrize(
    "words", [["--start", "2024"], ["--end", "2024-13"], ["--start", "2025-01", "--end", "2024-12"]]
)
def test_months_of_an_imported_case_are_months(words: list[str], tmp_path: Path) -> None:
    run("import", "trackers", tmp_path, *words, "-o", tmp_path / "case", code=2)
    assert not (tmp_path / "case").exists()
