"""What a pass holds is one of its optima, however it falls to its terms and whatever it does not let lack."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import polars as pl
import pytest

import rampart
from cases_random import Row, random_case
from cases_small import case, need
from independent.builder import build as build_apart
from rampart.case.tables import Case
from rampart.plan.model.build import build
from rampart.plan.solving.passes_in_turn import solve


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_held_is_an_optimum(whole: bool) -> None:
    """The prices of another question once stood where those of the pass were read (seed 1228: 98.5 held, 94.6 reached)."""
    settled = 0
    for seed in (*range(5), 1228):
        solution = solve(build(random_case(Random(seed), whole=whole)))
        for result in solution.passes:
            held = float(result.cost @ result.columns)
            assert held == pytest.approx(result.value, rel=1e-7, abs=1e-6), (seed, result.name)
            settled += result.terms.size > 1
    assert settled > 6


def given(of: Case) -> dict[str, float]:
    """What reaches each partner."""
    found: dict[str, float] = {}
    for row in rampart.plan(of, reasons="none")["demand"].iter_rows(named=True):
        found[row["holder"]] = found.get(row["holder"], 0.0) + row["served"]
    return found


def partners(stock: float, *needs: float, ranks: tuple[str, ...], room: float | None = 0.0) -> Case:
    """Partners that need so much in one month, out of one donor's stock."""
    names = [f"P{n}P" for n in range(len(needs))]
    rows: dict[str, Sequence[Row]] = {
        "nations": [{"nation": n, "name_en": n, "role": "recipient"} for n in names]
        + [{"nation": "AAA", "name_en": "AAA", "role": "member"}],
        "stocks": [{"holder": "AAA", "item": "shell", "quantity": stock}],
        "demand": [need(q, holder=n) for n, q in zip(names, needs, strict=True)],
        "routes": [{"origin": "AAA", "destination": n, "months": 0.0, "capacity": 1e9} for n in names],
        "requirements": [{"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 1.0}],
    }
    of = case(1, ranks, **rows)
    ranked = of.tables["priorities"].with_columns(tolerance=pl.lit(room, dtype=pl.Float64))
    return Case(tables={**of.tables, "priorities": ranked})


@pytest.mark.parametrize("ranks", [("need",), ("need", "requirement"), ("requirement", "need"), ("need", "money")])
@pytest.mark.parametrize("room", [0.0, None])
def test_what_is_short_falls_to_equals_by_shares_wherever_the_pass_stands(
    ranks: tuple[str, ...], room: float | None
) -> None:
    """Of 30 (and of 70 and 35 in three) each gets the same part of its need: half, and seven twelfths."""
    short = 1.0 if ranks[0] == "requirement" else 0.0  # of the 1 that the donor must hold itself
    assert given(partners(30.0 + short, 20.0, 40.0, ranks=ranks, room=room)) == pytest.approx(
        {"P0P": 10.0, "P1P": 20.0}, rel=1e-3
    )
    assert given(partners(70.0 + short, 20.0, 40.0, 60.0, ranks=ranks, room=room)) == pytest.approx(
        {"P0P": 20.0 * 7 / 12, "P1P": 40.0 * 7 / 12, "P2P": 60.0 * 7 / 12}, rel=1e-3
    )


def test_a_share_that_cannot_rise_lets_the_next_rise_further() -> None:
    """The way to the first carries 4 of its 20; the others, of 40 and 60, share the other 66 of 70 by two thirds less."""
    of = partners(70.0, 20.0, 40.0, 60.0, ranks=("need",))
    routes = of.tables["routes"].with_columns(capacity=pl.Series([4.0, 1e9, 1e9]))
    assert given(Case(tables={**of.tables, "routes": routes})) == pytest.approx({"P0P": 4.0, "P1P": 26.4, "P2P": 39.6})


@pytest.mark.parametrize("seed", range(12))
def test_what_each_term_comes_to_is_what_the_independent_programme_settles(seed: int) -> None:
    """Without room, of every pass that falls to several terms."""
    of = exactly(random_case(Random(seed)))
    parts = build_apart(of).solve().parts
    reached = {
        (r["objective"], r["code"]): r["reached"]
        for r in rampart.plan(of, reasons="none")["rooms"].iter_rows(named=True)
    }
    for (name, code), value in reached.items():
        if name in ("pledges", "need", "own_use") and len(parts.get(name, ())) > 1:
            assert value == pytest.approx(parts[name][code], rel=1e-5, abs=1e-5), (name, code)


def exactly(of: Case) -> Case:
    """The same case without rooms."""
    return Case(tables={**of.tables, "priorities": of.tables["priorities"].with_columns(tolerance=pl.lit(0.0))})
