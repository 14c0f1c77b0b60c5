"""Fleets in the plan: against the second programme, against plans solved anew, and against the fleets month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import rampart
from independent.builder import build as build_again
from places import CASES
from rampart.case.tables import Case
from rampart.network.keys import Limit
from rampart.plan.model.build import build
from rampart.plan.parts.fleet import (
    available,
    firing,
    support_of,
    upkeep_each,
    upkeep_of_one_more,
    upkeep_of_year,
)
from rampart.plan.programme.values import Values
from rampart.plan.reading.exchange import exchange
from rampart.plan.solving.passes_in_turn import solve
from rampart.plan.solving.solution import Solution
from rampart.sustainment.exchange import best_mix, pieces
from rampart.sustainment.levels import Levels, support_levels

PLANNED = CASES / "deliver-or-repair"
MONTH = 2025 * 12  # number of January 2025


@cache
def case() -> Case:
    return rampart.read_case(PLANNED)


@cache
def levels() -> Levels:
    return support_levels(case())


@cache
def plan() -> rampart.Plan:
    return rampart.plan(case(), reasons="kinds")


def changed(table: str, change: Callable[[pl.DataFrame], pl.DataFrame], base: Case | None = None) -> Case:
    base = base or case()
    return Case(tables={**base.tables, table: change(base.tables[table])})


def budget(year: int, more: float, base: Case | None = None) -> Case:
    rows = pl.col("fiscal_year") == year
    return changed(
        "budgets",
        lambda t: t.with_columns(commitments=pl.col("commitments") + pl.when(rows).then(more).otherwise(0.0)),
        base,
    )


def in_any_amount() -> Case:
    """Nothing comes whole: half a million buys an eighth of a gun, and does not cost a whole one."""
    row = pl.DataFrame({"setting": ["decide_now"], "value": ["0"]}, schema=case().tables["settings"].schema)
    return changed("settings", lambda t: pl.concat([t, row]))


def solved(one: Case, with_levels: Levels | None = None) -> tuple[Values, Solution]:
    programme = build(one, levels=with_levels or levels())
    solution = solve(programme)
    return Values(programme, solution.layout, solution.columns), solution


def passes(solution: Solution) -> dict[str, float]:
    return {p.name: p.value for p in solution.passes if p.name != "ties"}


def quarters() -> Case:
    """The same case with months for half a year and then quarters."""
    stretch = {"from": "2025-07", "step": 3}
    empty = case().tables["calendar"]
    row = pl.DataFrame([{c: stretch.get(c) for c in empty.columns}], schema=empty.schema)
    return changed("calendar", lambda t: pl.concat([t, row]))


def poor() -> Case:
    """Half the money, and a budget of its own for support."""
    half = changed(
        "budgets", lambda t: t.with_columns(commitments=pl.col("commitments") * 0.9, payments=pl.col("payments") * 0.85)
    )
    own = {"nation": "XAA", "fiscal_year": 2025, "purpose": "support", "commitments": 5.0, "payments": 4.5}
    return changed(
        "budgets",
        lambda t: pl.concat([t, pl.DataFrame([{c: own.get(c) for c in t.columns}], schema=t.schema)]),
        half,
    )


def added(base: Case, table: str, *rows: dict[str, Any]) -> Case:
    schema = base.tables[table].schema
    more = pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema)
    return changed(table, lambda t: pl.concat([t, more]), base)


def bounded() -> Case:
    """A gun in action fires 150 rounds a month at most: fewer than 18 of them cannot fire what is needed."""
    return changed("fleets", lambda t: t.with_columns(most_use=pl.lit(150.0)))


def several() -> Case:
    """The donor's own guns draw on the same depot and pay for themselves in part; another fleet has a depot of its own."""
    one = added(
        case(), "fleets",
        {"fleet": "home-guns", "type": "gun-type", "holder": "XAA", "site": "hub", "needed": 10.0,
         "item": "gun", "transport_days": 0.0,
         "repair_days": 20.0, "mmt": 0.0, "cannibalise": True},
        {"fleet": "other-guns", "type": "gun-type", "holder": "XUU", "site": "far", "needed": 6.0,
         "transport_days": 0.0,
         "mmt": 0.0, "cannibalise": False},
    )  # fmt: skip
    one = added(one, "sites", {"site": "far", "nation": "XUU", "order_ship": 0.0})
    one = added(
        one,
        "contracts",
        {"contract": "home", "line": "gun_line", "buyer": "XAA", "advance": 0.0, "max_quantity": np.inf},
    )
    one = added(
        one, "budgets", {"nation": "XUU", "fiscal_year": 2025, "purpose": "all", "commitments": 2.0, "payments": 1.5}
    )
    one = added(
        one, "fleet_arrivals", {"fleet": "home-guns", "quantity": 8.0}, {"fleet": "other-guns", "quantity": 5.0}
    )
    one = added(
        one, "fleet_use", {"fleet": "home-guns", "use": 60.0, "damage": 0.01, "losses": 0.0},
        {"fleet": "other-guns", "use": 150.0, "damage": 0.0, "losses": 0.02},
    )  # fmt: skip
    return added(
        one, "repairs", {"part": "motor", "site": "far", "repaired": 0.7, "condemned": 0.3, "turnaround": 25.0},
        {"part": "barrel", "site": "far", "repaired": 0.0, "condemned": 1.0},
    )  # fmt: skip


