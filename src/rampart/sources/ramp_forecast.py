"""The rate of a line to come, from any series that the user gives: by stage, with the chance of each to be the slowest.

The table (layout ``ramp``) holds rates reached, capacity, targets and works, of stages or of the whole. The model is that
of ``sources.backtest.ramp``. A stage that has figures of its own is moved by them; of two figures at once, their mean is
one figure, and their difference no pace. A target without a date counts from when it was stated by as long as works of
the justification books take from first award to proved out. The forecast can become the rates of a line of a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from rampart.beliefs.distribution import Numbers
from rampart.case.calendar import month_text
from rampart.case.laid_out import read_laid_out
from rampart.case.tables import Case
from rampart.findings import CaseError, Finding
from rampart.sources.backtest.announcements import Known, Point, month_number
from rampart.sources.backtest.ramp import WHOLE, Assumed, draw_paths

MONTHS = 36
"""Months forecast where no end is given."""
WORKS = 20
"""Months from first award to proved out of facility projects, in the middle of the books: what an undated target takes."""
AT_ONCE = 2
"""Months within which two figures are two sources at once."""
_PER_MONTH = {"month": 1.0, "year": 1 / 12, "day": 365 / 12}
SCHEMA = {
    "month": pl.String, "stage": pl.String, "low": pl.Float64, "median": pl.Float64, "high": pl.Float64, "mean": pl.Float64,
    "unchanged": pl.Float64, "slowest": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True)
class RampForecast:
    """Rates to come.

    origin  month up to which what was published counts
    frame   a row a month and stage (the whole first): low, median and high (10, 50, 90 %) and mean in units a month, the
            chance that the rate is within a tenth of the last one reached, and the chance that the stage is the slowest
    last    last rate reached of each stage, in units a month
    """

    origin: str
    frame: pl.DataFrame
    last: Mapping[str, float]
    findings: tuple[Finding, ...] = ()

    @property
    def whole(self) -> pl.DataFrame:
        """The rows of the whole."""
        return self.frame.filter(pl.col("stage") == WHOLE)


def forecast_ramp(
    path: Path, *, origin: str = "", until: str = "", account: str = "ammunition", cold: bool = False
) -> RampForecast:
    """Forecast the series of a file. Raises ``CaseError`` with every finding where the file cannot be used.

    origin   "YYYY-MM": what was published later is not known; by default the latest month of the file
    until    last month forecast; by default ``MONTHS`` after the origin
    account  whose lines it is like: ammunition or missiles
    cold     the line does not run at the origin
    """
    table = read_laid_out(path, "ramp")
    findings = [*table.findings]
    rows = [_Figure.of(row) for row in table.rows] if table.read else []
    for row, figure in zip(table.rows, rows, strict=False):
        if figure.value is None and figure.kind != "works":
            findings.append(table.finding("blank", row["#row"], "value"))
        if figure.kind == "works" and figure.target is None:
            findings.append(table.finding("blank", row["#row"], "target_date"))
        if figure.kind == "target" and figure.target is not None and figure.target < figure.month:
            place = ("ramp-target-past", row["#row"], "target_date", row["target_date"])
            findings.append(table.finding(*place, stated=row["date"]))
    if any(finding.severity == "error" for finding in findings):
        raise CaseError(findings)
    last = max((f.published for f in rows), default=0)
    now = _month(origin, "origin") if origin else last
    end = _month(until, "until") if until else now + MONTHS
    known = [figure for figure in rows if figure.published <= now]
    if not any(f.kind == "rate" for f in known):
        raise CaseError([*findings, Finding("ramp-no-rate-yet", file=path.name, value=month_text(now))])
    if end <= now:
        raise CaseError([*findings, Finding("ramp-no-month", file=path.name, value=month_text(end))])
    stages = sorted({f.stage for f in known if f.stage}) or [WHOLE]
    by_stage = {stage: _known(known, stage, now) for stage in stages}
    capacity = {stage: most for stage in stages if (most := _capacity(known, stage)) is not None}
    months = list(range(now + 1, end + 1))
    # A stage of its own name is never the whole: where there are none, the whole is its only stage.
    names = {stage: stage if stage != WHOLE else "line" for stage in stages}
    paths = draw_paths(
        path.stem, {names[s]: k for s, k in by_stage.items()}, months, Assumed.of(account), cold=cold,
        capacity={names[s]: c for s, c in capacity.items()},
    )  # fmt: skip
    reached = {WHOLE: min(k.reached[-1].value for k in by_stage.values())}
    reached |= {stage: k.reached[-1].value for stage, k in by_stage.items() if stage != WHOLE}
    rows_ = [
        row for stage, path_ in _ordered(paths, stages) for row in _rows(stage, path_, months, reached[stage], paths, names)
    ]  # fmt: skip
    frame = pl.DataFrame(rows_, schema=SCHEMA, orient="row").sort("month", pl.col("stage") != WHOLE, "stage")
    return RampForecast(month_text(now), frame, reached, tuple(findings))


@dataclass(frozen=True)
class _Figure:
    """A row of the table in units a month and months from year 0."""

    stage: str
    kind: str
    month: int
    published: int
    value: float | None
    spread: float
    target: int | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> _Figure:
        per = _PER_MONTH[row["rate_per"] or "month"]
        low = row["value"]
        high = low if row["value_high"] is None else max(low or 0.0, row["value_high"])
        about = month_number(row["date"]) or 0
        said = month_number(row["source_date"], end=True) if row["source_date"] else month_number(row["date"], end=True)
        target = month_number(row["target_date"], end=True) if row["target_date"] else None
        middle = None if low is None else (low + high) / 2 * per
        spread = 0.0 if low is None else (high - low) / 2 * per
        return cls(row["stage"] or "", row["kind"], about, max(about, said or about), middle, spread, target)


def _month(text: str, option: str) -> int:
    number = month_number(text)
    if number is None or len(text) != 7:
        raise CaseError([Finding("not-a-month", value=text, column=option)])
    return number


def _of_stage(known: Sequence[_Figure], stage: str, kind: str) -> list[_Figure]:
    """Figures of a stage; where it has none of a kind, those of the whole."""
    own = [f for f in known if f.kind == kind and f.stage == ("" if stage == WHOLE else stage)]
    return own or [f for f in known if f.kind == kind and not f.stage]


def _known(known: Sequence[_Figure], stage: str, origin: int) -> Known:
    """What is known of one stage at the origin: figures at once are one, targets that were reached are none."""
    rates = _of_stage(known, stage, "rate") or [f for f in known if f.kind == "rate"]
    groups: list[list[_Figure]] = []
    for figure in sorted(rates, key=lambda f: (f.month, f.published)):
        if groups and figure.month - groups[-1][0].month <= AT_ONCE:
            groups[-1].append(figure)
        else:
            groups.append([figure])
    reached = tuple(
        Point(max(f.month for f in group), float(np.mean([f.value for f in group])), max(f.published for f in group))
        for group in groups
    )  # fmt: skip
    most = max(point.value for point in reached)
    steps: dict[int, _Figure] = {}
    for figure in sorted(_of_stage(known, stage, "target"), key=lambda f: f.published):
        dated = replace(figure, target=figure.month + WORKS) if figure.target is None else figure
        if (dated.value or 0.0) > most:
            steps[dated.target or 0] = dated
    plan: list[_Figure] = []
    for figure in sorted(steps.values(), key=lambda f: (f.published, f.target or 0), reverse=True):
        # The newest statement counts; an older one stays where the plan then still never falls.
        if all(_agree(later, figure) for later in plan):
            plan.append(figure)
    plan.sort(key=lambda f: f.target or 0)
    works = [f.target for f in known if f.kind == "works" and f.stage == stage and f.target is not None]
    return Known(
        origin, reached, tuple((f.target or 0, f.value or 0.0) for f in plan), tuple(f.month for f in plan), (),
        {stage: min(works)} if works else {}, tuple(f.spread for f in plan),
    )  # fmt: skip


def _agree(one: _Figure, other: _Figure) -> bool:
    """Whether a plan through both never falls."""
    early, late = sorted((one, other), key=lambda f: f.target or 0)
    return (early.value or 0.0) <= (late.value or 0.0)


def _capacity(known: Sequence[_Figure], stage: str) -> float | None:
    """Capacity of a stage as it was last stated, None where it was not."""
    said = sorted(_of_stage(known, stage, "capacity"), key=lambda f: f.published)
    return said[-1].value if said else None


def _ordered(paths: Mapping[str, Numbers], stages: Sequence[str]) -> list[tuple[str, Numbers]]:
    return [(WHOLE, paths[WHOLE]), *((stage, paths[stage]) for stage in stages if stage != WHOLE)]


def _rows(
    stage: str, path: Numbers, months: Sequence[int], last: float, paths: Mapping[str, Numbers], names: Mapping[str, str]
) -> list[tuple[Any, ...]]:  # fmt: skip
    low, median, high = np.quantile(path, (0.1, 0.5, 0.9), axis=1)
    near = np.mean(np.abs(path - last) <= 0.1 * last + 1e-9, axis=1)
    slowest = np.full(len(months), np.nan)
    if stage != WHOLE and len(names) > 1:
        # Ties belong to all that are tied, in equal parts: lines known alike are no slower than one another.
        least = np.min([paths[name] for name in names.values()], axis=0)
        ties = np.sum([np.isclose(paths[name], least, rtol=1e-9) for name in names.values()], axis=0)
        slowest = np.mean(np.isclose(path, least, rtol=1e-9) / ties, axis=1)
    return [
        (month_text(m), stage, float(low[i]), float(median[i]), float(high[i]), float(path[i].mean()), float(near[i]),
         None if np.isnan(slowest[i]) else float(slowest[i]))
        for i, m in enumerate(months)
    ]  # fmt: skip


def with_rates(case: Case, line: str, forecast: RampForecast, *, level: float = 0.5) -> Case:
    """The case with the forecast as the maximum rate of a line, from the first month in which both stand.

    level  quantile of the rate: 0.5 the median, 0.1 what nine draws in ten pass; between, the straight line

    Rows of ``rates`` of that line from then on are replaced; its costs are kept. Raises KeyError for a line that the case
    has not.
    """
    lines = {row["line"]: row for row in case["lines"].iter_rows(named=True)}
    per = 12.0 if lines[line]["rate_per"] == "year" else 1.0
    rates = case.tables["rates"]
    first, last = str(case.settings["start"]), str(case.settings["end"])
    rows = []
    before: float | None = None
    for row in forecast.whole.filter(pl.col("month").is_between(pl.lit(first), pl.lit(last))).iter_rows(named=True):
        value = float(np.interp(level, (0.1, 0.5, 0.9), (row["low"], row["median"], row["high"]))) * per
        if before is None or abs(value - before) > 0.01 * before:
            rows.append({
                "line": line, "from": row["month"], "max_rate": value, "source": "ramp", "grade": "derived",
                "note": f"Forecast from what was published by {forecast.origin}, quantile {level:g}.",
            })  # fmt: skip
            before = value
    begin = rows[0]["from"] if rows else last
    kept = rates.filter((pl.col("line") != line) | (pl.col("from") < begin))
    priced = pl.col("unit_cost").is_not_null() | pl.col("setup_cost").is_not_null()
    costs = rates.filter((pl.col("line") == line) & (pl.col("from") >= begin) & priced)
    by_month = {row["from"]: row for row in rows}
    for row in costs.iter_rows(named=True):
        own = by_month.setdefault(row["from"], {**row, "max_rate": None})
        own.update({name: row[name] for name in ("unit_cost", "setup_cost") if row[name] is not None})
    made = pl.DataFrame([{c: row.get(c) for c in rates.columns} for row in by_month.values()], schema=rates.schema)
    sources = case.tables["sources"]
    if "ramp" not in sources["source"].to_list():
        told = {"source": "ramp", "title": f"Forecast of a ramp-up from what was published by {forecast.origin}"}
        sources = pl.concat([sources, pl.DataFrame([{c: told.get(c) for c in sources.columns}], schema=sources.schema)])
    return Case(tables={**case.tables, "rates": pl.concat([kept, made]).sort("line", "from"), "sources": sources})
