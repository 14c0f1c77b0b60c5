"""A package typed in: what it leaves the donor with is the plan's stock less what is given, from its month on."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import rampart


def test_it_is_the_stock_of_the_plan_less_the_gifts(client_of: Any, tiny_plan: rampart.Result) -> None:
    give = "XAA:round:300:2025-03;XAA:round:50:2025-05"
    said = client_of("paula").get(f"/api/plans/tiny/package?give={give}&size=1000").json()
    stock = tiny_plan["stock"].filter((pl.col("holder") == "XAA") & (pl.col("item") == "round")).sort("month")
    months = stock["month"].to_list()
    expected = {
        month: closing - 300.0 - (50.0 if month >= date(2025, 5, 1) else 0.0)
        for month, closing in zip(months, stock["closing"].to_list(), strict=True)
        if month >= date(2025, 3, 1)
    }
    assert all(month.day == 1 for month in months)
    keys = [column["key"] for column in said["table"]["columns"]]
    rows = [dict(zip(keys, (cell["value"] for cell in row), strict=True)) for row in said["table"]["rows"]]
    assert {row["month"]: row["left"] for row in rows} == {f"{m:%Y-%m}": pytest.approx(v) for m, v in expected.items()}
    floors = {f"{m:%Y-%m}": f for m, f in stock.select("month", "floor").iter_rows()}
    for row in rows:
        floor = floors[row["month"]]
        assert row["to_floor"] == (None if floor is None else pytest.approx(max(0.0, floor - max(row["left"], 0.0))))
    assert said["says"]


def test_too_much_is_said_and_the_form_asks_the_same(client_of: Any) -> None:
    browser = client_of("edith")
    query = "donor=XAA&item=round&quantity=1000000&month=2025-03&donor=&item=&quantity=&month="
    page = browser.get(f"/plans/tiny/package?{query}").content.decode()
    assert "the stock does not suffice from March 2025 on" in page
    assert 'value="1000000"' in page  # not 1e+06: what is asked again is the same


@pytest.mark.parametrize(
    "give",
    ["XBB:round:1:2025-03", "XAA:nothing:1:2025-03", "XAA:round:-1:2025-03", "XAA:round:nan:2025-03", "XAA:round",
     "XAA:round:1,000:2025-03", "XAA:round:1.000:2025-03", "XAA:round:1:1999-01", "a:b:c:d"],
)  # fmt: skip
def test_what_cannot_be_asked(client_of: Any, give: str) -> None:
    assert client_of("edith").get(f"/api/plans/tiny/package?give={give}").status_code == 422
