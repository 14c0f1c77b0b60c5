"""What is not served, worked out by hand."""

from __future__ import annotations

import pytest

from cases_small import case, month, need, values

QUARTERS = [{"from": month(0), "step": 3}]


def test_a_need_that_begins_inside_a_period_costs_from_its_first_month() -> None:
    """Need of 5 a month from the second month of a quarter, 8 for each unit unmet: 2 x 5 x 8."""
    late = need(5.0, **{"from": month(1)}, unmet_cost=8.0)
    found = values(case(3, ["money"], calendar=QUARTERS, demand=[late]))
    assert found["money"] == pytest.approx(80.0)
