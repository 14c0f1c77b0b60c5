"""Whatever is done to a case's files: it is refused with findings, or planned into tables that hold together."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

import rampart
from case.mutations import mutated_copies
from places import ROOT
from rampart.findings import CaseError
from rampart.results.result import Result

TINY = ROOT / "cases" / "tiny"
SMALL = ROOT / "tests" / "case" / "small"


def assert_sound(plan: Result) -> None:
    """No number that is none, a stock that balances, shares that are shares."""
    assert plan.status == "optimal"
    for name, table in plan.tables.items():
        for column in table.select(pl.col(pl.Float64)):
            values = column.drop_nulls()
            assert not values.is_nan().any(), (name, column.name)
            if (name, column.name) not in {("production", "capacity"), ("budgets", "limit"), ("passes", "gap")}:
                assert values.is_finite().all(), (name, column.name)
    stock = plan["stock"]
    come = pl.sum_horizontal("opening", "ordered", "made", "bought", "received")
    go = pl.sum_horizontal("used", "consumed", "sent", "disposed", "joined")
    off = stock.select((come - go - pl.col("closing")).abs() / (1 + come)).to_series().max()
    assert off is None or off < 1e-5
    short = float(plan["shortages"]["amount"].sum())
    assert math.isfinite(short)


def run(source: Path, folder: Path, *, count: int, seed: int) -> int:
    """Plans made of ``count`` damaged copies."""
    plans = 0
    for path in mutated_copies(source, folder, count=count, seed=seed):
        try:
            case = rampart.read_case(path)
        except CaseError as refused:
            assert refused.findings, path.name
            continue
        try:
            assert_sound(rampart.plan(case, time_limit=120))
        except Exception as failed:
            raise AssertionError(f"{source.name}, seed {seed}, copy {path.name}") from failed
        plans += 1
    return plans


@pytest.mark.parametrize("count", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_damaged_copies_are_refused_or_planned(tmp_path: Path, count: int) -> None:
    # some must survive their fault, or the test would say nothing
    assert run(TINY, tmp_path, count=count, seed=0) >= count / 5


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 5))
def test_a_thousand_damaged_copies_are_refused_or_planned(tmp_path: Path, seed: int) -> None:
    assert run(TINY, tmp_path, count=250, seed=seed) >= 40
