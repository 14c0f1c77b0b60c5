"""Results of every kind are kept whole and come out the same again; those of version 0.1 are moved over or refused in words."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from places import CASES
from rampart.case.tables import Case
from rampart.catalogues import results as catalogue
from rampart.catalogues.results import result_tables, types_of
from rampart.cli.main import main
from rampart.findings import Finding, NoResultError, ResultError
from rampart.results import folder
from rampart.results.first_format import WRITTEN
from rampart.results.folder import read_result
from rampart.results.manifest import findings_in, plain, records_of
from rampart.results.result import Result
from scenario.small_war import small

OLD = Path(__file__).parent / "written_by_0_1"


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """A result of each kind."""
    return {
        "plan": rampart.plan(rampart.read_case(CASES / "tiny"), reasons="all"),
        "war": rampart.war_plan(small(0.2), compare=False),
        "fleet": rampart.sustain(rampart.read_case(CASES / "fleet-tiny"), draws=0, target=1.0),
    }


@pytest.mark.parametrize("kind", ["plan", "war", "fleet"])
def test_a_saved_result_reads_back_equal(results: dict[str, Result], kind: str, tmp_path: Path) -> None:
    made = results[kind]
    assert made.kind == kind
    again = read_result(made.save(tmp_path / "out"))
    assert again == made
    assert again.findings == made.findings
    for name, table in again.tables.items():
        assert dict(table.schema) == types_of(made.kind, name), name


@pytest.mark.parametrize("kind", ["plan", "war", "fleet"])
def test_keys_are_keys(results: dict[str, Result], kind: str) -> None:
    made = results[kind]
    for name, table in result_tables(made.kind).items():
        rows = made[name].select(table.key)
        assert rows.n_unique() == rows.height, name


@pytest.mark.parametrize("kind", ["plan", "war", "fleet"])
def test_codes_are_of_the_case_and_blanks_are_said(results: dict[str, Result], kind: str) -> None:
    made = results[kind]
    for table in result_tables(made.kind).values():
        for column in table.columns.values():
            values = made[table.name][column.name]
            assert column.blank or not values.has_nulls(), (table.name, column.name)
            if len(column.reference) == 1 and column.reference[0] in ("nations", "items", "lines", "fleets", "parts"):
                known = set(made.case[column.reference[0]].to_series(0).to_list())
                assert set(values.drop_nulls().to_list()) <= known, (table.name, column.name)


def test_what_an_answer_for_fleets_found_is_kept(results: dict[str, Result], tmp_path: Path) -> None:
    assert "target-out-of-reach" in {f.code for f in read_result(results["fleet"].save(tmp_path / "out")).findings}


def test_findings_read_back_equal() -> None:
    found = (
        Finding("blank", table="stocks", row=3, column="quantity", details={"n": 2, "of": "x"}),
        Finding("no-priorities"),
    )
    assert findings_in(plain({"findings": records_of(found)})) == found


def test_results_that_differ_are_not_equal(results: dict[str, Result]) -> None:
    made = results["plan"]
    assert Result(made.case, made.tables, {**made.manifest, "seed": 1}) != made
    assert Result(made.case, {**made.tables, "duals": made["duals"].head(1)}, made.manifest) != made
    assert Result(made.case, {**made.tables, "fees": made["orders"]}, made.manifest) != made
    assert (
        Result(Case({**made.case.tables, "stocks": made.case.tables["stocks"].head(1)}), made.tables, made.manifest)
        != made
    )


def test_tables_of_other_catalogues_are_kept(results: dict[str, Result], tmp_path: Path) -> None:
    made = results["plan"]
    more = Result(made.case, {**made.tables, "fees": pl.DataFrame({"line": ["a"], "fee": [1.0]})}, made.manifest)
    assert read_result(more.save(tmp_path / "out")) == more


# -- what version 0.1 wrote --------------------------------------------------------------------------------------


def test_a_plan_of_the_first_version_is_moved_over() -> None:
    old, written = read_result(OLD / "plan"), pl.read_parquet(OLD / "plan" / "stock.parquet")
    assert (old.kind, old.manifest["rampart"]) == ("plan", "0.1.0")
    assert old.case == rampart.read_case(OLD / "plan" / "case")
    assert old["periods"]["month"][0] == date(2025, 1, 1)
    assert old["pegging"].height > 0
    # what moves into and out of each stock, added up, leads from what is there at first to what is there at last
    moved = old["movements"].group_by("holder", "item").agg(pl.col("quantity").sum())
    place, at_first, at_last = ["holder", "item"], pl.col("opening").first(), pl.col("closing").last()
    held = written.sort("period").group_by(place, maintain_order=True).agg(change=at_last - at_first)
    both = held.join(moved, on=place, how="left").with_columns(pl.col("quantity").fill_null(0.0))
    assert both["change"].to_list() == pytest.approx(both["quantity"].to_list(), abs=1e-6)
    assert old["bottlenecks"].is_empty()  # version 0.1 read them off prices, and proved none
    for name, table in old.tables.items():
        assert dict(table.schema) == types_of("plan", name), name
    assert old["stock"]["closing"].to_list() == written["closing"].to_list()
    assert old["stock"]["month"].dt.strftime("%Y-%m").to_list() == written["month"].to_list()


def test_a_table_that_came_later_is_not_asked_of_a_plan_of_the_first_version(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(WRITTEN) == {file.stem for file in (OLD / "plan").glob("*.parquet")}
    later = {**result_tables("plan"), "resources": result_tables("plan")["periods"]}
    for module in (catalogue, folder):
        monkeypatch.setattr(module, "result_tables", lambda kind: later)
    assert read_result(OLD / "plan")["resources"].is_empty()


def test_a_column_that_came_later_is_blank_in_a_plan_saved_before(
    results: dict[str, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that knows no `delay_units` writes the plan; this one reads it and tells it, that column blank."""
    now, table = result_tables("plan"), result_tables("plan")["decisions"]
    fewer = replace(table, columns={name: c for name, c in table.columns.items() if name != "delay_units"})
    plan = results["plan"]
    tables = plan.tables | {"decisions": plan["decisions"].drop("delay_units")}
    with monkeypatch.context() as before:
        before.setattr(catalogue, "result_tables", lambda kind: {**now, "decisions": fewer})
        written = Result(plan.case, tables, plan.manifest).save(tmp_path / "before")
    again = read_result(written)
    assert again["decisions"].columns == list(table.columns)
    assert again["decisions"]["delay_units"].is_null().all()
    ran = CliRunner().invoke(main, ["report", str(written), "-o", str(tmp_path / "told")])
    assert ran.exit_code == 0, ran.output


