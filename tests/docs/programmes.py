"""Programmes that together use every equation of the plan."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

import rampart
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
    outside = {"agreed": [{"holder": "XAA", "item": "round", "month": "2025-03", "quantity": 10.0}]}
    outside["elsewhere"] = [{"item": "round", "missing": 0.1}]
    yield build(with_rows(tiny, outside))
    fleets = rampart.read_case(CASES / "deliver-or-repair")
    yield build(fleets, levels=support_levels(fleets))
    war = rampart.read_case(PUBLISHED / "war-1")
    yield build(changed(war, "contracts", cancellation=0.2), tree=tree_of(war, "comb")[0])


def changed(case: Case, table: str, **columns: float) -> Case:
    """The case with some columns of a table at one value."""
    return Case(tables={**case.tables, table: case[table].with_columns(**{k: pl.lit(v) for k, v in columns.items()})})


def with_rows(case: Case, rows: dict[str, list[dict[str, object]]]) -> Case:
    """The case with rows added to some tables."""
    more = {}
    for name, added in rows.items():
        frame = case.tables[name]
        more[name] = pl.concat([frame, pl.DataFrame(added, schema_overrides=dict(frame.schema))], how="diagonal")
    return Case(tables={**case.tables, **more})
