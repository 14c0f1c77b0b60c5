"""A case carried on as planned: the rest of the plan is a plan of it with the same values, so planning anew changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest

from cases_random import START
from cases_small import CONTRACT, ITEM, line, need
from cases_small import case as small
from cases_small import month as month_of_2025
from ledger.actual.went_as_planned import differ, tiny
from rampart.case.from_rows import frame_of
from rampart.case.tables import Case
from rampart.network.ages import left_of_lots
from rampart.network.carried_on import carried_on
from rampart.network.pledges_left import less_sent
from rampart.network.taking import take
from rampart.plan.model.build import build
from rampart.plan.planning import plan
from rampart.plan.programme.layout import lay_out
from rampart.results.result import Result

SAME = dict.fromkeys(("stock", "production", "orders", "expansions", "transfers", "demand"), 0)


def changed(case: Case, table: str, **values: Any) -> Case:
    frame = case.tables[table].with_columns(**{name: pl.lit(value) for name, value in values.items()})
    return case.with_tables({table: frame.cast(case.tables[table].schema)})


@pytest.fixture(scope="module")
def case() -> Case:
    """Tiny, with money that binds, an advance, a finite contract, an offer, needs that may be late and a limit on the pace."""
    made = changed(changed(tiny(), "contracts", max_quantity=60_000.0, advance=0.3), "lines", ramp=5_500.0)
    demand = made.tables["demand"].with_columns(late=pl.lit(True), late_cost=pl.lit(10.0))
    offer = {
        "offer": "shop",
        "seller": "XBB",
        "item": "round",
        "quantity": 3000.0,
        "max_rate": 400.0,
        "price": 90.0,
        "delay": 2.0,
    }
    market = pl.DataFrame(
        [{n: offer.get(n) for n in made.tables["market"].columns}], schema=made.tables["market"].schema
    )
    return made.with_tables({"demand": demand, "market": market})


@pytest.fixture(scope="module")
def first(case: Case) -> Result:
    return plan(case, reasons="none", give_or_keep=False)


@pytest.mark.parametrize("month", ["2025-02", "2025-07", "2026-01"])
def test_planning_anew_changes_nothing(case: Case, first: Result, month: str) -> None:
    later = take(carried_on(case, first.tables, month), first, months=0)
    again = plan(later, reasons="none", give_or_keep=False)
    assert differ(first, again) == SAME
    assert again["changes"].is_empty() and again.feasible


def test_a_case_carried_on_is_carried_on(case: Case, first: Result) -> None:
    at_once = carried_on(case, first.tables, "2025-04")
    step = carried_on(case, first.tables, "2025-03")
    second = plan(take(step, first, months=0), reasons="none", give_or_keep=False)
    twice = carried_on(step, second.tables, "2025-04")
    for table, columns in {
        "budgets": ("nation", "fiscal_year", "commitments", "payments"), "contracts": ("contract", "max_quantity"),
        "market": ("offer", "quantity"), "expansions": ("expansion", "max_units"), "lines": ("line", "rate_before"),
    }.items():  # fmt: skip
        for a, b in zip(
            at_once.tables[table].select(columns).rows(), twice.tables[table].select(columns).rows(), strict=True
        ):
            assert a == pytest.approx(b, abs=1e-6), table
    told = [
        c.tables["orders"]
        .group_by("month", "item", maintain_order=True)
        .agg(pl.col("quantity").sum())
        .sort("month", "item")
        for c in (at_once, twice)
    ]
    assert told[0]["month"].to_list() == told[1]["month"].to_list()
    assert told[0]["quantity"].to_list() == pytest.approx(told[1]["quantity"].to_list(), abs=1e-5)


def test_what_is_used_up_is_not_there_again(case: Case, first: Result) -> None:
    later = carried_on(case, first.tables, "2025-07")
    ordered = (
        first["orders"]
        .filter(pl.col("contract") == "alpha_own", pl.col("decide") < pl.date(2025, 7, 1))["quantity"]
        .sum()
    )
    left = dict(later["contracts"].select("contract", "max_quantity").iter_rows())["alpha_own"]
    assert ordered > 0 and left == pytest.approx(60_000.0 - ordered)
    built = first["expansions"].filter(pl.col("decide") < pl.date(2025, 7, 1))["units"].sum()
    assert later["expansions"]["max_units"].to_list() == pytest.approx([1.0 - built])
    assert str(later.settings["start"]) == "2025-07" and later["orders"]["month"].min() >= "2025-07"
    in_hand = later["orders"].filter(pl.col("inputs") == "drawn")
    assert set(in_hand["source"]) == {"plan_before"} and in_hand.height


def test_a_month_that_begins_no_period_is_refused(case: Case, first: Result) -> None:
    for month in ("2025-01", "2031-01"):
        with pytest.raises(ValueError, match=month):
            carried_on(case, first.tables, month)


def test_orders_drawn_and_supplied_in_one_month_stay_apart(case: Case, first: Result) -> None:
    coming = (
        carried_on(case, first.tables, "2025-03")["orders"].filter(line="round_line", inputs="drawn").row(0, named=True)
    )
    same = {n: coming[n] for n in ("buyer", "item", "line", "ship_to", "month")}
    placed = frame_of(
        "orders", [*case.tables["orders"].to_dicts(), same | {"quantity": 100.0, "due": 9.0, "inputs": "supplied"}]
    )
    rows = carried_on(case.with_tables({"orders": placed}), first.tables, "2025-03")["orders"].filter(
        month=coming["month"], line="round_line", buyer=coming["buyer"]
    )
    told = {r["inputs"]: (r["quantity"], r["decided"]) for r in rows.iter_rows(named=True)}
    assert told["supplied"][0] == 100 and told["drawn"][0] == pytest.approx(coming["quantity"])
    assert told["supplied"][1] is None and told["drawn"][1] is not None


def test_a_calendar_begins_with_the_new_start(case: Case, first: Result) -> None:
    stretches = frame_of("calendar", [{"from": "2025-01", "step": 1}, {"from": "2026-01", "step": 3}])
    later = carried_on(case.with_tables({"calendar": stretches}), first.tables, "2025-03")
    assert later["calendar"].rows() == [("2025-03", 1), ("2026-01", 3)]
    assert later.calendar.lengths[:11] == (1,) * 10 + (3,)


def pledge(quantity: float, **said: Any) -> dict[str, Any]:
    row = {"donor": "XBB", "recipient": "XUU", "item": "round", "status": "pledged", "from": "2025-02", "month": "2025-06",
           "quantity": quantity, "backfill_by": None, "backfill_due": None, "backfill_quantity": None, "low": 1.0,
           "high": 2.0}  # fmt: skip
    return row | said


def told(rows: Any) -> list[tuple[Any, ...]]:
    return [(r["status"], r["from"], r["month"], r["quantity"], r["backfill_quantity"]) for r in rows]


def test_a_pledge_is_met_by_what_was_sent_the_earliest_due_first() -> None:
    # 200 a month from February to June; at the beginning of April 400 are in arrears, less the 500 that were sent
    assert told(less_sent([pledge(1000.0)], 500.0, "2025-04")) == [
        ("pledged", "2025-04", "2025-04", pytest.approx(100.0), None),
        ("pledged", "2025-05", "2025-06", pytest.approx(400.0), None)
    ]  # fmt: skip
    assert told(less_sent([pledge(1000.0)], 0.0, "2025-04")) == [
        ("pledged", "2025-04", "2025-04", pytest.approx(600.0), None),
        ("pledged", "2025-05", "2025-06", pytest.approx(400.0), None)
    ]  # fmt: skip
    assert told(less_sent([pledge(1000.0)], 1000.0, "2025-04")) == []
    back = pledge(1000.0, backfill_by="XBB", backfill_due="2026-06", backfill_quantity=500.0)
    assert told(less_sent([back], 1000.0, "2025-07")) == [("delivered", None, "2025-06", 1000.0, 500.0)]
    (row,) = less_sent([pledge(100.0, **{"from": "2025-09", "month": "2025-09"})], 0.0, "2025-04")
    assert (row["from"], row["low"]) == ("2025-09", 1.0)


def test_what_makes_good_and_is_on_its_way_counts_once() -> None:
    """Twelve are to be made good, four a month; three months to come. After two none has come: all twelve are still owed, and
    what was ordered is placed for it.
    """
    gift = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "delivered", "month": month_of_2025(0),
            "quantity": 12.0, "backfill_by": "AAA", "backfill_due": month_of_2025(6)}  # fmt: skip
    of = small(
        8, ("backfill", "money"), lines=[line(lead_time=3.0, max_rate=4.0)], contracts=[CONTRACT], deliveries=[gift]
    )
    made = plan(of, reasons="none", give_or_keep=False)
    assert made["orders"]["quantity"].sum() == pytest.approx(12.0)
    month = month_of_2025(2)
    before = made["orders"].filter(pl.col("decide").dt.strftime("%Y-%m") < month)["quantity"].sum()
    later = carried_on(of, made.tables, month)
    assert later["orders"]["quantity"].sum() == pytest.approx(before)
    assert later["deliveries"]["backfill_quantity"].fill_null(12.0).to_list() == [12.0]
    again = plan(take(later, made, months=0), reasons="none", give_or_keep=False)
    assert again["orders"]["quantity"].sum() == pytest.approx(12.0 - before)


def test_an_order_in_hand_comes_no_faster_than_its_line_makes() -> None:
    """12 a month are ordered of a line that makes 10, on works of 2 that are then not taken: 2 come a month later,
    made in place of others. With the works all is as planned, and no line works beyond them.
    """
    works = {"expansion": "hall", "line": "plant", "added_rate": 2.0, "cost": 5.0, "construction": 1.0, "max_units": 1,
             "whole": False, "earliest": month_of_2025(1), "latest": month_of_2025(2)}  # fmt: skip
    wanted = need(12.0, **{"from": month_of_2025(3), "until": month_of_2025(5)})
    of = small(8, lines=[line(lead_time=3.0)], demand=[wanted], expansions=[works])
    before = plan(of, reasons="none", give_or_keep=False)
    assert before["orders"]["quantity"].to_list() == [12, 12, 12] and before["expansions"]["units"].to_list() == [1]
    later = carried_on(of, before.tables, month_of_2025(1))
    kept = plan(take(later, before, months=0), reasons="none", give_or_keep=False)
    assert kept["changes"].is_empty() and kept["late"].is_empty() and kept.feasible

    without = later.with_tables({"expansions": frame_of("expansions", [])})
    left = plan(take(without, before, months=0), reasons="none", give_or_keep=False)
    told = left["late"].select("line", "buyer", "period", "held_back", "made_up", "overdue").rows()
    assert told == [("plant", "AAA", 2, 2, 0, 2), ("plant", "AAA", 3, 0, 2, 0)]
    assert left["production"]["output"].to_list() == [0, 0, 10, 10, 10, 0, 0]
    assert left["stock"].select("ordered", "used").rows()[2:4] == [(10, 10), (2, 10)]
    assert left["rules_broken"].select("family", "code", "amount").rows() == [("late", "plant", 2)]
    paid = left["money"].select("purpose", "payments").rows()
    assert paid == [("placed", 12), ("procurement", 18)], "what is held back is paid when it comes"
    overdue = carried_on(without, left.tables, month_of_2025(4))["orders"].filter(inputs="supplied")
    assert overdue.select("month", "quantity", "due", "decided").rows() == [(month_of_2025(4), 2, 1, START)]


def test_where_orders_in_hand_run_out_the_pace_counts() -> None:
    """Of a line that made nothing in the month before, too: what lacks to a bearable fall weighs, and none is told in vain."""
    paced = line(lead_time=2.0, ramp=3.0, rate_before=0.0)
    of = small(9, lines=[paced], demand=[need(9.0, **{"from": month_of_2025(2), "until": month_of_2025(4)})])
    before = plan(of, reasons="none", give_or_keep=False)
    later = carried_on(of, before.tables, month_of_2025(2))
    again = plan(take(later, before, months=0), reasons="none", give_or_keep=False)
    assert before.feasible and again.feasible and again["changes"].is_empty()
    without = plan(later, reasons="none", give_or_keep=False)
    assert without.feasible, "what makes the fall bearable is ordered again"
    programme = build(later)
    weights = lay_out(programme).costs(programme.passes[0].measure)
    steep = programme["steep"].labels
    assert (steep >= 0).any() and (weights[steep[steep >= 0]] > 0).all()


def test_what_is_left_of_a_stock_came_in_last() -> None:
    """20 that keep for six months are from before, 10 a month are made, and 10 used: the new ones are left."""
    held = [{"holder": "AAA", "item": "shell", "quantity": 20.0, "lot": "2024-01"}]
    of = small(6, items=[ITEM | {"shelf_life": 6}], lines=[line()], demand=[need(10.0)], stocks=held)
    before = plan(of, reasons="none", give_or_keep=False)
    left = carried_on(of, before.tables, month_of_2025(2))["stocks"].select("lot", "quantity").rows()
    assert left == [(month_of_2025(0), 10), (month_of_2025(1), 10)]
    assert list(left_of_lots({24290: 5.0, 24291: 10.0}, 12.0)) == [("2024-03", 2.0), ("2024-04", 10.0)]
    assert list(left_of_lots({24291: 10.0}, 12.0)) == [(None, 2.0), ("2024-04", 10.0)], "no lot tells how old these are"


def test_what_is_left_of_pledges_of_one_month_stays_apart_where_it_is_made_good_otherwise() -> None:
    """Of two pledges over seven and eight months none of what fell due was sent: both are due now, each made good as it was."""
    gift = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged"}
    made_good = {"backfill_by": "AAA", "backfill_due": month_of_2025(6), "backfill_quantity": 3.5}
    pledges = [gift | made_good | {"month": month_of_2025(6), "quantity": 7.0},
               gift | {"month": month_of_2025(7), "quantity": 8.0}]  # fmt: skip
    of = small(8, ("backfill", "money"), lines=[line(lead_time=4.0)], contracts=[CONTRACT], deliveries=pledges)
    later = carried_on(of, plan(of, reasons="none", give_or_keep=False).tables, month_of_2025(2))["deliveries"]
    assert later["quantity"].sum() == pytest.approx(15.0)
    assert later["backfill_quantity"].sum() == pytest.approx(3.5)
    due = Counter[tuple[str | None, str]]()
    for r in later.iter_rows(named=True):
        due[r["backfill_by"], r["month"]] += r["quantity"]
    assert due == pytest.approx({
        ("AAA", month_of_2025(2)): 3.0, (None, month_of_2025(2)): 3.0,
        ("AAA", month_of_2025(6)): 4.0, (None, month_of_2025(7)): 5.0,
    })  # fmt: skip


def test_two_pledges_of_one_month_to_come_stay_apart_where_they_are_made_good_otherwise() -> None:
    """Both fall due in the eighth month, from which on different terms; two months on they do so still, and on the same terms
    they are one. What is made good by a date was told apart by a month before, in which half of it fell due.
    """
    gift = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged", "quantity": 6.0}
    made_good = {"backfill_by": "AAA", "backfill_due": month_of_2025(7), "backfill_quantity": 2.0}
    last = {"from": month_of_2025(7), "month": month_of_2025(7)}
    pledges = [gift | made_good | last, gift | last]
    of = small(8, ("backfill", "money"), lines=[line(lead_time=4.0)], contracts=[CONTRACT], deliveries=pledges)
    later = carried_on(of, plan(of, reasons="none", give_or_keep=False).tables, month_of_2025(2))["deliveries"]
    told = later.select("from", "month", "quantity", "backfill_by", "backfill_quantity").rows()
    when = (month_of_2025(7), month_of_2025(7), 6.0)
    assert sorted(told, key=str) == sorted([(*when, "AAA", 2.0), (*when, None, None)], key=str)


def test_an_order_in_hand_draws_as_the_order_did() -> None:
    """Six ordered in March, two and a half months to deliver: half comes in May, half in June. Their parts, taken half a month
    before, all leave in May; counted back from each month of delivery a quarter would in April.
    """
    bill = {"item": "shell", "component": "fuze", "quantity": 1.0, "offset": 0.5}
    fuze = {"item": "fuze", "name_en": "fuze", "kind": "component", "unit": "fuzes"}
    placed = {
        "buyer": "AAA",
        "item": "shell",
        "line": "plant",
        "inputs": "drawn",
        "decided": month_of_2025(0),
        "lead": 2.5,
    }
    orders = [placed | {"month": month_of_2025(n), "quantity": 3.0} for n in (2, 3)]
    of = small(6, ("money",), items=[ITEM, fuze], lines=[line()], bills=[bill], orders=orders,
               stocks=[{"holder": "AAA", "item": "fuze", "quantity": 6.0}])  # fmt: skip
    stock = plan(of, reasons="none", give_or_keep=False)["stock"].filter(item="fuze").sort("period")
    assert stock["closing"].to_list() == pytest.approx([6.0, 6.0, 0.0, 0.0, 0.0, 0.0])


def test_placed_orders_that_made_good_what_was_owed_are_not_owed_again() -> None:
    """Of 6 given 4 come back with a placed order in the first month: 2 are owed after it."""
    gift = {"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "delivered", "quantity": 6.0}
    made_good = {"backfill_by": "AAA", "backfill_due": month_of_2025(4), "month": month_of_2025(0)}
    placed = {"buyer": "AAA", "item": "shell", "quantity": 4.0, "month": month_of_2025(1), "inputs": "supplied"}
    of = small(6, ("backfill", "money"), deliveries=[gift | made_good], orders=[placed])
    before = plan(of, reasons="none", give_or_keep=False)
    assert before["backfill"]["owed"].max() == 2.0
    later = carried_on(of, before.tables, month_of_2025(2))
    assert later["deliveries"]["backfill_quantity"].to_list() == [2.0]
    assert plan(later, reasons="none", give_or_keep=False)["backfill"]["owed"].max() == 2.0


def test_what_lies_beyond_a_budget_counts_a_month_on_as_it_did() -> None:
    """A year's budget of 100, of which 40 are paid in the first month: 30 beyond it are 30 % of it still, not half of what is
    left; also where the plan is carried on twice.
    """
    money = {"nation": "AAA", "fiscal_year": 2025, "commitments": 1000.0, "payments": 100.0}
    placed = [{"buyer": "AAA", "item": "shell", "quantity": 4.0, "month": month_of_2025(n), "due": 10.0,
               "inputs": "supplied"} for n in (0, 1, 2, 3)]  # fmt: skip
    of = small(6, ("money",), budgets=[money], orders=placed)

    def broken(of: Case) -> float:
        made = plan(of, reasons="none", give_or_keep=False)
        return float(made["passes"].filter(objective="rules")["value"].sum())

    assert broken(of) == pytest.approx(0.6)
    first = plan(of, reasons="none", give_or_keep=False)
    once = carried_on(of, first.tables, month_of_2025(1))
    second = plan(once, reasons="none", give_or_keep=False)
    twice = carried_on(once, second.tables, month_of_2025(2))
    for later, left in ((once, 60.0), (twice, 20.0)):
        row = later["budgets"].row(0, named=True)
        assert (row["payments"], row["whole_payments"], row["whole_commitments"]) == (left, 100.0, None)
        assert broken(later) == pytest.approx(0.6)
