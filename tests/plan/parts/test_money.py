"""Payments by month and year, worked out by hand."""

from __future__ import annotations

import math

import pytest

import rampart
from cases_small import CONTRACT, case, line, month, need

DEAL = CONTRACT | {"max_quantity": math.inf}


def test_payments_follow_the_price_of_each_month_of_delivery() -> None:
    """Lead time 1.5 months: half an order of 10 arrives a month later at 2 each, half two months later at 6 each. The
    fiscal year ends between them, so 10 is paid in the first and 30 in the second.
    """
    plant = line(lead_time=1.5, unit_cost=2.0, max_rate=100.0)
    later = {"line": "plant", "from": month(2), "unit_cost": 6.0}
    nation = {"nation": "AAA", "name_en": "A", "role": "member", "fiscal_year_start": 5}  # month 2 of the plan is May
    plan = rampart.plan(
        case(
            4, ["own_use", "money"], nations=[nation, {"nation": "UUU", "name_en": "U", "role": "recipient"}],
            lines=[plant], rates=[later], contracts=[DEAL | {"from": month(0), "until": month(0)}],
            demand=[need(10.0, **{"from": month(2)}, until=month(2), late=True)],
        )
    )  # fmt: skip
    paid = {
        row["fiscal_year"]: row["payments"]
        for row in plan["money"].iter_rows(named=True)
        if row["purpose"] == "procurement"
    }
    assert list(paid.values()) == pytest.approx([10.0, 30.0])
