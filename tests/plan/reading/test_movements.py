"""Movements: with the opening stock they give the closing one, whatever the case."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest

import rampart
from cases_random import random_case


@pytest.mark.parametrize("seed", range(8))
def test_opening_and_movements_give_closing(seed: int) -> None:
    plan = rampart.plan(random_case(Random(seed)))
    moved = plan["movements"].group_by("holder", "item", "period").agg(pl.col("quantity").sum())
    both = plan["stock"].join(moved, on=["holder", "item", "period"], how="left").fill_null(0.0)
    for row in both.iter_rows(named=True):
        size = max(1.0, abs(row["opening"]), abs(row["closing"]))
        assert row["opening"] + row["quantity"] == pytest.approx(row["closing"], abs=2e-5 * size), row
