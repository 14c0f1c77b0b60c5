"""What waiting costs where things come whole, worked out by hand: systems, multiples, lots, works, gifts, and what steps in."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

import rampart
from cases_small import ITEM, case, line, month, need
from rampart.language.decisions_and_causes import deadline, delay
from rampart.language.in_words import InWords
from rampart.plan.reading import delays, made_anew

GUN = ITEM | {"item": "gun", "name_en": "gun", "kind": "system", "unit": "guns"}
TENS = ITEM | {"multiple": 10.0}
OFFER = {
    "offer": "stock",
    "seller": "SSS",
    "item": "shell",
    "quantity": 100.0,
    "max_rate": 15.0,
    "price": 1.0,
    "delay": 0.0,
}
NATIONS = [
    {"nation": n, "name_en": n, "role": role, "fiscal_year_start": 3}
    for n, role in (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"), ("SSS", "supplier"))
]


def plan(months: int, priorities: tuple[str, ...], **rows: Any) -> Any:
    return rampart.plan(case(months, priorities, nations=NATIONS, **rows), reasons="none")


def the(of: Any, kind: str) -> dict[str, Any]:
    """The one decision of its kind, with what a month's delay of it costs alone."""
    (decision,) = of["decisions"].filter(kind=kind).to_dicts()
    (waits,) = of["delays"].filter(kind=kind, months=1, together="").to_dicts()
    return {"decide_by": decision["decide_by"], "at_latest": decision["at_latest"]} | waits


def first(of: int) -> date:
    return date.fromisoformat(f"{month(of)}-01")


def tens(months: int, **changes: Any) -> Any:
    """Thirty wanted in the last month, bought by the ten, at most fifteen a month: ten a month."""
    wanted = need(30.0, **{"from": month(months - 1), "until": month(months - 1)})
    return plan(months, ("own_use", "money"), items=[TENS], market=[OFFER | changes], demand=[wanted])


def test_a_purchase_by_the_ten() -> None:
    """In any amount fifteen and fifteen would do, and a month would cost nothing. By the ten, ten are never there."""
    waits = the(tens(3), "purchase")
    assert (waits["objective"], waits["most"]) == ("own_use", pytest.approx(10.0))
    assert (waits["decide_by"], waits["at_latest"], waits["split"]) == (first(0), False, False)


def test_a_purchase_by_the_ten_with_a_month_to_spare() -> None:
    """Thirty in the fourth month, a little dearer from the third on. A month later ten and twenty still come, for half a
    hundredth more; two months later two tens, where fifteens would still do: due in the second month.
    """
    early, later = OFFER | {"until": month(1)}, OFFER | {"offer": "later", "price": 1.0005, "from": month(2)}
    wanted = need(30.0, **{"from": month(3), "until": month(3)})
    made = plan(4, ("own_use", "money"), items=[TENS], market=[early, later], demand=[wanted])
    waits = the(made, "purchase")
    assert (waits["objective"], waits["cost"]) == ("money", pytest.approx(0.005))
    assert (waits["decide_by"], waits["at_latest"]) == (first(1), False)


def test_an_order_of_systems() -> None:
    """One and a half guns a month is one a month, three in all; a month later two, where in parts of guns it would be three."""
    wanted = need(3.0, item="gun", **{"from": month(2), "until": month(2)})
    made = plan(3, ("own_use", "money"), items=[GUN], lines=[line(item="gun", max_rate=1.5)], demand=[wanted])
    waits = the(made, "order")
    assert (waits["objective"], waits["most"], waits["lacks"]) == ("own_use", pytest.approx(1.0), "gun")
    assert waits["decide_by"] == first(0)


def test_an_order_in_lots_of_fifty() -> None:
    """Seventy-five a month is a lot of fifty; three lots are wanted in the third month."""
    wanted = need(150.0, **{"from": month(2), "until": month(2)})
    made = plan(3, ("own_use", "money"), lines=[line(max_rate=75.0, lot=50.0)], demand=[wanted])
    waits = the(made, "order")
    assert (waits["objective"], waits["most"]) == ("own_use", pytest.approx(50.0))
    assert waits["decide_by"] == first(0)


def howitzers(units: float) -> Any:
    """A line that makes nothing without works: one and a half guns a month more from each, a month after it is decided."""
    works = {
        "expansion": "hall",
        "line": "plant",
        "added_rate": 1.5,
        "cost": 5.0,
        "construction": 1.0,
        "max_units": units,
    }
    wanted = need(2.0, item="gun", **{"from": month(2), "until": month(2)})
    return plan(
        3, ("own_use", "money"), items=[GUN], lines=[line(item="gun", max_rate=0.0)], expansions=[works], demand=[wanted]
    )  # fmt: skip


