"""What a delay loses where something comes whole: the plan made anew with the decision closed, whole numbers included.

Beside whole things a delay cannot be read off one pass and one decision: where a launcher waits, another contract, other
works or another lot may step in, each of them whole. So the whole plan is made anew, all passes and all whole numbers, by
the search that made the plan, and the first pass that comes out worse is what the delay loses.

A plan that uses nothing of what is closed stays the best one where that is closed too; and what loses nothing loses nothing
where less is closed. Both spare most of the work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from rampart.network.lags import Floats, Integers
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.measures import ROOM, Pass
from rampart.plan.programme.values import Values
from rampart.plan.reading.loss import Loss, LossReader
from rampart.plan.solving.linear_passes import NotSolved
from rampart.plan.solving.pass_solver import NOTHING
from rampart.plan.solving.passes_in_turn import solve
from rampart.plan.solving.solution import PassResult, Solution

BRANCHES = 2_000
"""Branches of a search for whole numbers, a count so that what is told does not hang on the speed of the machine."""
EXACT, GIVEN = 5e-6, 1.1
"""What a pass held exactly may differ by, and of its room one that gives: plans with other whole numbers use it otherwise."""
SLIGHT, SWAPPED, OF_TERM = 1e-9, 1e-3, 1e-4
"""A loss next to nothing of the whole is one all the same where a term loses more than this of itself, and not a swap."""


@dataclass(frozen=True, eq=False)
class Anew:
    """A plan made anew: what is closed in it, its columns, its passes by name."""

    closed: frozenset[int]
    columns: Floats
    passes: dict[str, PassResult]


@dataclass(eq=False)
class Known:
    """What is known so far."""

    plans: list[Anew] = field(default_factory=list)
    harmless: list[frozenset[int]] = field(default_factory=list)
    losses: dict[frozenset[int], Loss | None] = field(default_factory=dict)


class MadeAnew:
    """Plans made anew, and what they lose beside the plan.

    most_work  columns that are planned anew in all, counted anew for each plan; what comes after is not known
    """

    def __init__(self, v: Values, solution: Solution, reader: LossReader, most_work: int) -> None:
        self.v, self.solution, self.reader, self.left = v, solution, reader, most_work
        self.found = {result.name: result for result in solution.passes}
        self.known = Known([Anew(frozenset(), solution.columns, self.found)])

    def loss(self, closed: Integers) -> Loss | None:
        """What is lost with some columns closed; None where that is not known."""
        shut = frozenset(closed.tolist())
        if any(shut <= wider for wider in self.known.harmless):
            return Loss()
        if shut not in self.known.losses:
            plan = self._plan(shut)
            self.known.losses[shut] = found = None if plan is None else self._lost(plan)
            if found is not None and found.objective is None:
                self.known.harmless.append(shut)
        return self.known.losses[shut]

    def _plan(self, shut: frozenset[int]) -> Anew | None:
        """The best plan with some columns closed."""
        at = np.array(sorted(shut), dtype=np.int64)
        for one in self.known.plans:
            if one.closed <= shut and (one.columns[at] <= NOTHING).all():
                return one
        if self.left < self.solution.columns.size:
            return None
        self.left -= self.solution.columns.size
        deadline = self.solution.deadline
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return None
        try:
            again = solve(
                self.v.programme, time_limit=left, mip_gap=self.solution.solver.mip_gap, closed=at, branches=BRANCHES
            )
        except NotSolved:
            return None
        if again.status != "optimal" or again.solver.cut_short:
            return None
        found = Anew(shut, again.columns, {result.name: result for result in again.passes})
        self.known.plans.append(found)
        return found

    def _lost(self, plan: Anew) -> Loss | None:
        """The first pass that is worse."""
        told = 0.0
        for each in self.v.programme.passes:
            if each.name in SETTLING:
                continue
            if each.name not in self.found or each.name not in plan.passes:
                return None
            before, after = self.found[each.name], plan.passes[each.name]
            if each.how == "told":  # of shares whole numbers are sought for the sum, and then shared as they are
                told = after.value - before.value if self._loses(each, before, after) else 0.0
            elif each.how == "fair":
                if told > 0:
                    more = before.cost * (after.columns - before.columns)
                    cost = float(more[more > 0].sum())
                    return self.reader.read(each.name, cost, before.value, before.columns, after.columns, more)
            elif self._loses(each, before, after):
                return self._read(each, plan)
        return Loss()

    def _read(self, each: Pass, plan: Anew) -> Loss:
        own, settles = self.found[each.name], self.reader.settles(each).name
        before, after = self.found[settles], plan.passes[settles]
        more = before.cost * (after.columns - before.columns)
        lost = plan.passes[each.name].value - own.value
        return self.reader.read(each.name, lost, own.value, before.columns, after.columns, more)

    def _loses(self, each: Pass, before: PassResult, after: PassResult) -> bool:
        """Whether a pass is worse by more than two searches for whole numbers may differ by."""
        lost, size = after.value - before.value, abs(before.value)
        if lost > max(EXACT * max(1.0, size), GIVEN * min(each.room, ROOM) * size):
            return True
        if lost <= SLIGHT * max(1.0, size) or before.terms.size != after.terms.size:
            return False
        worse = after.terms - before.terms
        much = worse > OF_TERM * np.maximum(1.0, np.abs(before.terms))
        return bool(much.any() and lost > SWAPPED * worse[much].sum())
