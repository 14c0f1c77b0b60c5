"""Compensation of donors, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

import rampart
from cases_small import CONTRACT, Row, case, line, month, need
from rampart.case.tables import Case
from rampart.results.result import Result

NATIONS = [
    {"nation": nation, "name_en": nation, "role": role, "fiscal_year_start": 1}
    for nation, role in (("AAA", "member"), ("BBB", "member"), ("CCC", "member"), ("UUU", "recipient"))
]
GIFT = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "delivered", "month": month(-2)}
OWED = GIFT | {"quantity": 30.0, "backfill_due": month(2), "backfill_by": "BBB"}
DEAL = CONTRACT | {"buyer": "BBB", "max_quantity": math.inf}


def route(origin: str, destination: str, **changes: Any) -> Row:
    return {"origin": origin, "destination": destination, "months": 0.0, "capacity": math.inf, "cost": 0.0} | changes


def owing(months: int, *ranks: str, **rows: Any) -> Case:
    """A donor that gave 30 before the plan, and a nation that owes them by the third month."""
    rows = {"deliveries": [OWED], "nations": NATIONS, "settings": {}} | rows
    del rows["settings"]
    return case(months, ranks or ("backfill", "money"), **rows)


def owed(found: Result) -> list[float]:
    return [float(x) for x in found["backfill"]["owed"].to_list()]


def test_orders_for_the_donor_make_it_good() -> None:
    """10 a month at most, delivered to the donor: 30 by the third month, and no more."""
    found = rampart.plan(owing(5, lines=[line(nation="BBB")], contracts=[DEAL | {"ship_to": "AAA"}]))
    assert owed(found) == [0.0, 0.0, 0.0]
    assert found["orders"]["quantity"].sum() == pytest.approx(30.0)
    assert found["backfill"].select("owing", "donor", "due", "arrived").row(0) == (
        "BBB",
        "AAA",
        30.0,
        pytest.approx(30),
    )


def test_what_it_sends_of_its_own_makes_it_good() -> None:
    """5 on the shelf and 10 a month, a month on the way: 25 have come when 30 are due, the rest a month later.

    The objective: 5 short for a twelfth of a year, a unit of which is worth (1.1)^(-2/12) of one in the first.
    """
    found = rampart.plan(
        owing(6, lines=[line(nation="BBB")], contracts=[DEAL], routes=[route("BBB", "AAA", months=1.0)],
              stocks=[{"holder": "BBB", "item": "shell", "quantity": 5.0}]), reasons="all",
    )  # fmt: skip
    assert owed(found) == pytest.approx([5.0, 0.0, 0.0, 0.0])
    assert found["passes"].row(0, named=True)["value"] == pytest.approx(5.0 / 12 * 1.1 ** (-2 / 12))
    said = found.explain()
    assert "Backfill" in said[0]
    assert "5" in said[0]


def test_what_goes_to_and_fro_counts_once() -> None:
    """10 of its own and nothing else: sent, sent back and sent again they are still 10, and 20 stay owed."""
    found = rampart.plan(
        owing(6, "backfill", routes=[route("BBB", "AAA"), route("AAA", "BBB"), route("AAA", "CCC"), route("CCC", "BBB")],
              stocks=[{"holder": "BBB", "item": "shell", "quantity": 10.0}])
    )  # fmt: skip
    assert owed(found) == pytest.approx([20.0] * 4)


def test_what_others_send_does_not_count() -> None:
    found = rampart.plan(
        owing(
            4, "backfill", routes=[route("CCC", "AAA")], stocks=[{"holder": "CCC", "item": "shell", "quantity": 90.0}]
        )
    )
    assert owed(found) == pytest.approx([30.0, 30.0])


def test_placed_orders_count_from_the_start() -> None:
    """12 that BBB ordered for the donor, and 8 that the donor ordered itself, which do not count."""
    order = {"item": "shell", "ship_to": "AAA", "month": month(1)}
    found = rampart.plan(
        owing(4, "backfill", orders=[order | {"buyer": "BBB", "quantity": 12.0}, order | {"buyer": "AAA", "quantity": 8.0}],
              requirements=[{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 1.0}],
              demand=[need(1.0)])
    )  # fmt: skip
    assert owed(found) == pytest.approx([18.0, 18.0])


def test_a_donor_that_owes_itself_orders_and_buys() -> None:
    """10 a month of its own line and 4 a month on the market: 30 by the end of the third month and 12 to spare."""
    offer = {"offer": "far", "seller": "CCC", "item": "shell", "buyer": "AAA", "quantity": 100.0, "max_rate": 4.0,
             "price": 9.0, "delay": 0.0}  # fmt: skip
    itself = OWED | {"backfill_by": "AAA", "quantity": 40.0}
    found = rampart.plan(
        owing(4, lines=[line()], contracts=[DEAL | {"buyer": "AAA"}], market=[offer], deliveries=[itself])
    )
    assert owed(found) == pytest.approx([0.0, 0.0])
    assert found["purchases"]["quantity"].sum() == pytest.approx(10.0)  # the line comes first: it is cheaper


def test_who_pays_for_an_order_makes_it_good() -> None:
    deal = DEAL | {"buyer": "AAA", "payer": "BBB"}
    found = rampart.plan(owing(4, lines=[line()], contracts=[deal]))
    assert owed(found) == pytest.approx([0.0, 0.0])


def test_a_smaller_quantity_may_be_owed() -> None:
    found = rampart.plan(owing(4, "backfill", deliveries=[OWED | {"backfill_quantity": 13.0}], demand=[need(1.0)]))
    assert owed(found) == pytest.approx([13.0, 13.0])


def test_what_was_not_given_is_not_owed_back() -> None:
    """20 were pledged and only 8 could be given: 8 are owed back. Without the pledges before it, all 20 are."""
    pledge = OWED | {"status": "pledged", "quantity": 20.0, "month": month(0), "backfill_due": month(1)}
    rows = {
        "deliveries": [pledge], "routes": [route("AAA", "UUU")],
        "stocks": [{"holder": "AAA", "item": "shell", "quantity": 8.0}],
    }  # fmt: skip
    found = rampart.plan(owing(3, "pledges", "backfill", **rows))
    assert owed(found) == pytest.approx([8.0, 8.0])
    found = rampart.plan(owing(3, "backfill", "pledges", **rows))
    assert owed(found) == pytest.approx([20.0, 20.0])


def test_without_a_nation_that_owes_it_nobody_is_bound() -> None:
    free = OWED | {"backfill_by": None}
    found = rampart.plan(
        owing(
            4, lines=[line(nation="BBB")], contracts=[DEAL | {"ship_to": "AAA"}], deliveries=[free], demand=[need(1.0)]
        )
    )
    assert found["backfill"].is_empty()
    assert found["orders"].is_empty()


def test_pledges_come_before_it_and_need_after() -> None:
    """10 a month: in the third month 20 are pledged, 10 owed back, and the partner needs 10 a month."""
    rows: dict[str, Any] = {
        "lines": [line(nation="BBB")], "contracts": [DEAL],
        "routes": [route("BBB", "AAA"), route("BBB", "UUU")],
        "deliveries": [
            OWED | {"quantity": 10.0},
            {"donor": "BBB", "recipient": "UUU", "item": "shell", "status": "pledged", "from": month(2),
             "month": month(2), "quantity": 20.0},
        ],
        "demand": [need(10.0, holder="UUU", until=month(2))],
    }  # fmt: skip
    found = rampart.plan(owing(3, "pledges", "backfill", "need", **rows))
    reached = dict(found["passes"].select("objective", "value").iter_rows())
    assert (reached["pledges"], reached["backfill"]) == pytest.approx((0.0, 0.0))
    assert found["demand"]["served"].sum() == pytest.approx(20.0)  # what is pledged serves, what is owed back does not
    other = rampart.plan(owing(3, "need", "pledges", "backfill", **rows))
    assert other["demand"]["served"].sum() == pytest.approx(30.0)
    assert owed(other) == pytest.approx([10.0])
