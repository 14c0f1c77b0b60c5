"""The slip model: how late orders come, by state and length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from rampart.beliefs.distribution import Distribution

State = Literal["planned", "funded", "awarded"]
STATES: tuple[State, ...] = ("planned", "funded", "awarded")
FARTHEST = 3
_FEWEST = 30
"""Fewest pairs that a distance in years is estimated from, and the sample at which a group weighs half."""


@dataclass(frozen=True, eq=False)
class SlipModel:
    """Distributions of slip learned from pairs of books.

    steps   by years ahead, the pairs' slip, account and state
    """

    steps: Mapping[int, Mapping[str, np.ndarray]]
    _known: dict[tuple[str, str, int], Distribution] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, seen: pl.DataFrame) -> SlipModel:
        """Learn from pairs (columns ahead, account, state, slip)."""
        steps: dict[int, Mapping[str, np.ndarray]] = {}
        for ahead in range(1, FARTHEST + 1):
            part = seen.filter(pl.col("ahead") == ahead)
            if len(part) >= _FEWEST:
                steps[ahead] = {name: part[name].to_numpy() for name in ("slip", "account", "state")}
        return cls(steps)

    @property
    def ready(self) -> bool:
        """Whether there is anything to forecast from."""
        return 1 in self.steps

    def slip(self, account: str, state: str, ahead: int) -> Distribution:
        """Months by which the first delivery will have moved ``ahead`` books later."""
        key = (account, state, ahead)
        if key not in self._known:
            self._known[key] = self._sum(account, state, ahead)
        return self._known[key]

    def _sum(self, account: str, state: str, ahead: int) -> Distribution:
        if not self.ready:
            raise ValueError("no two following books to learn slips from")
        longest = max(step for step in self.steps if step <= ahead)
        found = self._seen(account, state, longest)
        left = ahead - longest
        return found if left == 0 else found.plus(self.slip(account, state, left))

    def _seen(self, account: str, state: str, ahead: int) -> Distribution:
        step = self.steps[ahead]
        found = Distribution.of(step["slip"])
        chosen = np.ones(step["slip"].size, bool)
        for name, value in (("account", account), ("state", state)):
            chosen = chosen & (step[name] == value)
            size = int(chosen.sum())
            if size == 0:
                break
            found = Distribution.of(step["slip"][chosen]).mixed(found, size / (size + _FEWEST))
        return found
