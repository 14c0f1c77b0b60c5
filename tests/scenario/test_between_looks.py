"""The war goes on between two looks, and what waits for a look does not know how."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from click.testing import CliRunner
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from cases_random import make_case
from drawn import drawn
from rampart.beliefs.draws import revision_periods
from rampart.case.tables import Case
from rampart.cli.main import main
from rampart.findings import CaseError
from rampart.scenario.nonanticipativity import foresight
from rampart.scenario.tree_programme import TreeProgramme
from rampart.scenario.war import tree_of, war_plan

STARTING, OFFENSIVE, HOLDING, WIDER, UNMET, SHORT = 40.0, 24.0, 0.02, 10.0, 120.0, 12.0
CHANGES = (("war", "off", 0.12), ("war", "ended", 0.06), ("off", "war", 0.25), ("off", "ended", 0.05))


def war(months: int, every: int, *, changes: Any = CHANGES, rate: float = 9.0, **settings: str) -> Case:
    """A member that fights with nobody, its partner, one line that can be widened, a way that takes a month.

    The partner's unmet need counts in months of its highest need, the requirement of 40 in months of itself.
    """
    rows: dict[str, list[dict[str, Any]]] = {
        "nations": [{"nation": n, "name_en": n, "role": r} for n, r in (("AAA", "member"), ("UUU", "recipient"))],
        "items": [{"item": "shell", "name_en": "shell", "kind": "munition", "unit": "u", "holding_cost": HOLDING}],
        "stocks": [{"holder": h, "item": "shell", "quantity": q} for h, q in (("AAA", STARTING), ("UUU", 0.0))],
        "regimes": [{"regime": r, "ends": r == "ended"} for r in ("war", "off", "ended")],
        "transitions": [{"from_regime": a, "to_regime": b, "probability": p} for a, b, p in changes],
        "demand": [{"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": need,
                    "regime": r, "weight": 1 / OFFENSIVE}
                   for r, need in (("war", 10.0), ("off", OFFENSIVE), ("ended", 0.0))],
        "requirements": [{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 40.0}],
        "routes": [{"origin": "AAA", "destination": "UUU", "item": "shell", "months": 1.0, "capacity": float("inf")}],
        "lines": [{"line": "plant", "nation": "AAA", "item": "shell", "state": "hot", "rate_per": "month", "max_rate": rate,
                   "admin_lead_time": 0.0, "lead_time": 2.0, "unit_cost": 1.0}],
        "expansions": [{"expansion": "more", "line": "plant", "added_rate": 1.0, "cost": WIDER, "construction": 4.0,
                        "whole": False, "max_units": 20.0}],
        "priorities": [{"rank": n + 1, "objective": o, "worth": w}
                       for n, (o, w) in enumerate((("need", UNMET), ("requirement", SHORT), ("money", 1.0)))],
    }  # fmt: skip
    year, month = divmod(months - 1, 12)
    when = {"start": "2025-01", "end": f"{2025 + year}-{month + 1:02d}", "regime": "war", "revise_every": str(every)}
    return make_case(when | settings, rows)


def again(
    months: int,
    every: int,
    *,
    changes: Any = CHANGES,
    rate: float = 9.0,
    waits: tuple[str, ...] = ("order", "widen", "send"),
) -> float:
    """Least expected cost of the same war, every history of months written out; nothing of the model is used."""
    step: dict[str, dict[str, float]] = {r: {} for r in ("war", "off", "ended")}
    for a, b, p in changes:
        step[a][b] = p
    for r, to in step.items():
        to[r] = 1 - sum(to.values())
    histories: list[tuple[tuple[str, ...], float]] = [(("war",), 1.0)]
    at = 0
    while at < len(histories):
        way, p = histories[at]
        at += 1
        if len(way) < months:
            histories += [((*way, r), p * q) for r, q in step[way[-1]].items() if p * q > 0]
    needs = {"war": 10.0, "off": OFFENSIVE, "ended": 0.0}
    names: dict[tuple[Any, ...], int] = {}

    def column(kind: str, way: tuple[str, ...]) -> int:
        looked = tuple(way[t] for t in range(0, len(way), every))
        return names.setdefault((kind, len(way), looked) if kind in waits else (kind, way), len(names))

    cost: dict[int, float] = {}
    rows: list[tuple[dict[int, float], float, float]] = []
    for way, p in histories:
        t = len(way) - 1
        own, theirs, used, unmet, short = (column(k, way) for k in ("own", "theirs", "use", "unmet", "short"))
        order, widen, send = (column(k, way) for k in ("order", "widen", "send"))
        for j, each in (
            (own, HOLDING),
            (theirs, HOLDING),
            (unmet, UNMET / OFFENSIVE),
            (short, SHORT / 40.0),
            (widen, WIDER),
        ):
            cost[j] = cost.get(j, 0.0) + p * each
        # what nobody can still receive is not ordered
        arrives = 1.0 if t + 2 < months else 0.0
        cost[order] = cost.get(order, 0.0) + p * arrives
        rows += [({order: 1.0}, 0.0, 1e4 * arrives), ({send: 1.0}, 0.0, 1e3 if t + 1 < months else 0.0)]
        left, there = {own: 1.0, send: 1.0}, {theirs: 1.0, used: 1.0}
        if t >= 1:
            left[column("own", way[:-1])] = there[column("theirs", way[:-1])] = -1.0
            there[column("send", way[:-1])] = -1.0
        if t >= 2:
            left[column("order", way[:-2])] = -1.0
        rows += [(left, STARTING if t == 0 else 0.0, STARTING if t == 0 else 0.0), (there, 0.0, 0.0)]
        rows.append(({used: 1.0, unmet: 1.0}, needs[way[-1]], needs[way[-1]]))
        rows.append(({short: 1.0, own: 1.0}, 40.0, np.inf))
        if t >= 2:  # what arrives was made in the month before; what was begun four months ago widens the line
            wide: dict[int, float] = {column("order", way[:-2]): 1.0}
            for k in range(t - 4 + 1):
                wide[column("widen", way[: k + 1])] = -1.0
            rows.append((wide, -np.inf, rate))
        rows.append(({column("widen", way[: k + 1]): 1.0 for k in range(t + 1)}, -np.inf, 20.0))
    entries = [(i, j, v) for i, (row, _, _) in enumerate(rows) for j, v in row.items()]
    i, j, v = zip(*entries, strict=True)
    matrix = sp.csr_array((v, (i, j)), shape=(len(rows), len(names)))
    bounds = LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows])
    c = np.array([cost.get(n, 0.0) for n in range(len(names))])
    found = milp(c, constraints=bounds)
    assert found.status == 0, found.message
    return float(found.fun)


@pytest.mark.parametrize(("every", "value"), [(3, 252.792), (4, 256.944), (8, 272.676)])
def test_nine_months_cost_what_an_independent_programme_says(every: int, value: float) -> None:
    case = war(9, every)
    problem = TreeProgramme(case, tree_of(case, "regimes")[0])
    found = problem.solve().value
    assert found == pytest.approx(value, abs=5e-4)
    assert found == pytest.approx(again(9, every), rel=1e-7)


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
    assert found == pytest.approx(again(months, every, changes=changes, rate=rate, waits=waits), rel=1e-7, abs=1e-7)


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


def test_the_policy_played_on_the_months_of_the_chain_costs_what_was_promised() -> None:
    """Orders, works and shipments as saved, by what the looks saw; use as there is stock. Every history of six months."""
    months, every = 6, 3
    case = war(months, every)
    made = war_plan(case, shape="regimes", compare=False)
    assert not foresight(made.tables)
    nodes = {r["node"]: r for r in made["nodes"].iter_rows(named=True)}
    decided: dict[tuple[str, tuple[str, ...], int], float] = {}
    history: dict[int, tuple[str, ...]] = {}
    for n, r in nodes.items():
        history[n] = (*history.get(r["parent"], ()), r["regime"])
    looked = {n: way[::every] for n, way in history.items()}
    for kind, node, amount in made["policy"].select("kind", "node", "quantity").iter_rows():
        decided[kind, looked[node], nodes[node]["period"]] = amount
    step: dict[str, dict[str, float]] = {
        "war": {"off": 0.12, "ended": 0.06, "war": 0.82},
        "off": {"war": 0.25, "ended": 0.05, "off": 0.7},
        "ended": {"ended": 1.0},
    }
    needs = {"war": 10.0, "off": OFFENSIVE, "ended": 0.0}

    def play(way: tuple[str, ...], p: float, own: float, theirs: float) -> float:
        t = len(way) - 1
        now = {k: decided.get((k, way[::every], t), 0.0) for k in ("order", "send", "expand")}

        def before(kind: str, back: int) -> float:
            then = way[: t - back + 1]
            return decided.get((kind, then[::every], t - back), 0.0) if back <= t else 0.0

        own += before("order", 2) - now["send"]
        theirs += before("send", 1)
        used = min(theirs, needs[way[-1]])
        theirs -= used
        assert own > -1e-6
        cost = now["order"] + WIDER * now["expand"] + HOLDING * (own + theirs)
        cost += UNMET / OFFENSIVE * (needs[way[-1]] - used) + SHORT / 40.0 * max(0.0, 40.0 - own)
        total = p * cost
        if t + 1 < months:
            total += sum(play((*way, r), p * q, own, theirs) for r, q in step[way[-1]].items())
        return total

    assert play(("war",), 1.0, STARTING, 0.0) == pytest.approx(made["values"]["value"][0], rel=1e-7)


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
    assert "Stopped before the gap was reached: the best plan so far" in run.output


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
