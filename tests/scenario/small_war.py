"""A war of a few months that is solved at once: one member, its partner, one line that can be widened."""

from __future__ import annotations

import math
from typing import Any

from cases_random import make_case
from rampart.case.tables import Case

MONTHS = 6


def small(hazard: float, *, offensive: float = 0.2, stock: float = 5.0, cost: float = 3.0, every: int = 2) -> Case:
    """A member that supplies a war of two regimes from one line that can be widened."""
    nations = [{"nation": n, "name_en": n, "role": r, "fiscal_year_start": 1}
               for n, r in (("AAA", "member"), ("UUU", "recipient"))]  # fmt: skip
    needs = (("attrition", 6.0), ("offensive", 12.0), ("ended", 0.0))
    rows: dict[str, list[dict[str, Any]]] = {
        "nations": nations,
        "items": [{"item": "shell", "name_en": "shell", "kind": "munition", "unit": "u", "holding_cost": 0.2}],
        "storage": [{"holder": "UUU", "item": "shell", "limit": math.inf, "end_value": 0.3}],
        "stocks": [{"holder": "UUU", "item": "shell", "quantity": stock}],
        "regimes": [{"regime": r, "ends": r == "ended"} for r, _ in needs],
        "transitions": [
            {"from_regime": "attrition", "to_regime": "offensive", "after": 0, "probability": offensive * (1 - hazard)},
            {"from_regime": "offensive", "to_regime": "attrition", "after": 0, "probability": 0.4 * (1 - hazard)},
            *({"from_regime": r, "to_regime": "ended", "after": 0, "probability": hazard} for r, _ in needs[:2]),
        ],
        "lines": [{"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "month", "max_rate": 5.0,
                   "admin_lead_time": 0.0, "lead_time": 1.0, "unit_cost": 1.0}],
        "expansions": [{"expansion": "more", "line": "plant", "added_rate": 1.0, "cost": cost, "construction": 2.0,
                        "max_units": 9.0}],
        "contracts": [{"contract": "deal", "line": "plant", "buyer": "AAA", "ship_to": "UUU", "max_quantity": math.inf}],
        "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "regime": r, "rate_per": "month",
                    "need": need, "unmet_cost": 8.0} for r, need in needs],
        "priorities": [{"rank": 1, "objective": "money", "tolerance": 0.0}],
    }  # fmt: skip
    ends = {"start": "2024-01", "end": f"2024-{MONTHS:02d}", "regime": "attrition", "revise_every": str(every)}
    return make_case(ends, rows)
