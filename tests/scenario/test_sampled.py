"""The plan over sampled paths, its rivals and bounds; policies run forward; paths that stand for many."""

from __future__ import annotations

import json
import signal
import sys
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.network.lags import Floats
from rampart.network.tree import Tree
from rampart.report.pages.war import html
from rampart.scenario import branching, decompose, forward, one_path, policy, sampled, stand_ins, tree_programme
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.one_path import Material
from rampart.scenario.risk import Risk
from rampart.scenario.sampled import (
    Sampling,
    first_decisions,
    forward_table,
    path_tables,
    plan_on_paths,
    standard_error,
)
from rampart.scenario.tree_programme import TreeProgramme
from scenario.small_war import small

CASE = small(0.2)
CHAIN = Chain.of(CASE)
LOOKS = draws.revision_periods(CASE)


def test_the_plan_over_paths_is_the_whole_programme_of_these_paths() -> None:
    made, answer = plan_on_paths(CASE, Sampling(paths=15, gap=1e-7, capacity=False))
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 15, seed=(0, 0), by_end=True)
    first = draws.revision_periods(CASE)[0]
    tree = branching.from_paths(
        CASE, CHAIN.regimes, drawn, np.full(15, 1 / 15), shared=first, ends=CHAIN.ends, looks=LOOKS
    )
    whole = TreeProgramme(CASE, tree).solve()
    assert answer.value == pytest.approx(whole.value, rel=1e-6)
    assert answer.known.mean() <= answer.value + 1e-6
    assert sorted(answer.path_cost) == pytest.approx(sorted(np.repeat(whole.path_cost, 1)), rel=1e-5, abs=1e-4)
    values = dict(made["values"].iter_rows())
    assert 0 < values["standard_error"] < answer.path_cost.std(ddof=1) / np.sqrt(15)
    assert values["knowing"] == pytest.approx(values["plan"] - values["wait_and_see"])
    assert values["planning_for_the_tree"] >= -1e-6 * abs(values["plan"])
    assert made["ends"]["regret"].min() >= -1e-6
    assert not foresight(made.tables)


def test_who_plans_as_if_it_lasts_knows_of_no_path_when_it_ends() -> None:
    """The first path ends soonest; a year, or five, of the present regime are the same six months of war whatever it does."""
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 15, seed=(0, 0), by_end=True)
    assert CHAIN.ends[drawn[0, 1]]
    material = Material(CASE, CHAIN.regimes, CHAIN.ends, drawn, LOOKS[0], None, True)
    found = first_decisions(CASE, CHAIN, material, np.full(15, 1 / 15))
    n = len(CASE.calendar)
    mix = np.tile(np.eye(len(CHAIN.regimes))[CHAIN.start], (n, 1))
    alone = TreeProgramme(CASE, Tree(CASE.calendar, np.arange(n), np.arange(n) - 1, np.ones(n), CHAIN.regimes, mix))
    decided = alone.decided(alone.solve(), "expand")
    assert sum(decided.values()) >= 1
    for way in ("as_if_five_years", "year_by_year"):
        assert {key: found[way]["expand", *key] for key in decided} == pytest.approx(decided, abs=1e-6)


@pytest.mark.parametrize(("least", "asked", "bound"), [(5.0, 12, -np.inf), (9.5, 24, 9.5)])
def test_prices_are_asked_of_all_paths_only_where_some_say_that_they_bound_more(
    least: float, asked: int, bound: float
) -> None:
    """Of 24 paths on which a plan costs 10, where no plan costs less than 9."""

    class Asked:
        paths = 0

        def call(self, _: str, prices: Floats, some: NDArray[np.bool_]) -> list[float]:
            self.paths += int(some.sum())
            return [least if asked else np.nan for asked in some]

    chance, shards = np.full(24, 1 / 24), Asked()
    found = decompose._bound_by_prices(
        9.0, decompose.Weighing(chance, Risk()), cast("Any", shards), np.zeros(1), np.full(24, 10.0), chance, np.zeros((24, 1)),
    )  # fmt: skip
    assert (shards.paths, found) == (asked, pytest.approx(bound))


