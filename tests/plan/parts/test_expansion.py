"""Limits on expansions, worked out by hand."""

from __future__ import annotations

import math

import polars as pl

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
