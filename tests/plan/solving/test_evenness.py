"""What is sent where nothing asks for more in one month than in another, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

import rampart
from cases_small import case, month, need

WAY = {"origin": "AAA", "destination": "UUU", "months": 0.0, "capacity": math.inf}
PARTNER = {"holder": "UUU", "item": "shell", "purpose": "front", "rate_per": "month"}


def sent(plan: Any) -> dict[str, float]:
    return {f"{r['month']:%Y-%m}": r["quantity"] for r in plan["transfers"].iter_rows(named=True)}


def stock(quantity: float) -> list[dict[str, Any]]:
    return [{"holder": "AAA", "item": "shell", "quantity": quantity}]


def test_a_pledge_that_falls_due_evenly_is_sent_evenly() -> None:
    """90 by the sixth month, 15 a month, out of a stock of 90: sending them ahead would be as good."""
    owed = {
        "donor": "AAA",
        "recipient": "UUU",
        "item": "shell",
        "status": "pledged",
        "month": month(5),
        "quantity": 90.0,
    }
    plan = rampart.plan(case(10, ("pledges", "need"), stocks=stock(90.0), routes=[WAY], deliveries=[owed]))
    assert sent(plan) == pytest.approx({month(n): 15.0 for n in range(6)}, rel=1e-6)


def test_a_need_that_rises_is_sent_for_as_it_rises() -> None:
    """10 a month and then 30: what comes ahead lies with the partner, and nothing lacks either way. Sent evenly where that
    serves at once: 20 a month, as in the first three months half of it waits for the other three.
    """
    needs = [PARTNER | {"need": 10.0}, PARTNER | {"need": 30.0, "from": month(3)}]
    plan = rampart.plan(case(6, ("need",), stocks=stock(120.0), routes=[WAY], demand=needs))
    assert sent(plan) == pytest.approx({month(n): 20.0 for n in range(6)}, rel=1e-6)


def test_it_is_sent_at_once_where_that_is_asked_for() -> None:
    """40 in the first month are needed then, and 5 a month after that."""
    needs = [PARTNER | {"need": 40.0}, PARTNER | {"need": 5.0, "from": month(1)}]
    plan = rampart.plan(case(5, ("need",), stocks=stock(60.0), routes=[WAY], demand=needs))
    assert sent(plan) == pytest.approx({month(0): 40.0} | {month(n): 5.0 for n in range(1, 5)}, rel=1e-6)


def test_periods_of_several_months_are_even_by_the_month() -> None:
    """Six months by one and six by three: 10 a month, 30 a quarter."""
    plan = rampart.plan(
        case(12, ("need",), stocks=stock(120.0), routes=[WAY], demand=[PARTNER | {"need": 10.0}],
             calendar=[{"from": month(0), "step": 1}, {"from": month(6), "step": 3}])
    )  # fmt: skip
    assert list(sent(plan).values()) == pytest.approx([10.0] * 6 + [30.0] * 2, rel=1e-6)


def test_what_keeps_it_even_leaves_no_trace_behind() -> None:
    """Passes, prices and delays are of the plan alone."""
    plan = rampart.plan(case(4, ("need",), stocks=stock(20.0), routes=[WAY], demand=[need(5.0, holder="UUU")]))
    assert plan["passes"]["objective"].to_list() == ["need"]
    assert sent(plan) == pytest.approx({month(n): 5.0 for n in range(4)})
    assert plan["delays"].filter(months=1)["most"].to_list() == pytest.approx([5.0])


def test_nothing_is_sent_to_look_even_that_nobody_needs() -> None:
    """Ten are needed in the first month and none after it: ten are sent, and the other fifty stay."""
    once = PARTNER | {"need": 10.0, "until": month(0)}
    plan = rampart.plan(case(6, ("need",), stocks=stock(60.0), routes=[WAY], demand=[once]))
    assert sent(plan) == pytest.approx({month(0): 10.0})
