"""The plan and the independent builder agree on every pass and on the value of one more unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import rampart
from cases_random import random_case, war_case
from drawn import seeds
from independent.builder import build
from independent.programme import ROUNDING, Cap, Programme, Solution
from rampart.case.tables import Case
from rampart.network.carried_on import carried_on

CLOSE = 1e-6
STEP = 1e-3

Passes = dict[str, dict[str, Any]]


def passes(case: Case) -> Passes:
    """Passes of the product in order, the tie-breaking pass left out."""
    rows = rampart.plan(case)["passes"].sort("rank").iter_rows(named=True)
    return {row["objective"]: row for row in rows if row["objective"] != "ties"}


def held_exactly(case: Case) -> Case:
    """The same case without tolerances: then every pass is a function of the right-hand sides alone."""
    exact = case.tables["priorities"].with_columns(tolerance=pl.lit(0.0))
    return Case(tables={**case.tables, "priorities": exact})


def solved(programme: Programme) -> tuple[Solution, float]:
    """The independent passes, each held as closely as leaves the later ones a plan, and how closely that is."""
    for rounding in (ROUNDING, 10 * ROUNDING):
        try:
            return programme.solve(rounding=rounding), rounding
        except RuntimeError:
            continue
    return programme.solve(rounding=100 * ROUNDING), 100 * ROUNDING


def agree(case: Case) -> None:
    programme = build(case)
    solution, rounding = solved(programme)
    expected = solution.passes
    values = {name: row["value"] for name, row in passes(case).items()}
    assert list(values) == list(expected)
    if values != pytest.approx(expected, rel=CLOSE, abs=CLOSE):
        # the independent programme holds a pass to a rounding that a later pass may magnify: twice that is allowed
        wider = programme.solve(rounding=10 * rounding).passes
        room = {name: 2 * abs(wider[name] - value) for name, value in expected.items()}
        wrong = {n: (v, expected[n]) for n, v in values.items() if abs(v - expected[n]) > CLOSE + room[n]}
        assert not wrong


def agree_whole(case: Case) -> None:
    """Each pass is the independent optimum within what the plan itself gives the passes before.

    With whole numbers the value of a pass jumps with the least change in an earlier one, so both must start from the
    same earlier values. A pass that keeps a gap frees all later ones; up to the first such pass the bound must hold. Where
    no bound is claimed, for what is shared fairly among the plans with the whole numbers found, nothing is compared.
    """
    programme = build(case)
    found = passes(case)
    assert list(found) == [objective.name for objective in programme.objectives]
    ceilings: dict[str, float] = {}
    for objective in programme.objectives:
        row = found[objective.name]
        if row["bound"] is None:
            assert objective.how == "fair"
            break
        best = programme.minimise(objective.name, ceilings).value
        if objective.how == "shared" and best > CLOSE:  # what lacks is shared, which is not the least sum
            assert best <= row["value"] + CLOSE
            break
        room = 10 * CLOSE * max(1.0, abs(best))  # passes with whole numbers are held to 1e-6 each
        if best > row["value"] + room:  # presolve loses whole-number plans now and then; without it they are there
            best = programme.minimise(objective.name, ceilings, presolve="off").value
        assert row["bound"] - room <= best <= row["value"] + room
        if row["value"] - row["bound"] > room:
            break
        if objective.how != "told":
            ceilings[objective.name] = row["value"] + ROUNDING * abs(row["value"]) + ROUNDING


def keeps_rooms(case: Case) -> None:
    """No pass is better than it can be within what the passes before it may give, nor any term worse than its room."""
    programme, plan = build(case), rampart.plan(case)
    found = {row["objective"]: row for row in plan["passes"].iter_rows(named=True)}
    terms = {(row["objective"], row["code"]): row for row in plan["rooms"].iter_rows(named=True)}
    for row in terms.values():
        assert row["final"] <= row["reached"] + row["room"] * abs(row["reached"]) + 1e-5
    caps: list[Cap] = []
    for objective in programme.objectives:
        if objective.how in ("fair", "told", "first"):
            break
        value, bound = found[objective.name]["value"], found[objective.name]["bound"]
        best = programme.minimise(objective.name, caps=caps).value
        if objective.how == "shared":
            if best > 1e-5:  # what lacks is shared, which is not the least sum
                break
            caps.append((objective.terms, value + 1e-5))
            continue
        room = 1e-4 * max(1.0, abs(best))
        assert best <= value + room
        assert bound is None or bound <= value + room
        parts = objective.by_part() if objective.tolerance > 0 else {"": objective.terms}
        for part, parts_terms in parts.items():
            reached = terms[objective.name, part]["reached"] if part else value
            caps.append((parts_terms, reached + max(objective.tolerance * abs(reached), 1e-5)))


# cases on which the two once disagreed, each for a reason of its own
LINEAR_ONCE = (170, 242, 265, 534, 565, 567, 693, 818, 920)
WHOLE_ONCE = (101, 122, pytest.param(136, marks=pytest.mark.slow), 213, 476, 924, 1275, 28577, 12386617)
DUALS_ONCE = (265, 340, 534, 567)


@pytest.mark.parametrize(
    "seed", [3, 22, *(pytest.param(n, marks=pytest.mark.slow) for n in range(60) if n not in (3, 22))]
)
def test_cases_carried_on_agree(seed: int) -> None:
    """Orders in hand that say when they draw, goods on the way that name their lot. Without expansions: the independent builder
    has no orders that wait for works.
    """
    of = random_case(Random(seed))
    case = held_exactly(of.with_tables({"expansions": of.tables["expansions"].with_columns(max_units=pl.lit(0.0))}))
    first = rampart.plan(case, reasons="none", give_or_keep=False)
    agree(carried_on(case, first.tables, f"{first['periods']['month'][1]:%Y-%m}"))


@pytest.mark.parametrize("seed", [*seeds(8, 40), *LINEAR_ONCE])
def test_passes_agree(seed: int) -> None:
    agree(random_case(Random(seed)))


@pytest.mark.parametrize("seed", seeds(5, 30))
def test_passes_agree_with_levels_and_beliefs(seed: int) -> None:
    agree(war_case(Random(seed)))


@pytest.mark.parametrize("seed", seeds(5, 30))
def test_passes_agree_where_what_must_be_held_may_be_called_upon(seed: int) -> None:
    agree(random_case(Random(seed), called_upon=True))
    agree(war_case(Random(seed), called_upon=True))


def in_ranks(case: Case, chance: Random) -> Case:
    """The case with each demand in one of three ranks."""
    keys = ["holder", "item", "purpose"]
    ranks = case.tables["demand"].select(keys).unique(maintain_order=True)
    drawn = ranks.with_columns(
        rank=pl.Series([chance.choice([None, 1, 2, 3]) for _ in range(ranks.height)], dtype=pl.Int64)
    )
    demand = case.tables["demand"]
    return case.with_tables({"demand": demand.drop("rank").join(drawn, on=keys, how="left").select(demand.columns)})


@pytest.mark.parametrize("seed", seeds(5, 30))
def test_passes_agree_where_demands_are_ranked(seed: int) -> None:
    chance = Random(seed)
    agree(in_ranks(random_case(chance, called_upon=chance.random() < 0.5), chance))
    agree(in_ranks(war_case(Random(seed)), chance))


@pytest.mark.parametrize("seed", seeds(4, 20))
def test_rooms_are_kept_where_demands_are_ranked(seed: int) -> None:
    chance = Random(seed)
    keeps_rooms(in_ranks(random_case(chance), chance))


@pytest.mark.parametrize("seed", [*seeds(4, 20), *WHOLE_ONCE])
def test_passes_agree_with_whole_numbers(seed: int) -> None:
    agree_whole(held_exactly(random_case(Random(seed), whole=True)))


@pytest.mark.parametrize("seed", seeds(5, 30))
@pytest.mark.parametrize("whole", [False, True])
def test_rooms_are_kept(seed: int, whole: bool) -> None:
    keeps_rooms(random_case(Random(seed), whole=whole))


# The long runs draw seeds: a failing seed says all, and shrinking would cost more than it tells.
LONG = settings(max_examples=300, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@LONG
@given(seed=st.integers(0, 2**32))
def test_passes_agree_long(seed: int) -> None:
    agree(random_case(Random(seed)))


@pytest.mark.slow
@LONG
@given(seed=st.integers(0, 2**32))
def test_passes_agree_with_whole_numbers_long(seed: int) -> None:
    agree_whole(held_exactly(random_case(Random(seed), whole=True)))


# What the product calls a family of rows, and what the independent programme calls it.
FAMILIES = {
    "balance": "balance",
    "maximum rate": "capacity",
    "minimum rate": "minimum",
    "ramp": "ramp",
    "storage": "storage",
    "shelf life": "age",
    "requirement": "requirement",
    "floor": "floor",
    "pledge": "pledge",
    "need": "demand",
    "market rate": "offer_rate",
    "market stock": "offer",
    "route": "route",
    "budget": "budget",
    "resource": "resource",
}
OVER_THE_PLAN = ("market stock", "budget")


def own_name(row: Mapping[str, Any]) -> str:
    """Name in the independent programme of a row of the product's duals."""
    # Parts of a line's period, told apart by a number, stand as "line#2" there.
    code = row["code"].replace("|", "#") if row["family"] == "maximum rate" else row["code"]
    name = f"{FAMILIES[row['family']]}|{code}"
    return name if row["family"] in OVER_THE_PLAN else f"{name}|{row['period']}"


