"""Last buys: the months in closed form and by histories, the number to buy by the Poisson law, the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

from rampart.report.chapters.fleet import words_of
from rampart.report.chapters.last_buys import last_buys_listing
from rampart.report.charts.fleet import Names
from rampart.results.result import Result
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import availability_by_month
from rampart.sustainment.fleet import MONTH, read_support
from rampart.sustainment.last_buys import last_buys, table_of_last_buys
from rampart.sustainment.play_through import play
from sustainment.small_fleets import case_of

LEAD = 40.0


def thrown_away(folder: Path, *, last: str, systems: float = 20, spares: int = 0):
    """One part, all thrown away and bought again in forty days until a last month."""
    repairs = [{"part": "P0", "site": "base", "repaired": 0, "condemned": 1}]
    return case_of(
        folder, systems=systems, removals=[0.01], repairs=repairs, months=9, parts={"lead_time": LEAD, "last_buy": last},
        stocks={("P0", "base"): spares} if spares else None,
    )  # fmt: skip


def test_without_spares_the_fleet_runs_down_exponentially(tmp_path: Path) -> None:
    """Steady at N / (1 + r L) to the last month; what was ordered arrives for L days more; then up' = -r up."""
    up = availability_by_month(read_support(thrown_away(tmp_path, last="2025-03"))).available[0]
    assert up[:3] == pytest.approx(20 / 1.4, rel=1e-3)
    assert up[3] == pytest.approx(20 / 1.4, rel=1e-3)  # 40 days of orders are still to come
    assert up[6:] / up[5:-1] == pytest.approx(np.exp(-0.01 * MONTH), rel=4e-3)


def test_a_month_before_the_plan_means_that_nothing_is_replaced(tmp_path: Path) -> None:
    up = availability_by_month(read_support(thrown_away(tmp_path, last="2024-10"))).available[0]
    assert up[2:] / up[1:-1] == pytest.approx(np.exp(-0.01 * MONTH), rel=4e-3)


def test_histories_know_the_last_month(tmp_path: Path) -> None:
    support = read_support(thrown_away(tmp_path, last="2025-03", systems=12, spares=6))
    course = availability_by_month(support)
    played = play(support, runs=150, seed=3)
    assert course.available[0] == pytest.approx(played.available[0], abs=0.35)
    assert course.available[0, -1] < course.available[0, 0] - 1.0  # it does run down


def test_the_last_buy_lasts_with_nine_chances_in_ten(tmp_path: Path) -> None:
    case = thrown_away(tmp_path, last="2025-03", spares=8)
    base = availability_by_month(read_support(case))
    (buy,) = last_buys(base, AllowedTime())
    assert buy.month == 2
    assert buy.units == int(poisson.ppf(0.9, buy.thrown))
    assert buy.cost == 1000 * buy.units
    assert buy.systems > 5
    # Nearly all twenty are in use for six months: no more than these can throw away.
    assert 0.85 * 0.01 * MONTH * 6 * 20 < buy.thrown < 0.01 * MONTH * 6 * 20
    answer = Result.of("fleet", case, {"last_buys": table_of_last_buys(base, AllowedTime())}, {})
    for language in ("en", "fr"):
        words, names = words_of(answer, language), Names(answer, language)
        (row,) = last_buys_listing(answer, words, names).rows
        assert row[4] == str(buy.units)
        assert row[1] == words.month("2025-03")


def test_a_part_that_can_be_bought_to_the_end_has_no_last_buy(tmp_path: Path) -> None:
    base = availability_by_month(read_support(thrown_away(tmp_path, last="2025-09")))
    assert last_buys(base, AllowedTime()) == []
