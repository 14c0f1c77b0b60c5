"""Solving the passes one after another on one persistent HiGHS model.

After a pass with tolerance zero, what the pass decides is held exactly: by complementary slackness every optimal plan of a
linear pass keeps the columns with a reduced cost at their bound and the rows with a dual at theirs, so these are fixed and
the next pass only moves among optimal plans. With a tolerance, or with whole numbers, a row holds the pass's value instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rampart.network.lags import Floats
from rampart.plan.programme.layout import lay_out
from rampart.plan.programme.measures import Measure
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.highs import OPTIMAL, TIME_LIMIT
from rampart.plan.solving.pass_solver import PassSolver
from rampart.plan.solving.solution import PassResult, Solution

Progress = Callable[["Step"], None]


class NotSolved(RuntimeError):
    """The solver stopped without a plan; ``status`` says why."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(f"the solver stopped without a plan: {status}")


@dataclass(frozen=True)
class Step:
    """One pass as it starts or ends, for progress."""

    number: int
    total: int
    name: str
    done: bool
    value: float | None
    gap: float | None
    elapsed: float


def solve(
    programme: Programme,
    *,
    time_limit: float | None = None,
    mip_gap: float = 1e-7,
    seed: int = 0,
    progress: Progress | None = None,
) -> Solution:
    """Solve all passes in order.

    With whole numbers the passes run twice: first as mixed-integer programmes, each held by a row, which settles the whole
    numbers and proves the gap; then, with these fixed, as linear ones held exactly, which gives clean numbers and prices.

    time_limit  seconds; when it is reached after at least one pass, the best plan so far comes back with the status
                "time limit"; before, NotSolved is raised
    mip_gap     relative gap at which a pass with whole numbers counts as solved
    """
    begun = time.monotonic()
    deadline = None if time_limit is None else begun + time_limit
    layout = lay_out(programme)
    solver = PassSolver(layout, programme.whole_labels, seed=seed, mip_gap=mip_gap)
    rounds = [True, False] if solver.whole.size else [False]
    report = _Reporter(progress, begun, sum(len(programme.passes) - whole for whole in rounds))
    proved: dict[str, float] = {}
    columns, status = np.zeros(solver.columns), "optimal"
    results: list[PassResult] = []
    for whole in rounds:
        results = []
        for rank, measure, tolerance in ((p.rank, p.measure, p.stated) for p in programme.passes):
            if whole and measure.name == "ties":
                continue
            report.begin(measure.name)
            cost = layout.costs(measure)
            limit = deadline if whole or len(rounds) == 1 else None
            try:
                found = _one_pass(solver, rank, measure, cost, tolerance, limit, whole)
            except NotSolved:
                if not (whole and results):
                    raise
                # no whole plan found within the rows that hold the earlier passes: keep the whole numbers of the last
                # pass; the linear passes below still improve all else, and no bound is claimed for this one
                break
            if found is None:
                status = "time limit"
                break
            result, columns = found
            if measure.name in proved:
                bound = min(proved[measure.name], result.value)
                gap = (result.value - bound) / max(abs(result.value), 1e-9)
                result = replace(result, bound=bound, gap=gap)
            elif solver.whole.size and not whole:
                result = replace(result, bound=float("nan"), gap=float("nan"))
            results.append(result)
            report.end(result)
            if result.status == "time limit":
                status = "time limit"
                break
        if not results:
            raise NotSolved("time limit")
        if whole:
            proved = {r.name: r.bound for r in results}
            solver.settle_whole(columns)
    return Solution(layout, columns, tuple(results), status, time.monotonic() - begun, solver)


class _Reporter:
    """Numbers the passes for the one who watches."""

    def __init__(self, progress: Progress | None, begun: float, total: int) -> None:
        self.progress, self.begun, self.total, self.number = progress, begun, total, 0

    def begin(self, name: str) -> None:
        self.number += 1
        if self.progress:
            self.progress(Step(self.number, self.total, name, False, None, None, time.monotonic() - self.begun))

    def end(self, result: PassResult) -> None:
        if self.progress:
            spent = time.monotonic() - self.begun
            self.progress(Step(self.number, self.total, result.name, True, result.value, result.gap, spent))


def _one_pass(
    solver: PassSolver, rank: int, measure: Measure, cost: Floats, tolerance: float, deadline: float | None, whole: bool
) -> tuple[PassResult, Floats] | None:
    # the solver's tolerances are absolute: bring the costs near one, by a power of two so that nothing is rounded
    typical = np.median(np.abs(cost[cost != 0])) if cost.any() else 1.0
    factor = 2.0 ** -round(np.log2(typical))
    solver.set_costs(cost * factor)
    status = solver.solve(deadline, whole=whole)
    info = solver.info
    if whole:
        if not solver.found_a_plan:
            if status == TIME_LIMIT:
                return None
            raise NotSolved(status)
    elif status != OPTIMAL:
        if status == TIME_LIMIT:
            return None
        raise NotSolved(status)
    solution = solver.solution()
    columns = np.array(solution.col_value)
    value = float(cost @ columns)
    if not whole:
        solver.remember(measure.name, cost * factor)
    found = info.mip_dual_bound / factor if whole else value, float(info.mip_gap) if whole else 0.0
    steps = max(0, int(info.simplex_iteration_count)) + max(0, int(info.ipm_iteration_count))
    none = np.zeros(0)
    result = PassResult(
        rank, measure.name, measure.unit, value,
        *found, "optimal" if status == OPTIMAL else "time limit", steps, cost,
        none if whole else np.array(solution.row_dual)[: solver.rows] / factor,
        none if whole else np.array(solution.col_dual) / factor,
    )  # fmt: skip
    if whole:
        clean = solver.without_room(columns)
        reached = factor * value if clean is None else clean
        most = reached + factor * tolerance * abs(value)
        # the room must stand above the solver's own feasibility tolerance, or it finds no plan in it
        solver.hold_value(cost * factor, most, max(factor * 1e-6 * max(1.0, abs(value)), 1e-6))
    elif tolerance > 0:
        solver.hold_value(cost * factor, factor * (value + tolerance * abs(value)))
    else:
        solver.hold_optimal()
    return result, columns
