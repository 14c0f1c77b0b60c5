"""A plan beside a plan for a war: what deciding as it does costs is worked out again without the model."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import rampart
from rampart.cli.main import main
from rampart.findings import ResultError
from rampart.report.pages.war import html
from rampart.scenario.beside import lay_beside
from rampart.scenario.sampled import Sampling, plan_on_paths
from rampart.scenario.war import war_plan
from scenario.looked_war import histories, optimum, war
from scenario.small_war import small

MONTHS, EVERY = 5, 3
KINDS = {"order": "order", "expand": "widen", "send": "send"}


def test_a_difference_costs_what_an_independent_programme_says() -> None:
    """The plan ranks need first and widens the line for it; the war weighs it, and says what that would cost."""
    case = war(MONTHS, EVERY, rate=4.0)
    plan = rampart.plan(case, reasons="none")
    made = lay_beside(war_plan(case, shape="regimes", compare=False), plan)
    rows = {r["kind"]: r for r in made["beside"].iter_rows(named=True)}
    ways = histories(MONTHS, EVERY)
    best = optimum(ways, MONTHS, EVERY, rate=4.0).value
    far = {kind for kind, r in rows.items() if r["apart"]}
    assert {"order", "expand"} <= far
    for kind in far:
        held = {KINDS[kind]: rows[kind]["in_plan"]}
        again = optimum(ways, MONTHS, EVERY, rate=4.0, held=held).value
        assert rows[kind]["cost"] == pytest.approx(again - best, rel=1e-5, abs=1e-5)
        assert rows[kind]["cost"] > 0
    assert rows["expand"]["money_plan"] == pytest.approx(10.0 * rows["expand"]["in_plan"])
    every = {KINDS[kind]: r["in_plan"] for kind, r in rows.items()}
    together = optimum(ways, MONTHS, EVERY, rate=4.0, held=every).value - best
    assert made.manifest["beside"]["all"] == pytest.approx(together, rel=1e-5, abs=1e-5)
    assert made.manifest["beside"]["until"] == "2025-04"
    page, french = html(made), html(made, "fr")
    assert "decides otherwise before the next look" in page
    assert "décide autrement avant le prochain point" in french
    assert "Until April 2025. 2 decisions differ" in page


def test_only_the_largest_are_solved_again_and_what_is_stopped_is_a_bound() -> None:
    case = war(MONTHS, EVERY, rate=4.0)
    plan, made = rampart.plan(case, reasons="none"), war_plan(case, shape="regimes", compare=False)
    told: list[tuple[int, int]] = []
    whole = lay_beside(made, plan, progress=lambda done, total: told.append((done, total)))["beside"].filter("apart")
    assert told == [(n, whole.height + 1) for n in range(whole.height + 1)]
    assert set(whole["how"]) == {"solved"}
    off = whole.with_columns(off=(pl.col("money_plan") - pl.col("money_war")).abs()).sort("off", descending=True)
    largest = lay_beside(made, plan, most=1)
    assert largest["beside"].filter(how="solved")["what"].to_list() == off["what"].to_list()[:1]
    assert set(largest["beside"].filter(how="left")["what"]) == set(off["what"].to_list()[1:])
    assert "not solved again" in html(largest)
    costs = dict(whole.select("what", "cost").iter_rows())
    stopped = lay_beside(made, plan, steps=3)["beside"].filter("apart")
    assert "left" not in stopped["how"].to_list()
    assert "at_least" in stopped["how"].to_list()
    for what, cost in stopped.select("what", "cost").iter_rows():
        assert cost <= costs[what] * (1 + 1e-9)
    assert stopped.filter(how="at_least")["cost"].max() > 0


def test_where_nothing_is_uncertain_deciding_as_the_plan_does_costs_nothing() -> None:
    case = small(0.0, offensive=0.0)
    made = lay_beside(war_plan(case, shape="regimes", compare=False), rampart.plan(case, reasons="none"))
    assert not made["beside"].is_empty()
    assert made["beside"]["cost"].fill_null(0.0).to_list() == pytest.approx([0.0] * made["beside"].height, abs=1e-6)
    assert made.manifest["beside"]["all"] == pytest.approx(0.0, abs=1e-6)


def test_over_sampled_paths_it_is_solved_again_on_those_that_stand_for_all() -> None:
    """All paths stand for themselves here, so that the plan's first decisions cost what they cost on the paths."""
    case = small(0.2)
    plan = rampart.plan(case, reasons="none")
    made, answer = plan_on_paths(case, Sampling(paths=5, gap=1e-7, capacity=False, compare=False))
    laid = lay_beside(made, plan)
    assert laid.manifest["beside"]["paths"] == 5
    costs = laid["beside"].filter("apart")["cost"].drop_nulls().to_list()
    together = laid.manifest["beside"]["all"]
    assert together is not None
    assert all(-1e-9 <= cost <= together + 1e-6 for cost in costs)
    assert together < answer.value * 10


def test_what_cannot_be_laid_beside_is_refused() -> None:
    case = war(4, 2)
    made = war_plan(case, shape="regimes", compare=False)
    for other, code in (
        (made, "beside-no-plan"),
        (rampart.plan(war(4, 2, rate=5.0), reasons="none"), "beside-other-case"),
    ):
        with pytest.raises(ResultError) as wrong:
            lay_beside(made, other)
        assert [f.code for f in wrong.value.findings] == [code]


def test_the_verb_lays_a_saved_plan_beside(tmp_path: Path) -> None:
    case = war(4, 2)
    case.save(tmp_path / "case")
    rampart.plan(rampart.read_case(tmp_path / "case"), reasons="none").save(tmp_path / "plan")
    asked = ["war", str(tmp_path / "case"), "--no-compare", "--no-report", "--lang", "en", "-o", str(tmp_path / "out")]
    run = CliRunner().invoke(main, [*asked, "--tree", "regimes", "--beside", str(tmp_path / "plan")])
    assert run.exit_code == 0, run.output
    assert "Where the plan of rampart plan decides otherwise" in " ".join(run.output.split())
    assert not rampart.read_result(tmp_path / "out")["beside"].is_empty()
    war(4, 2, rate=5.0).save(tmp_path / "other")
    asked[1] = str(tmp_path / "other")
    run = CliRunner().invoke(main, [*asked, "--force", "--beside", str(tmp_path / "plan")])
    assert run.exit_code == 1
    assert "of another case" in run.output
