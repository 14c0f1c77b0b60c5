"""Who gets what comes whole: among plans of one value, the one that falls to the terms of a pass most evenly.

    least  M most + sum over e, k of w[e] (2 k - 1) part[e,k],    lack[e] x = sum over k of part[e,k] <= most

e        term of the pass: a demand, a pledge, a floor of a holder
lack[e]  share of it that a unit of each column lacks
part     of the share that lacks, in K equal steps, the first of which costs least: a square in steps; the last has no end
w[e]     what the term comes to if nothing is had, the largest of them 1; where all lack one share none gains by a change
M        so large that the largest share lacking comes first

With fractions shares are settled one by one (``fairness``); of what comes whole the largest share lacking is made least, and
then the sum of squares, which is the smaller the more even the shares are (Hardy, Littlewood and Pólya 1934, on majorisation).
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import Sparse, side_by_side, sparse
from rampart.network.lags import Floats
from rampart.plan.solving.pass_solver import NOTHING, PassSolver

STEPS = 10
"""Steps of the square."""
FIRST = 100.0
"""Weight of the largest share: more than all squares together can gain."""
MANY_TERMS = 60
"""Terms beyond which what comes whole is left as it was found."""
BRANCHES, GAP = 500, 1e-7
"""Branches of the search, after which what is found stands, and its gap: small, since the first weight is large."""


def most_even(solver: PassSolver, lacks: Sparse, sizes: Floats, deadline: float | None) -> Floats | None:
    """Columns of the most even plan among those with whole numbers that the solver holds; none where none was found in time.

    lacks  share of each term that a unit of each column lacks, shape (terms, columns of the plan)
    sizes  what each term comes to if nothing is had, shape (terms,)
    """
    terms, first_row = lacks.shape[0], solver.row_count
    added = solver.add_variables(np.zeros(1 + terms * STEPS))
    most, parts = added[:1], added[1:]
    ends = np.full((terms, STEPS), 1.0 / STEPS)
    ends[:, -1] = np.inf  # what may be late may lack more than all that was asked for in one period
    solver.set_bounds(parts, np.zeros(parts.size), ends.ravel())
    solver.set_bounds(most, np.zeros(1), np.array([np.inf]))
    other = sparse((terms, int(added[0]) - lacks.shape[1]))
    ones = sparse((np.ones(terms), (np.arange(terms), np.zeros(terms, dtype=np.int64))), shape=(terms, 1))
    of = np.repeat(np.arange(terms), STEPS)
    steps = sparse((np.ones(parts.size), (of, np.arange(parts.size))), shape=(terms, parts.size))
    rows = [side_by_side([lacks, other, -ones, 0.0 * steps]), side_by_side([lacks, other, 0.0 * ones, -steps])]
    for each in rows:
        solver.add_rows_at_most(each, np.full(terms, NOTHING))
    solver.set_costs(np.zeros(solver.column_count))
    weight = np.maximum(sizes / sizes.max(), NOTHING)
    slope = (2.0 * np.arange(STEPS) + 1.0) / STEPS
    solver.set_costs(np.concatenate([[FIRST * terms], (weight[:, None] * slope[None, :]).ravel()]), added)
    solver.forget()
    solver.option("mip_max_nodes", BRANCHES)
    solver.option("mip_rel_gap", GAP)
    solver.solve(deadline, whole=True)
    found = solver.levels()[: solver.columns] if solver.found_a_plan else None
    solver.delete_rows(np.arange(first_row, first_row + 2 * terms))
    solver.delete_columns(added)
    return found