@pytest.mark.parametrize(
    ("risk", "capacity"), [(None, False), (None, True), (Risk(0.5, 0.8), False), (Risk(regret=np.zeros(1)), True)]
)
def test_few_paths_that_stand_for_all_come_to_the_same_as_all_at_once(
    risk: Risk | None, capacity: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every bound lies below the optimum of all paths at once, every plan above; at last both are it."""
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 14, seed=(4,))
    regret = risk is not None and risk.regret is not None
    told: list[decompose.Round] = []

    def planned() -> decompose.TwoStage:
        return decompose.two_stage(
            CASE, CHAIN.regimes, CHAIN.ends, drawn, np.full(14, 1 / 14), first=LOOKS[0], capacity=capacity, gap=1e-6,
            risk=None if regret else risk, regret=regret, progress=told.append,
        )  # fmt: skip

    whole = planned()
    assert [now.stand_ins for now in told] == [14]
    told.clear()
    monkeypatch.setattr(decompose, "SMALL", 0)
    monkeypatch.setattr(decompose, "SOME", 7)
    found = planned()
    assert [now.stand_ins for now in told][:2] == [2, 4]
    assert found.value == pytest.approx(whole.value, rel=1e-5)
    assert found.status == "optimal"
    for now in told:
        assert now.bound <= whole.value + 1e-6 * abs(whole.value)
        assert now.best >= whole.value - 1e-6 * abs(whole.value)
    assert [now.bound for now in told] == sorted(now.bound for now in told)
    assert [now.best for now in told] == sorted((now.best for now in told), reverse=True)


def test_paths_built_side_by_side_are_those_built_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends in any order and two first regimes: matrices, and what is told of each, are to the digit those of a path alone."""
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 9, seed=(2,))
    drawn[4, 0] = CHAIN.regimes.index("offensive")
    material = Material(CASE, CHAIN.regimes, CHAIN.ends, drawn, LOOKS[0], None, True)
    wide = one_path.widest(material)
    names = one_path.names_of(wide, one_path.first_columns(wide, material))
    monkeypatch.setattr(one_path, "KEPT", 0)
    found = []
    for together in (25, 1):
        monkeypatch.setattr(one_path, "TOGETHER", together)
        paths = one_path.Paths((material, names), list(range(1, 9)))  # not the first: numbers are no positions
        known = np.append(0.0, paths.free())
        cost = np.append(0.0, [slope.value for slope in paths.at(np.zeros(len(names)))])
        found.append((paths, known, cost, paths.told(path_tables, np.zeros(len(names)), cost, known)))
    (beside, known, cost, told), (alone, known_alone, cost_alone, told_alone) = found
    for one, other in zip(beside.paths, alone.paths, strict=True):
        assert (one.matrix != other.matrix).nnz == 0
        for name in ("columns", "rows", "first", "place", "scale", "lower", "upper", "row_lower", "row_upper", "cost"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert known == pytest.approx(known_alone)
    assert cost == pytest.approx(cost_alone)
    over = [next((t for t, regime in enumerate(path) if CHAIN.ends[regime]), None) for path in drawn[1:]]
    for (ends, *tables), (ends_alone, *tables_alone), t in zip(told, told_alone, over, strict=True):
        assert ends.drop("path").rows()[0] == pytest.approx(ends_alone.drop("path").rows()[0])
        end = ends["ends"][0]
        assert (None if end is None else end.month - 1) == t
        for table, of_alone in zip(tables, tables_alone, strict=True):
            assert table.drop("path").equals(of_alone.drop("path"))


def test_many_paths_take_a_process_a_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 12, seed=(0,))
    wide = one_path.widest(Material(CASE, CHAIN.regimes, CHAIN.ends, drawn, LOOKS[0], None, True))
    monkeypatch.setattr(decompose, "cores", lambda: 4)
    columns = wide.layout.columns
    many = decompose.SMALL // columns + 1
    assert [decompose.processes_for(n, wide) for n in (many - 1, many)] == [1, 4]
    monkeypatch.setattr(decompose, "SMALL", 0)
    assert [decompose.processes_for(n, wide) for n in (5, 29)] == [1, 2]


