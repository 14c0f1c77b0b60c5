"""Whole numbers by branching on running sums, held against another search on the same matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from cases_small import KEPT, case, line, month, need
from rampart.case.tables import Case
from rampart.network.lags import Booleans, Floats
from rampart.plan.model.build import build
from rampart.plan.parts.parts import PARTS
from rampart.plan.planning import plan
from rampart.plan.programme.layout import Layout, lay_out
from rampart.plan.solving import passes_in_turn, whole_numbers
from rampart.plan.solving.branching import branched, running
from rampart.plan.solving.pass_solver import PassSolver

MONTHS = 10
WORKS = {"line": "plant", "added_rate": 7.0, "construction": 1.0, "latest": month(6), "whole": True, "max_units": 3.0}


def works(**rows: object) -> Case:
    """Two ways to widen a line in whole units, for a need that grows."""
    wide = [WORKS | {"expansion": "near", "cost": 90.0}, WORKS | {"expansion": "far", "cost": 61.0, "added_rate": 4.0}]
    found: Case = case(
        MONTHS, ["own_use", "requirement", "money"], items=[KEPT | {"holding_cost": 0.4}], lines=[line()], expansions=wide,
        demand=[need(8.0 + 2.0 * m, **{"from": month(m)}) for m in range(MONTHS)],
        contracts=[{"contract": "deal", "line": "plant", "buyer": "AAA", "max_quantity": math.inf}], **rows,
    )  # fmt: skip
    return found


def laid_out() -> tuple[Layout, PassSolver]:
    programme = build(works(), levels=None, parts=PARTS)
    layout = lay_out(programme)
    return layout, PassSolver(layout, programme.whole_labels)


def costs_of(layout: Layout, seed: int) -> Floats:
    """What lacks weighs most, works cost something, and all else a little."""
    chance = np.random.default_rng(seed)
    cost = chance.uniform(0.0, 0.1, layout.columns)
    for k, family in enumerate(layout.column_family):
        if family == "unmet":
            cost[k] = chance.uniform(5.0, 12.0)
    cost[layout_works(layout)] = chance.uniform(40.0, 70.0, int(layout_works(layout).sum()))
    return cost


def layout_works(layout: Layout) -> Booleans:
    """Columns of works begun."""
    return np.array([family == "expand" for family in layout.column_family])


@pytest.mark.parametrize("seed", range(8))
def test_the_best_is_what_another_search_finds(seed: int) -> None:
    layout, solver = laid_out()
    m = layout.matrices
    cost = costs_of(layout, seed)
    upper = np.minimum(m.upper, 1e4)
    whole = np.zeros(layout.columns)
    whole[solver.whole] = 1
    right = milp(
        cost, integrality=whole, bounds=Bounds(m.lower, upper),
        constraints=LinearConstraint(m.matrix, m.row_lower, m.row_upper), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    solver.bound(np.arange(layout.columns), m.lower, upper)
    solver.set_costs(cost)
    rows = solver.row_count
    found = branched(solver, running(layout, solver.whole), gap=1e-9, most=5_000)
    assert found.settled and found.columns is not None and right.status == 0
    numbers = found.columns[solver.whole]
    assert abs(numbers - np.round(numbers)).max() < 1e-5
    assert cost @ found.columns == pytest.approx(right.fun, rel=1e-7)
    assert found.bound == pytest.approx(right.fun, rel=1e-7)
    assert solver.row_count == rows  # it stands as it stood


def test_a_search_that_is_cut_short_says_so_and_bounds_all_plans() -> None:
    layout, solver = laid_out()
    cost, upper = costs_of(layout, 0), np.minimum(layout.matrices.upper, 1e4)
    solver.bound(np.arange(layout.columns), layout.matrices.lower, upper)
    solver.set_costs(cost)
    sums = running(layout, solver.whole)
    best = branched(solver, sums, gap=1e-9, most=5_000)
    short = branched(solver, sums, gap=1e-9, most=1)
    assert not short.settled
    assert best.columns is not None
    assert short.bound <= cost @ best.columns + 1e-6


def test_where_no_whole_numbers_are_left_it_says_so() -> None:
    layout, solver = laid_out()
    solver.bound(np.arange(layout.columns), layout.matrices.lower, np.minimum(layout.matrices.upper, 1e4))
    solver.bound(solver.whole[:1], np.array([0.3]), np.array([0.7]))
    solver.set_costs(costs_of(layout, 0))
    found = branched(solver, running(layout, solver.whole), gap=1e-9, most=5_000)
    assert found.columns is None and found.settled


def test_running_sums_are_of_one_key_each() -> None:
    layout, solver = laid_out()
    sums, key = running(layout, solver.whole)
    for row, of in zip(sums.toarray(), key.tolist(), strict=True):
        at = np.flatnonzero(row)
        assert len({(layout.column_family[k], int(layout.column_key[k])) for k in at}) == 1
        assert set(at.tolist()) <= set(solver.whole[:].tolist())
        assert of in key
    assert sums.sum() > solver.whole.size


def test_a_plan_sought_so_is_the_same_and_its_gaps_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"requirements": [{"holder": "AAA", "item": "shell", "layer": "target", "quantity": 40.0}]}
    of = works(**asked)
    one = plan(of, reasons="none")["passes"]
    for module in (passes_in_turn, whole_numbers):
        monkeypatch.setattr(module, "WIDE", 0)
    other = plan(of, reasons="none")["passes"]
    assert one["objective"].to_list() == other["objective"].to_list()
    for name, before, after, gap in zip(one["objective"], one["value"], other["value"], other["gap"], strict=True):
        if name != "ties":
            assert after == pytest.approx(before, rel=1e-4, abs=1e-6), name
        if gap is not None:
            assert gap <= 1e-4, name
