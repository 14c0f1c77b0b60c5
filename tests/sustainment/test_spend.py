"""A budget is spent to the end: a proven answer equals all mixes tried out, an unproven one leaves nothing that would help."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.sustainment import spares, spend
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import read_support
from rampart.sustainment.promise import path_of_buys
from rampart.sustainment.spend import Options, spent


def drawn_options(chance: Random, groups: int, *, most: int = 4) -> list[Options]:
    """Groups whose dearer options lack less, not in equal steps; the first of each costs nothing."""
    found = []
    for _ in range(groups):
        count = chance.randint(1, most)
        cost = np.cumsum([0.0, *(chance.randint(1, 9) for _ in range(count))])
        lack = np.cumsum([0.0, *(chance.uniform(0.0, 1.0) for _ in range(count))])[::-1].copy()
        found.append(Options(cost, lack))
    return found


def lacking(options: list[Options], chosen: np.ndarray) -> float:
    return sum(float(o.lack[c]) for o, c in zip(options, chosen, strict=True))


def costing(options: list[Options], chosen: np.ndarray) -> float:
    return sum(float(o.cost[c]) for o, c in zip(options, chosen, strict=True))


def least_lacking(options: list[Options], budget: float) -> float:
    """Of all mixes that the budget reaches, the least that lacks."""
    mixes = product(*(range(o.cost.size) for o in options))
    return min(lacking(options, np.array(m)) for m in mixes if costing(options, np.array(m)) <= budget)


@pytest.mark.parametrize("seed", range(20))
def test_few_groups_are_solved_exactly(seed: int) -> None:
    chance = Random(seed)
    options = drawn_options(chance, chance.randint(1, 4))
    budget = float(chance.randint(0, 40))
    chosen, proven = spent(options, np.zeros(len(options), np.int64), budget)
    assert proven and costing(options, chosen) <= budget
    assert lacking(options, chosen) == pytest.approx(least_lacking(options, budget), abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_unproven_answers_keep_the_budget_and_leave_nothing_that_would_help(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the exact answer, where merging is not tried: never better than the best, within a quarter of what can be had."""
    chance = Random(seed)
    options = drawn_options(chance, 5, most=3)
    budget = float(chance.randint(5, 60))
    monkeypatch.setattr(spend, "FEW", 0)
    first = np.zeros(len(options), np.int64)
    chosen, proven = spent(options, first, budget)
    left = budget - costing(options, chosen)
    assert not proven and left >= 0 and not first.any()
    for o, now in zip(options, chosen, strict=True):  # nothing more could be bought with what is left
        assert not ((o.cost - o.cost[now] <= left) & (o.lack < o.lack[now] - 1e-12)).any()
    best, nothing = least_lacking(options, budget), lacking(options, first)
    assert best - 1e-12 <= lacking(options, chosen) <= best + 0.25 * (nothing - best) + 1e-12


def test_a_purchase_is_given_back_for_a_better_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten, six for 1.0 is most for the money and leaves four; ten for 1.5 lacks less."""
    options = [
        Options(np.array([0.0, 6.0]), np.array([1.0, 0.0])),
        Options(np.array([0.0, 10.0]), np.array([1.5, 0.0])),
    ]
    monkeypatch.setattr(spend, "FEW", 0)
    chosen, _ = spent(options, np.zeros(2, np.int64), 10.0)
    assert chosen.tolist() == [0, 1]
    monkeypatch.setattr(spend, "SWAPS", 1)  # where there are too many groups nothing is given back
    chosen, _ = spent(options, np.zeros(2, np.int64), 10.0)
    assert chosen.tolist() == [1, 0]


def test_where_too_many_mixes_are_unbeaten_the_answer_is_not_called_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    options = drawn_options(Random(1), 4)
    monkeypatch.setattr(spend, "MOST_UNBEATEN", 3)
    chosen, proven = spent(options, np.zeros(4, np.int64), 20.0)
    assert not proven and costing(options, chosen) <= 20.0


def test_lists_along_a_path_are_those_of_its_steps() -> None:
    """Worked out many at once: step by step the same, with sub-parts and where a part is bought twice."""
    support = read_support(read_case(CASES / "fleet-tiny"))
    path = path_of_buys(support, availability_by_month(support), len(support.months) - 1)
    last = min(len(path.cost) - 1, 25)
    assert len(set(path.family[:last].tolist())) < last
    for step, stock in enumerate(path.stocks_along(0, last)):
        assert np.array_equal(stock, path.stock(step)), step


@pytest.mark.parametrize("seed", range(12))
def test_steps_are_bought_by_their_worth_then_by_name(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal worths, worths that differ in the last place, and worths of any size stand as sorting by columns puts them."""
    monkeypatch.setattr(spares, "BLOCK", 7)
    rng = np.random.default_rng(seed)
    number = int(rng.integers(1, 400))
    gain = rng.lognormal(-20.0, 12.0, number) if seed % 3 else 0.5 + 1e-13 * rng.integers(0, 3, number)
    money = rng.integers(1, 4, number) * 1.0
    family, point = rng.integers(0, 9, number), rng.integers(0, 9, number)
    found = spares._by_value(gain, money, family, point)
    assert found.tolist() == np.lexsort((point, family, -(gain / money))).tolist()
