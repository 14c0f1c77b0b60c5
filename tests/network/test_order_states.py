"""Which placed orders arrive, by their state."""

from __future__ import annotations

import polars as pl
import pytest

import rampart
from cases_small import case, month, need
from rampart.case.orders import arriving
from rampart.case.tables import Case
from rampart.results.unknowns import only_planned

ORDERS = [
    {"buyer": "AAA", "item": "shell", "month": month(at), "quantity": quantity, "state": state}
    for at, quantity, state in ((0, 1.0, None), (1, 2.0, "awarded"), (1, 4.0, "funded"), (1, 8.0, "planned"))
]


@pytest.mark.parametrize(("counted", "served"), [(None, 7.0), ("no", 7.0), ("yes", 15.0), ("true", 15.0)])
def test_a_request_is_no_inflow_unless_the_case_says_so(counted: str | None, served: float) -> None:
    """1 + 2 + 4 are ordered; 8 more are only asked for. 20 are needed in each of two months."""
    built = case(2, orders=ORDERS, demand=[need(20.0)])
    if counted is not None:
        settings = built.tables["settings"]
        row = pl.DataFrame({"setting": ["count_planned"], "value": [counted]})
        built = Case({**built.tables, "settings": pl.concat([settings, row])})
    found = rampart.plan(built)
    assert found["demand"]["served"].sum() == pytest.approx(served)
    assert found["stock"]["ordered"].sum() == pytest.approx(served)
    assert arriving(built)["quantity"].sum() == served
    left = only_planned(found)
    assert left == ([] if served == 15.0 else [("AAA", "shell", 8.0)])
    pegged = found["pegging"]
    assert pegged.filter(pegged["from_kind"] == "placed")["quantity"].sum() == pytest.approx(served)
