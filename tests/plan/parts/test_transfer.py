"""Routes that lead on, and stock that waits abroad, worked out by hand."""

from __future__ import annotations

import math

import pytest

import rampart
from cases_small import KEPT, case, values


def test_a_route_without_an_item_leads_on_through_a_holder_that_has_no_use_of_its_own() -> None:
    """AAA has 6 shells and a route to BBB, which has only a route on to the partner: what is needed there gets there."""
    nations = [
        {"nation": n, "name_en": n, "role": role}
        for n, role in (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"))
    ]
    routes = [
        {"origin": a, "destination": b, "months": 0.0, "capacity": math.inf}
        for a, b in (("AAA", "BBB"), ("BBB", "UUU"), ("BBB", "AAA"))
    ]
    wanted = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 2.0}
    plan = rampart.plan(
        case(
            3, ["need"], nations=nations, routes=routes, demand=[wanted],
            stocks=[{"holder": "AAA", "item": "shell", "quantity": 6.0}],
        )
    )  # fmt: skip
    assert plan["demand"]["served"].sum() == pytest.approx(6.0)


def test_stock_may_wait_abroad_where_it_costs_nothing() -> None:
    """28 units cost 1 a month to keep; two months on the way to a holder that can send them back cost nothing."""
    there_and_back = [
        {"origin": "AAA", "destination": "UUU", "months": 2.0, "capacity": math.inf},
        {"origin": "UUU", "destination": "AAA", "months": 0.0, "capacity": math.inf},
    ]
    found = values(
        case(
            3, ["money"], items=[KEPT], routes=there_and_back,
            stocks=[{"holder": "AAA", "item": "shell", "quantity": 28.0}],
        )
    )  # fmt: skip
    assert found["money"] == pytest.approx(28.0)
