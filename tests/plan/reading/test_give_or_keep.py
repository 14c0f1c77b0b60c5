"""The table of give or keep and the break-evens, against what can be worked out by hand and by planning edited tables."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

import rampart
from cases_random import random_case, war_case
from drawn import drawn
from plan.parts.test_give_or_keep import NATIONS, PLEDGE, donor, must_hold, route, stock
from rampart.case.tables import Case
from rampart.results.result import Result

ESSENTIAL = [
    {"holder": "UUU", "item": "shell", "level": "essential", "share": 0.36},
    {"holder": "UUU", "item": "shell", "level": "required"},
]
EVERY_MONTH = {"until": None, "need": 20.0}


def first_year(plan: Result, nation: str) -> float:
    """What a nation sends in the first twelve months."""
    sent = plan["transfers"].filter((pl.col("origin") == nation) & (pl.col("month") < pl.date(2025, 3, 1)))
    return float(sent["quantity"].sum())


def at_chance(case: Case, q: float, holder: str = "AAA") -> Case:
    """The case with another chance for one holder."""
    own = pl.when(pl.col("holder") == holder).then(q).otherwise(pl.col("called_upon"))
    return Case(tables={**case.tables, "requirements": case["requirements"].with_columns(called_upon=own)})


def switch_point(gifts: Callable[[float], float], low: float, high: float = 1.0) -> float:
    """The chance at which gifts fall to nine tenths of what they are at ``low``, by halving."""
    most = 0.9 * gifts(low) + 1e-6
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (low, middle) if gifts(middle) <= most else (middle, high)
    return high


def break_even(case: Case, holder: str = "AAA") -> dict[str, Any]:
    return rampart.plan(case)["break_even"].row(by_predicate=pl.col("donor") == holder, named=True)


@pytest.mark.parametrize(("months", "q"), [(24, 0.01), (36, 0.001), (30, 0.02)])
def test_of_one_donor_and_a_need_worth_the_same_throughout(months: int, q: float) -> None:
    """All 100 are given. A tenth less are two steps: the 19th is kept from q T (19 - 1/2)/20 = 1 on."""
    found = break_even(donor(months, q))
    assert found["gifts"] == pytest.approx(100.0)
    assert found["break_even_month"] == pytest.approx(20.0 / (18.5 * months), rel=1e-9)
    assert found["break_even_year"] == pytest.approx(1.0 - (1.0 - 20.0 / (18.5 * months)) ** 12, rel=1e-9)
    assert found["why"] is None


def test_the_fall_is_of_what_is_given_and_not_of_what_is_held() -> None:
    """At q = 0.1 forty are given, eight steps; a tenth less is one step: the 8th is kept from q 24 7.5/20 = 1 on."""
    assert break_even(donor(24, 0.1))["break_even_month"] == pytest.approx(1.0 / 9.0, rel=1e-9)


@pytest.mark.parametrize("levels", [(), pytest.param(ESSENTIAL, marks=pytest.mark.slow)])
@pytest.mark.docs
def test_a_break_even_is_where_planning_edited_tables_gives_a_tenth_less(levels: list[dict[str, Any]]) -> None:
    case = donor(30, 0.004, held=300.0, asked=400.0, of=EVERY_MONTH, settings={"urgency": "0.1"}, levels=levels)
    found = break_even(case)

    def gifts(q: float) -> float:
        return first_year(rampart.plan(at_chance(case, q), give_or_keep=False), "AAA")

    assert found["gifts"] == pytest.approx(gifts(0.004), rel=1e-6)
    assert found["break_even_month"] == pytest.approx(switch_point(gifts, 0.004), rel=1e-6)


@pytest.mark.docs
def test_the_others_go_on_giving_what_they_give() -> None:
    """What BBB gives in the plan stands on its way to the partner in place of BBB: then AAA alone decides."""
    common: dict[str, Any] = {"need": 150.0, "levels": ESSENTIAL, "nations": NATIONS}
    both = donor(
        24, 0.004, stocks=[stock("AAA", 150.0), stock("BBB", 60.0)], routes=[route("AAA"), route("BBB")],
        requirements=[must_hold("AAA", 200.0, 0.004), must_hold("BBB", 60.0, 0.03)], **common,
    )  # fmt: skip
    plan = rampart.plan(both)
    given = float(plan["break_even"].filter(donor="BBB")["gifts"][0])
    assert 0.0 < given < 60.0
    underway = PLEDGE | {"donor": "BBB", "status": "in_transit", "quantity": given}
    alone = donor(24, 0.004, held=150.0, asked=200.0, deliveries=[underway], **common)

    def gifts(q: float) -> float:
        return first_year(rampart.plan(at_chance(alone, q), give_or_keep=False), "AAA")

    found = plan["break_even"].filter(donor="AAA").row(0, named=True)
    assert 0.0 < found["gifts"] == pytest.approx(gifts(0.004), rel=1e-4)
    assert found["break_even_month"] == pytest.approx(switch_point(gifts, 0.004), rel=1e-4)


def test_none_where_it_gives_nothing() -> None:
    """At q = 1 the first step costs 24/40 and is given; of 50 that lack already none is worth it."""
    assert break_even(donor(24, 0.2, held=50.0))["why"] == "gives_nothing"
    assert break_even(donor(24, 0.2, held=50.0))["break_even_month"] is None


def test_none_where_a_pledge_binds() -> None:
    """A pledge of 40 ranks higher; without it, at q = 0.1, the break-even is that of the eighth step."""
    pledged = donor(24, 0.1, priorities=("pledges", "need"), deliveries=[PLEDGE | {"quantity": 40.0}])
    found = break_even(pledged)
    assert (found["gifts"], found["break_even_month"], found["why"]) == (pytest.approx(40.0), None, "rank_binds")
    half = donor(24, 0.1, priorities=("pledges", "need"), deliveries=[PLEDGE | {"quantity": 20.0}])
    assert break_even(half)["break_even_month"] == pytest.approx(1.0 / 9.0, rel=1e-9)


def test_none_where_it_gives_what_it_need_not_hold() -> None:
    assert break_even(donor(24, 0.1, held=300.0))["why"] == "at_no_chance"


def test_a_chance_may_be_told_a_month_or_a_year() -> None:
    table = rampart.plan(donor(24, 0.01))["give_or_keep"]
    assert sorted(set(table["chance_year"])) == [0.0, 0.02, 0.05, 0.1, 0.2]
    assert table["chance_month"].to_list() == pytest.approx([1 - (1 - y) ** (1 / 12) for y in table["chance_year"]])


def test_the_table_says_what_is_given_served_and_missing() -> None:
    """At Q = 20 % a year and 600 months, q T = 11.05: the n-th twentieth is given while 11.05 (n - 1/2)/20 < 1, so two.

    90 are left of 100: a call costs 10^2/200 = 0.5 a month, and is expected q 600 times.
    """
    q = 1 - 0.8 ** (1 / 12)
    table = rampart.plan(donor(600, 0.01))["give_or_keep"].filter(chance_year=0.2)
    one, item, every = table.rows(named=True)
    assert (one["donor"], one["item"], one["gifts"]) == ("AAA", "shell", pytest.approx(10.0))
    assert (item["donor"], item["item"]) == (None, "shell")
    assert (item["served_first_year"], item["served"]) == (pytest.approx(10.0), pytest.approx(10.0))
    assert (every["donor"], every["item"], every["worth_served"]) == (None, None, pytest.approx(10.0))
    for row in (one, item, every):
        assert row["cost_of_call"] == pytest.approx(0.5)
        assert row["cost_at_home"] == pytest.approx(0.5 * 600 * q)


def test_nothing_is_said_where_no_chance_is_stated_or_it_is_not_asked_for() -> None:
    for plan in (rampart.plan(donor(24, None)), rampart.plan(donor(24, 0.1), give_or_keep=False)):
        assert plan["give_or_keep"].is_empty() and plan["break_even"].is_empty()
        assert "give_or_keep" not in plan.manifest["seconds"]


def test_it_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    plan = rampart.plan(donor(24, 0.1))
    assert plan.manifest["seconds"]["give_or_keep"] >= 0.0
    plan.save(tmp_path / "plan")
    assert rampart.read_result(tmp_path / "plan") == plan


def test_the_plan_is_the_same_with_and_without() -> None:
    with_it, without = (rampart.plan(donor(24, 0.1), give_or_keep=asked) for asked in (True, False))
    for name in set(with_it.tables) - {"give_or_keep", "break_even"}:
        assert with_it[name].equals(without[name]), name


@drawn(4, 150, seed=st.integers(0, 2**32), make=st.sampled_from([random_case, war_case]))
def test_more_chance_never_serves_more_nor_leaves_more_missing(seed: int, make: Callable[..., Case]) -> None:
    plan = rampart.plan(make(Random(seed), called_upon=True))
    table = plan["give_or_keep"].filter(pl.col("donor").is_null() & pl.col("item").is_null()).sort("chance_year")
    for column in ("worth_served", "cost_of_call"):
        values = table[column].to_list()
        room = 1e-6 * max([1.0, *values])
        assert all(after <= before + room for before, after in pairwise(values)), (column, values)


def test_the_random_cases_put_it_to_the_test() -> None:
    """Or the law above would hold of nothing."""
    makers = [(make, seed) for make in (random_case, war_case) for seed in (16, 17)]
    found = [rampart.plan(make(Random(seed), called_upon=True))["give_or_keep"] for make, seed in makers]
    every = [t.filter(pl.col("donor").is_null() & pl.col("item").is_null()) for t in found if not t.is_empty()]
    assert sum(t["worth_served"].max() > t["worth_served"].min() for t in every) >= 1
