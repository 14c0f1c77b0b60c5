"""The verb that lays what happened beside the plan, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.actual.test_against_plan import made_up
from ledger.actual.went_as_planned import doc
from rampart.cli import ledger_actual
from rampart.cli.main import main
from rampart.ledger.documents import Document
from rampart.ledger.ledger import open_ledger


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ledger_actual, "open_result", lambda path, lang: made_up())
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        ledger.post(doc("XAA", "p", "production", "2025-01-20", "round", 450),
                    Document("XAA", "1", "decision taken", "2025-01-31", "m", "minutes", of="a"))  # fmt: skip
    return tmp_path


def rampart(words: str) -> tuple[int, str]:
    run = CliRunner().invoke(main, ["ledger", "actual", *words.split()])
    return run.exit_code, run.output


def test_tables_for_a_reader(here: Path) -> None:
    code, text = rampart("a.ledger plan --lang fr")
    assert code == 0
    assert "jusqu’en 2025-01" in text and "produit" in text and "prise" in text and "600" in text and "450" in text
    assert rampart("a.ledger plan --through soon")[0] == 2


def test_json_keeps_what_is_not_known_apart(here: Path) -> None:
    said = json.loads(rampart("a.ledger plan --through 2025-02 --json")[1])
    assert [(r["month"], r["actual"]) for r in said["lines"]] == [("2025-01", 450), ("2025-02", None)]
    assert said["schedule"] == [{"line": "round_line", "months": 1, "earned": 0.75, "late": 0.25}]
    assert [(d["code"], d["status"]) for d in said["decisions"]][:2] == [("a", "taken"), ("b", "overdue")]
    assert all(e["middle"] is None for e in said["estimates"])
