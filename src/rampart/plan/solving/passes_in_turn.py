"""Solving the passes of a plan in turn on one persistent HiGHS model: linear, and in whole numbers where the case has such."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rampart.engine.highs import NO_LIMIT
from rampart.network.lags import Integers
from rampart.plan.model.passes import STEADY
from rampart.plan.programme.layout import lay_out
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.as_intended import as_intended
from rampart.plan.solving.carried_out import carried_out, stands_closely, within_rooms
from rampart.plan.solving.in_time import Found, in_time, unfinished
from rampart.plan.solving.linear_passes import LinearPasses, NotSolved
from rampart.plan.solving.pass_solver import LARGE, PassSolver, State
from rampart.plan.solving.solution import PassResult, Solution
from rampart.plan.solving.whole_numbers import (
    WIDE,
    Whole,
    WholeNumbers,
    as_taken,
    breaks_a_rule,
    carry_out,
    carry_out_within_rules,
    in_whole_numbers,
    nearest,
    settle_after_fair,
)

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
    closed: Integers | None = None,
    branches: int = NO_LIMIT,
    before: Solution | None = None,
) -> Solution:
    """Solve all passes in order.

    With whole numbers the linear passes run twice: first with fractions, which leaves the plans among which whole numbers
    are sought and bounds every pass; then, with these fixed, for clean numbers and prices. In a large case, without a time
    limit, whole numbers are those of the plan taken over, unless that loses more than a thousandth, else those nearest to the
    linear plan: the gap says what that may cost. Where these break a rule that the linear plan keeps,
    they are rounded down beside it, and sought where that is not enough.

    time_limit  seconds; when they are over the best plan found comes back with the status "time limit", at worst the one
                without new decisions
    mip_gap     relative gap at which a pass with whole numbers counts as solved
    closed      columns that stay at nothing, as if nobody could decide them
    branches    most branches of each search for whole numbers; ``solver.cut_short`` says whether one needed more
    """
    begun = time.monotonic()
    deadline = None if time_limit is None else begun + time_limit
    layout = lay_out(programme)
    if closed is not None:
        layout = layout.without(closed)
    solver = PassSolver(layout, programme.whole_labels, seed=seed, mip_gap=mip_gap)
    solver.branches = branches
    solver.kept = carried_out(programme, layout, deadline)
    solver.closely = stands_closely(programme)
    sought = in_whole_numbers(programme.passes) if solver.whole.size else []
    report = _Reporter(progress, begun, len(programme.passes) + len(sought) + bool(sought))
    weight = programme.tree.months * programme.tree.probability
    linear = LinearPasses(layout, solver, weight, begin=report.begin, end=report.end, one=_one_pass)
    if before is not None and before.layout.matrix.shape == layout.matrix.shape:
        linear.stood = {stage.name: stage for stage in before.solver.stages}
    start = solver.state()
    found = _found(programme, linear, sought, start, deadline)
    if solver.closely and solver.kept is None:
        found = _changed_least(programme, linear, sought, start, found, deadline)
    status = "optimal" if found.complete and found.whole.status == "optimal" else "time limit"
    taken = linear.taken if any(result.name == STEADY for result in found.results) else {}
    return Solution(
        layout, found.columns, tuple(found.results), status, time.monotonic() - begun, solver, taken,
        unfinished(programme, linear, found), found.idle, deadline,
    )  # fmt: skip


def _found(
    programme: Programme, linear: LinearPasses, sought: Sequence[Pass], start: State, deadline: float | None
) -> Found:
    """All passes. Held where the plan taken over stands, so little may be left that the solver cannot tell it from nothing:
    then that plan is only what changes are counted from.
    """

    def found() -> Found:
        if deadline is None:
            return _in_full(programme, linear, sought, start)
        return in_time(programme, linear, sought, start, deadline)

    try:
        return found()
    except NotSolved:
        if linear.kept is None:
            raise
    linear.kept = linear.solver.kept = None
    _begin_again(linear, start)
    return found()


def _changed_least(
    programme: Programme, linear: LinearPasses, sought: Sequence[Pass], start: State, found: Found, deadline: float | None
) -> Found:  # fmt: skip
    """What is found once more where the plan taken over does not stand: close to the plan that differs least from it among
    those within the rooms of all objectives. As it was, where time ran out or there is none.
    """
    kept = None
    if found.complete:
        kept = within_rooms(programme, linear.layout, found.results, found.columns, deadline)
    if kept is None:
        return found
    taken = linear.taken
    linear.kept = linear.solver.kept = kept
    _begin_again(linear, start)
    try:
        again = _found(programme, linear, sought, start, deadline)
    except NotSolved:
        again = None
    if again is not None and again.complete:
        return again
    linear.taken = taken
    return found


def _begin_again(linear: LinearPasses, start: State) -> None:
    """Stand where nothing was solved yet."""
    linear.solver.go_back(start)
    linear.solver.stages.clear()
    linear.solver.forget()
    linear.solver.solved = False


def _in_full(programme: Programme, linear: LinearPasses, sought: Sequence[Pass], start: State) -> Found:
    """All passes, however long they take."""
    passes, whole = programme.passes, Whole()
    if not sought:
        results, _ = linear.run(passes, None)
        return Found(linear.levels, results)
    if linear.solver.columns >= LARGE:
        whole = nearest(linear, sought)
        results = as_taken(linear, whole, start, passes) or as_intended(programme, linear, whole, start)
        if not results and whole.columns is not None:
            results, _ = carry_out_within_rules(linear, whole, whole.columns, start, passes)
        if breaks_a_rule(results, whole):
            whole.columns = None
    if whole.columns is None:
        linear.solver.go_back(start)
        whole = WholeNumbers(linear, sought, None).search()
        results, _ = carry_out(linear, whole, start, passes)
        if linear.solver.columns >= WIDE:
            results = settle_after_fair(linear, whole, start, passes, results)
    return Found(linear.levels, results, whole=whole)


def _one_pass(
    linear: LinearPasses, each: Pass, earlier: Sequence[Pass], later: Sequence[Pass], deadline: float | None
) -> PassResult:
    """One linear pass, held for those after it."""
    return linear.solve_and_hold(each, earlier, later, deadline)


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