def slopes(programme: Programme, base: Solution, row: str) -> dict[str, tuple[float, float]]:
    """Slope of every pass to the left and to the right of one right-hand side; infinite where no plan exists.

    Passes before are optimised again, but what was shared fairly, and how a pass fell to its terms, stays as it is.
    """
    found = {sign: programme.solve({row: sign * STEP}, settled=base).passes for sign in (-1.0, 1.0)}
    return {
        name: ((here - found[-1.0][name]) / STEP, (found[1.0][name] - here) / STEP)
        for name, here in base.passes.items()
    }


def kinked(left: float, right: float) -> bool:
    """Whether a pass has different slopes on both sides, or no plan on one of them."""
    return not (math.isfinite(left - right) and abs(left - right) <= 1e-5 * max(1.0, abs(left)))


def wrong_duals(programme: Programme, base: Solution, rows: Iterable[tuple[str, str, float]]) -> list[str]:
    """Duals (row, pass, value) outside the slopes of their pass.

    A dual of a later pass means something only where the passes before it are smooth: at a kink of theirs the
    plans that remain for the later pass differ from side to side.
    """
    wrong = []
    known: dict[str, dict[str, tuple[float, float]]] = {}
    for row, name, dual in rows:
        if row not in known:
            known[row] = slopes(programme, base, row)
        order = list(base.passes)
        before = [known[row][earlier] for earlier in order[: order.index(name)]]
        if any(kinked(left, right) for left, right in before):
            continue
        room = 1e-4 * max(1.0, abs(dual), abs(base.passes[name]))
        left, right = known[row][name]
        if not left - room <= dual <= right + room:
            wrong.append(f"{name}: {row} is {dual}, slopes {left} and {right}")
    return wrong


