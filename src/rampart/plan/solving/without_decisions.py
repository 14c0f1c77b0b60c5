"""The plan without new decisions: what time is always left for, and what any other plan is to be better than.

Everything that somebody decides stays at nothing; what is placed, in transit or on the shelf goes on. That leaves a small
programme, solved once for all objectives together, the earlier ones weighing more.
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import NoPlan
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.lags import Floats
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.linear_passes import near_one

EACH = 0.25
"""Weight of an objective, of that of the one before it."""


def without_decisions(programme: Programme, layout: Layout) -> Floats | None:
    """Scaled columns of the plan without new decisions, shape (columns,); None where even that breaks what cannot give."""
    m, decided = layout.matrices, set(programme.named("decision"))
    closed = np.array([family in decided for family in layout.column_family])
    upper = np.where(closed, np.maximum(m.lower, 0.0), m.upper)
    cost, weight = np.zeros(layout.columns), 1.0
    for each in programme.passes:
        if each.name not in SETTLING and each.how in ("held", "shared", "first"):
            own = layout.costs(each.measure)
            cost += weight * near_one(own) * own
            weight *= EACH
    try:
        _, found, _ = LinearProgramme(m.matrix, m.row_lower, m.row_upper, m.lower, upper).minimise(cost)
    except NoPlan:
        return None
    return found
