"""Paths drawn from the chain of the war."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from scenario.small_war import small

CASE = small(0.2)
CHAIN = Chain.of(CASE)


def _unsaid(case: Case) -> Case:
    """The same case, which does not say how often the war is looked at."""
    kept = case.tables["settings"].filter(pl.col("setting") != "revise_every")
    return Case(tables={**case.tables, "settings": kept})


def test_what_was_seen_decides_what_is_drawn() -> None:
    offensive = CHAIN.regimes.index("offensive")
    seen = np.array([CHAIN.start, CHAIN.start, offensive])
    drawn = draws.onward(CASE, CHAIN, seen, 4000, seed=(1,))
    assert (drawn[:, :3] == seen).all()
    after = CHAIN.after(np.eye(len(CHAIN.regime_of))[offensive], 2)
    share = np.bincount(drawn[:, 4], minlength=3) / 4000
    assert share == pytest.approx(CHAIN.shares(after), abs=0.03)
    with pytest.raises(ValueError, match="revision date"):
        draws.onward(CASE, CHAIN, seen[:2], 3, seed=(1,))


def test_the_regime_is_looked_at_on_the_stated_months() -> None:
    """Six months looked at every second one; every third month of a calendar of quarters is a period of its own."""
    assert draws.revision_periods(CASE) == [2, 4]
    assert draws.revision_periods(small(0.2, every=1)) == [1, 2, 3, 4, 5]
    assert draws.revision_periods(small(0.2, every=9)) == []
    # where nothing is said: thirds of a plan of six months, and of eight years each January
    assert draws.revision_periods(_unsaid(CASE)) == [2, 4]
    years = CASE.tables["settings"].with_columns(
        value=pl.when(pl.col("setting") == "end").then(pl.lit("2031-12")).otherwise(pl.col("value"))
    )
    long = _unsaid(Case(tables={**CASE.tables, "settings": years}))
    assert [long.calendar.starts[t] % 12 for t in draws.revision_periods(long)] == [0] * 7


def test_the_war_goes_on_between_looks() -> None:
    """Every month the regimes are shared as the chain says, also in the months in which nobody looks."""
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 4000, seed=(0, 0))
    assert (drawn[:, 0] == CHAIN.start).all()
    for month in range(1, drawn.shape[1]):
        share = np.bincount(drawn[:, month], minlength=3) / 4000
        assert share == pytest.approx(CHAIN.shares(CHAIN.after(CHAIN.first, month)), abs=0.03), month
    assert (drawn[:, 1] != drawn[:, 0]).any()


def test_drawn_by_their_end_as_many_paths_end_in_each_month_as_the_chain_says() -> None:
    """At most one path of 40 more or less than the closed form; in between the regimes are shared as without it."""
    paths, months = 40, 24
    survival = CHAIN.survival(months - 1)
    for seed in (1, 2, 3):
        drawn = CHAIN.sample_by_end(paths, months, seed=seed)
        goes_on = (~CHAIN.ends[drawn]).sum(axis=0)
        assert (np.abs(goes_on - paths * survival) < 1 + 1e-9).all()
        over = CHAIN.ends[drawn]
        assert (over[:, 1:] >= over[:, :-1]).all()
    many = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 4000, seed=(0, 0), by_end=True)
    for month in range(many.shape[1]):
        share = np.bincount(many[:, month], minlength=3) / 4000
        assert share == pytest.approx(CHAIN.shares(CHAIN.after(CHAIN.first, month)), abs=0.02), month


def test_the_end_is_not_left_again() -> None:
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 500, seed=(4,))
    over = CHAIN.ends[drawn]
    assert over.any()
    assert (over[:, 1:] >= over[:, :-1]).all()


def test_more_paths_leave_the_first_ones_as_they_are() -> None:
    few, many = (draws.onward(CASE, CHAIN, np.array([CHAIN.start]), n, seed=(2, 1)) for n in (5, 50))
    assert (many[:5] == few).all()


def test_what_cannot_follow_is_refused() -> None:
    """After the end no offensive comes."""
    ended, offensive = CHAIN.regimes.index("ended"), CHAIN.regimes.index("offensive")
    with pytest.raises(ValueError, match="cannot follow"):
        draws.belief_after(CASE, CHAIN, np.array([CHAIN.start, CHAIN.start, ended, ended, offensive]))
