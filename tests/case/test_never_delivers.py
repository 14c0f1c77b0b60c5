"""Lines and offers of which nothing can come within the plan: because of orders, parts, works or dates."""

from __future__ import annotations

from typing import Any

import pytest

from cases_small import CONTRACT, ITEM, case, line, month, need
from rampart.case.checking.checks import check
from rampart.case.draft import Draft

PART = ITEM | {"item": "part", "name_en": "part", "kind": "component"}
BILL = {"item": "shell", "component": "part", "quantity": 1.0, "offset": 1.0}
WORKS = {"expansion": "hall", "line": "plant", "added_rate": 5.0, "cost": 1.0, "construction": 4.0, "max_units": 1.0}
OFFER = {
    "offer": "sale",
    "seller": "AAA",
    "item": "shell",
    "buyer": "AAA",
    "quantity": 5.0,
    "max_rate": 5.0,
    "price": 1.0,
}


def said(**rows: Any) -> list[tuple[str, str, str]]:
    """Code and value of what is found of a case of six months, and the text in English."""
    of = case(6, demand=[need(10.0)], **rows)
    found = check(Draft.of(of.tables))
    return [(f.code, f.value, str(f)) for f in found if f.code in ("line-never-delivers", "offer-never-arrives")]


def of_parts(lead: float, own: float, **rows: Any) -> list[tuple[str, str, str]]:
    """A line with its own lead time whose part, taken a month before delivery, comes of another line."""
    lines = [line(lead_time=own), line(line="parts", item="part", lead_time=lead)]
    return said(items=[PART, ITEM], lines=lines, bills=[BILL], **rows)


@pytest.mark.parametrize(
    ("lead", "own", "late"), [(4.0, 5.0, False), (5.0, 1.0, True), (4.0, 6.0, True), (2.0, 2.0, False)]
)
def test_a_line_delivers_after_its_orders_and_its_parts(lead: float, own: float, late: bool) -> None:
    """Within six months something ordered at once comes after five at most, and a part a month before."""
    found = of_parts(lead, own)
    assert bool(found) == late
    if late and own < 6:
        assert "its part part comes no sooner" in found[0][2]
        assert "after 6 months" in found[0][2]


def test_a_part_in_stock_or_two_tiers_down() -> None:
    stocks = [{"holder": "AAA", "item": "part", "quantity": 1.0}]
    assert of_parts(5.0, 1.0, stocks=stocks) == []
    metal = PART | {"item": "metal", "name_en": "metal"}
    lines = [line(), line(line="parts", item="part"), line(line="metals", item="metal", lead_time=4.0)]
    bills = [BILL, BILL | {"item": "part", "component": "metal", "offset": 1.0}]
    (found,) = said(items=[metal, PART, ITEM], lines=lines, bills=bills)
    assert "plant can deliver first after 6 months" in found[2]


@pytest.mark.parametrize(("rate", "built", "late"), [(0.0, 5.0, False), (0.0, 6.0, True), (1.0, 6.0, False)])
def test_a_line_that_makes_nothing_without_works(rate: float, built: float, late: bool) -> None:
    found = said(lines=[line(max_rate=rate)], expansions=[WORKS | {"construction": built}])
    assert bool(found) == late
    assert not late or "its works hall are ready no sooner" in found[0][2]


def test_a_contract_that_opens_too_late() -> None:
    deal = CONTRACT | {"from": month(4)}
    assert said(lines=[line(lead_time=1.0)], contracts=[deal]) == []
    assert said(lines=[line(lead_time=2.0)], contracts=[deal])[0][:2] == ("line-never-delivers", month(5))


@pytest.mark.parametrize(("delay", "opens", "late"), [(5.0, 0, False), (6.0, 0, True), (2.0, 4, True), (1.0, 4, False)])
def test_an_offer_that_comes_after_the_plan(delay: float, opens: int, late: bool) -> None:
    found = said(market=[OFFER | {"delay": delay, "from": month(opens)}])
    assert [f[:2] for f in found] == ([("offer-never-arrives", month(5))] if late else [])
