"""What a line makes in a month beside what comes whole of it: said, and never nothing."""

from __future__ import annotations

from typing import Any

import pytest

import rampart
from cases_random import make_case
from rampart.case.checking.checks import check
from rampart.case.draft import Draft
from rampart.case.tables import Case


def case(
    rate: float, *, months: int = 12, kind: str = "system", calendar: list[dict[str, Any]] | None = None, **changes: Any
) -> Case:
    """A line that makes so many a year, for a requirement that it can meet in the end."""
    line = {"line": "plant", "nation": "AAA", "item": "gun", "state": "hot", "rate_per": "year", "max_rate": rate}
    line |= {"admin_lead_time": 0.0, "lead_time": 0.0, "unit_cost": 1.0} | changes
    rows: dict[str, list[dict[str, Any]]] = {
        "nations": [{"nation": "AAA", "role": "member", "name_en": "A", "fiscal_year_start": 1}],
        "items": [{"item": "gun", "name_en": "gun", "kind": kind, "unit": "guns", "price": 1.0}],
        "lines": [line],
        "requirements": [{"holder": "AAA", "item": "gun", "layer": "stated", "quantity": 200.0}],
        "calendar": calendar or [],
        "priorities": [{"rank": 1, "objective": "requirement", "tolerance": 0.0}],
    }
    return make_case({"start": "2025-01", "end": f"2025-{months:02d}"}, rows)


def made(of: Case) -> float:
    plan = rampart.plan(of, give_or_keep=False, reasons="none")
    return float(plan["production"]["output"].sum())


def said(of: Case) -> list[str]:
    return [finding.code for finding in check(Draft.of(of.tables)) if finding.code.startswith("whole-output")]


@pytest.mark.parametrize(("rate", "code", "output"), [
    (6.0, "whole-output-slow", 6.0), (18.0, "whole-output-cut", 12.0), (24.0, "", 24.0), (150.0, "", 144.0),
])  # fmt: skip
def test_systems_of_a_year(rate: float, code: str, output: float) -> None:
    """Half a system a month is six a year; of one and a half the half is lost, and said; of 12.5 it is too little to say."""
    of = case(rate)
    assert said(of) == ([code] if code else [])
    assert made(of) == pytest.approx(output)


def test_lots() -> None:
    """Lots of ten at five a month."""
    assert said(case(60.0, kind="munition", lot=10.0)) == ["whole-output-slow"]
    assert made(case(60.0, kind="munition", lot=10.0)) == pytest.approx(60.0)


@pytest.mark.parametrize(("begin", "code"), [("2025-01", "whole-output-cut"), ("2025-07", "whole-output-slow")])
def test_a_period_makes_as_much_as_its_months(begin: str, code: str) -> None:
    """Six a year are one and a half a quarter, of which one comes whole; half a year of months and two quarters: 3 and 2."""
    of = case(6.0, calendar=[{"from": begin, "step": 3}])
    assert said(of) == [code]
    assert made(of) == pytest.approx(4.0 if begin == "2025-01" else 5.0)


def test_nothing_is_said_where_amounts_need_not_be_whole() -> None:
    assert said(case(6.0, kind="munition")) == []