@pytest.mark.docs
def test_fleets_that_share_a_depot_are_one_group() -> None:
    found = support_levels(several())
    assert [g.code for g in found.groups] == ["hub", "far"]
    assert [len(g.fleets) for g in found.groups] == [2, 1]
    assert found.groups[0].shops == ("hall",)
    assert found.groups[1].shops == ()


@pytest.mark.parametrize(
    "make", [case, quarters, poor, *(pytest.param(one, marks=pytest.mark.slow) for one in (bounded, several))]
)
def test_the_second_programme_agrees(make: Callable[[], Case]) -> None:
    one = make()
    same = support_levels(one) if make in (several, bounded) else levels()
    found = passes(solved(one, same)[1])
    expected = build_again(one, same).solve().passes
    assert found.keys() - {"rules"} == expected.keys() - {"rules"}
    for name, value in expected.items():
        # bays and systems come whole: passes with whole numbers are held to 1e-6 each
        assert found[name] == pytest.approx(value, rel=1e-5, abs=1e-6), name


EDGES: dict[str, Callable[[], Case]] = {
    "no systems at first": lambda: changed("fleet_arrivals", lambda t: t.head(0)),
    "no systems ever": lambda: changed(
        "fleets", lambda t: t.with_columns(item=pl.lit(None, pl.String)), changed("fleet_arrivals", lambda t: t.head(0))
    ),
    "nothing to buy": lambda: changed("parts", lambda t: t.with_columns(lead_time=pl.lit(None, pl.Float64))),
    "no more bays": lambda: changed("shops", lambda t: t.with_columns(max_bays=pl.lit(None, pl.Int64))),
    "no use": lambda: changed(
        "fleets", lambda t: t.with_columns(fires=pl.lit(None, pl.String)),
        changed("fleet_use", lambda t: t.with_columns(use=0.0, damage=0.0, losses=0.0)),
    ),
    "none needed": lambda: changed("fleets", lambda t: t.with_columns(needed=0.0)),
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.docs
def test_at_the_edges_too(edge: str) -> None:
    one = EDGES[edge]()
    found = support_levels(one)
    told = passes(solved(one, found)[1])
    for name, value in build_again(one, found).solve().passes.items():
        # the second programme gives each pass a billionth of room, which money may use
        assert told.get(name, 0.0) == pytest.approx(value, rel=1e-5, abs=1e-6), name


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_price_of_a_budget_is_the_difference_of_plans_solved_anew(year: int) -> None:
    _outcome, solution = solved(case())
    layout = solution.layout
    found = next(p for p in solution.passes if p.name == "availability")
    code = Limit("XAA", year, "all", "commitments")
    row = next(
        n for n, (a, b) in enumerate(zip(layout.row_family, layout.row_key, strict=True)) if (a, b) == ("budget", code)
    )
    dual = found.duals[row] / layout.row_scale[row]
    step = 0.01
    more, less = (passes(solved(budget(year, sign * step))[1])["availability"] for sign in (1, -1))
    here = passes(solution)["availability"]
    slopes = (here - less) / step, (more - here) / step
    assert min(slopes) - 1e-6 <= dual <= max(slopes) + 1e-6


@pytest.mark.parametrize(
    "months",
    [pytest.param((1,), id="first", marks=pytest.mark.slow), pytest.param((6, 10), id="later", marks=pytest.mark.slow)],
)
def test_the_exchange_rates_are_the_differences_of_plans_solved_anew(months: tuple[int, ...]) -> None:
    """A gift of each thing in each month, solved by the second programme: the told rate lies between both slopes."""
    outcome, solution = solved(case())
    table = exchange(outcome, solution)
    here = build_again(case(), levels()).solve()
    base = here.passes["availability"]
    need = 18.0
    told = 0
    for row in table.filter(pl.col("month").dt.month().is_in(months), pl.col("month").dt.year() == 2025).iter_rows(
        named=True
    ):
        lead = {"spares": levels().groups[0].lead, "bays": 3.0, "systems": 6.0}[row["lever"]]
        decided = MONTH + row["month"].month - 1
        whole, part = int(lead), lead - int(lead)
        code = "partner-guns" if row["lever"] == "systems" else row["code"]
        slopes = []
        for sign in (-1.0, 1.0):
            step = sign * 0.001
            gift = {
                (row["lever"], code, decided + whole): step * (1 - part),
                (row["lever"], code, decided + whole + 1): step * part,
            }
            found = build_again(case(), levels(), gift).solve(settled=here).passes["availability"]
            slopes.append((base - found) / step * need / row["price"])
        assert min(slopes) - 2e-4 <= row["gain"] <= max(slopes) + 2e-4, row
        told += row["gain"] > 0
    assert told >= 2 * len(months)


@pytest.mark.slow
def test_the_rate_holds_when_all_is_solved_anew() -> None:
    """Half a million less and more, wear, levels and rounds anew: the told rate lies between, and so does what is played."""
    here = rampart.plan(in_any_amount(), reasons="none")
    told = here["exchange"].filter(lever="spares", month=date(2025, 1, 1))["gain"].sum()
    played, planned = [], []
    for more in (-0.5, 0.5):
        other = rampart.plan(budget(2025, more, in_any_amount()), reasons="none")
        value = [dict(p["passes"].select("objective", "value").iter_rows())["availability"] for p in (here, other)]
        there = [float(p["fleets"]["played"].clip(upper_bound=18.0).sum()) for p in (here, other)]
        planned.append((value[0] - value[1]) * 18.0 / more)
        played.append((there[1] - there[0]) / more)
    assert planned[1] < told < planned[0]
    assert planned[0] < 1.25 * planned[1]
    assert played == pytest.approx(planned, rel=0.02)


def test_the_plan_buys_the_best_mix_of_the_curve() -> None:
    """One month, one fleet without losses: the plan equals the perspective programme of the curve (METHODS A10)."""
    group = levels().groups[0]
    plain = group.bays[:, 0] == 0
    share = group.share[plain, 0, 8]
    x = group.cost[plain] / group.per[0, 8]
    alpha, beta = pieces(x, share)
    mix = best_mix(alpha, beta, float(share.max()), 4.0, 60.0)
    assert mix.available <= mix.systems * share.max() + 1e-9
    # the same by the levels themselves
    from scipy.optimize import linprog

    n = len(share)
    rows = [[*x, -1.0, 0.0], [*([0.0] * n), 1.0, 4.0]]
    equal = [[*([1.0] * n), 0.0, -1.0]]
    answer = linprog([*(-share), 0.0, 0.0], A_ub=rows, b_ub=[0.0, 60.0], A_eq=equal, b_eq=[0.0], method="highs")
    assert -answer.fun == pytest.approx(mix.available, rel=1e-9)


def test_rounds_and_residual_are_told_and_the_course_agrees() -> None:
    told: dict[str, Any] = plan().manifest["coupling"]
    assert told["converged"]
    assert told["residual"] <= 0.01
    gap = (plan()["fleets"]["available"] - plan()["fleets"]["played"]).abs()
    assert told["largest_difference"] == pytest.approx(float(gap.max()), abs=1e-3)
    assert float(gap.max()) < 0.03 * 18  # whole spares, and levels that stood from the first month


def test_what_the_support_brings_is_told_beside_the_rates() -> None:
    """More systems than with what is held, none lost by it; the sentence adds them up over the months."""
    from rampart.language.headlines import sentences
    from rampart.language.in_words import InWords

    gain = plan()["fleets"]["available"] - plan()["fleets"]["unsupported"]
    assert (gain > -1e-6).all()
    assert gain.sum() > 0.1
    bare = support_levels(case()).groups[0].share[0, 0]
    before = plan()["fleets"].filter(pl.col("period") < 3)
    assert np.allclose(before["unsupported"] / before["owned"], bare[:3], atol=0.03)
    told = [str(s) for s in sentences(InWords(plan(), "en"))]
    money = plan()["support"]["money"].sum()
    (one,) = [s for s in told if s.startswith("Spares and bays bought for")]
    assert f"{gain.sum():.3g} systems" in one
    assert f"{gain.sum() / money:.3g} for" in one


def test_rounds_are_few_and_the_last_is_whole() -> None:
    assert plan().manifest["coupling"]["rounds"] <= 6
    due = (pl.col("kind") == "bays") & (pl.col("period") < 12)
    bays = plan()["support"].filter(due)["units"]
    assert np.allclose(bays, bays.round())


def test_every_shortage_is_bounded_and_explained() -> None:
    fleets = plan()["fleets"]
    assert (fleets["lacking"] <= fleets["needed"] + 1e-9).all()
    lacking = (fleets["needed"] - fleets["available"]).clip(lower_bound=0)
    assert np.allclose(fleets["lacking"], lacking, atol=1e-4)
    short = plan()["shortages"].filter(objective="availability").group_by("period").agg(pl.col("amount").sum())
    assert np.allclose(short["amount"].sum(), lacking.sum(), atol=1e-3)


def test_reasons_say_what_would_make_more_systems_available() -> None:
    """A tenth more of the budget is among them; nothing takes away more than lacks."""
    made = plan()
    short = made["short"].filter(objective="availability")
    reasons = made["reasons"].filter(objective="availability", named=True)
    assert short.height
    assert "budget" in reasons["cause"].to_list()
    assert (reasons["share"] <= 1 + 1e-6).all()


def test_no_more_is_served_than_guns_in_action_can_fire() -> None:
    """The bound holds in every month and binds in some; where it does not bind all that is needed is served."""
    one = bounded()
    v, _ = solved(one, support_levels(one))
    served, can = v["serve"].sum(axis=0), 150.0 * available(v).sum(axis=0)
    assert (served <= can + 1e-3).all()
    short = served < 3000 - 1e-3
    assert short.any()
    assert np.allclose(served[short], can[short], rtol=1e-6)


def test_fired_rounds_wear_the_fleet() -> None:
    """Less ammunition served, less wear: the use of the fleet is what the plan serves, not what the table says."""
    from rampart.plan.coupling import usage_of
    from rampart.sustainment.levels import first_usage

    outcome, _ = solved(case())
    usage = usage_of(outcome, levels(), first_usage(levels().support))
    assert np.allclose(usage.used.sum(), 54_000)
    fewer = changed("demand", lambda t: t.with_columns(pl.col("need", "low", "high") / 2))
    more = [float(p["fleets"]["ao"].mean()) for p in (plan(), rampart.plan(fewer))]
    assert more[1] > more[0]


def test_one_gun_more_that_fires_what_is_served_takes_no_upkeep_of_its_own() -> None:
    """What wears out is due for all that is fired, however many fire it; else a full budget would keep guns in the depot."""
    programme = build(several(), levels=support_levels(several()))
    fires, each, more = firing(programme), upkeep_each(programme), upkeep_of_one_more(programme)
    assert (each.sum(axis=1) > 0).all()
    assert not more[fires].any()
    assert np.array_equal(more[~fires], each[~fires])
    found = support_of(programme)
    systems = found.given.copy()
    for group in found.groups:
        systems[group.fleets] = np.where(fires[group.fleets, None], group.held, systems[group.fleets])
    assert np.isclose(sum(upkeep_of_year(programme).values()), (each * systems).sum())


def test_a_case_that_asks_for_no_availability_has_no_fleets_in_its_plan() -> None:
    quiet = changed("priorities", lambda t: t.filter(pl.col("objective") != "availability"))
    programme = build(quiet)
    families = {name for name, family in programme.families.items() if (family.labels >= 0).any()}
    assert not families & {"spares", "bays", "join", "level", "unavailable"}
    found = rampart.plan(quiet)
    assert all(found[name].is_empty() for name in ("fleets", "support", "exchange"))
    assert "coupling" not in found.manifest


def test_a_war_of_unknown_length_refuses_availability() -> None:
    with pytest.raises(rampart.CaseError, match="availability"):
        build(case())


@pytest.mark.docs
def test_rows_in_another_order_give_the_same_plan() -> None:
    mixed = Case(tables={name: t.reverse() if t.height > 1 else t for name, t in case().tables.items()})
    other = rampart.plan(mixed)
    for table in ("fleets", "support"):
        assert other[table].equals(plan()[table]) or np.allclose(
            other[table].select(pl.col(pl.Float64)).fill_null(0).to_numpy(),
            plan()[table].select(pl.col(pl.Float64)).fill_null(0).to_numpy(), atol=1e-6,
        )  # fmt: skip


def test_levels_hold_at_the_course_of_the_fleets() -> None:
    """Each level is what the fleets have with its stock and bays; the first is what is held."""
    from rampart.sustainment.availability_by_month import availability_by_month
    from rampart.sustainment.fleet import read_support
    from rampart.sustainment.levels import first_usage, with_usage

    support = read_support(case())
    base = availability_by_month(with_usage(support, first_usage(support)))
    group = levels().groups[0]
    assert group.cost[0] == 0
    assert (group.bays[0] == 0).all()
    assert np.allclose(group.share[0, 0], base.ao[0], atol=2e-4)
    more = availability_by_month(replace(base.support, bays=base.support.bays + 2.0))
    last = next(n for n in range(len(group.cost)) if group.cost[n] == 0 and group.bays[n, 0] == 2)
    assert np.allclose(group.share[last, 0], more.ao[0], atol=2e-4)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_report_and_explanations_tell_of_fleets(language: Any, tmp_path: Path) -> None:
    from rampart.report.pages.plan import html

    page = html(plan(), language)
    name = {"en": "Partner&#39;s guns", "fr": "Canons du partenaire"}[language]
    assert name in page
    assert 'id="figure-fleets"' in page
    assert "partner-guns" not in page
    told = plan().explain(holder="XUU", item="partner-guns", language=language)
    assert len(told) > 2
    assert "partner-guns" not in " ".join(told)


def test_a_plan_with_fleets_saves_back_equal(tmp_path: Path) -> None:
    assert rampart.read_result(plan().save(tmp_path / "plan")) == plan()


@pytest.mark.docs
def test_the_command_prints_the_agreement(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from rampart.cli.main import main

    told = CliRunner().invoke(main, ["plan", str(PLANNED), "-o", str(tmp_path / "plan"), "--no-report", "--lang", "en"])
    assert told.exit_code == 0, told.output
    assert "agree after" in told.output
    (spares,) = [line for line in told.output.splitlines() if "Order spares through Alpha" in line]
    assert spares.count("EUR") == 3, spares  # now, over twelve months, committed
    asked = CliRunner().invoke(main, ["explain", str(tmp_path / "plan"), "--item", "partner-guns", "--lang", "en"])
    assert asked.exit_code == 0, asked.output
    assert "Partner's guns" in asked.output
