"""Published analyses beside what their cases give: ``python -m benchmarks.published`` plans those of ``cases/published.csv``.

A line of that file names the case, the change that goes with it, the figure that was published and its source, and within what
the two are taken to agree (years: half a year; shares: half a point). Where nothing is said they are only laid side by side.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

import rampart

CASES = Path(__file__).parents[1] / "cases"


class Beside(NamedTuple):
    """What was published, and what the case gives; ``agrees`` none where that was not asked."""

    case: str
    change: str
    what: str
    unit: str
    published: float
    gives: float
    agrees: bool | None


def lines() -> list[dict[str, str]]:
    """The lines of ``cases/published.csv``."""
    with (CASES / "published.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def planned(case: str, change: str) -> Any:
    """The plan of a case with a named change."""
    read = rampart.read_case(CASES / case, overrides=(change,) if change else ())
    return rampart.plan(read, give_or_keep=False, reasons="none")


def gives(line: dict[str, str]) -> float:
    """The figure of a line, read off the plan of its case."""
    plan = planned(line["case"], line["with"])
    if line["table"] == "fill":
        item = line["where"].removeprefix("item=")
        (years,) = plan["fill"].filter(pl.col("item") == item)["years"]
        return float(years)
    received = plan["stock"].filter(pl.col("holder") == "UKR").with_columns(text=pl.col("month").dt.strftime("%Y-%m"))
    if line["table"] == "given":
        return float(received.filter(pl.col("text") <= line["where"])["received"].sum())
    of_year = received.filter(pl.col("text").str.starts_with(line["where"]))

    def total(item: str) -> float:
        return float(
            of_year.filter(pl.col("item") == item).select(pl.sum_horizontal("received", "ordered")).to_series().sum()
        )

    names = line["figure"].split("/")
    return total(names[0]) if line["table"] == "sum" else total(names[0]) / sum(map(total, names))


def beside() -> Iterator[Beside]:
    """Every line with what its case gives. Counts agree within a share of what was published, years and shares as said."""
    for line in lines():
        published, found = float(line["published"]), gives(line)
        room = (
            float(line["agrees"]) * (published if line["unit"] in ("rounds", "EUR m") else 1.0)
            if line["agrees"]
            else None
        )
        agrees = None if room is None else abs(found - published) <= room
        yield Beside(line["case"], line["with"], line["what"], line["unit"], published, found, agrees)


def main() -> None:
    """Print them all."""
    for row in beside():
        mark = {True: "agrees", False: "DIFFERS", None: ""}[row.agrees]
        name = f"{row.case} --with {row.change}" if row.change else row.case
        print(f"{name:32} {row.what:44} published {row.published:>10g}   case {row.gives:>12.4g} {row.unit:7} {mark}")


if __name__ == "__main__":
    main()
