"""The comparison of old answers with new ones finds what changed and nothing else. The answers here are made by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from benchmarks.same_tables import Job, NoAnswer, asked, chosen_jobs, compare_answers, jobs, kept, rules_of, tables_in
from benchmarks.table_differences import Difference, Found, Rules, compare_json, compare_tables

ROOT = Path(__file__).parents[1]
STOCK = pl.DataFrame({
    "holder": ["AAA", "AAA", "BBB", "BBB"],
    "month": ["2023-01", "2023-02", "2023-01", "2023-02"],
    "period": [0, 1, 0, 1],
    "closing": [10.0, 12.5, None, 4e6],
    "floor": [1.0, math.inf, 2.0, 3.0],
})  # fmt: skip


def told(old: pl.DataFrame, new: pl.DataFrame, **rules: Any) -> list[Difference]:
    return compare_tables("stock", old, new, rules=Rules(**rules)).differences


def changed(column: str, row: int, value: Any) -> pl.DataFrame:
    values = STOCK[column].to_list()
    values[row] = value
    return STOCK.with_columns(pl.Series(column, values, dtype=STOCK[column].dtype))


def test_equal_tables_do_not_differ_and_are_counted() -> None:
    found = compare_tables("stock", STOCK, STOCK.clone())
    assert found == Found(tables=1, rows=4, cells=20)


@pytest.mark.parametrize(
    ("column", "row", "value", "absolute", "relative"),
    [
        ("closing", 1, 12.6, 0.1, 0.1 / 12.5),
        ("closing", 0, 10 - 1.1e-8, 1.1e-8, 1.1e-9),
        ("closing", 2, 0.0, math.inf, math.inf),  # unknown is not zero
        ("closing", 1, None, math.inf, math.inf),
        ("floor", 1, 3.0, math.inf, math.inf),  # unlimited is not three
        ("floor", 1, -math.inf, math.inf, math.inf),
        ("floor", 0, math.inf, math.inf, math.inf),
        ("period", 1, 2, 1.0, 1.0),
    ],
)
def test_a_changed_number_is_found(column: str, row: int, value: Any, absolute: float, relative: float) -> None:
    (found,) = told(STOCK, changed(column, row, value))
    assert (found.place, found.column, found.rows) == ("stock", column, 1)
    assert found.absolute == pytest.approx(absolute)
    assert found.relative == pytest.approx(relative)
    assert STOCK["holder"][row] in found.example
    assert " -> " in found.example


def test_the_largest_of_several_is_told() -> None:
    new = STOCK.with_columns(closing=pl.Series([10.5, 12.5, None, 4e6 + 2]))
    (found,) = told(STOCK, new)
    assert (found.rows, found.absolute, found.relative) == (2, 2.0, pytest.approx(0.05))


@pytest.mark.parametrize(("row", "value"), [(0, 10 + 9e-9), (3, 4e6 + 3.9e-3)])
def test_within_the_tolerance_numbers_agree(row: int, value: float) -> None:
    assert not told(STOCK, changed("closing", row, value))
    assert told(STOCK, changed("closing", row, value), tolerance=1e-10)


def test_a_small_number_is_held_to_an_absolute_tolerance() -> None:
    old, new = pl.DataFrame({"x": [1e-12, 0.0]}), pl.DataFrame({"x": [-1e-12, 9e-10]})
    assert not told(old, new)
    assert told(old, pl.DataFrame({"x": [1e-12, 2e-9]}))


def test_a_changed_text_is_found() -> None:
    (found,) = told(STOCK, changed("holder", 2, "CCC"))
    assert (found.column, found.rows) == ("holder", 1)
    assert "'BBB' -> 'CCC'" in found.example
    assert told(STOCK, changed("holder", 2, None))
    assert told(STOCK, changed("holder", 2, ""))


@pytest.mark.parametrize("row", range(4))
def test_a_lost_row_is_found_and_the_others_still_agree(row: int) -> None:
    new = STOCK.with_row_index("n").filter(pl.col("n") != row).drop("n")
    (found,) = told(STOCK, new)
    assert (found.column, found.rows) == ("", 1)
    assert found.example.startswith(f"lost: holder={STOCK['holder'][row]} month={STOCK['month'][row]}")
    (back,) = told(new, STOCK)
    assert back.example.startswith("added: ")
    assert told(STOCK, STOCK.clear())[0].rows == 4


def test_a_row_exchanged_for_another_is_told_as_such() -> None:
    new = pl.concat([STOCK[1:], STOCK[:1].with_columns(holder=pl.lit("CCC"), month=pl.lit("2024-01"))])
    lost, added = told(STOCK, new)
    assert lost.example.startswith("lost: holder=AAA month=2023-01")
    assert added.example.startswith("added: holder=CCC")


def test_one_of_two_like_rows_lost_is_found() -> None:
    twice = pl.concat([STOCK, STOCK[:1]])
    (found,) = told(twice, STOCK)
    assert found.rows == 1
    assert not told(twice, twice.reverse())


def test_rows_in_another_order_are_noted_and_still_held_side_by_side() -> None:
    found = compare_tables("stock", STOCK, STOCK.reverse())
    assert not found.differences
    assert found.notes == ["stock: rows in another order"]
    (difference,) = told(STOCK, changed("closing", 0, 11.0).reverse())
    assert (difference.column, difference.absolute) == ("closing", 1.0)


def test_rows_of_numbers_alone_are_matched_by_them() -> None:
    curve = pl.DataFrame({"cost": [3.0, 1.0, 2.0], "gain": [0.3, 0.1, 0.2]})
    assert not told(curve, curve.sort("cost"))
    assert told(curve, pl.DataFrame({"cost": [1.0, 2.0, 3.0], "gain": [0.1, 0.25, 0.3]}))
    assert told(curve, curve[:2])


def test_like_rows_are_paired_by_their_numbers() -> None:
    old = pl.DataFrame({"kind": ["a", "a", "a"], "x": [2.0, 1.0, 1.0], "y": [5.0, 7.0, 6.0]})
    new = pl.DataFrame({"kind": ["a", "a", "a"], "x": [1.0 + 1e-12, 1.0, 2.0], "y": [6.0, 7.0, 5.0]})
    assert not told(old, new)
    assert len(told(old, new.with_columns(y=pl.Series([6.0, 7.5, 5.0])))) == 1


def test_months_are_mapped() -> None:
    dated = STOCK.with_columns(pl.col("month").str.to_date("%Y-%m"))
    assert not told(STOCK, dated)
    assert not told(dated, dated)
    assert not told(STOCK, dated.reverse())
    (found,) = told(
        STOCK, dated.with_columns(month=pl.Series([date(2023, 1, 1), date(2023, 2, 1), date(2023, 1, 1), None]))
    )
    assert (found.column, found.rows) == ("month", 1)
    (later,) = told(STOCK, dated.with_columns(pl.col("month").dt.offset_by("1mo")))
    assert later.rows == 4
    (inside,) = told(STOCK, dated.with_columns(pl.col("month").dt.offset_by("1d")))  # no first of a month
    assert inside.rows == 4


def test_blank_nan_and_null_are_one() -> None:
    nan = STOCK.with_columns(pl.col("closing").fill_null(math.nan))
    assert not told(STOCK, nan)
    assert not told(nan, STOCK)
    assert not told(nan, nan.reverse())
    blank = STOCK.with_columns(closing=None, month=None)
    typed = STOCK.with_columns(closing=pl.lit(None, pl.Float64), month=pl.lit(None, pl.Date))
    assert not told(blank, typed)
    assert not told(typed, blank)
    assert {d.column for d in told(blank, STOCK)} == {"closing", "month"}


def test_types_may_change_where_values_do_not() -> None:
    assert not told(STOCK, STOCK.with_columns(pl.col("period").cast(pl.Float64), pl.col("holder").cast(pl.Categorical)))
    assert told(STOCK, changed("period", 1, 2).with_columns(pl.col("period").cast(pl.Float64)))
    (found,) = told(STOCK, STOCK.with_columns(pl.col("period").cast(pl.String)))
    assert (found.column, found.rows) == ("period", 4)
    flags = pl.DataFrame({"over": [True, False, None]})
    assert not told(flags, flags.clone())
    assert told(flags, pl.DataFrame({"over": [True, True, None]}))


def test_columns_and_tables() -> None:
    (found,) = told(STOCK, STOCK.drop("floor"))
    assert (found.column, found.example) == ("floor", "the column is gone")
    wider = compare_tables("stock", STOCK, STOCK.with_columns(safety=1.0))
    assert not wider.differences
    assert wider.notes == ["stock: column safety is new"]
    assert not told(STOCK, STOCK.rename({"floor": "least"}), renamed={("stock", "floor"): "least"})
    assert told(STOCK, STOCK.rename({"floor": "least"}), renamed={("other", "floor"): "least"})
    assert not told(STOCK.clear(), STOCK.clear())
    assert told(STOCK.clear(), STOCK)


OLD: dict[str, Any] = {
    "status": "optimal",
    "feasible": True,
    "month": "2027-12",
    "manifest": {"rows": 10, "seconds": {"solve": 3.0}, "created": "2026", "overrides": ["a", "b"]},
    "passes": [{"rank": 1, "value": 5, "gap": 0.1, "unit": "u"}, {"rank": 2, "value": 2.5, "gap": None, "unit": None}],
    "fleets": [],
}


def json_told(**new: Any) -> list[Difference]:
    return compare_json("", OLD, OLD | new, key="printed", rules=rules_of(exempt=False, tolerance=1e-9)).differences


def test_json_is_compared_by_path() -> None:
    assert not json_told()
    assert not json_told(month="2027-12-01")
    assert [d.place for d in json_told(month="2027-11")] == ["month"]
    assert [d.place for d in json_told(feasible=False)] == ["feasible"]
    assert [d.place for d in json_told(feasible=1)] == ["feasible"]
    assert [d.place for d in json_told(status=None)] == ["status"]
    assert [d.place for d in json_told(manifest={**OLD["manifest"], "rows": 11})] == ["manifest.rows"]
    assert [d.place for d in json_told(manifest={**OLD["manifest"], "rows": "10"})] == ["manifest.rows"]
    assert [d.place for d in json_told(manifest={**OLD["manifest"], "overrides": ["a", "c"]})] == [
        "manifest.overrides[1]"
    ]
    assert [d.place for d in json_told(manifest={**OLD["manifest"], "overrides": ["a"]})] == ["manifest.overrides"]
    assert [d.place for d in json_told(manifest=["rows"])] == ["manifest"]
    assert [d.place for d in json_told(fleets=[{"fleet": "x"}])] == ["fleets"]
    missing = {k: v for k, v in OLD.items() if k != "status"}
    assert [d.place for d in compare_json("", OLD, missing).differences] == ["status"]
    assert compare_json("", missing, OLD).notes == ["status is new"]


def test_json_rows_are_a_table() -> None:
    first, second = OLD["passes"]
    assert not json_told(passes=[second, first])
    assert not json_told(passes=[{**first, "value": 5.0}, second])
    (found,) = json_told(passes=[first, {**second, "value": 2.6}])
    assert (found.place, found.column, found.absolute) == ("passes", "value", pytest.approx(0.1))
    (lost,) = json_told(passes=[first])
    assert (lost.place, lost.rows) == ("passes", 1)
    assert json_told(passes=[])[0].rows == 2


def test_times_versions_and_paths_are_never_looked_at() -> None:
    manifest = OLD["manifest"] | {"seconds": {"solve": 9.0}, "created": "2027", "versions": {"numpy": "9"}}
    assert not json_told(manifest=manifest)
    paths = compare_json("", {"plan": "a", "report": ["b"]}, {"plan": "c", "report": []}, key="printed",
                         rules=rules_of(exempt=False, tolerance=1e-9))  # fmt: skip
    assert not paths.differences
    values = [{"name": "plan", "value": 1.0}]
    assert compare_json("", {"values": values}, {"values": [{"name": "plan", "value": 2.0}]}, key="printed").differences


@pytest.mark.parametrize(
    ("table", "column", "left"),
    [
        ("duals", "dual", True),
        ("reasons", "relief", False),
        ("bottlenecks", "gain", False),
        ("decisions", "delay_cost", True),
        ("decisions", "decide_by", True),
        ("decisions", "quantity", False),
        ("passes", "gap", True),
        ("passes", "bound", True),
        ("passes", "iterations", True),
        ("passes", "value", False),
        ("rounds", "bound", True),
        ("rounds", "seconds", None),
    ],
)
def test_what_hangs_on_prices_that_are_not_unique_is_left_out_when_asked(
    table: str, column: str, left: bool | None
) -> None:
    old, new = pl.DataFrame({"code": ["a"], column: [1.0]}), pl.DataFrame({"code": ["a"], column: [2.0]})
    for exempt in (False, True):
        found = compare_tables(table, old, new, rules=rules_of(exempt=exempt, tolerance=1e-9)).differences
        assert bool(found) is (left is not None and not (exempt and left))


JOB = Job("plan", "cases/tiny")


def save(folder: Path, tables: dict[str, pl.DataFrame], printed: Any = OLD, codes: tuple[int, ...] = (0,)) -> Path:
    for name, table in {"out/case/stocks.parquet": pl.DataFrame({"made": [str(folder)]}), **tables}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        table.write_parquet(folder / name)
    (folder / "out" / "manifest.json").write_text(json.dumps(OLD["manifest"] | {"seconds": str(folder)}))
    (folder / "printed.json").write_text(json.dumps(printed))
    (folder / "ran.json").write_text(json.dumps({"codes": codes}))
    return folder


def test_answers_in_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_of(exempt=False, tolerance=1e-9)
    tables = {"out/stock.parquet": STOCK, "tables/curve.parquet": STOCK}
    old = save(tmp_path / "old", tables)
    assert set(tables_in(old)) == {*tables, "out/manifest.json"}

    def places(new: Path, rules: Rules = rules) -> list[str]:
        return [d.place for d in compare_answers(JOB, old, new, rules).differences]

    assert places(save(tmp_path / "same", tables)) == []
    other = tables | {"out/stock.parquet": changed("closing", 0, 1.0)}
    assert places(save(tmp_path / "number", other)) == ["out/stock.parquet"]
    assert places(save(tmp_path / "gone", {"out/stock.parquet": STOCK})) == ["tables/curve.parquet"]
    assert places(save(tmp_path / "code", tables, codes=(3,))) == ["exit codes[0]"]
    assert places(save(tmp_path / "printed", tables, printed=OLD | {"status": "time limit"})) == ["--json.status"]
    moved = save(tmp_path / "moved", {"out/plan/stock.parquet": STOCK, "tables/curve.parquet": STOCK})
    assert places(moved) == ["out/stock.parquet"]
    monkeypatch.setattr("benchmarks.same_tables.MOVED", (("plan", r"^out/(\w+)\.parquet$", r"out/plan/\1.parquet"),))
    assert places(moved) == []
    more = compare_answers(JOB, old, save(tmp_path / "more", {"out/plan/stock.parquet": STOCK, **tables}), rules)
    assert not more.differences
    assert "out/stock.parquet is new" in more.notes
    with pytest.raises(NoAnswer, match="no table"):
        compare_answers(JOB, save(tmp_path / "empty", {}), old, rules)


def test_jobs_cover_every_shipped_case_and_have_folders_of_their_own() -> None:
    found = jobs(ROOT)
    asked = {job.case for job in found}
    assert asked >= {f"cases/{folder.name}" for folder in (ROOT / "cases").iterdir() if folder.is_dir()}
    assert len({job.folder for job in found}) == len({job.name for job in found}) == len(found)
    assert [job.name for job in chosen_jobs(found, ["plan tiny"])] == ["plan tiny"]
    assert chosen_jobs(found, []) == found
    with pytest.raises(SystemExit, match="no such job"):
        chosen_jobs(found, ["plan tiny", "plan nowhere"])


def test_an_answer_kept_is_that_of_the_same_job(tmp_path: Path) -> None:
    assert not kept(JOB, tmp_path)
    (tmp_path / "ran.json").write_text(json.dumps({"asked": asked(JOB)}))
    assert kept(JOB, tmp_path)
    assert not kept(replace(JOB, options=("--with", "offensive")), tmp_path)
    assert not kept(replace(JOB, added=(("stocks.csv", "x"),)), tmp_path)
