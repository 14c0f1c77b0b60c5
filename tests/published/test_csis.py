"""Years to replace what was given, as published in January 2023, by running a case."""

from __future__ import annotations

import pytest

import rampart
from places import CASES

CASE = CASES / "csis-155"


@pytest.mark.parametrize(("overrides", "published"), [((), 7), (("surge",), 5)])
def test_years_to_replace_155_mm(overrides: tuple[str, ...], published: int) -> None:
    """7 years at the recent rate, 5 at the surge rate (Empty Bins, CSIS 2023, after Cancian); whole years as printed."""
    plan = rampart.plan(rampart.read_case(CASE, overrides=overrides))
    years = plan["fill"]["years"].item()
    assert round(years) == published
    # and by the published method to the month: 1,074,000 over the monthly rate, first units after the lead time
    line = plan.case["lines"].row(0, named=True)
    months = line["lead_time"] + -(-1_074_000 // line["max_rate"])
    assert years == pytest.approx(months / 12, abs=1e-9)
