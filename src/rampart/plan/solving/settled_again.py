"""What a pass comes to when some decisions wait, as it is settled: how what is short falls to its terms, or is shared.

A value of a pass may be reached in several ways. The plan settles them (``linear_passes``), and so must a plan that is held
against it: who lacks what would else hang on the way in which the solver came there.
"""

from __future__ import annotations

from collections.abc import Mapping

from rampart.engine.highs import OPTIMAL
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.fairness import share_fairly
from rampart.plan.solving.known_shares import KnownShares
from rampart.plan.solving.linear_passes import LinearPasses, NotSolved, OutOfTime
from rampart.plan.solving.pass_solver import PassSolver, Stage


def settled_again(
    solver: PassSolver,
    linear: LinearPasses,
    stage: Stage,
    each: Pass,
    closed: Integers,
    freed: Mapping[int, float],
    known: KnownShares | None = None,
) -> Floats | None:
    """Scaled columns at the end of a pass with the columns ``closed`` at zero and those in ``freed`` open up to a level;
    None where the solver finds none.

    stage  the first pass of its objective as the solver saw it; ``each``  the one that settles it: a pass that is shared, or
           the same
    known  steps of sharing it with other columns closed
    """
    before = solver.state()
    solver.stand_at(stage, closed, freed)
    try:
        if solver.solve(None) != OPTIMAL:
            return None
        linear.levels = solver.levels()[: solver.columns]
        if each.how != "fair":
            return linear.settle(each, None)[0]
        solver.hold_optimal()
        shared = share_fairly(solver, linear.shares_of(each), None, known)
        return shared.levels if shared.status == OPTIMAL else None
    except (NotSolved, OutOfTime):
        return None
    finally:
        solver.go_back(before)
