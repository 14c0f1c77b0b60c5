"""The verb, its tables and its laws: bounds in order, limits of the hazard, order of rows, nothing peeks."""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

import rampart
from cases_random import make_case
from drawn import drawn
from places import PUBLISHED
from plan.solving.lots_in_one_hall import lots_in_one_hall
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.engine.highs import NoPlan
from rampart.engine.manifest import enlist
from rampart.engine.tree import digest
from rampart.findings import CaseError
from rampart.network.tree import Tree
from rampart.report.pages.war import html
from rampart.scenario import branching, policy
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.tree_programme import Effort, TreeProgramme
from rampart.scenario.war import first_look, tree_of, war_plan
from scenario.small_war import MONTHS, small


@drawn(
    3, 12, hazard=st.floats(0.01, 0.6), offensive=st.floats(0.0, 0.9), stock=st.floats(0, 20), cost=st.floats(0.5, 30),
    every=st.integers(1, 3)
)  # fmt: skip
def test_bounds_stand_in_order(hazard: float, offensive: float, stock: float, cost: float, every: int) -> None:
    """Known from the start <= known after the first look <= the plan <= planning again by the two-stage lookahead."""
    case = small(hazard, offensive=offensive, stock=stock, cost=cost, every=every)
    tree, chain = tree_of(case, "regimes")
    assert chain is not None
    assert tree.probability[tree.leaves].sum() == pytest.approx(1)
    plan = TreeProgramme(case, tree).solve()
    known = TreeProgramme(case, branching.fan(tree, shared=0)).solve().value
    bound = TreeProgramme(case, branching.fan(tree, shared=first_look(tree))).solve().value
    rolled = policy.roll(case, chain.ends, tree, policy.two_stage).answer.value
    mean = policy.roll(case, chain.ends, tree, policy.mean_while_it_lasts).answer.value
    again = policy.roll(case, chain.ends, tree, policy.plan_again).answer.value
    room = 1e-7 * max(1.0, abs(plan.value))
    assert plan.value <= again + room
    assert known <= bound + room
    assert bound <= plan.value + room
    assert plan.value <= rolled + room
    assert plan.value <= mean + room
    assert plan.path_cost @ tree.probability[tree.leaves] == pytest.approx(plan.value)


def test_no_hazard_is_the_plan_without_branches() -> None:
    case = small(0.0, offensive=0.0)
    tree, _ = tree_of(case, "regimes")
    assert len(tree.leaves) == 1
    money = rampart.plan(case)["passes"].filter(pl.col("objective") == "money")["value"][0]
    assert TreeProgramme(case, tree).solve().value == pytest.approx(money)


def test_a_sure_end_is_planned_as_a_war_that_ends_at_the_first_look() -> None:
    case = small(1.0, every=1)
    tree, _ = tree_of(case, "regimes")
    regimes = [tree.regimes[int(np.argmax(m))] for m in tree.mix] if tree.mix is not None else []
    assert regimes == ["attrition"] + ["ended"] * (MONTHS - 1)
    ended = case.tables["demand"].filter(pl.col("regime") == "attrition").with_columns(
        regime=pl.lit(None, pl.String), until=pl.lit("2024-01")
    )  # fmt: skip
    short = Case(tables={**case.tables, "demand": ended})
    money = rampart.plan(short)["passes"].filter(pl.col("objective") == "money")["value"][0]
    assert TreeProgramme(case, tree).solve().value == pytest.approx(money)


def test_the_order_of_rows_changes_nothing() -> None:
    case = small(0.2)
    turned = Case(tables={name: frame.reverse() for name, frame in case.tables.items()})
    first, second = war_plan(case), war_plan(turned)
    for table in ("values", "ends", "decisions"):
        numbers = [c for c, kind in first[table].schema.items() if kind.is_numeric()]
        for c in numbers:
            assert first[table][c].to_numpy() == pytest.approx(
                second[table][c].to_numpy(), rel=1e-6, abs=1e-6, nan_ok=True
            )


def test_the_plan_does_not_peek_and_a_plan_that_does_is_found() -> None:
    case = small(0.2, every=1)
    made = war_plan(case, shape="regimes", compare=False)
    assert foresight(made.tables) == []
    tree = branching.fan(tree_of(case, "regimes")[0], shared=0)
    known = TreeProgramme(case, tree)
    answer = known.solve()
    rows = [
        ("order", str(key), node, amount)
        for (key, node), amount in known.decided(answer, "order").items()
        if amount > 1e-6
    ]
    regime = [tree.regimes[int(np.argmax(m))] for m in tree.mix] if tree.mix is not None else []
    tables = {
        "nodes": pl.DataFrame({"node": range(len(tree)), "parent": tree.parent, "month": [str(p) for p in tree.period],
                               "regime": regime}),
        "policy": pl.DataFrame(rows, schema=["kind", "what", "node", "quantity"], orient="row"),
    }  # fmt: skip
    assert foresight(tables)


