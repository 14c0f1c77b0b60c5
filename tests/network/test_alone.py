"""Nations planned by themselves, with what others send and take as in the whole plan: their values are their terms there."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

import polars as pl
import pytest

import rampart
from cases_random import START, make_case, random_case
from network.nation_terms import terms_of
from places import CASES
from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case
from rampart.findings import CaseError

CLOSE = 1e-6
Row = dict[str, Any]


def passes(plan: rampart.Result) -> dict[str, float]:
    rows = plan["passes"].select("objective", "value").iter_rows()
    return {objective: value for objective, value in rows if objective != "ties"}


def sure(plan: rampart.Result) -> set[str]:
    """Passes up to the first that keeps a gap: with whole numbers that little may win or lose a later pass a whole lot."""
    found: set[str] = set()
    for objective, gap in plan["passes"].sort("rank").select("objective", "gap").iter_rows():
        found.add(objective)
        if (gap or 0.0) > 1e-9:
            break
    return found


def assert_terms(whole: rampart.Result, nations: Collection[str], *, only: Collection[str] = ()) -> None:
    """Every pass of the nations alone is their terms of the whole plan; a pass that nothing counts in is left out there.

    Where a rule gives way its share is of what is left, so the pass ``rules`` is not compared then.
    """
    alone = solved(rampart.extract(whole.case, nations, as_in=whole).case)
    expected, found = terms_of(whole, nations), passes(alone)
    found.pop("requirement_sum", None)  # told on the way to fair shares: of no plan that comes out
    if only:  # the passes that both are sure of
        kept = set(only) & sure(alone)
        expected, found = ({k: v for k, v in terms.items() if k in kept} for terms in (expected, found))
    if not whole.feasible:
        expected.pop("rules", None)
        found.pop("rules", None)
    wrong = {
        name: (found.get(name, 0.0), expected.get(name, 0.0))
        for name in expected.keys() | found.keys()
        if abs(found.get(name, 0.0) - expected.get(name, 0.0)) > CLOSE * max(1.0, abs(expected.get(name, 0.0)))
    }
    assert not wrong, (nations, wrong)


def without_room(case: Case) -> Case:
    """The case with no room in any pass."""
    priorities = case.tables["priorities"].with_columns(pl.lit(0.0).alias("tolerance"))
    return Case({**case.tables, "priorities": priorities})


@pytest.mark.parametrize("nation", ["XAA", "XBB"])
def test_the_tiny_case(nation: str) -> None:
    assert_terms(solved(without_room(rampart.read_case(CASES / "tiny"))), [nation])


def compared(case: Case) -> bool:
    """Compare each member and both together; not where an agreed departure is withheld, of which tables say no cost."""
    whole = solved(without_room(case))
    if "agreed" in whole["rules_broken"]["family"]:
        return False
    # floors that lack are shared among all: alone there is nobody to share with, and what follows may come out better
    short = passes(whole).get("floors", 0.0) > CLOSE
    for nations in (["AAA"], ["BBB"], ["AAA", "BBB"]):
        assert_terms(whole, nations, only={"rules", "floors"} if short else sure(whole))
    return True


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.docs
def test_random_cases(whole: bool) -> None:
    assert sum(compared(random_case(Random(seed), whole=whole)) for seed in range(3)) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True])
def test_random_cases_long(whole: bool) -> None:
    assert sum(compared(random_case(Random(seed), whole=whole)) for seed in range(3, 150)) >= 100


def divisible(case: Case) -> Case:
    """The case with nothing whole: where whole numbers are only near the best, a nation alone finds better ones."""
    others = case.tables["settings"].filter(pl.col("setting") != "decide_now")
    row = pl.DataFrame({"setting": ["decide_now"], "value": ["0"]}, schema=others.schema)
    return Case({**case.tables, "settings": pl.concat([others, row])})


ORDER = ("floors", "own_use", "pledges", "backfill", "need", "steady", "requirement", "money")
ROOM = 1e-4


def with_rooms(case: Case) -> Case:
    """The case with every objective in the usual order, and the rooms that passes have by default."""
    schema = case.tables["priorities"].schema
    rows = [{"rank": rank, "objective": name} for rank, name in enumerate(ORDER, start=1)]
    return Case({**case.tables, "priorities": pl.DataFrame(rows, schema=schema)})


def no_worse(case: Case, nations: Collection[str]) -> int:
    """How many passes a nation alone has in common with its terms; the first that differs must be better.

    What it does in the whole plan can be done alone, so no pass is worse until one is better, by what rooms are: what the
    whole gives up of a pass for another may stand with one nation's terms, and it need not give that up alone.
    """
    whole = rampart.plan(with_rooms(case), give_or_keep=False, reasons="none")
    alone = rampart.plan(rampart.extract(whole.case, nations, as_in=whole).case, give_or_keep=False, reasons="none")
    expected, end, found, equal = terms_of(whole, nations), terms_of(alone, nations), passes(alone), 0
    if not whole.feasible:
        return 0
    for name, value in expected.items():
        size = max(1.0, abs(value))
        assert found.get(name, 0.0) <= value + 2 * ROOM * size, (nations, name)
        if min(found.get(name, 0.0), end.get(name, 0.0)) < value - CLOSE * size:
            break
        equal += 1
    return equal


@pytest.mark.parametrize("seed", [0, 1, 7, 9, 11])
def test_with_rooms_a_nation_alone_is_no_worse(seed: int) -> None:
    no_worse(random_case(Random(seed)), ["AAA"])


@pytest.mark.slow
def test_with_rooms_many_nations_alone_are_no_worse() -> None:
    """On average more than one pass is compared before one is better, or the law would hold of nothing."""
    equal = [no_worse(random_case(Random(seed)), [nation]) for seed in range(12, 80) for nation in ("AAA", "BBB")]
    assert sum(equal) > len(equal), equal


def solved(case: Case) -> rampart.Result:
    return rampart.plan(case, give_or_keep=False, reasons="none")


@pytest.mark.slow
def test_the_real_case() -> None:
    """Where nothing is given for anything, every pass is equal to the last digit told."""
    whole = solved(divisible(without_room(rampart.read_case(CASES / "alliance-2023", overrides=("no-fleets",)))))
    for nation in ("DEU", "FRA"):
        found = passes(solved(rampart.extract(whole.case, [nation], as_in=whole).case))
        for name, expected in terms_of(whole, [nation]).items():
            assert found.get(name, 0.0) == pytest.approx(expected, rel=CLOSE, abs=CLOSE), (nation, name)


@pytest.mark.slow
def test_the_real_case_with_its_rooms_and_whole_numbers() -> None:
    """The plan ends at the terms of the whole. What each pass could reach before later ones took of it is better by no more
    than what may be taken: a hundredth of need for steady output, of others their room and what is worth no change.
    """
    whole = solved(rampart.read_case(CASES / "alliance-2023", overrides=("no-fleets",)))
    for nation in ("DEU", "FRA"):
        alone, expected = solved(rampart.extract(whole.case, [nation], as_in=whole).case), terms_of(whole, [nation])
        assert alone.status == "optimal" and alone.feasible
        found, end = passes(alone), terms_of(alone, [nation])
        for name, value in expected.items():
            room = 0.01 if name in ("need", "own_use") else 1.1e-3
            assert end.get(name, 0.0) == pytest.approx(value, rel=CLOSE, abs=CLOSE), (nation, name)
            assert found.get(name, 0.0) == pytest.approx(value, rel=room, abs=CLOSE), (nation, name)
            assert found.get(name, 0.0) <= value + CLOSE * max(1.0, abs(value)), (nation, name)


@pytest.mark.slow
@pytest.mark.parametrize("nation", ["DEU", "FRA"])
def test_a_nation_of_the_real_case_plans_by_itself(nation: str) -> None:
    alone = rampart.plan(
        rampart.extract(rampart.read_case(CASES / "alliance-2023", overrides=("no-fleets",)), [nation]).case
    )
    assert alone.status == "optimal" and alone.feasible
    assert alone["demand"].filter(holder="UKR")["served"].sum() > 0


# -- by hand -----------------------------------------------------------------------------------------------------


def month(number: int) -> str:
    return month_text(month_number(START) + number)


def two(months: int, priorities: Sequence[str], **rows: Sequence[Row]) -> Case:
    """Two members and a partner, one item that both want."""
    nations = [("AAA", "member"), ("BBB", "member"), ("SSS", "supplier"), ("UUU", "recipient")]
    base: dict[str, Sequence[Row]] = {
        "nations": [{"nation": code, "role": role, "name_en": code, "fiscal_year_start": 1} for code, role in nations],
        "items": [
            {
                "item": "shell",
                "name_en": "shell",
                "kind": "munition",
                "unit": "rounds",
                "price": 1.0,
                "holding_cost": 0.1,
            }
        ],
        "priorities": [{"rank": n, "objective": name, "tolerance": 0.0} for n, name in enumerate(priorities, start=1)],
    }
    return make_case({"start": START, "end": month(months - 1)}, base | rows)


def line(code: str, nation: str, **changes: Any) -> Row:
    row: Row = {"line": code, "nation": nation, "item": "shell", "state": "hot", "rate_per": "month", "max_rate": 10.0}
    return row | {"admin_lead_time": 0.0, "lead_time": 1.0, "unit_cost": 1.0} | changes


def use(holder: str, quantity: float) -> Row:
    return {"holder": holder, "item": "shell", "purpose": "training", "rate_per": "month", "need": quantity}


def rows_of(found: Any, table: str, *columns: str) -> list[tuple[Any, ...]]:
    frame: pl.DataFrame = found.case.tables[table]
    return frame.select(columns).rows()


def test_what_others_use_of_a_hall_is_gone() -> None:
    """BBB needs 4 a month from the second month on; each takes a unit of a hall of 10 when it is delivered."""
    of = two(
        3, ["own_use", "money"], lines=[line("a", "AAA"), line("b", "BBB")], demand=[use("AAA", 3.0), use("BBB", 4.0)],
        resources=[{"resource": "hall", "capacity": 10.0, "cost": 0.5}],
        uses=[{"resource": "hall", "line": "a", "quantity": 1.0}, {"resource": "hall", "line": "b", "quantity": 1.0}],
    )  # fmt: skip
    whole = solved(of)
    found = rampart.extract(of, ["AAA"], as_in=whole)
    assert rows_of(found, "resources", "from", "capacity", "cost") == [
        (month(0), 10.0, 0.5), (month(1), 6.0, 0.5), (month(2), 6.0, 0.5)
    ]  # fmt: skip
    assert_terms(whole, ["AAA"])


def test_what_placed_orders_of_others_draw_of_a_hall_is_gone() -> None:
    """Three of BBB come in the second month and draw a unit of the hall each, a month before."""
    order = {"buyer": "BBB", "item": "shell", "line": "b", "month": month(1), "quantity": 3.0, "inputs": "drawn"}
    of = two(
        3, ["own_use", "money"], lines=[line("a", "AAA"), line("b", "BBB")], demand=[use("AAA", 3.0)], orders=[order],
        resources=[{"resource": "hall", "capacity": 10.0}],
        uses=[{"resource": "hall", "line": code, "quantity": 1.0, "offset": 1.0} for code in ("a", "b")],
    )  # fmt: skip
    whole = solved(of)
    found = rampart.extract(of, ["AAA"], as_in=whole)
    assert rows_of(found, "resources", "from", "capacity") == [(month(0), 7.0), (month(1), 10.0), (month(2), 10.0)]
    assert_terms(whole, ["AAA"])


def test_what_others_order_for_later_is_fixed_for_its_month() -> None:
    """BBB needs 4 in the third month only, and may order in the first alone: a month to make, and a month later."""
    deals = [
        {"contract": f"for-{n}", "line": "a", "buyer": n, "max_quantity": math.inf, "price": 2.0}
        for n in ("AAA", "BBB")
    ]
    deals[1] |= {"later": 2, "until": month(0)}
    only = use("BBB", 4.0) | {"from": month(2)}
    of = two(4, ["own_use", "money"], lines=[line("a", "AAA")], contracts=deals, demand=[use("AAA", 3.0), only])
    whole = solved(of)
    found = rampart.extract(of, ["AAA"], as_in=whole)
    assert rows_of(found, "contracts", "contract", "later", "max_quantity")[1:] == [
        ("for-BBB", 2, 0.0),
        (f"for-BBB-{month(0)}-later-1", 1, 4.0),
        (f"for-BBB-{month(0)}-later-2", 2, 4.0),
    ]
    assert rows_of(found, "agreed", "holder", "month", "quantity") == [("BBB", month(2), 4.0), ("BBB", month(3), 4.0)]
    assert_terms(whole, ["AAA"])


def test_what_others_order_takes_of_the_line_and_leaves() -> None:
    """BBB orders 4 a month of the line of AAA, ready a month later: a contract a month, and 4 leave each month."""
    deals = [
        {"contract": f"for-{n}", "line": "a", "buyer": n, "max_quantity": math.inf, "price": 2.0}
        for n in ("AAA", "BBB")
    ]
    of = two(
        3, ["own_use", "money"], lines=[line("a", "AAA")], contracts=deals, demand=[use("AAA", 3.0), use("BBB", 4.0)]
    )
    whole = solved(of)
    found = rampart.extract(of, ["AAA"], as_in=whole)
    assert rows_of(found, "contracts", "contract", "from", "until", "max_quantity", "price") == [
        ("for-AAA", None, None, math.inf, 2.0),
        ("for-BBB", None, None, 0.0, 2.0),
        (f"for-BBB-{month(0)}", month(0), month(0), 4.0, 0.0),
        (f"for-BBB-{month(1)}", month(1), month(1), 4.0, 0.0),
    ]
    assert rows_of(found, "agreed", "holder", "item", "month", "quantity") == [
        ("BBB", "shell", month(1), 4.0), ("BBB", "shell", month(2), 4.0)
    ]  # fmt: skip
    alone = solved(found.case)
    assert passes(alone)["money"] == pytest.approx(2 * 3 * 2.0)  # what BBB pays is no money of AAA
    assert alone["production"].filter(pl.col("period") > 0)["output"].to_list() == [7.0, 7.0]
    assert_terms(whole, ["AAA"])


def test_what_is_ordered_abroad_is_placed_and_paid() -> None:
    """BBB pays a fifth at the award and the rest on delivery, out of a budget of 30 a year for 16 in all."""
    deal = {"contract": "deal", "line": "a", "buyer": "BBB", "max_quantity": math.inf, "price": 2.0, "advance": 0.2}
    of = two(
        3, ["own_use", "money"], lines=[line("a", "AAA")], contracts=[deal], demand=[use("BBB", 4.0)],
        budgets=[{"nation": "BBB", "fiscal_year": int(START[:4]), "commitments": 30.0, "payments": 30.0}],
    )  # fmt: skip
    whole = solved(of)
    found = rampart.extract(of, ["BBB"], as_in=whole)
    assert rows_of(found, "orders", "buyer", "line", "ship_to", "month", "quantity", "due") == [
        ("BBB", None, None, month(1), 4.0, pytest.approx(1.6)), ("BBB", None, None, month(2), 4.0, pytest.approx(1.6))
    ]  # fmt: skip
    # commitments 16; payments 3.2 in advance: what is due on delivery is counted with the placed orders
    assert rows_of(found, "budgets", "commitments", "payments") == [(pytest.approx(14.0), pytest.approx(26.8))]
    assert solved(found.case)["demand"]["unmet"].to_list() == [4.0, 0.0, 0.0]
    paid = next(f for f in found.changes if f.code == "paid-as-in")
    assert (paid.value, paid.details["money"]) == ("BBB", "16")


@pytest.mark.parametrize("state", [None, "awarded"])
def test_what_is_ordered_abroad_joins_what_is_placed_there_already(state: str | None) -> None:
    """One row for a month, whether the state of the placed order is written or left blank."""
    deal = {"contract": "deal", "line": "a", "buyer": "BBB", "max_quantity": math.inf, "price": 2.0}
    placed = {"buyer": "BBB", "item": "shell", "line": "a", "month": month(1), "quantity": 3.0, "state": state}
    of = two(
        3, ["own_use", "money"], lines=[line("a", "AAA")], contracts=[deal], demand=[use("BBB", 4.0)], orders=[placed]
    )
    whole = solved(of)
    found = rampart.extract(of, ["BBB"], as_in=whole)
    assert rows_of(found, "orders", "buyer", "month", "quantity") == [("BBB", month(1), 4.0), ("BBB", month(2), 4.0)]
    assert_terms(whole, ["BBB"])


def test_what_is_sent_stands_month_by_month() -> None:
    """AAA sends BBB 2 a month and the partner 3; the way takes a month and costs AAA 0.5."""
    ways = [
        {"origin": "AAA", "destination": to, "item": "shell", "months": 1.0, "capacity": capacity, "cost": 0.5}
        for to, capacity in (("BBB", 2.0), ("UUU", 3.0))
    ]
    stock = {"holder": "AAA", "item": "shell", "quantity": 100.0}
    want = [use("BBB", 9.0), use("UUU", 9.0) | {"purpose": "operations"}]
    whole = rampart.plan(two(3, ["need", "own_use", "money"], stocks=[stock], routes=ways, demand=want))
    giver = rampart.extract(whole.case, ["AAA"], as_in=whole)
    assert rows_of(giver, "agreed", "holder", "to", "month", "quantity", "cost") == [
        ("AAA", "BBB", month(0), 2.0, 0.5), ("AAA", "BBB", month(1), 2.0, 0.5)
    ]  # fmt: skip
    assert rows_of(giver, "routes", "origin", "destination") == [
        ("AAA", "UUU")
    ]  # what the partner gets is its own choice
    taker = rampart.extract(whole.case, ["BBB"], as_in=whole)
    assert rows_of(taker, "orders", "buyer", "ship_to", "month", "quantity", "due") == [
        ("AAA", "BBB", month(1), 2.0, 0.0), ("AAA", "BBB", month(2), 2.0, 0.0)
    ]  # fmt: skip
    assert rows_of(taker, "deliveries", "donor", "recipient", "status", "month", "quantity") == [
        ("AAA", "UUU", "in_transit", month(1), 3.0), ("AAA", "UUU", "in_transit", month(2), 3.0)
    ]  # fmt: skip
    for nation in ("AAA", "BBB"):
        assert_terms(whole, [nation])


@pytest.mark.parametrize(("rate", "left"), [(math.inf, [("offer", 6.0)]), (3.0, [(f"offer-AAA-{month(0)}", 2.0)])])
def test_what_others_buy_of_an_offer_is_gone(rate: float, left: list[tuple[str, float]]) -> None:
    """Ten are for sale in the one month; AAA needs 2, BBB 4. Of 3 a month AAA, who weighs more, takes its 2."""
    offer = {
        "offer": "offer",
        "seller": "SSS",
        "item": "shell",
        "quantity": 10.0,
        "max_rate": rate,
        "price": 1.0,
        "delay": 0.0,
    }
    want = [use("AAA", 2.0) | {"weight": 9.0}, use("BBB", 4.0)]
    whole = rampart.plan(two(1, ["own_use", "money"], market=[offer], demand=want))
    found = rampart.extract(whole.case, ["AAA"], as_in=whole)
    assert rows_of(found, "market", "offer", "quantity") == left
    assert found.case["market"]["buyer"].to_list() == ["AAA"]
    assert_terms(whole, ["AAA"])


def test_how_short_others_are_is_known() -> None:
    """BBB has 2 of 10 in every month."""
    ask = [{"holder": n, "item": "shell", "layer": "stated", "quantity": 10.0} for n in ("AAA", "BBB")]
    stock = [{"holder": "AAA", "item": "shell", "quantity": 6.0}, {"holder": "BBB", "item": "shell", "quantity": 2.0}]
    whole = rampart.plan(two(2, ["requirement"], stocks=stock, requirements=ask))
    found = rampart.extract(whole.case, ["AAA"], as_in=whole)
    assert rows_of(found, "elsewhere", "item", "from", "missing") == [("shell", month(0), pytest.approx(0.8))]
    alone = passes(solved(found.case))
    assert alone == pytest.approx({"requirement_worst": 1.6, "requirement_sum": 0.8, "requirement_fair": 0.8})


def test_an_item_without_price_leaves_all_at_one() -> None:
    """Where the price of an item that is asked for is unknown every item counts 1; so too when that item is cut."""
    items = [
        {"item": i, "name_en": i, "kind": "munition", "unit": "units", "price": p}
        for i, p in (("shell", 7.0), ("new", None))
    ]
    of = two(1, ["own_use"], items=items, demand=[use("AAA", 1.0), use("BBB", 1.0) | {"item": "new"}])
    found = rampart.extract(of, ["AAA"], as_in=solved(of))
    assert rows_of(found, "items", "item", "worth") == [("shell", 1.0)]
    assert [f.value for f in found.changes if f.code == "changed-worth"] == ["shell"]


@pytest.mark.docs
def test_a_plan_of_another_case_is_refused() -> None:
    tiny = rampart.read_case(CASES / "tiny")
    plan = rampart.plan(tiny)
    other = rampart.read_case(CASES / "tiny", overrides=["offensive"])
    with pytest.raises(CaseError) as refused:
        rampart.extract(other, ["XAA"], as_in=plan)
    assert [f.code for f in refused.value.findings] == ["extract-other-case"]
    fleets = rampart.sustain(rampart.read_case(CASES / "fleet-tiny"))
    with pytest.raises(CaseError) as refused:
        rampart.extract(fleets.case, ["UKR"], as_in=fleets)
    assert [f.code for f in refused.value.findings] == ["extract-no-plan"]


def test_tables_serve_as_well_as_a_result() -> None:
    tiny = rampart.read_case(CASES / "tiny")
    plan = rampart.plan(tiny)
    tables: Mapping[str, pl.DataFrame] = plan.tables
    one, other = rampart.extract(tiny, ["XAA"], as_in=plan), rampart.extract(tiny, ["XAA"], as_in=tables)
    assert one.case == other.case


def test_what_is_decided_in_the_plan_is_known_and_may_be_changed() -> None:
    """Of five for sale in the first month AAA takes three and BBB two; then AAA makes three for itself, four for BBB."""
    deals = [
        {"contract": f"for-{n}", "line": "a", "buyer": n, "max_quantity": math.inf, "price": 2.0}
        for n in ("AAA", "BBB")
    ]
    offer = {
        "offer": "stall",
        "seller": "SSS",
        "item": "shell",
        "quantity": 10.0,
        "max_rate": 5.0,
        "price": 9.0,
        "delay": 0.0,
    }
    of = two(
        3, ["own_use", "money"], lines=[line("a", "AAA")], contracts=deals, market=[offer],
        demand=[use("AAA", 3.0) | {"weight": 9.0}, use("BBB", 4.0)],
    )  # fmt: skip
    whole = solved(of)
    found = rampart.extract(of, ["AAA"], as_in=whole)
    assert rows_of(found, "taken", "kind", "contract", "offer", "month", "quantity", "firm") == [
        ("order", "for-AAA", None, month(0), 3.0, False),
        ("order", "for-AAA", None, month(1), 3.0, False),
        ("purchase", None, f"stall-AAA-{month(0)}", month(0), 3.0, False),
        ("order", f"for-BBB-{month(0)}", None, month(0), 4.0, False),
        ("order", f"for-BBB-{month(1)}", None, month(1), 4.0, False),
    ]
    alone = solved(found.case)
    assert alone["changes"].height == 0
    assert_terms(whole, ["AAA"])


def test_what_is_firm_stays_firm_and_is_not_counted_twice() -> None:
    of = two(3, ["own_use", "money"], lines=[line("a", "AAA")], demand=[use("AAA", 3.0)])
    firm = {"kind": "order", "line": "a", "month": month(0), "quantity": 2.0, "firm": True}
    old = {"kind": "order", "line": "a", "month": month(1), "quantity": 9.0, "firm": False}
    schema = of.tables["taken"].schema
    of = Case({**of.tables, "taken": pl.DataFrame([firm, old], schema=schema)})
    found = rampart.extract(of, ["AAA"], as_in=solved(of))
    assert rows_of(found, "taken", "month", "quantity", "firm") == [
        (month(0), 2.0, True), (month(1), pytest.approx(3.0), False)
    ]  # fmt: skip
    assert [f.value for f in found.changes if f.code == "cut-intended"] == [f"order|a|{month(1)}"]
