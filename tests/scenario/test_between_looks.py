"""The war goes on between two looks, and what waits for a look does not know how."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

from drawn import drawn
from rampart.beliefs.draws import revision_periods
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.findings import CaseError
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import tree_of, war_plan
from scenario.looked_war import carried_out, histories, mean_of_worst, optimum, saved_policy, war


@pytest.mark.parametrize(("every", "value"), [(3, 252.792), (4, 256.944), (8, 272.676)])
def test_nine_months_cost_what_an_independent_programme_says(every: int, value: float) -> None:
    case = war(9, every)
    problem = TreeProgramme(case, tree_of(case, "regimes")[0])
    found = problem.solve().value
    assert found == pytest.approx(value, abs=5e-4)
    assert found == pytest.approx(optimum(histories(9, every), 9, every).value, rel=1e-7)


@drawn(
    6, 20, months=st.integers(3, 7), every=st.integers(1, 5), end=st.floats(0.0, 0.4), off=st.floats(0.0, 0.5),
    rate=st.floats(2.0, 25.0), follows=st.booleans()
)  # fmt: skip
def test_random_wars_cost_what_an_independent_programme_says(
    months: int, every: int, end: float, off: float, rate: float, follows: bool
) -> None:
    changes = (("war", "off", off), ("war", "ended", end), ("off", "war", 0.25), ("off", "ended", end))
    case = war(months, every, changes=changes, rate=rate, shipments_wait="no" if follows else "yes")
    waits = ("order", "widen") if follows else ("order", "widen", "send")
    found = TreeProgramme(case, tree_of(case, "regimes")[0]).solve().value
    ways = histories(months, every, changes=changes)
    assert found == pytest.approx(optimum(ways, months, every, rate=rate, waits=waits).value, rel=1e-7, abs=1e-7)


def test_who_looks_more_often_pays_no_more_and_who_always_looks_ties_nothing() -> None:
    """Looks every 4 months are among those every 2, and these among those of every month."""
    found = [TreeProgramme(war(6, n), tree_of(war(6, n), "regimes")[0]) for n in (1, 2, 4)]
    assert found[0].tree.alike is None
    assert [p.tree.alike is None for p in found[1:]] == [False, False]
    values = [p.solve().value for p in found]
    assert values[0] < values[1] < values[2]
    free = Case(tables=war(6, 4, shipments_wait="no").tables)
    tied = Case(tables=war(6, 4, use_waits="yes").tables)
    sends = TreeProgramme(free, tree_of(free, "regimes")[0]).solve().value
    uses = TreeProgramme(tied, tree_of(tied, "regimes")[0]).solve().value
    assert sends < values[2] < uses


@drawn(
    2, 20, months=st.integers(3, 6), every=st.integers(1, 3), times=st.integers(2, 3), end=st.floats(0.0, 0.4),
    off=st.floats(0.0, 0.5), rate=st.floats(2.0, 25.0)
)  # fmt: skip
def test_where_every_look_of_one_is_a_look_of_the_other_the_other_costs_no_more(
    months: int, every: int, times: int, end: float, off: float, rate: float
) -> None:
    changes = (("war", "off", off), ("war", "ended", end), ("off", "war", 0.25), ("off", "ended", end))
    of = [war(months, n, changes=changes, rate=rate) for n in (every, every * times)]
    often, seldom = (TreeProgramme(case, tree_of(case, "regimes")[0]).solve().value for case in of)
    assert often <= seldom + 1e-7 * max(1.0, seldom)


@drawn(
    3, 20, months=st.integers(3, 7), every=st.integers(2, 5), end=st.floats(0.0, 0.4), off=st.floats(0.0, 0.5),
    rate=st.floats(2.0, 25.0)
)  # fmt: skip
def test_the_policy_played_on_the_months_of_the_chain_costs_what_was_promised(
    months: int, every: int, end: float, off: float, rate: float
) -> None:
    """Orders, works and shipments as saved, by what the looks saw; use as there is stock. Every history of months."""
    changes = (("war", "off", off), ("war", "ended", end), ("off", "war", 0.25), ("off", "ended", end))
    made = war_plan(war(months, every, changes=changes, rate=rate), shape="regimes", compare=False)
    assert not foresight(made.tables)
    cost, chance = carried_out(saved_policy(made, every), months, every, changes=changes)
    values = dict(made["values"].iter_rows())
    assert cost @ chance == pytest.approx(values["plan"], rel=1e-7, abs=1e-6)
    assert mean_of_worst(cost, chance, 0.9) == pytest.approx(values["cvar_90"], rel=1e-6, abs=1e-5)


def test_branches_that_look_alike_are_one_until_they_differ_and_none_are_an_error() -> None:
    """Two first branches of one regime, of which one ends in April and one in May: one node a month until March."""
    rows = [("short", None, None, "war"), ("long", None, None, "war"), ("over", "short", "2025-04", "ended"),
            ("end", "long", "2025-05", "ended")]  # fmt: skip
    case = war(6, 2)
    with pytest.raises(CaseError) as none:
        tree_of(case, "given")
    assert [f.code for f in none.value.findings] == ["no-branches"]
    table = pl.DataFrame(
        [
            {"branch": b, "after": a, "from": f, "regime": r, "probability": 0.5 if a is None else 1.0}
            for b, a, f, r in rows
        ],
        schema=case.tables["branches"].schema,
    )
    case = Case(tables={**case.tables, "branches": table})
    tree, _ = tree_of(case)
    assert np.bincount(tree.period).tolist() == [1, 1, 1, 2, 2, 2]
    assert tree.probability[tree.leaves] == pytest.approx([0.5, 0.5])
    assert not foresight(war_plan(case, compare=False).tables)


def test_a_tree_that_is_too_large_becomes_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CaseError) as large:
        tree_of(war(14, 6), "regimes")
    assert [f.code for f in large.value.findings] == ["tree-too-large"]
    case = war(3, 2)
    monkeypatch.setattr("rampart.scenario.war.MOST_COLUMNS", 10)
    monkeypatch.setattr(sys.modules["rampart.cli.war"], "INSTEAD", 5)
    with pytest.raises(CaseError) as wide:
        war_plan(case, shape="regimes")
    assert wide.value.findings[0].value == str(len(tree_of(case, "regimes")[0]))
    case.save(tmp_path / "case")
    asked = ["war", str(tmp_path / "case"), "--tree", "regimes", "--no-report", "--no-compare", "--lang", "en"]
    run = CliRunner().invoke(main, [*asked, "-o", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    assert "5 sampled paths are planned over instead" in run.output
    monkeypatch.setattr("rampart.scenario.decompose.SMALL", 0)
    late = ["--time-limit", "0.01", "--gap", "0", "-o", str(tmp_path / "late")]
    run = CliRunner().invoke(main, [*asked, *late])
    assert run.exit_code == 4, run.output
    assert "this is the plan without new decisions" in run.output


def test_looks_count_what_they_saw_and_no_more() -> None:
    """Two looks of three regimes: a decision that follows the month in between is found."""
    case = war(5, 2)
    made = war_plan(case, shape="regimes", compare=False)
    nodes = made["nodes"]
    assert set(nodes.filter(nodes["looked"])["period"]) == {0, *revision_periods(case)}
    apart = nodes.filter(pl.col("period") == 1)["node"].to_list()
    assert len(apart) == 3
    peeks = pl.DataFrame({"kind": ["order"], "what": ["more"], "node": [apart[0]], "quantity": [5.0]})
    assert foresight({**made.tables, "policy": peeks})
    assert not foresight({**made.tables, "policy": peeks}, follows=("order",))
