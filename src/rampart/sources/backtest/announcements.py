"""What had been published by a date: rates reached, rates announced with their dates, works and how long they ramp."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from rampart.findings import Finding

REACHED = ("rate_actual", "capacity_actual")
RATE_COLUMNS = (
    "country", "organisation", "item", "metric", "value", "value_high", "unit", "as_of_date", "target_date", "source_date",
)  # fmt: skip
WORKS_COLUMNS = (
    "country", "supply_stage", "item", "announced_or_started", "planned_first_output", "planned_full_rate_date",
    "source_date",
)  # fmt: skip
SERIES_COLUMNS = ("series", "date", "value", "unit")
ANNOUNCED = ("rate_target", "capacity_target")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?\Z")
_DATES = ("_date", "_started", "_output")
_PER_MONTH = {"month": 1.0, "year": 1 / 12, "day": 365 / 12}


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of a series.

    month      which month it is about, counted from year 0
    value      units a month
    published  month of the document that says so: before it, nobody outside knew
    kind       what the source counts: actual, claimed, estimate
    """

    month: int
    value: float
    published: int
    kind: str = "actual"


@dataclass(frozen=True, slots=True)
class Step:
    """A rate announced for a month: stated in ``said``, within ``spread`` of its value."""

    month: int
    value: float
    said: int
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """One series to forecast: whose rate of what, which account's lines it is like, and its stages."""

    name: str
    country: str
    organisation: str
    item: str
    account: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What could be read about a series by the end of a month, the origin.

    reached    rates reached, in order of their months, one a month (the latest published)
    announced  the plan: (month, rate), rising in month; of two statements for one month the later counts. A date
               that has passed without its rate having been reached stands: the works are late, not gone
    said       month in which each of ``announced`` was stated
    spread     half the width of the range in which each was stated; 0 where one figure was stated
    ramps      months from first output to full rate of works announced by then
    first      earliest month in which new works of a stage are to give output, by stage, where that was said
    """

    origin: int
    reached: tuple[Point, ...]
    announced: tuple[tuple[int, float], ...]
    said: tuple[int, ...]
    ramps: tuple[int, ...]
    first: Mapping[str, int]
    spread: tuple[float, ...] = ()


def month_number(text: str | None, *, end: bool = False) -> int | None:
    """Months from year 0 of a date as "2023-08" or a day of it; a bare year is its first, or its last, month.

    Whatever else is no date: "2023-Q4" or "2023/08" read as 2023 would be known months before it was said.
    """
    match = _DATE.match((text or "").strip())
    if match is None:
        return None
    month = int(match[2]) if match[2] else (12 if end else 1)
    return int(match[1]) * 12 + month - 1 if 1 <= month <= 12 else None


def month_text(number: int) -> str:
    """Months from year 0 as "YYYY-MM"."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def per_month(value: float, unit: str) -> float | None:
    """A rate in units a month; None where the unit is no rate."""
    period = unit.rpartition("/")[2].strip()
    return value * _PER_MONTH[period] if period in _PER_MONTH else None


@lru_cache(maxsize=1)
def known_series() -> Mapping[str, Series]:
    """The series that can be forecast, by name."""
    text = files("rampart").joinpath("data/ramp_series.csv").read_text(encoding="utf-8")
    return {
        r["series"]: Series(r["series"], r["country"], r["organisation"], r["item"], r["account"],
                            tuple(r["stages"].split("|")))
        for r in csv.DictReader(text.splitlines())
    }  # fmt: skip


