"""Problems of others with their published optimum, entered as cases and solved by both programmes.

Each folder is one case; its ``sources.csv`` names the publication. One month stands for one period there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import rampart
from independent.answers import SOLVERS, Answer

HERE = Path(__file__).parent
SIX_DIGITS = 5e-7

both = pytest.mark.parametrize("solver", list(SOLVERS))


def answer(folder: str, solver: str) -> Answer:
    return SOLVERS[solver](rampart.read_case(HERE / folder))


# Folder, published optimum, sign (+1: the source minimises, -1: it maximises), what is there from the start.
OPTIMA = [
    ("factory-planning", 93715.17857, -1, 0.0),
    ("factory-planning-2", 108855.0, -1, 0.0),
    ("food-manufacture", 107842.5925926, -1, 0.0),
    ("steel-t", 515033.0, -1, 0.0),
    ("steel-p", 1392175.0, 1, 0.0),
    ("fixed-charges", 75.0, -1, 0.0),
    ("capital-in-two-years", 70.2727273, -1, 0.0),
    ("multi-level-lots", 336.547875, 1, 0.0),
    ("single-lots-example-3-9", 1380.0, 1, 0.0),
    ("single-lots-problem-3-27", 424.0, 1, 0.0),
    ("single-lots-problem-3-29", 423.0, 1, 0.0),
    ("single-lots-scmo-ww-hw-c", 4940.0, 1, 0.0),
    ("single-lots-wagner-whitin-1958", 864.0, 1, 0.0),
    ("single-lots-twelve-months", 501.2, 1, 0.0),
    ("lots-with-warehouse", 20.0, 1, 0.0),
    ("lots-with-capacity", 280.0, 1, 0.0),
    ("lots-with-backorders", 230.0, 1, 0.0),
    ("sailboats", 78450.0, 1, 0.0),
    ("economic-planning-capacity", 2141.8751967, -1, 930.0),
    ("economic-planning-production", 2618.5791147, -1, 0.0),
    ("economic-planning-manpower", 2450.0266228, -1, 0.0),
]


@both
@pytest.mark.parametrize(("folder", "optimum", "sign", "start"), OPTIMA, ids=[row[0] for row in OPTIMA])
def test_published_optimum(folder: str, optimum: float, sign: int, start: float, solver: str) -> None:
    found = answer(folder, solver).passes
    assert start + sign * found["money"] == pytest.approx(optimum, rel=SIX_DIGITS)
    must_be_met = {name: value for name, value in found.items() if name != "money"}
    assert must_be_met == pytest.approx(dict.fromkeys(must_be_met, 0.0), abs=1e-6)


@both
def test_investments_without_parts(solver: str) -> None:
    """Whole investments are worth 70, with parts 70.27."""
    whole = rampart.read_case(HERE / "capital-in-two-years", overrides=("whole",))
    assert SOLVERS[solver](whole).passes["money"] == pytest.approx(-70.0, rel=SIX_DIGITS)


# Problems whose published plan is the only best one.
ORDERS = [
    ("single-lots-example-3-9", "order", [210, 0, 150, 0]),
    ("single-lots-problem-3-27", "order", [150, 180, 0, 200]),
    ("single-lots-problem-3-29", "order", [1310, 0, 1095, 0, 880]),
    ("single-lots-scmo-ww-hw-c", "order", [400, 3000, 0, 0, 0]),
    ("single-lots-twelve-months", "l", [84, 0, 0, 130, 283, 0, 140, 0, 124, 160, 279, 0]),
    ("lots-with-warehouse", "plant", [1, 5, 0, 4]),
    ("lots-with-capacity", "plant", [10, 30, 30, 30]),
    ("sailboats", "regular", [40, 40, 40, 25]),
    ("sailboats", "overtime", [0, 10, 35, 0]),
]


@both
@pytest.mark.parametrize(("folder", "line", "made"), ORDERS, ids=[f"{row[0]}-{row[1]}" for row in ORDERS])
def test_published_orders(folder: str, line: str, made: list[float], solver: str) -> None:
    found = answer(folder, solver).output
    assert [found[line, t] for t in range(len(made))] == pytest.approx(made, abs=1e-3)


@both
def test_published_value_of_capacity(solver: str) -> None:
    """One boat more of regular capacity saves 30, 50, 50 and nothing."""
    found = answer("sailboats", solver).capacity
    assert [found.get(("regular", t), 0.0) for t in range(4)] == pytest.approx([-30.0, -50.0, -50.0, 0.0], abs=1e-6)


@both
def test_fair_shares(solver: str) -> None:
    """Needs 8 and 6, supply 10: both lack two sevenths, whatever each costs."""
    found = answer("fair-shares", solver)
    assert found.passes["requirement_worst"] == pytest.approx(2 / 7, rel=SIX_DIGITS)
    assert found.passes["requirement_sum"] == pytest.approx(4 / 7, rel=2e-6)  # the worst is held within 1e-6
    assert found.received == pytest.approx({"XAA": 40 / 7, "XBB": 30 / 7}, rel=1e-5)
