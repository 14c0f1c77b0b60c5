"""Demands in ranks: each is a pass of its own, and what it gives the next is its room alone. Worked out by hand."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, case, line, need
from rampart.case.tables import Case
from rampart.language.words import Words
from rampart.results.result import Result

PARTNER = {"holder": "UUU", "item": "shell", "rate_per": "month"}
PURPOSES = ("operations", "training", "sale")
NEED_FIRST = ("need", "own_use", "money")


def of_partner(held: float, *needs: tuple[float, int | None, float], tolerance: float = 0.0, **rows: Any) -> Case:
    """The partner holds so much for one month; each need is an amount, a rank and a weight."""
    demand = [
        PARTNER | {"purpose": purpose, "need": amount, "rank": rank, "weight": weight}
        for purpose, (amount, rank, weight) in zip(PURPOSES, needs, strict=False)
    ]
    stocks = [{"holder": "UUU", "item": "shell", "quantity": held}]
    found = case(1, NEED_FIRST, demand=demand, stocks=stocks, **rows)
    ranked = found.tables["priorities"].with_columns(
        tolerance=pl.when(pl.col("objective") == "need").then(tolerance).otherwise(0.0)
    )
    return found.with_tables({"priorities": ranked})


def served(plan: Result) -> dict[str, float]:
    """Units served, by purpose."""
    rows = plan["demand"].group_by("purpose").agg(pl.col("served").sum())
    return {purpose: round(amount, 6) for purpose, amount in rows.iter_rows()}


def reached(plan: Result) -> dict[str, float]:
    """Passes in their order, with what they reached."""
    return {name: round(value, 6) for name, value in plan["passes"].select("objective", "value").iter_rows()}


def test_a_rank_is_served_before_the_next_whatever_a_unit_of_that_is_worth() -> None:
    """Of 15, ten train first and five are left, though a unit of operations is worth a hundred."""
    weighed = rampart.plan(of_partner(15.0, (10.0, None, 100.0), (10.0, None, 1.0)))
    assert served(weighed) == {"operations": 10.0, "training": 5.0}
    assert reached(weighed) == {"need": 5.0}
    ranked = rampart.plan(of_partner(15.0, (10.0, 2, 100.0), (10.0, 1, 1.0)))
    assert served(ranked) == {"operations": 5.0, "training": 10.0}
    assert reached(ranked) == {"need": 0.0, "need_2": 500.0}


def test_each_of_several_ranks_is_a_pass() -> None:
    plan = rampart.plan(of_partner(12.0, (10.0, 3, 9.0), (10.0, 1, 1.0), (10.0, 2, 3.0)))
    assert served(plan) == {"training": 10.0, "sale": 2.0, "operations": 0.0}
    assert reached(plan) == {"need": 0.0, "need_2": 24.0, "need_3": 90.0}


@pytest.mark.parametrize(
    ("weights", "left"),
    [
        ((1.0, 1.0), {"operations": 7.8, "training": 7.8, "sale": 0.4}),  # each lacks 2 and gives a tenth of that
        ((2.0, 1.0), {"operations": 10.0, "training": 5.6, "sale": 0.4}),  # what lacks nothing gives nothing
    ],
)
def test_a_term_gives_of_its_own_value_and_one_that_lacks_nothing_gives_nothing(
    weights: tuple[float, float], left: dict[str, float]
) -> None:
    """Pooled, the four that lack could be taken from one of the two, and from the one that is served whole."""
    first, second = weights
    of = of_partner(16.0, (10.0, 1, first), (10.0, 1, second), (10.0, 2, 50.0), tolerance=0.1)
    assert served(rampart.plan(of)) == pytest.approx(left, abs=1e-5)


def test_members_own_use_has_ranks_of_its_own() -> None:
    """Five a month are made for ten to train and ten to sell: the partner's ranks are others'."""
    demand = [need(10.0, rank=2), need(10.0, purpose="sale", rank=1, weight=0.1)]
    plan = rampart.plan(case(1, NEED_FIRST, lines=[line(max_rate=5.0)], contracts=[CONTRACT], demand=demand))
    assert served(plan) == {"sale": 5.0, "training": 0.0}
    assert reached(plan) == {"own_use": 0.5, "own_use_2": 10.0, "money": 5.0}


def test_what_is_missing_when_called_upon_stands_beside_the_last_rank() -> None:
    """Ten at home that a call surely asks for: the first rank gets its four, and the second, of little worth, nothing."""
    demand = [
        PARTNER | {"purpose": "operations", "need": 4.0, "rank": 1},
        PARTNER | {"purpose": "training", "need": 4.0, "rank": 2, "weight": 1e-3},
    ]
    asked = [{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 10.0, "called_upon": 1.0}]
    of = case(
        1, ["need", "requirement", "money"], demand=demand, requirements=asked,
        stocks=[{"holder": "AAA", "item": "shell", "quantity": 10.0}],
        routes=[{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": 100.0}],
    )  # fmt: skip
    assert served(rampart.plan(of)) == {"operations": 4.0, "training": 0.0}


def test_a_relief_of_one_rank_is_told_of_that_rank() -> None:
    """Ten of the first rank gone leave ten for the second, and its own shortage alone is told in its name."""
    plan = rampart.plan(of_partner(15.0, (10.0, 2, 1.0), (10.0, 1, 1.0)), reasons="all")
    assert plan["short"].select("objective", "amount").rows() == [("need_2", 5.0)]
    gone = plan["reasons"].filter(how="gone", cause="need")
    assert [(r["objective"], r["holder"], round(r["relief"], 6)) for r in gone.iter_rows(named=True)] == [
        ("need_2", "UUU", 5.0)
    ]


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Recipient's need, rank 2"), ("fr", "Besoin du bénéficiaire, rang 2")]
)
def test_a_rank_has_its_words(language: Any, told: str) -> None:
    assert Words(language=language).choice("objective", "need_2") == told
