"""Trackers: totals, pledges, needs and use are told apart, and every row keeps its source."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from rampart.case.doors import check_case
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
    assert case["fleets"]["fleet"].to_list() == ["howitzer"]
    assert case["fleet_arrivals"]["quantity"].to_list() == [10.0]
    assert [f.value for f in findings] == ["Nowhere"]


def test_a_fleet_is_the_sum_of_its_donors(tmp_path: Path) -> None:
    trackers = _Trackers()
    row = {"id": "a", "system": "Howitzer", **SOURCE}
    for quantity in (6.0, 4.0):
        trackers._fleet("howitzer", row, 2026 * 12 + 3, quantity)
    assert [r["quantity"] for r in trackers.tables["fleet_arrivals"]] == [10.0]
    assert len(trackers.tables["fleets"]) == len(trackers.tables["sites"]) == 1


WITH_TIMES = (*HEADS["deliveries"], "period_start", "confirmed")


def delivered(path: Path, *rows: tuple[object, ...]) -> list[tuple[str, str, str, float]]:
    """Deliveries made of rows that state their times too."""
    for name, heads in {**HEADS, "deliveries": WITH_TIMES}.items():
        with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*heads, *SOURCE])
            writer.writerows([*row, *SOURCE.values()] for row in (rows if name == "deliveries" else ()))
    case, findings = tracker_case(path)
    assert [f for f in findings if f.severity == "error"] == []
    assert case is not None
    return case["deliveries"].select("donor", "status", "month", "quantity").sort("month", "status").rows()


def test_a_share_of_a_pledge_and_running_totals_are_counted_once(tmp_path: Path) -> None:
    def said(kind: str, quantity: int, until: str) -> tuple[object, ...]:
        return (kind, "EU", "UA", "rounds", kind, quantity, "rounds", until, "2025-01", "yes")

    assert delivered(
        tmp_path, said("pledge", 2_000_000, "2025-12"), said("pledged_share", 1_600_000, "2025-06-23"),
        said("provided", 1_600_000, "2025-09-09"), said("provided", 1_700_000, "2025-10-20"),
    ) == [
        ("XEU", "delivered", "2025-09", 1_600_000.0), ("XEU", "delivered", "2025-10", 100_000.0),
        ("XEU", "pledged", "2025-12", 300_000.0),
    ]  # fmt: skip


def test_a_year_that_lies_in_a_total_is_part_of_it(tmp_path: Path) -> None:
    assert delivered(
        tmp_path,
        ("a", "CZ", "UA", "rounds", TOTAL, 3_700_000, "rounds", "2025-12", "2024-01", "yes"),
        ("b", "CZ", "UA", "rounds", "delivered_in_period", 1_800_000, "rounds", "2025-12", "2025-01", "yes"),
        ("c", "CZ", "UA", "rounds", "delivered_in_period", 100, "rounds", "2023-12", "2023-01", "partial"),
        ("d", "CZ", "UA", "rounds", "funded_for_2026", 760_000, "rounds", "2026-12", "2026-01", "yes"),
        ("e", "CZ", "UA", "rounds", "contracted", 40_000, "rounds", "2026-09", "", "yes"),
        ("f", "CZ", "UA", "rounds", "refused", 5_000, "rounds", "2026-01", "", "yes"),
        ("g", "CZ", "UA", "rounds", "delivered", 9_000, "rounds", "2026-02", "", "no"),
    ) == [
        ("CZE", "delivered", "2023-12", 100.0), ("CZE", "delivered", "2025-12", 3_700_000.0),
        ("CZE", "contracted", "2026-09", 40_000.0), ("CZE", "pledged", "2026-12", 760_000.0),
    ]  # fmt: skip


GOOD = ("a", "US", "UA", "rounds", TOTAL, 220, "rounds", "2022-05")


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (4, "given", "not-a-choice"), (4, "", "blank"), (5, "1,000", "ambiguous-number"), (5, "inf", "not-a-number"),
        (5, "NaN", "not-a-number"), (5, "-4", "below-minimum"), (5, "1_000", "not-a-number"), (6, "boxes", "tracker-unit"),
        (6, "rounds/month", "tracker-unit"), (6, "percent", "tracker-unit"), (7, "2022/05", "not-a-date"),
        (7, "2022-13", "not-a-date"), (7, "May 2022", "not-a-date"), (7, "", "blank"), (1, "", "blank"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_stand_is_named_and_no_case_is_made(
    tmp_path: Path, place: int, value: str, code: str
) -> None:
    row = list(GOOD)
    row[place] = value
    case, findings = tracker_case(folder(tmp_path, deliveries=[GOOD, tuple(row)]))
    assert case is None
    (finding,) = [f for f in findings if f.severity == "error"]
    assert (finding.code, finding.row, finding.cell) == (code, 3, f"{'ABCDEFGH'[place]}3")
    assert "{" not in finding.sentence("fr")


@pytest.mark.parametrize("table", HEADS)
def test_numbers_of_every_table_are_judged(tmp_path: Path, table: str) -> None:
    rows = {
        "deliveries": GOOD, "stocks_and_targets": ("a", "DE", "shells", "stock", 20, 25, "rounds", "2023-06", ""),
        "consumption": ("a", "UA", "rounds", "requirement", 300, "rounds/month", "2023-03"),
        "delivered_fleets": ("a", "Germany", "Howitzer", 4, "units", "2026-04"),
    }  # fmt: skip
    for text in ("6,000", "1.2.3", "nan", "-inf"):
        row = [text if isinstance(cell, int) else cell for cell in rows[table]]
        case, findings = tracker_case(folder(tmp_path, **{table: [tuple(row)]}))
        assert case is None
        assert {f.code for f in findings if f.severity == "error"} <= {"ambiguous-number", "not-a-number"}
        assert all(f.cell and f.file == f"{table}.csv" for f in findings if f.severity == "error")


@pytest.mark.parametrize("name", ["as_of_date", "kind", "unit", "quantity"])
def test_a_missing_or_renamed_column_is_a_finding(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path, deliveries=[GOOD]) / "deliveries.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(name, f"{name}s", 1), encoding="utf-8")
    case, findings = tracker_case(tmp_path)
    assert case is None
    assert {f.code for f in findings} == {"missing-column", "unknown-column"}


def test_semicolons_are_read_as_in_a_case(tmp_path: Path) -> None:
    path = folder(tmp_path, deliveries=[GOOD]) / "deliveries.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    case, _ = tracker_case(tmp_path)
    assert case is not None
    assert case["deliveries"]["quantity"].to_list() == [220.0]
    path.write_text(path.read_text(encoding="utf-8").replace("220", "4,220"), encoding="utf-8")
    assert [f.code for f in tracker_case(tmp_path)[1]] == ["ambiguous-number"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b'id,"donor\n1,2', b"id\n"])
def test_what_cannot_be_read_makes_no_case_and_no_traceback(tmp_path: Path, content: bytes) -> None:
    (folder(tmp_path) / "consumption.csv").write_bytes(content)
    case, findings = tracker_case(tmp_path)
    assert any(f.severity == "error" and f.file == "consumption.csv" for f in findings)
    assert case is None


def test_a_table_that_is_not_there_is_said_and_a_misspelt_one_stops(tmp_path: Path) -> None:
    (folder(tmp_path, deliveries=[GOOD]) / "consumption.csv").unlink()
    case, findings = tracker_case(tmp_path)
    assert case is not None
    assert [(f.code, f.severity, f.file) for f in findings] == [("tracker-no-file", "warning", "consumption.csv")]
    (tmp_path / "consumptoin.csv").write_text("id\n")
    assert "misspelt-table" in {f.code for f in tracker_case(tmp_path)[1]}
    assert tracker_case(tmp_path / "nowhere")[0] is None


def test_a_tracker_may_be_a_workbook(tmp_path: Path) -> None:
    import polars

    frame = polars.read_csv(folder(tmp_path, deliveries=[GOOD]) / "deliveries.csv")
    (tmp_path / "deliveries.csv").unlink()
    frame.write_excel(tmp_path / "deliveries.xlsx")
    case, _ = tracker_case(tmp_path)
    assert case is not None
    assert case["deliveries"]["quantity"].to_list() == [220.0]


def test_two_statements_of_one_stock_leave_the_later(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("a", "DE", "shells", "stock", 300, "", "rounds", "2024-06", ""),
        ("b", "DE", "shells", "stock", 200, "", "rounds", "2023-06", ""),
    ]
    case, findings = tracker_case(folder(tmp_path, stocks_and_targets=rows))
    assert case is not None
    assert case["stocks"]["quantity"].to_list() == [300.0]
    assert [f.code for f in findings] == ["tracker-left-out"]


@pytest.mark.skipif(public_folder("public") is None, reason="the public tables are not beside the repository")
def test_the_public_tables_make_a_sound_case(tmp_path: Path) -> None:
    public = public_folder("public")
    assert public is not None
    case, findings = tracker_case(public)
    assert case is not None
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


def told(path: Path, name: str, heads: str, *rows: tuple[object, ...]) -> Path:
    """A folder with one table whose columns are named, and sources beside them."""
    with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*heads.split(), *SOURCE])
        writer.writerows([*row, *SOURCE.values()] for row in rows)
    return path


def errors_and_warnings(path: Path) -> list[tuple[str, str]]:
    return [(f.code, f.cell) for f in tracker_case(path)[1] if f.severity != "note" and f.code != "tracker-no-file"]


RANGED = "id donor recipient item kind quantity quantity_high unit period_start as_of_date"


def test_a_range_stays_with_its_figure(tmp_path: Path) -> None:
    told(
        tmp_path, "deliveries", RANGED,
        ("a", "US", "UA", "rockets", "delivered", 1000, 1500, "rockets", "", "2024-03"),
        ("b", "US", "UA", "rockets", "delivered", 10, "", "rockets", "", "2024-03-05"),
        ("c", "US", "UA", "rounds", TOTAL, 200, 300, "rounds", "", "2024-03"),
        ("d", "US", "UA", "rounds", TOTAL, 700, 900, "rounds", "", "2024-05"),
        ("e", "US", "UA", "rounds", TOTAL, 1000, "", "rounds", "", "2024"),
    )  # fmt: skip
    case, _ = tracker_case(tmp_path)
    assert case is not None
    # The second total adds 700 to 900 less 200 to 300; the third 1000 less 700 to 900.
    assert case["deliveries"].select("month", "quantity", "low", "high").sort("month", "quantity").rows() == [
        ("2024-03", 200.0, 200.0, 300.0), ("2024-03", 1010.0, 1010.0, 1510.0), ("2024-05", 500.0, 400.0, 700.0),
        ("2024-12", 300.0, 100.0, 300.0),
    ]  # fmt: skip
    told(tmp_path, "deliveries", RANGED, ("a", "US", "UA", "rounds", "delivered", 9, 7, "rounds", "", "2024-03"))
    assert errors_and_warnings(tmp_path) == [("range-order", "G2")]


def test_one_figure_told_by_two_sources_counts_once(tmp_path: Path) -> None:
    row = ("US", "UA", "rounds", "package", 1000, "", "rounds", "", "2024-03-05")
    told(tmp_path, "deliveries", RANGED, ("a", *row), ("b", *row), ("c", *row[:-1], "2024-03-06"))
    case, _ = tracker_case(tmp_path)
    assert case is not None
    assert case["deliveries"]["quantity"].to_list() == [2000.0]
    assert errors_and_warnings(tmp_path) == [("tracker-row-twice", "A3")]


def test_one_name_is_one_sort_of_thing(tmp_path: Path) -> None:
    row = ("US", "UA", "Patriot", "delivered", 5, "")
    told(tmp_path, "deliveries", RANGED, ("a", *row, "systems", "", "2024"), ("b", *row, "missiles", "", "2024"))
    assert errors_and_warnings(tmp_path) == [("tracker-two-units", "H3")]
    told(tmp_path, "deliveries", RANGED, ("a", *row, "systems", "", "2024"), ("b", *row, "batteries", "", "2024-02"))
    assert errors_and_warnings(tmp_path) == []


def test_nations_are_known_however_they_are_written(tmp_path: Path) -> None:
    names = ["germany", "DEU", "Allemagne", "de"]
    rows = [
        (name, name, "Ukraine", "rounds", "delivered", n, "", "rounds", "", "2024") for n, name in enumerate(names, 1)
    ]
    case, _ = tracker_case(told(tmp_path, "deliveries", RANGED, *rows))
    assert case is not None
    assert case["deliveries"].select("donor", "quantity").rows() == [("DEU", 10.0)]
    told(tmp_path, "deliveries", RANGED, ("a", "Nowhere", "UA", "rounds", "delivered", 1, "", "rounds", "", "2024"))
    assert errors_and_warnings(tmp_path) == [("tracker-nothing", "")]


FLEETS = "id donor system quantity unit as_of_date metric"


def test_counts_of_a_fleet_are_running_totals(tmp_path: Path) -> None:
    told(
        tmp_path, "delivered_fleets", FLEETS,
        ("a", "DE", "Tank", 18, "units", "2025-12", "allocated (Kiel)"),
        ("b", "DE", "Tank", 21, "units", "2026-04", "allocated (Kiel)"),
        ("c", "PL", "Tank", 14, "tanks", "2026-04", ""), ("d", "DE", "Tank", 15, "units", "2026-04", "delivered"),
        ("e", "FR", "Tank", 9, "units", "2026-04", "refused"), ("f", "PL", "Tank", 12, "units", "2026-06", ""),
    )  # fmt: skip
    case, findings = tracker_case(tmp_path)
    assert case is not None
    assert case["fleets"]["fleet"].to_list() == ["tank"]
    assert case["fleet_arrivals"].select("month", "quantity").rows() == [("2025-12", 18.0), ("2026-04", 17.0)]
    assert sorted(f.value for f in findings if f.code == "tracker-left-out") == ["d", "e"]
    assert errors_and_warnings(tmp_path) == [("tracker-falls", "D7")]
    for unit, metric, code in (("lorries", "", "tracker-unit"), ("units", "on its way", "not-a-choice")):
        told(tmp_path, "delivered_fleets", FLEETS, ("a", "DE", "Tank", 18, unit, "2025-12", metric))
        assert [found for found, _ in errors_and_warnings(tmp_path)] == [code]


def test_a_need_ends_where_its_period_does(tmp_path: Path) -> None:
    heads = "id side item metric value value_high unit period_start period_end"
    told(
        tmp_path, "consumption", heads,
        ("a", "UA", "rounds", "requirement", 300, 600, "rounds/month", "2024-01", "2024-06"),
        ("b", "UA", "rounds", "requirement", 500, "", "rounds/month", "2025", "2025"),
        ("c", "UA", "rounds", "use_rate", 100, "", "rounds/month", "2024-01", ""),
        ("d", "UA", "rounds", "use_rate", 200, "", "rounds/month", "2024-01", ""),
    )  # fmt: skip
    case, findings = tracker_case(tmp_path)
    assert case is not None
    assert case["demand"].select("from", "until", "need", "low", "high", "use").rows() == [
        ("2024-01", "2024-06", 300.0, 300.0, 600.0, 200.0), ("2025-01", "2025-12", 500.0, 500.0, 500.0, None),
    ]  # fmt: skip
    assert [f.value for f in findings if f.code == "tracker-left-out"] == ["c"]
    row = ("UA", "rounds", "requirement", 300, "", "rounds/month", "2024-06", "2024-01")
    assert errors_and_warnings(told(tmp_path, "consumption", heads, ("a", *row))) == [("tracker-period", "H2")]


def test_a_stock_without_a_date_is_not_the_later_one(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("a", "DE", "shells", "stock", 300, "", "rounds", "2024-06", ""),
        ("b", "DE", "shells", "stock", 200, "", "rounds", "", ""),
        ("c", "FR", "shells", "stock", 100, "", "rounds", "2025", ""),
        ("d", "FR", "shells", "stock", 90, "", "rounds", "2024-06", ""),
    ]
    case, findings = tracker_case(folder(tmp_path, stocks_and_targets=rows))
    assert case is not None
    assert case["stocks"].select("holder", "quantity").rows() == [("DEU", 300.0), ("FRA", 100.0)]
    assert [f.value for f in findings] == ["b", "d"]


def test_sources_are_kept_apart_that_look_alike(tmp_path: Path) -> None:
    path = told(tmp_path, "deliveries", RANGED, *(
        (n, "US", "UA", "rounds", "delivered", n, "", "rounds", "", f"2024-0{n}") for n in (1, 2)
    )) / "deliveries.csv"  # fmt: skip
    path.write_text(path.read_text(encoding="utf-8").replace("example.org", "example.com", 1), encoding="utf-8")
    case, _ = tracker_case(tmp_path)
    assert case is not None
    by_source = dict(case["sources"].select("source", "url").iter_rows())
    said = [by_source[source] for source in case["deliveries"].sort("month")["source"]]
    assert said == ["https://example.com", "https://example.org"]


def test_a_day_with_its_time_and_zone_is_the_day_that_was_written(tmp_path: Path) -> None:
    row = ("a", "US", "UA", "rounds", "delivered", 1, "", "rounds", "")
    for text in ("2024-03-01T00:00:00+02:00", "2024-03-01 23:30:00-05:00", "2024-03-01T01:00Z"):
        case, _ = tracker_case(told(tmp_path, "deliveries", RANGED, (*row, text)))
        assert case is not None
        assert case["deliveries"]["month"].to_list() == ["2024-03"]
    for text in ("2024-02-31", "2023-02-29T00:00Z"):
        assert errors_and_warnings(told(tmp_path, "deliveries", RANGED, (*row, text))) == [("not-a-date", "J2")]
