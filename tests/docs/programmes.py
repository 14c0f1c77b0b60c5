"""Programmes that together use every equation of the plan."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

import rampart
from cases_small import ITEM, case, line, month, need
from places import CASES, PUBLISHED
from rampart.case.tables import Case
from rampart.plan.model.build import build
from rampart.plan.programme.programme import Programme
from rampart.scenario.war import tree_of
from rampart.sustainment.levels import support_levels

FROM_BOOKS = (
    "economic-planning-capacity", "factory-planning-2", "fixed-charges", "goods-ordered-a-stage-ahead", "steel-p", "war-1",
    "goes-on-with-chance",
)  # fmt: skip


def programmes() -> Iterator[Programme]:
    """Of published cases, of the invented ones, and of two changed to hold what none of these has."""
    for name in FROM_BOOKS:
        yield build(rampart.read_case(PUBLISHED / name))
    tiny = rampart.read_case(CASES / "tiny")
    yield build(tiny)
    yield build(changed(tiny, "lines", ramp=100.0))
    yield build(placed_too_much())
    fleets = rampart.read_case(CASES / "deliver-or-repair")
    yield build(fleets, levels=support_levels(fleets))
    war = rampart.read_case(PUBLISHED / "war-1")
    yield build(changed(war, "contracts", cancellation=0.2), tree=tree_of(war, "comb")[0])


def placed_too_much() -> Case:
    """A case whose placed orders draw more of a component and of a hall than there is."""
    return case(
        3, items=[ITEM, ITEM | {"item": "fuze"}], lines=[line()],
        orders=[{"buyer": "AAA", "item": "shell", "line": "plant", "month": month(1), "quantity": 9.0, "inputs": "drawn"}],
        bills=[{"item": "shell", "component": "fuze", "quantity": 1.0, "offset": 1.0}],
        resources=[{"resource": "hall", "capacity": 6.0}], uses=[{"resource": "hall", "line": "plant", "quantity": 1.0}],
        demand=[need(4.0)],
    )  # fmt: skip


def changed(of: Case, table: str, **columns: float) -> Case:
    """The case with some columns of a table at one value."""
    return Case(tables={**of.tables, table: of[table].with_columns(**{k: pl.lit(v) for k, v in columns.items()})})
