"""What lacks of a pass, shared: the worst-off of each item lack as little as they can, then the next, period by period.

    worst   sum over t of weight[t] sum over i of worst[i,t] as small as it can be, lacks[e] x <= worst[i,t]

e      entry: what a holder lacks of an item i in node t; lacks[e] x the share of it that lacks
weight months of t and its chance

Among the plans in which that is so, the shares are settled period by period (``fairness``). Nothing of it is left behind in
the solver, which stands afterwards as it stood.
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import OPTIMAL, side_by_side, sparse
from rampart.network.lags import Floats
from rampart.plan.solving.fairness import Shared, Shares, share_fairly
from rampart.plan.solving.pass_solver import ROUNDING, PassSolver


def share_worst_first(solver: PassSolver, shares: Shares, weight: Floats, deadline: float | None) -> Shared:
    """Shares among the plans that the solver holds.

    shares  what is to be shared, its groups the nodes
    weight  of each node, shape (nodes,)
    """
    before, count = solver.state(with_basis=True), shares.group.size
    items = int(shares.item.max(initial=0)) + 1
    groups, of = np.unique(shares.group * items + shares.item, return_inverse=True)
    worst = solver.add_variables(np.zeros(groups.size))
    try:
        held = sparse((-np.ones(count), (np.arange(count), of)), shape=(count, groups.size))
        solver.add_rows_at_most(side_by_side([shares.lacks, held]), np.zeros(count))
        cost = np.zeros(solver.column_count)
        cost[worst] = weight[groups // items]
        solver.set_costs(cost)
        status = solver.solve(deadline)
        if status != OPTIMAL:
            return Shared(status, 0, np.zeros(count), np.zeros(solver.columns))
        least = float(cost @ solver.levels())
        solver.add_rows_at_most(sparse(cost[None, :]), np.array([least + ROUNDING * max(1.0, least)]))
        return share_fairly(solver, shares, deadline)
    finally:
        solver.delete_columns(worst)
        solver.go_back(before)
