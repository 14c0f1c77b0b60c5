"""Reasons: small cases worked out by hand, and each relief against plans made anew from tables edited by the step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

import rampart
from cases_random import random_case
from cases_small import CONTRACT, ITEM, case, line, month, need
from plan.reading.steps_by_hand import STEPS
from rampart.case.tables import Case
from rampart.findings import CaseError
from rampart.language.explaining_plan import explain_plan
from rampart.language.in_words import InWords
from rampart.plan.reading.reasons import limits_of
from rampart.plan.solving.linear_passes import NotSolved
from rampart.results.result import Result

OWN = ("own_use", "money")
Named = Mapping[tuple[str, str], float]


def planned(of: Case, reasons: Any = "all") -> Result:
    return rampart.plan(of, reasons=reasons, give_or_keep=False)


def named(of: Case, objective: str = "own_use", how: str = "object") -> Named:
    """Relief of every step of one sort that is named of an objective's shortages, by cause and code."""
    found = planned(of)["reasons"].filter(objective=objective, how=how, named=True)
    return {(r["cause"], r["code"]): pytest.approx(r["relief"], abs=1e-6) for r in found.iter_rows(named=True)}


def partner(quantity: float, **changes: Any) -> dict[str, Any]:
    return need(quantity, holder="UUU", purpose="operations") | changes


EXPANSION = {
    "expansion": "works",
    "line": "plant",
    "added_rate": 20.0,
    "cost": 1.0,
    "construction": 4.0,
    "max_units": 1.0,
}
ROUTE = {"origin": "AAA", "destination": "UUU", "months": 0.0, "capacity": math.inf}
BUDGET = {"nation": "AAA", "fiscal_year": 2025, "purpose": "all", "commitments": 15.0, "payments": math.inf}
OFFER = {"offer": "sale", "seller": "AAA", "item": "shell", "buyer": "AAA", "price": 9.0, "delay": 0.0}
FLOOR = {"holder": "AAA", "item": "shell", "layer": "floor", "quantity": 5.0}


def test_construction_and_not_the_order_time_that_stands_behind_it() -> None:
    """20 a month are needed for six months; the works stand after four, and an order takes one: 80 are short."""
    late = case(6, OWN, lines=[line(max_rate=0.0, lead_time=1.0)], expansions=[EXPANSION], demand=[need(20.0)])
    assert planned(late)["short"]["amount"].sum() == pytest.approx(80.0)
    assert named(late) == {("construction", "works"): 20.0}


@pytest.mark.parametrize("opens", [2, 3])
def test_a_line_that_opens_later(opens: int) -> None:
    of = case(6, OWN, lines=[line(max_rate=30.0, lead_time=1.0, **{"from": month(opens)})], demand=[need(20.0)])
    assert named(of) == {("opening", "plant"): 20.0}


def test_an_offer_that_opens_later() -> None:
    made = line(max_rate=30.0, lead_time=1.0, **{"from": month(5)})
    sale = OFFER | {"quantity": 1000.0, "max_rate": 100.0, "from": month(2)}
    assert named(case(6, OWN, lines=[made], market=[sale], demand=[need(20.0)])) == {("opening", "sale"): 20.0}


def test_what_is_late_waits_for_the_line_to_open() -> None:
    """50 due in the second month wait until the fourth, and 20 of them until the fifth; a month sooner each waits less."""
    due = need(50.0, late=True, **{"from": month(1), "until": month(1)})
    of = case(6, OWN, lines=[line(max_rate=30.0, lead_time=1.0, **{"from": month(3)})], demand=[due])
    assert named(of)["opening", "plant"] == 50.0


