"""The rounds in which a plan and its fleets are brought to agree: how far each goes, and how many a time allows."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

coupling = importlib.import_module("rampart.plan.coupling")
levels = importlib.import_module("rampart.sustainment.levels")


class Rounds:
    """A plan whose systems come half as near to ten in each round, without its fleets being worked out.

    in_full  of each plan that was asked for, whether it was one in full
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there, self.in_full = 0.0, list[bool]()
        none = np.zeros((1, 1))
        support = SimpleNamespace(fleet_rows=[{"needed": 10.0}])
        for name, made in (("support_levels", SimpleNamespace(support=support)), ("first_usage", levels.Usage(none, none)),
                           ("availability_with_bought", SimpleNamespace(available=none))):  # fmt: skip
            monkeypatch.setattr(levels, name, lambda *_, made=made, **__: made)
        monkeypatch.setattr(coupling, "available", lambda v: np.array([[v.there]]))
        monkeypatch.setattr(coupling, "needed", lambda _: np.array([10.0]))
        monkeypatch.setattr(coupling, "usage_of", lambda *_: levels.Usage(none, none))
        monkeypatch.setattr(coupling, "bought", lambda _: ())
        monkeypatch.setattr(coupling, "by_period", lambda _, months: months)

    def solve(self, _: object, in_full: bool, before: object) -> Any:
        assert (before is None) == (not self.in_full), "each plan begins from where the one before it stood"
        self.in_full.append(in_full)
        self.there += 0.0 if in_full else 0.5 * (10.0 - self.there)
        return SimpleNamespace(there=self.there, programme=None), SimpleNamespace(out_of_time=False)

    def run(self, **how: Any) -> Any:
        return coupling.coupled(SimpleNamespace(calendar=None), self.solve, **how)


def test_rounds_go_on_until_they_agree_and_one_plan_is_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds(monkeypatch)
    monkeypatch.setattr(coupling, "CLOSE", 0.5)
    found = rounds.run()
    assert found.rounds == 5 and found.agreement()["converged"]  # 5, 2.5, 1.25, 0.625, 0.3125 more
    assert rounds.in_full == [False] * 5 + [True]


def test_where_time_is_short_what_is_left_is_for_the_plan_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds(monkeypatch)
    found = rounds.run(time_left=lambda: 0.0)
    assert rounds.in_full == [False, True]
    assert found.rounds == 1 and not found.agreement()["converged"]
