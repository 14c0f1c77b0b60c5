"""Chance of each regime, month by month."""

from __future__ import annotations

import numpy as np
import pytest

from rampart.beliefs.chances import chances
from scenario.small_war import small


def test_the_chance_that_it_goes_on_falls_with_the_hazard() -> None:
    found = chances(small(0.2, offensive=0.0))
    assert found is not None
    regimes, share = found
    assert share[regimes.index("ended")] == pytest.approx(1 - 0.8 ** np.arange(6))
    assert share.sum(axis=0) == pytest.approx(np.ones(6))


def test_offensives_come_and_go() -> None:
    found = chances(small(0.0, offensive=0.2))
    assert found is not None
    regimes, share = found
    on = [0.0]
    for _ in range(5):
        on.append(on[-1] * 0.6 + (1 - on[-1]) * 0.2)
    assert share[regimes.index("offensive")] == pytest.approx(on)
