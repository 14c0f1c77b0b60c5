"""What lacks of a pass, shared: the worst-off of each item lack as little as they can, then the next, period by period.

    worst   sum over t of weight[t] sum over i of worst[i,t] as small as it can be, lacks[e] x <= worst[i,t]

e      entry: what a holder lacks of an item i in node t; lacks[e] x the share of it that lacks
weight months of t and its chance

Among the plans in which that is so, the shares are settled period by period (``fairness``). Nothing of it is left behind in
the solver, which stands afterwards as it stood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rampart.engine.highs import OPTIMAL, side_by_side, sparse
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.fairness import Shared, share_fairly
from rampart.plan.solving.pass_solver import ROUNDING

if TYPE_CHECKING:
    from rampart.plan.solving.linear_passes import LinearPasses


def share_worst_first(linear: LinearPasses, each: Pass, deadline: float | None) -> Shared:
    """Shares of a pass whose terms are of a holder and an item, among the plans that the solver holds."""
    solver, shares = linear.solver, linear.shares_of(each)
    before, count = solver.state(with_basis=True), shares.group.size
    items = {item: n for n, item in enumerate(dict.fromkeys(term.of[1] for term in each.measure.terms))}
    of_term = np.array([items[term.of[1]] for term in each.measure.terms], dtype=np.int64)
    term, column = linear.by_term(each).tocoo().coords
    item = np.zeros(solver.columns, dtype=np.int64)
    item[column] = of_term[term]
    groups, of = np.unique(shares.group * len(items) + item[shares.lacks.indices], return_inverse=True)
    worst = solver.add_variables(np.zeros(groups.size))
    try:
        held = sparse((-np.ones(count), (np.arange(count), of)), shape=(count, groups.size))
        solver.add_rows_at_most(side_by_side([shares.lacks, held]), np.zeros(count))
        cost = np.zeros(solver.column_count)
        cost[worst] = linear.weight[groups // len(items)]
        solver.set_costs(cost)
        status = solver.solve(deadline)
        if status != OPTIMAL:
            return Shared(status, 0, np.zeros(count), linear.levels)
        least = float(cost @ solver.levels())
        solver.add_rows_at_most(sparse(cost[None, :]), np.array([least + ROUNDING * max(1.0, least)]))
        return share_fairly(solver, shares, deadline)
    finally:
        solver.delete_columns(worst)
        solver.go_back(before)
