"""Whole numbers beside large costs, worked out by hand."""

from __future__ import annotations

import math

import pytest

from cases_small import CONTRACT, KEPT, case, line, month, need, values

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
