"""Worth of items and of months."""

from __future__ import annotations

from typing import Any

import pytest

from cases_random import make_case
from cases_small import month, need
from rampart.case.tables import Case
from rampart.requirements.worth import believes, without_worth, worth_of_items, worth_of_months

ITEM = {"item": "shell", "name_en": "shell", "kind": "munition", "unit": "u"}
OTHER = ITEM | {"item": "missile", "name_en": "missile"}
WAR = {
    "regimes": [{"regime": "war", "ends": False}, {"regime": "over", "ends": True}],
    "transitions": [{"from_regime": "war", "to_regime": "over", "probability": 0.1}],
}


def of(items: list[dict[str, Any]], settings: dict[str, str] | None = None, **rows: Any) -> Case:
    nations = [{"nation": "AAA", "name_en": "AAA", "role": "member", "fiscal_year_start": 3}]
    span = {"start": month(0), "end": month(23)} | (settings or {})
    return make_case(span, {"nations": nations, "items": items, "demand": [need(1.0)]} | rows)


def test_an_item_is_worth_what_is_stated_else_its_price() -> None:
    found = worth_of_items(of([ITEM | {"price": 3.0}, OTHER | {"price": 5.0, "worth": 7.0}]))
    assert found == {"shell": 3.0, "missile": 7.0}


def test_all_items_count_one_where_a_price_needed_is_blank() -> None:
    blank = of([ITEM, OTHER | {"price": 5.0}])
    assert without_worth(blank) == ("shell",)
    assert set(worth_of_items(blank).values()) == {1.0}


def test_an_item_that_nobody_asks_for_needs_no_price() -> None:
    assert worth_of_items(of([ITEM | {"price": 3.0}, OTHER])) == {"shell": 3.0, "missile": 1.0}


def test_a_unit_a_year_later_is_worth_a_tenth_less_unless_stated_otherwise() -> None:
    months = worth_of_months(of([ITEM]))
    assert months[[0, 12]] == pytest.approx([1.0, 1 / 1.1])
    months = worth_of_months(of([ITEM], {"urgency": "0.44"}))
    assert months[6] == pytest.approx(1.44**-0.5)


def test_beliefs_stand_in_place_of_urgency() -> None:
    assert not believes(of([ITEM], **WAR)), "no present regime is named"
    case = of([ITEM], {"regime": "war"}, **WAR)
    assert believes(case)
    assert set(worth_of_months(case)) == {1.0}
