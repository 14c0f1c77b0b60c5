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
    yield build(changed(added(tiny, "priorities", rank=9, objective="steady"), "lines", ramp=100.0))
    yield build(changed(tiny, "requirements", called_upon=0.01))
    back = {"origin": "XAA", "destination": "XBB", "item": "round", "months": 1.0, "capacity": 1000.0}
    yield build(changed(added(tiny, "routes", **back), "deliveries", backfill_due="2026-06", backfill_by="XAA"))
    yield build(placed_too_much())
    yield build(ordered_too_much())
    yield build(taken_over(tiny))
    outside = {"agreed": [{"holder": "XAA", "item": "round", "month": "2025-03", "quantity": 10.0}]}
    outside["elsewhere"] = [{"item": "round", "missing": 0.1}]
    yield build(with_rows(tiny, outside))
    fleets = rampart.read_case(CASES / "deliver-or-repair")
    fleets = changed(fleets, "fleets", most_use=150.0)
    yield build(fleets, levels=support_levels(fleets))
    war = rampart.read_case(PUBLISHED / "war-1")
    yield build(changed(war, "contracts", cancellation=0.2), tree=tree_of(war, "comb")[0])


def added(case: Case, table: str, **cells: object) -> Case:
    """The case with one row more."""
    frame = case.tables[table]
    row = pl.DataFrame([cells | {name: None for name in frame.columns if name not in cells}], schema=frame.schema)
    return Case(tables={**case.tables, table: pl.concat([frame, row])})


def placed_too_much() -> Case:
    """A case whose placed orders draw more of a component and of a hall than there is."""
    return case(
        3, items=[ITEM, ITEM | {"item": "fuze"}], lines=[line()],
        orders=[{"buyer": "AAA", "item": "shell", "line": "plant", "month": month(1), "quantity": 9.0, "inputs": "drawn"}],
        bills=[{"item": "shell", "component": "fuze", "quantity": 1.0, "offset": 1.0}],
        resources=[{"resource": "hall", "capacity": 6.0}], uses=[{"resource": "hall", "line": "plant", "quantity": 1.0}],
        demand=[need(4.0)],
    )  # fmt: skip


def ordered_too_much() -> Case:
    """A case whose orders in hand are more than their line makes, now and for some time."""
    order = {"buyer": "AAA", "item": "shell", "line": "plant", "inputs": "supplied", "decided": month(-2)}
    orders = [order | {"month": month(0), "quantity": 14.0}]
    return case(3, lines=[line(idle_cost=1.0)], orders=orders, demand=[need(14.0)])


def taken_over(of: Case) -> Case:
    """The case with an order that is taken and one that is intended."""
    row = {"kind": "order", "line": "charge_line", "quantity": 10.0}
    rows = [row | {"month": "2025-01", "firm": True}, row | {"month": "2025-02", "firm": False}]
    return Case(tables={**of.tables, "taken": pl.DataFrame(rows, schema=of.tables["taken"].schema)})


def changed(of: Case, table: str, **columns: float | str) -> Case:
    """The case with some columns of a table at one value."""
    return Case(tables={**of.tables, table: of[table].with_columns(**{k: pl.lit(v) for k, v in columns.items()})})


def with_rows(case: Case, rows: dict[str, list[dict[str, object]]]) -> Case:
    """The case with rows added to some tables."""
    more = {}
    for name, added in rows.items():
        frame = case.tables[name]
        more[name] = pl.concat([frame, pl.DataFrame(added, schema_overrides=dict(frame.schema))], how="diagonal")
    return Case(tables={**case.tables, **more})
