"""The optimiser: from a case to a plan. ``plan(case)`` reads like the order of the work."""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rampart.case import Case
from rampart.plan.result import Plan, read_plan

if TYPE_CHECKING:
    from rampart.plan.model import Programme
    from rampart.plan.solve import Solution, Step
    from rampart.sustainment.levels import Levels

__all__ = ["Plan", "plan", "read_plan"]


def plan(
    case: Case,
    *,
    time_limit: float | None = None,
    mip_gap: float = 1e-7,
    seed: int = 0,
    progress: Callable[[Step], None] | None = None,
) -> Plan:
    """Plan a case.

    time_limit  seconds for solving; None: until solved. When it runs out the best plan so far comes back, its
                ``status`` "time limit"; ``NotSolved`` is raised when there is none
    mip_gap     relative gap at which passes with whole numbers count as solved
    seed        of the solver's random choices; the same case, seed and versions give the same plan bit for bit
    progress    called as each pass starts and ends
    """
    from rampart.plan import fleets
    from rampart.plan.coupling import coupled, wanted
    from rampart.plan.decisions import decide_now
    from rampart.plan.duals import price_table
    from rampart.plan.explain import explain
    from rampart.plan.model import build
    from rampart.plan.outcome import Outcome
    from rampart.plan.solve import solve

    def solved(levels: Levels | None = None) -> tuple[Programme, Solution]:
        programme = build(case, levels=levels)
        clock.append(time.perf_counter())
        # plans that are solved in turn with their fleets share the time
        left = None if time_limit is None else max(0.1, time_limit - (clock[-1] - clock[0] if levels else 0.0))
        return programme, solve(programme, time_limit=left, mip_gap=mip_gap, seed=seed, progress=progress)

    clock = [time.perf_counter()]
    found = coupled(case, solved) if wanted(case) else None
    programme, solution = solved() if found is None else (found.programme, found.solution)
    clock = [clock[0], clock[-1], time.perf_counter()]
    outcome = Outcome(programme, solution) if found is None else found.outcome
    tables: dict[str, Any] = outcome.tables() | fleets.tables(outcome, solution, found) | explain(outcome, solution)
    clock.append(time.perf_counter())
    tables["decisions"] = decide_now(outcome, solution)
    clock.append(time.perf_counter())
    laps = [after - before for before, after in pairwise(clock)]
    spent = dict(zip(("build", "solve", "explain", "delays"), laps, strict=True))
    manifest = manifest_of(case, solution, spent, seed=seed, mip_gap=mip_gap)
    if found is not None:
        manifest["coupling"] = found.told()
    return Plan(case, tables, price_table(programme, solution), manifest)


def origin_of(case: Case) -> dict[str, Any]:
    """What any plan of a case rests on: hashes of the inputs, overrides, versions."""
    from importlib.metadata import version

    import rampart

    return {
        "rampart": rampart.__version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": str(case.settings["title_en"]),
        "case_hash": case.hash(),
        "inputs": case.inputs(),
        "overrides": list(case.overrides),
        "python": ".".join(str(n) for n in sys.version_info[:3]),
        "versions": {name: version(name) for name in ("highspy", "linopy", "polars", "numpy", "scipy")},
    }


def manifest_of(case: Case, solution: Any, spent: dict[str, float], *, seed: int, mip_gap: float) -> dict[str, Any]:
    """Where a plan comes from: hashes of the inputs, versions, solver, size, times."""
    matrix = solution.layout.matrix
    return origin_of(case) | {
        "solver": {"name": "HiGHS", "threads": 1, "seed": seed, "mip_gap": mip_gap},
        "status": solution.status,
        "seed": seed,
        "rows": matrix.shape[0],
        "columns": matrix.shape[1],
        "nonzeros": int(matrix.nnz),
        "seconds": {name: round(seconds, 3) for name, seconds in spent.items()},
    }


class _Room(types.ModuleType):
    """``rampart.plan`` names both this room and its verb: importing any part of the room would otherwise hide the verb."""

    def __call__(self, case: Case, **options: Any) -> Plan:
        return plan(case, **options)


sys.modules[__name__].__class__ = _Room
