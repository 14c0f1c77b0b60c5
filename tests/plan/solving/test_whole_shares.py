"""What comes whole is shared: beside all ways of sharing it, one by one."""

from __future__ import annotations

import math
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

import rampart
from cases_random import make_case
from drawn import seeds
from rampart.case.tables import Case

Row = dict[str, Any]


def one_month(supply: int, needs: list[int], *, multiple: int = 1, months: int = 1, **rows: list[Row]) -> Case:
    """A member with systems to give, and as many partners as needs."""
    partners = [f"U{n}" for n in range(len(needs))]
    item = {
        "item": "gun",
        "name_en": "gun",
        "kind": "system",
        "unit": "guns",
        "price": 1.0,
        "multiple": float(multiple),
    }
    tables: dict[str, list[Row]] = {
        "nations": [{"nation": "AAA", "role": "member", "name_en": "A"}]
        + [{"nation": code, "role": "recipient", "name_en": code} for code in partners],
        "items": [item],
        "stocks": [{"holder": "AAA", "item": "gun", "quantity": float(supply)}],
        "routes": [
            {"origin": "AAA", "destination": code, "item": "gun", "months": 0.0, "capacity": math.inf}
            for code in partners
        ],
        "demand": [
            {"holder": code, "item": "gun", "purpose": "operations", "rate_per": "month", "need": float(need)}
            for code, need in zip(partners, needs, strict=True)
        ],
        "priorities": [{"rank": 1, "objective": "need", "tolerance": 0.0}],
    }
    return make_case({"start": "2025-01", "end": f"2025-{months:02d}"}, tables | rows)


def served(case: Case) -> list[float]:
    plan = rampart.plan(case, give_or_keep=False, reasons="none")
    return [round(value, 6) for value in plan["demand"].sort("holder", "period")["served"]]


def most_even(supply: int, needs: list[int]) -> tuple[float, float]:
    """Largest share lacking, and the squares of the shares by size of need, of the best of all ways of sharing."""
    ways = product(*(range(need + 1) for need in needs))
    given = min(supply, sum(needs))
    return min(measures(way, needs) for way in ways if sum(way) == given)


def measures(way: Any, needs: list[int]) -> tuple[float, float]:
    lacks = [1 - got / need for got, need in zip(way, needs, strict=True)]
    return round(max(lacks), 6), round(sum(need * square(lack) for need, lack in zip(needs, lacks, strict=True)), 6)


def square(share: float) -> float:
    """The square in straight steps of a tenth, between the true squares of tenths."""
    return float(np.interp(share, np.linspace(0, 1, 11), np.linspace(0, 1, 11) ** 2))


@pytest.mark.parametrize("seed", seeds(8, 60))
def test_the_share_lacking_most_is_as_small_as_whole_things_allow(seed: int) -> None:
    chance = Random(seed)
    needs = [chance.randint(1, 6) for _ in range(chance.randint(2, 5))]
    supply = chance.randint(1, sum(needs))
    found = served(one_month(supply, needs))
    assert sum(found) == min(supply, sum(needs))
    assert measures(found, needs) == pytest.approx(most_even(supply, needs), abs=1e-5)


def test_equals_get_as_much() -> None:
    assert served(one_month(2, [2, 2])) == [1.0, 1.0]
    assert sorted(served(one_month(5, [3, 3, 3]))) == [1.0, 2.0, 2.0]
    assert served(one_month(40, [30, 30], multiple=10)) == [20.0, 20.0]


@pytest.mark.parametrize("purpose", ["own_use", "floors"])
def test_so_do_members(purpose: str) -> None:
    """Own use of two who receive from the one who has, and floors of three with five among them."""
    base = one_month(2, [2, 2])
    if purpose == "own_use":
        nations = base.tables["nations"].to_dicts()
        case = one_month(
            2, [2, 2], nations=[row | {"role": "member"} for row in nations],
            priorities=[{"rank": 1, "objective": "own_use", "tolerance": 0.0}],
        )  # fmt: skip
        assert served(case) == [1.0, 1.0]
        return
    floors = [{"holder": code, "item": "gun", "layer": "floor", "quantity": 3.0} for code in ("AAA", "U0", "U1")]
    case = one_month(
        5, [1, 1], demand=[], requirements=floors, priorities=[{"rank": 1, "objective": "floors", "tolerance": 0.0}]
    )
    held = rampart.plan(case, give_or_keep=False, reasons="none")["stock"]["closing"]
    assert sorted(round(value, 6) for value in held) == [1.0, 2.0, 2.0]
