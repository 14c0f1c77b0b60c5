"""Wrong numbers that the plan once gave, each worked out by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

import rampart
from properties.test_traps import CONTRACT, KEPT, case, line, month, need, values
from rampart.findings import CaseError

DEAL = CONTRACT | {"max_quantity": math.inf}
QUARTERS = [{"from": month(0), "step": 3}]


def test_a_need_that_begins_inside_a_period_costs_from_its_first_month() -> None:
    """Need of 5 a month from the second month of a quarter, 8 for each unit unmet: 2 x 5 x 8."""
    late = need(5.0, **{"from": month(1)}, unmet_cost=8.0)
    found = values(case(3, ["money"], calendar=QUARTERS, demand=[late]))
    assert found["money"] == pytest.approx(80.0)


def test_payments_follow_the_price_of_each_month_of_delivery() -> None:
    """Lead time 1.5 months: half an order of 10 arrives a month later at 2 each, half two months later at 6 each. The
    fiscal year ends between them, so 10 is paid in the first and 30 in the second.
    """
    plant = line(lead_time=1.5, unit_cost=2.0, max_rate=100.0)
    later = {"line": "plant", "from": month(2), "unit_cost": 6.0}
    nation = {"nation": "AAA", "name_en": "A", "role": "member", "fiscal_year_start": 5}  # month 2 of the plan is May
    plan = rampart.plan(
        case(
            4, ["own_use", "money"], nations=[nation, {"nation": "UUU", "name_en": "U", "role": "recipient"}],
            lines=[plant], rates=[later], contracts=[DEAL | {"from": month(0), "until": month(0)}],
            demand=[need(10.0, **{"from": month(2)}, until=month(2), late=True)],
        )
    )  # fmt: skip
    paid = {
        row["fiscal_year"]: row["payments"]
        for row in plan["money"].iter_rows(named=True)
        if row["purpose"] == "procurement"
    }
    assert list(paid.values()) == pytest.approx([10.0, 30.0])


def test_a_route_without_an_item_leads_on_through_a_holder_that_has_no_use_of_its_own() -> None:
    """AAA has 6 shells and a route to BBB, which has only a route on to the partner: what is needed there gets there."""
    nations = [
        {"nation": n, "name_en": n, "role": role}
        for n, role in (("AAA", "member"), ("BBB", "member"), ("UUU", "recipient"))
    ]
    routes = [
        {"origin": a, "destination": b, "months": 0.0, "capacity": math.inf}
        for a, b in (("AAA", "BBB"), ("BBB", "UUU"), ("BBB", "AAA"))
    ]
    wanted = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 2.0}
    plan = rampart.plan(
        case(
            3, ["need"], nations=nations, routes=routes, demand=[wanted],
            stocks=[{"holder": "AAA", "item": "shell", "quantity": 6.0}],
        )
    )  # fmt: skip
    assert plan["demand"]["served"].sum() == pytest.approx(6.0)


def test_stock_may_wait_abroad_where_it_costs_nothing() -> None:
    """28 units cost 1 a month to keep; two months on the way to a holder that can send them back cost nothing."""
    there_and_back = [
        {"origin": "AAA", "destination": "UUU", "months": 2.0, "capacity": math.inf},
        {"origin": "UUU", "destination": "AAA", "months": 0.0, "capacity": math.inf},
    ]
    found = values(
        case(
            3, ["money"], items=[KEPT], routes=there_and_back,
            stocks=[{"holder": "AAA", "item": "shell", "quantity": 28.0}],
        )
    )  # fmt: skip
    assert found["money"] == pytest.approx(28.0)


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


SET_UP = {"max_rate": math.inf, "setup_cost": 5.0}


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


def test_a_limit_on_expansions_alone_has_no_price() -> None:
    """The line ends before the last month, so nothing can be gained there and no price may stand on its rate."""
    plan = rampart.plan(
        case(
            4, ["need"], lines=[line(until=month(2))], contracts=[DEAL], demand=[need(12.0)],
            expansions=[{"expansion": "more", "line": "plant", "added_rate": 1.0, "cost": 5.0, "construction": 1.0,
                         "max_units": 1.0}],
        )
    )  # fmt: skip
    priced = plan.duals.filter((plan.duals["family"] == "maximum rate") & (plan.duals["period"] == 3))
    assert priced.is_empty()


def test_lots_are_chosen_well_beside_a_large_cost_that_nothing_changes() -> None:
    """1200 units at 100,000 each, and the twelve months whose best lots cost 501.20 beside it (Silver, Pyke, Peterson)."""
    needs = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]
    found = values(
        case(
            12, ["own_use", "money"], items=[KEPT | {"holding_cost": 0.4}], contracts=[DEAL],
            lines=[line(unit_cost=100_000.0, max_rate=math.inf, setup_cost=54.0)],
            demand=[need(float(n), **{"from": month(m)}) for m, n in enumerate(needs)],
        )
    )  # fmt: skip
    assert found["money"] - 100_000.0 * sum(needs) == pytest.approx(501.2, abs=0.01)