def test_a_plan_of_the_first_version_is_reported_explained_compared_and_saved_anew(tmp_path: Path) -> None:
    for words in (["report", "-o", str(tmp_path / "r")], ["explain"], ["compare", str(OLD / "plan")]):
        ran = CliRunner().invoke(main, [words[0], str(OLD / "plan"), *words[1:]])
        assert ran.exit_code == 0, ran.output
    old = read_result(OLD / "plan")
    assert read_result(old.save(tmp_path / "new")) == old


@pytest.mark.parametrize(("language", "says"), [("en", "rampart war CASE"), ("fr", "Le refaire")])
def test_a_war_of_the_first_version_is_made_again(language: str, says: str) -> None:
    with pytest.raises(ResultError) as wrong:
        read_result(OLD / "war")
    assert [f.code for f in wrong.value.findings] == ["result-of-first-version"]
    ran = CliRunner().invoke(main, ["explain", str(OLD / "war"), "--lang", language])
    assert ran.exit_code == 1
    assert says in ran.output
    assert "Traceback" not in ran.output


# -- what is damaged ---------------------------------------------------------------------------------------------


def test_what_is_missing_or_damaged_is_said(results: dict[str, Result], tmp_path: Path) -> None:
    with pytest.raises(NoResultError):
        read_result(tmp_path)
    folder = results["plan"].save(tmp_path / "whole")

    def codes(change: str, text: str | None = None) -> list[tuple[str, str]]:
        shutil.rmtree(tmp_path / "odd", ignore_errors=True)
        shutil.copytree(folder, tmp_path / "odd")
        place = tmp_path / "odd" / change
        if text is None:
            place.unlink()
        else:
            place.write_text(text)
        with pytest.raises(ResultError) as wrong:
            read_result(tmp_path / "odd")
        return [(f.code, f.value) for f in wrong.value.findings]

    assert codes("stock.parquet") == [("result-incomplete", "stock.parquet")]
    assert codes("stock.parquet", "no table") == [("result-damaged", "stock.parquet")]
    assert codes("manifest.json", "{") == [("result-damaged", "manifest.json")]
    assert codes("manifest.json", "[]") == [("result-damaged", "manifest.json")]
    assert codes("manifest.json", '{"format": 2, "kind": "letter"}') == [("result-damaged", "manifest.json")]
    assert codes("case/nations.parquet", "no table") == [("result-damaged", "case/nations.parquet")]
    manifest = json.loads((folder / "manifest.json").read_text())
    later = json.dumps(manifest | {"format": 99, "rampart": "9.0"})
    assert codes("manifest.json", later) == [("result-of-later-version", "9.0")]


def test_a_table_that_came_after_a_result_was_saved_is_empty(results: dict[str, Result], tmp_path: Path) -> None:
    """What the program did not know then stands in no list of its files; what stands there and is gone is missing."""
    out = results["plan"].save(tmp_path / "out")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (out / "exchange.parquet").unlink()
    with pytest.raises(ResultError, match=r"exchange\.parquet"):
        read_result(out)
    del manifest["files"]["exchange.parquet"]
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert read_result(out)["exchange"].is_empty()
