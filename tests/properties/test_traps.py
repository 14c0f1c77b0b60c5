"""Mistakes that other planning programmes made, each as a test of the whole way from case to plan.

Expected figures are worked out by hand in the docstrings; the mistakes are those of published issue trackers.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import rampart
from cases_random import START, cases
from cases_small import CONTRACT, KEPT, Row, case, line, month, need, values
from drawn import drawn
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables

RESULTS = (
    *("orders", "expansions", "purchases", "transfers", "production", "stock", "demand", "pledges"),
    *("money", "budgets", "rules_broken"),
)


def served(of: Case) -> list[float]:
    """What is served by period, over all demands."""
    frame = rampart.plan(of)["demand"].group_by("period").agg(pl.col("served").sum()).sort("period")
    return frame["served"].to_list()


# Order and names of rows


@drawn(1, 15, of=cases(whole=True), seed=st.integers(0, 1000))
def test_order_of_rows_changes_nothing(of: Case, seed: int) -> None:
    """Tables shuffled: every table of the plan is the same, bit for bit."""
    shuffled = {name: frame.sample(fraction=1.0, shuffle=True, seed=seed) for name, frame in of.tables.items()}
    one, other = rampart.plan(of), rampart.plan(Case(tables=shuffled))
    for name in RESULTS:
        assert_frame_equal(one[name], other[name], check_exact=True)


def renamed(of: Case, chance: Random) -> Case:
    """The same case under other codes, so that whatever was sorted by name is now in another order."""
    keys = {("nations", "nation"), ("items", "item"), ("lines", "line"), ("contracts", "contract")}
    keys |= {("resources", "resource"), ("expansions", "expansion"), ("market", "offer")}
    new: dict[str, dict[str, str]] = {}
    for table, column in sorted(keys):
        codes = of.tables[table][column].unique(maintain_order=True).to_list()
        numbers = chance.sample(range(100, 1000), len(codes))
        new[f"{table}.{column}"] = {c: f"n{n}" for c, n in zip(codes, numbers, strict=True)}
    frames = {}
    for name, frame in of.tables.items():
        named = []
        for column in tables()[name].columns.values():
            target = f"{name}.{column.name}" if (name, column.name) in keys else column.reference
            if target in new:
                named.append(pl.col(column.name).replace(new[target]))
        frames[name] = frame.with_columns(named)
    return Case(tables=frames)


@drawn(2, 15, of=cases(), seed=st.integers(0, 1000))
def test_names_change_nothing(of: Case, seed: int) -> None:
    assert values(renamed(of, Random(seed))) == pytest.approx(values(of), rel=1e-6, abs=1e-6)


# Time


def test_lead_time_delays_the_first_delivery_and_nothing_wraps() -> None:
    """Need 4 a month for six months, lead time 2: two months go unserved, nothing is ordered for later."""
    of = case(6, lines=[line(admin_lead_time=1.0, lead_time=1.0)], demand=[need(4.0)])
    plan = rampart.plan(of)
    assert plan["demand"].sort("period")["served"].to_list() == pytest.approx([0, 0, 4, 4, 4, 4], abs=1e-4)
    assert plan["orders"].filter(pl.col("decide").dt.strftime("%Y-%m") > month(3)).is_empty()
    assert plan["orders"]["quantity"].sum() == pytest.approx(16.0, abs=1e-4)


def test_a_lead_time_of_a_month_and_a_half_is_spread_over_two_months() -> None:
    """All 10 can only be ordered in month 0: 5 arrive in month 1 and 5 in month 2."""
    only = CONTRACT | {"until": month(0), "max_quantity": 10.0}
    of = case(4, lines=[line(lead_time=1.5)], contracts=[only], demand=[need(10.0)], items=[KEPT])
    assert served(of) == pytest.approx([0, 5, 5, 0], abs=1e-4)


@drawn(2, 15, of=cases())
def test_nothing_arrives_before_it_is_sent(of: Case) -> None:
    plan = rampart.plan(of)
    assert (plan["orders"]["month"] >= plan["orders"]["decide"]).all()
    assert (plan["orders"]["award"] >= plan["orders"]["decide"]).all()
    for table in ("transfers", "purchases"):
        assert (plan[table]["arrives"] >= plan[table]["month"]).all()


def test_what_is_on_its_way_at_the_start_arrives() -> None:
    """Placed 3 for month 1, in transit 2 for month 2; pledged and contracted rows bring nothing."""
    row = {"donor": "AAA", "recipient": "UUU", "item": "shell", "quantity": 2.0, "month": month(2)}
    states = ("in_transit", "pledged", "contracted", "delivered")
    of = case(
        4,
        orders=[
            {"buyer": "AAA", "item": "shell", "ship_to": "UUU", "month": month(1), "quantity": 3.0},
            {"buyer": "AAA", "item": "shell", "ship_to": "UUU", "month": month(9), "quantity": 50.0},
        ],
        deliveries=[row | {"status": status} for status in states],
        items=[KEPT],
        demand=[need(9.0, holder="UUU", purpose="operations")],
    )
    assert served(of) == pytest.approx([0, 3, 2, 0], abs=1e-5)


# Shortage


@pytest.mark.parametrize("late", [False, True])
def test_shortage_creates_no_stock(late: bool) -> None:
    """Nothing can be had, stock at the end is worth 1000 each, unmet need is free: the value stays nil."""
    of = case(
        4,
        ("money",),
        demand=[need(5.0, late=late)],
        storage=[{"holder": "AAA", "item": "shell", "limit": math.inf, "end_value": 1000.0}],
        requirements=[{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 50.0}],
    )
    plan = rampart.plan(of)
    assert values(of)["money"] == pytest.approx(0.0, abs=1e-9)
    assert plan["stock"]["closing"].abs().max() == pytest.approx(0.0, abs=1e-9)
    assert plan["demand"]["served"].sum() == pytest.approx(0.0, abs=1e-9)


def test_sending_to_and_fro_creates_no_stock() -> None:
    """Seven units between two nations are seven units, however they are sent."""
    pairs = [("AAA", "UUU"), ("UUU", "AAA")]
    route = {"months": 0.0, "capacity": math.inf, "cost": 0.0}
    of = case(
        3,
        ("money",),
        stocks=[{"holder": "AAA", "item": "shell", "quantity": 7.0}],
        routes=[{"origin": a, "destination": b} | route for a, b in pairs],
        storage=[{"holder": holder, "item": "shell", "limit": math.inf, "end_value": 2.0} for holder in ("AAA", "UUU")],
    )
    assert values(of)["money"] == pytest.approx(-14.0)


@drawn(3, 15, of=cases())
def test_every_balance_closes_and_no_shortage_exceeds_its_need(of: Case) -> None:
    plan = rampart.plan(of)
    into = pl.sum_horizontal("opening", "ordered", "made", "bought", "received")
    out = pl.sum_horizontal("used", "consumed", "sent", "disposed", "joined", "closing")
    gaps = plan["stock"].select((into - out).abs().alias("gap"))["gap"]
    assert (gaps.max() or 0.0) < 1e-5
    lost = plan["demand"].filter(pl.col("unmet") > pl.col("need") + 1e-5)
    assert lost.is_empty()
    assert (plan["stock"]["closing"].min() or 0.0) > -1e-6


# Blank, zero, unlimited; limits without a date

STOCKED = {"stocks": [{"holder": "AAA", "item": "shell", "quantity": 100.0}]}
ROUTE = {"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0}
OFFER = {"offer": "deal", "seller": "AAA", "item": "shell", "buyer": "AAA", "price": 1.0, "delay": 0.0}
ABROAD = [need(4.0, holder="UUU", purpose="operations")]
LIMITS = {
    "line": lambda limit: {"lines": [line(max_rate=limit)]},
    "contract": lambda limit: {"lines": [line()], "contracts": [CONTRACT | {"max_quantity": limit}]},
    "offer": lambda limit: {"market": [OFFER | {"quantity": 100.0, "max_rate": limit}]},
    "resource": lambda limit: {
        "lines": [line()],
        "resources": [{"resource": "hall", "capacity": limit}],
        "uses": [{"resource": "hall", "line": "plant", "quantity": 1.0}],
    },
    "budget": lambda limit: {
        "lines": [line()],
        "budgets": [{"nation": "AAA", "fiscal_year": 2025, "commitments": math.inf, "payments": limit}],
    },
    "route": lambda limit: STOCKED | {"routes": [ROUTE | {"capacity": limit}], "demand": ABROAD},
}


@pytest.mark.parametrize("where", list(LIMITS))
@pytest.mark.parametrize(("limit", "total"), [(0.0, 0.0), (math.inf, 12.0)], ids=["zero", "unlimited"])
def test_zero_is_not_unlimited(where: str, limit: float, total: float) -> None:
    """Need 4 in each of three months of one fiscal year, behind one limit."""
    of = case(3, **({"demand": [need(4.0)]} | LIMITS[where](limit)))
    assert sum(served(of)) == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(
    ("where", "total"),
    [("line", 6.0), ("contract", 2.0), ("offer", 6.0), ("resource", 6.0), ("budget", 2.0), ("route", 6.0)],
)
def test_a_limit_holds_in_every_month(where: str, total: float) -> None:
    """A limit of 2: a monthly one lets 6 through in three months, one over the plan or the year lets 2."""
    of = case(3, **({"demand": [need(4.0)]} | LIMITS[where](2.0)))
    assert sum(served(of)) == pytest.approx(total, abs=1e-4)


def test_blanks_stand_for_what_the_catalogue_says() -> None:
    """No minimum rate, ramp, end value or budget: need 3 is met at 3 a month, and nothing else."""
    of = case(3, lines=[line()], demand=[need(3.0)], items=[KEPT])
    plan = rampart.plan(of)
    assert plan["production"].sort("period")["output"].to_list() == pytest.approx([3.0] * 3, abs=1e-4)
    assert plan["rules_broken"].is_empty()
    assert values(of)["money"] == pytest.approx(9.0, rel=1e-5)


# Grid of time


@drawn(5, 20, rate=st.integers(1, 12), wanted=st.integers(1, 12), lead=st.sampled_from([0.0, 3.0]), late=st.booleans())
def test_months_and_quarters_agree(rate: int, wanted: int, lead: float, late: bool) -> None:
    """Constant need and rate and whole quarters of lead time: what is served and ordered is the same."""
    rows = {"lines": [line(max_rate=float(rate), lead_time=lead)], "demand": [need(float(wanted), late=late)]}
    fine, coarse = case(12, **rows), case(12, calendar=[{"from": START, "step": 3}], **rows)
    assert sum(served(coarse)) == pytest.approx(sum(served(fine)), rel=1e-5, abs=1e-3)
    assert values(coarse)["money"] == pytest.approx(values(fine)["money"], rel=1e-5, abs=1e-3)


@drawn(5, 20, opening=st.integers(0, 30), wanted=st.integers(2, 12), rate=st.integers(1, 12))
def test_quarters_err_by_less_than_a_quarter(opening: int, wanted: int, rate: int) -> None:
    """Inside a quarter the coarse plan may serve ahead of arrival: never worse, and little better."""
    rows = {
        "stocks": [{"holder": "AAA", "item": "shell", "quantity": float(opening)}],
        "lines": [line(max_rate=float(rate), lead_time=2.0)],
        "demand": [need(float(wanted))],
    }
    fine = values(case(12, **rows))["own_use"]
    coarse = values(case(12, calendar=[{"from": START, "step": 3}], **rows))["own_use"]
    assert coarse <= fine + 1e-4
    assert fine - coarse <= 3.0


# Value left at the end


@pytest.mark.parametrize(("decided", "charged"), [(0, 12.0), (6, 6.0), (10, 2.0)])
def test_an_expansion_is_charged_for_the_months_it_serves(decided: int, charged: float) -> None:
    """Cost 24, life 24 months, no building time, 12 months of plan: 1 a month from the decision on."""
    of = case(
        12,
        lines=[line(max_rate=0.0, unit_cost=0.0)],
        expansions=[expansion(earliest=month(decided), latest=month(decided), life=24)],
        demand=[need(5.0, **{"from": month(decided)})],
    )
    assert sum(served(of)) == pytest.approx(5.0 * (12 - decided), abs=1e-3)
    assert values(of)["money"] == pytest.approx(charged, rel=1e-4)


@pytest.mark.parametrize(("building", "money"), [(11.0, 17.0), (12.0, 24.0)])
def test_a_stated_end_value_needs_a_finished_expansion(building: float, money: float) -> None:
    """Built for a subsidy of 100: ready in the last month it is worth 7 besides, after it nothing."""
    of = case(
        12,
        ("money",),
        lines=[line(max_rate=0.0, unit_cost=0.0)],
        expansions=[expansion(construction=building, end_value=7.0, cost=24.0 - 100.0)],
    )
    assert values(of)["money"] == pytest.approx(money - 100.0)


def expansion(**changes: Any) -> Row:
    """One unit adds 5 a month at once for 24."""
    row: Row = {"expansion": "hall", "line": "plant", "added_rate": 5.0, "cost": 24.0, "construction": 0.0}
    return row | {"max_units": 1.0} | changes


# Netting


def test_an_order_already_placed_is_not_placed_again() -> None:
    """Stock 3 and 9 placed cover the need of 12: no new order, no money."""
    of = case(
        4,
        stocks=[{"holder": "AAA", "item": "shell", "quantity": 3.0}],
        orders=[{"buyer": "AAA", "item": "shell", "line": "plant", "month": month(1), "quantity": 9.0}],
        lines=[line()],
        demand=[need(3.0)],
    )
    plan = rampart.plan(of)
    assert plan["orders"]["quantity"].sum() == pytest.approx(0.0, abs=1e-4)
    assert values(of)["money"] == pytest.approx(0.0, abs=1e-4)
    assert sum(served(of)) == pytest.approx(12.0, abs=1e-4)


def test_two_sources_share_one_order() -> None:
    """Need 10 in the last month, two lines that could each make it all: 10 are made, not 20."""
    of = case(
        3,
        lines=[line(), line(line="works")],
        demand=[need(10.0, **{"from": month(2)})],
        items=[KEPT],
    )
    plan = rampart.plan(of)
    assert plan["orders"]["quantity"].sum() == pytest.approx(10.0, abs=1e-4)
    assert plan["stock"]["closing"].sum() == pytest.approx(0.0, abs=1e-4)


def test_supply_is_carried_forward() -> None:
    """8 arrive in month 0 for a need of 4 a month: months 0 and 1 live on it, month 2 on the line."""
    of = case(
        3,
        orders=[{"buyer": "AAA", "item": "shell", "month": month(0), "quantity": 8.0}],
        lines=[line()],
        demand=[need(4.0)],
    )
    assert served(of) == pytest.approx([4.0, 4.0, 4.0], abs=1e-4)
    assert rampart.plan(of)["orders"]["quantity"].sum() == pytest.approx(4.0, abs=1e-4)
