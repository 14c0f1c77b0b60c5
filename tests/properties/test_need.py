"""What must hold of need whatever the figures: nothing lies idle beside a need, and asking for more never brings less."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rampart
from cases_random import make_case
from cases_small import month
from rampart.case.tables import Case
from rampart.results.result import Result

NEAR = 1e-6
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
LEVELS = {"essential": 0.36, "desired": 1.3}


class Drawn:
    """A partner with stock, arrivals and a donor; needs and weights by month. Everything is drawn once and can be changed."""

    def __init__(self, chance: Random, *, levels: bool) -> None:
        self.c, self.months = chance, chance.randint(3, 7)
        self.need = [round(chance.uniform(5, 30), 3) for _ in range(self.months)]
        self.weight = [round(chance.uniform(0.8, 1.25), 4) for _ in range(self.months)]
        self.urgency = chance.choice([0.02, 0.1, 0.4])
        self.floor = chance.choice([0.0, 0.0, 6.5])
        self.own = round(chance.uniform(0, 60), 3)
        self.arriving = {n: round(chance.uniform(1, 30), 3) for n in range(self.months) if chance.random() < 0.3}
        self.donor, self.route = round(chance.uniform(0, 80), 3), round(chance.uniform(3, 40), 3)
        self.levels = levels

    def case(self) -> Case:
        """The case as it is drawn now; the donor and the partner require all they have, behind the need."""
        at = {"item": "shell"}
        rows: dict[str, list[dict[str, Any]]] = {
            "nations": [
                {"nation": n, "name_en": n, "role": r} for n, r in (("AAA", "member"), ("UUU", "recipient"))
            ],
            "items": [at | {"name_en": "shell", "kind": "munition", "unit": "u", "price": 3.0}],
            "stocks": [at | {"holder": h, "quantity": q} for h, q in (("AAA", self.donor), ("UUU", self.own))],
            "routes": [at | {"origin": "AAA", "destination": "UUU", "months": 1.0, "capacity": self.route}],
            "deliveries": [
                at | {"donor": "AAA", "recipient": "UUU", "status": "in_transit", "quantity": q, "month": month(n)}
                for n, q in self.arriving.items()
            ],
            "requirements": [
                at | {"holder": "AAA", "layer": "stated", "quantity": 100.0},
                at | {"holder": "UUU", "layer": "stated", "quantity": 50.0},
                at | {"holder": "UUU", "layer": "floor", "quantity": self.floor},
            ],
            "demand": [
                at | {"holder": "UUU", "purpose": "operations", "rate_per": "month", "from": month(n), "need": q, "weight": w}
                for n, (q, w) in enumerate(zip(self.need, self.weight, strict=True))
            ],
            "priorities": [
                {"rank": n, "objective": name, "tolerance": 0.0}
                for n, name in enumerate(("floors", "need", "requirement", "money"), start=1)
            ],
        }  # fmt: skip
        if self.levels:
            rows["levels"] = [at | {"holder": "UUU", "level": name, "share": s} for name, s in LEVELS.items()]
        return make_case({"start": month(0), "end": month(self.months - 1), "urgency": str(self.urgency)}, rows)

    def worth(self, n: int, served: float) -> float:
        """What the next unit of a month is worth when so much is served."""
        each = self.weight[n] * (1 + self.urgency) ** (-n / 12)
        y, before = served / self.need[n], (0.0, 1.0)
        if not self.levels:
            return each if y < 1 - NEAR else 0.0
        for corner in ((0.36, 0.5), (1.0, 0.25), (1.3, 0.0)):
            if y <= corner[0]:
                return each * (before[1] + (corner[1] - before[1]) * (y - before[0]) / (corner[0] - before[0]))
            before = corner
        return 0.0


def served_of(plan: Result) -> list[float]:
    rows = plan["demand"].filter(holder="UUU").sort("period")
    return [float(amount) for amount in rows["served"].to_list()]


def served(case: Case) -> list[float]:
    return served_of(rampart.plan(case))


@pytest.mark.parametrize("levels", [False, True])
@FEW
@given(seed=st.integers(0, 2**32))
def test_no_stock_lies_with_the_holder_whose_need_is_unmet(levels: bool, seed: int) -> None:
    """Unless it is the floor's, or a later month, to which it is carried, makes more of it."""
    drawn = Drawn(Random(seed), levels=levels)
    plan = rampart.plan(drawn.case())
    given_to = served_of(plan)
    held = [float(q) for q in plan["stock"].filter(holder="UUU").sort("period")["closing"].to_list()]
    # a step of a falling worth is served whole or not: its mean worth stands for all of it
    room = 0.5 / 0.36 / 20 * max(drawn.weight) * 1.01 if levels else 0.0
    for n, y in enumerate(given_to):
        now = drawn.worth(n, y)
        if now <= NEAR or held[n] <= drawn.floor + NEAR:
            continue
        until = next((m for m in range(n + 1, drawn.months) if held[m] <= drawn.floor + NEAR), None)
        assert until is not None, f"{held[n]} lie idle from month {n} on"
        users = [m for m in range(n + 1, until + 1) if given_to[m] > NEAR]
        assert users
        assert min(drawn.worth(m, given_to[m] * (1 - 1e-4)) for m in users) >= now - room - 1e-4


