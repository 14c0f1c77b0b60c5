"""A later start: what was ordered, sent, bought and built before it goes on as it was decided."""

from __future__ import annotations

from random import Random
from typing import Any

import polars as pl
import pytest

import rampart
from cases_random import random_case
from cases_small import CONTRACT, case, line, month, need
from rampart.case.calendar import month_text
from rampart.case.checking.checks import check
from rampart.case.draft import Draft
from rampart.case.tables import Case
from rampart.network.in_hand import InHand
from rampart.results.result import Result

DEAL = CONTRACT | {"max_quantity": 100.0, "advance": 0.4, "price": 2.0}
TO_PARTNER = {"origin": "AAA", "destination": "UUU", "months": 3.0, "capacity": 4.0}
PARTNER = {"holder": "UUU", "item": "shell", "purpose": "front", "rate_per": "month", "need": 4.0}


def begun_later(of: Case, months: int, **changed: pl.DataFrame) -> Case:
    """The case with a start so many months later."""
    start = month_text(of.calendar.first + months)
    later = pl.when(pl.col("setting") == "start").then(pl.lit(start)).otherwise(pl.col("value"))
    return Case(tables={**of.tables, "settings": of.tables["settings"].with_columns(value=later), **changed})


def said(of: Case, code: str) -> list[dict[str, Any]]:
    """What findings of a code say."""
    return [{"value": f.value, "column": f.column, **f.details} for f in of.findings if f.code == code]


def placed(of: Case) -> list[tuple[Any, ...]]:
    """Rows of orders that were entered."""
    frame = of["orders"].filter(pl.col("decided").is_not_null()).sort("decided", "month")
    return frame.select("decided", "month", "quantity", "due", "inputs").rows()


def test_what_was_ordered_before_the_start_is_placed_with_what_is_due_on_delivery() -> None:
    """Ten a month at 2, three months to deliver, four tenths paid ahead: of ten that arrive 12 of 20 are still due."""
    plan = rampart.plan(case(8, lines=[line(lead_time=3.0)], contracts=[DEAL], demand=[need(10.0)]))
    later = rampart.take(begun_later(plan.case, 2), plan)
    assert placed(later) == [
        (month(0), month(3), pytest.approx(10.0), pytest.approx(1.2), "drawn"),
        (month(1), month(4), pytest.approx(10.0), pytest.approx(1.2), "drawn"),
    ]
    assert later["contracts"]["max_quantity"].to_list() == pytest.approx([80.0])
    assert said(later, "taken-used-up") == [
        {
            "value": "deal",
            "column": "max_quantity",
            "used": pytest.approx(20.0),
            "whole": 100.0,
            "left": pytest.approx(80.0),
        }
    ]
    again = rampart.plan(later)
    arrived = again["stock"].filter(pl.col("holder") == "AAA").sort("period")["ordered"].to_list()
    assert arrived[:3] == pytest.approx([0.0, 10.0, 10.0])
    assert sum(again["orders"]["quantity"]) == pytest.approx(30.0)


def test_it_is_entered_once_however_often_and_kept_over_several_starts() -> None:
    plan = rampart.plan(case(10, lines=[line(lead_time=4.0, max_rate=5.0)], contracts=[DEAL], demand=[need(5.0)]))
    once = rampart.take(begun_later(plan.case, 1), plan)
    twice = rampart.take(once, plan)
    assert placed(twice) == placed(once)
    second = rampart.plan(once)
    on_the_same = rampart.take(begun_later(once, 2), second)
    on_the_first = rampart.take(begun_later(plan.case, 3), second)
    assert [row[:2] for row in placed(on_the_same)] == [(month(n), month(n + 4)) for n in range(3)]
    assert placed(on_the_first) == placed(on_the_same)
    for of in (on_the_same, on_the_first):
        assert of["contracts"]["max_quantity"].to_list() == pytest.approx([85.0])


def test_a_limit_that_the_case_states_anew_stands() -> None:
    plan = rampart.plan(case(8, lines=[line(lead_time=3.0)], contracts=[DEAL], demand=[need(10.0)]))
    contracts = plan.case.tables["contracts"].with_columns(max_quantity=pl.lit(85.0))
    later = rampart.take(begun_later(plan.case, 2, contracts=contracts), plan)
    assert later["contracts"]["max_quantity"].to_list() == [85.0]
    assert not said(later, "taken-used-up")


