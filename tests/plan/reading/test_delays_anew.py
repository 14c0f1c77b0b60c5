"""A month's delay in random cases against plans made anew from tables that say so: who lacks what, how much, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

import rampart
from cases_random import random_case
from drawn import seeds
from plan.reading.later_by_hand import a_month_later
from plan.reading.steps_by_hand import until_pass
from rampart.case.ranks import objective_of
from rampart.case.tables import Case
from rampart.findings import CaseError
from rampart.plan.solving.linear_passes import NotSolved
from rampart.results.result import Result

Lacks = Mapping[tuple[str, str], np.ndarray]
TOLD_BY_WHOM = ("floors", "need", "own_use", "pledges", "requirement")


def plan(of: Case) -> Result:
    return rampart.plan(of, reasons="none", give_or_keep=False)


def values(of: Result) -> dict[str, float]:
    return dict(of["passes"].select("objective", "value").iter_rows())


def lacks(of: Result, objective: str) -> Lacks:
    """What each holder and item lacks at the end of each period; what is lost once, all that is lost until then."""
    months = len(of.case.calendar.lengths)
    found: dict[tuple[str, str], np.ndarray] = {}

    def put(row: Mapping[str, Any], amount: float, until: int | None) -> None:
        mine = found.setdefault((row["holder"], row["item"]), np.zeros(months))
        mine[row["period"] : until] += amount

    if objective == "requirement":
        for row in of["shares"].iter_rows(named=True):
            put(row, -row["held"], row["period"] + 1)
    elif objective in ("need", "own_use"):
        late = set(of.case["demand"].filter(pl.col("late")).select("holder", "item", "purpose").iter_rows())
        partners = set(of.case["nations"].filter(role="recipient")["nation"])
        for row in of["demand"].iter_rows(named=True):
            if (row["holder"] in partners) == (objective == "need"):
                waits = (row["holder"], row["item"], row["purpose"]) in late
                put(row, row["late"] if waits else row["unmet"], row["period"] + 1 if waits else None)
    else:
        for row in of["shortages"].filter(objective=objective).iter_rows(named=True):
            put(row, row["amount"], row["period"] + 1)
    return found


def compared(seed: int) -> int:
    """Delays of a random case in months held against plans made anew; how many there were."""
    of = random_case(Random(seed), whole=False)
    of = of.with_tables({"calendar": of.tables["calendar"].clear()})
    try:
        before, count = plan(of), 0
    except (CaseError, NotSolved):
        return 0
    alone = before["delays"].filter(months=1, together="")
    assert alone.height == before["decisions"].height  # each is worked out
    for row in alone.iter_rows(named=True):
        later = a_month_later(of, row)
        if later is None:
            continue
        count += 1
        told, reached, after = row["objective"], values(before), values(plan(later))
        if not (told or "").startswith("requirement"):  # which loses where shares are less, in whatever sum
            worse = [name for name in reached if after[name] - reached[name] > 1e-5 * max(1.0, abs(reached[name]))]
            assert (worse[0] if worse else None) == told, (seed, row)
        objective = "requirement" if (told or "").startswith("requirement") else told
        if objective in TOLD_BY_WHOM:
            hold(of, later, row, objective)
    return count


def hold(of: Case, later: Case, row: Mapping[str, Any], objective: str) -> None:
    """Who is named lacks as much, and for as long, in the plans of the objectives up to the one that loses."""
    now, then = (lacks(plan(until_pass(case, objective_of(objective))), objective) for case in (of, later))
    nothing, lengths = np.zeros(len(of.calendar.lengths)), np.array(of.calendar.lengths)
    more = {who: np.maximum(then.get(who, nothing) - now.get(who, nothing), 0.0) for who in {*now, *then}}
    mine = more[row["holder"], row["lacks"]]
    assert row["most"] == pytest.approx(mine.max(), rel=1e-3, abs=1e-3), row
    assert row["unit_months"] == pytest.approx(mine @ lengths, rel=1e-3, abs=1e-3), row
    assert row["in_all"] <= sum(lack for (_, item), lack in more.items() if item == row["lacks"]).max() + 1e-3, row


@pytest.mark.parametrize("seed", seeds(3, 70))
def test_a_months_delay_is_the_difference_of_two_plans(seed: int) -> None:
    compared(seed)


@pytest.mark.docs
def test_delays_are_compared_at_all() -> None:
    """Seeds in which floors are short, whose sum is not what is held of them."""
    assert compared(4) + compared(45) >= 2
