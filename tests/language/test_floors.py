"""Who comes down to its floor in the first year, and what asks for it."""

from __future__ import annotations

from typing import Any

import pytest

import rampart
from cases_small import CONTRACT, case, line, month
from rampart.language.floors import down_to_floor, floors_told
from rampart.language.in_words import InWords
from rampart.results.result import Result

FLOOR = 40.0


def planned(need: float, *, pledged: float = 0.0, levels: bool = False, own: float = 0.0) -> Result:
    """AAA holds 60 above a floor of 40; UUU needs so much in the first of three months."""
    at: dict[str, Any] = {"item": "shell"}
    wanted = at | {"rate_per": "month", "until": month(0)}
    rows: dict[str, Any] = {
        "stocks": [at | {"holder": "AAA", "quantity": 60.0}],
        "requirements": [at | {"holder": "AAA", "layer": "floor", "quantity": FLOOR}],
        "routes": [at | {"origin": "AAA", "destination": "UUU", "months": 0.0, "capacity": 1000.0}],
        "demand": [wanted | {"holder": "UUU", "purpose": "operations", "need": need}],
    }
    if own:
        rows["demand"].append(wanted | {"holder": "AAA", "purpose": "training", "need": own})
    if pledged:
        pledge = {"donor": "AAA", "recipient": "UUU", "status": "pledged", "quantity": pledged, "month": month(0)}
        rows["deliveries"] = [at | pledge]
    if levels:
        rows["levels"] = [at | {"holder": "UUU", "level": "essential", "share": 0.5}]
    return rampart.plan(case(3, ("floors", "pledges", "own_use", "need"), **rows))


@pytest.mark.parametrize(
    ("why", "given"),
    [
        ("pledge", {"need": 50.0, "pledged": 30.0}),  # 20 of 30 pledged can be given
        ("essential", {"need": 50.0, "levels": True}),  # 20 of the first 25
        ("beyond", {"need": 30.0, "levels": True}),  # 20 of 30, of which 15 are essential
        ("need", {"need": 30.0}),  # no level is stated
        ("own", {"need": 0.0, "own": 25.0}),
    ],
)
def test_what_asks_for_the_last_unit_above_the_floor(why: str, given: dict[str, Any]) -> None:
    (found,) = down_to_floor(planned(**given))
    assert (found.holder, found.item, found.month.isoformat()[:7], found.why) == ("AAA", "shell", month(0), why)


def between_members(**more: Any) -> Result:
    """AAA holds 60 above a floor of 40, BBB nothing; nobody uses any."""
    at: dict[str, Any] = {"item": "shell"}
    nations = (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"))
    rows: dict[str, Any] = {
        "nations": [{"nation": n, "name_en": n, "role": role} for n, role in nations],
        "stocks": [at | {"holder": "AAA", "quantity": 60.0}],
        "requirements": [at | {"holder": "AAA", "layer": "floor", "quantity": FLOOR}],
        "routes": [
            at | {"origin": "AAA", "destination": "BBB", "months": 0.0, "capacity": 1000.0},
            at | {"origin": "BBB", "destination": "UUU", "months": 0.0, "capacity": 1000.0},
        ],
    }
    for name, extra in more.items():
        rows[name] = [*rows.get(name, []), *({**at, **row} for row in extra)]
    return rampart.plan(case(3, ("floors", "pledges", "backfill", "need", "money"), **rows))


def test_who_sends_to_another_member_does_not_use_it_itself() -> None:
    floor = {"holder": "BBB", "layer": "floor", "quantity": 20.0}
    (found,) = down_to_floor(between_members(requirements=[floor]))
    assert (found.holder, found.why) == ("AAA", "members")


def test_what_is_owed_in_compensation_is_told_as_that() -> None:
    """BBB gives the 30 that it has; AAA owes it all of them, and has 20 above its floor."""
    given = {
        "donor": "BBB", "recipient": "UUU", "status": "pledged", "quantity": 30.0, "month": month(0),
        "backfill_due": month(1), "backfill_by": "AAA",
    }  # fmt: skip
    (found,) = down_to_floor(between_members(stocks=[{"holder": "BBB", "quantity": 30.0}], deliveries=[given]))
    assert (found.holder, found.why) == ("AAA", "compensation")


@pytest.mark.parametrize(
    ("agreed", "own", "why", "below"),
    [
        (20.0, 0.0, "agreed", False),  # all that is above the floor
        (30.0, 0.0, "agreed", True),  # comes before every objective
        (5.0, 15.0, "own", False),
    ],
)
def test_what_was_agreed_is_no_use_of_its_own(agreed: float, own: float, why: str, below: bool) -> None:
    rows: dict[str, Any] = {"agreed": [{"holder": "AAA", "to": "BBB", "month": month(0), "quantity": agreed}]}
    if own:
        use = {"holder": "AAA", "purpose": "training", "rate_per": "month", "until": month(0), "need": own}
        rows["demand"] = [use]
    plan = between_members(**rows)
    (found,) = down_to_floor(plan)
    assert (found.holder, found.why, found.below) == ("AAA", why, below)
    for language, told in (("en", "below it"), ("fr", "en dessous")):
        assert (told in floors_told(InWords(plan, language))) is below  # type: ignore[arg-type]


def test_components_are_no_use_of_its_own() -> None:
    """AAA takes 20 of its powder for as many shells that BBB is to hold."""
    rows: dict[str, Any] = {
        "items": [
            {"item": i, "name_en": i, "kind": "munition", "unit": "rounds", "price": 1.0} for i in ("shell", "powder")
        ],
        "bills": [{"item": "shell", "component": "powder", "quantity": 1.0}],
        "lines": [line(max_rate=20.0)],
        "contracts": [CONTRACT],
        "stocks": [{"holder": "AAA", "item": "powder", "quantity": 60.0}],
        "requirements": [
            {"holder": "AAA", "item": "powder", "layer": "floor", "quantity": FLOOR},
            {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 20.0},
        ],
    }
    (found,) = down_to_floor(rampart.plan(case(3, ("floors", "requirement", "money"), **rows)))
    assert (found.item, found.why) == ("powder", "components")


def test_nothing_is_told_where_all_stay_above() -> None:
    assert floors_told(InWords(planned(10.0))) == ""


@pytest.mark.parametrize(("language", "words"), [("en", "what it pledged"), ("fr", "tenir les promesses")])
def test_it_is_told_in_both_languages(language: Any, words: str) -> None:
    told = floors_told(InWords(planned(50.0, pledged=30.0), language))
    assert "AAA" in told and words in told
