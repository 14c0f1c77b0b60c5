"""What a case does not know is listed, and what it knows to be nothing is not."""

from __future__ import annotations

import math

import rampart
from cases_small import CONTRACT, ITEM, case, line, need
from rampart.results.unknowns import items_without, orders_without_due, unknown_stocks, without_budget, without_rate
from results.short_plan import NATIONS, short_plan

PAIR = {"holder": "AAA", "item": "shell"}


def test_a_stock_that_is_asked_of_and_has_no_row_is_unknown() -> None:
    assert unknown_stocks(short_plan(4.0)) == [("AAA", "shell")]
    known = rampart.plan(case(2, nations=NATIONS, demand=[need(1.0)], stocks=[PAIR | {"quantity": 0.0}]))
    assert unknown_stocks(known) == []


def test_money_without_a_limit_is_without_a_budget() -> None:
    assert without_budget(short_plan(4.0)) == []
    deal = CONTRACT | {"max_quantity": math.inf}
    free = rampart.plan(case(2, nations=NATIONS, lines=[line()], contracts=[deal], demand=[need(1.0)]))
    assert without_budget(free) == [("AAA", 2024)]


def test_what_is_still_to_pay_of_placed_orders_may_be_unknown_or_nothing() -> None:
    order = {"buyer": "AAA", "line": "plant", "item": "shell"}

    def plan(due: float | None) -> rampart.Result:
        rows = [order | {"month": m, "quantity": q, "due": due} for m, q in (("2024-04", 3.0), ("2024-05", 4.0))]
        return rampart.plan(case(3, nations=NATIONS, lines=[line()], orders=rows, demand=[need(1.0)]))

    assert orders_without_due(plan(None)) == [("AAA", "shell", 7.0)]
    assert orders_without_due(plan(0.0)) == []


def test_prices_and_rates() -> None:
    priced = ITEM | {"price": 3.0}
    stated = {"layer": "stated", "quantity": 5.0}
    days = {"layer": "days_of_supply", "daily_rate": 1.0, "days": 5.0}
    with_rate, without = (
        rampart.plan(case(2, ["requirement"], nations=NATIONS, items=[priced], requirements=[PAIR | row]))
        for row in (days, stated)
    )
    assert items_without(without, "price") == []
    assert items_without(without, "book_value") == ["shell"]
    assert without_rate(without) == [("AAA", "shell")]
    assert without_rate(with_rate) == []
