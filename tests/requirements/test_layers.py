"""Requirements by layers, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cases_small import case
from rampart.requirements.layers import Requirements, requirements

SHELL = {"holder": "AAA", "item": "shell"}


def of(*rows: dict[str, Any], posture: str | None = None) -> Requirements:
    """Requirements of four months from March 2024 on."""
    postures = [{"posture": p, "name_en": p} for p in ("peace", "war")]
    return requirements(case(4, postures=postures, requirements=[SHELL | row for row in rows]), posture=posture)


DAYS = {"layer": "days_of_supply", "daily_rate": 40.0, "days": 30.0}


def test_days_of_supply_residual_and_training_add_up_and_the_floor_is_part_of_them() -> None:
    """40 a day for 30 days, 500 at the bottom, 100 for training: 1,800 must be held, 900 of them always."""
    found = of(DAYS, {"layer": "residual", "quantity": 500.0}, {"layer": "training", "quantity": 100.0},
               {"layer": "floor", "quantity": 900.0})  # fmt: skip
    assert found.pairs == (("AAA", "shell"),)
    assert found.total.tolist() == [[1800.0] * 4]
    assert found.floor.tolist() == [[900.0] * 4]
    assert found.daily_rate.tolist() == [[40.0] * 4]


def test_a_stated_number_stands_instead_of_the_sum() -> None:
    assert of(DAYS, {"layer": "stated", "quantity": 700.0}).total.tolist() == [[700.0] * 4]


def test_a_row_holds_from_its_month_on() -> None:
    found = of(DAYS, DAYS | {"from": "2024-05", "days": 60.0})
    assert found.total.tolist() == [[1200.0, 1200.0, 2400.0, 2400.0]]


def test_nothing_stated_is_unknown_and_not_zero() -> None:
    """A rate without days is no requirement; before its first month a row says nothing."""
    assert np.isnan(of({"layer": "days_of_supply", "daily_rate": 40.0}).total).all()
    late = of({"layer": "stated", "quantity": 5.0, "from": "2024-05"})
    assert np.isnan(late.total[0, :2]).all()
    assert late.total[0, 2:].tolist() == [5.0, 5.0]
    assert np.isnan(late.floor).all()
    assert of().pairs == ()


def test_zero_is_a_requirement_of_nothing() -> None:
    assert of({"layer": "stated", "quantity": 0.0}).total.tolist() == [[0.0] * 4]


@pytest.mark.parametrize(("posture", "total"), [("peace", 1300.0), ("war", 2500.0), (None, 1300.0)])
def test_a_row_of_the_posture_replaces_the_row_of_none(posture: str | None, total: float) -> None:
    """The residual of 100 holds in every posture; the days of supply are 30, and 60 in war."""
    found = of(DAYS, DAYS | {"posture": "war", "days": 60.0}, {"layer": "residual", "quantity": 100.0}, posture=posture)
    assert found.total.tolist() == [[total] * 4]
