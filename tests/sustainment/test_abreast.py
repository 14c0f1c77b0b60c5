"""Courses worked out abreast are those worked out alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from places import CASES
from rampart.case.doors import read_case
from rampart.sustainment import abreast as module
from rampart.sustainment.abreast import availability_of_each
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month
from rampart.sustainment.fleet import Support, read_support


@pytest.fixture(scope="module")
def four() -> list[Support]:
    """As it is; more spares; more bays and a damaged fleet less; half the use and a longer road."""
    s = read_support(read_case(CASES / "fleet-tiny"))
    return [s, replace(s, stock=s.stock + 1.0), replace(s, bays=s.bays + 1.0, damage=0.5 * s.damage),
            replace(s, use=0.5 * s.use, order_ship=2.0 * s.order_ship)]  # fmt: skip


@pytest.fixture(scope="module")
def alone(four: list[Support]) -> list[AvailabilityByMonth]:
    return [availability_by_month(s) for s in four]


def same(found: AvailabilityByMonth, right: AvailabilityByMonth) -> None:
    """But for the instants, which lie as close as the liveliest of the four asks for."""
    held = np.maximum(right.held, 1.0)
    assert found.support is right.support
    assert np.abs((found.available - right.available) / held).max() < 0.003
    assert np.abs(found.down - right.down).max() < 0.02
    assert found.ebo.sum(axis=(1, 2)) == pytest.approx(right.ebo.sum(axis=(1, 2)), rel=0.01, abs=0.01)
    assert found.queue == pytest.approx(right.queue, rel=0.01, abs=0.02)
    assert found.sharing == pytest.approx(right.sharing, abs=0.01)
    assert found.demand == pytest.approx(right.demand, rel=0.01, abs=0.01)


def test_abreast_is_alone(four: list[Support], alone: list[AvailabilityByMonth]) -> None:
    for found, right in zip(availability_of_each(four), alone, strict=True):
        same(found, right)


def test_what_does_not_fit_is_worked_out_apart(
    four: list[Support], alone: list[AvailabilityByMonth], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other parts, or too many sites: one after another, in the same order."""
    other = replace(four[1], part_rows=tuple({**row, "spread": 1.5} for row in four[1].part_rows))
    monkeypatch.setattr(module, "MOST_CELLS", 2 * len(four[0].sites) * len(four[0].parts))
    found = availability_of_each([*four, other])
    for one, right in zip(found, [*alone, availability_by_month(other)], strict=True):
        same(one, right)
