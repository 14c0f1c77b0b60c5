"""The solver alone beside Rampart, on the same matrices: ``python -m benchmarks.bare_solver CASE ...``.

    linear   every linear pass as it stood (its bounds, its costs, what was held before it), solved from nothing
    whole    where there are whole numbers: the objectives one after another as mixed-integer programmes, each held as one
             row at its value and the stated gap

The solver runs as it comes, on one thread. What is shared fairly is no programme of its own and is left out on this side; on
Rampart's side everything counts that solving does. Times are CPU seconds of this process.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.engine.highs import OPTIMAL, Highs, one_above_other, sparse
from rampart.plan.model.build import build
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.layout import lay_out
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.pass_solver import Stage
from rampart.plan.solving.passes_in_turn import solve
from rampart.plan.solving.solution import Solution

GAP = 1e-4
LIMIT = 60.0
"""Seconds for a pass in whole numbers."""


@dataclass(frozen=True)
class Beside:
    """One case solved both ways: CPU seconds, and the value of each pass.

    linear, whole  of the solver alone; ``whole`` is NaN where there are no whole numbers, and a lower limit where some pass
                   was cut short
    cut            passes in whole numbers that were cut short
    """

    columns: int
    numbers: int
    rampart: float
    linear: float
    whole: float
    cut: tuple[str, ...]
    values: dict[str, float]
    bare_values: dict[str, float]


def beside(case: Case, limit: float = LIMIT) -> Beside:
    """Solve a case by Rampart and by the solver alone."""
    programme = build(case)
    begun = time.process_time()
    solution = solve(programme, mip_gap=GAP)
    rampart = time.process_time() - begun
    values = {result.name: result.value for result in solution.passes if result.name not in SETTLING}
    linear, found = _linear(solution)
    whole, cut = np.nan, ()
    if programme.whole_labels.size:
        whole, cut, found = _whole(programme, limit)
    size = solution.layout.columns
    return Beside(size, programme.whole_labels.size, rampart, linear, whole, cut, values, found)


def _linear(solution: Solution) -> tuple[float, dict[str, float]]:
    """Every linear pass as it stood, from nothing."""
    spent, found = 0.0, {}
    costs = {result.name: result.cost for result in solution.passes}
    for stage in solution.solver.stages:
        if stage.name in SETTLING:
            continue
        bare = _stood(solution, stage)
        bare.set_costs(stage.cost)
        begun = time.process_time()
        status = bare.run()
        spent += time.process_time() - begun
        if status == OPTIMAL:
            found[stage.name] = float(costs[stage.name] @ bare.levels())
    return spent, found


def _stood(solution: Solution, stage: Stage) -> Highs:
    """A pass as it stood: the rows of the plan, and those that held the passes before it."""
    matrix = solution.layout.matrices.matrix
    more = stage.row_lower.size - matrix.shape[0]
    at = [(one.row - matrix.shape[0], one) for one in stage.held if one.row >= matrix.shape[0]]
    if more:
        rows = np.concatenate([np.full(one.columns.size, row) for row, one in at] or [np.zeros(0)]).astype(int)
        columns = np.concatenate([one.columns for _, one in at] or [np.zeros(0)]).astype(int)
        data = np.concatenate([one.coefficients for _, one in at] or [np.zeros(0)])
        matrix = one_above_other([matrix, sparse((data, (rows, columns)), shape=(more, matrix.shape[1]))])
    return Highs(matrix, stage.row_lower, stage.row_upper, stage.lower, stage.upper)


def _whole(programme: Programme, limit: float) -> tuple[float, tuple[str, ...], dict[str, float]]:
    """The objectives in whole numbers, one after another."""
    layout = lay_out(programme)
    m = layout.matrices
    bare = Highs(m.matrix, m.row_lower, m.row_upper, m.lower, m.upper, np.sort(programme.whole_labels), mip_rel_gap=GAP)
    spent, cut, found = 0.0, list[str](), {}
    for each in programme.passes:
        if each.name in SETTLING or each.how in ("told", "fair"):
            continue
        cost = layout.costs(each.measure)
        bare.set_costs(cost)
        bare.option("time_limit", bare.seconds + limit)
        begun = time.process_time()
        status = bare.run()
        spent += time.process_time() - begun
        if status != OPTIMAL:
            cut.append(each.name)
            if not bare.found_a_plan:
                break
        found[each.name] = value = float(cost @ bare.levels())
        at = np.flatnonzero(cost)
        bare.add_row(at, cost[at], value + GAP * abs(value) + 1e-9)
    return spent, tuple(cut), found


def main() -> None:
    """Print a table of the cases named."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("cases", nargs="+", type=Path)
    asked.add_argument("--limit", type=float, default=LIMIT, help="seconds for a pass in whole numbers")
    given = asked.parse_args()
    print(
        "| case | columns | whole numbers | Rampart, CPU s | linear passes alone | times | in whole numbers alone | times |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for path in given.cases:
        one = beside(read_case(path), given.limit)
        more = "over " if one.cut else ""
        whole = "-" if np.isnan(one.whole) else f"{more}{one.whole:.2f}"
        times = "-" if np.isnan(one.whole) else f"{'under ' if one.cut else ''}{one.rampart / one.whole:.2f}"
        print(
            f"| {path.name} | {one.columns:,} | {one.numbers:,} | {one.rampart:.2f} | {one.linear:.2f} | "
            f"{one.rampart / one.linear:.1f} | {whole} | {times} |", flush=True,
        )  # fmt: skip
        if one.cut:
            print(f"  cut short after {given.limit:g} s: {', '.join(one.cut)}", flush=True)


if __name__ == "__main__":
    main()
