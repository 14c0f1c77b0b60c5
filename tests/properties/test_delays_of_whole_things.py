"""What a month's delay costs where things come whole is the difference of two plans, the second made by edited tables."""

from __future__ import annotations

from random import Random

import pytest

import rampart
from cases_random import random_case
from plan.reading.later_by_hand import a_month_later
from rampart.case.tables import Case
from rampart.results.result import Result

EXACT, ROOM = 5e-6, 1.1e-4
"""What two searches for whole numbers may differ by in a pass held exactly, and in one that gives, as a share of its value."""
AS_SHARED = {"requirement_sum": "requirement_fair"}
"""Where a loss of the sum of shares is told."""


def in_months(seed: int) -> Case:
    """A random case with whole things, in single months: tables open and close by the month."""
    of = random_case(Random(seed), whole=True)
    return of.with_tables({"calendar": of.tables["calendar"].clear()})


def passes(of: Result) -> dict[str, float]:
    """Values by pass, but of how shares fall, which is no value, and of ties."""
    found = dict(of["passes"].select("objective", "value").iter_rows())
    return {name: value for name, value in found.items() if name not in ("requirement_fair", "ties")}


def holds(seed: int) -> int:
    """Check every decision of a case that tables can put off by a month; how many there were."""
    of, checked = in_months(seed), 0
    plan = rampart.plan(of, reasons="none", give_or_keep=False)
    before, given = passes(plan), dict(of.tables["priorities"].select("objective", "tolerance").iter_rows())
    assert not plan["delays"]["split"].any()
    assert plan["decisions"].filter(taken=0.0)["decide_by"].null_count() == 0
    for row in plan["delays"].filter(months=1, together="").iter_rows(named=True):
        later = a_month_later(of, row)
        if later is None:
            continue
        checked += 1
        after = passes(rampart.plan(later, reasons="none", give_or_keep=False))
        lost = None
        for name, value in before.items():
            gives = ROOM if given.get(name.split("_")[0] if name.startswith("requirement") else name) else 0.0
            if after[name] - value > max(EXACT * max(1.0, abs(value)), gives * abs(value)):
                lost = name
                break
        assert row["objective"] == AS_SHARED.get(lost or "", lost), (seed, row["kind"], row["code"], before, after)
        if lost is not None and lost not in AS_SHARED:
            assert row["cost"] == pytest.approx(after[lost] - before[lost], rel=1e-4, abs=1e-4), (seed, row["code"])
    return checked


@pytest.mark.parametrize("seed", [1, 6, 7])
def test_a_months_delay_is_the_difference_of_two_plans(seed: int) -> None:
    assert holds(seed) > 0


@pytest.mark.slow
def test_a_months_delay_is_the_difference_of_two_plans_in_many_cases() -> None:
    """Forty cases and more in which something can be put off."""
    assert sum(holds(seed) > 0 for seed in range(100, 190)) >= 40