@pytest.mark.parametrize("levels", [False, True])
@FEW
@given(seed=st.integers(0, 2**32))
def test_asking_for_more_in_a_month_never_brings_less(levels: bool, seed: int) -> None:
    drawn = Drawn(Random(seed), levels=levels)
    before = served(drawn.case())
    n = drawn.c.randrange(drawn.months)
    drawn.need[n] *= drawn.c.choice([1.03, 1.5, 3.0])
    after = served(drawn.case())
    assert after[n] >= before[n] - 1e-4


@FEW
@given(seed=st.integers(0, 2**32))
@pytest.mark.docs
def test_a_longer_war_never_lowers_what_is_given_from_stock(seed: int) -> None:
    """One level, no money, nothing else at stake: however much longer it is believed to last."""
    chance = Random(seed)
    months = chance.randint(6, 12)
    stock, need = chance.uniform(10, 200), chance.uniform(5, 40)
    route = chance.choice([math.inf, need * chance.uniform(0.5, 2.0)])
    ends = sorted((chance.choice([0.3, 0.15, 0.08]), chance.choice([0.05, 0.02, 0.005])), reverse=True)
    at = {"item": "shell"}

    def gifts(end: float) -> tuple[list[float], float]:
        case = make_case(
            {"start": month(0), "end": month(months - 1), "regime": "war"}, {
                "nations": [{"nation": n, "name_en": n, "role": r} for n, r in (("AAA", "member"), ("UUU", "recipient"))],
                "items": [at | {"name_en": "shell", "kind": "munition", "unit": "u", "price": 3.0}],
                "stocks": [at | {"holder": "AAA", "quantity": stock}],
                "routes": [at | {"origin": "AAA", "destination": "UUU", "months": 0.0, "capacity": route}],
                "regimes": [{"regime": "war", "ends": False}, {"regime": "over", "ends": True}],
                "transitions": [{"from_regime": "war", "to_regime": "over", "probability": end}],
                "demand": [
                    at | {"holder": "UUU", "purpose": "operations", "regime": "war", "rate_per": "month", "need": need}
                ],
                "priorities": [{"rank": 1, "objective": "need"}, {"rank": 2, "objective": "money"}],
            }
        )  # fmt: skip
        plan = rampart.plan(case)
        return served_of(plan), float(plan["transfers"]["quantity"].sum())

    (short, gave), (long, gives) = (gifts(end) for end in ends)
    assert all(b >= a - 1e-5 for a, b in zip(short, long, strict=True))
    assert gives >= gave - 1e-5
    assert gives == pytest.approx(min(stock, months * min(need, route)), rel=1e-6)
