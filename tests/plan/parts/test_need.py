"""What need is served when: worked out by hand from the worth of a unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

import rampart
from cases_random import make_case
from cases_small import CONTRACT, ITEM, case, line, month, need
from rampart.case.tables import Case
from rampart.results.result import Result

PARTNER = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month"}
NATIONS = [{"nation": "AAA", "role": "member", "name_en": "A"}, {"nation": "UUU", "role": "recipient", "name_en": "U"}]
WAY = {"origin": "AAA", "destination": "UUU", "item": "shell", "months": 0.0, "capacity": math.inf}
WAR = [{"regime": "war", "ends": False}, {"regime": "over", "ends": True}]


def stock(quantity: float, holder: str = "UUU") -> dict[str, Any]:
    return {"holder": holder, "item": "shell", "quantity": quantity}


def served(plan: Result) -> list[float]:
    rows = plan["demand"].filter(holder="UUU").sort("period")
    return [round(amount, 6) for amount in rows["served"].to_list()]


def passed(plan: Result) -> dict[str, dict[str, Any]]:
    return {row["objective"]: row for row in plan["passes"].iter_rows(named=True)}


def donated(months: int, demand: Sequence[dict[str, Any]], **rows: Any) -> Result:
    """A donor with 1,200 that requires them all, behind the partner's need."""
    asked = [
        {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 1200.0},
        {"holder": "AAA", "item": "shell", "layer": "floor", "quantity": 0.0},
    ]
    base = {
        "items": [ITEM | {"price": 1000.0}],
        "stocks": [stock(1200.0, "AAA")],
        "routes": [WAY],
        "requirements": asked,
    }
    return rampart.plan(case(months, ["floors", "need", "requirement", "money"], demand=demand, **base | rows))


def test_what_the_partner_holds_is_used_at_once() -> None:
    """40 on its own shelf, 20 a month: the last months go without, not the ones between."""
    plan = rampart.plan(case(6, ["need", "money"], demand=[PARTNER | {"need": 20.0}], stocks=[stock(40.0)]))
    assert served(plan) == [20, 20, 0, 0, 0, 0]


def test_weights_by_month_are_honoured() -> None:
    falling = [PARTNER | {"need": 20.0, "from": month(n), "weight": 1.06 - n / 100} for n in range(6)]
    plan = rampart.plan(case(6, ["need", "money"], demand=falling, stocks=[stock(40.0)]))
    assert served(plan) == [20, 20, 0, 0, 0, 0]
    rising = [row | {"weight": 1.0 + n} for n, row in enumerate(falling)]
    plan = rampart.plan(case(6, ["need", "money"], demand=rising, stocks=[stock(40.0)]))
    assert served(plan) == [0, 0, 0, 0, 20, 20], "a stated weight that rises faster than time falls keeps for later"


@pytest.mark.parametrize("weights", [(1.0, 1.0), (100.0, 1.0)])
def test_a_donor_that_comes_after_the_need_gives_from_the_first_month(weights: tuple[float, float]) -> None:
    demand = [PARTNER | {"need": 100.0, "from": month(12 * n), "weight": w} for n, w in enumerate(weights)]
    plan = donated(24, demand)
    assert served(plan) == [100.0] * 12 + [0.0] * 12
    # the months of the second year are lost, each worth 1000 x 100 x its weight, less a tenth a year
    lost = sum(weights[1] * 1000 * 100 * 1.1 ** (-m / 12) for m in range(12, 24))
    assert passed(plan)["need"]["value"] == pytest.approx(lost)
    assert passed(plan)["need"]["unit"] == "money unit of worth"


def test_a_later_pass_puts_nothing_off_that_is_served() -> None:
    """With the room by default, 0.01 % of what is lost, 1.25 of the twelfth month were given in the last one."""
    exact = donated(24, [PARTNER | {"need": 100.0}]).case
    ranked = exact.tables["priorities"].with_columns(tolerance=pl.lit(None, dtype=pl.Float64))
    plan = rampart.plan(Case({**exact.tables, "priorities": ranked}))
    assert served(plan) == [100.0] * 12 + [0.0] * 12


def test_months_unmet_are_months_of_the_need_that_is_planned_for() -> None:
    """A regime that is not planned for asks for four times as much."""
    demand = [PARTNER | {"need": 100.0}, PARTNER | {"need": 400.0, "regime": "big"}]
    plan = donated(24, demand, regimes=[{"regime": "big", "ends": False}])
    found = passed(plan)["need"]
    assert (found["plain"], found["plain_unit"]) == (pytest.approx(12.0), "months of need")


