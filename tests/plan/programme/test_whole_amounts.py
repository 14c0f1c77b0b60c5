"""What is due now comes whole: systems, multiples, expansions, lots; what is due later does not. Worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

import rampart
from cases_random import make_case
from cases_small import CONTRACT, ITEM, case, line, month, need
from rampart.case.tables import Case
from rampart.results.result import Result

DEAL = CONTRACT | {"max_quantity": math.inf}
GUN = ITEM | {"kind": "system", "unit": "guns", "holding_cost": 0.001}


def of(settings: dict[str, str] | None = None, **rows: Any) -> Case:
    """Orders of the member for 2.5 a month of a system, lost where not met; decided a month before."""
    base: dict[str, Any] = {
        "items": [GUN], "lines": [line(lead_time=1.0)], "contracts": [DEAL],
        "demand": [need(2.5, **{"from": month(1)}, unmet_cost=9.0)],
    }  # fmt: skip
    made = case(7, ("money",), **(base | rows))
    pairs = dict(made.tables["settings"].iter_rows()) | (settings or {})
    tables = {name: frame.to_dicts() for name, frame in made.tables.items() if name != "settings"}
    return make_case(pairs, tables)


def ordered(plan: Result) -> list[float]:
    """Orders by month of decision."""
    found = {f"{m:%Y-%m}": q for m, q in plan["orders"].select("decide", "quantity").iter_rows()}
    return [found.get(month(n), 0.0) for n in range(6)]


def test_systems_are_ordered_in_single_ones() -> None:
    """15 are needed in six months, 2.5 a month: whole guns in time are 3, 2, 3, 2, 3, 2."""
    assert ordered(rampart.plan(of())) == pytest.approx([3, 2, 3, 2, 3, 2])


def test_what_is_due_later_is_continuous() -> None:
    """In the first two months whole guns, later what is needed."""
    assert ordered(rampart.plan(of({"decide_now": "2"}))) == pytest.approx([3, 2, 2.5, 2.5, 2.5, 2.5])


def test_nothing_is_due_now_where_no_month_is() -> None:
    assert ordered(rampart.plan(of({"decide_now": "0"}))) == pytest.approx([2.5] * 6)


def test_a_multiple_is_kept_and_a_round_has_none() -> None:
    """By tens: 10 for the first four months, and 10 for the last two (5 needed, a unit lost costs 9)."""
    assert ordered(rampart.plan(of(items=[ITEM | {"holding_cost": 0.001}]))) == pytest.approx([2.5] * 6)
    tens = ordered(rampart.plan(of(items=[ITEM | {"holding_cost": 0.001, "multiple": 10.0}])))
    assert tens == pytest.approx([10, 0, 0, 0, 10, 0])


def test_purchases_and_transfers_come_whole_too() -> None:
    offer = {"offer": "stock", "seller": "SSS", "item": "shell", "buyer": "AAA", "quantity": 100.0}
    offer |= {"max_rate": math.inf, "price": 1.0, "delay": 0.0}
    route = {"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": math.inf, "cost": 0.0}
    given = need(2.5, holder="UUU", purpose="operations", unmet_cost=9.0)
    nations = [("AAA", "member"), ("SSS", "supplier"), ("UUU", "recipient")]
    rows = [{"nation": n, "name_en": n, "role": role, "fiscal_year_start": 1} for n, role in nations]
    plan = rampart.plan(of(nations=rows, market=[offer], routes=[route], demand=[given], lines=[], contracts=[]))
    for table in ("purchases", "transfers"):
        assert plan[table]["quantity"].to_list() == pytest.approx([3, 2, 3, 2, 3, 2, 3]), table


@pytest.mark.parametrize(("whole", "units"), [(None, 1.0), (True, 1.0), (False, 0.5)])
def test_a_works_is_no_decision_in_parts_unless_the_case_says_so(whole: bool | None, units: float) -> None:
    """A line of 2 with a works of 1 more, of which half would do."""
    works = {
        "expansion": "works",
        "line": "plant",
        "added_rate": 1.0,
        "cost": 1.0,
        "construction": 0.0,
        "max_units": 3.0,
    }
    free = of(
        lines=[line(max_rate=2.0)], items=[ITEM], expansions=[works | {"whole": whole}],
        demand=[need(2.5, unmet_cost=9.0)],
    )  # fmt: skip
    assert rampart.plan(free)["expansions"]["units"].to_list() == pytest.approx([units])


def test_a_works_of_later_years_is_planned_in_any_amount() -> None:
    works = {
        "expansion": "works",
        "line": "plant",
        "added_rate": 1.0,
        "cost": 1.0,
        "construction": 0.0,
        "max_units": 3.0,
    }
    later = of(
        {"decide_now": "3"}, lines=[line(max_rate=2.0)], items=[ITEM | {"shelf_life": 1}],
        expansions=[works | {"earliest": month(3)}],
        demand=[need(2.5, unmet_cost=9.0, **{"from": month(3)})],
    )  # fmt: skip
    assert rampart.plan(later)["expansions"]["units"].to_list() == pytest.approx([0.5])


def test_lots_are_whole_where_an_order_due_now_delivers() -> None:
    """Lots of 4, decided two months before: what is decided in the first month is whole, the rest not."""
    plan = rampart.plan(of({"decide_now": "1"}, items=[ITEM], lines=[line(lead_time=2.0, lot=4.0)],
                           demand=[need(2.5, **{"from": month(2)}, unmet_cost=9.0)]))  # fmt: skip
    assert ordered(plan)[0] % 4 == pytest.approx(0.0)
    assert sum(ordered(plan)) == pytest.approx(12.5)