def test_a_month_off_any_part_of_a_chain() -> None:
    """Part, line and way take four months each, and 10 due in the tenth month come two months late."""
    parts = [ITEM | {"item": "part", "kind": "component"}, ITEM]
    lines = [line(max_rate=math.inf, lead_time=4.0), line(line="parts", item="part", max_rate=math.inf, lead_time=4.0)]
    due = partner(10.0, late=True, **{"from": month(10), "until": month(10)})
    of = case(
        20, ("need", "money"), items=parts, lines=lines, demand=[due], routes=[ROUTE | {"months": 4.0}],
        bills=[{"item": "shell", "component": "part", "quantity": 1.0, "offset": 4.0}],
    )  # fmt: skip
    assert planned(of)["short"]["amount"].sum() == pytest.approx(20.0)
    sooner = {("lead_time", "plant"): 10.0, ("lead_time", "parts"): 10.0, ("route_time", "AAA|UUU"): 10.0}
    assert named(of, "need") == sooner


def test_a_way_out_of_the_holder_that_is_short_is_no_reason() -> None:
    nations = [{"nation": n, "name_en": n, "role": "member", "fiscal_year_start": 1} for n in ("AAA", "BBB")]
    lines = [line(max_rate=math.inf, lead_time=5.0), line(line="other", nation="BBB", max_rate=math.inf, lead_time=5.0)]
    ways = [ROUTE | {"origin": a, "destination": b} for a, b in (("AAA", "BBB"), ("BBB", "AAA"))]
    of = case(9, OWN, nations=nations, lines=lines, routes=ways, demand=[need(100.0)])
    assert named(of) == {("lead_time", "other"): 100.0, ("lead_time", "plant"): 100.0}


