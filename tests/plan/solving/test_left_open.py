"""Shares settled in what is left open of a plan are those settled on all of it."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import rampart
from cases_random import random_case
from rampart.case.tables import Case
from rampart.plan.reading import relief
from rampart.plan.reading.relief import PassesRead
from rampart.plan.solving.fairness import Shared, Shares
from rampart.plan.solving.left_open import left_open
from rampart.plan.solving.linear_passes import LinearPasses

KEYS = ["objective", "how", "cause", "code", "nation", "item"]


def reliefs(case: Case) -> dict[tuple[object, ...], float]:
    """What each step brings, by shortage."""
    table = rampart.plan(case, reasons="all", give_or_keep=False)["reasons"]
    keys = [name for name in KEYS if name in table.columns]
    return {tuple(row[:-1]): row[-1] for row in table.select(*keys, "relief").iter_rows()}


def test_what_steps_bring_is_the_same_read_of_the_whole_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[tuple[int, int]] = []

    def seen(self: PassesRead, shares: Shares, deadline: float | None) -> Shared:
        part = left_open(self.solver, self.layout, self.levels, shares.lacks)
        sizes.append((part.at.size, self.solver.columns))
        found = part.shared(shares, deadline)
        whole = LinearPasses.settle_shares(self, shares, deadline)
        assert found.status == whole.status
        assert shares.lacks @ found.levels == pytest.approx(shares.lacks @ whole.levels, abs=1e-6)
        assert np.all(found.levels >= -1e-6)
        return whole

    for seed in (3, 7):
        case = random_case(Random(seed))
        mine = reliefs(case)
        with monkeypatch.context() as patch:
            patch.setattr(relief.PassesRead, "settle_shares", seen)
            assert reliefs(case) == pytest.approx(mine, abs=1e-6)
    assert sizes and any(few < columns for few, columns in sizes)
