"""Ramp forecasts scored against what was published later, beside the announced plan and a straight line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rampart.findings import Finding
from rampart.sources.backtest.announcements import (
    RATE_COLUMNS,
    WORKS_COLUMNS,
    Known,
    Point,
    Series,
    announced_plan,
    is_about,
    known_at,
    known_series,
    month_text,
    read_public,
    read_series,
    stages_of,
    straight_line,
)
from rampart.sources.backtest.ramp import WHOLE, Assumed, forecast

SCHEMA = {
    "series": pl.String, "kind": pl.String, "origin": pl.String, "month": pl.String, "ahead": pl.Int64, "came": pl.Float64,
    "expected": pl.Float64, "low": pl.Float64, "median": pl.Float64, "high": pl.Float64, "inside": pl.Boolean,
    "announced": pl.Float64, "straight": pl.Float64, "crps": pl.Float64, "crps_announced": pl.Float64,
    "crps_straight": pl.Float64, "slowest": pl.String,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class RampScores:
    """Forecasts beside what came, by series, origin and month; the summary by series; what was found on the way.

    ``kind`` distinguishes output (actual) from capacity as its owner states it (claimed), which follows announcements.
    Rates are units a month. ``stages`` has the forecast of every stage.
    """

    forecasts: pl.DataFrame
    summary: pl.DataFrame
    stages: pl.DataFrame
    findings: tuple[Finding, ...]


def _unknown(path: Path, points: Mapping[str, Sequence[Point]]) -> list[Finding]:
    """Series of rates that nobody can forecast from the public tables: their names are not known."""
    return [
        Finding("ramp-series-unknown", file=path.name, value=name, details={"known": ", ".join(known_series())})
        for name in sorted(set(points) - set(known_series()))
    ]


def _strange_stages(path: Path, works: Sequence[Mapping[str, str]]) -> list[Finding]:
    """Works with a first output, of the country and item of a series, at a stage that none such has."""
    said = {}
    for row in works:
        about = [series for series in known_series().values() if is_about(series, row)]
        if about and row["planned_first_output"] and not any(stages_of(series, row) for series in about):
            said[row["supply_stage"]] = sorted({stage for series in about for stage in series.stages})
    return [
        Finding(
            "ramp-stage-unknown",
            file=path.name,
            column="supply_stage",
            value=stage,
            details={"known": ", ".join(known)},
        )
        for stage, known in sorted(said.items())
    ]


def _score(
    series: Series, known: Known, later: Sequence[Point], assumed: Assumed, rows: list[tuple[object, ...]],
    stage_rows: list[tuple[object, ...]],
) -> None:  # fmt: skip
    """The forecast from one origin beside every later figure."""
    origin = month_text(known.origin)
    cold = known.reached[-1].value <= 0
    found = forecast(series, known, sorted({p.month for p in later}), assumed, cold=cold)
    for point in later:
        whole = found[WHOLE][point.month]
        low, high = whole.interval()
        announced, straight = announced_plan(known, point.month), straight_line(known, point.month)
        slowest = min((found[stage][point.month].mean, stage) for stage in series.stages)[1]
        rows.append((series.name, point.kind, origin, month_text(point.month), point.month - known.origin, point.value,
                     whole.mean, low, whole.quantile(0.5), high, low <= point.value <= high, announced,
                     straight, whole.crps(point.value), abs(announced - point.value),
                     abs(straight - point.value), slowest))  # fmt: skip
        for stage in series.stages:
            ends = (found[stage][point.month].quantile(level) for level in (0.1, 0.5, 0.9))
            stage_rows.append((series.name, origin, month_text(point.month), stage, *ends))


def score_ramp(
    public: Path, series_file: Path | None = None, *, names: Sequence[str] = (), since: int | None = None
) -> RampScores:
    """Forecast each series from every month in which a figure of it was published, and score all later figures.

    A series file of its own adds to what the folder holds: forecasts are made from both, as each was published,
    and only the figures of the file are scored.

    public       folder with ``production_rates.csv``, ``capacity_investments.csv`` (and ``backtest_series.csv``)
    series_file  figures to score against; by default the one of the folder
    names        series to look at; by default all that the package knows
    since        only months from this one on are scored
    """
    findings: list[Finding] = []
    rates = read_public(public / "production_rates.csv", RATE_COLUMNS, findings)
    works = read_public(public / "capacity_investments.csv", WORKS_COLUMNS, findings)
    here = public / "backtest_series.csv"
    known_points = read_series(here, findings) if series_file is None or here.exists() else {}
    scored = known_points if series_file is None else read_series(series_file, findings)
    if series_file is not None:
        findings += _unknown(series_file, scored)
    rows: list[tuple[object, ...]] = []
    stage_rows: list[tuple[object, ...]] = []
    for name in names or known_series():
        series = known_series()[name]
        assumed = Assumed.of(series.account)
        own = sorted({*known_points.get(name, []), *scored.get(name, [])}, key=lambda p: (p.month, p.published))
        for origin in sorted({p.published for p in own}):
            known = known_at(series, origin, own, rates, works)
            later = [p for p in scored.get(name, []) if p.month > origin and (since is None or p.month >= since)]
            if known.reached and later:
                _score(series, known, later, assumed, rows, stage_rows)
    findings += _strange_stages(public / "capacity_investments.csv", works)
    forecasts = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    if forecasts.is_empty() and all(f.severity == "note" for f in findings):
        findings.append(Finding("ramp-nothing-scored", file=(series_file or here).name))
    summary = (
        forecasts.group_by("series", "kind", maintain_order=True)
        .agg(pl.len().alias("n"), pl.col("inside").mean().alias("coverage"),
             pl.col("crps", "crps_announced", "crps_straight").mean())
    )  # fmt: skip
    stages = pl.DataFrame(stage_rows, schema={"series": pl.String, "origin": pl.String, "month": pl.String,
                          "stage": pl.String, "low": pl.Float64, "median": pl.Float64, "high": pl.Float64},
                          orient="row")  # fmt: skip
    return RampScores(forecasts, summary, stages, tuple(findings))
