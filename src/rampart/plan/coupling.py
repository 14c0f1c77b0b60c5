"""Plan and sustainment in turn, until what the plan delivers and what its use wears out agree.

The plan's deliveries of systems and its service of ammunition make use; use makes wear, shortages and queues; these make
the levels of support that the next plan buys its way along. Repeated until the systems available in the plan no longer
change. What the plan buys is then played through in whole spares, and the difference is told beside the plan's figure:
the plan takes the concave hull of the levels, and each level as if it had stood from the first month.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.network import lags
from rampart.network.lags import Floats
from rampart.plan.parts import fleet
from rampart.plan.programme.values import Outcome

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.plan.programme.programme import Programme
    from rampart.plan.solving.solution import Solution
    from rampart.sustainment.levels import Bought, Levels, Usage

ROUNDS, CLOSE = 12, 0.01
"""Most rounds, and the change in systems available at which they stop."""
DAMPED_AFTER, STEP = 3, 0.5
"""Rounds after which deliveries and use move only part of the way, so that the rounds do not swing."""

Solve = Callable[["Levels"], tuple["Programme", "Solution"]]


@dataclass(frozen=True)
class Coupled:
    """The last round.

    residual   largest change of systems available between the last two rounds
    played     (F, M) systems available when what is bought is played through in whole spares
    gap        largest difference between the plan's systems available and those played
    """

    programme: Programme
    solution: Solution
    outcome: Outcome
    rounds: int
    residual: float
    played: Floats
    gap: float

    def told(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "rounds": self.rounds,
            "residual": round(self.residual, 6),
            "converged": self.residual <= CLOSE,
            "largest_difference": round(self.gap, 4),
        }


def wanted(case: Case) -> bool:
    """Whether the priorities of a case name the availability of fleets."""
    return "availability" in case["priorities"]["objective"].to_list()


def coupled(case: Case, solve: Solve) -> Coupled:
    """Plan and sustain in turn."""
    from rampart.sustainment.levels import Usage, availability_with_bought, first_usage, support_levels

    levels = support_levels(case)
    usage = first_usage(levels.support)
    before: Floats | None = None
    active: Floats | None = None
    for number in range(1, ROUNDS + 1):
        programme, solution = solve(levels)
        outcome = Outcome(programme, solution)
        there = available(outcome)
        found = usage_of(outcome, levels, usage)
        course = availability_with_bought(case, levels, found, bought(outcome))
        active = course.available
        residual = np.inf if before is None else float(np.abs(there - before).max(initial=0.0))
        if residual <= CLOSE:
            break
        before = there
        if number < ROUNDS:
            part = 1.0 if number <= DAMPED_AFTER else STEP
            mixed = usage.joined + part * (found.joined - usage.joined)
            known = np.where(np.isnan(usage.used), found.used, usage.used)
            usage = Usage(mixed, known + part * (found.used - known))
            levels = support_levels(case, usage, start=active)
    monthly = lags.by_period(case.calendar, course.available)
    gap = float(np.abs(there - monthly).max(initial=0.0))
    return Coupled(programme, solution, outcome, number, residual, monthly, gap)


def available(outcome: Outcome) -> Floats:
    """Systems available in the plan, shape (fleets, nodes)."""
    sets = outcome.sets
    share = fleet.share_available(sets)[:, outcome.tree.period]
    result = np.zeros((len(fleet.fleet_codes(sets)), len(outcome.tree)))
    np.add.at(result, [at.fleet for at in fleet.levels(sets)], share * outcome.value["level"])
    return result


def usage_of(outcome: Outcome, levels: Levels, before: Usage) -> Usage:
    """What the plan does to fleets month by month: systems that join, and ammunition served to those that fire it."""
    from rampart.sustainment.levels import Usage

    sets, tree = outcome.sets, outcome.tree
    period, length = sets.calendar.period_of_month, np.asarray(sets.calendar.lengths, dtype=float)
    joined = np.zeros_like(before.joined)
    for n, f in enumerate(fleet.joining(sets).tolist()):
        joined[f] = (outcome.value["join"][n] / length)[period]
    used = np.full_like(before.used, np.nan)
    rows = levels.support.fleet_rows
    there = available(outcome)[:, period]
    for pair in {(r["holder"], r["fires"]) for r in rows if r["fires"] is not None}:
        mine = [f for f, r in enumerate(rows) if (r["holder"], r["fires"]) == pair]
        served = np.zeros(len(tree))
        for n, (holder, item, _) in enumerate(sets.demands):
            if (holder, item) == pair:
                served += outcome.value["serve"][n]
        stated = levels.support.use[mine] * there[mine]
        whole = stated.sum(axis=0)
        share = np.divide(stated, whole, out=np.full_like(stated, 1.0 / len(mine)), where=whole > 0)
        used[mine] = share * (served / length)[period]
    return Usage(joined, used)


def bought(outcome: Outcome) -> Sequence[Bought]:
    """Spares and bays of each group, there in each month."""
    from rampart.sustainment.levels import Bought

    sets = outcome.sets
    assert sets.levels is not None
    months = np.arange(sets.calendar.last - sets.calendar.first + 1)
    result = []
    shops = fleet.shop_rows(sets)
    for n, group in enumerate(sets.levels.groups):
        spares, bays = np.zeros(len(months)), np.zeros((len(months), len(group.shops)))
        for key, package in enumerate(fleet.packages(sets)):
            if package.group == n:
                spares += _there(outcome, "spares", key, package.lead)
        for key, row in enumerate(shops):
            if row["shop"] in group.shops:
                lag = float(row["bay_months"])  # type: ignore[arg-type]
                bays[:, group.shops.index(str(row["shop"]))] = _there(outcome, "bays", key, lag, from_start=True)
        result.append(Bought(spares, bays))
    return result


def _there(outcome: Outcome, family: str, key: int, lag: float, *, from_start: bool = False) -> Floats:
    """What is there in each month of what was decided before, shape (months,)."""
    calendar = outcome.sets.calendar
    begin = np.asarray(calendar.starts) - calendar.first
    decided = np.zeros(calendar.last - calendar.first + 1)
    if from_start:
        decided[begin] = outcome.value[family][key]
    else:
        decided = (outcome.value[family][key] / np.asarray(calendar.lengths, dtype=float))[calendar.period_of_month]
    whole, part = int(np.floor(lag)), lag - np.floor(lag)
    arriving = np.zeros_like(decided)
    for shift, weight in ((whole, 1 - part), (whole + 1, part)):
        if shift < len(decided):
            arriving[shift:] += weight * decided[: len(decided) - shift]
    return np.cumsum(arriving)