def test_the_standard_error_of_paths_by_end_is_that_of_draws_again() -> None:
    """A cost of each path that grows with its months of war: 400 draws of 16 paths spread as the error says, and far less
    than draws one by one do. Two costs 0 and 2 drawn one by one: half their difference.
    """
    means: dict[bool, list[float]] = {True: [], False: []}
    told = []
    for by_end in means:
        for n in range(400):
            drawn = draws.onward(CASE, CHAIN, np.array([CHAIN.start]), 16, seed=(n,), by_end=by_end)
            cost = (~CHAIN.ends[drawn]).sum(axis=1) + 0.5 * (drawn == 1).sum(axis=1)
            means[by_end].append(float(cost.mean()))
            if by_end:
                told.append(standard_error(cost, np.full(16, 1 / 16)))
    assert np.mean(means[True]) == pytest.approx(np.mean(means[False]), abs=0.1)
    assert np.std(means[True]) < 0.5 * np.std(means[False])
    assert np.std(means[True]) < np.mean(told) < 1.6 * np.std(means[True])
    assert standard_error(np.array([0.0, 2.0]), np.full(2, 0.5)) == pytest.approx(1.0)
    assert np.isnan(standard_error(np.ones(1), np.ones(1)))


def test_parts_of_a_whole_are_rounded_by_what_they_sum_to() -> None:
    """A twelfth a month is one by the seventh month; two keys are rounded each on its own."""
    names: list[Any] = [("expand", key, t) for key in (("a",), ("b",)) for t in range(12)]
    x = np.array([1 / 12] * 12 + [0.0] * 11 + [1.6])
    found = stand_ins.rounded(x, np.arange(24), names)
    assert found.tolist() == [0.0] * 6 + [1.0] + [0.0] * 5 + [0.0] * 11 + [2.0]


@pytest.mark.parametrize(
    "risk", [Risk(0.0, 0.8), Risk(0.5, 0.9), Risk(0.3, 0.0), None],
    ids=["worst fifth", "half", "mean", "regret"],
)  # fmt: skip
def test_risk_over_paths_is_that_of_the_whole_programme(risk: Risk | None) -> None:
    # what a path costs at least is known with fractions only, and regret counts from there
    fractions = CASE.tables["expansions"].with_columns(whole=pl.lit(value=False))
    case = Case(tables={**CASE.tables, "expansions": fractions})
    made, answer = plan_on_paths(case, Sampling(paths=10, gap=1e-8, capacity=False), risk=risk, regret=risk is None)
    drawn = draws.onward(case, CHAIN, np.array([CHAIN.start]), 10, seed=(0, 0), by_end=True)
    first = draws.revision_periods(case)[0]
    tree = branching.from_paths(
        case, CHAIN.regimes, drawn, np.full(10, 1 / 10), shared=first, ends=CHAIN.ends, looks=LOOKS
    )
    whole = TreeProgramme(case, tree)
    # the paths in the tree's order, by their own least cost
    fans = [branching.fan(tree, shared=0, leaves=np.array([leaf]), chance=np.ones(1)) for leaf in tree.leaves]
    alone = np.array([TreeProgramme(case, fan).solve().value for fan in fans])
    value = whole.solve(risk=risk or Risk(regret=alone)).value
    assert answer.value == pytest.approx(value, rel=1e-6)
    assert answer.bound <= value + 1e-6 * abs(value)
    values = dict(made["values"].iter_rows())
    assert values["counts"] == answer.value
    assert values["plan"] == pytest.approx(answer.path_cost.mean())
    assert values["plan"] >= whole.solve().value - 1e-6
    if risk is None:
        assert values["largest_regret"] == pytest.approx(value, rel=1e-6)
    assert "risk" in made.manifest
    with pytest.raises(ValueError, match="mean"):
        plan_on_paths(case, Sampling(paths=9, fresh=2), risk=risk, regret=risk is None)


def test_the_frontier_over_paths_is_that_of_paths_that_stand_for_all() -> None:
    """With all paths kept it is that of the whole programme; weighing the partner more never gives it less."""
    worth = CASE.tables["priorities"].with_columns(objective=pl.lit("need"), worth=pl.lit(20.0))
    money = CASE.tables["priorities"].with_columns(rank=pl.lit(2, worth.schema["rank"]))
    case = Case(tables={**CASE.tables, "priorities": pl.concat([worth, money], how="diagonal")})
    made, answer = plan_on_paths(case, Sampling(paths=12, gap=1e-7, capacity=False, frontier=12))
    rows = made["frontier"].sort("factor")
    assert (rows["partner"].diff().drop_nulls() <= 1e-6).all()
    assert (rows["money"].diff().drop_nulls() >= -1e-6).all()
    own = rows.filter(factor=1.0)
    assert 20 * own["partner"][0] + own["money"][0] == pytest.approx(answer.value, rel=1e-5)
    values = dict(made["values"].iter_rows())
    assert values["frontier_error"] == 0
    few = plan_on_paths(case, Sampling(paths=12, gap=1e-7, capacity=False, frontier=3))[0]
    assert 0 < dict(few["values"].iter_rows())["frontier_error"] <= 1
    # dealt over two processes the same comes back
    drawn = draws.onward(case, CHAIN, np.array([CHAIN.start]), 12, seed=(0,))
    asked = (case, CHAIN, drawn, np.full(12, 1 / 12), LOOKS[0], 2, None)
    points = [("frontier", factor) for factor in (0.0, 1.0, 4.0)]
    rows = sampled._weighed_otherwise(asked, points)[0]["frontier"]
    dealt = [sampled._weighed_otherwise(asked, points[n::2])[0]["frontier"] for n in range(2)]
    assert sorted((row for found in dealt for row in found), key=sampled._factor) == rows


