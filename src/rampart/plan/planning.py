"""From a case to a plan: ``plan(case)`` reads like the order of the work."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from rampart.case.soundness import require_sound
from rampart.case.tables import Case
from rampart.catalogues.showing import must_be
from rampart.findings import CaseError, Finding
from rampart.results.manifest import origin_of
from rampart.results.pegging import pegging
from rampart.results.reasons import no_reasons
from rampart.results.result import Result

if TYPE_CHECKING:
    from rampart.plan.parts.part import Part
    from rampart.plan.programme.values import Values
    from rampart.plan.solving.passes_in_turn import Step
    from rampart.plan.solving.solution import Solution
    from rampart.sustainment.levels import Levels


Worked = Literal["none", "kinds", "all"]
REASONS: Worked | None = None
"""How far reasons are worked out where nothing is said of it; None: as far as the size of the plan allows."""
FEW = 4_000
"""Columns up to which each limit that matters is looked at by itself where nothing is said of it."""


def plan(
    case: Case,
    *,
    time_limit: float | None = None,
    mip_gap: float = 1e-7,
    seed: int = 0,
    progress: Callable[[Step], None] | None = None,
    parts: Sequence[Part] | None = None,
    give_or_keep: bool = True,
    reasons: Worked | None = None,
) -> Result:
    """Plan a case. Raises CaseError with what is wrong in one that is not sound, however it was made, or could gain without
    end.

    time_limit  seconds above 0 for the whole plan; None: until solved. When they are over the best plan found comes back,
                its ``status`` "time limit", at worst the one without new decisions; what is read off a plan by solving
                again (delays, rounding, other chances) is then left out
    mip_gap     relative gap at which passes with whole numbers count as solved
    seed        of the solver's random choices; the same case, seed and versions give the same plan bit for bit
    progress    called as each pass starts and ends
    parts       the parts of the plan; by default ``rampart.plan.parts.parts.PARTS``, to which others may be added
    give_or_keep  also say what would be given and kept at other chances of being called upon, and from which chance each
                donor would give a tenth less, where requirements state one; not where the time ran out
    reasons     also say what would relieve each shortage, by planning again with a step in each limit: "kinds" with a step
                in all limits of a kind, of what ranks before steady output; "all" of everything, and in each limit that
                matters by itself; "none" not at all, which is so too where the time ran out. None: as ``REASONS`` says, or
                "all" in a plan of up to ``FEW`` columns and "kinds" in a larger one. What more room would buy is said with
                "all", and always in a plan of up to ``FEW`` columns
    """
    from rampart.plan.coupling import coupled, for_fleets, wanted
    from rampart.plan.model.build import build
    from rampart.plan.parts.part import brought_along
    from rampart.plan.parts.parts import PARTS
    from rampart.plan.programme.values import Values
    from rampart.plan.reading.decisions import decide_now, decisions_now
    from rampart.plan.reading.duals import price_table
    from rampart.plan.reading.exchange import exchange
    from rampart.plan.reading.give_or_keep import give_or_keep as at_other_chances
    from rampart.plan.reading.held import held_tables, rooms_taken
    from rampart.plan.reading.more_room import more_room, no_more_room
    from rampart.plan.reading.outcome import outcome_tables
    from rampart.plan.reading.reasons import explain
    from rampart.plan.reading.rounded import rounded
    from rampart.plan.solving.linear_passes import NotSolved
    from rampart.plan.solving.passes_in_turn import solve

    must_be(case, Case, "rampart.read_case")
    if time_limit is not None and not time_limit > 0:
        raise ValueError(f"time_limit is {time_limit}: expected seconds above 0, or None")
    require_sound(case)
    parts = PARTS if parts is None else parts

    def solved(
        levels: Levels | None = None, in_full: bool = True, before: Solution | None = None
    ) -> tuple[Values, Solution]:
        programme = build(case if in_full else in_any_amount(case), levels=levels, parts=parts)
        if not in_full:
            programme.passes = for_fleets(programme)
        clock.append(time.perf_counter())
        # plans that are solved in turn with their fleets share the time: half of what is left is for the one in full
        left = None if time_limit is None else max(0.0, time_left()) * (1.0 if in_full else 0.5)
        try:
            solution = solve(programme, time_limit=left, mip_gap=mip_gap, seed=seed, progress=progress, before=before)
        except NotSolved as stopped:
            if "nbounded" not in stopped.status:
                raise
            raise CaseError([Finding("gain-unbounded")]) from stopped
        return Values(programme, solution.layout, solution.columns), solution

    def time_left() -> float:
        return math.inf if time_limit is None else time_limit - (time.perf_counter() - clock[0])

    clock = [time.perf_counter()]
    found = coupled(case, solved, time_left) if wanted(case) else None
    values, solution = solved() if found is None else (found.values, found.solution)
    clock = [clock[0], clock[-1], time.perf_counter()]
    tables = outcome_tables(values, solution, parts) | {"exchange": exchange(values, solution)}
    tables |= held_tables(values, solution)
    worked, quick = how_far(reasons, solution), solution.columns.size <= FEW
    if worked == "none":
        tables |= no_reasons()
    else:
        tables |= explain(values, solution, objects=worked == "all", watch=watched(progress))
    clock.append(time.perf_counter())
    as_signed = rounded(values, solution, decisions_now(values, parts))
    tables["rounding"] = as_signed.table()
    clock.append(time.perf_counter())
    tables |= decide_now(values, solution, parts, as_signed)
    clock.append(time.perf_counter())
    in_full = solution.status == "optimal" and not solution.out_of_time
    weighed = at_other_chances(values, solution) if give_or_keep and in_full else {}
    tables |= weighed
    clock += [time.perf_counter()] if weighed else []
    laps = [after - before for before, after in pairwise(clock)]
    spent = dict(zip(("build", "solve", "explain", "round", "delays", "give_or_keep"), laps, strict=False))
    manifest = manifest_of(case, solution, spent, seed=seed, mip_gap=mip_gap)
    manifest |= rooms_taken(values, solution) | brought_along(parts)
    if values.tree.chances:
        manifest["believed"] = believed(values)
    if as_signed.how:
        manifest["rounding"] = as_signed.how
    manifest["reasons"] = worked
    if worked != "none" and values.programme.whole_labels.size:
        manifest["reasons_split"] = True  # both plans of a relief are in fractions of what comes whole
    manifest["alike"] = values.programme.likeness.alike()
    if found is not None:
        manifest["coupling"] = found.agreement()
    tables["more_room"] = more_room(values, solution) if worked == "all" or quick else no_more_room()
    tables["duals"] = price_table(values.programme, solution)
    tables["pegging"] = pegging(case, tables)
    return Result.of("plan", case, tables, manifest)


def in_any_amount(case: Case) -> Case:
    """The case with nothing whole: no decision counts as due now."""
    import polars as pl

    given = case.tables["settings"].filter(pl.col("setting") != "decide_now")
    none = pl.DataFrame({"setting": ["decide_now"], "value": ["0"]}, schema=given.schema)
    return case.with_tables({"settings": pl.concat([given, none])})


def how_far(asked: Worked | None, solution: Solution) -> Worked:
    """How far reasons are worked out."""
    if solution.status != "optimal" or solution.out_of_time:
        return "none"
    return asked or REASONS or ("all" if solution.columns.size <= FEW else "kinds")


def watched(progress: Callable[[Step], None] | None) -> Callable[[int, int], None] | None:
    """How far the reasons are, for the one who watches."""
    from rampart.plan.solving.passes_in_turn import Step

    begun = time.monotonic()

    def told(done: int, total: int) -> None:
        if progress is not None:
            progress(Step(done, total, "reasons", True, None, None, time.monotonic() - begun))

    return None if progress is None else told


def believed(v: Values) -> list[dict[str, Any]]:
    """Regimes over which worth is expected, with the chance of each in the first and the last period."""
    mix = v.tree.mix
    if mix is None:
        return []
    return [
        {"regime": regime, "first": round(float(first), 6), "last": round(float(last), 6)}
        for regime, first, last in zip(v.tree.regimes, mix[0], mix[-1], strict=True)
    ]


def manifest_of(
    case: Case, solution: Solution, spent: dict[str, float], *, seed: int, mip_gap: float
) -> dict[str, Any]:
    """Where a plan comes from: hashes of the inputs, versions, solver, size, times."""
    matrix = solution.layout.matrix
    cut = {"unfinished": [each.name for each in solution.unfinished if each.status != "optimal"], "idle": solution.idle}
    return origin_of(case) | {
        "solver": {"name": "HiGHS", "threads": 1, "seed": seed, "mip_gap": mip_gap},
        "status": solution.status,
        **(cut if solution.status == "time limit" else {}),
        "seed": seed,
        "rows": matrix.shape[0],
        "columns": matrix.shape[1],
        "nonzeros": int(matrix.nnz),
        "seconds": {name: round(seconds, 3) for name, seconds in spent.items()},
    }