def test_money_spent_before_the_start_is_no_longer_there() -> None:
    """Fiscal years begin in March. At 2 a round with 0.4 ahead the orders of March and April commit 40 and pay 16 ahead; the 12
    on delivery in June and July each stay with the placed orders. Sending is paid when it leaves.
    """
    budgets = [{"nation": "AAA", "fiscal_year": 2025, "purpose": purpose, "commitments": 300.0, "payments": 200.0,
                "low": 250.0, "high": 320.0}
               for purpose in ("procurement", "all", "capacity")]  # fmt: skip
    of = case(8, lines=[line(lead_time=3.0)], contracts=[DEAL], demand=[need(10.0)], budgets=budgets)
    plan = rampart.plan(of)
    later = rampart.take(begun_later(of, 2), plan)
    left = {r["purpose"]: (r["commitments"], r["payments"]) for r in later["budgets"].iter_rows(named=True)}
    spent = (pytest.approx(260.0), pytest.approx(184.0))
    assert left == {"procurement": spent, "all": spent, "capacity": (300.0, 200.0)}
    assert later["budgets"].filter(pl.col("purpose") == "all").select("low", "high").rows() == [(210.0, 280.0)]
    used = plan["budgets"].filter(pl.col("purpose") == "all")["used"].to_list()
    still = rampart.plan(later)["budgets"].filter(pl.col("purpose") == "all")["used"].to_list()
    assert still == pytest.approx([used[0] - 40.0, used[1] - 16.0])


def test_what_was_sent_or_bought_before_the_start_arrives() -> None:
    """Four a month from March to June, three months on the way, leave 14 of 30; 36 more are bought in March, five months."""
    stocks = [{"holder": "AAA", "item": "shell", "quantity": 30.0}]
    offer = {
        "offer": "abroad",
        "seller": "AAA",
        "item": "shell",
        "buyer": "AAA",
        "quantity": 50.0,
        "max_rate": 50.0,
        "price": 1.0,
        "delay": 5.0,
    }
    asked = [PARTNER, need(50.0, **{"from": month(5)}, until=month(5))]
    of = case(7, stocks=stocks, routes=[TO_PARTNER], market=[offer], demand=asked)
    plan = rampart.plan(of)
    left = of.tables["stocks"].with_columns(quantity=pl.lit(30.0 - 8.0))
    later = rampart.take(begun_later(of, 2, stocks=left), plan)
    transit = later["deliveries"].select("status", "month", "quantity").sort("month").rows()
    assert transit == [("in_transit", month(3), pytest.approx(4.0)), ("in_transit", month(4), pytest.approx(4.0))]
    assert placed(later) == [(month(0), month(5), pytest.approx(36.0), 0.0, "supplied")]
    assert later["market"]["quantity"].to_list() == pytest.approx([14.0])
    again = rampart.plan(later)
    served = {(r["holder"], f"{r['month']:%Y-%m}"): r["served"] for r in again["demand"].iter_rows(named=True)}
    assert served["AAA", month(5)] == pytest.approx(50.0)
    assert [served["UUU", month(n)] for n in range(3, 7)] == pytest.approx([4.0] * 4)


def test_works_begun_before_the_start_raise_the_rate_when_they_are_ready() -> None:
    """Two units of 3 a month, ready four months after March and full another two later: a quarter, three quarters, all."""
    works = {"expansion": "hall", "line": "plant", "added_rate": 3.0, "cost": 12.0, "construction": 4.0, "ramp": 2.0,
             "max_units": 2.0}  # fmt: skip
    rates = [{"line": "plant", "from": month(6), "max_rate": 8.0, "unit_cost": 5.0}]
    of = case(9, lines=[line(max_rate=4.0)], expansions=[works], rates=rates, demand=[need(14.0)],
              budgets=[{"nation": "AAA", "fiscal_year": 2025, "purpose": "capacity", "commitments": 50.0, "payments": 50.0}],
              contracts=[CONTRACT])  # fmt: skip
    plan = rampart.plan(of)
    assert plan["expansions"].select("units").rows() == [(pytest.approx(2.0),)]
    later = rampart.take(begun_later(of, 2), plan)
    said_so = later["rates"].select("from", "max_rate", "unit_cost").sort("from").rows()
    assert said_so == [
        (month(4), pytest.approx(4.0 + 1.5), None), (month(5), pytest.approx(4.0 + 4.5), None),
        (month(6), pytest.approx(8.0 + 6.0), 5.0),
    ]  # fmt: skip
    assert later["expansions"]["max_units"].to_list() == [0.0]
    assert later["budgets"].select("commitments", "payments").rows() == [(pytest.approx(26.0), pytest.approx(26.0))]
    assert rampart.plan(later)["production"].sort("period")["output"].to_list() == pytest.approx(
        [4, 4, 5.5, 8.5, 14, 14, 14]
    )


