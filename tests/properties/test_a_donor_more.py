"""A donor that asks nothing for itself only helps: the list of pass values is lexicographically not worse."""

from __future__ import annotations

import math
from random import Random

import polars as pl
import pytest
from hypothesis import strategies as st

import rampart
from cases_random import PARTNER, random_case
from drawn import drawn
from rampart.case.tables import Case

GIVER = "GGG"
CLOSE = 1e-6


def with_giver(case: Case, chance: Random) -> Case:
    """The case with one member more that holds some of an item at no cost, must hold nothing and has a route to the
    partner.
    """
    item = chance.choice(case["items"].filter(kind="munition")["item"].to_list())
    first = case["stocks"].filter(item=item)["lot"].drop_nulls().to_list()
    more = {
        "nations": {"nation": GIVER, "name_en": GIVER, "role": "member", "fiscal_year_start": 1},
        "stocks": {
            "holder": GIVER, "item": item, "quantity": float(chance.randint(1, 20)), "condition": "serviceable",
            "lot": first[0] if first else None,
        },
        "storage": {"holder": GIVER, "item": item, "limit": math.inf, "holding_cost": 0.0, "end_value": 0.0},
        "routes": {"origin": GIVER, "destination": PARTNER, "item": item, "months": 0.0, "cost": 0.1, "capacity": math.inf},
    }  # fmt: skip
    tables = dict(case.tables)
    for name, row in more.items():
        added = pl.DataFrame([{c: row.get(c) for c in tables[name].columns}], schema=tables[name].schema)
        tables[name] = pl.concat([tables[name], added])
    exact = tables["priorities"].with_columns(tolerance=pl.lit(0.0))
    return Case(tables={**tables, "priorities": exact})


def passes(case: Case) -> dict[str, float]:
    found = rampart.plan(case, give_or_keep=False)["passes"].sort("rank").select("objective", "value").iter_rows()
    return dict(found)


def first_gain(before: dict[str, float], after: dict[str, float]) -> float:
    """How much the first pass that changes is better for the change; 0 where none changes."""
    for name, value in before.items():
        gain = value - after.get(name, 0.0)
        if abs(gain) > CLOSE * max(1.0, abs(value)):
            return gain
    return 0.0


def compared(seed: int) -> float:
    case = random_case(Random(seed), called_upon=True)
    exact = case.tables["priorities"].with_columns(tolerance=pl.lit(0.0))
    return first_gain(passes(Case(tables={**case.tables, "priorities": exact})), passes(with_giver(case, Random(seed))))


@drawn(4, 150, seed=st.integers(0, 2**32))
def test_a_donor_that_asks_nothing_only_helps(seed: int) -> None:
    assert compared(seed) >= 0.0


@pytest.mark.docs
def test_it_does_help_in_some_cases() -> None:
    """Or the law would hold of nothing."""
    assert sum(compared(seed) > 0.0 for seed in range(12)) >= 3