def test_works_on_a_line_of_howitzers() -> None:
    """Begun at once, one gun in each of two months; a month later one and a half in one month, which is one."""
    waits = the(howitzers(1.0), "expansion")
    assert (waits["objective"], waits["most"]) == ("own_use", pytest.approx(1.0))
    assert waits["decide_by"] == first(0)


def test_works_that_wait_are_made_twice_as_large() -> None:
    """A month later two halls make both guns in the last month: nothing lacks, and the second hall costs five more."""
    waits = the(howitzers(2.0), "expansion")
    assert (waits["objective"], waits["cost"]) == ("money", pytest.approx(5.0))
    assert waits["decide_by"] == first(0)


def test_a_gift_of_tanks() -> None:
    """Two and a half a month are two on the way each month: six in three months, four in two."""
    made = plan(
        3, ("need", "money"), items=[GUN], stocks=[{"holder": "BBB", "item": "gun", "quantity": 10.0}],
        routes=[{"origin": "BBB", "destination": "UUU", "item": "gun", "months": 0.0, "capacity": 2.5}],
        demand=[need(6.0, item="gun", holder="UUU", purpose="operations", **{"from": month(2), "until": month(2)})],
    )  # fmt: skip
    waits = the(made, "transfer")
    assert (waits["objective"], waits["holder"], waits["most"]) == ("need", "UUU", pytest.approx(2.0))
    assert waits["decide_by"] == first(0)


def test_another_whole_thing_steps_in() -> None:
    """Two tens of each offer, at most one a month; where the cheap one waits, the other sells two: a dearer ten, ten more."""
    dear = OFFER | {"offer": "dear", "price": 2.0, "max_rate": 10.0}
    wanted = need(20.0, **{"from": month(1), "until": month(1)})
    made = plan(
        2, ("own_use", "money"), items=[TENS], market=[OFFER | {"max_rate": 10.0}, dear], demand=[wanted],
    )  # fmt: skip
    waits = the(made, "purchase")
    assert (waits["objective"], waits["cost"]) == ("money", pytest.approx(10.0))
    assert waits["decide_by"] == first(0)


@pytest.mark.parametrize(("what", "most"), [("IN_WHOLE", 0), ("MOST_WORK", 0)])
def test_beyond_the_size_it_is_told_as_if_things_could_be_split(
    monkeypatch: pytest.MonkeyPatch, what: str, most: int
) -> None:
    """Fifteen and fifteen: nothing is lost so, which is no promise, and the month is the latest that it can be."""
    monkeypatch.setattr(delays, what, most)
    made = tens(3)
    waits = the(made, "purchase")
    assert (waits["objective"], waits["split"]) == (None, True)
    assert (waits["decide_by"], waits["at_latest"]) == (first(1), True)
    (decision,) = made["decisions"].to_dicts()
    answer, french = InWords(made), InWords(made, "fr")
    assert deadline(answer, decision) == "Apr 2024 at the latest"
    assert delay(answer, decision) == "nothing, if works, lots and systems could be split; whole, it may cost something"
    assert (
        " ".join(delay(french, decision).split())
        == "rien, si extensions, lots et systèmes étaient fractionnables ; entiers, cela peut coûter"
    )


def test_a_loss_told_as_if_things_could_be_split_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve and a half a month: twenty-five of thirty are there a month later, five fewer than by the ten."""
    monkeypatch.setattr(delays, "IN_WHOLE", 0)
    made = tens(3, max_rate=12.5)
    waits = the(made, "purchase")
    assert (waits["objective"], waits["split"], waits["most"]) == ("own_use", True, pytest.approx(5.0))
    (decision,) = made["decisions"].to_dicts()
    assert delay(InWords(made), decision).endswith(
        "; worked out without rounding to whole units (works, lots and systems taken as divisible)"
    )


def test_a_search_that_takes_too_many_branches_is_not_told_as_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a plan made anew is not proved the best, nothing is promised of it."""

    def cut_short(*given: Any, **named: Any) -> Any:
        found = solve(*given, **named)
        found.solver.cut_short = True
        return found

    solve = made_anew.solve
    monkeypatch.setattr(made_anew, "solve", cut_short)
    assert the(tens(3), "purchase")["split"]


def test_what_has_no_whole_numbers_is_told_without_reserve() -> None:
    """The same in any amount: fifteen and fifteen a month later, nothing lost, due in the second month."""
    wanted = need(30.0, **{"from": month(2), "until": month(2)})
    made = plan(3, ("own_use", "money"), market=[OFFER], demand=[wanted])
    waits = the(made, "purchase")
    assert (waits["objective"], waits["decide_by"], waits["at_latest"], waits["split"]) == (
        None,
        first(1),
        False,
        False,
    )
    assert math.isclose(made["decisions"]["quantity"].sum(), 15.0)