def test_a_period_that_begins_before_the_start_is_parted() -> None:
    """An order of 30 over the quarter from March, begun again in May: 20 are placed, ten are taken in May."""
    of = case(9, lines=[line(lead_time=4.0)], contracts=[CONTRACT], demand=[need(10.0)],
              calendar=[{"from": month(0), "step": 3}])  # fmt: skip
    plan = rampart.plan(of)
    later = rampart.take(begun_later(of, 2, calendar=of.tables["calendar"].clear()), plan)
    assert [row[:3] for row in placed(later)] == [(month(n), month(n + 4), pytest.approx(10.0)) for n in range(2)]
    first = later["taken"].filter(pl.col("month") == month(2))
    assert first.select("quantity", "in_hand").rows() == [(pytest.approx(10.0), False)]


def test_what_no_table_can_hold_is_named() -> None:
    """Pledges met in part and stocks of the earlier start. The frames of a hall under construction leave the stock as agreed,
    and its presses are taken in their month; what keeps 20 months and is on the way may be used when it arrives, no longer.
    """
    items = [{"item": "shell", "name_en": "shell", "kind": "munition", "unit": "rounds", "shelf_life": 20},
             {"item": "frame", "name_en": "frame", "kind": "component", "unit": "frames"}]  # fmt: skip
    works = {
        "expansion": "hall",
        "line": "plant",
        "added_rate": 6.0,
        "cost": 1.0,
        "construction": 5.0,
        "max_units": 1.0,
    }
    of = case(
        9, ("pledges", "need", "own_use", "money"), items=items, lines=[line(max_rate=4.0)], expansions=[works],
        contracts=[CONTRACT], bills=[{"expansion": "hall", "component": "frame", "quantity": 7.0, "offset": 1.0}],
        resources=[{"resource": "press", "capacity": 9.0}], uses=[{"expansion": "hall", "resource": "press", "quantity": 2.0,
                                                                   "offset": 2.0}],
        stocks=[{"holder": "AAA", "item": "frame", "quantity": 7.0}, {"holder": "AAA", "item": "shell", "quantity": 12.0}],
        demand=[need(8.0, **{"from": month(4)})], routes=[TO_PARTNER | {"months": 2.0}],
        deliveries=[{"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged", "month": month(8),
                     "from": month(2), "quantity": 21.0}],
    )  # fmt: skip
    plan = rampart.plan(of)
    sent = plan["transfers"].filter(pl.col("month").dt.strftime("%Y-%m") < month(2))["quantity"].sum()
    later = rampart.take(begun_later(of, 2), plan)
    assert later["agreed"].select("holder", "item", "month", "quantity").rows() == [("AAA", "frame", month(4), 7.0)]
    assert later["resources"].sort("from").select("from", "capacity").rows() == [
        (None, 9.0), (month(3), 7.0), (month(4), 9.0)
    ]  # fmt: skip
    assert [(o["value"], o["to"], o["quantity"]) for o in said(later, "taken-pledged")] == [
        ("AAA", "UUU", pytest.approx(sent))
    ]
    assert [(o["value"], o["before"]) for o in said(later, "taken-opening")] == [(month(2), month(0))]
    on_the_way = later["deliveries"].filter(status="in_transit").sort("month").select("month", "lot").rows()
    assert on_the_way == [(month(n), month(n - 19)) for n in (2, 3)]
    assert sent > 0


def test_a_pledge_met_in_part_is_told_with_what_is_left_and_when_it_falls_due() -> None:
    """Sixteen are pledged evenly over eight months, four a month are sent; after two months eight are left, four of which
    are of the next two months: entered with ``from`` as it was, they would be due at once.
    """
    gift = {
        "donor": "AAA",
        "recipient": "UUU",
        "item": "shell",
        "status": "pledged",
        "month": month(7),
        "quantity": 16.0,
    }
    of = case(
        8, ("pledges", "need", "money"), routes=[TO_PARTNER | {"months": 0.0}], demand=[PARTNER],
        stocks=[{"holder": "AAA", "item": "shell", "quantity": 40.0}], deliveries=[gift | {"from": month(0)}],
    )  # fmt: skip
    plan = rampart.plan(of, reasons="none")
    later = rampart.take(begun_later(of, 2), plan)
    (told,) = [f for f in later.findings if f.code == "taken-pledged"]
    assert f"8 (from {month(4)}, month {month(7)})" in told.remedy()
    assert f"8 (from {month(4)}, month {month(7)})" in told.remedy("fr")
    assert "delivered" not in told.remedy()
    (all_sent,) = [f for f in rampart.take(begun_later(of, 4), plan).findings if f.code == "taken-pledged"]
    assert all_sent.remedy() == "All 16 are sent: remove the pledge or write delivered."


