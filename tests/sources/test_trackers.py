"""Trackers: totals, pledges, needs and use are told apart, and every row keeps its source."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from rampart.case.doors import check_case
from rampart.catalogues.inputs import tables
from rampart.sources.trackers import _Trackers, tracker_case
from sources.small_books import public_folder

SOURCE = {"source_title": "A title", "source_publisher": "A paper", "source_date": "2024-01-05", "source_url": "https://example.org",
          "source_quality": "N"}  # fmt: skip
HEADS = {
    "deliveries": ("id", "donor", "recipient", "item", "kind", "quantity", "unit", "as_of_date"),
    "stocks_and_targets": (
        "id",
        "country",
        "item",
        "metric",
        "value",
        "value_high",
        "unit",
        "as_of_date",
        "target_date",
    ),
    "consumption": ("id", "side", "item", "metric", "value", "unit", "period_start"),
    "delivered_fleets": ("id", "donor", "system", "quantity", "unit", "as_of_date"),
}


def folder(path: Path, **rows: list[tuple[object, ...]]) -> Path:
    for name, heads in HEADS.items():
        with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*heads, *SOURCE])
            writer.writerows([*row, *SOURCE.values()] for row in rows.get(name, []))
    return path


TOTAL = "cumulative_delivered_or_committed"


def test_totals_become_what_was_added(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("a", "US", "UA", "rounds", TOTAL, 220, "rounds", "2022-05"),
        ("b", "US", "UA", "rounds", TOTAL, 800, "rounds", "2022-08"),
        ("c", "US", "UA", "rounds", "package", 144, "rounds", "2022-04"),
        ("d", "US", "UA", "rounds", "package", 50, "rounds", "2023-01"),
        ("e", "US", "UA", "rounds", TOTAL, 700, "rounds", "2022-09"),
        ("f", "DE", "UA", "rounds", "forecast", 9, "rounds", "2022-09"),
        ("g", "KR", "US", "rounds", "package", 9, "rounds", "2022-09"),
        ("h", "US+allies", "UA", "rounds", TOTAL, 9, "rounds", "2022-09"),
    ]
    case, findings = tracker_case(folder(tmp_path, deliveries=rows))
    assert case["deliveries"].select("status", "month", "quantity").sort("month").rows() == [
        ("delivered", "2022-05", 220.0), ("delivered", "2022-08", 580.0), ("pledged", "2023-01", 50.0),
    ]  # fmt: skip
    assert sorted(f.value for f in findings if f.code == "tracker-left-out") == ["c", "f", "g", "h"]
    assert [(f.value, f.details["before"]) for f in findings if f.code == "tracker-falls"] == [("700", "800")]


def test_use_is_not_need(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("a", "UA", "rounds", "requirement_minimum", 300, "rounds/month", "2023-03"),
        ("b", "UA", "rounds", "requirement_full", 600, "rounds/month", "2023-03"),
        ("c", "UA", "rounds", "use_rate", 100, "rounds/month", "2023-03"),
        ("d", "UA", "rounds", "requirement", 1200, "rounds/year", "2024-01"),
        ("e", "UA", "rounds", "use_rate", 3, "rounds/day", "2024-06"),
        ("f", "RU", "rounds", "use_rate", 9, "rounds/day", "2024-06"),
    ]
    case, findings = tracker_case(folder(tmp_path, consumption=rows))
    assert case["demand"].select("from", "until", "need", "use", "low", "high").rows() == [
        ("2023-03", "2023-12", 300.0, 100.0, 300.0, 600.0), ("2024-01", None, 100.0, None, 100.0, 100.0),
    ]  # fmt: skip
    assert sorted(f.value for f in findings) == ["e", "f"]


def test_stocks_and_targets(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("a", "DE", "shells", "stock", 20000, 25000, "rounds", "2023-06", ""),
        ("b", "DE", "shells", "stock_target", 230000, "", "rounds", "2023-06", "2031"),
        ("c", "DE", "all", "money_need", 20, 30, "EUR bn", "2022-10", "2030"),
    ]
    case, findings = tracker_case(folder(tmp_path, stocks_and_targets=rows))
    assert case["stocks"].select("holder", "quantity", "low", "high").rows() == [("DEU", 20000.0, 20000.0, 25000.0)]
    assert case["requirements"].select("layer", "quantity", "from").rows() == [("stated", 230000.0, "2031-12")]
    assert [f.value for f in findings] == ["c"]
    source = case["sources"].row(0, named=True)
    assert (source["publisher"], source["url"]) == ("A paper", "https://example.org")
    assert set(case["stocks"]["source"]) == {source["source"]}


def test_allocated_systems_are_fleets(tmp_path: Path) -> None:
    donors = ("Australia", 6), ("Germany", 4), ("Nowhere", 4)
    rows: list[tuple[object, ...]] = [
        (name, name, "Howitzer", quantity, "units", "2026-04") for name, quantity in donors
    ]
    case, findings = tracker_case(folder(tmp_path, delivered_fleets=rows))
    assert case["deliveries"].is_empty()
    if "fleets" in tables():
        assert case["fleets"]["fleet"].to_list() == ["howitzer"]
        assert case["fleet_arrivals"]["quantity"].to_list() == [10.0]
        assert [f.value for f in findings] == ["Nowhere"]
    else:
        assert [f.code for f in findings] == ["tracker-left-out"]


def test_a_fleet_is_the_sum_of_its_donors(tmp_path: Path) -> None:
    trackers = _Trackers()
    row = {"id": "a", "system": "Howitzer", **SOURCE}
    for quantity in (6.0, 4.0):
        trackers._fleet("howitzer", row, 2026 * 12 + 3, quantity)
    assert [r["quantity"] for r in trackers.tables["fleet_arrivals"]] == [10.0]
    assert len(trackers.tables["fleets"]) == len(trackers.tables["sites"]) == 1


@pytest.mark.skipif(public_folder("public") is None, reason="the public tables are not beside the repository")
def test_the_public_tables_make_a_sound_case(tmp_path: Path) -> None:
    public = public_folder("public")
    assert public is not None
    case, findings = tracker_case(public)
    case.save(tmp_path / "case")
    again, found = check_case(tmp_path / "case")
    assert [f for f in found if f.severity == "error"] == []
    assert again == case
    given = case["deliveries"].filter(
        (pl.col("item") == "155mm_rounds") & (pl.col("donor") == "USA") & (pl.col("status") == "delivered")
    )
    assert given["quantity"].sum() == 2_000_000
    assert {row["source"] for row in case["deliveries"].iter_rows(named=True)} <= set(case["sources"]["source"])
    assert {f.code for f in findings} == {"tracker-left-out"}
