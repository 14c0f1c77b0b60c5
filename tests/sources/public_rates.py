"""Published rates of one series, as the tables of public figures hold them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from rampart.sources.backtest.announcements import (
    WORKS_COLUMNS,
    known_series,
)

SERIES = known_series()["us_155mm_bodies_rate"]


def rate(metric: str, value: float, said: str, about: str, target: str = "", *, high: str = "") -> dict[str, str]:
    return {
        "country": "US", "organisation": SERIES.organisation, "item": SERIES.item, "metric": metric, "value": str(value),
        "value_high": high, "unit": "rounds/month", "as_of_date": about, "target_date": target, "source_date": said,
    }  # fmt: skip


PLAN = [rate("rate_target", 80000, "2023-08", "2023-08", "2025-09")]


def public(folder: Path, points: Sequence[tuple[str, float, str]], rates: Sequence[dict[str, str]]) -> Path:
    with (folder / "production_rates.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rate("", 0, "", "").keys())
        writer.writeheader()
        writer.writerows(rates)
    (folder / "capacity_investments.csv").write_text(",".join(WORKS_COLUMNS) + "\n")
    rows = [f"{SERIES.name},{month},{value},rounds/month,actual,{said}" for month, value, said in points]
    (folder / "backtest_series.csv").write_text("series,date,value,unit,kind,source_date\n" + "\n".join(rows) + "\n")
    return folder
