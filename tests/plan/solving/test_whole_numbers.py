"""Whole numbers beside large costs, worked out by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, KEPT, case, line, month, need, values
from rampart.findings import CaseError
from rampart.network.taking import take
from rampart.plan.solving import in_time, passes_in_turn

DEAL = CONTRACT | {"max_quantity": math.inf}


def test_lots_are_chosen_well_beside_a_large_cost_that_nothing_changes() -> None:
    """1200 units at 100,000 each, and the twelve months whose best lots cost 501.20 beside it (Silver, Pyke, Peterson)."""
    needs = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
    found = values(
        case(
            12, ["own_use", "money"], items=[KEPT | {"holding_cost": 0.4}], contracts=[DEAL],
            lines=[line(unit_cost=100_000.0, max_rate=math.inf, setup_cost=54.0)],
            demand=[need(float(n), **{"from": month(m)}) for m, n in enumerate(needs)],
        )
    )  # fmt: skip
    assert found["money"] - 100_000.0 * sum(needs) == pytest.approx(501.2, abs=0.01)


@pytest.mark.parametrize("whole", [False, True])
def test_what_earns_without_end_is_a_finding_in_python_too(whole: bool) -> None:
    """Each expansion costs 5 and is worth 9 at the end, and there may be as many as one likes."""
    endless = {
        "expansion": "works", "line": "plant", "added_rate": 1.0, "cost": 5.0, "construction": 0.0, "max_units": math.inf,
        "whole": whole, "end_value": 9.0,
    }  # fmt: skip
    with pytest.raises(CaseError) as wrong:
        rampart.plan(case(2, ["own_use", "money"], lines=[line()], expansions=[endless], demand=[need(1.0)]))
    assert [finding.code for finding in wrong.value.findings] == ["gain-unbounded"]


@pytest.mark.parametrize("limit", [None, 600.0])
def test_whole_works_of_a_large_case_keep_a_budget_that_the_plan_in_fractions_keeps(
    monkeypatch: pytest.MonkeyPatch, limit: float | None
) -> None:
    """A line of 10 a month, needed 40; works of 10 a month at 100 each, two at most, and a budget of 155.

    In fractions one and a half works are best, and the nearest whole number of them, two, would break the budget: a rule.
    """
    monkeypatch.setattr(passes_in_turn, "LARGE", 0)
    monkeypatch.setattr(in_time, "LARGE", 0)
    works = {
        "expansion": "works", "line": "plant", "added_rate": 10.0, "cost": 100.0, "construction": 1.0, "max_units": 2.0,
        "whole": True,
    }  # fmt: skip
    budget = {"nation": "AAA", "purpose": "all", "commitments": 155.0, "payments": math.inf}
    made = rampart.plan(
        case(
            12, ["own_use", "money"], lines=[line(max_rate=10.0, unit_cost=0.0)], contracts=[DEAL], expansions=[works],
            budgets=[budget | {"fiscal_year": year} for year in (2024, 2025)], demand=[need(40.0)],
        ),
        time_limit=limit,
    )  # fmt: skip
    assert made["rules_broken"].is_empty()
    assert made["expansions"]["units"].to_list() == [1.0]


def test_whole_works_taken_over_stand_in_a_large_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Works decided before are kept where others would gain nothing; where they lose much, they are overturned."""
    works = {
        "expansion": "works", "line": "plant", "added_rate": 10.0, "cost": 100.0, "construction": 1.0, "max_units": 3.0,
        "whole": True,
    }  # fmt: skip
    of = case(
        12, ["own_use", "money"], lines=[line(max_rate=10.0, unit_cost=0.0)], contracts=[DEAL], expansions=[works],
        demand=[need(40.0)],
    )  # fmt: skip
    made = rampart.plan(of)
    assert made["expansions"]["units"].sum() == 3.0
    taken = take(of, made)
    fewer = taken.tables["taken"].with_columns(
        quantity=pl.when(pl.col("kind") == "expansion").then(1.0).otherwise(pl.col("quantity"))
    )
    for module in (passes_in_turn, in_time):
        monkeypatch.setattr(module, "LARGE", 0)
    assert rampart.plan(taken)["expansions"]["units"].sum() == 3.0
    assert rampart.plan(taken.with_tables({"taken": fewer}))["expansions"]["units"].sum() == 3.0
