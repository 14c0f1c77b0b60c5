"""A large case planned anew: what was intended and can stay stays, and only what cannot is decided otherwise.

Where every decision cannot be as it was intended, since what is due now comes whole or a ledger counts in whole units, nearly
all of them can:

    minimise what changes, in money, subject to the limits of the case, whole numbers, and what is nothing in the passes
    stays nothing; then once more so that few change

The passes are then solved with every decision held there, which is quick; where a pass could be better by more than its room
nothing is kept so. With the same whole numbers they are solved once more with every decision free: what waiting costs, what
would help, and prices are those of decisions that may be others. (To hold each term where the plan stands while decisions are
free, as in a small case, takes the solver very long.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rampart.engine.highs import NoPlan
from rampart.network.lags import Floats
from rampart.plan.model.passes import PERSISTENCE, SETTLING, STEADY
from rampart.plan.parts.taken import ROUNDING, taken_over
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.carried_out import least_changed, model_of
from rampart.plan.solving.linear_passes import TIES, LinearPasses, NotSolved, is_need
from rampart.plan.solving.pass_solver import NOTHING, State
from rampart.plan.solving.solution import PassResult
from rampart.plan.solving.whole_numbers import Whole, carry_out

BEHIND = 1e-2
"""Part that a pass behind steady output may lose against its bound in fractions, with the passes before it as they were."""
EARLIER = 1.25
"""By how much the rooms of a plan that began earlier may be larger: they were shares of what lacked from its own start on."""
WITHIN = 0.5
"""Part of what is not told as a change by which a decision may differ, so that the solver finds its way."""
BRANCHES = 400
"""Most branches of the search for whole numbers: a count, so that the plan does not hang on the speed of the machine."""


def as_intended(programme: Programme, linear: LinearPasses, whole: Whole, start: State) -> list[PassResult]:
    """The passes with the plan that differs least from the one that was intended; nothing where there is none to speak of, or
    where a pass would lose more by it than its room.

    whole  the values of the passes where every change that helps is made, which bound them; its columns are then those of the
           plan that is kept
    """
    solver, passes = linear.solver, programme.passes
    if not solver.closely or linear.kept is not None or not _intends(programme):
        return []
    columns = _nearest(programme, linear, whole)
    if columns is None:
        return []
    upper = np.minimum(start.upper, columns + box(programme, linear.layout))
    kept, stages = replace(whole, columns=columns), list(solver.stages)
    before_ties = [each for each in passes if each.name != TIES]
    try:
        stands, _ = carry_out(linear, kept, replace(start, upper=upper), before_ties)
        if stands and _within_rooms(linear, whole, passes, stands):
            levels, taken = linear.levels.copy(), linear.taken
            solver.stages[:] = stages  # to start from where they stood with every decision free
            free, _ = carry_out(linear, kept, start, before_ties)
            if len(free) == len(stands):
                linear.levels, linear.taken, whole.columns = levels, taken, columns
                return [_priced(*both) for both in zip(stands, free, strict=True)]
    except NotSolved:
        pass
    solver.stages[:] = stages
    return []


def _priced(stands: PassResult, free: PassResult) -> PassResult:
    """A pass as it stands, with its prices where every decision is free."""
    return replace(stands, duals=free.duals, reduced=free.reduced)


def box(programme: Programme, layout: Layout) -> Floats:
    """By how much each scaled column may be above that of the plan kept, shape (columns,): columns that count changes by a part
    of what is not told as a change of what was intended, a decision that was not intended by nothing, others as they like.
    """
    found = np.full(layout.columns, np.inf)
    found[layout.costs(_change(programme).measure) > 0] = NOTHING
    of = taken_over(programme)
    for name in ("less", "more"):
        family = programme[name]
        label = family.labels
        live = label >= 0
        found[label[live]] = (WITHIN * ROUNDING * of.quantity / of.scale[:, None])[live]
    return found


def _intends(programme: Programme) -> bool:
    return bool(programme.network.taken) and any(each.name == PERSISTENCE for each in programme.passes)


def _change(programme: Programme) -> Pass:
    return next(each for each in programme.passes if each.name == PERSISTENCE)


def _nearest(programme: Programme, linear: LinearPasses, whole: Whole) -> Floats | None:
    """Scaled columns of the plan that differs least from what was intended, with what is nothing in the passes left at that."""
    layout = linear.layout
    upper = layout.matrices.upper.copy()
    for each in programme.passes:
        cost = layout.costs(each.measure)
        if each.name not in SETTLING and (cost >= 0).all() and whole.bounds.get(each.name, 1.0) <= NOTHING:
            upper[cost > 0] = np.minimum(upper[cost > 0], 0.0)
    model = model_of(programme, layout, upper, None)
    model.option("mip_max_nodes", BRANCHES)
    try:
        return least_changed(model, programme, layout.costs(_change(programme).measure))[: layout.columns]
    except NoPlan:
        return None


def _within_rooms(linear: LinearPasses, whole: Whole, passes: Sequence[Pass], results: Sequence[PassResult]) -> bool:
    """Whether no pass loses more than its room, or a need than what steady output may take, against what it could have.

    What comes after steady output hangs on what was given before, and is bounded in fractions.
    """
    takes = max((each.takes for each in passes), default=0.0)
    rooms = {each.name: max(each.room, takes if is_need(each) else 0.0) for each in passes}
    steady = max((n for n, each in enumerate(passes) if each.name == STEADY), default=len(passes))
    rooms |= {each.name: max(each.room, BEHIND) for each in passes[steady + 1 :]}
    return all(
        result.value <= linear.solver.worth_keeping(whole.bounds[result.name], EARLIER * rooms[result.name])
        for result in results if result.name in whole.bounds and result.name not in SETTLING
    )  # fmt: skip
