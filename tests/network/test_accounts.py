"""What one unit of each way does to the four accounts, on a case of one of each."""

from __future__ import annotations

import pytest

from cases_random import make_case
from rampart.network.accounts import (
    expansion_postings,
    order_postings,
    purchase_postings,
    service_postings,
    set_up_postings,
    transfer_postings,
)
from rampart.network.keys import Contract, Demand, Expansion, Lane, Line, Pair, Pledge, Purchase, Resource
from rampart.network.lags import After, FromStart, Growing, Now
from rampart.network.network import Network


@pytest.fixture(scope="module")
def network() -> Network:
    """A line that takes powder and hours, an expansion, an offer, a route with a pledge, a need."""
    return Network(
        make_case(
            {"start": "2024-01", "end": "2025-12"},
            {
                "nations": [{"nation": n, "role": r} for n, r in (("AAA", "member"), ("UUU", "recipient"))],
                "items": [{"item": "shell", "unit": "rounds"}, {"item": "powder", "unit": "kg"}],
                "lines": [
                    {"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "year", "max_rate": 120.0,
                     "admin_lead_time": 1.0, "lead_time": 4.0, "yield": 0.5}
                ],
                "bills": [{"item": "shell", "component": "powder", "quantity": 3.0, "offset": 2.0}],
                "resources": [{"resource": "hall", "capacity": 100.0}],
                "uses": [{"resource": "hall", "line": "plant", "quantity": 2.0, "offset": 1.0, "setup": 5.0}],
                "contracts": [{"contract": "one", "line": "plant", "buyer": "AAA", "ship_to": "UUU"}],
                "expansions": [
                    {"expansion": "more", "line": "plant", "added_rate": 24.0, "construction": 6.0, "ramp": 3.0, "cost": 1.0}
                ],
                "market": [{"offer": "far", "item": "shell", "buyer": "AAA", "quantity": 10.0, "price": 1.0, "delay": 2.0}],
                "routes": [{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 1.0}],
                "deliveries": [
                    {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged", "month": "2024-06",
                     "quantity": 5.0}
                ],
                "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "need": 4.0, "rate_per": "month"}],
            },
        )
    )  # fmt: skip


def test_an_order_is_delivered_and_takes_line_components_and_resources(network: Network) -> None:
    order = Contract("plant", "one")
    found = {(p.account, p.at): (p.of, p.lag, p.per_unit) for p in order_postings(network)}
    assert found == {
        ("stock", Pair("UUU", "shell")): (order, After(5.0), 1.0),
        ("capacity", Line("plant")): (order, After(5.0), -1.0),
        ("stock", Pair("AAA", "powder")): (order, After(3.0), -6.0),  # half of what is made is good
        ("resource", Resource("hall")): (order, After(4.0), -2.0),
    }


def test_an_expansion_adds_its_rate_a_month_as_it_grows(network: Network) -> None:
    (posting,) = expansion_postings(network)
    assert posting[:6] == (
        "capacity",
        Line("plant"),
        "expand",
        Expansion("more"),
        Growing(6.0, 3.0, network.open_months("plant")),
        2.0,
    )


def test_set_ups_purchases_and_service(network: Network) -> None:
    (set_up,) = set_up_postings(network)
    assert set_up[:6] == ("resource", Resource("hall"), "active", Line("plant"), Now(), -5.0)
    (bought,) = purchase_postings(network)
    assert bought[:6] == ("stock", Pair("AAA", "shell"), "buy", Purchase("far", "AAA"), After(2.0), 1.0)
    (served,) = service_postings(network)
    assert served[:6] == (
        "stock", Pair("UUU", "shell"), "serve", Demand("UUU", "shell", "operations"), Now(), -1.0,
    )  # fmt: skip


def test_what_is_sent_leaves_arrives_and_makes_good_a_pledge(network: Network) -> None:
    lane = Lane("AAA", "UUU", "shell")
    found = {(p.account, p.at): (p.of, p.lag, p.per_unit) for p in transfer_postings(network)}
    assert found == {
        ("stock", Pair("AAA", "shell")): (lane, Now(), -1.0),
        ("stock", Pair("UUU", "shell")): (lane, After(1.0), 1.0),
        ("pledge", Pledge("AAA", "UUU", "shell")): (lane, After(1.0), 1.0),
    }


def test_components_of_an_expansion_are_taken_from_its_start() -> None:
    case = make_case(
        {"start": "2024-01", "end": "2025-12"},
        {
            "nations": [{"nation": "AAA", "role": "member"}],
            "items": [{"item": "shell", "unit": "rounds"}, {"item": "press", "unit": "pieces"}],
            "lines": [
                {"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "lead_time": 1.0, "yield": 1.0}
            ],
            "expansions": [{"expansion": "more", "line": "plant", "added_rate": 1.0, "construction": 6.0, "cost": 1.0}],
            "bills": [{"item": "shell", "expansion": "more", "component": "press", "quantity": 2.0, "offset": 2.0}],
        },
    )
    taken = [p for p in expansion_postings(Network(case)) if p.account == "stock"]
    assert [(p.at, p.lag, p.per_unit) for p in taken] == [(Pair("AAA", "press"), FromStart(4.0), -2.0)]
