"""What the solver leaves beside nothing is no decision."""

from __future__ import annotations

import pytest

from cases_small import CONTRACT, case, line, need
from rampart.plan.model.build import build
from rampart.plan.parts.order import Order
from rampart.plan.programme.values import Values
from rampart.plan.solving.passes_in_turn import solve


@pytest.mark.parametrize(("left", "listed"), [(4.75e-6, 0), (1e-4, 1)])
def test_an_order_as_small_as_what_the_solver_leaves_is_not_listed(left: float, listed: int) -> None:
    """Nothing is needed and nothing ordered; then so many solver units of an order are left by passes upon passes."""
    programme = build(case(3, lines=[line()], contracts=[CONTRACT], demand=[need(0.0)]))
    solution = solve(programme)
    columns = solution.columns.copy()
    family = programme["order"]
    assert Order().tables(Values(programme, solution.layout, columns))["orders"].is_empty()
    columns[family.labels[0, 1]] = left
    orders = Order().tables(Values(programme, solution.layout, columns))["orders"]
    assert orders["quantity"].to_list() == pytest.approx([left * family.scale[0]] * listed)
