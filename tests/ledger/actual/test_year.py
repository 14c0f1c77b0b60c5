"""A year replayed: where all went as planned either policy delivers what arrived; where less was sent the plan's would not."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from ledger.actual.went_as_planned import doc, month_of, opening, tiny
from places import CASES
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.language.in_words import InWords
from rampart.ledger.actual.year import replay
from rampart.ledger.documents import Document
from rampart.ledger.handed_in import read_documents
from rampart.ledger.ledger import open_ledger
from rampart.plan.planning import plan
from rampart.report.chapters.year import year
from rampart.results.result import Result

MONTHS = ("2025-01", "2025-02", "2025-03")


def make(case: Case) -> Result:
    return plan(case, reasons="none", give_or_keep=False)


@pytest.fixture(scope="module")
def first() -> Result:
    return make(tiny())


@pytest.fixture(scope="module")
def as_planned(first: Result, tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    """What is reported of three months in which all went as planned; what reaches the partner is fired."""
    with open_ledger(tmp_path_factory.mktemp("year") / "a", create=True) as ledger:
        ledger.post(*opening(first.case))
        for month in MONTHS:
            ledger.post(*month_of(ledger, first, month))
        return [d.document for d in ledger.documents() if d.kind != "outcome"]


def rows(of: Result, table: str) -> dict[tuple[Any, ...], tuple[float, ...]]:
    keys = ("month", "recipient", "item") if table == "year" else ("look", "month", "recipient", "item")
    frame = of[table]
    values = [c for c in frame.columns if c not in keys]
    return {tuple(str(r[k])[:7] for k in keys): tuple(r[v] for v in values) for r in frame.iter_rows(named=True)}


def test_where_all_went_as_planned_policies_and_truth_agree(
    first: Result, as_planned: list[Document], tmp_path: Path
) -> None:
    of = replay(first.case, as_planned, ("2025-03",), make=make, folder=tmp_path)
    told = rows(of, "year")
    assert told and all(len({round(q) for q in three}) == 1 for three in told.values()), told
    assert sum(three[0] for three in told.values()) > 0
    said = rows(of, "year_plans")
    for (_, month, nation, item), (quantity,) in said.items():
        assert quantity == pytest.approx(told[month, nation, item][0], abs=1)
    for name in ("happened", "held", "renewed"):
        with open_ledger(tmp_path / f"{name}.ledger") as ledger:
            assert ledger.verify() == []


def test_what_was_not_sent_would_have_been(first: Result, as_planned: list[Document], tmp_path: Path) -> None:
    """In truth nothing is sent; on the same receipts the plan of the start sends what it says."""
    start = f"{first.case.settings['start']}-01"
    known = {(d.nation, d.key) for d in as_planned if d.kind == "dispatch" and d.day < start}

    def told(d: Document) -> bool:
        if d.kind == "receipt":
            return (d.sender, d.of) in known
        return not (d.kind == "dispatch" and d.day >= start) and not (d.kind == "use" and d.nation == "XUU")

    kept = [d for d in as_planned if told(d)]
    (tmp_path / "b").mkdir()
    of = rows(replay(first.case, kept, (), make=lambda _: first, folder=tmp_path, until=MONTHS[-1]), "year")
    whole = rows(replay(first.case, as_planned, (), make=lambda _: first, folder=tmp_path / "b"), "year")
    for place, (happened, held, renewed) in of.items():
        assert held == renewed == whole[place][1]
        assert happened == 0 or place[0] == MONTHS[0], place


def test_nothing_below_the_floor_is_sent(first: Result, as_planned: list[Document], tmp_path: Path) -> None:
    """A fire at a donor: what lies above its floor is sent, and no more."""
    burnt = doc("XBB", "fire", "demilitarisation", f"{MONTHS[0]}-01", "round", 9000)
    reported = [d for d in as_planned if d.nation != "XBB" or d.kind != "dispatch" or d.day < MONTHS[0]]
    reported = [d for d in reported if d.nation != "XUU" or d.kind != "use"]  # fired is what arrives
    known = {(d.nation, d.key) for d in reported if d.kind == "dispatch"}
    reported = [d for d in reported if d.kind != "receipt" or (d.sender, d.of) in known]
    replay(first.case, [*reported, burnt], (), make=lambda _: first, folder=tmp_path, until=MONTHS[-1])
    floors = {(r["holder"], r["item"]): r["floor"] or 0.0 for r in first["stock"].iter_rows(named=True)}
    with open_ledger(tmp_path / "held.ledger") as ledger:
        for b in ledger.balances(on=f"{MONTHS[-1]}-31"):
            if b.account.kind == "stock" and b.nation == "XBB" and b.account.item == "round":
                assert b.quantity >= floors["XBB", "round"] - 1
        sent = sum(
            d.document.lines[0].quantity for d in ledger.documents() if d.kind == "dispatch" and d.nation == "XBB"
        )
    planned = (
        first["transfers"].filter(pl.col("origin") == "XBB", pl.col("month") <= date(2025, 3, 1))["quantity"].sum()
    )
    assert sent < planned - 1


def test_of_what_nothing_is_reported_nothing_is_told(first: Result, as_planned: list[Document], tmp_path: Path) -> None:
    """An item that no document names is not known to have stayed away: it has no row, in place of rows of 0."""
    kept = [d for d in as_planned if all(line.item != "round" for line in d.lines)]
    assert kept and len(kept) < len(as_planned)
    of = replay(first.case, kept, (), make=lambda _: first, folder=tmp_path, until=MONTHS[-1])
    assert of["year"].is_empty() and of["year_plans"].is_empty()


def test_the_chapter_and_the_verb(first: Result, as_planned: list[Document], tmp_path: Path) -> None:
    file = tmp_path / "year.json"
    file.write_text(json.dumps([d.as_dict() for d in as_planned]), encoding="utf-8")
    case = first.case.save(tmp_path / "case")
    words = ["ledger", "year", str(case), str(file), "-o", str(tmp_path / "out"), "--no-report", "--look", MONTHS[-1]]
    run = CliRunner().invoke(main, [*words, "--lang", "fr"])
    assert "Reçu en réalité" in run.output and "coups" in run.output, run.output
    run = CliRunner().invoke(main, [*words, "--json", "--force"])
    assert run.exit_code == 0, run.output
    assert len(json.loads(run.output)["year"]) == first.case["nations"].filter(role="recipient").height * len(MONTHS)
    from rampart.results.folder import read_result

    made = read_result(tmp_path / "out")
    for language, quarter in (("en", "2025 Q1"), ("fr", "T1 2025")):
        chapter = year(InWords(made, language))  # type: ignore[arg-type]
        assert chapter is not None
        delivered, plans = chapter.listings
        assert delivered.rows[0][1] == quarter and len(set(delivered.rows[0][2:])) == 1
        assert len(chapter.says) == 1 + len({row[0] for row in delivered.rows}), "units of two items are not added up"
        assert len(plans.heads) == 2 + 2
    assert year(InWords(replace(made, tables={**made.tables, "year": made["year"].clear()}), "en")) is None
    assert CliRunner().invoke(main, [*words[:-1], "March"]).exit_code == 2


def test_a_year_of_a_case_with_fleets_is_refused_before_it_is_planned(tmp_path: Path) -> None:
    """And changes of the case are those of the options: one that it does not have is told."""
    file = tmp_path / "year.json"
    file.write_text(json.dumps([doc("XAA", "a", "opening", "2024-12-31", "shell", 1).as_dict()]), encoding="utf-8")
    words = ["ledger", "year", str(CASES / "deliver-or-repair"), str(file), "-o", str(tmp_path / "out")]
    run = CliRunner().invoke(main, words)
    assert run.exit_code == 1 and "cannot be carried on" in run.output, run.output
    run = CliRunner().invoke(main, [*words, "--with", "no-such-change"])
    assert run.exit_code == 1 and "no-such-change" in run.output and "carried on" not in run.output, run.output


def test_the_returns_of_2023_are_what_the_figures_give() -> None:
    """Written anew they are the same; every public figure is the sum of its documents, and the year is what was said."""
    import importlib.util

    here = CASES / "alliance-2023" / "evidence"
    spec = importlib.util.spec_from_file_location("year", here / "year.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with (here / "returns-2023.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    made = [{c: str(d.get(c, "")) for c in module.COLUMNS} for d in sorted(module.documents(), key=lambda d: d["day"])]
    assert written == made
    documents = read_documents(here / "returns-2023.csv")
    with (here / "year-2023.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            of = [d for d in documents if d.nation == r["nation"] and d.kind == r["kind"] and d.source == r["source"]]
            within = [d for d in of if r["from"] <= d.day[:7] <= r["until"]]
            assert sum(d.lines[0].quantity for d in within) == int(r["quantity"]), r
    assert arrived(documents) == 1_600_000
    published = [d for d in documents if d.grade == "published" and d.kind != "opening"]
    assert [(d.day[:7], d.lines[0].quantity) for d in published] == [("2023-08", 24_000)]


def arrived(documents: Sequence[Document]) -> int:
    return sum(d.lines[0].quantity for d in documents if d.kind == "receipt")


def test_every_figure_names_who_said_it() -> None:
    with (CASES / "alliance-2023" / "evidence" / "year-2023.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            assert r["source"] and r["title"] and r["note"] and r["grade"] in ("published", "derived", "assumed"), r
