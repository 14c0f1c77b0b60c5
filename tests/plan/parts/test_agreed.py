"""What leaves as agreed, and how short others are, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

import rampart
from cases_small import case, month, need, values

STOCK = {"holder": "AAA", "item": "shell", "quantity": 10.0}


def agreed(number: int, quantity: float, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"holder": "AAA", "item": "shell", "month": month(number), "quantity": quantity}
    return row | changes


def test_what_is_agreed_leaves_before_own_use() -> None:
    """Ten in hand, three used a month; eight leave in the third month: of nine needed two are served."""
    of = case(3, stocks=[STOCK], demand=[need(3.0)], agreed=[agreed(2, 5.0), agreed(2, 3.0, to="UUU")])
    plan = rampart.plan(of)
    assert plan["rules_broken"].is_empty()
    assert plan["demand"]["served"].sum() == pytest.approx(2.0)
    sent = plan["movements"].filter(kind="sent")
    assert sent.select("period", "quantity").rows() == [(2, -8.0)]
    gone = plan["pegging"].filter(to_kind="agreed")
    assert gone["quantity"].sum() == pytest.approx(8.0)
    assert gone["from_kind"].unique().to_list() == ["stock"]


def test_what_is_not_there_is_withheld_and_said() -> None:
    of = case(2, stocks=[STOCK], demand=[need(1.0)], agreed=[agreed(0, 4.0), agreed(1, 12.0)])
    plan = rampart.plan(of)
    assert plan["rules_broken"].select("family", "code", "item", "period", "amount").rows() == [
        ("agreed", "AAA|shell", "shell", 1, pytest.approx(6.0))
    ]
    assert values(of)["rules"] == pytest.approx(6.0 / 12.0)
    assert plan["demand"]["served"].sum() == 0.0


def test_the_holder_pays_for_the_way() -> None:
    """Six at 2 and two at 4, in one month: 20; nothing before the plan or after it counts."""
    rows = [agreed(1, 6.0, cost=2.0), agreed(1, 2.0, cost=4.0, to="UUU"), agreed(-1, 5.0, cost=9.0), agreed(2, 5.0)]
    of = case(2, stocks=[STOCK], demand=[need(1.0)], agreed=rows)
    assert values(of)["money"] == pytest.approx(20.0)
    money = rampart.plan(of)["money"].filter(purpose="transport")
    assert money.select("nation", "commitments", "payments").rows() == [
        ("AAA", pytest.approx(20.0), pytest.approx(20.0))
    ]


def test_fairness_looks_at_others_too() -> None:
    """Of a month's six, required are ten; nobody is worse off here than 0.4, but others are: 0.6 counts in the first month."""
    ask = {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 10.0}
    short = [{"item": "shell", "missing": 0.6}, {"item": "shell", "from": month(1), "missing": 0.1}]
    of = case(2, ["requirement"], stocks=[STOCK | {"quantity": 6.0}], requirements=[ask], elsewhere=short)
    found = values(of)
    assert found["requirement_worst"] == pytest.approx(0.6 + 0.4)
    assert found["requirement_sum"] == pytest.approx(0.4 + 0.4)
