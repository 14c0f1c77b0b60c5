"""What a little more room of an objective would buy below: strict order is steep, and a reader should see how steep.

For each pass that gives room, and each pass below it: the pass below is solved again with every term of the pass above
allowed a tenth of a per cent of its own value more than it may be, all else held where it is held. What comes back is how
much less the pass below then lacks, if all of it is spent there. As for room itself, a term that is nothing gives nothing,
what is served wholly in a period stays so, and a pass that is held exactly gives none. Whole numbers stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.engine.highs import NO_LIMIT, OPTIMAL
from rampart.network.lags import Floats, Integers
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.values import Values
from rampart.plan.solving.pass_solver import NOTHING, Stage
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl

MORE = 1e-3
"""Share of its own value that each term may be worse."""
PRICED = 1e-9
"""Price, with costs near one, from which room is worth anything."""
GAINED = 1e-6
"""Share of its value, or the same in its unit, from which a pass below gains."""
MOST_ITERATIONS = 2_000
"""Beyond these what is bought is not known: a count, so that results do not depend on speed."""
SAME = 1e-9


def more_room(v: Values, solution: Solution) -> pl.DataFrame:
    """``more_room``; empty where the time ran out before every pass was solved."""
    complete = not solution.unfinished and not solution.out_of_time
    return frame("plan", "more_room", list(_rows(v, solution)) if complete else [])


def no_more_room() -> pl.DataFrame:
    """``more_room`` where it was not asked for."""
    return frame("plan", "more_room", [])


@dataclass(frozen=True, eq=False)
class _Loosened:
    """What lets a pass give more, where another pass stood: rows and columns with their new upper bounds.

    given  by how much the pass may be worse in all, in its own unit
    """

    rows: Integers
    row_upper: Floats
    columns: Integers
    upper: Floats
    given: float


def _rows(v: Values, solution: Solution) -> Iterator[tuple[Any, ...]]:
    """Rank and name of the pass that gives, name of the one that gains, what is given, gain, and its share of the value."""
    solver, found = solution.solver, {result.name: result for result in solution.passes}
    passes = [each for each in v.programme.passes if each.name in found and each.name not in SETTLING]
    place = {each.name: n for n, each in enumerate(passes)}
    rows: list[tuple[Any, ...]] = []
    for stage in solver.stages:
        if stage.name not in place or passes[place[stage.name]].how == "told":
            continue
        above = [
            each for each in passes[: place[stage.name]] if each.room > 0 and each.how in ("held", "fair", "shared")
        ]
        loosened = {each.name: _loosened(solution, stage, each) for each in above}
        loosened = {name: one for name, one in loosened.items() if one.rows.size or one.columns.size}
        if not loosened:
            continue
        base, value = solver.load(stage)[: solver.columns], found[stage.name].value
        now = solver.solution()
        prices, reduced = np.array(now.row_dual), np.array(now.col_dual)
        for name, one in loosened.items():
            priced = np.concatenate([np.abs(prices[one.rows]), np.abs(reduced[one.columns])])
            if not (priced > PRICED).any():
                continue
            levels = _again(solution, stage, one)
            gain = None if levels is None else float(found[stage.name].cost @ (base - levels))
            if gain is None or gain > GAINED * max(1.0, abs(value)):
                share = None if gain is None or abs(value) <= NOTHING else gain / abs(value)
                rows.append((passes[place[name]].rank, name, stage.name, one.given, gain, share))
    yield from sorted(rows, key=lambda row: (place[row[1]], place[row[2]]))


def _loosened(solution: Solution, stage: Stage, above: Pass) -> _Loosened:
    """Bounds with which the terms of a pass may give more where a later one stood."""
    if above.how in ("fair", "shared"):
        return _shares_loosened(solution, stage, above)
    measured = _size_of_terms(solution, above)
    rows, row_upper, columns, upper, given = [], [], list[int](), list[float](), 0.0
    for held in stage.held:
        if held.term.measure != above.name or held.exact or abs(held.value) <= NOTHING:
            continue
        most = held.most + MORE * abs(held.value)
        given += MORE * measured.get(held.term.of, 0.0)
        if held.row >= 0:
            rows.append(held.row)
            row_upper.append(most)
            continue
        at = int(held.columns[0])
        bounds = (min(held.free, each / float(held.coefficients[0])) for each in (held.most, most))
        now, then = bounds
        if abs(stage.upper[at] - now) <= SAME * max(1.0, abs(now)) and then > now:
            columns.append(at)
            upper.append(then)
    return _Loosened(np.array(rows, dtype=np.int64), np.array(row_upper), np.array(columns, dtype=np.int64),
                     np.array(upper), given)  # fmt: skip


def _size_of_terms(solution: Solution, above: Pass) -> dict[Any, float]:
    """What each term of a pass came to, in its own unit."""
    result = next(one for one in solution.passes if one.name == above.name)
    terms = zip(above.measure.terms, np.abs(result.terms).tolist(), strict=True)
    return {term.of: size for term, size in terms}


def _shares_loosened(solution: Solution, stage: Stage, above: Pass) -> _Loosened:
    """The same of shares, each of which is held by the bound of its column."""
    result = next(one for one in solution.passes if one.name == above.name)
    at = np.flatnonzero(result.cost)
    own = result.columns[at]
    held = own * (1.0 + above.room)
    at_its_bound = (own > NOTHING) & (np.abs(stage.upper[at] - held) <= GAINED * np.maximum(1.0, held))
    at, own, held = at[at_its_bound], own[at_its_bound], held[at_its_bound]
    upper = np.minimum(solution.solver.upper_at_first[at], held + MORE * own)
    nothing = np.zeros(0)
    return _Loosened(nothing.astype(np.int64), nothing, at, upper, float(MORE * result.cost[at] @ own))


def _again(solution: Solution, stage: Stage, one: _Loosened) -> Floats | None:
    """Columns of the pass that is loaded with what is loosened; None where that takes too long. It stands as before then."""
    solver = solution.solver
    free = np.full(one.rows.size, -np.inf)
    low = stage.lower[one.columns]
    solver.set_row_bounds(one.rows, free, one.row_upper)
    solver.set_bounds(one.columns, low, one.upper)
    solver.begin_as(solver.stands)
    solver.option("simplex_strategy", 4)  # what was optimal is feasible still
    solver.option("simplex_iteration_limit", MOST_ITERATIONS)
    status = solver.run()
    levels = solver.levels()[: solver.columns] if status == OPTIMAL else None
    solver.option("simplex_iteration_limit", NO_LIMIT)
    solver.option("simplex_strategy", 1)
    solver.set_row_bounds(one.rows, free, stage.row_upper[one.rows])
    solver.set_bounds(one.columns, low, stage.upper[one.columns])
    return levels
