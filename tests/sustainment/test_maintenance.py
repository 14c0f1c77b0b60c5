"""Maintenance that takes a bay: systems wait for it, and change parts in it; against a chain and against histories."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rampart.case.tables import Case
from rampart.sustainment.answer import sustain
from rampart.sustainment.availability import closed_fleet
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import MONTH, read_support
from rampart.sustainment.play_through import play
from sustainment.small_fleets import case_of, mended


def with_maintenance(case: Case, *, between: float, days: float, shop: str | None = "hall", share: float = 0.0) -> Case:
    """The case with such maintenance of every fleet, which changes each part with a chance."""
    fleets = case.tables["fleets"].with_columns(
        pl.lit(between).alias("mtbm"), pl.lit(days).alias("mmt"), pl.lit(shop, pl.String).alias("service_shop")
    )
    parts = case.tables["breakdown"].with_columns(pl.lit(share).alias("service_share"))
    return replace(case, tables={**case.tables, "fleets": fleets, "breakdown": parts})


def plain(folder: Path, *, systems: float, removals: float = 1e-9, bays: int = 2, **more: object) -> Case:
    rows = mended(1, 10.0, shop="hall")
    return case_of(folder, systems=systems, removals=[removals], repairs=rows, bays=bays, **more)  # type: ignore[arg-type]


CHAINS = [(20, 100.0, 5.0, 2), (12, 60.0, 4.0, 1), (30, 200.0, 12.0, 3)]


@pytest.mark.parametrize(("systems", "between", "days", "bays"), CHAINS)
def test_systems_wait_for_a_bay_as_machines_for_a_repairman(
    tmp_path: Path, systems: int, between: float, days: float, bays: int
) -> None:
    """Nothing else fails: a closed chain of machines, whose state is exact."""
    case = with_maintenance(plain(tmp_path, systems=systems, bays=bays), between=between, days=days)
    away = closed_fleet(systems, 0, 100.0 / MONTH / between, days, bays)[0]
    found = availability_by_month(read_support(case))
    assert found.serviced[0] == pytest.approx(away, rel=0.01)
    assert found.available[0] == pytest.approx(systems - away, rel=0.01)
    assert found.queue[:, 0] == pytest.approx(away, rel=0.01)
    answer = sustain(case, draws=0)
    assert answer["availability"]["maintenance"].to_list() == pytest.approx([away] * 6, rel=0.01)
    assert answer["availability"]["damaged"].to_list() == pytest.approx([0.0] * 6, abs=1e-9)


def test_without_a_shop_it_takes_time_and_no_bay(tmp_path: Path) -> None:
    case = with_maintenance(plain(tmp_path, systems=20), between=100.0, days=5.0, shop=None)
    found = availability_by_month(read_support(case))
    share = 1.0 / (1.0 + 5.0 * (100.0 / MONTH) / 100.0)
    assert found.available[0] == pytest.approx(20 * share, rel=1e-3)
    assert found.serviced.sum() + found.queue.sum() == pytest.approx(0.0, abs=1e-4)


def test_parts_changed_in_it_are_asked_for_like_removals(tmp_path: Path) -> None:
    """A fleet so large that nothing falls: as many requests as maintenance times the share, and the pipeline of Palm."""
    case = with_maintenance(plain(tmp_path, systems=1e6, removals=1e-13), between=1e6, days=0.0, shop=None, share=0.3)
    repairs = case.tables["repairs"].with_columns(pl.lit(None, pl.String).alias("shop"))
    case = replace(case, tables={**case.tables, "repairs": repairs})
    found = availability_by_month(read_support(case))
    assert found.demand[:, 0, 0] == pytest.approx(np.full(6, 100.0 * 1e6 / 1e6 * 0.3), rel=0.01)
    assert found.mean[:, 0, 0] == pytest.approx(np.full(6, 30.0 / MONTH * 10.0), rel=0.01)


@pytest.mark.parametrize("shop", ["hall", None])
def test_months_and_histories_agree(tmp_path: Path, shop: str | None) -> None:
    """Removals, damage of parts and maintenance share two bays, a month of twice the use among them."""
    made = plain(tmp_path, systems=16, removals=0.004, bays=2, stocks={("P0", "base"): 2}, months=4,
                 surge=("2025-02", "2025-03", 2.0))  # fmt: skip
    support = read_support(with_maintenance(made, between=250.0, days=3.0, shop=shop, share=0.2))
    found, played = availability_by_month(support), play(support, runs=150, seed=4)
    assert np.all(np.abs(found.available - played.available) <= 0.02 * 16 + 3.0 * played.error)
    assert found.queue[:, 0] == pytest.approx(played.jobs[:, 0], rel=0.1, abs=0.15)
