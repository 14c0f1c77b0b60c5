"""Payments by month and year, worked out by hand."""

from __future__ import annotations

import math

import pytest

import rampart
from cases_small import CONTRACT, ITEM, case, line, month, need

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


FRESH = ITEM | {"shelf_life": 1}  # so that nothing is bought in the year before
PLANT = line(unit_cost=10.0, max_rate=100.0)
ASKED = need(20.0, **{"from": month(12)}, until=month(12))  # in the second fiscal year, 10 each


def year(number: int, amount: float, **changes: object) -> dict[str, object]:
    """Budget of a fiscal year: what may be committed; nothing limits what is paid."""
    row = {"nation": "AAA", "fiscal_year": number, "purpose": "all", "commitments": amount, "payments": math.inf}
    return row | changes


def served(**tables: object) -> tuple[float, dict[int, dict[str, float]]]:
    """What is served of the need, and the budgets by fiscal year; another programme agrees."""
    from independent.builder import build

    asked = case(13, ["own_use", "money"], items=[FRESH], lines=[PLANT], contracts=[DEAL], demand=[ASKED], **tables)  # type: ignore[arg-type]
    plan = rampart.plan(asked)
    found = {r["objective"]: r["value"] for r in plan["passes"].iter_rows(named=True) if r["objective"] != "ties"}
    assert found == pytest.approx(build(asked).solve().passes, rel=1e-6, abs=1e-6)
    budgets = {r["fiscal_year"]: r for r in plan["budgets"].iter_rows(named=True) if r["kind"] == "commitments"}
    return float(plan["demand"]["served"].sum()), budgets


@pytest.mark.parametrize(("share", "expected"), [(0.0, 10.0), (0.25, 12.5), (0.5, 15.0), (1.0, 20.0)])
def test_what_is_left_of_a_year_is_carried_over_by_its_share(share: float, expected: float) -> None:
    """Nothing is bought in the first year: of its 100 money units a share is there in the second, beside its own 100."""
    units, budgets = served(budgets=[year(2025, 100.0, carry_over=share), year(2026, 100.0)])
    assert units == pytest.approx(expected)
    assert budgets[2025]["carried"] == pytest.approx(100.0 * share) and budgets[2026]["over"] == pytest.approx(0.0)


def test_what_was_spent_is_not_carried_over() -> None:
    """Six units in the first year cost 60 of its 100: half of 40 is carried over, so that 12 units are served in the next."""
    first = need(6.0, **{"from": month(0)}, until=month(0), purpose="sale")
    units, _ = served(budgets=[year(2025, 100.0, carry_over=0.5), year(2026, 100.0)])
    asked = case(13, ["own_use", "money"], items=[FRESH], lines=[PLANT], contracts=[DEAL], demand=[ASKED, first],
                 budgets=[year(2025, 100.0, carry_over=0.5), year(2026, 100.0)])  # fmt: skip
    assert (units, float(rampart.plan(asked)["demand"]["served"].sum())) == pytest.approx((15.0, 18.0))


def test_money_of_the_year_is_turned_into_that_of_the_price_base() -> None:
    """150 at prices half as high again are 100: ten units, which cost 150 at the prices of the year."""
    then = [{"fiscal_year": 2026, "index": 1.5}]
    units, budgets = served(budgets=[year(2026, 150.0, prices="then_year")], deflators=then)
    assert units == pytest.approx(10.0)
    assert (budgets[2026]["limit"], budgets[2026]["then_year"]) == pytest.approx((100.0, 150.0))


def test_money_of_another_currency_is_turned_into_that_of_the_case() -> None:
    """420 at 4.2 for one are 100."""
    rates = [{"currency": "PLN", "per_unit": 4.2}]
    units, budgets = served(budgets=[year(2026, 420.0, currency="PLN")], currencies=rates)
    assert units == pytest.approx(10.0) and budgets[2026]["then_year"] is None


def test_a_year_without_its_prices_is_an_error() -> None:
    with pytest.raises(rampart.CaseError, match="deflators"):
        rampart.plan(case(13, lines=[PLANT], budgets=[year(2026, 150.0, prices="then_year")]))
