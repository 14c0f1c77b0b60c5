"""Plan and sustainment in turn, until what the plan delivers and what its use wears out agree.

The plan's deliveries of systems and its service of ammunition make use; use makes wear, shortages and queues; these make
the levels of support that the next plan buys its way along. Repeated until the systems available in the plan no longer
change. What the plan buys is then played through in whole spares, and the difference is reported beside the plan's figure:
the plan takes the concave hull of the levels, and each level as if it had stood from the first month.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.network.lags import Floats, by_month, by_period
from rampart.plan.model.passes import PERSISTENCE, STEADY
from rampart.plan.parts.fleet import available, joining, needed, support_of
from rampart.plan.parts.support import packages_of, shop_rows
from rampart.plan.programme.measures import Measure, Pass
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.plan.programme.programme import Programme
    from rampart.plan.solving.solution import Solution
    from rampart.sustainment.levels import Bought, Levels, Usage

ROUNDS, CLOSE, LARGE, OF_NEED = 8, 0.01, 100.0, 2.5e-3
"""Most rounds, and the change in systems available at which they stop; of a need above ``LARGE`` such a share of it."""
DAMPED_AFTER, STEP = 2, 0.5
"""Rounds after which deliveries and use move only part of the way, so that the rounds do not swing."""
IN_FULL = 2.0
"""Rounds that the plan in full takes as long as, at least."""

Solve = Callable[["Levels", bool, "Solution | None"], tuple["Values", "Solution"]]
"""Plans at levels of support: in full, with whole what comes whole, or only as far as fleets need it; from a plan before."""


@dataclass(frozen=True, eq=False)
class Coupled:
    """The last round; ``values`` carry what is available when all is played through in whole spares.

    residual   largest change of systems available between the last two rounds, of those needed: one beyond the need is worth
               nothing to a plan, and may be there or not
    close      at which they stop
    gap        largest difference between the plan's systems available and those played
    """

    values: Values
    solution: Solution
    rounds: int
    residual: float
    close: float
    gap: float

    def agreement(self) -> dict[str, Any]:
        """How well plan and fleets agree, for the manifest."""
        return {
            "rounds": self.rounds,
            "residual": round(self.residual, 6),
            "converged": self.residual <= self.close,
            "largest_difference": round(self.gap, 4),
        }


def wanted(case: Case) -> bool:
    """Whether the priorities of a case name the availability of fleets."""
    return "availability" in case["priorities"]["objective"].to_list()


def for_fleets(p: Programme) -> list[Pass]:
    """The passes that decide what becomes of fleets: those up to availability, steady output, which takes of what is served,
    one in which no spares and bays are bought that do not help, and that near the plan taken over.
    """
    places = [n for n, found in enumerate(p.passes) if found.name == "availability"]
    if not places:  # nothing is needed
        return list(p.passes)
    last = places[0]
    support = Measure("support", "money unit")
    for part in p.parts:
        for weight in part.measures(p):
            if weight.measure == "money" and weight.family in ("spares", "bays"):
                support.add(p.families[weight.family], p.tree.probability * weight.each)
    steady, nearest = (
        [found for found in p.passes[last + 1 :] if found.name == name] for name in (STEADY, PERSISTENCE)
    )
    own = [] if support.empty else [Pass(p.passes[last].rank, support)]
    return [*p.passes[: last + 1], *steady, *own, *nearest]


def coupled(case: Case, solve: Solve, time_left: Callable[[], float] = lambda: np.inf) -> Coupled:
    """Plan and sustain in turn until they agree, in amounts of any size and only by the passes that matter to fleets; then once
    in full.

    time_left  seconds: no round is begun that would leave less for the plan in full than ``IN_FULL`` rounds take
    """
    from rampart.sustainment.levels import Usage, availability_with_bought, first_usage, support_levels

    begun = time.perf_counter()
    levels = support_levels(case)
    usage = first_usage(levels.support)
    need = max((float(row["needed"] or 0.0) for row in levels.support.fleet_rows), default=0.0)
    close = OF_NEED * need if need > LARGE else CLOSE
    before: Floats | None = None
    solution: Solution | None = None
    for number in range(1, ROUNDS + 1):
        values, solution = solve(levels, False, solution)
        there = available(values)
        enough = np.minimum(there, needed(values.programme)[:, None])
        residual = np.inf if before is None else float(np.abs(enough - before).max(initial=0.0))
        took = time.perf_counter() - begun
        if residual <= close or solution.out_of_time or time_left() < (1 + IN_FULL) * took:
            break
        before, begun = enough, time.perf_counter()
        if number < ROUNDS:
            found = usage_of(values, levels, usage)
            outcome = availability_with_bought(case, levels, found, bought(values))
            part = 1.0 if number <= DAMPED_AFTER else STEP
            mixed = usage.joined + part * (found.joined - usage.joined)
            known = np.where(np.isnan(usage.used), found.used, usage.used)
            usage = Usage(mixed, known + part * (found.used - known))
            levels = support_levels(case, usage, course=outcome)
    values, solution = solve(levels, True, solution)
    there = available(values)
    outcome = availability_with_bought(case, levels, usage_of(values, levels, usage), bought(values))
    values.played = by_period(case.calendar, outcome.available)
    gap = float(np.abs(there - values.played).max(initial=0.0))
    return Coupled(values, solution, number, residual, close, gap)


def usage_of(v: Values, levels: Levels, before: Usage) -> Usage:
    """What the plan does to fleets month by month: systems that join, and ammunition served to those that fire it."""
    from rampart.sustainment.levels import Usage

    calendar = v.network.calendar
    period, length = calendar.period_of_month, np.asarray(calendar.lengths, dtype=float)
    joined = np.zeros_like(before.joined)
    for n, f in enumerate(joining(v.programme).tolist()):
        joined[f] = (v["join"][n] / length)[period]
    used = np.full_like(before.used, np.nan)
    rows = levels.support.fleet_rows
    there = available(v)[:, period]
    for pair in {(r["holder"], r["fires"]) for r in rows if r["fires"] is not None}:
        mine = [f for f, r in enumerate(rows) if (r["holder"], r["fires"]) == pair]
        served = np.zeros(len(v.tree))
        for n, demand in enumerate(v.network.demands):
            if (demand.holder, demand.item) == pair:
                served += v["serve"][n]
        stated = levels.support.use[mine] * there[mine]
        whole = stated.sum(axis=0)
        share = np.divide(stated, whole, out=np.full_like(stated, 1.0 / len(mine)), where=whole > 0)
        used[mine] = share * (served / length)[period]
    return Usage(joined, used)


def bought(v: Values) -> Sequence[Bought]:
    """Spares and bays of each group, there in each month."""
    from rampart.sustainment.levels import Bought

    p, calendar = v.programme, v.network.calendar
    months = calendar.last - calendar.first + 1
    result = []
    for n, group in enumerate(support_of(p).groups):
        spares, bays = np.zeros(months), np.zeros((months, len(group.shops)))
        for key, package in enumerate(packages_of(p)):
            if package.group == n:
                spares += np.cumsum(by_month(calendar, v["spares"][key], package.lead))
        for key, row in enumerate(shop_rows(p)):
            if row["shop"] in group.shops:
                arriving = by_month(calendar, v["bays"][key], float(row["bay_months"]), from_start=True)
                bays[:, group.shops.index(str(row["shop"]))] = np.cumsum(arriving)
        result.append(Bought(spares, bays))
    return result
