"""Forecasts of a ramp look at nothing later than their origin, and their scores are those of the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from rampart.sources.backtest.announcements import (
    Known,
    Point,
    announced_plan,
    known_at,
    month_number,
    month_text,
    per_month,
    straight_line,
)
from rampart.sources.backtest.ramp import WHOLE, Assumed, forecast
from rampart.sources.backtest.ramp_scores import score_ramp
from sources.public_rates import PLAN, SERIES, public, rate


def test_dates_and_units() -> None:
    assert month_number("2023-08-07") == month_number("2023-08") == 2023 * 12 + 7
    assert month_number("2028", end=True) == 2028 * 12 + 11
    assert month_number("soon") is None
    assert month_number("2023-13") is None
    assert per_month(1200, "rounds/year") == 100
    assert per_month(1200, "rounds cumulative") is None


POINTS = [Point(month_number("2022-02") or 0, 14400, month_number("2023-01") or 0),
          Point(month_number("2023-03") or 0, 20000, month_number("2023-03") or 0),
          Point(month_number("2023-08") or 0, 24000, month_number("2023-08") or 0)]  # fmt: skip


def known(origin: str, rates: Sequence[dict[str, str]] = ()) -> Known:
    return known_at(SERIES, month_number(origin) or 0, POINTS, rates, [])


def test_what_was_published_later_is_not_known() -> None:
    rates = [
        rate("rate_target", 90000, "2023-05", "2023-01", "2025-01"),
        rate("rate_actual", 21000, "2023-04", "2023-04"),
    ]
    assert known("2022-12").reached == ()
    assert [p.value for p in known("2023-03").reached] == [14400, 20000]
    assert known("2023-04", rates).announced == ()
    assert [p.value for p in known("2023-04", rates).reached] == [14400, 20000, 21000]
    assert known("2023-05", rates).announced == ((2025 * 12, 90000.0),)


def test_the_newest_statement_is_the_plan() -> None:
    rates = [
        rate("rate_target", 90000, "2023-01", "2023-01", "2025-01"),
        rate("rate_target", 36000, "2022-11", "2022-11", "2025-11"),
        rate("rate_target", 80000, "2023-08", "2023-08", "2025-09", high="85000"),
        rate("rate_target", 28000, "2023-03", "2023-03", "2023-12"),
    ]  # fmt: skip
    found = known("2023-08", rates)
    assert [(month_text(m), v) for m, v in found.announced] == [("2023-12", 28000.0), ("2025-09", 82500.0)]
    assert announced_plan(found, month_number("2023-10") or 0) == pytest.approx(26000)
    assert announced_plan(found, month_number("2030-01") or 0) == 82500
    assert straight_line(known("2023-03"), month_number("2023-03") or 0) == 20000
    assert straight_line(known("2023-03"), month_number("2024-04") or 0) == pytest.approx(25600)


MONTHS = [month_number(text) or 0 for text in ("2023-12", "2024-12", "2025-12", "2026-12")]


def medians(found: Known, *, cold: bool = False, stage: str = WHOLE) -> list[float]:
    assumed = Assumed.of("ammunition")
    return [forecast(SERIES, found, MONTHS, assumed, cold=cold)[stage][m].quantile(0.5) for m in MONTHS]


def test_the_slowest_stage_rules() -> None:
    found = forecast(SERIES, known("2023-08", PLAN), MONTHS, Assumed.of("ammunition"))
    for month in MONTHS:
        assert all(found[WHOLE][month].mean <= found[stage][month].mean for stage in SERIES.stages)


def test_hot_lines_go_on_new_works_come_late_and_cold_lines_later() -> None:
    plan, none = known("2023-08", PLAN), known("2023-08")
    hot, unplanned, cold = medians(plan), medians(none), medians(plan, cold=True)
    announced = [announced_plan(plan, m) for m in MONTHS]
    assert hot == sorted(hot)
    assert all(h < a for h, a in zip(hot[1:3], announced[1:3], strict=True))
    assert hot[-1] > unplanned[-1]
    assert unplanned[0] >= 24000
    assert all(c < h for c, h in zip(cold, hot, strict=True))
    assert cold[0] < 1000


def test_longer_ahead_is_less_sure() -> None:
    found = forecast(SERIES, known("2023-08", PLAN), MONTHS, Assumed.of("ammunition"))[WHOLE]
    widths = [found[m].interval()[1] - found[m].interval()[0] for m in MONTHS[:3]]
    assert widths == sorted(widths)


def test_an_overdue_step_has_not_come_yet() -> None:
    origin = month_number("2025-12") or 0
    overdue = Known(
        origin, (*POINTS, Point(origin, 30000, origin)), (((2025 * 12 + 8), 80000.0),), (2023 * 12 + 7,), (), {}
    )
    found = forecast(SERIES, overdue, [origin + 2, origin + 36], Assumed.of("ammunition"))[WHOLE]
    assert found[origin + 2].quantile(0.5) < 40000
    assert found[origin + 36].quantile(0.5) > found[origin + 2].quantile(0.5)


def test_the_same_origin_gives_the_same_forecast() -> None:
    assert medians(known("2023-08", PLAN)) == medians(known("2023-08", PLAN))
    with pytest.raises(ValueError, match="no rate had been published"):
        medians(known("2022-12"))


def test_ramp_forecasts_are_scored_on_what_came_later(tmp_path: Path) -> None:
    points = [("2022-02", 14400.0, "2023-01"), ("2023-03", 20000.0, "2023-03"), ("2023-08", 24000.0, "2023-08")]
    scores = score_ramp(public(tmp_path, points, PLAN))
    assert scores.forecasts.select("origin", "month").rows() == [
        ("2023-01", "2023-03"), ("2023-01", "2023-08"), ("2023-03", "2023-08"),
    ]  # fmt: skip
    last = scores.forecasts.row(-1, named=True)
    assert last["announced"] == 20000
    assert last["crps_straight"] == pytest.approx(24000 - (20000 + 5 * 5600 / 13))
    later = score_ramp(public(tmp_path, [*points, ("2024-06", 90000.0, "2024-06")], PLAN))
    same = pl.col("month") < "2024-01"
    columns = ("origin", "month", "median", "low", "high")
    assert later.forecasts.filter(same).select(columns).equals(scores.forecasts.select(columns))
    since = score_ramp(tmp_path, since=month_number("2024-01"))
    assert set(since.forecasts["month"]) == {"2024-06"}


def test_a_missing_table_is_a_finding(tmp_path: Path) -> None:
    scores = score_ramp(tmp_path)
    assert {f.code for f in scores.findings} == {"unreadable"}
    assert scores.summary.is_empty()


WORLDS = {
    "slow": (26000, 28000, 31000, 33000, 35000, 37000),
    "between": (27000, 31000, 38000, 45000, 52000, 60000),
    "stalled": (28000, 30000, 36000, 36000, 36000, 36000),
}


@pytest.mark.parametrize("world", WORLDS)
def test_ramps_short_of_the_plan_are_forecast_better_than_by_the_plan(world: str, tmp_path: Path) -> None:
    told = [("2022-02", 14400.0, "2023-01"), ("2023-03", 20000.0, "2023-03"), ("2023-08", 24000.0, "2023-08")]
    months = ("2023-10", "2024-03", "2024-09", "2025-03", "2025-09", "2026-03")
    came = [(month, float(value), month) for month, value in zip(months, WORLDS[world], strict=True)]
    row = score_ramp(public(tmp_path, told + came, PLAN), since=month_number("2023-09")).summary.row(0, named=True)
    assert row["n"] == 33
    assert row["crps"] < 0.5 * row["crps_announced"]
    assert row["crps"] < row["crps_straight"]


def test_a_file_of_later_figures_alone_is_scored_from_what_the_folder_knows(tmp_path: Path) -> None:
    told = [("2022-02", 14400.0, "2023-01"), ("2023-03", 20000.0, "2023-03")]
    folder = public(tmp_path, told, PLAN)
    later = tmp_path / "later.csv"
    later.write_text(
        "series,date,value,unit\n"
        f"{SERIES.name},2024-03,30000,rounds/month\n{SERIES.name},2024-09,480000,rounds/year\n"
        "others,2024-03,5,rounds/month\n"
    )
    scores = score_ramp(folder, later)
    assert scores.forecasts.select("origin", "month", "came").rows() == [
        ("2023-01", "2024-03", 30000.0), ("2023-01", "2024-09", 40000.0), ("2023-03", "2024-03", 30000.0),
        ("2023-03", "2024-09", 40000.0), ("2024-03", "2024-09", 40000.0),
    ]  # fmt: skip
    assert [(f.code, f.value) for f in scores.findings] == [("ramp-series-unknown", "others")]
    whole = tmp_path / "whole.csv"
    whole.write_text(
        (folder / "backtest_series.csv").read_text() + f"{SERIES.name},2024-03,30000,rounds/month,actual,\n"
    )
    again = score_ramp(folder, whole).forecasts
    assert again.filter(pl.col("month") == "2024-03").equals(scores.forecasts.filter(pl.col("month") == "2024-03"))


def test_a_series_file_without_its_columns_is_a_finding(tmp_path: Path) -> None:
    folder = public(tmp_path, [("2022-02", 14400.0, "2023-01")], PLAN)
    bad = tmp_path / "bad.csv"
    bad.write_text("name,when\nx,y\n")
    scores = score_ramp(folder, bad)
    assert {(f.code, f.column) for f in scores.findings} == {
        ("missing-column", name) for name in ("series", "date", "value", "unit")
    }
    bad.write_text(
        f"series,date,value,unit\n{SERIES.name},2024-03,-5,rounds/month\n{SERIES.name},2024-03,nan,rounds/month\n"
    )
    assert [f.code for f in score_ramp(folder, bad).findings] == ["public-not-a-number"] * 2


def width(found: Known, month: int) -> float:
    low, high = forecast(SERIES, found, [month], Assumed.of("ammunition"))[WHOLE][month].interval()
    return high - low


def test_a_lone_rate_without_a_plan_is_less_sure_the_longer_ahead() -> None:
    lone = known_at(SERIES, month_number("2023-01") or 0, POINTS, [], [])
    assert [p.value for p in lone.reached] == [14400]
    assert width(lone, lone.origin + 36) > 2 * width(lone, lone.origin + 1)


def test_a_target_given_as_a_range_is_less_sure_than_its_middle() -> None:
    wide = [rate("rate_target", 60000, "2023-08", "2023-08", "2025-09", high="100000")]
    narrow = [rate("rate_target", 80000, "2023-08", "2023-08", "2025-09")]
    month = month_number("2030-01") or 0
    assert announced_plan(known("2023-08", wide), month) == announced_plan(known("2023-08", narrow), month) == 80000
    assert width(known("2023-08", wide), month) > width(known("2023-08", narrow), month)


def test_what_is_reached_is_no_plan_any_more() -> None:
    passed = known("2023-08", [rate("rate_target", 22000, "2023-03", "2023-03", "2023-12")])
    assert passed.announced == ()
    assert announced_plan(passed, month_number("2024-06") or 0) == 24000


def test_a_public_table_without_a_column_or_a_number_is_a_finding(tmp_path: Path) -> None:
    folder = public(tmp_path, [("2022-02", 14400.0, "2023-01"), ("2023-08", 24000.0, "2023-08")], PLAN)
    rates = folder / "production_rates.csv"
    rates.write_text(rates.read_text().replace("80000", "eighty"))
    scores = score_ramp(folder)
    assert [(f.code, f.value, f.row) for f in scores.findings] == [("public-not-a-number", "eighty", 2)]
    assert len(scores.forecasts) == 1
    rates.write_text(rates.read_text().replace("organisation", "firm"))
    assert [(f.code, f.column) for f in score_ramp(folder).findings] == [("missing-column", "organisation")]


@pytest.mark.parametrize(
    "date", ["2024-6", "2024/06", "2024Q3", "20240801", "2024-02-32", "2024-00", "FY24", "2024-06junk"]
)
def test_a_date_written_otherwise_is_a_finding_and_not_january(date: str, tmp_path: Path) -> None:
    assert month_number(date) is None
    folder = public(tmp_path, [("2022-02", 14400.0, "2023-01"), ("2024-01", 30000.0, date)], PLAN)
    scores = score_ramp(folder)
    assert ("public-not-a-date", date) in [(f.code, f.value) for f in scores.findings]
    assert scores.forecasts.is_empty()
    public(
        tmp_path, [("2022-02", 14400.0, "2023-01"), ("2024-01", 30000.0, "2024-01")], [{**PLAN[0], "source_date": date}]
    )
    assert [(f.code, f.file, f.value) for f in score_ramp(folder).findings] == [
        ("public-not-a-date", "production_rates.csv", date)
    ]


def test_what_was_said_in_a_year_is_known_at_its_end() -> None:
    rates = [rate("rate_target", 90000, "2023", "2023-01", "2025-01")]
    assert known("2023-11", rates).announced == ()
    assert known("2023-12", rates).announced == ((2025 * 12, 90000.0),)


def test_rows_that_end_early_or_hold_no_rate_are_findings(tmp_path: Path) -> None:
    folder = public(tmp_path, [("2022-02", 14400.0, "2023-01"), ("2023-08", 24000.0, "2023-08")], PLAN)
    whole = score_ramp(folder).forecasts
    with (folder / "production_rates.csv").open("a") as file:
        file.write(f"US,{SERIES.organisation},{SERIES.item},rate_target,90000\n")
        file.write(f"US,{SERIES.organisation},{SERIES.item},rate_target,-5,,rounds/month,2023-01,2025-01,2023-01\n")
    with (folder / "backtest_series.csv").open("a") as file:
        file.write(f"{SERIES.name},2023-08,24000,rounds/month,actual,2023-08\n")  # again
        file.write(f"{SERIES.name},2023-09,24000,rounds per month,actual,2023-09\nothers,2023-09,1,rounds\n")
    with (folder / "capacity_investments.csv").open("a") as file:
        file.write("US,paint shop,155mm,2023-01,2024-01,,2023-01\nUS,paint shop,tyres,2023-01,2024-01,,2023-01\n")
    scores = score_ramp(folder)
    assert scores.forecasts.equals(whole)
    assert [(f.code, f.row, f.value) for f in scores.findings] == [
        ("public-not-a-number", 4, "-5"), ("ramp-no-rate", 5, "rounds per month"), ("ramp-stage-unknown", None, "paint shop"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "series,date,value,unit\n", f"series,date,value,unit\n{SERIES.name},2015-01,9,rounds/day\n"]
)
def test_nothing_to_score_is_a_finding(text: str, tmp_path: Path) -> None:
    folder = public(tmp_path, [("2022-02", 14400.0, "2023-01")], PLAN)
    later = tmp_path / "later.csv"
    later.write_text(text)
    assert [(f.code, f.file) for f in score_ramp(folder, later).findings] == [("ramp-nothing-scored", "later.csv")]
