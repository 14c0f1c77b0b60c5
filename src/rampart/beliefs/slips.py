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

    steps   by years ahead, the pairs' slip, account, state, and the appropriation they were seen in ("" where unknown)

    A slip is the mixture, by sample size, of what was seen of all orders, of those of the account (ammunition, missiles), of
    the appropriation (an army's missiles are not a navy's), and of the state.
    """

    steps: Mapping[int, Mapping[str, np.ndarray]]
    _known: dict[tuple[str, str, int, str], Distribution] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, seen: pl.DataFrame) -> SlipModel:
        """Learn from pairs (columns ahead, account, state, slip; appropriation where it is known)."""
        if "appropriation" not in seen.columns:
            seen = seen.with_columns(appropriation=pl.lit(""))
        seen = seen.with_columns(pl.col("appropriation").fill_null(""))
        steps: dict[int, Mapping[str, np.ndarray]] = {}
        for ahead in range(1, FARTHEST + 1):
            part = seen.filter(pl.col("ahead") == ahead)
            if len(part) >= _FEWEST:
                steps[ahead] = {name: part[name].to_numpy() for name in ("slip", "account", "state", "appropriation")}
        return cls(steps)

    @property
    def ready(self) -> bool:
        """Whether there is anything to forecast from."""
        return 1 in self.steps

    def slip(self, account: str, state: str, ahead: int, appropriation: str = "") -> Distribution:
        """Months by which the first delivery will have moved ``ahead`` books later.

        appropriation  the account of the treasury, as "2032A"; blank: any of the account
        """
        key = (account, state, ahead, appropriation)
        if key not in self._known:
            self._known[key] = self._sum(*key)
        return self._known[key]

    def _sum(self, account: str, state: str, ahead: int, appropriation: str) -> Distribution:
        if not self.ready:
            raise ValueError("no two following books to learn slips from")
        longest = max(step for step in self.steps if step <= ahead)
        found = self._seen(account, state, longest, appropriation)
        left = ahead - longest
        return found if left == 0 else found.plus(self.slip(account, state, left, appropriation))

    def _seen(self, account: str, state: str, ahead: int, appropriation: str) -> Distribution:
        step = self.steps[ahead]
        found = Distribution.of(step["slip"])
        chosen = np.ones(step["slip"].size, bool)
        for name, value in (("account", account), ("appropriation", appropriation), ("state", state)):
            if name == "appropriation" and not (value and (chosen & (step[name] == value)).any()):
                continue  # nothing was seen of it: the account speaks
            chosen = chosen & (step[name] == value)
            size = int(chosen.sum())
            if size == 0:
                break
            found = Distribution.of(step["slip"][chosen]).mixed(found, size / (size + _FEWEST))
        return found
