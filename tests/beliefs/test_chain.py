"""The chain of the war against closed forms, hand-worked figures and what was stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from places import PUBLISHED
from rampart.beliefs.chain import Chain
from rampart.beliefs.hazards import hazards
from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.scenario import branching
from scenario.small_war import small


def published() -> Chain:
    """The chain of the check values (METHODS part B): attrition, offensives, pauses and the end."""
    return Chain.of(read_case(PUBLISHED / "war-1"))


def test_beliefs_come_back_as_stated() -> None:
    """Shares of wars over after a month, a year and ten years; one hazard alone gives a geometric length."""
    stated = {1: 0.08, 12: 0.35, 120: 0.9}
    chain = Chain.from_durations(("war", "over"), (False, True), "war", {}, stated)
    survival = chain.survival(120)
    assert [1 - survival[m] for m in stated] == pytest.approx(list(stated.values()))
    assert hazards({10: 1 - 0.9**10}) == [(0, pytest.approx(0.1))]
    with pytest.raises(ValueError, match="rise"):
        hazards({1: 0.5, 12: 0.4})


def test_durations_say_when_the_war_ends_whatever_its_regime() -> None:
    """A war that has lasted eleven months: its chance to go on is that of wars of its age, and regimes change beside it."""
    case = small(0.0)
    durations = pl.DataFrame({"months": [1, 12, 120], "over": [0.08, 0.35, 0.9]})
    blank = case.tables["durations"]
    began = pl.DataFrame({"setting": ["war_began"], "value": ["2023-02"]})
    stated = Case(tables={
        **case.tables,
        "durations": pl.concat([blank, durations.cast({"months": blank.schema["months"]})], how="diagonal"),
        "transitions": case.tables["transitions"].filter(pl.col("to_regime") != "ended"),
        "settings": pl.concat([case.tables["settings"].filter(pl.col("setting") != "war_began"), began], how="diagonal"),
    })  # fmt: skip
    chain = Chain.of(stated)
    left = {11: (1 - 0.35) * ((1 - 0.35) / (1 - 0.08)) ** (-1 / 11), 12: 1 - 0.35}
    yearly = ((1 - 0.9) / (1 - 0.35)) ** (1 / 108)
    survival = chain.survival(5)
    assert survival[1] == pytest.approx(left[12] / left[11])
    assert survival[5] == pytest.approx(left[12] / left[11] * yearly**4)
    offensive, ended = chain.regimes.index("offensive"), chain.regimes.index("ended")
    assert chain.shares(chain.after(chain.first, 1))[offensive] == pytest.approx(survival[1] * 0.2)
    tree = branching.grow(stated, chain)
    assert tree.probability[tree.leaves].sum() == pytest.approx(1)
    months = chain.sample(4000, 6, seed=1)
    assert (months[:, 5] != ended).mean() == pytest.approx(survival[5], abs=0.02)
    assert sum(chain.expected_months().values()) == pytest.approx(chain.survival(4000).sum(), rel=1e-6)


def test_closed_forms_of_the_chain() -> None:
    """B-24 and B-25."""
    chain = published()
    assert sum(chain.expected_months().values()) == pytest.approx(8.75)
    assert chain.total_moments({"A": 10, "O": 16, "P": 4}) == pytest.approx((90.8333333333, 7359.2129629630))
    assert chain.survival(12)[[1, 3, 6, 12]] == pytest.approx([0.9, 0.708, 0.487808, 0.2309810545])
    for start, months, demand, variance in (("O", 8.75, 97.5, 7378.47222222), ("P", 7.5, 68.3333333333, 6834.07407407)):
        from_there = replace(chain, start=chain.regimes.index(start))
        assert sum(from_there.expected_months().values()) == pytest.approx(months)
        assert from_there.total_moments({"A": 10, "O": 16, "P": 4}) == pytest.approx((demand, variance), abs=6e-9)


def test_the_sampler_has_the_chances_of_the_chain() -> None:
    chain, paths = published(), 4000
    drawn = chain.sample(paths, 13, seed=7)
    goes_on = (~chain.ends[drawn]).mean(axis=0)
    expected = chain.survival(12)
    assert (np.abs(goes_on - expected) <= 4 * np.sqrt(expected * (1 - expected) / paths) + 1e-12).all()
    assert (chain.sample(10, 13, seed=7) == drawn[:10]).all()


def test_one_chance_of_the_end_gives_a_geometric_length() -> None:
    """A quarter a month: three quarters go on after a month; 4 months of war are expected, and 12 variance of their number."""
    chain = Chain.from_changes(("war", "over"), (False, True), "war", {("war", 0): {"over": 0.25}})
    assert chain.survival(3) == pytest.approx([1, 0.75, 0.5625, 0.421875])
    assert chain.expected_months() == {"war": pytest.approx(4.0)}
    assert chain.total_moments({"war": 2.0}) == pytest.approx((8.0, 4 * 12.0))
    assert chain.long_run_hazard == pytest.approx(0.25)


def test_a_chance_may_depend_on_how_long_a_regime_has_lasted() -> None:
    """No offensive ends in its first month; from the second month on half of those left do."""
    changes = {("offensive", 0): {"over": 0.0}, ("offensive", 1): {"over": 0.5}}
    chain = Chain.from_changes(("offensive", "over"), (False, True), "offensive", changes)
    assert chain.survival(3) == pytest.approx([1, 1, 0.5, 0.25])
    assert chain.expected_months()["offensive"] == pytest.approx(1 + 1 / 0.5)


def test_a_war_that_nothing_ends_is_endless() -> None:
    chain = Chain.from_changes(("war", "pause", "over"), (False, False, True), "war", {("war", 0): {"pause": 0.5}})
    assert not chain.can_end
    assert chain.survival(50)[-1] == pytest.approx(1)
    assert chain.expected_months() == {"war": np.inf, "pause": np.inf}


def test_chances_that_sum_to_more_than_one_are_refused() -> None:
    with pytest.raises(ValueError, match="more than one"):
        Chain.from_changes(("a", "b", "over"), (False, False, True), "a", {("a", 0): {"b": 0.7, "over": 0.6}})


def test_a_case_without_a_present_regime_is_refused() -> None:
    case = small(0.2)
    blank = case.tables["settings"].filter(pl.col("setting") != "regime")
    with pytest.raises(ValueError, match="regime"):
        Chain.of(Case(tables={**case.tables, "settings": blank}))