def test_capacity_for_good_costs_no_less_than_capacity_that_may_wait() -> None:
    now = plan_on_paths(CASE, Sampling(paths=10, gap=1e-7, capacity=True))[1].value
    later = plan_on_paths(CASE, Sampling(paths=10, gap=1e-7, capacity=False))[1].value
    assert later <= now + 1e-6


def test_batches_bound_the_value_of_the_tree_itself() -> None:
    """The optimum in which all is known after the first look lies above the low end of the batches' interval."""
    made, _ = plan_on_paths(CASE, Sampling(paths=10, gap=1e-7, capacity=False, batches=4))
    values = dict(made["values"].iter_rows())
    tree = branching.grow(CASE, CHAIN, regimes=True)
    true = TreeProgramme(CASE, branching.fan(tree, shared=draws.revision_periods(CASE)[0])).solve().value
    assert values["batch_bound_low"] <= true
    assert values["batch_gap"] >= -1e-6
    assert values["batch_gap_most"] >= values["batch_gap"]


def test_policies_run_forward_cost_what_they_cost_on_the_tree() -> None:
    """With the fresh paths as the tree itself, a policy that draws nothing costs the same by either way."""
    compared = {"lasting": policy.Lasting(60), "lookahead": policy.FreshPaths(CASE, CHAIN, 4, seed=3)}
    run, same = (forward.run_forward(CASE, CHAIN, compared, paths=4, seed=5, workers=workers) for workers in (1, 2))
    tree = branching.sampled(CASE, CHAIN, 4, seed=forward._stream(5, forward.FRESH), shared=None)
    looks = draws.revision_periods(CASE)
    alone = policy.roll(CASE, CHAIN.ends, tree, policy.Lasting(60), looks=looks).answer
    assert run.cost["lasting"].mean() == pytest.approx(alone.value)
    for name, cost in run.cost.items():
        assert cost.size == 4
        assert (cost >= run.known - 1e-6).all()
        assert cost.mean() >= run.bound - 1e-6
        assert cost == pytest.approx(same.cost[name])  # on any number of workers
    assert run.bound >= run.known.mean() - 1e-6


def test_a_lookahead_uses_nothing_of_the_future_of_the_tree() -> None:
    """Two trees that look alike until now and differ afterwards give the same plan."""
    found = []
    for later in (0, 1):
        paths = np.array([[0, 0, 0, 0, 2 * later, 2 * later], [0, 0, 1 - later, 1 - later, 0, 0]])
        tree = branching.from_paths(CASE, CHAIN.regimes, paths, np.full(2, 0.5), shared=None, ends=CHAIN.ends)
        stands = policy.standing(tree, CHAIN.ends, [2, 4])
        root = int(np.flatnonzero(tree.parent < 0)[0])
        doing = policy.Doing(
            CASE, CHAIN.ends, tree, policy.FreshPaths(CASE, CHAIN, 5, seed=1), None, tree_programme.Effort(),
        )  # fmt: skip
        found.append([(f, k, v) for f, k, _, v in policy.plan_anew(doing, root, stands[root], [])])
    assert found[0] == found[1]


@pytest.mark.parametrize("regret", [False, True])
def test_a_war_that_costs_nothing_has_no_gap(regret: bool) -> None:
    """Without a need nothing costs anything: the bound is nothing, and a share of it is not a number."""
    case = small(0.2, stock=0.0)
    free = Case(tables={**case.tables, "demand": case.tables["demand"].with_columns(need=pl.lit(0.0)),
                        "storage": case.tables["storage"].with_columns(end_value=pl.lit(0.0))})  # fmt: skip
    made, answer = plan_on_paths(free, Sampling(paths=4, fresh=0 if regret else 2, ahead=2), regret=regret)
    assert answer.value == pytest.approx(0.0, abs=1e-6)
    assert answer.gap <= 1e-4
    if not regret:
        assert made["forward"]["above_bound"].is_nan().all()
        assert "nan" not in html(made)


