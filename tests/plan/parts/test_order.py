"""Orders delivered later than their lead time, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

import rampart
from cases_small import CONTRACT, ITEM, case, line, month, need
from rampart.results.result import Result

DEAL = CONTRACT | {"max_quantity": 8.0, "until": month(0)}


def planned(**contract: Any) -> Result:
    """A contract that is open in the first month only; 2 a month are needed from the second on, and keep for a month."""
    return rampart.plan(
        case(
            6, ("own_use", "money"), items=[ITEM | {"shelf_life": 1}], lines=[line(lead_time=1.0, max_rate=math.inf)],
            contracts=[DEAL | contract], demand=[need(2.0, **{"from": month(1)})],
            budgets=[{"nation": "AAA", "fiscal_year": 2025, "commitments": math.inf, "payments": math.inf}],
        )
    )  # fmt: skip


def test_without_a_later_date_all_comes_after_the_lead_time() -> None:
    plan = planned()
    assert plan["orders"]["quantity"].to_list() == pytest.approx([2.0])
    assert plan["demand"]["unmet"].sum() == pytest.approx(8.0)


def test_one_signature_is_delivered_month_by_month() -> None:
    plan = planned(later=4)
    orders = {
        r["later"]: (f"{r['decide']:%Y-%m}", f"{r['month']:%Y-%m}", r["quantity"]) for r in plan["orders"].to_dicts()
    }
    assert set(orders) == {0, 1, 2, 3}  # the contract has 8
    for later, (decided, delivered, quantity) in orders.items():
        assert (decided, delivered, quantity) == (month(0), month(1 + later), pytest.approx(2.0))
    assert plan["demand"]["unmet"].sum() == pytest.approx(2.0)


def test_it_is_committed_at_the_award_and_paid_on_delivery() -> None:
    plan = planned(later=4, advance=0.25)
    (row,) = [r for r in plan["money"].to_dicts() if r["purpose"] == "procurement"]
    assert (row["commitments"], row["payments"]) == pytest.approx((8.0, 8.0))


def test_a_later_order_is_taken_over_too() -> None:
    plan = planned(later=4)
    again = rampart.plan(rampart.take(plan.case, plan))
    assert again["orders"].drop("quantity").equals(plan["orders"].drop("quantity"))
    assert again["changes"].is_empty()


def test_the_first_year_counts_what_is_ordered_for_later_dates() -> None:
    """Four a month, ordered in three months for the next seven: 4 now, 28 in all, those of later dates without a row."""
    plan = rampart.plan(
        case(
            8, ("own_use", "money"), lines=[line(lead_time=1.0, max_rate=4.0)],
            contracts=[DEAL | {"max_quantity": math.inf, "until": month(2), "later": 4}],
            demand=[need(10.0, **{"from": month(5)})],
        )
    )  # fmt: skip
    ordered = plan["orders"]["quantity"].sum()
    assert ordered == pytest.approx(28.0)
    assert plan["decisions"]["year_quantity"].sum() == pytest.approx(ordered)
    assert plan["decisions"]["quantity"].sum() == pytest.approx(plan["orders"].filter(period=1)["quantity"].sum())
