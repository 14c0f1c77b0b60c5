"""Books become a sound case: lines with their rates, orders month by month, what is unknown left unknown."""

from __future__ import annotations

from math import floor
from pathlib import Path

import polars as pl
import pytest

from rampart.case.doors import check_case
from rampart.case.tables import Case
from rampart.findings import Finding
from rampart.sources.calibration.expected import expected_deliveries, packaged_model, slip_until
from rampart.sources.calibration.facts import median
from rampart.sources.jbook.case_tables import jbook_case
from rampart.sources.jbook.tables import read_books
from sources.small_books import Item, Maker, Order, book, plain, tag, write


def case_of(folder: Path, *items: Item) -> tuple[Case, tuple[Finding, ...]]:
    return jbook_case(read_books([write(folder, "b.xml", book(items))]))


def spares(name: str, asked: float) -> str:
    cost = tag("Cost", tag("PriorYear", 1) + tag("BudgetYearOne", asked))
    activity = tag("EndItemBudgetActivity", tag("EndItemList", tag("EndItem", tag("Name", name) + cost)))
    return tag("ItemExhibitList", tag("P18Item", tag("Name", "Spares") + tag("InitialSpares", activity)))


def test_a_book_becomes_a_sound_case(tmp_path: Path) -> None:
    item = plain()
    item.extra = spares("Launcher", 3.25)
    case, left_out = case_of(tmp_path, item)
    assert case.settings["start"] == "2015-03"
    line = case["lines"].row(0, named=True)
    wanted = {"nation": "USA", "state": "hot", "rate_per": "month", "min_rate": 10, "economic_rate": 40, "max_rate": 80,
              "admin_lead_time": 6, "lead_time": 12, "lead_time_initial": 12, "grade": "published"}  # fmt: skip
    assert {name: line[name] for name in wanted} == wanted
    assert case["orders"]["quantity"].sum() == 200
    assert case["orders"].filter(pl.col("month") == "2016-03")["quantity"].to_list() == [25.0]
    assert case["rates"].select("from", "unit_cost").rows() == [("2016-01", 100.0), ("2017-01", 100.0)]
    spare = case["items"].filter(pl.col("kind") == "spare").row(0, named=True)
    assert (spare["name_en"], "3.25 million" in spare["note"]) == ("Spares: Launcher", True)
    assert left_out == ()
    case.save(tmp_path / "case")
    again, findings = check_case(tmp_path / "case")
    assert [f for f in findings if f.severity == "error"] == []
    assert again == case


def test_what_is_not_reported_is_assumed_aloud_or_left_out(tmp_path: Path) -> None:
    makers = [
        Maker(plt=0, alt=0),
        Maker("Beta Works", rates=(0, 0, 0)),
        Maker("TBD"),
        Maker("Gamma", rates=(90, 40, 80)),
    ]
    case, left_out = case_of(tmp_path, Item(makers=makers))
    line = case["lines"].row(0, named=True)
    assert len(case["lines"]) == 1
    assert line["lead_time"] == median("reorder production lead time", "ammunition")
    assert (line["lead_time_initial"], line["grade"]) == (None, "assumed")
    assert "not reported" in line["note"]
    assert [(f.details["count"], f.code) for f in left_out] == [(1, "jbook-left-out"), (2, "jbook-left-out")]


def test_rates_without_a_unit_make_no_line(tmp_path: Path) -> None:
    item = plain()
    item.units = None
    case, left_out = case_of(tmp_path, item)
    assert case["lines"].is_empty()
    assert case["orders"]["line"].null_count() == len(case["orders"]) > 0
    assert left_out[0].details["count"] == 1


def test_foreign_customers_are_buyers_of_their_own(tmp_path: Path) -> None:
    months = {"Army": [("2016-01", 5)], "Navy": [("2016-01", 7)], "Foreign Military Sales": [("2016-01", 3)]}
    order = Order(2015, "2014-12", "2016-01", 5, schedules=months)
    case, _ = case_of(tmp_path, Item(makers=[Maker(orders=[order])]))
    assert case["orders"].select("buyer", "month", "quantity").sort("buyer").rows() == [
        ("USA", "2016-01", 12.0), ("XFM", "2016-01", 3.0),
    ]  # fmt: skip


def test_no_book_no_case(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no line item"):
        jbook_case(read_books([write(tmp_path, "b.xml", "<a/>")]))


def test_orders_are_expected_later_than_promised(tmp_path: Path) -> None:
    case, _ = case_of(tmp_path, plain())
    rows = expected_deliveries(case)
    assert len(rows) == len(case["orders"])
    assert (rows["low"] <= rows["expected"]).all()
    assert (rows["expected"] <= rows["high"]).all()
    assert (rows["low"] >= "2015-03").all()
    row = rows.filter(pl.col("promised") == "2017-01").row(0, named=True)
    slip = slip_until(packaged_model(), "ammunition", "planned", 22)  # to be awarded after the book was submitted
    low, high = slip.interval()
    start = 2017 * 12
    months = [start + floor(by + 0.5) for by in (slip.mean, low, high)]
    assert [row["expected"], row["low"], row["high"]] == [f"{m // 12}-{m % 12 + 1:02d}" for m in months]
    assert row["late"] == pytest.approx(
        float(slip.weights[slip.values >= 0.5].sum())
    )  # by a month, as months are stated


@pytest.mark.parametrize(
    ("award", "year", "state"),
    [
        ("2015-01", 2015, "awarded"),
        ("2015-02", 2015, "awarded"),
        ("2015-03", 2015, "funded"),
        ("2016-01", 2016, "planned"),
    ],
)
def test_an_order_has_the_state_that_its_book_shows(tmp_path: Path, award: str, year: int, state: str) -> None:
    """The book of 2016 was submitted in February 2015."""
    case, _ = case_of(
        tmp_path, Item(makers=[Maker(orders=[Order(year, award, "2016-06", 5, schedules={"Army": [("2016-06", 5)]})])])
    )
    assert set(case["orders"]["state"]) == {state}


def test_an_order_without_a_schedule_comes_in_its_first_month_with_its_state(tmp_path: Path) -> None:
    orders = (
        Order(2014, "2014-06", "2015-09", 60),
        Order(2015, "2015-06", "2016-03", 70),
        Order(2016, "2016-06", "2017-02", 80),
        Order(2016, "2016-06", "", 90),
        Order(2013, "2013-06", "2014-02", 50),
    )
    case, left_out = case_of(tmp_path, Item(makers=[Maker(orders=orders)]))
    assert case["orders"].select("month", "quantity", "state", "grade").sort("month").rows() == [
        ("2015-09", 60.0, "awarded", "derived"), ("2016-03", 70.0, "funded", "derived"),
        ("2017-02", 80.0, "planned", "derived"),
    ]  # fmt: skip
    assert sorted(f.details["count"] for f in left_out if f.code == "jbook-left-out") == [1, 1]
    assert not case.says_yes("count_planned")