def closing(plan: Result) -> dict[tuple[str, str, str], float]:
    """Stock at the end of each month."""
    frame = plan["stock"].with_columns(pl.col("month").dt.strftime("%Y-%m"))
    return {(h, i, m): q for h, i, m, q in frame.select("holder", "item", "month", "closing").iter_rows()}


def opened_by(plan: Result, months: int) -> Case:
    """The case begun later, with the state that the plan has then: stocks, and what lines made in the month before."""
    of, before = plan.case, month_text(plan.case.calendar.first + months - 1)
    stocks = [{"holder": h, "item": i, "quantity": q} for (h, i, m), q in closing(plan).items() if m == before]
    made = {r["line"]: r["output"] for r in plan["production"].iter_rows(named=True) if f"{r['month']:%Y-%m}" == before}
    lines = [r | {"rate_before": None if r["rate_before"] is None else made[r["line"]] * (12 if r["rate_per"] == "year" else 1)}
             for r in of.tables["lines"].iter_rows(named=True)]  # fmt: skip
    blank = of.tables["stocks"].schema
    rows = [{c: row.get(c) for c in blank} for row in stocks]
    changed = {
        "stocks": pl.DataFrame(rows, schema=blank),
        "lines": pl.DataFrame(lines, schema=of.tables["lines"].schema),
    }
    return begun_later(of, months, **changed)


def plain(of: Case) -> Case:
    """The case month by month, without pledges, ages, rooms and need served late; what holds from the first month says so."""
    tables = dict(of.tables)
    tables["calendar"] = tables["calendar"].clear()
    tables["items"] = tables["items"].with_columns(shelf_life=pl.lit(None, dtype=tables["items"].schema["shelf_life"]))
    tables["deliveries"] = tables["deliveries"].filter(pl.col("status") == "in_transit")
    tables["priorities"] = tables["priorities"].with_columns(tolerance=pl.lit(0.0))
    tables["demand"] = tables["demand"].with_columns(late=pl.lit(False))
    whole = {"lines": ("admin_lead_time", "lead_time", "lead_time_initial"), "contracts": ("admin_lead_time",),
             "bills": ("offset",), "uses": ("offset",), "routes": ("months",), "market": ("delay",),
             "expansions": ("construction",)}  # fmt: skip
    for name, columns in whole.items():
        tables[name] = tables[name].with_columns(pl.col(*columns).ceil())
    for name in ("demand", "requirements", "rates", "resources", "elsewhere"):
        tables[name] = tables[name].with_columns(pl.col("from").fill_null(str(of.settings["start"])))
    return Case(tables=tables)


@pytest.mark.parametrize("seed", range(6))
def test_begun_later_everything_decided_before_goes_on(seed: int) -> None:
    """All decisions of a random plan carried out, two months later from the state that they led to: month by month the same
    stocks as in the plan, and no rule broken that it keeps.
    """
    plan = rampart.plan(plain(random_case(Random(seed))), reasons="none", give_or_keep=False)
    again = rampart.plan(rampart.take(opened_by(plan, 2), plan, months=99), reasons="none", give_or_keep=False)
    then = closing(again)
    was = {key: q for key, q in closing(plan).items() if key in then}
    assert len(then) == len(was) and then == pytest.approx(was, rel=1e-5, abs=1e-4)
    assert again["rules_broken"].height <= plan["rules_broken"].height
    assert again["changes"].is_empty()


def test_what_was_bought_for_fleets_is_named_and_what_is_in_hand_is_no_error_of_the_case() -> None:
    of = case(4, lines=[line(lead_time=2.0)], contracts=[CONTRACT], demand=[need(1.0)])
    spares = {"kind": "spares", "site": "hub", "payer": "AAA", "month": month(0), "quantity": 3.0, "in_hand": True}
    row = {name: spares.get(name) for name in of.tables["taken"].columns}
    before = InHand(begun_later(of, 1), of, [row], [])
    assert before.tables() == {}
    assert [(f.code, f.value) for f in before.findings] == [("taken-support", "hub")]
    later = rampart.take(begun_later(of, 1), rampart.plan(of))
    assert not [f for f in check(Draft.of(later.tables)) if f.code == "taken-outside"]
    by_hand = later.with_tables({"taken": later.tables["taken"].with_columns(in_hand=pl.lit(False))})
    assert [f for f in check(Draft.of(by_hand.tables)) if f.code == "taken-outside"]
