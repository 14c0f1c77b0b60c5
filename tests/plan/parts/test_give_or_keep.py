"""What is kept at home beside what is given, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

import rampart
from cases_small import ITEM, Row, case, month
from rampart.case.tables import Case

NO_URGENCY = {"urgency": "0.0"}
NATIONS = [{"nation": n, "name_en": n, "role": "member", "fiscal_year_start": 3} for n in ("AAA", "BBB")] + [
    {"nation": "UUU", "name_en": "UUU", "role": "recipient", "fiscal_year_start": 3}
]
PLEDGE = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged", "month": month(0)}


def stock(holder: str, quantity: float) -> Row:
    return {"holder": holder, "item": "shell", "quantity": quantity}


def must_hold(holder: str, quantity: float, q: float | None) -> Row:
    return {"holder": holder, "item": "shell", "layer": "stated", "quantity": quantity, "called_upon": q}


def route(origin: str, **changes: Any) -> Row:
    row = {"origin": origin, "destination": "UUU", "item": "shell", "months": 0.0, "capacity": math.inf}
    return row | changes


def donor(
    months: int, q: float | None, *, priorities: Sequence[str] = ("need",), held: float = 100.0, asked: float = 100.0,
    need: float = 100.0, of: Row | None = None, settings: dict[str, str] | None = None, **rows: Sequence[Row],
) -> Case:  # fmt: skip
    """AAA holds shells and must hold as many; its partner needs some in the first month, each worth the same.

    of  changes of the need
    """
    wanted = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "until": month(0)}
    base: dict[str, Any] = {
        "items": [ITEM | {"price": 1.0}],
        "stocks": [stock("AAA", held)],
        "requirements": [must_hold("AAA", asked, q)],
        "routes": [route("AAA")],
        "demand": [wanted | {"need": need} | (of or {})],
    }
    return case(months, priorities, settings=NO_URGENCY | (settings or {}), **(base | rows))


def served(of: Case) -> float:
    return float(rampart.plan(of, give_or_keep=False)["demand"]["served"].sum())


def test_a_unit_is_given_as_long_as_it_is_worth_more_abroad() -> None:
    """24 months at chance q: the n-th twentieth given costs 24 q (n - 1/2)/20 a unit, and is worth 1 abroad.

    At q = 0.1 that is below 1 up to n = 8: eight steps of 5 are given, and 60 kept.
    """
    assert served(donor(24, 0.1)) == pytest.approx(40.0)


def test_without_a_chance_the_rank_decides() -> None:
    assert served(donor(24, None, priorities=("need", "requirement"))) == pytest.approx(100.0)
    assert served(donor(24, None, priorities=("requirement", "need"))) == pytest.approx(0.0, abs=1e-6)


def test_a_chance_of_nothing_costs_nothing_at_home() -> None:
    assert served(donor(24, 0.0)) == pytest.approx(100.0)


def test_a_later_rank_of_the_requirement_works_within_what_is_held() -> None:
    """The pass of need gives 40; the requirement, ranked after it, takes none of them back."""
    assert served(donor(24, 0.1, priorities=("need", "requirement"))) == pytest.approx(40.0, rel=1e-3)


def test_the_worth_at_home_multiplies() -> None:
    """Twice the worth at home is twice the chance: 24 0.2 (n - 1/2)/20 is below 1 up to n = 4."""
    assert served(donor(24, 0.1, settings={"worth_at_home": "2"})) == pytest.approx(20.0)
    assert served(donor(24, 0.1, settings={"worth_at_home": "0"})) == pytest.approx(100.0)


def test_a_later_month_counts_less_at_home_too() -> None:
    """At an urgency of 100 % a year a month counts 2^(-t/12): 24 of them come to D = 0.75/(1 - 2^(-1/12)), near 13.36.

    0.1 D (n - 1/2)/20 is below 1 up to n = 15.
    """
    whole = 0.75 / (1.0 - 2.0 ** (-1.0 / 12.0))
    steps = sum(0.1 * whole * (n - 0.5) / 20.0 < 1.0 for n in range(1, 21))
    assert steps == 15
    assert served(donor(24, 0.1, settings={"urgency": "1"})) == pytest.approx(5.0 * steps)


def test_a_period_counts_each_of_its_months() -> None:
    """The same in quarters: what is missing at the end of a quarter is missing in three months."""
    assert served(donor(24, 0.1, calendar=[{"from": month(0), "step": 3}])) == pytest.approx(40.0)


def test_more_than_must_be_held_is_given_at_no_cost() -> None:
    """130 on the shelf, 100 to be held: 30 cost nothing, and then eight steps of 5."""
    assert served(donor(24, 0.1, held=130.0, need=200.0)) == pytest.approx(70.0)


def test_what_lacks_from_the_start_is_missed_first() -> None:
    """50 on the shelf, 100 to be held: the ten steps that lack already cost less than those that are left."""
    assert served(donor(24, 0.1, held=50.0)) == pytest.approx(0.0, abs=1e-6)
    assert served(donor(24, 0.05, held=50.0)) == pytest.approx(35.0)  # 24 0.05 (n - 1/2)/20 < 1 up to n = 17


def test_donors_share_the_burden_by_what_they_have_left() -> None:
    """BBB must hold twice as much and holds it: of 60 it gives 40, so that both keep four fifths."""
    both = donor(
        24, 0.01, need=60.0, nations=NATIONS, stocks=[stock("AAA", 100.0), stock("BBB", 200.0)],
        requirements=[must_hold("AAA", 100.0, 0.01), must_hold("BBB", 200.0, 0.01)], routes=[route("AAA"), route("BBB")],
    )  # fmt: skip
    left = rampart.plan(both, give_or_keep=False)["stock"].filter(period=23).select("holder", "closing")
    assert dict(left.iter_rows()) == pytest.approx({"AAA": 80.0, "BBB": 160.0, "UUU": 0.0}, abs=1e-6)
