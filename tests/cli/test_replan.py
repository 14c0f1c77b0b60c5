"""The verb that plans on from the ledger: the report begins with what changed, and why."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.actual.went_as_planned import doc, month_of, opening, tiny
from rampart.cli import replan as verb
from rampart.cli.main import main
from rampart.ledger.ledger import open_ledger
from rampart.plan.planning import plan
from rampart.report.pages.plan import html
from rampart.results.folder import read_result


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("replan")
    first = plan(tiny(), reasons="none", give_or_keep=False)
    first.save(place / "first")
    with open_ledger(place / "a.ledger", create=True) as ledger:
        ledger.post(*opening(first.case), *month_of(ledger, first, "2025-01"))
        ledger.post(doc("XBB", "fire", "demilitarisation", "2025-01-20", "round", 9000))
    return place


def rampart(*words: object) -> tuple[int, str]:
    run = CliRunner().invoke(main, ["replan", *map(str, words)])
    return run.exit_code, run.output


def test_the_report_begins_with_what_changed_and_why(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = verb.make_plan
    monkeypatch.setattr(verb, "make_plan", lambda *a, **k: made(*a, **k, reasons="none"))
    code, text = rampart(place / "a.ledger", place / "first", "-o", place / "second", "--no-report", "--lang", "fr")
    assert code == 0, text
    assert "Replanifié à partir de 2025-02" in text.replace("\u00a0", " ").replace("\u202f", " ")
    second = read_result(place / "second")
    assert second.manifest["replanned"]["month"] == "2025-02"
    assert second["news"].select("why", "kind", "difference").row(0) == ("this_month", "demilitarisation", 9000.0)
    assert second["because"].height == second["changes"].height > 0
    assert set(second["because"]["item"].drop_nulls()) == {"round"}
    page = html(second, "fr")
    heads = [re.sub("<[^>]+>", "", head) for head in re.findall(r"<h2[^>]*>(.*?)</h2>", page, re.DOTALL)]
    assert "Ce qui a changé depuis le plan précédent" in heads[0] + heads[1]
    assert "démilitarisé" in page and "9\u202f000" in page


def test_json_and_what_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "make_plan", lambda case, *a, **k: read_result(place / "first"))
    code, text = rampart(place / "a.ledger", place / "first", "-o", place / "third", "--no-report", "--json",
                         "--case", tiny().save(place / "case"), "--known", "2000-01-01")  # fmt: skip
    said = json.loads(text)
    assert code == 0 and {n["why"] for n in said["news"]} == {"not_reported"}
    assert [f["code"] for f in said["findings"]] == ["replan-as-planned"]
    assert rampart(place / "a.ledger", place / "first", "-o", place / "x", "--month", "2031-01")[0] == 1
