"""What a delay loses: the first pass that is worse for it, and who lacks what in the plan at the end of that pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rampart.network.keys import Item, Key
from rampart.network.lags import Floats
from rampart.plan.model.passes import RULES
from rampart.plan.parts.part import Part, Short, Shortage
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.values import Values
from rampart.plan.reading.lacking import Lacking, largest, most_gained, series
from rampart.plan.solving.linear_passes import LinearPasses
from rampart.plan.solving.pass_solver import NOTHING

SHARE = 1e-5
"""Difference of a share that is more than rounding."""


@dataclass(frozen=True)
class Loss:
    """What a delay loses first: the pass, by how much in its own unit, as a share of its value, who lacks what, who gains.

    objective  none: nothing is lost
    share      infinite where nothing was lacking
    unseen     nothing is lost before the passes that a large case does not solve again, and what these lose is not known
    split      worked out as if what comes whole could be split, with the delay and without it
    rule       where rules give way, the kind of that which gives way most, and what it is of
    """

    objective: str | None = None
    cost: float = 0.0
    share: float = 0.0
    lacking: Lacking | None = None
    gained: tuple[Short, float] | None = None
    unseen: bool = False
    split: bool = False
    rule: tuple[str, tuple[Key, ...]] | None = None


class LossReader:
    """Reads off two plans what one of them lacks."""

    def __init__(self, v: Values, parts: Sequence[Part], linear: LinearPasses) -> None:
        self.v, self.linear = v, linear
        self.rules = [rule for part in parts for rule in part.rules(v.programme)]
        self.shortage_of: dict[str, Shortage] = {
            name: shortage
            for part in parts
            for shortage in part.shortages(v.programme)
            if shortage.in_units
            for name in shortage.passes
        }

    def settles(self, each: Pass) -> Pass:
        """The pass that settles what a pass reached: of the worst-off the one that shares, else the same."""
        fair = (other for other in self.v.programme.passes if each.how == "first" and other.how == "fair")
        return next(fair, each)

    def read(
        self,
        name: str,
        cost: float,
        value: float,
        before: Floats,
        after: Floats,
        more: Floats,
        *,
        lost: float | None = None,
    ) -> Loss:
        """What is lost in a pass between two plans as they are settled.

        cost   in the unit of the pass; ``lost``  what counts of it as a share of its ``value``, where that is another unit
        more   what each column loses of the objective, shape (columns,)
        """
        share = (cost if lost is None else lost) / abs(value) if abs(value) > NOTHING else np.inf
        shortage = self.shortage_of.get(name)
        if shortage is None:
            return Loss(name, cost, share, rule=self._rule(more) if name == RULES[0] else None)
        lack = series(self.v, shortage, before, after)
        return Loss(name, cost, share, largest(self.v, lack, self._worth(shortage, more)), most_gained(lack))

    def _rule(self, lost: Floats) -> tuple[str, tuple[Key, ...]] | None:
        """The rule that gives way most, as the pass weighs them."""
        most, found = 0.0, None
        for rule in self.rules:
            family = self.v.programme.families[rule.family]
            for key, labels in zip(family.keys, family.labels, strict=True):
                amount = float(lost[labels[labels >= 0]].sum())
                if amount > most * (1.0 + SHARE):
                    of, item = rule.of(key)
                    most, found = amount, (rule.kind, (of, Item(item)) if item else (of,))
        return found

    def less_fair(self, settles: Pass, before: Floats, after: Floats) -> bool:
        """Whether the first share that differs, period by period and each from the least, is less; where the worst-off of all
        periods come first, whether any is less: of fewer plans the best is another one only where somebody has less.
        """
        part, node = self.linear.parts_of(settles), self.linear.layout.column_node
        if settles.how == "shared":
            return bool((part * (after - before) > SHARE).any())
        for t in np.unique(node[part > 0]):
            at = np.flatnonzero((part > 0) & (node == t))
            lacks, now = (-np.sort(-part[at] * columns[at]) for columns in (before, after))
            differs = np.flatnonzero(np.abs(now - lacks) > SHARE)
            if differs.size:
                return bool(now[differs[0]] > lacks[differs[0]])
        return False

    def _worth(self, shortage: Shortage, lost: Floats) -> dict[Short, float]:
        """What each holder and item loses of the objective."""
        family = self.v.programme.families[shortage.family]
        found: dict[Short, float] = {}
        for key, labels in zip(family.keys, family.labels, strict=True):
            of = shortage.of(key)
            found[of] = found.get(of, 0.0) + float(lost[labels[labels >= 0]].sum())
        return found
