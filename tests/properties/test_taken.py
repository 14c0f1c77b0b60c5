"""Decisions taken over in random cases: the independent builder agrees on every pass."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest

from cases_random import random_case
from drawn import seeds
from properties.test_agreement import agree, held_exactly
from rampart.case.tables import Case


def with_taken(of: Case, chance: Random) -> Case:
    """The case with some decisions taken and some intended, whether it can carry them out or not."""
    rows = []
    for r in of["contracts"].iter_rows(named=True):
        rows.append({"kind": "order", "line": r["line"], "contract": r["contract"]})
    rows += [{"kind": "expansion", "expansion": r["expansion"]} for r in of["expansions"].iter_rows(named=True)]
    for r in of["market"].iter_rows(named=True):
        rows.append({"kind": "purchase", "offer": r["offer"], "buyer": r["buyer"] or "AAA"})
    for r in of["routes"].filter(pl.col("item").is_not_null()).iter_rows(named=True):
        rows.append({"kind": "transfer"} | {name: r[name] for name in ("origin", "destination", "item")})
    months = of.calendar.labels
    chosen = [row for row in rows if chance.random() < 0.6]
    every = [
        row | {"month": chance.choice(months), "quantity": float(chance.randint(1, 6)), "firm": chance.random() < 0.7}
        for row in chosen
    ]
    return Case(tables={**of.tables, "taken": pl.DataFrame(every, schema=of.tables["taken"].schema)})


@pytest.mark.parametrize("seed", seeds(10, 25))
def test_passes_agree_with_decisions_taken(seed: int) -> None:
    chance = Random(seed)
    agree(held_exactly(with_taken(random_case(chance), chance)))
