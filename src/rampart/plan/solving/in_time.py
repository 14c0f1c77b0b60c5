"""The best plan that can be found in the time given.

What is sure comes first. The linear passes run within half of the time; where there are whole numbers, those nearest to
them are carried out; then whole numbers are sought as long as time is left to carry them out too. A pass that is cut short
leaves the plan at which the solver stood. What was found is held against the plan without new decisions, which always can
be had, pass by pass in their order, and the better one stands.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rampart.engine.highs import OPTIMAL
from rampart.network.lags import Floats
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.linear_passes import LinearPasses, NotSolved
from rampart.plan.solving.pass_solver import LARGE, State
from rampart.plan.solving.solution import PassResult, Unfinished
from rampart.plan.solving.whole_numbers import (
    SOLVED,
    Whole,
    WholeNumbers,
    breaks_a_rule,
    carry_out,
    carry_out_within_rules,
    nearest,
)
from rampart.plan.solving.without_decisions import without_decisions

HALF = 0.5
"""Share of the time for the linear passes with fractions."""
AGAIN = 1.25
"""Time kept to carry whole numbers out, as a share of what that took before."""
NEARLY_WHOLE = 1e-6
"""Below a whole number by less than this counts as whole."""
KEPT = 0.1
"""The least of it, as a share of the time."""
BETTER = 1e-6
"""By how much a pass must differ to count, as a share of its value."""


@dataclass(eq=False)
class Found:
    """A plan found: scaled columns, the passes solved, the pass in which time ran out, and the whole numbers behind it."""

    columns: Floats
    results: list[PassResult] = field(default_factory=list)
    stopped: Pass | None = None
    whole: Whole = field(default_factory=Whole)
    idle: bool = False

    @property
    def complete(self) -> bool:
        """Whether every pass was solved."""
        return not self.idle and self.stopped is None


def in_time(programme: Programme, linear: LinearPasses, sought: Sequence[Pass], start: State, deadline: float) -> Found:
    """The best plan found by the deadline. Raises NotSolved where the case allows none.

    sought  the passes that whole numbers are sought for; none: there are no whole numbers
    start   where the solver stands before the first pass
    """
    passes = programme.passes
    if sought:
        found = _with_whole_numbers(linear, sought, passes, start, deadline)
    else:
        results, _ = linear.run(passes, deadline)
        found = [Found(linear.levels, results, linear.stopped)] if linear.levels.any() else []
    if any(one.complete for one in found):
        return found[-1]
    idle = without_decisions(programme, linear.layout)
    if idle is not None:
        found.append(Found(idle, idle=True))
    if not found:
        raise NotSolved("time limit")
    best = found[0]
    for one in found[1:]:
        if _better(linear.layout, passes, one.columns, best.columns):
            best = one
    return best


def _with_whole_numbers(
    linear: LinearPasses, sought: Sequence[Pass], passes: Sequence[Pass], start: State, deadline: float
) -> list[Found]:
    """Plans in whole numbers; the last one is the one that stands where it is complete."""
    begun, found, took = time.monotonic(), [], 0.0
    whole = nearest(linear, sought, begun + HALF * (deadline - begun))
    in_full = linear.stopped is None
    fractions = whole.columns
    if fractions is not None and _made_whole(linear, whole, passes[0], start, deadline):
        halfway = time.monotonic()
        results, _ = carry_out_within_rules(linear, whole, fractions, start, passes, deadline)
        if whole.columns is not None and linear.levels.any():
            found.append(Found(linear.levels, results, linear.stopped, whole))
        took = time.monotonic() - halfway
        large = linear.solver.columns >= LARGE
        if in_full and found and found[0].complete and large and not breaks_a_rule(results, whole):
            return found  # what a large case gets without a limit
    whole.status = "time limit"  # whole numbers that were only rounded are not the best, unless a search says so
    until = deadline - max(AGAIN * took, KEPT * (deadline - begun))
    if time.monotonic() < until:
        linear.solver.go_back(start)
        try:
            whole = WholeNumbers(linear, sought, until).search(secured=bool(found))
        except NotSolved as stopped:
            if stopped.status != "time limit":
                raise
            return found
        results, _ = carry_out(linear, whole, start, passes, deadline)
        columns = linear.levels if linear.levels.any() else whole.columns
        if columns is not None:
            found.append(Found(columns, results, linear.stopped, whole))
            if whole.status != "optimal" and len(found) > 1 and _better(linear.layout, passes, *_columns(found)):
                found.reverse()
    return found


def _made_whole(linear: LinearPasses, whole: Whole, first: Pass, start: State, deadline: float) -> bool:
    """Round to the nearest whole numbers that can be carried out: to the nearest, down, or to nothing."""
    if whole.columns is None:
        return False
    solver, at = linear.solver, linear.solver.whole
    for rounding in (np.round, np.floor, np.zeros_like):
        columns = whole.columns.copy()
        columns[at] = rounding(columns[at] + (NEARLY_WHOLE if rounding is np.floor else 0.0))
        solver.go_back(start)
        solver.settle_whole(columns)
        solver.set_costs(linear.layout.costs(first.measure))
        solver.option("time_limit", solver.seconds + max(0.0, deadline - time.monotonic()))
        if solver.run_beside() == OPTIMAL:
            whole.columns = columns
            return True
    return False


def _columns(found: Sequence[Found]) -> tuple[Floats, Floats]:
    return found[0].columns, found[1].columns


def _better(layout: Layout, passes: Sequence[Pass], one: Floats, other: Floats) -> bool:
    """Whether a plan is better than another in the first pass in which they differ."""
    for each in passes:
        if each.name not in SETTLING and each.how in ("held", "shared", "first"):
            cost = layout.costs(each.measure)
            values = float(cost @ one), float(cost @ other)
            if abs(values[0] - values[1]) > BETTER * max(1.0, abs(values[1])):
                return values[0] < values[1]
    return False


def unfinished(programme: Programme, linear: LinearPasses, found: Found) -> tuple[Unfinished, ...]:
    """The passes that were not solved to the end, with what the plan gives there and what bounds it."""
    done, known, began = {result.name for result in found.results}, True, False
    left: list[Unfinished] = []
    for each in programme.passes:
        if each.name in done or each.name in SETTLING or found.complete:
            continue
        cost = linear.layout.costs(each.measure)
        value = float(cost @ found.columns)
        bound = found.whole.bounds.get(each.name, _least(linear, cost)) if known else np.nan
        known = known and value - bound <= BETTER * max(1.0, abs(value))  # else those before may give way for it
        proved = (value - bound) / max(abs(value), 1e-9) <= SOLVED
        status = "optimal" if proved else "not reached" if began else "time limit"
        began = began or not proved
        left.append(Unfinished(each.rank, each.name, each.measure.unit, value, bound, status))
    return tuple(left)


def _least(linear: LinearPasses, cost: Floats) -> float:
    """What the bounds of the columns alone leave of a cost; NaN where they leave it without end."""
    upper, lower = linear.solver.upper_at_first, linear.layout.matrices.lower
    at = np.flatnonzero(cost)
    least = float((cost[at] * np.where(cost[at] > 0, lower[at], upper[at])).sum())
    return least if np.isfinite(least) else np.nan
