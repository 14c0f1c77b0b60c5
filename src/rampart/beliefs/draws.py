"""Paths drawn from the chain of the war, and what is seen of them when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rampart.beliefs.chain import Chain, Floats, Integers
from rampart.case.calendar import month_number
from rampart.case.tables import Case

YEAR = 12  # months
NEVER = 1e-12  # chance below which a branch is left out


def revision_periods(case: Case) -> list[int]:
    """Periods at whose beginning the regime is looked at again.

    Where nothing says how often: once a year, as budgets are made, or where the plan is shorter than three years each third
    of it, so that it turns twice; else everything would be decided blind until its end.
    """
    calendar = case.calendar
    months = calendar.last - calendar.first + 1
    every = int(case.settings["revise_every"] or min(YEAR, max(1, months // 3)))
    result, due = [], calendar.first + every
    for t, start in enumerate(calendar.starts):
        if t and start >= due:
            result.append(t)
            due = start + every
    return result


def last_of_war(case: Case) -> int:
    """Last month in which the war may go on, by the case."""
    until = case.settings["war_until"]
    return month_number(until) if until else case.calendar.last + 1


def months_after(case: Case) -> int:
    """Months for which a branch is planned on after the end."""
    after = case.settings["after_end"]
    return int(after) if after else len(case.calendar.lengths) * 1200


def onward(
    case: Case, chain: Chain, seen: Integers, paths: int, *, seed: Sequence[int], by_end: bool = False
) -> Integers:
    """Paths that go on from what has been seen on the revision dates of the case, shape (paths, periods).

    seen    regime of each period until now, as planned; what is drawn begins with the last of them. That of the first is
            drawn too where it is not known and nothing was looked at since
    by_end  as many paths end in each month as the chain says, instead of as luck has it
    """
    calendar, now = case.calendar, len(seen) - 1
    begin = calendar.starts[now]
    belief = belief_after(case, chain, seen)
    root = int(np.random.SeedSequence(list(seed)).generate_state(1)[0])
    draw = chain.sample_by_end if by_end else chain.sample
    monthly = draw(paths, calendar.last - begin + 1, seed=root, belief=belief)
    until = last_of_war(case)
    by_period = np.empty((paths, len(calendar)), dtype=np.int64)
    by_period[:, : now + 1] = seen
    if now == 0 and not chain.known_at_start:
        by_period[:, 0] = monthly[:, 0]
    for t in range(now + 1, len(calendar)):
        start = calendar.starts[t]
        by_period[:, t] = monthly[:, start - begin]
        if start > until and not chain.ends[by_period[:, t]].all():
            by_period[~chain.ends[by_period[:, t]], t] = int(np.flatnonzero(chain.ends)[0])
    return by_period


def belief_after(case: Case, chain: Chain, seen: Integers) -> Floats:
    """Weight over the states of the chain after the regimes seen on the revision dates until now, shape (states,)."""
    calendar = case.calendar
    belief, last = chain.first, 0
    for t in [look for look in revision_periods(case) if look < len(seen)]:
        ahead = chain.after(belief, calendar.starts[t] - calendar.starts[last])
        weight = np.where(chain.regime_of == seen[t], ahead, 0.0)
        if weight.sum() <= 0:
            raise ValueError(f"{chain.regimes[seen[t]]} cannot follow what was seen before period {t}")
        belief, last = weight / weight.sum(), t
    if last < len(seen) - 1:
        raise ValueError("paths go on from a revision date")
    return belief
