"""Every finding about fleets has a case that brings it about; nothing else is wrong with that case."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from case.editing import Sheets
from places import CASES
from rampart.case.doors import check_case, read_case

FLEETS = CASES / "fleet-tiny"
PLANNED = CASES / "deliver-or-repair"


@pytest.fixture
def fleets(tmp_path: Path) -> Sheets:
    shutil.copytree(FLEETS, tmp_path / "case")
    return Sheets(tmp_path / "case")


def test_the_small_fleet_case_is_sound() -> None:
    case, findings = check_case(FLEETS)
    assert case is not None
    assert findings == ()


def test_the_small_fleet_case_with_its_level_of_repair_open_is_sound(fleets: Sheets) -> None:
    options(fleets)
    case, findings = check_case(fleets.folder)
    assert case is not None
    assert findings == ()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("condemned", "0.2", "shares-above-one"),
        ("turnaround", "0", "turnaround-zero"),
        ("bench", "16", "bench-too-long"),
    ],
)
def test_an_option_is_checked_as_a_repair_is(fleets: Sheets, column: str, value: str, code: str) -> None:
    options(fleets)
    fleets.set("repair_options", 2, column, value)
    assert [(f.code, f.table, f.row) for f in check_case(fleets.folder)[1]] == [(code, "repair_options", 2)]


def ring(s: Sheets) -> None:
    s.add("breakdown", parent="pump", part="engine", share="0.1", source="tutorial", grade="assumed")


def stray(s: Sheets) -> None:
    s.add("sites", site="far", name_en="Far away", source="tutorial", grade="assumed")
    s.set("repairs", 4, "site", "far")


def idle(s: Sheets) -> None:
    s.add("shops", shop="idle", name_en="Idle", site="depot", source="tutorial", grade="assumed")


MOVED = {"engine": "6000", "gearbox": "2500", "pump": "200"}


def options(s: Sheets) -> None:
    """Engines, and the pumps inside them, where they are repaired today: rows 2 to 4 of repair_options."""
    own = {"source": "tutorial", "grade": "assumed"}
    s.add("repair_setups", setup="bench", name_en="Bench", site="depot", cost="0", **own)
    for part, site, setup in (("engine", "depot", "bench"), ("engine", "home", ""), ("pump", "depot", "")):
        s.add("repair_options", part=part, site=site, setup=setup, turnaround="15", hours="", cost="900",
              condemned="", repaired="0.9", bench="", shop="", **own)  # fmt: skip
    for row, (part, *_) in enumerate(s.rows("parts")[1:], start=2):
        s.set("parts", row, "move_cost", MOVED[part])


def opened(change: Callable[[Sheets], object]) -> Callable[[Sheets], object]:
    """A change to the case with its level of repair left open."""
    return lambda s: (options(s), change(s))


BREAK = {
    "repair-without-option": (opened(lambda s: s.remove("repair_options", 3)), "repairs", 5, "site", "home"),
    "option-elsewhere": (
        opened(lambda s: s.set("repair_options", 3, "setup", "bench")), "repair_options", 3, "setup", "bench"
    ),
    "option-hours-unknown": (
        opened(lambda s: s.set("repair_setups", 2, "hours", "300")), "repair_options", 2, "hours", "bench"
    ),
    "repair-choice-unknown": (opened(lambda s: s.set("parts", 4, "move_cost", "")), "parts", 4, "move_cost", "pump"),
    "setup-without-option": (
        opened(lambda s: s.set("repair_options", 2, "setup", "")), "repair_setups", 2, "setup", "bench"
    ),
    "last-buy-without-lead-time": (
        lambda s: (s.set("parts", 3, "lead_time", ""), s.set("parts", 3, "last_buy", "2025-06")),
        "parts", 3, "last_buy", "gearbox",
    ),
    "unknown-parent": (lambda s: s.set("breakdown", 2, "parent", "vehicl"), "breakdown", 2, "parent", "vehicl"),
    "needed-above-installed": (lambda s: s.set("breakdown", 2, "needed", "2"), "breakdown", 2, "needed", "2"),
    "breakdown-loop": (ring, "breakdown", 2, "part", "engine"),
    "part-in-two-parents": (
        lambda s: s.add("breakdown", parent="gearbox", part="pump", share="0.2", source="tutorial", grade="assumed"),
        "breakdown", 5, "part", "pump",
    ),
    "supply-ring": (lambda s: s.set("sites", 2, "supplier", "partner"), "sites", 2, "supplier", "depot"),
    "repair-unreachable": (stray, "repairs", 4, "site", "far"),
    "shop-unreachable": (idle, "shops", 3, "shop", "idle"),
    "shop-without-bays": (lambda s: s.remove("shop_bays", 2), "shops", 2, "shop", "hall"),
    "shares-above-one": (lambda s: s.set("repairs", 2, "condemned", "0.5"), "repairs", 2, "repaired", "1.45"),
    "turnaround-unknown": (lambda s: s.set("repairs", 4, "turnaround", ""), "repairs", 4, "turnaround", ""),
    "turnaround-zero": (
        lambda s: (s.set("repairs", 4, "turnaround", "0"), s.set("repairs", 4, "low", "0")),
        "repairs", 4, "turnaround", "0",
    ),
    "bench-too-long": (lambda s: s.set("repairs", 2, "bench", "26"), "repairs", 2, "bench", "26"),
    "start-unusable": (
        lambda s: (s.set("repairs", 5, "in_repair", "3"), s.set("repairs", 5, "repaired", "0")),
        "repairs", 5, "in_repair", "3",
    ),
    "damage-repair-unknown": (
        lambda s: s.set("fleets", 2, "repair_days", ""), "fleets", 2, "repair_days", "partner-fleet"),
    "part-without-demand": (
        lambda s: (s.set("breakdown", 3, "life", ""), s.set("breakdown", 3, "damage_share", "")),
        "parts", 3, "part", "gearbox",
    ),
    "part-without-price": (lambda s: s.set("parts", 3, "price", ""), "parts", 3, "price", "gearbox"),
    "steadier-than-chance": (lambda s: s.set("parts", 3, "spread", "0.5"), "parts", 3, "spread", "0.5"),
    "life-zero": (
        lambda s: (s.set("breakdown", 3, "life", "0"), s.set("breakdown", 3, "low", "0")),
        "breakdown", 3, "life", "0",
    ),
    "batch-above-stock": (lambda s: s.set("parts", 3, "batch", "10"), "parts", 3, "batch", "10"),
    "life-too-short": (
        lambda s: [s.set("breakdown", 3, column, "4") for column in ("low", "life")], "breakdown", 3, "life", "4"
    ),
    "fleet-without-systems": (
        lambda s: (s.remove("fleet_arrivals", 3), s.remove("fleet_arrivals", 2)), "fleets", 2, "fleet", "partner-fleet"
    ),
    "fleet-without-use": (lambda s: s.remove("fleet_use", 4), "fleets", 3, "fleet", "home-fleet"),
    "fleet-without-parts": (lambda s: s.set("fleets", 3, "type", "tank"), "fleets", 3, "type", "tank"),
    "mtbm-zero": (lambda s: s.set("fleets", 3, "mtbm", "0"), "fleets", 3, "mtbm", "0"),
    "maintenance-unknown": (
        lambda s: (s.set("fleets", 3, "mtbm", ""), s.set("fleets", 3, "service_shop", "hall")),
        "fleets", 3, "service_shop", "hall",
    ),
    "share-unknown": (lambda s: s.set("breakdown", 4, "share", ""), "breakdown", 4, "share", "pump"),
    "only-share-counts": (lambda s: s.set("breakdown", 4, "life", "3000"), "breakdown", 4, "life", "pump"),
    "several-parts-a-repair": (
        lambda s: s.add("breakdown", parent="engine", part="gearbox", share="0.9", source="tutorial", grade="assumed"),
        "breakdown", 5, "share", "1.4",
    ),
}  # fmt: skip


def test_a_range_does_not_go_where_its_figure_may_not(fleets: Sheets) -> None:
    fleets.set("part_stocks", 2, "low", "-5")
    fleets.set("fleet_use", 4, "low", "-1")
    case, findings = check_case(fleets.folder)
    assert case is None
    errors = {(f.code, f.table, f.row, f.column, f.value) for f in findings if f.severity == "error"}
    assert errors == {
        ("below-minimum", "part_stocks", 2, "low", "-5"), ("below-minimum", "fleet_use", 4, "low", "-1"),
    }  # fmt: skip


def test_a_part_inside_a_part_is_not_called_for_by_its_life(fleets: Sheets) -> None:
    fleets.set("breakdown", 4, "share", "")
    fleets.set("breakdown", 4, "life", "3000")
    _, findings = check_case(fleets.folder)
    assert {"share-unknown", "only-share-counts", "part-without-demand"} <= {f.code for f in findings}


def without_fleets(s: Sheets) -> None:
    for table in ("part_stocks", "repairs", "breakdown", "parts", "fleet_use", "fleet_arrivals", "fleets", "shop_bays"):
        s.write(table, s.rows(table)[:1])
    s.write("shops", s.rows("shops")[:1])
    s.write("sites", s.rows("sites")[:1])


# what a plan of fleets must know, in a case that has one
PLAN_BREAK = {
    "availability-without-fleet": (without_fleets, "priorities", 3, "objective", "availability"),
    "systems-needed-unknown": (lambda s: s.set("fleets", 2, "needed", ""), "fleets", 2, "needed", "partner-guns"),
    "most-use-without-fires": (
        lambda s: [s.set("fleets", 2, column, value) for column, value in (("most_use", "300"), ("fires", ""))],
        "fleets", 2, "most_use", "300",
    ),
    "fires-without-demand": (lambda s: s.set("fleets", 2, "fires", "gun"), "fleets", 2, "fires", "gun"),
    "bay-cost-unknown": (
        lambda s: [s.set("shops", 2, column, "") for column in ("bay_cost", "low", "high")],
        "shops", 2, "bay_cost", "hall",
    ),
    "bay-payer-unknown": (lambda s: s.set("sites", 2, "nation", ""), "shops", 2, "payer", "hall"),
    "rebuy-price-unknown": (
        lambda s: [s.set("parts", 2, column, "") for column in ("price", "low", "high")], "parts", 2, "price", "barrel"
    ),
}  # fmt: skip


def test_the_small_case_of_a_plan_with_fleets_is_sound() -> None:
    case, findings = check_case(PLANNED)
    assert case is not None
    assert findings == ()


@pytest.mark.parametrize("code", PLAN_BREAK)
def test_a_plan_of_fleets_is_refused_what_it_cannot_know(tmp_path: Path, code: str) -> None:
    shutil.copytree(PLANNED, tmp_path / "case")
    sheets = Sheets(tmp_path / "case")
    change, table, row, column, value = PLAN_BREAK[code]
    change(sheets)
    case, findings = check_case(sheets.folder)
    found = [f for f in findings if f.severity == "error"]
    assert [(f.code, f.table, f.row, f.column, f.value) for f in found] == [(code, table, row, column, value)]
    assert case is None
    for language in ("en", "fr"):
        assert found[0].remedy(language)
        assert "{" not in found[0].sentence(language)


@pytest.mark.parametrize("code", BREAK)
def test_a_check_names_the_place_the_value_and_the_remedy(fleets: Sheets, code: str) -> None:
    change, table, row, column, value = BREAK[code]
    change(fleets)
    case, findings = check_case(fleets.folder)
    found = [f for f in findings if f.code == code]
    finding = found[0]
    assert (finding.table, finding.row, finding.column, finding.value) == (table, row, column, value)
    others = [str(f) for f in findings if f.code != code and f.severity == "error"]
    assert others == []
    assert (case is None) == (finding.severity == "error")
    for language in ("en", "fr"):
        assert finding.remedy(language)
        assert "{" not in finding.sentence(language)
        assert "[" not in finding.sentence(language)


def test_with_its_fleets_nothing_of_the_real_case_counts_twice() -> None:
    """Fleets are there, and the needs for barrels and lost guns that stood in for them are gone."""
    case, bare = (read_case(CASES / "alliance-2023", overrides=changes) for changes in ((), ("no-fleets",)))
    of_fleets = ("fleets", "fleet_arrivals", "fleet_use", "parts", "breakdown", "repairs", "part_stocks", "sites", "shops",
                 "shop_bays")  # fmt: skip
    assert all(bare[table].is_empty() and not case[table].is_empty() for table in of_fleets)
    assert "availability" not in bare["priorities"]["objective"].to_list()
    assert case["fleets"].height == 2 and "availability" in case["priorities"]["objective"].to_list()
    wanted, without = ({(r["holder"], r["item"]) for r in c["demand"].iter_rows(named=True)} for c in (case, bare))
    assert without - wanted == {("UKR", i) for i in ("towed155", "sp155", "barrel_towed", "barrel_sp")}
    assert wanted <= without
