"""Whole numbers rounded the other way where those nearest to the linear plan leave no plan.

Lots rounded up may pass what a ramp or a capacity lets through, which gives way to nothing. With whole numbers ``n`` fixed, all
limits are let give way, by as little as can be:

    minimise sum of (over + under),   row_lower <= A x + under - over <= row_upper,   x[whole] = n

Where the sum is above nothing, the reduced cost of a whole number is what one more of it adds to the sum. Those that were
rounded in the direction that adds go the other way, those nearest to a half first, until what they take off comes to the sum;
and so again. The linear plan itself keeps all limits, so there are enough of them each time. Source: elastic programmes
(Chinneck, Feasibility and Infeasibility in Optimization, 2008, chapter 6).
"""

from __future__ import annotations

import numpy as np

from rampart.engine.highs import OPTIMAL, Highs, Sparse, identity, side_by_side
from rampart.network.lags import Floats, Integers

TURNS = 60
"""Most times that whole numbers are rounded otherwise; what then still leaves no plan is left to the search."""
NOTHING = 1e-6
"""By which limits, in solver units, may give way all together; and part of a unit that is nothing."""


def rounded_otherwise(
    matrix: Sparse, rows: tuple[Floats, Floats], bounds: tuple[Floats, Floats], whole: Integers, fractions: Floats
) -> Floats | None:
    """Columns with whole numbers within a unit of ``fractions`` that leave a plan; None where none were found.

    matrix     of the model; ``rows`` and ``bounds`` least and most of its rows and columns
    whole      columns that are whole numbers
    fractions  columns of a plan that keeps all limits
    """
    count, columns = matrix.shape
    gives = np.zeros(2 * count), np.full(2 * count, np.inf)
    one = identity(count)
    solver = Highs(
        side_by_side([matrix, one, -one]), *rows, np.concatenate([bounds[0], gives[0]]), np.concatenate([bounds[1], gives[1]])
    )  # fmt: skip
    solver.set_costs(np.concatenate([np.zeros(columns), np.ones(2 * count)]))
    result, was = fractions.copy(), fractions[whole]
    result[whole] = np.round(was)
    for _ in range(TURNS):
        now = result[whole]
        solver.set_bounds(whole, now, now)
        if solver.run() != OPTIMAL:
            return None
        lacks = solver.value
        if lacks <= NOTHING:
            return result
        adds = np.array(solver.solution().col_dual)[whole]
        other = np.where(adds < 0, np.ceil(was - NOTHING), np.floor(was + NOTHING))
        takes_off = adds * (now - other)
        for n in np.argsort(-np.abs(was - now), kind="stable"):
            if takes_off[n] > NOTHING and lacks > NOTHING:
                result[whole[n]], lacks = other[n], lacks - takes_off[n]
        if np.array_equal(result[whole], now):
            return None
    return None
