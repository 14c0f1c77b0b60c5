"""Solving the passes of a plan in turn on one persistent HiGHS model: linear, and in whole numbers where the case has such."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rampart.plan.programme.layout import lay_out
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.carried_out import carried_out
from rampart.plan.solving.linear_passes import LinearPasses, NotSolved
from rampart.plan.solving.pass_solver import LARGE, PassSolver, State
from rampart.plan.solving.solution import PassResult, Solution
from rampart.plan.solving.whole_numbers import Whole, WholeNumbers, in_whole_numbers, nearest

OVERTURN = 1e-3
"""Part of a pass that other whole numbers must gain before decisions taken over are changed for it, in a large case."""
EQUAL = 1e-6
"""Part of a pass that is nothing."""

Progress = Callable[["Step"], None]


@dataclass(frozen=True)
class Step:
    """One pass as it starts or ends, for progress."""

    number: int
    total: int
    name: str
    done: bool
    value: float | None
    gap: float | None
    elapsed: float


def solve(
    programme: Programme,
    *,
    time_limit: float | None = None,
    mip_gap: float = 1e-7,
    seed: int = 0,
    progress: Progress | None = None,
) -> Solution:
    """Solve all passes in order.

    With whole numbers the linear passes run twice: first with fractions, which leaves the plans among which whole numbers
    are sought and bounds every pass; then, with these fixed, for clean numbers and prices. In a large case, without a time
    limit, whole numbers are those of the plan taken over, unless that loses more than a thousandth, else those nearest to the
    linear plan: the gap says what that may cost.

    time_limit  seconds; when it is reached after at least one pass, the best plan so far comes back with the status
                "time limit"; before, NotSolved is raised
    mip_gap     relative gap at which a pass with whole numbers counts as solved
    """
    begun = time.monotonic()
    deadline = None if time_limit is None else begun + time_limit
    layout = lay_out(programme)
    solver = PassSolver(layout, programme.whole_labels, seed=seed, mip_gap=mip_gap)
    solver.kept = carried_out(programme, layout)
    sought = in_whole_numbers(programme.passes) if solver.whole.size else []
    report = _Reporter(progress, begun, len(programme.passes) + len(sought) + bool(sought))
    weight = programme.tree.months * programme.tree.probability
    linear = LinearPasses(layout, solver, weight, begin=report.begin, end=report.end, one=_one_pass)
    whole = Whole()
    start = solver.state()
    if sought and solver.columns >= LARGE and deadline is None:
        whole = nearest(linear, sought)
        results, status = _as_taken(linear, whole, start, programme.passes)
        if not results:
            results, status = _with(linear, whole, start, programme.passes)
    if sought and whole.columns is None:
        solver.go_back(start)
        whole = WholeNumbers(linear, sought, deadline).search()
        results, status = _with(linear, whole, start, programme.passes)
    if not sought:
        results, status = linear.run(programme.passes, deadline)
    if not results:
        raise NotSolved("time limit")
    if sought:
        results = [_bounded(result, whole) for result in results]
        status = whole.status
    passes, spent = tuple(results), time.monotonic() - begun
    return Solution(layout, linear.levels, passes, status, spent, solver, linear.taken)


def _as_taken(linear: LinearPasses, whole: Whole, start: State, passes: Sequence[Pass]) -> tuple[list[PassResult], str]:
    """The linear passes with the whole numbers of the plan taken over; nothing where there is none, or others are worth more.

    The first pass that they cost anything, against the linear plan that bounds it, decides.
    """
    kept = linear.solver.kept
    if kept is None:
        return [], whole.status
    taken = replace(whole, columns=kept)
    results, status = _with(linear, taken, start, passes)
    for result in results:
        best = whole.bounds.get(result.name, result.value)
        lost = (result.value - best) / max(abs(best), 1.0)
        if lost > OVERTURN:
            return [], status
        if lost > EQUAL:
            break
    if results:
        whole.columns = kept
    return results, status


def _with(linear: LinearPasses, whole: Whole, start: State, passes: Sequence[Pass]) -> tuple[list[PassResult], str]:
    """The linear passes with whole numbers fixed; where there is no such plan, ``whole`` is left without columns."""
    solver = linear.solver
    solver.go_back(start)
    solver.settle_whole(np.zeros(0) if whole.columns is None else whole.columns)
    solver.stages.clear()
    try:
        return linear.run(passes, None)
    except NotSolved:
        if whole.certain:
            raise
        whole.columns = None
        return [], whole.status


def _one_pass(
    linear: LinearPasses, each: Pass, earlier: Sequence[Pass], later: Sequence[Pass], deadline: float | None
) -> PassResult:
    """One linear pass, held for those after it."""
    return linear.solve_and_hold(each, earlier, later, deadline)


def _bounded(result: PassResult, whole: Whole) -> PassResult:
    """A pass with the bound that whole numbers have there."""
    bound = min(whole.bounds.get(result.name, np.nan), result.value) if result.name in whole.bounds else np.nan
    return replace(result, bound=bound, gap=(result.value - bound) / max(abs(result.value), 1e-9))


class _Reporter:
    """Numbers the passes for the one who watches."""

    def __init__(self, progress: Progress | None, begun: float, total: int) -> None:
        self.progress, self.begun, self.total, self.number = progress, begun, total, 0

    def begin(self, name: str) -> None:
        self.number += 1
        if self.progress:
            self.total = max(self.total, self.number)
            self.progress(Step(self.number, self.total, name, False, None, None, time.monotonic() - self.begun))

    def end(self, result: PassResult) -> None:
        if self.progress:
            spent = time.monotonic() - self.begun
            self.progress(Step(self.number, self.total, result.name, True, result.value, result.gap, spent))
