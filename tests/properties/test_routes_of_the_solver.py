"""The same pass values by every route: simplex, interior point with crossover, and the tables in another order."""

from __future__ import annotations

from random import Random
from unittest import mock

import pytest
from hypothesis import strategies as st

import rampart
from cases_random import random_case, war_case
from drawn import drawn
from rampart.case.tables import Case
from rampart.plan.solving import pass_solver

CLOSE = 1e-6


def reached(case: Case, first_by_simplex_up_to: int) -> dict[str, float]:
    """Value of each pass; plans of more columns begin with the interior point."""
    with mock.patch.object(pass_solver, "LARGE", first_by_simplex_up_to):
        plan = rampart.plan(case, give_or_keep=False, reasons="none")
    return dict(plan["passes"].select("objective", "value").iter_rows())


def reordered(case: Case, chance: Random) -> Case:
    """The same case with the rows of its tables in another order."""
    tables = {
        name: frame if name == "settings" else frame.sample(fraction=1.0, shuffle=True, seed=chance.randrange(1 << 30))
        for name, frame in case.tables.items()
    }
    return Case(tables=tables)


@drawn(2, 150, seed=st.integers(0, 2**32), war=st.booleans())
def test_pass_values_do_not_hang_on_the_route(seed: int, war: bool) -> None:
    case = (war_case if war else random_case)(Random(seed))
    simplex = reached(case, 1 << 30)
    assert reached(case, 0) == pytest.approx(simplex, rel=CLOSE, abs=CLOSE)
    assert reached(reordered(case, Random(seed)), 0) == pytest.approx(simplex, rel=CLOSE, abs=CLOSE)
