"""What waiting costs, worked out by hand: who lacks what from when, made good or not, alone and together, by when."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import rampart
from cases_small import CONTRACT, case, line, month, need

PARTNER = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month"}
DEAL = CONTRACT | {"ship_to": "UUU"}


def waits(plan: Any, months: int, together: str = "") -> dict[str, Any]:
    rows = [r for r in plan["delays"].to_dicts() if r["months"] == months and r["together"] == together]
    assert len(rows) == 1
    return rows[0]


def test_a_need_of_every_month_loses_what_was_not_ordered_and_never_gets_it_back() -> None:
    """10 a month asked for and made, two months from the order: a month's delay costs the tenth of March, for good."""
    plan = rampart.plan(
        case(
            6, ["need", "money"], lines=[line(lead_time=2.0)], contracts=[DEAL],
            demand=[PARTNER | {"need": 10.0, "from": month(2)}],
        )
    )  # fmt: skip
    first = date.fromisoformat(f"{month(2)}-01")
    one = waits(plan, 1)
    assert (one["objective"], one["holder"], one["lacks"]) == ("need", "UUU", "shell")
    assert (one["from"], one["month"], one["made_good"]) == (first, first, None)
    assert one["most"] == pytest.approx(10.0)
    six = waits(plan, 6)
    assert six["most"] == pytest.approx(40.0)  # all that was asked for
    assert six["month"] == date.fromisoformat(f"{month(5)}-01")
    decision = plan["decisions"].to_dicts()[0]
    assert (decision["quantity"], decision["year_quantity"]) == (pytest.approx(10.0), pytest.approx(40.0))
    assert decision["decide_by"] == date.fromisoformat(f"{month(0)}-01")


def test_what_may_come_late_is_made_good() -> None:
    """10 due in March, nothing after: ordered a month late it comes in April, and nothing is lost by then."""
    plan = rampart.plan(
        case(
            6, ["need", "money"], lines=[line(lead_time=2.0)], contracts=[DEAL],
            demand=[PARTNER | {"need": 10.0, "from": month(2), "until": month(2), "late": True}],
        )
    )  # fmt: skip
    one = waits(plan, 1)
    assert one["most"] == pytest.approx(10.0)
    assert one["from"] == one["month"] == date.fromisoformat(f"{month(2)}-01")
    assert one["made_good"] == date.fromisoformat(f"{month(3)}-01")


@pytest.mark.parametrize(("start", "due"), [(2, 0), (3, 1), (9, 7)])
def test_a_decision_is_due_in_the_last_month_that_loses_nothing(start: int, due: int) -> None:
    """Works of two months' construction at no cost, begun at once as ties are settled; the line can do nothing without."""
    works = {
        "expansion": "more",
        "line": "plant",
        "added_rate": 10.0,
        "cost": 0.0,
        "construction": 2.0,
        "max_units": 1.0,
    }
    plan = rampart.plan(
        case(
            12, ["own_use"], lines=[line(max_rate=0.0)], expansions=[works],
            demand=[need(10.0, **{"from": month(start)})],
        )
    )  # fmt: skip
    begun = [r for r in plan["decisions"].to_dicts() if r["kind"] == "expansion"]
    assert [row["decide_by"] for row in begun] == [date.fromisoformat(f"{month(due)}-01")]


def test_contracts_of_one_line_cost_more_together_than_alone() -> None:
    """Ten asked for in one month, seven from each of two contracts: where one waits the other has four more to give."""
    cheap, dear = DEAL | {"max_quantity": 7.0}, DEAL | {"contract": "dear", "max_quantity": 7.0, "price": 2.0}
    plan = rampart.plan(
        case(
            2, ["need", "money"], lines=[line(lead_time=1.0)], contracts=[cheap, dear],
            demand=[PARTNER | {"need": 10.0, "from": month(1)}],
        )
    )  # fmt: skip
    assert sorted(plan["decisions"]["quantity"]) == [pytest.approx(3.0), pytest.approx(7.0)]
    lost = [(r["together"], r["most"]) for r in plan["delays"].to_dicts() if r["months"] == 1]
    assert lost == [("", pytest.approx(3.0)), ("", pytest.approx(3.0)), ("line", pytest.approx(10.0))]
