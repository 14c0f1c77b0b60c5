"""A plan that a reader can check in the head: 10 rounds a month are needed, a line makes fewer at 2 each."""

from __future__ import annotations

import math
from functools import cache

import rampart
from cases_small import CONTRACT, ITEM, case, line, need

NATIONS = [
    {"nation": "AAA", "name_en": "Alpha", "name_fr": "Alphonie", "role": "member", "fiscal_year_start": 1},
    {"nation": "UUU", "name_en": "Umbra", "name_fr": "Ombrie", "role": "recipient", "fiscal_year_start": 1},
]
MONTHS = 3


@cache
def short_plan(rate: float) -> rampart.Result:
    """Three months from March 2024 on: ``rate`` a month are made and served, the rest of 10 is short."""
    return rampart.plan(
        case(
            MONTHS, ["own_use", "money"], nations=NATIONS,
            items=[ITEM | {"name_en": "Shell 155 mm", "name_fr": "Obus de 155 mm"}],
            lines=[line(max_rate=rate, unit_cost=2.0)], contracts=[CONTRACT | {"max_quantity": math.inf}],
            demand=[need(10.0)],
            budgets=[{"nation": "AAA", "fiscal_year": 2024, "purpose": "all", "commitments": 1000.0, "payments": 1000.0}],
        ),
        reasons="all",
    )  # fmt: skip
