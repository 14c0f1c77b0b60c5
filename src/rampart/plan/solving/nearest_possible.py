"""The whole numbers nearest to a linear plan that leave a plan.

Lots rounded up may pass what a ramp or a capacity lets through, which gives way to nothing. Of all plans in whole numbers that
keep all limits, the one that differs least from the linear plan is taken:

    minimise sum over n of (more[n] + less[n])
    x[n] - more[n] + less[n] = f[n],   floor(f[n]) - 1 <= x[n] <= ceil(f[n]) + 1

n   column that is a whole number; f its fraction in the linear plan; x all columns, within all limits of the model

Source: the distance of the feasibility pump (Fischetti, Glover and Lodi, Mathematical Programming 104, 2005).
"""

from __future__ import annotations

import time

import numpy as np

from rampart.engine.highs import Highs, Sparse, identity, one_above_other, side_by_side, sparse
from rampart.network.lags import Floats, Integers
from rampart.plan.solving.pass_solver import LEAST_SECONDS

BRANCHES = 200
"""Most branches, a count so that the plan does not hang on the speed of the machine."""
NOTHING = 1e-6
"""Part of a unit that is nothing."""


def nearest_possible(
    matrix: Sparse, rows: tuple[Floats, Floats], bounds: tuple[Floats, Floats], whole: Integers, fractions: Floats,
    deadline: float | None = None,
) -> Floats | None:  # fmt: skip
    """``fractions`` with whole numbers that leave a plan; None where none were found, by the deadline if there is one.

    matrix     of the model, shape (rows, columns); ``rows`` and ``bounds`` least and most of its rows and columns
    whole      columns that are whole numbers
    fractions  columns of a plan that keeps all limits, shape (columns,)
    """
    columns, count = matrix.shape[1], whole.size
    was = fractions[whole]
    one = identity(count)
    of_whole = sparse((np.ones(count), (np.arange(count), whole)), shape=(count, columns))
    low, high = (each.copy() for each in bounds)
    low[whole] = np.maximum(low[whole], np.floor(was + NOTHING) - 1)
    high[whole] = np.minimum(high[whole], np.ceil(was - NOTHING) + 1)
    apart = np.zeros(2 * count), np.full(2 * count, np.inf)
    solver = Highs(
        one_above_other([
            side_by_side([matrix, sparse((matrix.shape[0], 2 * count))]), side_by_side([of_whole, -one, one])
        ]),
        np.concatenate([rows[0], was]), np.concatenate([rows[1], was]),
        np.concatenate([low, apart[0]]), np.concatenate([high, apart[1]]), whole, mip_max_nodes=BRANCHES,
    )  # fmt: skip
    if deadline is not None:
        solver.option("time_limit", max(LEAST_SECONDS, deadline - time.monotonic()))
    solver.set_costs(np.concatenate([np.zeros(columns), np.ones(2 * count)]))
    solver.run_beside()
    if not solver.found_a_plan:
        return None
    result = fractions.copy()
    result[whole] = np.round(solver.levels()[whole])
    return result