def test_a_falling_worth_shares_stock_out_over_the_months() -> None:
    """Two months alike and no urgency: 60 of 200 are halved; the essential 36 of each month are not reached.

    Lost of each month: the area from 30 to 100 under 1 -> .5 at 36 -> .25 at 100. At 30 it stands at .5833.
    """
    levels = [{"holder": "UUU", "item": "shell", "level": "essential", "share": 0.36}]
    rows = {"demand": [PARTNER | {"need": 100.0}], "levels": levels, "stocks": [stock(60.0)]}
    of = case(2, ["need", "money"], items=[ITEM | {"price": 1.0}], **rows)
    plan = rampart.plan(_with(of, urgency="0"))
    # steps are 4.5 wide up to 36: six of them fit into each month's 30, and the seventh is begun in one and then the other
    assert sum(served(plan)) == pytest.approx(60.0)
    assert served(plan) == pytest.approx([30.0, 30.0], abs=4.5)
    lost = 2 * ((0.5833333 + 0.5) / 2 * 6 + (0.5 + 0.25) / 2 * 64)
    # a step that is served in part counts at its mean worth: at most an eighth of its width times the fall within it
    assert passed(plan)["need"]["value"] == pytest.approx(lost, abs=2 * 4.5 * 0.0625 / 8 + 1e-6)


def test_the_early_month_gets_more_where_time_counts() -> None:
    """With worth 1 - y/100 twice and the later at 1/1.21 (urgency 1.21^12 - 1 a year): 1 - a/100 = (1 - b/100) / 1.21."""
    levels = [
        {"holder": "UUU", "item": "shell", "level": "essential", "share": 0.5, "worth": 0.5},
        {"holder": "UUU", "item": "shell", "level": "required", "worth": 0.0},
    ]
    rows = {"demand": [PARTNER | {"need": 100.0}], "levels": levels, "stocks": [stock(60.0)]}
    of = case(2, ["need", "money"], items=[ITEM | {"price": 1.0}], **rows)
    # a + b = 60 and 1.21 (100 - a) = 100 - b: 2.21 a = 121 - 40, a = 36.65
    first, second = served(rampart.plan(_with(of, urgency=str(1.21**12 - 1))))
    assert first == pytest.approx(81 / 2.21, abs=5.0)
    assert second == pytest.approx(60 - first)


def test_more_than_the_need_is_served_where_more_is_desired_and_is_no_shortage() -> None:
    levels = [{"holder": "UUU", "item": "shell", "level": "desired", "share": 1.5}]
    rows = {"demand": [PARTNER | {"need": 100.0}], "levels": levels}
    plenty = rampart.plan(case(2, ["need", "money"], stocks=[stock(400.0)], **rows))
    assert served(plenty) == [150, 150]
    assert plenty["demand"].filter(holder="UUU")["unmet"].to_list() == [0, 0]
    enough = rampart.plan(case(1, ["need", "money"], stocks=[stock(120.0)], **rows))
    assert served(enough) == [120]
    assert enough["shortages"].is_empty()
    short = rampart.plan(case(1, ["need", "money"], stocks=[stock(80.0)], **rows))
    assert short["shortages"]["amount"].to_list() == pytest.approx([20.0])


def test_levels_of_a_purpose_and_a_regime_stand_before_those_of_all() -> None:
    """One month and two stocks' worth of lines: 50 for needs of 100 each; whoever's curve stands higher is served."""
    second = PARTNER | {"item": "missile", "need": 100.0}
    items = [ITEM, ITEM | {"item": "missile", "name_en": "missile"}]
    levels = [
        {"holder": "UUU", "item": "shell", "level": "essential", "share": 0.5, "worth": 0.3},
        {"holder": "UUU", "item": "shell", "purpose": "operations", "level": "essential", "share": 0.5, "worth": 0.9},
    ]
    stocks = [stock(50.0), stock(50.0) | {"item": "missile"}]
    plan = rampart.plan(
        case(
            1, ["need", "money"], items=items, demand=[PARTNER | {"need": 100.0}, second], levels=levels, stocks=stocks
        )
    )
    # shells: from 50 on .9 -> .25, area .575 x 50; missiles have no levels: 50 x 1
    assert passed(plan)["need"]["value"] == pytest.approx(0.575 * 50 + 50)


def test_a_dear_item_does_not_starve_beside_a_cheap_one() -> None:
    """One hall makes 10 of either a month: ten missiles at 9 are worth more than ten shells at 2."""
    items = [ITEM | {"price": 2.0}, ITEM | {"item": "missile", "name_en": "missile", "price": 9.0}]
    lines = [line(max_rate=20.0), line(line="works", item="missile", max_rate=20.0)]
    contracts = [CONTRACT | {"ship_to": "UUU"}, CONTRACT | {"contract": "other", "line": "works", "ship_to": "UUU"}]
    demand = [PARTNER | {"need": 10.0}, PARTNER | {"need": 10.0, "item": "missile"}]
    hall = {"resources": [{"resource": "hall", "capacity": 10.0}]}
    hall["uses"] = [{"resource": "hall", "line": name, "quantity": 1.0} for name in ("plant", "works")]
    plan = rampart.plan(case(3, ["need"], items=items, lines=lines, contracts=contracts, demand=demand, **hall))
    by_item = dict(plan["demand"].group_by("item").agg(pl.col("served").sum()).iter_rows())
    assert by_item == {"missile": pytest.approx(30.0), "shell": pytest.approx(0.0)}