def test_the_verb_writes_tables_and_pages_in_both_languages(tmp_path: Path) -> None:
    case = small(0.2)
    case.save(tmp_path / "case")
    run = CliRunner().invoke(main, ["war", str(tmp_path / "case"), "-o", str(tmp_path / "out"), "--lang", "fr"])
    assert run.exit_code == 0, run.output
    assert "valeur de l’information parfaite" in run.output
    assert (tmp_path / "out/report/report.fr.html").exists()
    (tmp_path / "out/of_another_run.parquet").write_text("of another run")
    enlist(tmp_path / "out", {"of_another_run.parquet": digest(tmp_path / "out/of_another_run.parquet")})
    (tmp_path / "out/notes.txt").write_text("kept")
    again = CliRunner().invoke(main, ["war", str(tmp_path / "case"), "-o", str(tmp_path / "out"), "--no-compare"])
    assert again.exit_code == 0, again.output
    assert not (tmp_path / "out/of_another_run.parquet").exists()
    assert (tmp_path / "out/notes.txt").read_text() == "kept"
    assert not (tmp_path / "out/report/report.fr.html").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("kept")
    refused = CliRunner().invoke(main, ["war", str(tmp_path / "case"), "-o", str(tmp_path / "mine")])
    assert refused.exit_code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    nodes = pl.read_parquet(tmp_path / "out/nodes.parquet")
    assert nodes.filter(~pl.col("node").is_in(nodes["parent"]))["probability"].sum() == pytest.approx(1)
    told = CliRunner().invoke(main, ["war", str(tmp_path / "case"), "--json", "-o", str(tmp_path / "out")])
    values = {row["name"]: row["value"] for row in json.loads(told.stdout)["values"]}
    assert values["wait_and_see"] <= values["two_stage_bound"] + 1e-9 <= values["plan"] + 2e-9
    assert values["knowing"] == pytest.approx(values["plan"] - values["wait_and_see"])


def test_a_time_limit_leaves_the_plan_without_new_decisions(tmp_path: Path) -> None:
    case = small(0.2)
    case.save(tmp_path / "case")
    asked = ["war", str(tmp_path / "case"), "-o", str(tmp_path / "out"), "--lang", "en", "--time-limit", "0.000001"]
    run = CliRunner().invoke(main, asked)
    assert run.exit_code == 4, run.output
    assert "this is the plan without new decisions" in run.output
    said = json.loads((tmp_path / "out/manifest.json").read_text())
    assert (said["status"], said["idle"], said["gap"]) == ("time limit", True, None)
    assert pl.read_parquet(tmp_path / "out/decisions.parquet").is_empty()
    regret = CliRunner().invoke(main, [*asked, "--regret"])
    assert regret.exit_code == 4, regret.output


def test_a_search_for_whole_numbers_cut_short_leaves_the_best_found() -> None:
    """Half a second is enough where the machine has nothing else to do; a busy one gets more, less than the search takes."""
    case = lots_in_one_hall()
    for seconds in (0.5, 2.0, 8.0, 30.0):
        effort = Effort(deadline=time.monotonic() + seconds)
        problem = TreeProgramme(case, Tree.single(case.calendar), effort=effort)
        with suppress(NoPlan):
            answer = problem.solve(cut_short=True)
            lots = answer.level[problem.whole]
            if lots.sum() > 0:
                break
    assert answer.status == "time limit"
    assert lots == pytest.approx(np.round(lots), abs=1e-5)
    assert lots.sum() > 0
    with pytest.raises(NoPlan, match="Time limit"):
        problem.solve()


