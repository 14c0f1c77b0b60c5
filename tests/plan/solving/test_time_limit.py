"""A limit of time with the real solver: the best plan found comes back in time, with its gap."""

from __future__ import annotations

import time

import polars as pl
import pytest

import rampart
from cases_small import KEPT, case, line, month, need
from plan.solving.lots_in_one_hall import lots_in_one_hall
from rampart.results.result import Result

BEYOND = 20.0
"""Seconds beyond a limit that a loaded machine may need to write down what it has."""


def passes_of(plan: Result) -> dict[str, dict[str, float]]:
    return {row["objective"]: row for row in plan["passes"].to_dicts()}


@pytest.mark.parametrize("seconds", [1e-6, 0.7])
def test_the_best_plan_found_comes_back_in_time_with_its_gap(seconds: float) -> None:
    begun = time.monotonic()
    plan = rampart.plan(lots_in_one_hall(), time_limit=seconds)
    assert time.monotonic() - begun < seconds + BEYOND
    assert plan.status == "time limit"
    found = passes_of(plan)
    assert plan.manifest["idle"] or seconds > 0.1
    if plan.manifest["idle"]:  # nothing is made, so all that is asked for is unmet; a slow machine gets no further
        assert plan["demand"]["unmet"].sum() == pytest.approx(plan["demand"]["need"].sum())
        assert found["own_use"]["gap"] == 1.0
        assert plan.manifest["unfinished"] == ["own_use", "money"]
        assert found["money"]["bound"] is None
        assert plan["orders"].is_empty()
    else:  # all is served, and money costs at least what lines without lots would cost
        assert plan["demand"]["unmet"].sum() == pytest.approx(0.0, abs=1e-6)
        assert found["own_use"]["gap"] <= 1e-4
        assert 1e-4 < found["money"]["gap"] < 1.0
        made = float(plan["demand"]["need"].sum())
        assert made < found["money"]["bound"] < found["money"]["value"]


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    two = case(
        6, ["own_use", "money"], items=[KEPT], lines=[line(setup_cost=20.0)],
        demand=[need(float(n), **{"from": month(m)}) for m, n in enumerate((3, 4, 1, 9, 2, 5))],
    )  # fmt: skip
    free, limited = rampart.plan(two), rampart.plan(two, time_limit=300.0)
    assert limited.status == "optimal"
    for table in ("passes", "orders", "stock"):
        columns = [c for c in free[table].columns if c != "iterations"]
        assert limited[table].select(columns).equals(free[table].select(columns))
    assert not limited["decisions"].filter(pl.col("decide_by").is_not_null()).is_empty()