def test_a_unit_due_late_counts_a_twelfth_for_each_month() -> None:
    """10 a month are needed and 5 made: 5, 10, 15 are due at the ends of the months; no urgency."""
    rows = {"lines": [line(max_rate=5.0)], "contracts": [CONTRACT], "demand": [need(10.0, late=True, weight=3.0)]}
    plan = rampart.plan(_with(case(3, ["own_use", "money"], items=[ITEM | {"price": 4.0}], **rows), urgency="0"))
    found = passed(plan)["own_use"]
    assert found["value"] == pytest.approx(3.0 * 4.0 * (5 + 10 + 15) / 12)
    assert found["plain"] == pytest.approx((5 + 10 + 15) / 10)


def test_pledges_count_worth_late_by_the_year() -> None:
    """12 pledged for the first month arrive with a line's first output in the third: owed two months."""
    pledge = {
        "donor": "AAA",
        "recipient": "UUU",
        "item": "shell",
        "status": "pledged",
        "quantity": 12.0,
        "month": month(0),
    }
    rows = {
        "lines": [line(lead_time=2.0, max_rate=20.0)],
        "contracts": [CONTRACT],
        "routes": [WAY],
        "deliveries": [pledge],
    }
    plan = rampart.plan(_with(case(4, ["pledges", "money"], items=[ITEM | {"price": 7.0}], **rows), urgency="0"))
    found = passed(plan)["pledges"]
    assert found["value"] == pytest.approx(7.0 * 12 * 2 / 12)
    assert (found["plain"], found["plain_unit"]) == (pytest.approx(2.0), "months of a full pledge")


def believed(months: int, chance: float, demand: Sequence[dict[str, Any]], **rows: Any) -> Case:
    """A war that ends with a chance a month."""
    base = {
        "nations": NATIONS, "items": [ITEM | {"price": 1.0}], "demand": demand, "regimes": WAR,
        "transitions": [{"from_regime": "war", "to_regime": "over", "probability": chance}],
        "priorities": [{"rank": 1, "objective": "need"}, {"rank": 2, "objective": "money"}],
    }  # fmt: skip
    return make_case({"start": month(0), "end": month(months - 1), "regime": "war"}, base | rows)


def test_with_beliefs_a_month_is_worth_the_chance_that_the_need_comes() -> None:
    """The war ends with one half a month: needs of 20 then count 1, .5, .25; 30 are served 20, 10, 0."""
    plan = rampart.plan(believed(3, 0.5, [PARTNER | {"need": 20.0, "regime": "war"}], stocks=[stock(30.0)]))
    assert served(plan) == [20, 10, 0]
    assert passed(plan)["need"]["value"] == pytest.approx(0.5 * 10 + 0.25 * 20)
    rows = plan["demand"].sort("period")
    assert rows["need"].to_list() == pytest.approx([20, 10, 5])
    # of the second month's expected 10, the half that is served of 20 is missing with one half
    assert rows["unmet"].to_list() == pytest.approx([0, 5, 5])


def test_what_is_the_same_in_every_regime_is_still_served_at_once() -> None:
    """Beliefs say nothing of it, so urgency counts: 30 are served 20, 10, 0, and the lower-ranked requirement waits."""
    at = {"holder": "UUU", "item": "shell"}
    rows = {"stocks": [stock(30.0)], "requirements": [at | {"layer": "stated", "quantity": 50.0}]}
    rows["priorities"] = [
        {"rank": n, "objective": o, "tolerance": 0.0} for n, o in enumerate(("need", "requirement"), 1)
    ]
    plan = rampart.plan(believed(3, 0.5, [PARTNER | {"need": 20.0}], **rows))
    assert served(plan) == [20, 10, 0]


def test_with_beliefs_the_next_unit_is_worth_the_chance_of_the_regimes_that_need_it() -> None:
    """War needs 20, peace 5: in the second month the first 5 count 1, the next 15 one half."""
    demand = [PARTNER | {"need": 20.0, "regime": "war"}, PARTNER | {"need": 5.0, "regime": "over"}]
    assert served(rampart.plan(believed(2, 0.5, demand, stocks=[stock(30.0)]))) == [20, 10]
    plan = rampart.plan(believed(2, 0.5, demand, stocks=[stock(25.0)]))
    assert served(plan) == [20, 5]
    assert passed(plan)["need"]["value"] == pytest.approx(0.5 * 15)
    rows = plan["demand"].sort("period")
    assert rows["need"].to_list() == pytest.approx([20.0, 12.5])
    assert rows["unmet"].to_list() == pytest.approx([0.0, 7.5])
    assert {row["regime"]: row["last"] for row in plan.manifest["believed"]} == {"over": 0.5, "war": 0.5}


def _with(of: Case, **settings: str) -> Case:
    given = dict(of.tables["settings"].iter_rows()) | settings
    rows = {name: frame.to_dicts() for name, frame in of.tables.items() if name != "settings"}
    return make_case(given, rows)
