"""Decisions of the first period to three figures, and what that costs. Worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, ITEM, case, line, month, need
from rampart.language.decisions_and_causes import rounding
from rampart.language.in_words import InWords
from rampart.plan.reading.rounded import to_figures
from rampart.results.result import Result

DEAL = CONTRACT | {"max_quantity": math.inf}


@pytest.mark.parametrize(
    ("amount", "near", "down"),
    [(0.0, 0.0, 0.0), (12_345.0, 12_300.0, 12_300.0), (68.181818, 68.2, 68.1), (0.0513, 0.0513, 0.0513),
     (999.6, 1_000.0, 999.0), (90_000.0, 90_000.0, 90_000.0), (1_000.0000000001, 1_000.0, 1_000.0)],
)  # fmt: skip
def test_three_figures(amount: float, near: float, down: float) -> None:
    assert to_figures(amount) == pytest.approx(near, abs=1e-12)
    assert to_figures(amount, math.floor) == pytest.approx(down, abs=1e-12)


def planned(quantity: float, priorities: tuple[str, ...] = ("own_use", "money"), **rows: Any) -> Result:
    """An order of so many, needed two months later and at once at 1 each."""
    late = need(quantity, **{"from": month(1)}, until=month(1))
    base = {"lines": [line(lead_time=1.0, max_rate=math.inf)], "contracts": [DEAL], "demand": [late]}
    return rampart.plan(case(3, priorities, **(base | rows)))


def losses(plan: Result) -> dict[str, float]:
    """What each objective loses by rounding."""
    return dict(plan["rounding"].select("objective", "loss").iter_rows())


def test_what_has_three_figures_is_not_rounded() -> None:
    plan = planned(1_230.0)
    assert plan["rounding"].is_empty()
    assert plan["decisions"]["quantity"].to_list() == pytest.approx([1_230.0])


def test_up_where_a_need_would_lose_and_what_it_costs_is_said() -> None:
    """1,234 to the nearest is 1,230: 4 would be missing. Up it is 1,240, and costs 6."""
    plan = planned(1_234.0)
    (row,) = plan["decisions"].to_dicts()
    assert (row["quantity"], row["exact"], row["money"]) == pytest.approx((1_240.0, 1_234.0, 1_240.0))
    assert row["year_quantity"] == pytest.approx(1_234.0)
    assert losses(plan) == pytest.approx({"own_use": 0.0, "money": 6.0})
    assert plan["orders"]["quantity"].to_list() == pytest.approx([1_234.0])


def test_down_where_more_cannot_be_carried_out() -> None:
    """The contract has 1,236: the nearest is 1,240, as up; down it is 1,230, and 6 of 1,236 are missing,
    each worth 1.1^(-1/12) of one in the first month.
    """
    plan = planned(1_240.0, contracts=[DEAL | {"max_quantity": 1_236.0}])
    assert plan["decisions"]["quantity"].to_list() == pytest.approx([1_230.0])
    assert set(plan["rounding"]["rounded"]) == {"down"}
    assert losses(plan)["own_use"] == pytest.approx(6.0 * 1.1 ** (-1 / 12))


def test_systems_and_multiples_are_whole_already() -> None:
    assert planned(1_234.0, items=[ITEM | {"kind": "system"}])["rounding"].is_empty()
    plan = planned(1_234.0, items=[ITEM | {"multiple": 1.0}])
    assert plan["decisions"]["quantity"].to_list() == pytest.approx([1_234.0])


def test_what_later_decisions_make_up_for_costs_nothing() -> None:
    """2,468 over two months from a stock that keeps: 1,230 now are made up for by 1,238 a month later."""
    late = need(2_468.0, **{"from": month(2)}, until=month(2))
    offer = {"offer": "stock", "seller": "AAA", "item": "shell", "buyer": "AAA", "quantity": 1e6, "max_rate": 1_234.0}
    offer |= {"price": 1.0, "delay": 0.0, "until": month(1)}
    plan = planned(0.0, lines=[], contracts=[], demand=[late], market=[offer | {"max_rate": 1_234.5}])
    assert max(losses(plan).values()) >= 0.0
    assert plan["decisions"]["quantity"].to_list() == pytest.approx([1_230.0])


@pytest.mark.parametrize(("kind", "signed"), [("munition", 5.0), ("spare", 5.0), ("missile", 5.0), ("component", 4.5)])
def test_what_is_counted_by_the_piece_is_signed_in_whole_ones(kind: str, signed: float) -> None:
    """4.5 to the nearest is 4, and half of one would be missing; up it is 5, and costs one half more."""
    plan = planned(4.5, items=[ITEM | {"kind": kind}])
    (row,) = plan["decisions"].to_dicts()
    assert (row["quantity"], row["exact"]) == pytest.approx((signed, 4.5))
    lost = {} if signed == 4.5 else {"own_use": 0.0, "money": 0.5}
    assert losses(plan) == pytest.approx(lost)


def test_whole_numbers_to_three_figures() -> None:
    assert (to_figures(4.5, math.ceil, whole=True), to_figures(4.5, math.floor, whole=True)) == (5.0, 4.0)
    assert to_figures(0.4, whole=True) == 0.0
    assert to_figures(1_234.5, whole=True) == 1_230.0
    assert to_figures(4.9999999, math.floor, whole=True) == 5.0


def test_less_than_a_piece_is_no_order() -> None:
    """0.4 of a round over the plan rounds to nothing: nothing is signed, and no order of 0 is listed."""
    plan = planned(0.4)
    assert plan["orders"]["quantity"].to_list() == pytest.approx([0.4])
    assert plan["decisions"].filter(pl.col("quantity") == 0).is_empty()


def test_what_others_order_in_the_whole_plan_stands_as_it_was_fixed() -> None:
    """BBB orders 0.6 now from the line of AAA. For AAA alone that is fixed: to round it to nothing would break what leaves
    for BBB as agreed.
    """
    nations = [{"nation": n, "role": "member", "name_en": n, "fiscal_year_start": 3} for n in ("AAA", "BBB")]
    deals = [DEAL, DEAL | {"contract": "theirs", "buyer": "BBB"}]
    of = case(2, ("own_use", "money"), nations=nations, lines=[line()], contracts=deals,
              demand=[need(2.4), need(0.3, holder="BBB")])  # fmt: skip
    whole = rampart.plan(of)
    alone = rampart.plan(rampart.extract(of, ["AAA"], as_in=whole).case)
    theirs = alone["decisions"].filter(nation="BBB")
    fixed = whole["orders"].filter(buyer="BBB", decide=whole["periods"]["month"][0])["quantity"].sum()
    assert theirs.select("quantity", "exact").rows() == [(pytest.approx(fixed), pytest.approx(fixed))]
    assert fixed not in (0.0, 1.0)
    assert losses(alone)["rules"] == 0.0


def test_the_first_year_is_what_the_tables_add_up_and_what_is_taken_over() -> None:
    """123.4 a month for fifteen months, 1,234 ahead: amounts now are whole, those of the year are not rounded in part."""
    steady = need(1_234.56, **{"from": month(1)})
    of = case(
        15, ("own_use", "money"), lines=[line(lead_time=1.0, max_rate=1_000.7)], contracts=[DEAL], demand=[steady]
    )
    plan = rampart.plan(of, reasons="none")
    (row,) = plan["decisions"].to_dicts()
    assert row["quantity"] != row["exact"]
    early = pl.col("decide").dt.strftime("%Y-%m") < month(12)
    assert row["year_quantity"] == pytest.approx(plan["orders"].filter(early)["quantity"].sum())
    taken = rampart.take(of, plan)["taken"]
    assert row["year_quantity"] == pytest.approx(taken.filter("firm")["quantity"].sum())
    assert "before rounding" in rounding(InWords(plan)) and "avant arrondi" in rounding(InWords(plan, "fr"))
