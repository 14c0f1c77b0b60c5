"""What is kept at home beside what is given, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

import rampart
from cases_small import ITEM, Row, case, month
from rampart.case.tables import Case

NO_URGENCY = {"urgency": "0"}
FLAT = ("need",)


def donor(
    months: int, q: float | None, *, priorities: Sequence[str] = FLAT, home: str = "1", held: float = 100.0,
    asked: float = 100.0, need: float = 100.0, **rows: Sequence[Row],
) -> Case:  # fmt: skip
    """AAA holds shells and must hold as many; its partner needs some in the first month, each worth the same."""
    wanted = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "until": month(0)}
    base: dict[str, Any] = {
        "items": [ITEM | {"price": 1.0}],
        "stocks": [{"holder": "AAA", "item": "shell", "quantity": held}],
        "requirements": [
            {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": asked, "called_upon": q},
        ],
        "routes": [{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": math.inf}],
        "demand": [wanted | {"need": need}],
    }  # fmt: skip
    return case(months, priorities, settings=NO_URGENCY | {"worth_at_home": home}, **(base | rows))


def served(of: Case) -> float:
    return float(rampart.plan(of)["demand"]["served"].sum())


def test_a_unit_is_given_as_long_as_it_is_worth_more_abroad() -> None:
    """24 months at chance q: the n-th twentieth given costs 24 q (n - 1/2)/20 a unit, and is worth 1 abroad.

    At q = 0.1 that is below 1 up to n = 8: eight steps of 5 are given, and 60 kept.
    """
    assert served(donor(24, 0.1)) == pytest.approx(40.0)
