"""Set-ups and the hours of a machine, worked out by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, KEPT, case, line, month, need, values
from rampart.findings import CaseError

SET_UP = {"max_rate": math.inf, "setup_cost": 5.0}
DEAL = CONTRACT | {"max_quantity": math.inf}


def test_a_set_up_without_any_bound_is_refused() -> None:
    """A line without a maximum rate, whose product keeps a value in storage without a limit, could make anything."""
    endless = case(
        3, ["money"], lines=[line(max_rate=math.inf, setup_cost=7.0)], contracts=[DEAL],
        storage=[{"holder": "AAA", "item": "shell", "limit": math.inf, "end_value": 0.5}],
    )  # fmt: skip
    with pytest.raises(CaseError) as raised:
        rampart.plan(endless)
    assert [f.code for f in raised.value.findings] == ["set-up-unbounded"]


def test_a_resource_offers_nothing_before_its_first_row() -> None:
    """5 hours a month from the second month on: 10 of the 30 needed over three months are served."""
    found = values(
        case(
            3, ["own_use"], lines=[line(max_rate=math.inf)], contracts=[DEAL], demand=[need(10.0)],
            resources=[{"resource": "hours", "from": month(1), "capacity": 5.0}],
            uses=[{"resource": "hours", "line": "plant", "quantity": 1.0}],
        )
    )  # fmt: skip
    assert found["own_use"] == pytest.approx(2.0)


@pytest.mark.parametrize(("setup", "money"), [(0.0, 0.0), (4.0, 5.0)])
def test_a_set_up_takes_hours_of_the_machine(setup: float, money: float) -> None:
    """5 of each of two goods are needed in month 2, an hour each, of 10 hours. With 4 more to set up for either, one of
    them is made a month before, and kept for 1 each.
    """
    goods = [KEPT | {"item": item, "name_en": item, "holding_cost": 1.0} for item in ("gun", "shell")]
    found = rampart.plan(
        case(
            2, ["own_use", "money"], items=goods,
            lines=[line(line=i["item"], item=i["item"], max_rate=math.inf, unit_cost=0.0) for i in goods],
            contracts=[DEAL | {"contract": i["item"], "line": i["item"]} for i in goods],
            demand=[need(5.0, item=i["item"], **{"from": month(1)}) for i in goods],
            resources=[{"resource": "hours", "capacity": 10.0}],
            uses=[{"resource": "hours", "line": i["item"], "quantity": 1.0, "setup": setup} for i in goods],
        )
    )  # fmt: skip
    reached = dict(found["passes"].select("objective", "value").iter_rows())
    assert (reached["own_use"], reached["money"]) == pytest.approx((0.0, money))
    made = found["production"].group_by("period").agg(pl.col("output").sum()).sort("period")["output"].to_list()
    assert made == pytest.approx([5.0, 5.0] if setup else [0.0, 10.0])


def test_a_set_up_counts_in_what_a_resource_costs() -> None:
    """Two months of 1 at 3 a unit and 2 hours to set up, an hour costs 5: both at once cost 2 (3 + 5) + 10, kept free."""
    found = values(
        case(
            2, ["own_use", "money"], lines=[line(max_rate=math.inf, unit_cost=3.0)], contracts=[DEAL],
            demand=[need(1.0)], resources=[{"resource": "hours", "capacity": math.inf, "cost": 5.0}],
            uses=[{"resource": "hours", "line": "plant", "quantity": 1.0, "setup": 2.0}],
        )
    )  # fmt: skip
    assert found["money"] == pytest.approx(2 * (3 + 5) + 10)


def test_a_set_up_line_may_earn_by_what_it_makes() -> None:
    """6 hours of work make 3 units, each of which earns 4: 12 less the set-up of 5, without any demand."""
    found = values(
        case(
            1, ["money"], lines=[line(unit_cost=-4.0, **SET_UP)], contracts=[DEAL],
            resources=[{"resource": "hours", "capacity": 6.0}],
            uses=[{"resource": "hours", "line": "plant", "quantity": 2.0}],
        )
    )  # fmt: skip
    assert found["money"] == pytest.approx(-7.0)


def test_a_set_up_line_keeps_its_minimum_rate() -> None:
    """The line must make 30 though only 10 are needed: no rule is broken."""
    found = values(case(1, ["money"], lines=[line(min_rate=30.0, **SET_UP)], contracts=[DEAL], demand=[need(10.0)]))
    assert found.get("rules", 0.0) == pytest.approx(0.0)


def test_a_set_up_line_may_rid_the_stock_of_a_component() -> None:
    """24 fuzes cost 2 a month each to keep, 12 shells cost nothing: making them pays, though nobody needs a shell."""
    found = values(
        case(
            2, ["money"], lines=[line(unit_cost=1.0, **SET_UP)], contracts=[DEAL],
            items=[KEPT | {"holding_cost": 0.0}, KEPT | {"item": "fuze", "name_en": "fuze", "holding_cost": 2.0}],
            bills=[{"item": "shell", "component": "fuze", "quantity": 2.0}],
            stocks=[{"holder": "AAA", "item": "fuze", "quantity": 24.0}],
        )
    )  # fmt: skip
    assert found["money"] == pytest.approx(17.0)


def test_a_set_up_line_makes_for_a_value_at_the_end_what_resources_allow() -> None:
    """No storage limit, but hours for 3 units, each worth 9 at the end: 27 less the set-up."""
    found = values(
        case(
            1, ["money"], lines=[line(unit_cost=0.0, **SET_UP)], contracts=[DEAL],
            storage=[{"holder": "AAA", "item": "shell", "limit": math.inf, "end_value": 9.0}],
            resources=[{"resource": "hours", "capacity": 6.0}],
            uses=[{"resource": "hours", "line": "plant", "quantity": 2.0}],
        )
    )  # fmt: skip
    assert found["money"] == pytest.approx(-22.0)
