"""What a tenth of a per cent more room buys below: by hand, and as planning anew with that room finds it."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from hypothesis import strategies as st

import rampart
from cases_random import random_case, war_case
from cases_small import case
from drawn import drawn
from rampart.case.tables import Case
from rampart.language.in_words import InWords
from rampart.language.more_room import bought_by_room
from rampart.plan.reading.more_room import MORE
from rampart.results.result import Result


def ranked(weight: float, tolerance: float) -> Case:
    """Sixteen for two needs of ten of the first rank, of which each lacks two, and one of the second at a weight."""
    demand = [
        {"holder": "UUU", "item": "shell", "rate_per": "month", "purpose": purpose, "need": 10.0, **more}
        for purpose, more in (("operations", {}), ("training", {}), ("sale", {"rank": 2, "weight": weight}))
    ]
    found = case(1, ["need", "money"], demand=demand, stocks=[{"holder": "UUU", "item": "shell", "quantity": 16.0}])
    rooms = found.tables["priorities"].with_columns(tolerance=pl.lit(tolerance))
    return found.with_tables({"priorities": rooms})


def test_what_a_rank_gives_buys_what_it_is_worth_below() -> None:
    """Each of two terms of 2 gives .002: the next rank, which lacks 10 less the room already taken, gets .004 at 50."""
    plan = rampart.plan(ranked(50.0, 0.01))
    (row,) = plan["more_room"].to_dicts()
    assert (row["rank"], row["objective"], row["below"]) == (1, "need", "need_2")
    assert row["gives"] == pytest.approx(0.004)
    assert row["gain"] == pytest.approx(0.2)
    assert row["share"] == pytest.approx(0.2 / (50.0 * (10.0 - 0.04)))
    english, french = (bought_by_room(InWords(plan, language)) for language in ("en", "fr"))
    assert [tuple(part.replace("\xa0", " ") for part in row) for row in english] == [
        ("Recipient's need", "0.004 units", "Recipient's need, rank 2: 0.2 units (0.040%)")
    ]
    assert len(french) == 1 and "rang 2" in french[0][2]
    assert "What a tenth of a per cent more room would buy below, all of it spent on one:" in rampart.explain(plan)


def test_what_is_held_exactly_gives_nothing() -> None:
    assert rampart.plan(ranked(50.0, 0.0))["more_room"].is_empty()


def with_more(of: Case, objective: str) -> Result:
    """Planned anew with a tenth of a per cent more room in one objective."""
    mine = pl.col("objective") == objective
    rooms = of.tables["priorities"].with_columns(
        tolerance=pl.when(mine).then(pl.col("tolerance").fill_null(1e-4) + MORE).otherwise(pl.col("tolerance"))
    )
    return rampart.plan(of.with_tables({"priorities": rooms}), give_or_keep=False, reasons="none")


@drawn(2, 60, seed=st.integers(0, 2**32), war=st.booleans())
def test_it_is_what_planning_anew_with_that_room_finds(seed: int, war: bool) -> None:
    """The first objective below that gains is the first that changes, and by as much; none changes where none gains."""
    of = (war_case if war else random_case)(Random(seed))
    plan = rampart.plan(of, give_or_keep=False)
    before, told = plan["passes"], plan["more_room"].to_dicts()
    for objective, tolerance in of["priorities"].select("objective", "tolerance").iter_rows():
        if tolerance == 0.0:
            continue
        names = before["objective"].to_list()
        own = "requirement_fair" if objective == "requirement" else objective
        if own not in names:
            continue
        after = dict(with_more(of, objective)["passes"].select("objective", "value").iter_rows())
        gains = {row["below"]: row["gain"] for row in told if row["objective"] == own}
        for name, value in before.select("objective", "value").rows()[names.index(own) + 1 :]:
            gain = gains.get(name, 0.0)
            assert value - after[name] == pytest.approx(gain, rel=1e-4, abs=3e-6 * max(1.0, abs(value))), (own, name)
            if gain:
                break
