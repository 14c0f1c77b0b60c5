"""Stock with an age, by hand: what is oldest is used first, and nothing is thrown away that could still be used or given."""

from __future__ import annotations

from typing import Any

import pytest

import rampart
from cases_small import ITEM, case, month, need

SHORT = ITEM | {"shelf_life": 3}


def moved(plan: Any, kind: str, holder: str = "AAA") -> dict[str, float]:
    """Amounts of a kind of movement by month."""
    rows = plan["movements"].filter(kind=kind, holder=holder).iter_rows(named=True)
    return {f"{r['month']:%Y-%m}": abs(r["quantity"]) for r in rows}


def lots(*rows: tuple[float, int | None], holder: str = "AAA") -> list[dict[str, Any]]:
    """Lots by quantity and month of receipt, counted from the first month."""
    return [{"holder": holder, "item": "shell", "quantity": q, "lot": None if m is None else month(m)} for q, m in rows]


def test_what_is_left_over_is_thrown_away_when_it_expires_and_not_before() -> None:
    """50 fresh and 30 a month old, three months to live, 20 a month: the old ones go first, and of the fresh 20 are left at
    the end of their life, in the third month.
    """
    plan = rampart.plan(
        case(6, ("own_use",), items=[SHORT], stocks=lots((50.0, None), (30.0, -1)), demand=[need(20.0)])
    )
    assert moved(plan, "used") == pytest.approx({month(n): 20.0 for n in range(3)})
    assert moved(plan, "disposed") == pytest.approx({month(2): 20.0})


def test_each_lot_is_thrown_away_at_the_end_of_its_own_life() -> None:
    """Of 30 a month old 10 are used by the end of the second month, when the other 20 expire; of 15 fresh 5 in the third."""
    plan = rampart.plan(case(6, ("own_use",), items=[SHORT], stocks=lots((15.0, None), (30.0, -1)), demand=[need(5.0)]))
    assert moved(plan, "used") == pytest.approx({month(n): 5.0 for n in range(3)})
    assert moved(plan, "disposed") == pytest.approx({month(1): 20.0, month(2): 10.0})


@pytest.mark.parametrize("months", [6, 60])
def test_it_is_kept_for_as_long_as_it_may_be_however_long_the_plan(months: int) -> None:
    plan = rampart.plan(
        case(months, ("own_use",), items=[SHORT], stocks=lots((8.0, None)), demand=[need(1.0, until=month(0))])
    )
    assert moved(plan, "disposed") == pytest.approx({month(2): 7.0})
