"""``rampart case extract``: what it prints, in both languages, what it writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

import rampart
from places import CASES
from rampart.cli.main import main

TINY = CASES / "tiny"


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["case", "extract", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result


def test_a_case_is_written_and_what_was_cut_is_said(tmp_path: Path) -> None:
    out = tmp_path / "alpha"
    shown = run(TINY, "--nation", "XAA", "-o", out, "--lang", "en").output
    assert "• Cut from stocks, 1: It is about XBB, which is not planned here." in shown
    assert "• Changed in routes, 1: It becomes an offer of XBB in market: XBB-XAA-powder." in shown
    assert shown.endswith(f"Case: {out}\n")
    assert rampart.read_case(out) == rampart.extract(rampart.read_case(TINY), ["XAA"]).case
    assert (out / "#cut-off.csv").read_text(encoding="utf-8").startswith("table,change,row,code,why_en,why_fr\n")
    french = run(TINY, "--nation", "XAA", "-o", tmp_path / "fr.xlsx", "--lang", "fr").output.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "• Retiré de « stocks », 1 : Cela concerne XBB, qui n’est pas planifié ici." in french.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert rampart.read_case(tmp_path / "fr.xlsx") == rampart.read_case(out)


@pytest.mark.docs
def test_as_in_a_plan(tmp_path: Path) -> None:
    case = rampart.read_case(TINY, overrides=["offensive"])
    plan = rampart.plan(case)
    plan.save(tmp_path / "plan")
    words = (TINY, "--with", "offensive", "--nation", "XAA", "--nation", "XBB", "--as-in", tmp_path / "plan")
    said = json.loads(run(*words, "-o", tmp_path / "both", "--json").output)
    assert said["case"] == str(tmp_path / "both")
    # nobody is left out
    assert {row["table"] for row in said["changes"] if row["change"] != "changed"} == {"taken", "sources"}
    both = rampart.plan(rampart.read_case(tmp_path / "both"))
    assert both["passes"]["value"].to_list()[:-1] == pytest.approx(plan["passes"]["value"].to_list()[:-1], abs=1e-6)
    wrong = run(TINY, "--nation", "XAA", "--as-in", tmp_path / "plan", "-o", tmp_path / "x", "--lang", "en", code=1)
    assert "This plan was made for another case" in wrong.stderr


def test_a_plan_at_a_confidence(tmp_path: Path) -> None:
    """What is kept has the dates of the plan: what is ordered of the line takes two months longer than the four stated."""
    case = rampart.read_case(TINY)
    slips = pl.DataFrame(
        [
            {"line": "round_line", "state": "new", "ahead": 0.0, "chance": chance, "delay": 2.0}
            for chance in (10.0, 90.0)
        ]
    )
    slips = pl.concat([case.tables["slips"], slips], how="diagonal")
    rampart.Case({**case.tables, "slips": slips}).save(tmp_path / "case")
    later = rampart.at_confidence(rampart.read_case(tmp_path / "case"), 50)
    rampart.plan(later).save(tmp_path / "plan")
    run(tmp_path / "case", "--nation", "XAA", "--as-in", tmp_path / "plan", "-o", tmp_path / "alpha")
    alone = rampart.read_case(tmp_path / "alpha")
    assert alone["lines"].filter(line="round_line")["lead_time"].to_list() == [6.0]
    assert alone.settings["confidence"] == "50"
    wrong = run(tmp_path / "case", "--nation", "XAA", "--as-in", tmp_path / "plan", "--with", "offensive", "-o",
                tmp_path / "x", "--lang", "en", code=1)  # fmt: skip
    assert "made for another case" in wrong.stderr


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    assert (
        "is not a nation of this case"
        in run(TINY, "--nation", "XCC", "-o", tmp_path / "x", "--lang", "en", code=1).stderr
    )
    run(TINY, "-o", tmp_path / "x", code=2)
    run(TINY, "--nation", "XAA", "-o", TINY, "--force", code=2)
    run(TINY, "--nation", "XAA", "--as-in", tmp_path / "none", "-o", tmp_path / "x", code=2)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    run(TINY, "--nation", "XAA", "-o", tmp_path / "there", code=2)
    assert not (tmp_path / "x").exists()
