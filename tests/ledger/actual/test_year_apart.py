"""The figures of 2023 replayed, worked out apart from the program: sums of the tables with polars, a book of a line a month.

The plan is made up: it sends more than there is in some months, so that floors bind, and its routes take one month and two.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ledger.actual.went_as_planned import tiny
from places import CASES
from rampart.case.doors import read_case
from rampart.catalogues.results import frame
from rampart.ledger.actual.year import replay
from rampart.ledger.handed_in import read_documents
from rampart.plan.planning import plan
from rampart.results.result import Result

REPORTED = CASES / "alliance-2023" / "evidence" / "returns-2023.csv"
SENT = {
    "USA": (90_000.0, 1, 900_000.0),
    "DEU": (4_000.5, 2, 5_000.0),
    "FRA": (3_000.0, 1, 95_000.0),
    "XEU": (30_000.0, 2, 0.0),
}
"""What each sends a month, the months on the way, and its floor."""


@pytest.fixture(scope="module")
def told() -> pl.DataFrame:
    """The documents, with the month of each by its number."""
    columns = pl.read_csv(REPORTED, infer_schema_length=None)
    return columns.with_columns(month=pl.col("day").str.slice(5, 2).cast(pl.Int64) * (pl.col("day") >= "2023-01-01"))


def made_up() -> Result:
    """A plan that sends the same each month."""
    months = [date(2023, n, 1) for n in range(1, 13)]
    arrives = [date(2023 + (n - 1) // 12, (n - 1) % 12 + 1, 1) for n in range(1, 16)]
    key = {"destination": "UKR", "item": "round155"}
    transfers = [
        {**key, "origin": origin, "period": n, "month": month, "arrives": arrives[n + lag], "quantity": quantity}
        for n, month in enumerate(months) for origin, (quantity, lag, _) in SENT.items()
    ]  # fmt: skip
    stock = [
        {"holder": origin, "item": "round155", "period": n, "month": month, "floor": floor, "closing": 0.0}
        for n, month in enumerate(months) for origin, (_, _, floor) in SENT.items()
    ]  # fmt: skip
    tables = {
        "periods": frame("plan", "periods", [{"period": n, "month": m, "months": 1} for n, m in enumerate(months)]),
        "transfers": frame("plan", "transfers", transfers),
        "stock": frame("plan", "stock", stock),
        "movements": frame("plan", "movements", []),
    }
    like = plan(tiny(), reasons="none", give_or_keep=False)
    return replace(like, case=read_case(CASES / "alliance-2023"), tables={**like.tables, **tables})


def by_hand(told: pl.DataFrame) -> dict[int, int]:
    """What arrives in each month of the year where each sends what the plan says, as far as it lies above its floor."""
    comes = told.filter(pl.col("kind").is_in(["opening", "production", "purchase"]))
    goes = told.filter((pl.col("kind") == "use") | ((pl.col("kind") == "dispatch") & (pl.col("month") == 0)))
    before = told.filter((pl.col("kind") == "dispatch") & (pl.col("month") == 0))["key"]
    found = dict.fromkeys(range(1, 13), 0)
    for month, quantity in told.filter(pl.col("of").is_in(before.implode())).select("month", "quantity").iter_rows():
        found[month] += quantity  # on the way since before the year
    for nation, (asked, lag, floor) in SENT.items():
        sent = 0
        for month in range(1, 13):
            held = [
                part.filter((pl.col("nation") == nation) & (pl.col("month") <= month))["quantity"].sum()
                for part in (comes, goes)
            ]
            quantity = max(0, int(min(asked, held[0] - held[1] - sent - floor)))
            sent += quantity
            if month + lag <= 12:
                found[month + lag] += quantity
    return found


@pytest.mark.docs
def test_what_arrived_and_what_would_have_are_the_sums_of_the_tables(told: pl.DataFrame, tmp_path: Path) -> None:
    made = made_up()
    of = replay(made.case, read_documents(REPORTED), (), make=lambda _: made, folder=tmp_path)["year"]
    assert set(of.select("recipient", "item").unique().rows()) == {("UKR", "round155")}
    truth = dict(told.filter(kind="receipt", nation="UKR").group_by("month").agg(pl.col("quantity").sum()).iter_rows())
    shown = {
        month.month: (happened, held) for month, happened, held in of.select("month", "happened", "held").iter_rows()
    }
    assert {month: happened for month, (happened, _) in shown.items() if happened} == truth
    assert {month: held for month, (_, held) in shown.items()} == by_hand(told)
    assert sum(truth.values()) == 1_600_000  # what the public figures of the year add up to
