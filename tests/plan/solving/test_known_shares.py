"""Shares settled by prices that are known from other sharing are those that are settled without knowing any."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from cases_random import random_case
from drawn import seeds
from plan.reading.test_delays import requirement_first
from rampart.plan.model.build import build
from rampart.plan.parts.parts import PARTS
from rampart.plan.programme.values import Values
from rampart.plan.reading.decisions import decisions_now
from rampart.plan.reading.delays import Delays
from rampart.plan.reading.waiting import Waiting
from rampart.plan.solving.fairness import _Sharing
from rampart.plan.solving.known_shares import Known, KnownShares, Priced
from rampart.plan.solving.passes_in_turn import solve

MANY = (0, 3)
"""Cases in which much is known."""


def test_prices_bound_what_is_sought_within_whatever_bounds() -> None:
    """``x + y`` is at least 3 by a row, and at least 5 where one more bound says so; a price without a bound proves nothing."""
    nothing = np.zeros(0, dtype=np.int64)
    price = Known(3.0, Priced.of(np.zeros(2)), Priced.of(np.array([1.0])), nothing, 3.0, False)
    columns = np.zeros(2), np.full(2, np.inf)
    assert price.holds(columns, (np.array([3.0]), np.array([np.inf])))
    assert price.holds(columns, (np.array([5.0]), np.array([np.inf])))
    assert not price.holds(columns, (np.array([2.9]), np.array([np.inf])))
    assert not price.holds(columns, (np.array([-np.inf]), np.array([np.inf])))


@pytest.mark.parametrize("seed", seeds(4, 60))
def test_what_is_known_changes_no_share(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every decision of a random case put off by one and by three months, after what others have left behind."""
    programme = build(requirement_first(random_case(Random(seed))))
    solution = solve(programme)
    v = Values(programme, solution.layout, solution.columns)
    delays = Delays(v, solution, PARTS)
    stage = next((stage for stage in delays.stages if stage.name == "requirement_worst"), None)
    if stage is None:
        return  # the case requires nothing
    settles = delays.reader.settles(delays.passes[stage.name])
    lacks = delays.linear.shares_of(settles).lacks
    proved: list[int] = []
    as_known = _Sharing._as_known

    def counted(self: _Sharing, group: int, open_ones: np.ndarray) -> np.ndarray:
        left = as_known(self, group, open_ones)
        proved.append(open_ones.size - left.size)
        return left

    monkeypatch.setattr(_Sharing, "_as_known", counted)
    waiting = [Waiting("", (d,)) for d in decisions_now(v, PARTS)][:6]
    for periods in (1, 3):
        for each in waiting:
            closing = delays.closings.of(each, periods)
            found = delays._settled(stage, closing)
            delays._shares, kept = KnownShares(), delays._shares
            afresh = delays._settled(stage, closing)
            delays._shares = kept
            assert (found is None) == (afresh is None)
            if found is not None and afresh is not None:
                assert lacks @ found[1] == pytest.approx(lacks @ afresh[1], abs=1e-6)
    assert sum(proved) > 0 or seed not in MANY
