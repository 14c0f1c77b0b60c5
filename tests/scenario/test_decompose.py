"""Instances with published or independently computed values, entered as cases (``tests/published``)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

import rampart
from places import PUBLISHED
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from rampart.network.lags import Floats
from rampart.network.tree import Tree
from rampart.scenario import branching, policy
from rampart.scenario.decompose import two_stage
from rampart.scenario.risk import Risk
from rampart.scenario.tree_programme import TreeProgramme, by_name, cvar
from rampart.scenario.war import tree_of

DIGITS = {"rel": 0, "abs": 6e-7}  # the tables print six or seven decimals

# METHODS B10: optimum, wait and see, two-stage bound, without recourse, deciding before the month is known, mean plan with
# its first decisions fixed and with all fixed, CVaR, mean and CVaR, largest regret, CVaR step by step
WARS = {
    "war-1": {
        "plan": 99.2308510, "wait": 79.8836240, "two_stage": 91.5142360, "open_loop": 99.4024440, "blind": 99.3842040,
        "mean_first": 113.7916641, "mean_all": 137.1886143, "cvar": 212.5263254, "half": 160.8849522,
        "regret": 48.2820926, "nested": 181.6620028, "nested_mild": 132.9204710, "plan_cvar": 238.5914000,
        "plan_worst": 371.3, "plan_regret": 124.2, "capacity_first": 99.2308510,
    },
    "war-2": {
        "plan": 66.4047380, "wait": 44.9945120, "two_stage": 50.5233760, "open_loop": 74.2900400, "blind": 71.6111220,
        "mean_first": 70.9390060, "mean_all": 105.2600767, "cvar": 95.2640649, "half": 81.8672206,
        "regret": 45.9745093, "nested": 86.7391263, "nested_mild": 73.4786826, "plan_cvar": 113.1592200,
        "plan_worst": 141.6, "plan_regret": 83.2,
    },
}  # fmt: skip


class War:
    """One instance with what the tests ask of it."""

    def __init__(self, name: str) -> None:
        self.case: Case = rampart.read_case(PUBLISHED / name)
        self.chain = Chain.of(self.case)
        self.tree: Tree = tree_of(self.case, "regimes")[0]
        self.problem = TreeProgramme(self.case, self.tree)
        self.plan = self.problem.solve()
        self.paths, self.chance = branching.paths_of(self.tree)
        self.over = policy.over_at(self.tree, self.chain.ends)

    def alone(self, shared: int) -> Tree:
        return branching.fan(self.tree, shared=shared)

    @property
    def known(self) -> Floats:
        """Least cost of each path, in the order of the leaves of the tree."""
        problem = TreeProgramme(self.case, self.alone(0))
        cost = problem.solve().path_cost
        at = {tuple(path): n for n, path in enumerate(branching.paths_of(problem.tree)[0].tolist())}
        return np.array([cost[at[tuple(path)]] for path in self.paths.tolist()])

    def mean_plan(self, *, all_fixed: bool, families: tuple[str, ...] | None = None) -> float:
        ahead = TreeProgramme(self.case, branching.mean_path(self.tree))
        expected = ahead.solve()
        amounts = [
            (family, key, int(node), amount)
            for family in families or ahead.decisions
            for (key, t), amount in ahead.decided(expected, family).items()
            for node in np.flatnonzero((self.tree.period == t) & ~self.over)
            if all_fixed or t == 0
        ]
        return self.problem.solve(fixed=by_name(self.problem, amounts)).value


@cache
def war(name: str) -> War:
    return War(name)


@pytest.mark.parametrize("name", WARS)
def test_values_of_the_tables(name: str) -> None:
    w, expected = war(name), WARS[name]
    o, tree = w.problem, w.tree
    known = w.known
    together = o.together(np.where(w.over, -1, tree.period))
    siblings = o.together(np.where(w.over | (tree.parent < 0), -1, tree.parent + 1))
    found = {
        "plan": w.plan.value,
        "wait": float(known @ w.chance),
        "two_stage": TreeProgramme(w.case, w.alone(1)).solve().value,
        "open_loop": o.solve(together=together).value,
        "blind": o.solve(together=siblings).value,
        "mean_first": w.mean_plan(all_fixed=False),
        "mean_all": w.mean_plan(all_fixed=True),
        "cvar": o.solve(risk=Risk(0.0, 0.9)).value,
        "half": o.solve(risk=Risk(0.5, 0.9)).value,
        "regret": o.solve(risk=Risk(regret=known)).value,
        "nested": o.solve(risk=Risk(0.5, 0.9, nested=True)).value,
        "nested_mild": o.solve(risk=Risk(0.8, 0.75, nested=True)).value,
        "plan_cvar": cvar(w.plan.path_cost, w.chance, 0.9),
        "plan_worst": float(w.plan.path_cost.max()),
        "plan_regret": float((w.plan.path_cost - known).max()),
    }
    if "capacity_first" in expected:
        only = o.together(np.where(w.over, -1, tree.period), ["expand"])
        found["capacity_first"] = o.solve(together=only).value
    assert found == {k: pytest.approx(v, **DIGITS) for k, v in expected.items()}


def test_first_decisions_and_what_is_unmet() -> None:
    """B-01 and B-02; B-08: the problem of the mean path; B-10: expansions of the mean plan, orders as things go."""
    w = war("war-1")
    assert w.problem.decided(w.plan, "order")[("plant", "c"), 0] == pytest.approx(8)
    assert w.problem.decided(w.plan, "expand")[("more",), 0] == pytest.approx(2)
    unmet = w.problem.decided(w.plan, "unmet")
    assert sum(w.tree.probability[n] * v for (_, n), v in unmet.items()) == pytest.approx(5.17305, abs=6e-6)
    mean = TreeProgramme(w.case, branching.mean_path(w.tree)).solve()
    assert mean.value == pytest.approx(38.9923380, **DIGITS)
    assert w.mean_plan(all_fixed=True, families=("expand",)) == pytest.approx(111.4217200, **DIGITS)


def test_risk_that_weighs_only_the_mean_is_the_plan() -> None:
    w = war("war-1")
    for risk in (Risk(0.0, 0.0), Risk(1.0, 0.9), Risk(1.0, 0.9, nested=True)):
        assert w.problem.solve(risk=risk).value == pytest.approx(w.plan.value, rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_risk_stated_for_an_objective_is_that_of_the_check_values(share: float) -> None:
    """One objective alone: its own CVaR is the CVaR of what it costs (B-12, B-13)."""
    w = war("war-1")
    said = w.case.tables["priorities"].with_columns(cvar=pl.lit(share), cvar_level=pl.lit(0.9))
    problem = TreeProgramme(Case(tables={**w.case.tables, "priorities": said}), w.tree)
    assert problem.solve(stated=True).value == pytest.approx(w.problem.solve(risk=Risk(1 - share, 0.9)).value, rel=1e-9)
    assert problem.solve().value == pytest.approx(w.plan.value, rel=1e-9)


def test_each_objective_has_a_risk_of_its_own() -> None:
    """Held one after another: the need served in the worst paths first, then money; and all at their worth on one scale."""
    w = war("war-1")

    def problem(*rows: tuple[str, float, float, float | None], tolerance: float = 0.0) -> TreeProgramme:
        said = pl.DataFrame(
            [{"rank": n, "objective": o, "tolerance": tolerance, "cvar": c, "cvar_level": a, "worth": x}
             for n, (o, c, a, x) in enumerate(rows, 1)],
            schema_overrides=dict(w.case.tables["priorities"].schema), strict=False,
        )  # fmt: skip
        said = said.select(
            pl.col(c) if c in said.columns else pl.lit(None).alias(c) for c in w.case.tables["priorities"].columns
        )
        return TreeProgramme(Case(tables={**w.case.tables, "priorities": said}), w.tree)

    def of_need(o: TreeProgramme, answer: Any) -> tuple[float, float]:
        part = next(p for aim in o.aims for p in aim.parts if p.measure.name in ("need", "own_use"))
        cost = np.asarray(o.by_path(o.costs(part.measure)) @ answer.level)
        return float(cost @ o.chance), cvar(cost, o.chance, 0.8)

    name = "own_use"  # the war is the holder's own
    mean_first = problem((name, 0.0, 0.8, None), ("money", 0.0, 0.0, None))
    worst_first = problem((name, 1.0, 0.8, None), ("money", 0.0, 0.0, None))
    plain, risky = mean_first.solve(stated=True), worst_first.solve(stated=True)
    (mean, tail), (risky_mean, risky_tail) = of_need(mean_first, plain), of_need(worst_first, risky)
    assert risky_tail <= tail + 1e-6
    assert mean <= risky_mean + 1e-6
    # what is given away by a tolerance lowers the money that comes after
    loose = problem((name, 0.0, 0.0, None), ("money", 0.0, 0.0, None), tolerance=0.5).solve(stated=True)
    assert loose.value <= plain.value + 1e-6
    # on one scale: no plan of the others does better at what is asked
    both = problem((name, 0.7, 0.8, 3.0), ("money", 0.0, 0.0, 1.0))

    def asked(answer: Any) -> float:
        need_mean, need_tail = of_need(both, answer)
        money = next(p for p in both.aims[0].parts if p.measure.name == "money")
        return 3.0 * (0.3 * need_mean + 0.7 * need_tail) + float(both.costs(money.measure) @ answer.level)

    best = both.solve(stated=True)
    assert best.value == pytest.approx(asked(best), rel=1e-7)
    for other in (plain, risky, both.solve()):
        assert asked(other) >= best.value - 1e-6 * abs(best.value)


@pytest.mark.parametrize("workers", [1, 2])
def test_decomposition_gives_the_value_of_the_whole_tree(workers: int) -> None:
    w = war("war-2")
    whole = TreeProgramme(w.case, w.alone(1)).solve().value
    some = np.arange(0, len(w.paths), 9)  # every ninth path, so that two processes stay quick
    chance = w.chance[some] / w.chance[some].sum()
    tree = branching.from_paths(w.case, w.chain.regimes, w.paths[some], chance, shared=1, ends=w.chain.ends)
    part = TreeProgramme(w.case, tree).solve().value
    found = two_stage(
        w.case, w.chain.regimes, w.chain.ends, w.paths[some], chance, first=1, gap=1e-9, workers=workers
    )  # fmt: skip
    assert found.value == pytest.approx(part, rel=1e-6)
    assert found.bound <= part * (1 + 1e-9)
    assert whole != part


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "ahead", "value"),
    [
        ("war-1", policy.two_stage, 99.2324440),
        ("war-1", policy.mean_while_it_lasts, 107.2731010),
        ("war-1", policy.mean_of_all, 127.7084848),
        ("war-2", policy.two_stage, 66.4047380),
        ("war-2", policy.mean_while_it_lasts, 75.0536747),
        ("war-2", policy.mean_of_all, 82.1422794),
    ],
)
def test_policies_that_plan_again(name: str, ahead: policy.Lookahead, value: float) -> None:
    w = war(name)
    assert policy.roll(w.case, w.chain.ends, w.tree, ahead).answer.value == pytest.approx(value, **DIGITS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("air-conditioning", 62500.0),  # Birge and Louveaux 1997, p. 237, rescaled
        ("goods-ordered-a-stage-ahead", -23.96),
        ("capacity-choice", 340315.52),
        ("goes-on-with-chance", 20.0),
        ("furniture-before-demand", -1730.0),
        ("power-plants", 381.8533333),  # Birge and Louveaux 1997, section 1.3
    ],
)
def test_published_multistage_problems(name: str, value: float) -> None:
    case = rampart.read_case(PUBLISHED / name)
    tree, _ = tree_of(case)
    assert TreeProgramme(case, tree).solve().value == pytest.approx(value, rel=5e-7)


def test_needs_that_come_first_give_nothing_away_for_money() -> None:
    """The published optimum again, load served by an objective of its own instead of at a price, to eight digits."""
    case = rampart.read_case(PUBLISHED / "power-plants")
    rank = pl.DataFrame({"rank": [1, 2], "objective": ["own_use", "money"], "tolerance": [0.0, 0.0]})
    said = pl.concat([case.tables["priorities"].clear(), rank], how="diagonal_relaxed")
    priced = case.tables["demand"].with_columns(unmet_cost=pl.lit(0.0))
    first = Case(tables={**case.tables, "priorities": said, "demand": priced})
    assert TreeProgramme(first, tree_of(first)[0]).solve().value == pytest.approx(1145.56 / 3, rel=5e-8)
