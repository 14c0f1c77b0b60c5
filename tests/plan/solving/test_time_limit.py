"""A limit of time with the real solver: the best plan found comes back in time, with its gap."""

from __future__ import annotations

import time

import polars as pl
import pytest

import rampart
from cases_small import KEPT, case, line, month, need
from plan.solving.lots_in_one_hall import lots_in_one_hall
from rampart.results.result import Result

TIMES, BESIDE = 4.0, 2.0
"""What a plan cut short may take of the processor beyond its limit, as a multiple of what the plan takes for which no time is
left at all, measured beside it, and seconds: the clock on the wall runs on where a machine is busy, and so do these where it is
slow. The whole search takes minutes."""


def passes_of(plan: Result) -> dict[str, dict[str, float]]:
    return {row["objective"]: row for row in plan["passes"].to_dicts()}


def test_the_best_plan_found_comes_back_in_time_with_its_gap() -> None:
    wall, begun = time.monotonic(), time.process_time()
    none = rampart.plan(lots_in_one_hall(), time_limit=1e-6)
    at_least, first = time.process_time() - begun, time.monotonic() - wall
    in_order(none)
    assert none.manifest["idle"]

    limit = max(0.7, first)  # a machine that is slow or busy gets as much further with it
    begun = time.process_time()
    plan = rampart.plan(lots_in_one_hall(), time_limit=limit)
    assert time.process_time() - begun < limit + TIMES * at_least + BESIDE
    in_order(plan)


def in_order(plan: Result) -> None:
    """A plan cut short says how good it is: without new decisions, or with all served and what money costs at least."""
    assert plan.status == "time limit"
    found = passes_of(plan)
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