def read_rows(path: Path, findings: list[Finding]) -> list[dict[str, str]]:
    """Rows of a public table; a missing or unreadable file is a finding."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as fault:
        findings.append(Finding("unreadable", file=path.name, details={"why": fault.strerror or str(fault)}))
    except (UnicodeDecodeError, csv.Error) as fault:
        findings.append(Finding("unreadable", file=path.name, details={"why": str(fault)}))
    return []


def read_public(path: Path, columns: Sequence[str], findings: list[Finding]) -> list[dict[str, str]]:
    """Rows of a public table that have these columns, numbers where they state a value, and dates; the rest is a finding."""
    rows = read_rows(path, findings)
    missing = [name for name in columns if rows and rows[0].get(name) is None]
    findings += [Finding("missing-column", file=path.name, column=name, table=path.stem) for name in missing]
    sound = []
    for place, given in enumerate([] if missing else rows, start=2):
        row = {name: given[name] or "" for name in columns}  # a row that ends early is blank from there on
        wrong = [row[name] for name in ("value", "value_high") if name in columns and not _number_or_blank(row[name])]
        findings += [Finding("public-not-a-number", file=path.name, row=place, value=text) for text in wrong]
        dates = [
            row[name] for name in columns if name.endswith(_DATES) and row[name] and month_number(row[name]) is None
        ]
        findings += [Finding("public-not-a-date", file=path.name, row=place, value=text) for text in dates]
        if not wrong and not dates and ("value" not in columns or row["value"]):
            sound.append(row)
    return sound


def _number_or_blank(text: str | None) -> bool:
    try:
        return not text or 0 <= float(text) < math.inf
    except ValueError:
        return False


def read_series(path: Path, findings: list[Finding]) -> dict[str, list[Point]]:
    """Points of every series of a file, in units a month; what is no rate is left out.

    Needs the columns ``series``, ``date``, ``value``, ``unit``; a column that is missing is a finding.
    """
    found: dict[str, list[Point]] = {}
    rows = read_rows(path, findings)
    missing = [name for name in SERIES_COLUMNS if rows and rows[0].get(name) is None]
    findings += [Finding("missing-column", file=path.name, column=name, table="series") for name in missing]
    for place, row in enumerate([] if missing else rows, start=2):
        month = month_number(row["date"])
        # Of a bare year nobody knows in which month it was said: in its last, nothing is known too soon.
        published = month_number(row.get("source_date") or row["date"], end=True)
        try:
            number = float(row["value"])
            if not 0 <= number < math.inf:
                raise ValueError(row["value"])
            value = per_month(number, row["unit"] or "")
        except (TypeError, ValueError):
            findings.append(Finding("public-not-a-number", file=path.name, row=place, value=row.get("value") or ""))
            continue
        if value is None:
            if row["series"] in known_series():
                findings.append(Finding("ramp-no-rate", file=path.name, row=place, value=row["unit"] or ""))
        elif month is None or published is None:
            wrong = row["date"] if month is None else row.get("source_date")
            findings.append(Finding("public-not-a-date", file=path.name, row=place, value=wrong or ""))
        else:
            point = Point(month, value, max(month, published), row.get("kind") or "actual")
            if point not in (points := found.setdefault(row["series"], [])):  # a figure given twice counts once
                points.append(point)
    return {name: sorted(points, key=lambda p: (p.month, p.published)) for name, points in found.items()}


def known_at(
    series: Series, origin: int, points: Sequence[Point], rates: Sequence[Mapping[str, str]],
    works: Sequence[Mapping[str, str]],
) -> Known:  # fmt: skip
    """What had been published about a series by the end of the origin month; nothing later is looked at."""
    reached: dict[int, Point] = {}
    for point in points:
        if point.published <= origin:
            reached[point.month] = point
    announced: dict[int, Step] = {}
    for row in rates:
        if (row["country"], row["organisation"], row["item"]) != (series.country, series.organisation, series.item):
            continue
        said = month_number(row["source_date"], end=True)
        about = month_number(row["as_of_date"])
        low, high = (
            per_month(float(value), row["unit"]) for value in (row["value"], row["value_high"] or row["value"])
        )
        if said is None or about is None or low is None or high is None or max(said, about) > origin:
            continue
        value = (low + high) / 2
        if row["metric"] in REACHED and about not in reached:
            reached[about] = Point(about, value, max(said, about))
        target = month_number(row["target_date"], end=True) if row["target_date"] else None
        if row["metric"] not in ANNOUNCED or target is None:
            continue
        if target not in announced or announced[target].said <= about:
            announced[target] = Step(target, value, about, (high - low) / 2)
    most = max((point.value for point in reached.values()), default=0.0)
    # What is already reached is no plan any more, even before its date.
    plan = [step for step in _in_force(announced.values()) if step.value > most]
    ramps, first = _works(series, origin, works)
    return Known(origin, tuple(reached[m] for m in sorted(reached)), tuple((s.month, s.value) for s in plan),
                 tuple(s.said for s in plan), ramps, first, tuple(s.spread for s in plan))  # fmt: skip


def _in_force(statements: Iterable[Step]) -> list[Step]:
    """The plan that the statements leave in force, in order of month.

    The newest counts; an older one stays where it agrees, that is where the rate then never falls.
    """
    kept: list[Step] = []
    for step in sorted(statements, key=lambda s: (s.said, s.month, s.value), reverse=True):
        if all((k.value <= step.value) if k.month < step.month else (k.value >= step.value) for k in kept):
            kept.append(step)
    return sorted(kept, key=lambda s: s.month)


def _works(series: Series, origin: int, works: Sequence[Mapping[str, str]]) -> tuple[tuple[int, ...], dict[str, int]]:
    """Ramp durations of all works announced by then, and planned first output of the series' own, by stage."""
    ramps: list[int] = []
    first: dict[str, int] = {}
    for row in works:
        said = month_number(row["source_date"], end=True)
        started = month_number(row["announced_or_started"])
        if said is None or started is None or max(said, started) > origin:
            continue
        begin = month_number(row["planned_first_output"])
        full = month_number(row["planned_full_rate_date"], end=True)
        if begin is not None and full is not None and full > begin:
            ramps.append(full - begin)
        if begin is None or not is_about(series, row):
            continue
        for stage in stages_of(series, row):
            first[stage] = min(first.get(stage, begin), begin)
    return tuple(ramps), first


def is_about(series: Series, row: Mapping[str, str]) -> bool:
    """Whether works are of the country and the item of a series."""
    return series.item.split()[0] in row["item"] and series.country in row["country"].split("/")


def stages_of(series: Series, row: Mapping[str, str]) -> list[str]:
    """Stages of a series that the words for the stage of works name."""
    return [stage for stage in series.stages if stage.rstrip("s") in row["supply_stage"]]


def straight_line(known: Known, month: int) -> float:
    """Naive rival: the least-squares line through the rates reached, from the last of them on; flat with one."""
    last = known.reached[-1]
    if len(known.reached) < 2:
        return last.value
    months = np.array([p.month for p in known.reached], float)
    values = np.array([p.value for p in known.reached])
    slope = float(np.polyfit(months - months.mean(), values, 1)[0])
    return max(0.0, last.value + slope * (month - last.month))


def announced_plan(known: Known, month: int) -> float:
    """Naive rival: the straight way from the last rate reached through what is announced, flat after it."""
    last = known.reached[-1]
    ahead = [(m, v) for m, v in known.announced if m > last.month]
    return float(np.interp(month, [last.month, *(m for m, _ in ahead)], [last.value, *(v for _, v in ahead)]))
