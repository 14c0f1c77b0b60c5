"""The plan taken over, carried out as it is: what it then gives each objective.

Room that the earlier plan has used is used: an objective that the plan taken over meets within its room is held where that
plan stands, so that planning again does not take the room a second time, and the plan taken over stays among the plans
that are left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rampart.engine.highs import NoPlan
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.lags import Floats
from rampart.plan.model.passes import PERSISTENCE, RULES, SETTLING
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.linear_passes import near_one
from rampart.plan.solving.pass_solver import LARGE, NOTHING, ROUNDING
from rampart.plan.solving.solution import PassResult

FEW = 1e-3
"""Part of all that changes that counts as a change as much as nothing does."""


def stands_closely(programme: Programme) -> bool:
    """Whether all that is taken over is intended only, as for a nation cut out of a plan of many: then what that plan gives
    up of one need for another stands too, and a gain of next to nothing changes nothing. What is firm stands as a decision.
    """
    return not any(each.firm for each in programme.network.taken)


def carried_out(programme: Programme, layout: Layout, deadline: float | None = None) -> Floats | None:
    """Columns where every decision is as in the plan taken over and all else is best, pass by pass; None where nothing is
    taken over, it cannot be carried out, or that is not known by the deadline.

    Of decisions that are intended only, what cannot be as it was is changed as little as can be, in money: where a month
    went otherwise, or where what is far off for the earlier plan, and in fractions, is near now, and whole. In a large case
    that is another way (``as_intended``): held so closely, its passes take the solver very long.
    """
    change = next((each.measure for each in programme.passes if each.name == PERSISTENCE), None)
    if change is None:
        return None
    cost = layout.costs(change)
    upper = layout.matrices.upper.copy()
    upper[cost > 0] = 0.0
    try:
        return _best(programme, layout, model_of(programme, layout, upper, deadline))
    except NoPlan:
        if not stands_closely(programme) or layout.columns >= LARGE:
            return None
    try:
        return _best(programme, layout, _nearest(programme, layout, cost, deadline))
    except NoPlan:
        return None


def model_of(programme: Programme, layout: Layout, upper: Floats, deadline: float | None) -> LinearProgramme:
    """The limits of the programme with other upper bounds of its columns, and whole numbers to be found."""
    m, whole = layout.matrices, np.sort(programme.whole_labels)
    return LinearProgramme(m.matrix, m.row_lower, m.row_upper, m.lower, upper, whole, deadline=deadline)


def _nearest(programme: Programme, layout: Layout, change: Floats, deadline: float | None) -> LinearProgramme:
    """Plans that break rules least and then differ least from the plan taken over; their whole numbers are found."""
    model = model_of(programme, layout, layout.matrices.upper, deadline)
    for each in (each for each in programme.passes if each.name == RULES[0]):
        rules = layout.costs(each.measure)
        best, _, _ = model.minimise(rules)
        model.hold_best(rules, best, 0.0)
    least_changed(model, programme, change)
    return model


def least_changed(model: LinearProgramme, programme: Programme, change: Floats) -> Floats:
    """Columns of a plan of the model that differs least from the plan taken over; the model is from now on of these plans.

    Many small changes may come to as little money as a large one, and are more to decide: what changes anyhow may change by
    more once it is known what that is, and what need not change stays. Source: Candes, Wakin and Boyd, Enhancing sparsity by
    reweighted l1 minimization, J. Fourier Anal. Appl. 14 (2008).
    """
    change = change * near_one(change)
    best, found, _ = model.minimise(change)
    if programme.whole_labels.size:
        model.settle_whole(programme.whole_labels, found)
        best, found, _ = model.minimise(change)
    moved = change * found[: change.size]
    if best > NOTHING:
        change = change * (FEW * best / (np.maximum(moved, 0.0) + FEW * best))
        best, found, _ = model.minimise(change)
    model.hold_best(change, best, 0.0)
    return found


def within_rooms(
    programme: Programme, layout: Layout, reached: Sequence[PassResult], found: Floats, deadline: float | None = None
) -> Floats | None:
    """Columns of the plan that differs least from the one taken over, in money, among those that leave each objective
    within its room of what it can have; None where that is not found.

    reached  the passes where every change that helps is made, and ``found`` the columns that they end with: what later passes
             took of an objective there may be taken here too
    """
    change = next((each.measure for each in programme.passes if each.name == PERSISTENCE), None)
    if change is None or layout.columns >= LARGE:
        return None
    model, m = model_of(programme, layout, layout.matrices.upper, deadline), layout.matrices
    of = {result.name: result for result in reached}
    for each in (each for each in programme.passes if each.name not in SETTLING and each.name in of):
        cost = layout.costs(each.measure)
        cost, result = cost * near_one(cost), of[each.name]
        if each.how == "shared":
            at = np.flatnonzero(cost)
            most = np.maximum(np.maximum(result.columns[at], 0.0) * (1 + each.room) + ROUNDING, found[at])
            model.set_bounds(at, m.lower[at], np.minimum(m.upper[at], most))
        value = float(cost @ result.columns)
        model.hold_best(cost, max(value + each.room * abs(value), float(cost @ found)), 0.0)
    try:
        least_changed(model, programme, layout.costs(change))
        return _best(programme, layout, model)
    except NoPlan:
        return None


def _best(programme: Programme, layout: Layout, model: LinearProgramme) -> Floats | None:
    """Columns of the best plan of a model, pass by pass."""
    found = None
    for each in programme.passes:
        if each.name not in SETTLING and each.how != "fair":
            cost = layout.costs(each.measure)
            cost = cost * near_one(cost)
            best, found, _ = model.minimise(cost)
            model.hold_best(cost, best, 0.0)
    return None if found is None else found[: layout.columns]