@pytest.mark.parametrize("seed", [*seeds(4, 20), *DUALS_ONCE])
def test_duals_are_slopes(seed: int) -> None:
    slopes_agree(held_exactly(random_case(Random(seed))))


@pytest.mark.slow
@LONG
@given(seed=st.integers(0, 2**32))
def test_duals_are_slopes_long(seed: int) -> None:
    slopes_agree(held_exactly(random_case(Random(seed))))


def slopes_agree(case: Case) -> None:
    """The largest dual of each family in each pass lies between the slopes of the independent programme."""
    programme = build(case)
    base = programme.solve()
    duals = rampart.plan(case)["duals"]
    known = duals.filter(pl.col("family").is_in(list(FAMILIES)) & pl.col("pass").is_in(list(base.duals)))
    largest = known.sort(pl.col("dual").abs(), "code", "period", descending=True)
    few = largest.group_by("pass", "family", maintain_order=True).head(1)
    rows = [(own_name(row), row["pass"], row["dual"]) for row in few.iter_rows(named=True)]
    missing = [row for row, _, _ in rows if row not in programme.rows]
    assert not missing
    assert not wrong_duals(programme, base, rows)


@pytest.mark.parametrize("seed", seeds(2, 10))
def test_own_duals_are_slopes(seed: int) -> None:
    """The same check holds for the independent programme itself, or it would prove nothing."""
    programme = build(held_exactly(random_case(Random(seed))))
    base = programme.solve()
    first = next(iter(base.duals))
    largest = sorted(base.duals[first].items(), key=lambda pair: -abs(pair[1]))[:5]
    assert not wrong_duals(programme, base, [(row, first, dual) for row, dual in largest])
