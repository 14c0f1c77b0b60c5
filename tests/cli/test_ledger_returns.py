"""The verbs of national returns: a workbook from the ledger, checked and posted through a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.returns.filled_in import editing, fill, in_this_process, row
from places import ROOT
from rampart.cli.main import main
from rampart.ledger.returns import figures

CASE = ROOT / "cases" / "tiny"


def rampart(words: str, *more: str, lang: str = "en") -> tuple[int, str]:
    run = CliRunner().invoke(main, ["ledger", *words.split(), *more, "--lang", lang])
    return run.exit_code, run.output


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert rampart("open a.ledger")[0] == 0
    code, text = rampart(f"return template a.ledger {CASE} --nation XAA --month 2025-01 -o r.xlsx")
    assert (code, text) == (0, "Return to fill in: r.xlsx\n")
    return tmp_path


def test_a_return_through_a_process_of_its_own(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(here / "r.xlsx", row("opening stock", 4000, lot="00123"), row("used", 100, lot="00123"))
    code, text = rampart(f"return post a.ledger {CASE} r.xlsx")
    assert code == 0 and text.splitlines()[-1] == "3 document(s) posted"
    monkeypatch.setattr(figures, "layouts_outside", in_this_process)
    assert rampart(f"return post a.ledger {CASE} r.xlsx")[1].splitlines()[-1] == "Nothing was posted."


def test_a_file_that_breaks_its_reader_is_a_finding(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_little_memory(path: Path, names: tuple[str, ...]) -> object:
        from rampart.case.outside import layouts_outside

        return layouts_outside(path, names, memory=50_000_000)

    monkeypatch.setattr(figures, "layouts_outside", with_little_memory)
    code, text = rampart(f"return check a.ledger {CASE} r.xlsx --json")
    assert code == 1 and [f["code"] for f in json.loads(text)["findings"]] == ["reading-ended"]


def test_check_shows_marks_and_posts_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "layouts_outside", in_this_process)
    fill(here / "r.xlsx", row("opening stock", 4000), row("used", 9000), row("issued"))
    code, text = rampart(f"return check a.ledger {CASE} r.xlsx --annotate m.xlsx", lang="fr")
    assert code == 1
    assert "consommé" in text and "non rapporté" in text and "Copie annotée : m.xlsx" in text.replace("\u00a0", " ")
    assert rampart(f"return post a.ledger {CASE} r.xlsx")[1].splitlines()[-1] == "Nothing was posted."
    with editing(here / "m.xlsx") as book:
        book[book.sheetnames[-1]]["C3"] = 90
    said = json.loads(rampart(f"return check a.ledger {CASE} m.xlsx --json")[1])
    assert [(r["kind"], r["reported"]) for r in said["compared"]] == [("issue", None), ("opening", 4000), ("use", 90)]
    assert len(said["documents"]) == 3 and said["differences"] == []
    assert rampart(f"return post a.ledger {CASE} m.xlsx")[0] == 0
    rampart(f"return template a.ledger {CASE} --nation XAA --month 2025-01 -o s.xlsx")
    fill(here / "s.xlsx", row("opening stock", 4000), row("used", 80))
    code, text = rampart(f"return post a.ledger {CASE} s.xlsx")
    assert code == 0 and "What this revision changes:" in text
    assert "used" in text and text.splitlines()[-1] == "3 document(s) posted"


def test_csv_files_and_a_month_that_is_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "layouts_outside", in_this_process)
    assert rampart(f"return template a.ledger {CASE} --nation XAA --month soon -o x.xlsx")[0] == 2
    folder = here / "csv"
    folder.mkdir()
    (folder / "return_head.csv").write_text("nation;month;author;source\nXAA;2025-01;clerk;list\n", encoding="utf-8")
    (folder / "chiffres.csv").write_text(
        "nature;article;quantité;lot\nstock d'ouverture;round;4000;1E5\nstock en fin de mois;round;4000;1E5\n",
        encoding="utf-8-sig",
    )
    assert rampart(f"return post a.ledger {CASE} csv")[0] == 0
    (row,) = json.loads(rampart("balance a.ledger --json")[1])
    assert (row["lot"], row["quantity"]) == ("1E5", 4000)
    (folder / "chiffres.csv").unlink()
    assert rampart(f"return check a.ledger {CASE} csv")[0] == 1


def test_a_plan_stands_beside_the_return(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "layouts_outside", in_this_process)
    monkeypatch.setattr("rampart.cli.ledger_returns.open_result", lambda path, lang: path)
    monkeypatch.setattr(
        "rampart.ledger.actual.planned.of_nation", lambda plan, nation, month: {("use", "round"): 101.4}
    )
    fill(here / "r.xlsx", row("opening stock", 4000), row("used", 90))
    (_, used) = json.loads(rampart(f"return check a.ledger {CASE} r.xlsx --plan plan --json")[1])["compared"]
    assert used["planned"] == 101.4
