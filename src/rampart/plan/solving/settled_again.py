"""What a pass comes to when some decisions wait, as it is settled: how what is short falls to its terms, or is shared.

A value of a pass may be reached in several ways. The plan settles them (``linear_passes``), and so must a plan that is held
against it: who lacks what would else hang on the way in which the solver came there. So would the months in which it lacks
(``equals``), which the plan settles last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rampart.engine.highs import OPTIMAL
from rampart.network.lags import Booleans, Floats, Integers
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.even_months import EvenMonths
from rampart.plan.solving.fairness import share_fairly
from rampart.plan.solving.known_shares import KnownShares
from rampart.plan.solving.linear_passes import LinearPasses, NotSolved, OutOfTime, near_one
from rampart.plan.solving.pass_solver import PassSolver, Stage

Beside = tuple[Floats, Booleans]
"""Columns of a plan, and which of them may be otherwise in another: both of shape (columns,)."""


def settled_again(
    solver: PassSolver,
    linear: LinearPasses,
    stage: Stage,
    each: Pass,
    closed: Integers,
    freed: Mapping[int, float],
    known: KnownShares | None = None,
    months: Sequence[Pass] = (),
    begin: Any = None,
    beside: Beside | None = None,
) -> Floats | None:
    """Scaled columns at the end of a pass with the columns ``closed`` at zero and those in ``freed`` open up to a level;
    None where the solver finds none.

    stage  the first pass of its objective as the solver saw it; ``each``  the one that settles it: a pass that is shared, or
           the same
    known  steps of sharing it with other columns closed
    months passes up to it and ties, where it is also settled in which months what it holds by terms lacks
    begin  basis of the pass so, where it was solved already
    beside columns at its end without any of that, and which of them hang together with what is closed or freed: what is
           shared among others only stays as it is
    """
    before = solver.state()
    solver.stand_at(stage, closed, freed)
    if begin is not None:
        solver.begin_as(begin)
    try:
        if solver.solve(None) != OPTIMAL:
            return None
        linear.levels = solver.levels()[: solver.columns]
        if each.how != "fair":
            levels = linear.settle(each, None)[0]
            return _month_by_month(solver, linear, each, months) if months and each.how == "held" else levels
        solver.hold_optimal()
        # the least that can lack in all is near what is fair, so most shares are proved there; others start from far off
        cost = linear.layout.costs(each.measure)
        _made_small(solver, cost * near_one(cost))
        shares = linear.shares_of(each)
        if beside is None or beside[1][shares.lacks.indices].all():
            shared = share_fairly(solver, shares, None, known)
            return shared.levels if shared.status == OPTIMAL else None
        levels, touched = beside
        entries = np.flatnonzero(abs(shares.lacks) @ touched.astype(float) > 0)
        if not entries.size:
            return np.where(touched, linear.levels, levels)
        shared = share_fairly(solver, shares.some(entries), None)
        return np.where(touched, shared.levels, levels) if shared.status == OPTIMAL else None
    except (NotSolved, OutOfTime):
        return None
    finally:
        solver.go_back(before)


def _month_by_month(solver: PassSolver, linear: LinearPasses, each: Pass, months: Sequence[Pass]) -> Floats:
    """The pass as it was just settled, held, and what ties choose of the plans that it leaves."""
    *passes, ties = months
    if linear.is_nothing(each):
        linear.hold_best(each)
    else:
        linear.hold_settled(each, None)
        if len(each.measure.terms) > 1:
            solver.hold_terms(each.measure.terms, linear.by_term(each), linear.levels, 0.0)
    solver.close_rooms(linear.levels)
    cost = linear.layout.costs(ties.measure)
    cost = cost * near_one(cost)
    if not _made_small(solver, cost):
        return linear.levels
    levels = solver.levels()[: solver.columns]
    even = EvenMonths(solver, linear.layout, passes, None)
    try:
        if even.moved and _made_small(solver, cost):
            levels = solver.levels()[: solver.columns]
    finally:
        even.remove()
    return levels


def _made_small(solver: PassSolver, cost: Floats) -> bool:
    """Whether a cost could be made small; at the border of what is held the solver may find no plan."""
    solver.set_costs(np.zeros(solver.column_count))
    solver.set_costs(cost)
    return solver.solve(None, afresh=False) == OPTIMAL
