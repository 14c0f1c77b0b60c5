"""A start that the case states: units in repair, waiting in a shop, and on order, against exact distributions in time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm

from rampart.sustainment.abreast import availability_of_each
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month
from rampart.sustainment.fleet import read_support
from sustainment.small_fleets import MONTH, case_of, mended

MANY = 1e6
"""Systems so many that their use does not fall."""


def course(
    folder: Path, *, removals: float, days: float, stock: int, bays: int | None = None, **start: float
) -> AvailabilityByMonth:
    row = {"part": "P0", "site": "base", "repaired": 1, "condemned": 0, "turnaround": days, **start}
    case = case_of(folder, systems=MANY, removals=[removals / MANY], repairs=[row | ({"shop": "hall"} if bays else {})],
                   months=3, stocks={("P0", "base"): stock}, bays=bays)  # fmt: skip
    return availability_by_month(read_support(case))


def means_of_months(values: list[float]) -> list[float]:
    """Means of three months by trapezes, of values at even times."""
    each = (len(values) - 1) // 3
    return [float(np.trapezoid(values[each * m : each * (m + 1) + 1])) / each for m in range(3)]


@pytest.mark.parametrize(("there", "removals", "stock"), [(20, 0.5, 6), (0, 0.4, 3), (9, 0.05, 8), (40, 0.0001, 30)])
def test_units_in_repair_are_a_binomial_and_what_comes_a_poisson(
    tmp_path: Path, there: int, removals: float, stock: int
) -> None:
    days, right = 12.0, []
    for t in np.linspace(0.0, 3 * MONTH, 271):
        left = np.exp(-t / days)
        new = stats.poisson.pmf(np.arange(60), removals * days * (1.0 - left))
        law = np.convolve(stats.binom.pmf(np.arange(there + 1), there, left), new)
        right.append(float(np.maximum(np.arange(len(law)) - stock, 0) @ law))
    found = course(tmp_path, removals=removals, days=days, stock=stock, in_repair=there).ebo[:, 0, 0]
    assert found == pytest.approx(means_of_months(right), rel=0.01, abs=0.01)


@pytest.mark.parametrize(
    ("there", "bays", "removals", "days"), [(15, 2, 0.12, 12.0), (30, 1, 0.05, 15.0), (0, 3, 0.2, 10.0)]
)
def test_a_backlog_in_a_shop_is_its_chain_from_that_state(
    tmp_path: Path, there: int, bays: int, removals: float, days: float
) -> None:
    stock, states = 3, 110
    n = np.arange(states)
    rates = np.diag(np.full(states - 1, removals), 1) + np.diag(np.minimum(n[1:], bays) / days, -1)
    rates -= np.diag(rates.sum(axis=1))
    law, step = (n == there).astype(float), expm(rates * MONTH / 60)
    jobs, owed = [], []
    for _ in range(181):
        jobs.append(float(n @ law))
        owed.append(float(np.maximum(n - stock, 0) @ law))
        law = law @ step
    found = course(tmp_path, removals=removals, days=days, stock=stock, bays=bays, in_repair=there)
    assert found.queue[:, 0] == pytest.approx(means_of_months(jobs), rel=0.01)
    assert found.ebo[:, 0, 0] == pytest.approx(means_of_months(owed), rel=0.02, abs=0.02)


def test_units_on_order_come_in_evenly_over_the_lead_time(tmp_path: Path) -> None:
    """Ten on order, sixty days of lead time, nothing thrown away any more: ten less a sixth a day, known to the unit."""
    row = {"part": "P0", "site": "base", "repaired": 0, "condemned": 1, "on_order": 10}
    case = case_of(tmp_path, systems=MANY, removals=[1e-6 / MANY], repairs=[row], months=3, stocks={("P0", "base"): 4},
                   parts={"lead_time": 60})  # fmt: skip
    t = np.linspace(0.0, 3 * MONTH, 301)
    right = means_of_months(np.maximum(10.0 * np.clip(1.0 - t / 60.0, 0.0, 1.0) - 4.0, 0.0).tolist())
    assert availability_by_month(read_support(case)).ebo[:, 0, 0] == pytest.approx(right, rel=0.02, abs=0.05)


def test_a_part_that_is_not_stated_keeps_its_own_start_and_the_end_is_as_before(tmp_path: Path) -> None:
    """Two parts share a shop; one has a backlog. Abreast and alone are the same, and in the end both are as before."""
    both = mended(2, 8.0, shop="hall")
    courses = []
    for n, counted in enumerate(({}, {"in_repair": 12})):
        rows = [both[0] | counted, both[1] | dict.fromkeys(counted, "")]
        case = case_of(tmp_path / str(n), systems=30, removals=[0.004, 0.003], repairs=rows, months=12, bays=4,
                       stocks={("P0", "base"): 2, ("P1", "base"): 1})  # fmt: skip
        courses.append(read_support(case))
    usual, full = (availability_by_month(s) for s in courses)
    assert full.ebo[0, 0, 0] > usual.ebo[0, 0, 0] + 1.0
    assert full.ebo[-1] == pytest.approx(usual.ebo[-1], rel=0.02)
    for one, other in zip(availability_of_each([courses[1], courses[1]]), (full, full), strict=True):
        assert one.available == pytest.approx(other.available, rel=2e-3)


def test_histories_say_that_they_do_not_follow_it(tmp_path: Path) -> None:
    rows = [mended(1, 8.0)[0] | {"in_repair": 5}]
    case = case_of(tmp_path, systems=12, removals=[0.004], repairs=rows, months=2)
    found = [f for f in sustain(case, draws=0, simulate=2).findings if f.code == "simulation-leaves-out"]
    assert [f.details for f in found] == [{"start": "yes"}]
