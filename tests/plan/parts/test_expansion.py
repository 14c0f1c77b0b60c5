"""Limits on expansions, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

import rampart
from cases_small import CONTRACT, case, line, month, need

DEAL = CONTRACT | {"max_quantity": math.inf}


def test_a_limit_on_expansions_alone_has_no_price() -> None:
    """The line ends before the last month, so nothing can be gained there and no price may stand on its rate."""
    plan = rampart.plan(
        case(
            4, ["need"], lines=[line(until=month(2))], contracts=[DEAL], demand=[need(12.0)],
            expansions=[{"expansion": "more", "line": "plant", "added_rate": 1.0, "cost": 5.0, "construction": 1.0,
                         "max_units": 1.0}],
        )
    )  # fmt: skip
    priced = plan["duals"].filter((pl.col("family") == "maximum rate") & (pl.col("period") == 3))
    assert priced.is_empty()


def works(**changes: Any) -> dict[str, Any]:
    row = {"expansion": "more", "line": "plant", "added_rate": 5.0, "cost": 0.0, "construction": 0.0, "max_units": 1.0}
    return row | changes


def test_capacity_ends_with_its_line() -> None:
    """The line closes after the sixth month, and so does what was added: nothing stands idle after that."""
    of = case(
        12, ["need", "own_use", "money"], lines=[line(until=month(5), idle_cost=3.0)], contracts=[DEAL],
        demand=[need(15.0)], expansions=[works(whole=True, latest=month(0))],
    )  # fmt: skip
    plan = rampart.plan(of)
    made = plan["production"].sort("period")
    assert made["capacity"].to_list() == [15.0] * 6 + [0.0] * 6
    assert made["output"].to_list() == [15.0] * 6 + [0.0] * 6
    (paid,) = plan["passes"].filter(pl.col("objective") == "money")["value"]
    assert paid == 6 * 15.0  # rounds at 1 each; no idle month


def test_what_was_added_to_a_line_that_is_closed_at_the_end_is_worth_nothing_then() -> None:
    """Half its life is left, and no line to use it; a stated end value stays."""

    def money(end: int, **changes: Any) -> float:
        lines, demand = [line(until=month(end))], [need(15.0, until=month(2))]
        of = case(6, lines=lines, contracts=[DEAL], demand=demand, expansions=[works(cost=12.0, **changes)])
        found: float = rampart.plan(of)["passes"].filter(pl.col("objective") == "money")["value"][0]
        return found

    assert money(5, life=12.0) == pytest.approx(45.0 + 12.0 - 6.0)
    assert money(2, life=12.0) == pytest.approx(45.0 + 12.0)
    assert money(2, end_value=4.0) == pytest.approx(45.0 + 12.0 - 4.0)
