"""Placed orders that draw components and shared resources, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rampart
from cases_small import ITEM, case, line, month, need
from rampart.case.tables import Case
from rampart.network.network import Network

HALL = {"resource": "hall", "capacity": 10.0}
USE = {"resource": "hall", "line": "plant", "quantity": 1.0, "offset": 1.0}
BILL = {"item": "shell", "component": "fuze", "quantity": 2.0, "offset": 1.5}


def order(number: int, quantity: float, inputs: str | None = "drawn") -> dict[str, Any]:
    """An order of the member's line, delivered in a month counted from the first."""
    row = {"buyer": "AAA", "item": "shell", "line": "plant", "month": month(number), "quantity": quantity}
    return row | {"inputs": inputs}


def placed(*orders: dict[str, Any], **rows: Any) -> Case:
    """Six months of a line with a component taken a month and a half before delivery, and a hall a month before."""
    base: dict[str, Any] = {
        "items": [ITEM, ITEM | {"item": "fuze", "kind": "component"}], "lines": [line(lead_time=2.0)], "bills": [BILL],
        "resources": [HALL], "uses": [USE], "orders": orders, "demand": [need(5.0)],
        "stocks": [{"holder": "AAA", "item": "fuze", "quantity": 100.0}],
    }  # fmt: skip
    return case(6, **(base | rows))


def test_an_order_draws_so_long_before_its_delivery() -> None:
    """8 delivered in the fourth month take 16 fuzes, half of them two months before and half one month, and 8 of the hall
    one month before.
    """
    n = Network(placed(order(3, 8.0)))
    fuzes = n.drawn[n.pair_index["AAA", "fuze"]]
    assert fuzes == pytest.approx([0, 8, 8, 0, 0, 0])
    assert n.drawn_resources[0] == pytest.approx([0, 0, 8, 0, 0, 0])


def test_what_was_drawn_before_the_start_is_done_and_what_comes_after_the_end_still_draws() -> None:
    n = Network(placed(order(0, 8.0), order(6, 4.0)))
    assert n.drawn[n.pair_index["AAA", "fuze"]] == pytest.approx([0, 0, 0, 0, 4, 4])
    assert n.drawn_resources[0] == pytest.approx([0, 0, 0, 0, 0, 4])


@pytest.mark.parametrize("inputs", [None, "supplied"])
def test_an_order_that_is_supplied_draws_nothing(inputs: str | None) -> None:
    n = Network(placed(order(3, 8.0, inputs)))
    assert not np.any(n.drawn) and not np.any(n.drawn_resources)


def test_a_request_draws_nothing() -> None:
    """Orders that are only planned do not arrive, so they take no component and no hall."""
    n = Network(placed(order(3, 8.0) | {"state": "planned"}))
    assert not np.any(n.drawn) and not np.any(n.drawn_resources)


def test_the_hall_is_used_once() -> None:
    """Ten a month of the hall for two months: the first plan makes 20. Entered as placed they leave the hall nothing."""
    late = need(20.0, **{"from": month(2), "until": month(2)})
    two = [line(line="plant", lead_time=1.0), line(line="other", item="fuze", lead_time=1.0)]
    rows = {
        "lines": two, "bills": [], "uses": [USE, USE | {"line": "other"}], "stocks": [],
        "demand": [late | {"weight": 2.0}, late | {"item": "fuze"}],
    }  # fmt: skip
    first = rampart.plan(placed(**rows))
    made = first["orders"].filter(first["orders"]["line"] == "plant")
    assert made["quantity"].to_list() == pytest.approx([10.0, 10.0])
    again = rampart.plan(placed(order(1, 10.0), order(2, 10.0), **rows))
    assert again["orders"].is_empty()
    assert again["demand"].filter(again["demand"]["item"] == "fuze")["unmet"].sum() == pytest.approx(20.0)


def test_components_and_halls_that_are_not_there_are_told_as_rules_that_gave_way() -> None:
    plan = rampart.plan(placed(order(3, 16.0), stocks=[{"holder": "AAA", "item": "fuze", "quantity": 20.0}]))
    broken = {row["family"]: row for row in plan["rules_broken"].iter_rows(named=True)}
    assert broken["resource"]["amount"] == pytest.approx(6.0)
    assert broken["component"]["amount"] == pytest.approx(12.0)
    assert broken["component"]["item"] == "fuze"
    consumed = plan["stock"].filter(plan["stock"]["item"] == "fuze")["consumed"].sum()
    assert consumed == pytest.approx(20.0)