def test_regret_and_risk_can_be_asked_for(tmp_path: Path) -> None:
    case = small(0.2)
    said = case.tables["priorities"].with_columns(cvar=pl.lit(0.8), cvar_level=pl.lit(0.7))
    Case(tables={**case.tables, "priorities": said}).save(tmp_path / "case")
    run = CliRunner().invoke(main, ["war", str(tmp_path / "case"), "--no-compare", "-o", str(tmp_path / "plain")])
    assert run.exit_code == 0, run.output
    assert "Objectives whose bad paths weigh more" in run.output
    mean = war_plan(case)
    by_regret = CliRunner().invoke(
        main, ["war", str(tmp_path / "case"), "--regret", "--json", "-o", str(tmp_path / "plain")]
    )
    values = {row["name"]: row["value"] for row in json.loads(by_regret.stdout)["values"]}
    before = dict(mean["values"].iter_rows())
    assert values["largest_regret"] <= before["largest_regret"] + 1e-6
    assert values["plan"] >= before["plan"] - 1e-6
    for wrong in (
        ["--cvar", "1", "0.9", "--regret"],
        ["--regret", "--paths", "9", "--fresh", "2"],
        ["--cvar", "1", "1"],
    ):
        assert CliRunner().invoke(main, ["war", str(tmp_path / "case"), *wrong]).exit_code == 2
    paths = CliRunner().invoke(main, ["war", str(tmp_path / "case"), "--paths", "9", "-o", str(tmp_path / "plain")])
    assert paths.exit_code != 0
    assert "cvar" in paths.output


@pytest.mark.parametrize(("limit", "kept"), [(20.0, True), (2.0, False)])
def test_plans_compare_where_the_rules_before_the_objective_are_kept(limit: float, kept: bool) -> None:
    """A limit of storage is a rule held before money. The 5 shells there and 6 a month of need fit in 20, not in 2."""
    case = small(0.2)
    rows = case.tables["storage"].with_columns(limit=pl.lit(limit), end_value=pl.lit(0.0))
    own = rows.with_columns(holder=pl.lit("AAA"), limit=pl.lit(1.0))
    need = case.tables["demand"].with_columns(need=pl.lit(0.0)) if not kept else case.tables["demand"]
    case = Case(tables={**case.tables, "storage": pl.concat([rows, own]), "demand": need})
    free = Case(tables={**case.tables, "storage": rows.with_columns(limit=pl.lit(math.inf))})
    made = war_plan(case)
    values = dict(made["values"].iter_rows())
    assert ("wait_and_see" in values) == kept
    if not kept:
        with pytest.raises(ValueError, match="rules"):
            war_plan(case, regret=True)
        return
    assert values["wait_and_see"] <= values["plan"] + 1e-9
    assert values["plan"] >= dict(war_plan(free, compare=False)["values"].iter_rows())["plan"] - 1e-6
    regret = dict(war_plan(case, regret=True)["values"].iter_rows())
    assert regret["counts"] == pytest.approx(regret["largest_regret"])
    assert regret["largest_regret"] <= values["largest_regret"] + 1e-6


def test_what_an_end_leaves_is_counted_again_from_the_decisions() -> None:
    """Orders come a month later, a widened line works from the third month on; a price that nobody states makes no money."""
    case = small(0.2, stock=0.0, cost=1.0)
    placed = pl.DataFrame(
        [{"buyer": "AAA", "item": "shell", "line": "plant", "ship_to": "UUU", "month": "2024-05", "quantity": 2.0}],
        schema=case.tables["orders"].schema,
    )
    case = Case(tables={**case.tables, "orders": placed})
    made = war_plan(case, shape="regimes", compare=False)
    nodes = made["nodes"]
    months = [f"2024-{m:02d}" for m in range(1, MONTHS + 1)]
    decided = {(r["kind"], r["node"]): r["quantity"] for r in made["policy"].iter_rows(named=True)}
    stock = {r["node"]: r["quantity"] for r in made["holdings"].filter(measure="stock").iter_rows(named=True)}
    parent = nodes["parent"].to_list()
    leaves = [n for n in range(nodes.height) if n not in parent]
    found = {(r["path"], r["measure"]): (r["quantity"], r["money"]) for r in made["left"].iter_rows(named=True)}
    assert any(amount > 0 for (kind, _), amount in decided.items() if kind == "expand")
    assert {"beyond_need", "still_to_come", "placed_to_come", "idle"} == {m for _, m in found}
    for path, leaf in enumerate(leaves):
        course = [leaf]
        while parent[course[0]] >= 0:
            course.insert(0, parent[course[0]])
        looks = [max(n for n in course[: t + 1] if nodes["looked"][n]) for t in range(len(course))]
        over = [bool(nodes["over"][n]) for n in looks]  # as far as it is seen: until then orders go on
        if not any(over):
            assert not [p for p, _ in found if p == path]
            continue
        end = over.index(True)
        orders = [decided.get(("order", n), 0.0) for n in course]
        grown = [sum(decided.get(("expand", n), 0.0) for n in course[: max(t - 1, 0)]) for t in range(MONTHS)]
        given = [2.0 if month == "2024-05" else 0.0 for month in months]
        made_in = [(orders[t - 1] if t else 0.0) + given[t] for t in range(MONTHS)]
        expected = {
            "beyond_need": stock[course[end]], "still_to_come": sum(orders[end - 1 : end]),
            "placed_to_come": sum(given[end:]),
            "idle": sum(5.0 + grown[t] - made_in[t] for t in range(end, MONTHS)),
        }  # fmt: skip
        for measure, units in expected.items():
            quantity, money = found.get((path, measure), (0.0, None))
            assert quantity == pytest.approx(units, abs=1e-5), (path, measure)
            priced = measure == "still_to_come" and units > 1e-5
            assert money == (pytest.approx(units, abs=1e-5) if priced else None), (path, measure)
    page = html(made)
    assert "What each end leaves, by item" in page
    assert "Without the money of items whose price or amount still due is not stated: shell." in page