def test_what_a_policy_costs_above_the_bound_of_a_gain_is_a_loss() -> None:
    """A policy that earns 90 where nobody can earn more than 100 is 10 % above the bound of -100."""
    cost = {"first": np.full(4, -90.0)}
    rows = forward_table(forward.Forward(cost=cost, known=np.full(4, -110.0), bound=-100.0))
    assert rows["above_bound"][0] == pytest.approx(0.1)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), count=st.integers(3, 7))
def test_one_path_kept_is_the_best_one_and_all_kept_have_no_error(seed: int, count: int) -> None:
    """Against trying every subset: forward selection is exact for one path, and never better than the best subset."""
    chance_of = np.random.default_rng(seed)
    paths, chance = chance_of.integers(0, 3, (count, 6)), chance_of.dirichlet(np.ones(count))
    apart = (paths[:, None, :] != paths[None, :, :]).sum(axis=2)

    def error(kept: tuple[int, ...]) -> float:
        return float(apart[:, kept].min(axis=1) @ chance)

    one = min(error((n,)) for n in range(count))
    for keep in (1, 2, count):
        kept, weight, relative = branching.reduced(CASE, CHAIN.regimes, paths, chance, keep)
        assert weight.sum() == pytest.approx(1)
        assert len(kept) == keep
        best = min(error(subset) for subset in combinations(range(count), keep))
        assert relative * one >= best - 1e-9
        if keep in (1, count):
            assert relative * one == pytest.approx(best, abs=1e-9)


def test_the_verb_plans_over_paths_and_says_where_it_stands(tmp_path: Path) -> None:
    CASE.save(tmp_path / "case")
    ran = CliRunner().invoke(
        main, ["war", str(tmp_path / "case"), "--paths", "12", "--keep", "6", "--fresh", "3", "--ahead", "3", "--batches",
               "2", "--out", str(tmp_path / "out")],
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "round 1, 6 paths standing for all: at least" in ran.stderr
    assert "95 % interval" in ran.stdout or "95% interval" in ran.stdout
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["paths"] == 6
    assert manifest["gap"] <= 0.01
    run = pl.read_parquet(tmp_path / "out" / "forward.parquet")
    assert run["more"][0] == 0
    bound = pl.read_parquet(tmp_path / "out" / "values.parquet").filter(name="fresh_bound")["value"][0]
    assert (run["mean"] >= bound - 1e-6).all()


def test_a_time_that_is_up_at_once_leaves_the_plan_without_new_decisions(tmp_path: Path) -> None:
    CASE.save(tmp_path / "case")
    out = tmp_path / "out"
    asked = ["war", str(tmp_path / "case"), "--paths", "6", "--time-limit", "0.001", "--lang", "en", "--out", str(out)]
    ran = CliRunner().invoke(main, asked)
    assert ran.exit_code == 4, ran.output
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["status"] == "time limit" and manifest["idle"]
    assert "without new decisions" in ran.output
    assert pl.read_parquet(out / "decisions.parquet").is_empty()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_it_leaves_the_best_plan_with_its_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CASE.save(tmp_path / "case")
    monkeypatch.setattr(decompose, "SMALL", 0)
    out = tmp_path / "out"
    rounds: list[decompose.Round] = []

    def interrupted(*now: Any) -> decompose.Round:
        rounds.append(decompose_round(*now))
        if len(rounds) == 2:
            signal.raise_signal(signal.SIGINT)
        return rounds[-1]

    decompose_round = decompose.Round
    monkeypatch.setattr(decompose, "Round", interrupted)
    ran = CliRunner().invoke(
        main,
        [
            "war",
            str(tmp_path / "case"),
            "--paths",
            "6",
            "--gap",
            "1e-9",
            "--capacity",
            "later",
            "--lang",
            "en",
            "--out",
            str(out),
        ],
    )
    assert ran.exit_code == 4, ran.output
    assert len(rounds) == 2
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["status"] == "time limit"
    assert 0 < manifest["gap"] < 1
    assert next(out.rglob("*.en.html")).stat().st_size > 10_000
