"""The plan taken over, carried out as it is: what it then gives each objective.

Room that the earlier plan has used is used: an objective that the plan taken over meets within its room is held where that
plan stands, so that planning again does not take the room a second time, and the plan taken over stays among the plans
that are left.
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import NoPlan
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.lags import Floats
from rampart.plan.model.passes import PERSISTENCE, SETTLING
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.linear_passes import near_one


def stands_closely(programme: Programme) -> bool:
    """Whether all that is taken over is intended only, as for a nation cut out of a plan of many: then what that plan gives
    up of one need for another stands too, and a gain of next to nothing changes nothing. What is firm stands as a decision.
    """
    return not any(each.firm for each in programme.network.taken)


def carried_out(programme: Programme, layout: Layout, deadline: float | None = None) -> Floats | None:
    """Columns where every decision is as in the plan taken over and all else is best, pass by pass; None where nothing is
    taken over, it cannot be carried out, or that is not known by the deadline.
    """
    change = next((each.measure for each in programme.passes if each.name == PERSISTENCE), None)
    if change is None:
        return None
    m = layout.matrices
    upper = m.upper.copy()
    upper[layout.costs(change) > 0] = 0.0  # no change at all
    whole = np.sort(programme.whole_labels)
    model = LinearProgramme(m.matrix, m.row_lower, m.row_upper, m.lower, upper, whole, deadline=deadline)
    found = None
    try:
        for each in programme.passes:
            if each.name not in SETTLING and each.how != "fair":
                cost = layout.costs(each.measure)
                cost = cost * near_one(cost)
                best, found, _ = model.minimise(cost)
                model.hold_best(cost, best, 0.0)
    except NoPlan:
        return None
    return None if found is None else found[: layout.columns]