def test_ways_of_planning_tell_at_which_node_they_are() -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    case = small(0.2)
    made = war_plan(case, rolling=lambda name, done, total: told.setdefault(name, []).append((done, total)), workers=2)
    assert list(told) == ["as_if_five_years", "year_by_year", "mean_while_it_lasts", "plan_again", "two_stage_policy"]
    for steps in told.values():
        assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
        assert {total for _, total in steps} == {len(steps)}
    alone = war_plan(case)
    assert dict(alone["values"].iter_rows()) == pytest.approx(dict(made["values"].iter_rows()), nan_ok=True)


def test_the_page_says_when_plans_cannot_be_compared() -> None:
    case = small(0.2)
    two = pl.concat(
        [
            case.tables["priorities"],
            case.tables["priorities"].with_columns(rank=pl.lit(2, pl.Int64), objective=pl.lit("need")),
        ]
    )
    made = war_plan(Case(tables={**case.tables, "priorities": two}))
    assert "wait_and_see" not in made["values"]["name"]
    assert "<h1>" in html(made)


def test_given_branches_and_a_case_without_a_regime() -> None:
    case = rampart.read_case(PUBLISHED / "air-conditioning")
    tree, chain = tree_of(case)
    assert chain is None
    assert len(tree.leaves) == 4
    missing = case.tables["settings"].filter(pl.col("setting") != "regime")
    with pytest.raises(CaseError) as unsaid:
        tree_of(Case(tables={**case.tables, "settings": missing}), "comb")
    assert [f.code for f in unsaid.value.findings] == ["no-present-regime"]
    nothing = {name: case.tables[name].clear() for name in ("regimes", "transitions", "branches")}
    with pytest.raises(CaseError) as unknown:
        tree_of(Case(tables={**case.tables, "settings": missing, **nothing}))
    assert [f.code for f in unknown.value.findings] == ["no-beliefs"]


def test_chances_of_branches_written_short_are_brought_to_one() -> None:
    case = rampart.read_case(PUBLISHED / "air-conditioning")
    short = case.tables["branches"].with_columns(probability=pl.col("probability").replace(0.5, 0.49999))
    tree, _ = tree_of(Case(tables={**case.tables, "branches": short}))
    assert tree.probability[tree.leaves] == pytest.approx([0.25] * 4, rel=1e-12)


def test_on_a_tree_the_chance_of_a_regime_enters_once() -> None:
    """30 for 20 a month of war, which ends with one half a month: 10 are lost with one half, 20 with a quarter."""
    case = make_case(
        {"start": "2024-01", "end": "2024-03", "regime": "war", "revise_every": "1"}, {
            "nations": [{"nation": "UUU", "name_en": "U", "role": "recipient"}],
            "items": [{"item": "shell", "name_en": "shell", "kind": "munition", "unit": "u", "price": 4.0}],
            "stocks": [{"holder": "UUU", "item": "shell", "quantity": 30.0}],
            "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 20.0,
                        "regime": "war", "weight": 3.0}],
            "regimes": [{"regime": "war", "ends": False}, {"regime": "over", "ends": True}],
            "transitions": [{"from_regime": "war", "to_regime": "over", "probability": 0.5}],
            "priorities": [{"rank": n, "objective": o, "tolerance": 0.0} for n, o in ((1, "need"), (2, "money"))],
        }
    )  # fmt: skip
    tree, _ = tree_of(case, "regimes")
    assert TreeProgramme(case, tree, objective="need").solve().value == pytest.approx(
        3.0 * 4.0 * (0.5 * 10 + 0.25 * 20)
    )
    # the plan that makes no difference between regimes gains as little here: nothing can be saved for peace
    assert rampart.plan(case)["passes"]["value"][0] == pytest.approx(120.0)
