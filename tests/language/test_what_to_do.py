"""The plan for a war in sentences: what to do now, what it costs, what it protects against, soon and late ends."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import polars as pl
import pytest

from rampart.case.tables import Case
from rampart.language.explaining_war import explain_war
from rampart.language.in_words import InWords
from rampart.language.what_to_do import next_look, what_to_do
from rampart.results.ends_of_war import by_end, goes_on_to_the_end, left_by_end
from rampart.results.result import Result
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.war import war_plan
from scenario.small_war import small


def case(every: int = 2) -> Case:
    """Nothing in stock and cheap works, so that there is something to decide; a price makes what is left money."""
    made = small(0.2, stock=0.0, cost=1.0, every=every)
    return Case(tables={**made.tables, "items": made.tables["items"].with_columns(price=pl.lit(1.0))})


@cache
def planned(*, compare: bool = True, every: int = 2) -> Result:
    return war_plan(case(every), compare=compare)


def test_every_sentence_says_the_figures_of_the_tables() -> None:
    made = planned()
    says = what_to_do(InWords(made, "en"))
    assert len(says) == 5
    values, ends = dict(made["values"].iter_rows()), by_end(made)
    words = InWords(made, "en").words
    assert says[0].startswith("Before the war is looked at again in March 2024, whatever happens: ")
    orders = made["decisions"].filter(kind="order")["money"].sum()
    assert f"orders from 1 place for {words.money(orders)}" in says[0]
    assert words.money(values["plan"]) in says[1]
    assert words.money(max(0.0, values["year_by_year"] - values["plan"])) in says[2]
    assert f"over as soon as February 2024 (chance {words.share(ends['chance'][0], digits=1)})" in says[3]
    assert words.money(ends["regret"][0]) in says[3]
    assert words.share(ends["served_share"][-1]) in says[4]
    french = what_to_do(InWords(made, "fr"))
    assert len(french) == 5
    assert french[0].startswith("Avant le prochain point sur la guerre en mars 2024")


def test_without_rivals_and_without_looks_it_says_so() -> None:
    made = planned(compare=False, every=9)
    answer = InWords(made, "en")
    assert next_look(answer) is None
    says = what_to_do(answer)
    assert says[0].startswith("Within the plan the war is not looked at again")
    assert not any("protects" in said or "had known it" in said for said in says)


def test_money_of_decisions_is_price_times_quantity() -> None:
    """Orders at 1 a unit, works at 1 a widening; an order is of its item, works are of none."""
    for row in planned()["decisions"].iter_rows(named=True):
        assert row["money"] == pytest.approx(row["quantity"] if row["kind"] in ("order", "expand") else 0.0, abs=1e-6)
        assert row["item"] == (None if row["kind"] == "expand" else "shell")


def test_over_paths_it_says_of_how_many_and_how_sure_and_chances_are_of_the_chain() -> None:
    made = plan_on_paths(case(), Sampling(paths=12, compare=False))[0]
    says = what_to_do(InWords(made, "en"))
    words, values = InWords(made, "en").words, dict(made["values"].iter_rows())
    assert says[1].startswith("On these 12 drawn paths")
    assert words.money(values["standard_error"]) in says[1]
    assert not any("can cost less" in said for said in says)
    ends, goes_on = by_end(made), made["survival"]["goes_on"].to_list()
    assert ends["chance"].sum() == pytest.approx(1.0)
    first = ends["ends"][0]
    assert ends["chance"][0] == pytest.approx(1 - goes_on[first.month - 1])
    assert ends["chance"][-1] == pytest.approx(goes_on[5])
    told = explain_war(InWords(made, "en"), None, None)
    for before, row in pairwise([{}, *ends.drop_nulls("ends").iter_rows(named=True)]):
        after = f" and after {words.month(before['ends'])}" if before else ""
        chance = f"(chance {words.share(row['chance'], digits=1)} by then{after})"
        assert any(f"If it ends in {words.month(row['ends'])} {chance}" in line for line in told)
    # where no path is still on at the end, the last end has no more than its own chance, and the chain says what goes on
    over = made["ends"].drop_nulls("ends").filter(pl.col("ends") < pl.col("ends").max())
    fewer = replace(made, tables={**made.tables, "ends": over})
    assert by_end(fewer)["chance"].to_list() == pytest.approx(ends["chance"].to_list()[:-2])
    assert goes_on_to_the_end(fewer) == pytest.approx(goes_on[5])


def test_works_that_outlive_the_plan_are_committed_whole() -> None:
    """A widening at 1 that lasts ten years: what it is still worth at the end of the plan has to be committed too."""
    made = case()
    works = made.tables["expansions"].with_columns(life=pl.lit(120.0))
    decided = war_plan(Case(tables={**made.tables, "expansions": works}), compare=False)["decisions"].filter(
        kind="expand"
    )
    assert decided.height
    assert decided["money"].to_list() == pytest.approx(decided["quantity"].to_list())


def test_what_is_left_is_stock_and_orders_and_no_idle_works() -> None:
    made = planned()
    answer = InWords(made, "en")
    over = by_end(made).drop_nulls("ends").row(0, named=True)
    left = left_by_end(made).filter(pl.col("ends") == over["ends"])
    assert left.filter(measure="idle")["money"].sum() > 0
    expected = left.filter(pl.col("measure").is_in(["beyond_need", "still_to_come", "placed_to_come"]))["money"].sum()
    assert f"{answer.words.money(expected)} of stock beyond requirement" in what_to_do(answer)[3]
