"""Shares are fair to the end: period by period they equal an independent max-min, on random cases and on small ones by hand."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import rampart
from cases_random import make_case, random_case
from drawn import seeds
from independent.builder import build
from independent.programme import ROUNDING, Programme
from rampart.case.tables import Case

CLOSE = 1e-6


def shares(case: Case) -> dict[int, dict[str, float]]:
    """Share held of each requirement, by period and by holder and item, as the plan shared it."""
    found: dict[int, dict[str, float]] = {}
    for row in rampart.plan(case)["shares"].iter_rows(named=True):
        found.setdefault(row["period"], {})[f"{row['holder']}|{row['item']}"] = row["share"]
    return found


def settled(programme: Programme) -> Mapping[str, float]:
    """Shares of the independent programme, each pass held exactly, or as closely as leaves the later ones a plan: what
    is held to a rounding may be magnified some hundred times in a share.
    """
    for rounding in (0.0, ROUNDING / 10):
        try:
            return programme.solve(rounding=rounding).shared
        except RuntimeError:
            continue
    return programme.solve().shared


def expected(case: Case) -> dict[int, dict[str, float]]:
    """The same of the independent programme."""
    programme = build(case)
    objective = next((o for o in programme.objectives if o.how == "fair"), None)
    if objective is None:
        return {}
    shared = settled(programme)
    months = objective.parts or {}
    found: dict[int, dict[str, float]] = {}
    for column, value in objective.terms:
        _, holder, item, period = column.split("|")
        lacking = shared[column] * value / float(months[column])
        found.setdefault(int(period), {})[f"{holder}|{item}"] = 1.0 - lacking
    return found


def fair(case: Case) -> None:
    """In each period in order of date the shares sorted upwards, and each for itself, are the independent ones."""
    found, wanted = shares(case), expected(case)
    assert found.keys() == wanted.keys()
    for period in sorted(wanted):
        assert sorted(found[period].values()) == pytest.approx(sorted(wanted[period].values()), abs=CLOSE)
        assert found[period] == pytest.approx(wanted[period], abs=CLOSE)


def with_requirement(seed: int) -> Case:
    """A random case in which requirements are ranked, straight after the rules, and nothing else is given away."""
    case = random_case(Random(seed))
    ranked = make_case({}, {"priorities": [
        {"rank": 1, "objective": "requirement", "tolerance": 0.0}, {"rank": 2, "objective": "money", "tolerance": 0.0},
    ]})  # fmt: skip
    return Case(tables={**case.tables, "priorities": ranked.tables["priorities"]})


@pytest.mark.parametrize("seed", seeds(12, 25))
def test_shares_are_max_min(seed: int) -> None:
    fair(with_requirement(seed))


@pytest.mark.parametrize("seed", seeds(8, 15))
def test_shares_are_max_min_after_other_passes(seed: int) -> None:
    fair(random_case(Random(seed)))


@pytest.mark.slow
@settings(max_examples=300, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_shares_are_max_min_long(seed: int) -> None:
    fair(with_requirement(seed))


def holders(supply: float, limits: dict[str, float], required: dict[str, float], *, tolerance: float | None) -> Case:
    """One line makes ``supply`` in the one month for holders that each have a contract up to a limit."""
    return make_case(
        {"start": "2024-01", "end": "2024-01"},
        {
            "nations": [{"nation": n, "name_en": n, "role": "member", "fiscal_year_start": 1} for n in (*limits, "XLL")],
            "items": [{"item": "r", "name_en": "Round", "kind": "munition", "unit": "rounds", "price": 1.0}],
            "lines": [{"line": "l", "nation": "XLL", "item": "r", "state": "hot", "rate_per": "month", "max_rate": supply,
                       "admin_lead_time": 0.0, "lead_time": 0.0, "unit_cost": 1.0}],
            "contracts": [{"contract": n, "line": "l", "buyer": n, "max_quantity": most} for n, most in limits.items()],
            "requirements": [{"holder": n, "item": "r", "layer": "stated", "quantity": q} for n, q in required.items()],
            "priorities": [{"rank": 1, "objective": "requirement", "tolerance": tolerance},
                           {"rank": 2, "objective": "money", "tolerance": tolerance}],
        },
    )  # fmt: skip


FREE = float("inf")


@pytest.mark.parametrize("tolerance", [0.0, None])
@pytest.mark.parametrize(
    ("limits", "required", "supply", "held"),
    [
        # one of three cannot be helped: the others share (found/decisions/fair-when-one-cannot-be-helped)
        ({"XAA": 0, "XBB": FREE, "XCC": FREE}, {"XAA": 10, "XBB": 10, "XCC": 10}, 10, {"XAA": 0, "XBB": 5, "XCC": 5}),
        # two that cannot be helped beyond 1 and 2; what is left is shared by share, not by number: 12 of 40, 30 %
        (
            {"XAA": 1, "XBB": 2, "XCC": FREE, "XDD": FREE},
            {"XAA": 10, "XBB": 10, "XCC": 10, "XDD": 30},
            15,
            {"XAA": 1, "XBB": 2, "XCC": 3, "XDD": 9},
        ),
        # enough for those who can be helped
        ({"XAA": 3, "XBB": FREE, "XCC": FREE}, {"XAA": 10, "XBB": 4, "XCC": 6}, 50, {"XAA": 3, "XBB": 4, "XCC": 6}),
    ],
)
def test_who_cannot_be_helped_leaves_the_rest_to_be_shared(
    limits: dict[str, float], required: dict[str, float], supply: float, held: dict[str, float], tolerance: float | None
) -> None:
    plan = rampart.plan(holders(supply, limits, required, tolerance=tolerance))
    shared = dict(plan["shares"].select("holder", "held").iter_rows())
    assert shared == pytest.approx(held, abs=1e-6)
    # later passes take at most their room of what lacks
    closing = dict(plan["stock"].select("holder", "closing").iter_rows())
    for holder, quantity in held.items():
        lacks = required[holder] - quantity
        assert closing[holder] >= quantity - (1e-6 + (0.0 if tolerance == 0 else 1e-4) * lacks)