HELD = {
    "capacity": (dict(lines=[line(max_rate=4.0)]), ("capacity", "plant"), 1.2),
    "contract": (
        dict(lines=[line(max_rate=math.inf)], contracts=[CONTRACT | {"max_quantity": 12.0}]), ("contract", "plant|deal"), 1.2,
    ),
    "budget": (dict(lines=[line(max_rate=math.inf)], budgets=[BUDGET]), ("budget", "AAA|2025|all"), 1.5),
    "stock": (dict(stocks=[{"holder": "AAA", "item": "shell", "quantity": 5.0}]), ("stock", "AAA|shell"), 0.5),
    "market": (dict(market=[OFFER | {"quantity": 5.0, "max_rate": math.inf}]), ("market", "sale"), 0.5),
    "closing": (dict(lines=[line(until=month(1))]), ("closing", "plant"), 10.0),
    "order time": (dict(lines=[line(max_rate=math.inf, lead_time=2.0)]), ("lead_time", "plant"), 10.0),
    "delay": (
        dict(market=[OFFER | {"quantity": 1000.0, "max_rate": math.inf, "delay": 2.0}]), ("market_time", "sale"), 10.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("limit", HELD)
def test_the_one_limit_that_holds(limit: str) -> None:
    """10 a month are needed for three months."""
    rows, reason, relief = HELD[limit]
    of = case(3, OWN, demand=[need(10.0)], storage=[{"holder": "AAA", "item": "shell", "limit": 0.0}], **rows)
    assert named(of) == {reason: relief}


def test_what_holds_together_is_told_as_a_pair() -> None:
    """One arrives, in the last month; with a tenth more .1 more, a month sooner 1 more, with both 1.2."""
    of = case(4, OWN, lines=[line(max_rate=1.0, lead_time=3.0)], demand=[need(10.0, **{"from": month(3)})])
    assert named(of, how="kind") == {("capacity", ""): 0.1, ("lead_time", ""): 1.0}
    assert named(of, how="pair") == {("capacity_in_time", ""): 1.2}
    assert named(of, how="together") == {("all", ""): 1.2}


def test_what_is_asked_elsewhere() -> None:
    """Ten there are, the partner comes first and takes them."""
    of = case(
        1, ("need", "own_use", "money"), stocks=[{"holder": "AAA", "item": "shell", "quantity": 10.0}], routes=[ROUTE],
        demand=[need(10.0), partner(10.0)],
    )  # fmt: skip
    assert named(of) == {("stock", "AAA|shell"): 1.0}
    assert named(of, how="gone") == {("need", "UUU|shell|operations"): 10.0, ("objective", "need"): 10.0}


def test_a_floor_and_a_way() -> None:
    stocks = [{"holder": "AAA", "item": "shell", "quantity": 10.0}]
    floor = case(
        1, ("floors", "need", "money"), stocks=stocks, routes=[ROUTE], demand=[partner(10.0)], requirements=[FLOOR]
    )
    assert named(floor, "need") == {("floor", "AAA|shell"): 0.5, ("stock", "AAA|shell"): 1.0}
    way = case(3, ("need", "money"), stocks=[stocks[0] | {"quantity": 99.0}], routes=[ROUTE | {"capacity": 4.0}],
               demand=[partner(10.0)])  # fmt: skip
    assert named(way, "need") == {("route", "AAA|UUU"): 1.2}


def test_a_gain_that_a_higher_objective_takes_is_told_as_a_loss() -> None:
    """Ten fuzes make shells that are pledged, and missiles that are needed: more shells leave fewer missiles."""
    items = [ITEM, ITEM | {"item": "missile"}, ITEM | {"item": "fuze", "kind": "component"}]
    lines = [line(max_rate=5.0), line(line="missiles", item="missile", max_rate=math.inf)]
    bills = [{"item": item, "component": "fuze", "quantity": 1.0, "offset": 0.0} for item in ("shell", "missile")]
    pledge = {
        "donor": "AAA",
        "recipient": "UUU",
        "item": "shell",
        "status": "pledged",
        "month": month(0),
        "quantity": 10.0,
    }
    of = case(
        1, ("pledges", "need", "money"), items=items, lines=lines, bills=bills, routes=[ROUTE], deliveries=[pledge],
        stocks=[{"holder": "AAA", "item": "fuze", "quantity": 10.0}], demand=[partner(10.0, item="missile")],
    )  # fmt: skip
    assert named(of, "need") == {("capacity", "plant"): -0.5, ("stock", "AAA|fuze"): 1.0}
    said = " ".join(planned(of).explain(item="missile"))
    assert "more short" in said
    assert "takes the gain" in said


def test_what_no_limit_allows_is_said_once() -> None:
    """There is no way to get a shell at all."""
    of = case(2, OWN, demand=[need(10.0)])
    made = planned(of)
    assert made["short"]["amount"].to_list() == [20.0]
    assert made["reasons"].is_empty()
    assert sum("No step in any limit" in sentence for sentence in made.explain()) == 1


def test_without_shortages_and_where_nobody_asks_there_are_no_reasons() -> None:
    enough = case(2, OWN, lines=[line()], demand=[need(10.0)])
    assert planned(enough)["reasons"].is_empty()
    short = case(2, OWN, lines=[line(max_rate=4.0)], demand=[need(10.0)])
    made = planned(short, "none")
    assert made["reasons"].is_empty()
    assert any("not worked out" in sentence for sentence in made.explain())
    kinds = planned(short, "kinds")["reasons"]
    assert set(kinds["how"]) == {"kind", "together"}


# -- random cases against plans made anew ------------------------------------------------------------------------


def value(of: Case, objective: str) -> float:
    """What a plan made anew lacks at the end of the pass of an objective."""
    reached = dict(planned(of, "none")["passes"].select("objective", "value").iter_rows())
    return float(reached.get("requirement_fair" if objective == "requirement" else objective, 0.0))


def stepped(of: Case, row: Mapping[str, Any], objective: str) -> float | None:
    """The same with a step made by hand in the tables; None where the tables cannot say it, or nothing can be planned."""
    if row["cause"] not in STEPS or row["cause"] == objective or ASKS.get(row["cause"]) == objective:
        return None
    if (row["cause"], row["code"]) == ("objective", objective):
        return None
    try:
        edited = STEPS[row["cause"]](of, {part["of"]: part["code"] for part in row["key"]})
        return None if edited is None else value(edited, objective)
    except (CaseError, NotSolved):
        return None


def stepped_together(of: Case, row: Mapping[str, Any], objective: str) -> float | None:
    """The same with the step of every limit of a kind, or of the two kinds of a pair, made by hand in the tables."""
    from rampart.network.keys import parts
    from rampart.plan.model.build import build
    from rampart.results.reasons import HELD_TOGETHER

    kinds = HELD_TOGETHER.get(row["cause"], (row["cause"],))
    edited: Case | None = of
    for limit in limits_of(build(of)) if {*kinds} <= {*STEPS} else ():
        if limit.kind in kinds and edited is not None:
            if limit.asks == objective:
                return None
            edited = STEPS[limit.kind](edited, {part["of"]: part["code"] for part in parts(limit.of)})
    try:
        return None if edited is None or edited is of else value(edited, objective)
    except (CaseError, NotSolved):
        return None


ASKS = {"floor": "floors", "own_use": "own_use", "pledge": "pledges", "need": "need", "requirement": "requirement"}
"""Objectives of which a step asks less: what is short there is no shortage that it relieves."""


def check_reliefs(seed: int, most: int) -> int:
    """Reliefs of a random case, the first so many of each objective, against plans made anew; how many were compared."""
    of = random_case(Random(seed), whole=False)
    try:
        made = planned(of)
    except (CaseError, NotSolved):
        return 0
    compared = 0
    for (objective,), rows in made["bottlenecks"].group_by("objective", maintain_order=True):
        before, left = value(of, str(objective)), most
        for row in rows.iter_rows(named=True):
            by_hand = stepped if row["how"] in ("object", "gone") else stepped_together
            after = by_hand(of, row, str(objective)) if left else None
            if after is not None:
                left, compared = left - 1, compared + 1
                assert row["gain"] == pytest.approx(before - after, rel=1e-6, abs=1e-6 * max(1.0, before)), (seed, row)
    return compared


PORTION = 20
"""Random cases of a slow test, so that a few can be run by name: ``-k "seeds40"``."""


def portions(few: int, many: int) -> list[Any]:
    """Seeds: a few at every change, all of them in portions by ``make test-slow``."""
    slow = (range(n, min(n + PORTION, many)) for n in range(0, many, PORTION))
    return [range(few), *(pytest.param(each, marks=pytest.mark.slow, id=f"seeds{each.start}") for each in slow)]


@pytest.mark.parametrize("seeds", portions(1, 500))
def test_each_relief_is_the_difference_of_two_plans(seeds: range) -> None:
    most = 1 if len(seeds) < 10 else 100
    assert sum(check_reliefs(seed, most) for seed in seeds) >= len(seeds)


@pytest.mark.parametrize("seeds", portions(1, 100))
@pytest.mark.docs
def test_nothing_left_unnamed_brings_more_than_the_last_that_is_named(seeds: range) -> None:
    """Of each kind of which an object is told, no object that is left out brings more than a tenth of the best."""
    from rampart.network.keys import parts, text
    from rampart.plan.model.build import build

    for seed in seeds:
        of = random_case(Random(seed), whole=False)
        try:
            made = planned(of)
        except (CaseError, NotSolved):
            continue
        told = made["bottlenecks"].filter(how="object")
        for (objective, cause), rows in told.group_by("objective", "cause"):
            before, codes = value(of, str(objective)), set(rows["code"])
            left = [limit for limit in limits_of(build(of)) if limit.kind == cause and text(limit.of) not in codes]
            for limit in left[:1] if len(seeds) < 10 else left:
                row = {"cause": cause, "code": text(limit.of), "key": parts(limit.of)}
                after = stepped(of, row, str(objective))
                assert after is None or before - after <= 0.1 * rows["gain"].max() + 1e-6 * max(1.0, before), (
                    seed,
                    row,
                )


@pytest.mark.parametrize("asked", [
    {"demand": [need(5.0, holder="UUU")]}, {"demand": [need(5.0)]},
    {"requirements": [{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 5.0}]},
    {"deliveries": [{"donor": "AAA", "recipient": "UUU", "item": "shell", "status": "pledged", "month": month(1),
                     "quantity": 5.0}]},
])  # fmt: skip
@pytest.mark.parametrize("stocks", [[], [{"holder": "AAA", "item": "shell", "quantity": 0.0}]])
def test_what_nothing_can_serve_is_planned_and_told(asked: dict[str, Any], stocks: list[dict[str, Any]]) -> None:
    """No line, no offer, no stock: all of it is short, whether a stock of nothing is stated or none."""
    plan = rampart.plan(
        case(3, ("pledges", "need", "own_use", "requirement", "money"), stocks=stocks, **asked), reasons="all"
    )
    lacks = {"demand": 5.0 * 3, "requirements": 5.0 * 3, "deliveries": 2.5 + 5.0 + 5.0}[next(iter(asked))]
    assert plan["short"]["amount"].to_list() == pytest.approx([lacks])


def test_what_may_be_served_late_is_short_in_units_times_months_and_at_worst_at_once() -> None:
    """10 a month are needed and all of 40 comes in the fourth of five months: 10, 20, 30, 0 and 10 are due, 70 in months."""
    order = {"buyer": "AAA", "item": "shell", "ship_to": "UUU", "month": month(3), "quantity": 40.0, "due": 0.0}
    of = case(5, ("need", "money"), demand=[partner(10.0, late=True)], orders=[order])
    short = planned(of)["short"]
    assert short.select("objective", "amount", "lasting", "most").rows() == [("need", 70.0, True, 30.0)]
    assert short["month"][0].isoformat()[:7] == month(2)
    told = [rampart.explain(planned(of), language=language)[0].replace("\u00a0", " ") for language in ("en", "fr")]
    assert "30 rounds at worst" in told[0]
    assert "70 rounds × months in all" in told[0]
    assert "30 coups au pire" in told[1]


def test_lost_and_late_need_of_one_item_are_not_added_as_they_are() -> None:
    """Nothing comes in two months: of the need that waits 10 and 20 lack, of the one that is lost 5 and 10; 45 in months."""
    both = [partner(10.0, late=True), partner(5.0, purpose="training")]
    short = planned(case(2, ("need", "money"), demand=both))["short"]
    assert short.select("amount", "lasting", "most").rows() == [(45.0, True, 30.0)]


def test_what_is_lost_once_has_no_worst() -> None:
    short = planned(case(2, ("need", "money"), demand=[partner(5.0)]))["short"]
    assert short.select("amount", "lasting", "most", "month").rows() == [(10.0, False, None, None)]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("system", "Worked out without rounding to whole units: works, lots and systems taken as divisible."),
        ("munition", ""),
    ],
)
def test_reasons_beside_whole_things_say_that_these_were_split(kind: str, said: str) -> None:
    """Three are asked for and one and a half a month can be made: in whole ones two lack, in parts of them one and a half."""
    made = case(
        1, ["own_use"], items=[ITEM | {"kind": kind}], lines=[line(max_rate=1.5)], demand=[need(3.0)],
    )  # fmt: skip
    answer = InWords(planned(made))
    lines = explain_plan(answer, None, None)
    assert (lines[0] == said) == bool(said)
    assert answer.result["short"]["amount"].sum() == pytest.approx(1.5)
    assert answer.result["shortages"]["amount"].sum() == pytest.approx(2.0 if said else 1.5)
    french = explain_plan(InWords(answer.result, "fr"), None, None)
    assert french[0].startswith("Calcul sans arrondi à l’unité") == bool(said)
