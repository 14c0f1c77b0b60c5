"""Published trackers as they are downloaded: known by their columns, counted as their publishers count."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from rampart.case.doors import check_case
from rampart.cli.main import main
from rampart.sources.releases import Release, is_release, read_release, release_case

# The layout, and some rows, of Kiel's release 29 (Ukraine Support Tracker) and of a public scrape of Oryx' lists.
WEAPONS = """"donor","category","number_of_weapons","monetary_value_eur","weapons_list"
"Denmark","Howitzers",42,177100851,"CAESAR artillery howitzer (19); Bohdana self-propelled howitzer (18); Zusana-2 howitzer (5)"
"Estonia","Howitzers",57,21178675,"D-30 howitzer (24); FH70 155mm howitzer (24); D-30 Howitzer (9)"
"Norway","MLRS",11,30822298,"M270 weapon system (Norway) (11)"
"United Kingdom","Tanks",14,167604836,"Challenger 2 (14)"
"""
BY_MONTH = """"country","iso","year","month","total","financial","humanitarian","military","commitments","gdp","pct_gdp"
"Australia","AUS",2022,2,0.002645,0,0,0.002645,0.002645,1312.77115526256,0.000201482184415531
"Australia","AUS",2022,3,0.142911,0,0.0653,0.077611,0.142912,1312.77115526256,0.0108862081122903
"China","CHN",2022,3,0.002145,0,0.002145,0,0.002145,14994.0460253773,0.0000143056783764009
"Atlantis","ATL",2022,0,0.5,0.5,0,0,0,1,0.5
"""
TRENDS = """"year","month","stockpile","procurement","unspecified","nato_purl"
2022,1,0.00149570612079685,0,0.230356053306305,0
2022,2,0.844551110476898,0.00264505946975374,0.17392375193959,0
"""
TOTALS = """"year","month","total_allocations","military","financial","humanitarian"
2022,2,0.002645,0.002645,0,0
2022,3,0.645056,0.077611,0.5,0.067445
"""
INFO = (
    '"release","period","date","label"\n"29","04/2026","2026-07-26","Ukraine Support Tracker, Release 29 (04/2026)"\n'
)
SYSTEMS = """country,system,destroyed,captured,abandoned,damaged,total
Russia,10 T-62MV,0,1,0,0,1
Ukraine,Challenger 2,1,0,0,0,1
Ukraine,3 Challenger 2,2,1,0,0,3
"""
TYPES = """country,equipment_type,destroyed,abandoned,captured,damaged,type_total
Ukraine,"Trucks, Vehicles, and Jeeps",552,13,183,18,766
"""
EVENTS = """country,origin,system,status,url,date_recorded,sysID,imageID,statusID,matID
Ukraine,Sweden,CV9040C,destroyed,https://example.org/1,2023-08-04,2,3,2,7-232
Ukraine,Sweden,CV9040C,damaged and captured,https://example.org/2,2023-08-04,2,3,2,7-233
"""
FILES = {"weapons": WEAPONS, "data_explorer": BY_MONTH, "procurement_trends": TRENDS, "total_allocations": TOTALS,
         "release_info": INFO}  # fmt: skip


def files(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def errors(release: Release) -> list[str]:
    return [f.code for f in release.findings if f.severity == "error"]


def test_a_release_gives_its_donors_sums_months_and_weapons(tmp_path: Path) -> None:
    release = read_release(files(tmp_path, **FILES))
    assert errors(release) == []
    assert (release.donors, release.month, release.label) == (
        3,
        "2026-04",
        "Ukraine Support Tracker, Release 29 (04/2026)",
    )
    assert release.sums == pytest.approx({"military": 0.080256, "financial": 0.5, "humanitarian": 0.067445})
    rows = release.tables["allocations"].select("donor", "nation", "month").rows()
    assert rows[1:] == [("Australia", "AUS", "2022-03"), ("China", "CHN", "2022-03"), ("Atlantis", "ATL", None)]
    assert release.tables["stocks_and_procurement"].row(1) == pytest.approx(
        ("2022-02", 0.844551110476898, 0.00264505946975374, 0.17392375193959, 0.0)
    )
    weapons = release.tables["weapons"].group_by("donor").agg(pl.col("quantity").sum()).sort("donor")
    assert weapons.rows() == [("Denmark", 42.0), ("Estonia", 57.0), ("Norway", 11.0), ("United Kingdom", 14.0)]
    assert ("Norway", "MLRS", "M270 weapon system (Norway)", 11.0) in release.tables["weapons"].rows()
    assert {f.code for f in release.findings} == {"tracker-read-as"}


def test_file_names_do_not_matter(tmp_path: Path) -> None:
    renamed = {f"download ({n})": text for n, text in enumerate(FILES.values())}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = read_release(files(tmp_path / "a", **FILES)), read_release(files(tmp_path / "b", **renamed))
    assert one.sums == other.sums
    assert all(one.tables[name].sort(pl.all()).equals(other.tables[name].sort(pl.all())) for name in one.tables)


@pytest.mark.parametrize(
    ("name", "column"),
    [("weapons", "number_of_weapons"), ("data_explorer", "military"), ("procurement_trends", "stockpile"),
     ("total_allocations", "financial"), ("release_info", "label")],
)  # fmt: skip
def test_a_renamed_column_is_one_finding(tmp_path: Path, name: str, column: str) -> None:
    texts = FILES | {name: FILES[name].replace(f'"{column}"', f'"{column}_new"', 1)}
    release = read_release(files(tmp_path, **texts))
    (finding,) = [f for f in release.findings if f.severity != "note"]
    assert (finding.code, finding.column, finding.file) == ("missing-column", column, f"{name}.csv")
    assert f"{column}_new" in finding.sentence("en")
    assert f"{column}_new" in finding.sentence("fr")
    assert release_case(release) is None


def test_a_new_column_of_a_later_release_changes_nothing(tmp_path: Path) -> None:
    wider = "\n".join(f'{line},"new"' if line else "" for line in WEAPONS.splitlines())
    assert read_release(files(tmp_path, w=wider)).tables["weapons"].height == 8


def test_what_does_not_add_up_is_said(tmp_path: Path) -> None:
    texts = {"w": WEAPONS.replace('"Tanks",14', '"Tanks",15'), "m": BY_MONTH, "t": TOTALS.replace("0.077611", "0.97")}
    release = read_release(files(tmp_path, **texts))
    found = {f.code: f for f in release.findings if f.severity == "warning"}
    assert (found["tracker-list-sum"].row, found["tracker-list-sum"].value) == (5, "14")
    assert found["tracker-sums-apart"].value == "military"
    assert set(found) == {"tracker-list-sum", "tracker-sums-apart"}


def test_a_cell_that_is_no_number_is_named_and_no_case_is_made(tmp_path: Path) -> None:
    release = read_release(files(tmp_path, m=BY_MONTH.replace("0.142911", "much", 1)))
    (finding,) = [f for f in release.findings if f.severity == "error"]
    assert (finding.code, finding.cell) == ("not-a-number", "E3")
    assert release_case(release) is None


def workbook(path: Path, *rows: tuple[object, ...], title: bool = False) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book["Read me"]["A1"] = "Ukraine Support Tracker"
    sheet = book.create_sheet("Bilateral Assistance, MAIN DATA")
    if title:
        sheet.append(["The main data", None])
        sheet.append([])
    sheet.append([
        "ID", "donor", "announcement_date", "measure", "aid_type_general", "explanation", "item", "item_type", "item_numb",
        "item_numb_deliv", "tot_sub_activity_value_EUR", "tot_sub_activity_value_EUR_redistr",
    ])  # fmt: skip
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


GIVEN = (
    (
        "NO1",
        "Norway",
        dt.date(2024, 1, 15),
        "Allocation",
        "Military",
        "x",
        "M109 howitzer",
        "Heavy weapon",
        22,
        20,
        90e6,
        95e6,
    ),
    ("NO1", "Norway", dt.date(2024, 1, 15), "Allocation", "Military ", "x", ".", ".", ".", ".", 5e6, "."),
    (
        "NO2",
        "Norway",
        dt.date(2024, 2, 10),
        "Commitment",
        "Military",
        "x",
        "M109 howitzer",
        "Heavy weapon",
        9,
        0,
        500e6,
        0,
    ),
    ("DE1", "Germany", "unknown", "Allocation", "Humanitarian", "x", "tents", ".", 70, 70, 20e6, 20e6),
    (
        "EU1",
        "EU (Commission and Council)",
        dt.date(2024, 3, 1),
        "Allocation",
        "Financial",
        "x",
        ".",
        ".",
        ".",
        ".",
        1e9,
        1e9,
    ),
)


@pytest.mark.parametrize("title", [False, True])
def test_the_workbook_of_a_release_gives_deliveries_and_published_sums(tmp_path: Path, title: bool) -> None:
    release = read_release(workbook(tmp_path / "Ukraine_Support_Tracker.xlsx", *GIVEN, title=title))
    assert errors(release) == []
    assert release.donors == 3
    assert release.sums == pytest.approx({"military": 0.1, "financial": 1.0, "humanitarian": 0.02})
    case = release_case(release)
    assert case is not None
    assert case["deliveries"].select("donor", "item", "status", "month", "quantity").rows() == [
        ("NOR", "m109_howitzer", "delivered", "2024-01", 20.0), ("NOR", "m109_howitzer", "pledged", "2024-01", 2.0),
    ]  # fmt: skip
    assert set(case["nations"]["nation"]) == {"NOR", "DEU", "XEU", "UKR"}


def test_older_names_of_the_columns_are_known(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["ID", "Country", "Announcement Date", "Type of Aid General", "Converted Value in EUR", "Items"])
    book.active.append(["X", "Norway", dt.date(2022, 3, 1), "Military", 2e9, "y"])
    book.save(tmp_path / "old.xlsx")
    release = read_release(tmp_path / "old.xlsx")
    assert release.sums["military"] == pytest.approx(2.0)


def test_lists_of_losses_are_known_in_every_form(tmp_path: Path) -> None:
    release = read_release(files(tmp_path, systems=SYSTEMS, types=TYPES, events=EVENTS))
    assert errors(release) == []
    losses = release.tables["losses"].drop("date")
    assert ("Ukraine", "Challenger 2", 3, 1, 0, 0, 4) in losses.rows()
    assert ("Russia", "T-62MV", 0, 1, 0, 0, 1) in losses.rows()
    assert ("Ukraine", "Trucks, Vehicles, and Jeeps", 552, 183, 13, 18, 766) in losses.rows()
    assert ("Ukraine", "CV9040C", 1, 1, 0, 1, 2) in losses.rows()


def test_a_folder_becomes_a_sound_case_with_fleets(tmp_path: Path) -> None:
    release = read_release(files(tmp_path, **FILES, systems=SYSTEMS))
    case = release_case(release)
    assert case is not None
    arrivals = dict(case["fleet_arrivals"].select("fleet", "quantity").iter_rows())
    assert arrivals["d_30_howitzer"] == 33.0
    assert sum(arrivals.values()) == 124.0
    assert set(case["fleet_arrivals"]["month"]) == {"2026-04"}
    notes = dict(case["fleets"].select("fleet", "note").iter_rows())
    assert notes["challenger_2"] == "4 lost and photographed, a lower bound."
    assert notes["d_30_howitzer"] is None
    case.save(tmp_path / "case")
    again, findings = check_case(tmp_path / "case")
    assert [f for f in findings if f.severity == "error"] == []
    assert again == case


def test_what_is_no_tracker_is_said(tmp_path: Path) -> None:
    files(tmp_path, weather="day,rain\n1,2\n", **{"empty": ""})
    assert not is_release(tmp_path)
    assert not is_release(tmp_path / "nowhere")
    release = read_release(tmp_path)
    assert release.empty
    assert {f.code for f in release.findings} == {"tracker-unknown"}
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert "unreadable" in errors(read_release(tmp_path / "broken.xlsx"))
    assert errors(read_release(tmp_path / "nowhere")) == ["no-such-path"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_command_writes_case_and_tables(tmp_path: Path, language: str) -> None:
    (tmp_path / "in").mkdir()
    files(tmp_path / "in", **FILES)
    words = [
        "import",
        "trackers",
        str(tmp_path / "in"),
        "-o",
        str(tmp_path / "out"),
        "--tables",
        str(tmp_path / "tables"),
    ]
    shown = CliRunner().invoke(main, [*words, "--lang", language])
    assert shown.exit_code == 0, shown.output
    assert ("donateurs" if language == "fr" else "donors") in shown.output
    assert sorted(p.name for p in (tmp_path / "tables").iterdir()) == [
        "allocations.csv", "stocks_and_procurement.csv", "weapons.csv",
    ]  # fmt: skip
    told = json.loads(CliRunner().invoke(main, [*words[:3], "--json", "--lang", language]).stdout)
    assert (told["donors"], told["month"]) == (3, "2026-04")


def test_two_releases_in_one_folder_are_refused(tmp_path: Path) -> None:
    release = read_release(files(tmp_path, **FILES, explorer_of_before=BY_MONTH, before=INFO.replace("29", "28")))
    assert errors(release) == ["tracker-table-twice"] * 2
    assert all("{" not in f.sentence(language) for f in release.findings for language in ("en", "fr"))
    assert release_case(release) is None


def test_the_main_sheet_beside_the_tables_of_its_release_counts_nothing_twice(tmp_path: Path) -> None:
    alone = read_release(files(tmp_path, **FILES))
    workbook(tmp_path / "main.xlsx", *GIVEN)
    both = read_release(tmp_path)
    assert errors(both) == []
    assert (both.sums, both.donors) == (alone.sums, alone.donors)
    assert both.tables["given"]["item"].to_list() == ["M109 howitzer"]


def test_a_month_told_twice_or_beyond_the_year_is_named(tmp_path: Path) -> None:
    release = read_release(files(tmp_path, m=BY_MONTH + BY_MONTH.splitlines()[1] + "\n"))
    assert [(f.code, f.row, f.details["first"]) for f in release.findings if f.severity == "error"] == [
        ("key-twice", 6, 2)
    ]
    assert errors(read_release(files(tmp_path, m=BY_MONTH.replace("2022,3", "2022,13", 1)))) == ["above-maximum"]


def test_losses_are_counted_once_and_in_known_states(tmp_path: Path) -> None:
    series = TYPES.replace("type_total", "type_total,date_recorded").replace(",766", ",766,2023-08-04 00:00:00")
    release = read_release(
        files(tmp_path, systems=SYSTEMS, types=TYPES, events=EVENTS.replace("CV9040C", "Challenger 2"), days=series)
    )
    assert errors(release) == []
    losses = release.tables["losses"]
    assert losses.filter(pl.col("what") == "Challenger 2")["total"].to_list() == [4]
    assert losses.filter(pl.col("date").is_not_null()).select("date", "total").rows() == [("2023-08-04", 766)]
    assert errors(read_release(files(tmp_path, events=EVENTS.replace(",destroyed", ",lost")))) == ["not-a-choice"]
    release = read_release(files(tmp_path, systems=SYSTEMS.replace("2,1,0,0,3", "2,1,0,0,9")))
    assert [(f.row, f.value) for f in release.findings if f.code == "tracker-list-sum"] == [(4, "3")]
