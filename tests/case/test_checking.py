"""Every finding has a case that brings it about; nothing else is said about that case."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from case.editing import SMALL, Sheets, found, only
from case.test_fleet_checks import BREAK as FLEET_BREAK
from case.test_fleet_checks import PLAN_BREAK
from rampart.case.doors import check_case, read_case
from rampart.findings import CaseError, catalogue


def test_the_small_case_is_sound():
    case, findings = check_case(SMALL)
    assert case is not None
    assert findings == ()


def close_loop(sheets: Sheets) -> None:
    """Powder is made of shells, all in the same month."""
    sheets.set("bills", 2, "offset", "0")
    sheets.set("bills", 3, "offset", "")
    sheets.add("bills", item="powder", component="shell", quantity="1", source="made", grade="assumed")


def war(sheets: Sheets, leave: str = "0.1") -> Sheets:
    """A war that goes on or ends, and one need that names its regimes."""
    facts = {"source": "made", "grade": "assumed"}
    for regime, ends in (("attrition", "no"), ("ended", "yes")):
        sheets.add("regimes", regime=regime, ends=ends, **facts)
    sheets.add("settings", setting="regime", value="attrition")
    sheets.add("transitions", from_regime="attrition", to_regime="ended", probability=leave, **facts)
    return sheets


def durations(
    sheets: Sheets, *rows: tuple[str, str], ends: str = "yes", changes: dict[str, str] | None = None
) -> Sheets:
    """Shares of wars over, in a war of which the transitions do not say when it ends."""
    facts = {"source": "made", "grade": "assumed"}
    if not (sheets.folder / "regimes.csv").exists():
        for regime, over in (("attrition", "no"), ("pause", "no"), ("ended", ends)):
            sheets.add("regimes", regime=regime, ends=over, **facts)
        sheets.add("settings", setting="regime", value="attrition")
        change = {"from_regime": "attrition", "to_regime": "pause", "probability": "0.1"} | (changes or {})
        sheets.add("transitions", **change, **facts)
    for months, over in rows:
        sheets.add("durations", months=months, over=over, **facts)
    return sheets


def branches(sheets: Sheets, *rows: tuple[str, str, str, str]) -> None:
    """Branches: name, the one before, first month, chance."""
    war(sheets)
    for branch, after, month, chance in rows:
        sheets.add(
            "branches", branch=branch, after=after, from_=month, regime="attrition", probability=chance,
            source="made", grade="assumed",
        )  # fmt: skip


def level(sheets: Sheets, name: str, **cells: str) -> None:
    """A level of the partner's need of shells."""
    sheets.add(
        "levels", **{"holder": "RRR", "item": "shell", "level": name, "source": "made", "grade": "assumed"} | cells
    )


# code -> (change, table, row, column, value shown) ; the row is the one the spreadsheet shows
BREAK = {
    "blank": (lambda s: s.set("stocks", 2, "quantity", ""), "stocks", 2, "quantity", ""),
    "setting-blank": (lambda s: s.set("settings", 5, "value", ""), "settings", 5, "value", "currency"),
    "setting-missing": (lambda s: s.remove("settings", 5), "settings", None, "", "currency"),
    "below-minimum": (lambda s: s.set("stocks", 4, "quantity", "-1"), "stocks", 4, "quantity", "-1"),
    "not-above-zero": (lambda s: s.set("lines", 2, "yield", "0"), "lines", 2, "yield", "0"),
    "codes-of-empty-table": (
        lambda s: (s.folder / "items.csv").write_text("item,name_en,kind,unit\n"), "stocks", 2, "item", "shell"),
    "above-maximum": (lambda s: s.set("lines", 2, "yield", "98"), "lines", 2, "yield", "98"),
    "key-twice": (
        lambda s: s.add("stocks", holder="AAA", item="powder", quantity="5", lot="2020-02", source="made",
                        condition="serviceable", grade="assumed"),
        "stocks", 8, "holder", "AAA, powder, 2020-02, serviceable",
    ),
    "date-for-number": (
        lambda s: s.set("stocks", 2, "quantity", "2025-02-01"), "stocks", 2, "quantity", "2025-02-01"
    ),
    "percent-in-text": (lambda s: s.set("stocks", 2, "quantity", "95 %"), "stocks", 2, "quantity", "95 %"),
    "as-above": (lambda s: s.set("stocks", 3, "item", "idem"), "stocks", 3, "item", "idem"),
    "unknown-reference": (lambda s: s.set("stocks", 2, "item", "shel"), "stocks", 2, "item", "shel"),
    "several-codes": (lambda s: s.set("contracts", 2, "buyer", "AAA, BBB"), "contracts", 2, "buyer", "AAA, BBB"),
    "no-word-for-all": (lambda s: s.set("requirements", 2, "posture", "tous"), "requirements", 2, "posture", "tous"),
    "range-order": (
        lambda s: s.set("stocks", 2, "low", "12500"),
        "stocks", 2, "low", "12500 / 12000 / 15000"
    ),
    "without-source": (lambda s: s.set("stocks", 2, "source", ""), "stocks", None, "source", ""),
    "end-before-start": (
        lambda s: s.set("settings", 4, "value", "2023-12"),
        "settings", 4, "value", "2023-12"
    ),
    "horizon-too-long": (
        lambda s: s.set("settings", 4, "value", "2199-12"),
        "settings", 4, "value", "2199-12"
    ),
    "stretch-outside": (
        lambda s: s.set("calendar", 3, "from", "2026-01"),
        "calendar", 3, "from", "2026-01"
    ),
    "until-before-from": (
        lambda s: (s.set("lines", 2, "from", "2024-06"), s.set("lines", 2, "until", "2024-05")),
        "lines", 2, "until", "2024-05",
    ),
    "demand-overlap": (lambda s: s.set("demand", 2, "until", "2025-03"), "demand", 2, "until", "2025-03"),
    "resource-begins-late": (lambda s: s.set("resources", 2, "from", "2024-03"), "resources", 2, "from", "fill-hall"),
    "order-in-the-past": (
        lambda s: s.set("orders", 2, "month", "2023-11"),
        "orders", 2, "month", "2023-11"
    ),
    "transit-in-the-past": (
        lambda s: (s.set("deliveries", 3, "status", "in_transit"), s.set("deliveries", 3, "month", "2023-12")),
        "deliveries", 3, "month", "2023-12"
    ),
    "pledge-due-at-once": (
        lambda s: s.set("deliveries", 2, "month", "2023-12"), "deliveries", 2, "month", "2023-12"
    ),
    "over-before-start": (
        lambda s: (s.set("expansions", 2, "earliest", ""), s.set("expansions", 2, "latest", "2023-12")),
        "expansions", 2, "latest", "2023-12"
    ),
    "inputs-as-supplied": (lambda s: s.set("orders", 2, "inputs", ""), "orders", 2, "inputs", ""),
    "taken-says-nothing": (
        lambda s: s.add("taken", kind="order", month="2024-02", quantity="5"), "taken", 2, "line", ""),
    "taken-outside": (
        lambda s: s.add("taken", kind="order", line="shell-a", month="2023-12", quantity="5"), "taken", 2, "month", "2023-12"),
    "arrives-after-end": (lambda s: s.set("orders", 2, "month", "2077-01"), "orders", 2, "month", "2077-01"),
    "delivered-not-yet": (lambda s: s.set("deliveries", 3, "month", "2024-09"), "deliveries", 3, "month", "2024-09"),
    "objective-unranked": (lambda s: s.remove("priorities", 4), "priorities", None, "objective", "need"),
    "unit-with-number": (lambda s: s.set("items", 2, "unit", "1000 rounds"), "items", 2, "unit", "1000 rounds"),
    "lot-from-the-future": (lambda s: s.set("stocks", 5, "lot", "2024-02"), "stocks", 5, "lot", "2024-02"),
    "lot-after-arrival": (lambda s: s.set("orders", 2, "lot", "2077-01"), "orders", 2, "lot", "2077-01"),
    "lot-expired": (lambda s: s.set("stocks", 5, "lot", "2014-01"), "stocks", 5, "lot", "2014-01"),
    "cold-without-lead-time": (
        lambda s: s.set("lines", 4, "lead_time_initial", ""), "lines", 4, "lead_time_initial", ""),
    "min-above-max": (lambda s: s.set("lines", 5, "min_rate", "5"), "lines", 5, "min_rate", "5"),
    "lot-above-rate": (lambda s: s.set("lines", 5, "lot", "49"), "lines", 5, "lot", "49"),
    "whole-output-slow": (lambda s: s.set("lines", 5, "lot", "10"), "lines", 5, "max_rate", "4"),
    "whole-output-cut": (lambda s: s.set("lines", 5, "lot", "3"), "lines", 5, "max_rate", "4"),
    "price-unlike-cost": (lambda s: s.set("contracts", 2, "price", "3"), "contracts", 2, "price", "3"),
    "price-of-millions": (lambda s: s.set("items", 5, "price", "2"), "items", 5, "price", "2"),
    "currency-not-a-code": (lambda s: s.set("settings", 5, "value", "M€"), "settings", 5, "value", "M€"),
    "no-stock": (
        lambda s: (s.write("stocks", s.rows("stocks")[:1]), s.write("requirements", s.rows("requirements")[:2])),
        "stocks", None, "", "",
    ),
    "rate-twelvefold": (
        lambda s: s.add("rates", line="missile-b", from_="2024-06", max_rate="48", source="made", grade="assumed"),
        "rates", 2, "max_rate", "48"
    ),
    "rate-beyond-asked": (lambda s: s.set("lines", 5, "max_rate", "4000"), "lines", 5, "max_rate", "4000"),
    "bill-beyond-made": (lambda s: s.set("bills", 2, "quantity", "1000"), "bills", 2, "quantity", "1000"),
    "override-idle": (
        lambda s: s.add("overrides", override="try", step="1", table="stocks", where="holder=ZZZ", action="remove"),
        "overrides", 6, "where", "holder=ZZZ"
    ),
    "rate-in-the-shade": (
        lambda s: s.add("rates", line="missile-b", from_="2024-01", max_rate="3", source="made", grade="assumed"),
        "rates", 2, "max_rate", "3"
    ),
    "orders-beyond-rate": (lambda s: s.set("orders", 2, "quantity", "10001"), "orders", 2, "quantity", "10001"),
    "budget-beyond-purchases": (
        lambda s: s.set("budgets", 5, "commitments", "60000000"), "budgets", 5, "commitments", "60000000"
    ),
    "budget-years-missing": (lambda s: s.remove("budgets", 7), "budgets", 9, "fiscal_year", "2025"),
    "budget-year-missing": (lambda s: s.remove("budgets", 10), "budgets", 5, "fiscal_year", "2025"),
    "budget-no-deflator": (lambda s: s.set("budgets", 2, "prices", "then_year"), "budgets", 2, "prices", "2024"),
    "stock-not-counted": (lambda s: s.set("stocks", 3, "condition", "suspended"), "stocks", 3, "quantity", "500"),
    "line-never-delivers": (lambda s: s.set("lines", 5, "until", "2025-03"), "lines", 5, "lead_time", "2025-03"),
    "offer-never-arrives": (lambda s: s.set("market", 2, "delay", "40"), "market", 2, "delay", "2025-12"),
    "neither-of-two": (lambda s: s.set("bills", 2, "item", ""), "bills", 2, "expansion", ""),
    "both-of-two": (
        lambda s: s.set("uses", 2, "expansion", "shell-a-2"),
        "uses", 2, "expansion", "shell-a-2"
    ),
    "set-up-of-expansion": (
        lambda s: s.set("uses", 3, "setup", "4"),
        "uses", 3, "setup", "4"
    ),
    "line-makes-other": (lambda s: s.set("orders", 3, "line", "shell-a"), "orders", 3, "line", "shell-a"),
    "bill-loop": (lambda s: close_loop(s), "bills", 2, "component", "charge"),
    "cancelled-below-advance": (
        lambda s: (s.set("contracts", 2, "advance", "0.4"), s.set("contracts", 2, "cancellation", "0.25")),
        "contracts", 2, "cancellation", "0.25"),
    "unit-cost-unknown": (lambda s: s.set("items", 3, "price", ""), "contracts", 4, "price", ""),
    "offset-before-order": (lambda s: s.set("bills", 2, "offset", "7"), "bills", 2, "offset", "7"),
    "wrong-role": (lambda s: s.set("demand", 4, "holder", "SSS"), "demand", 4, "holder", "SSS"),
    "to-itself": (lambda s: s.set("routes", 4, "destination", "BBB"), "routes", 4, "destination", "BBB"),
    "requirement-without-figure": (
        lambda s: s.set("requirements", 3, "days", ""), "requirements", 3, "quantity", ""),
    "requirement-two-figures": (
        lambda s: s.set("requirements", 3, "quantity", "16000"), "requirements", 3, "quantity", "16000"),
    "stated-and-layers": (
        lambda s: s.set("requirements", 4, "posture", "territorial"),
        "requirements", 3, "layer", "days_of_supply",
    ),
    "called-upon-differs": (
        lambda s: (s.set("requirements", 3, "called_upon", "0.002"), s.set("requirements", 4, "called_upon", "0.003")),
        "requirements", 4, "called_upon", "0.003"),
    "demand-ranks-differ": (
        lambda s: s.set("demand", 3, "rank", "2"), "demand", 3, "rank", "2"),
    "called-upon-without-need": (
        lambda s: (s.set("requirements", 3, "called_upon", "0.002"), s.remove("priorities", 4)),
        "requirements", 3, "called_upon", ""),
    "if-called-without-chance": (
        lambda s: s.set("requirements", 2, "if_called", "400"), "requirements", 2, "if_called", "400"),
    "floor-called-upon": (
        lambda s: s.set("requirements", 2, "called_upon", "0.01"), "requirements", 2, "called_upon", "0.01"),
    "use-above-need": (lambda s: s.set("demand", 2, "use", "3001"), "demand", 2, "use", "3001"),
    "level-one-amount": (lambda s: level(s, "essential"), "levels", 2, "share", ""),
    "level-required-is-need": (lambda s: level(s, "required", share="0.9"), "levels", 2, "share", "0.9"),
    "level-without-need": (lambda s: level(s, "desired", share="2", purpose="sale"), "levels", 2, "item", "shell"),
    "level-of-late": (
        lambda s: (level(s, "essential", share="0.4"), s.set("demand", 2, "late", "yes")), "levels", 2, "level", "essential"
    ),
    "level-out-of-order": (  # from January 2025 on the need is 2,000
        lambda s: level(s, "essential", quantity="2500"), "levels", 2, "quantity", "2500"
    ),
    "level-worth-rises": (
        lambda s: level(s, "essential", share="0.4", worth="0.2"), "levels", 2, "worth", "0.2"
    ),
    "items-count-one": (
        lambda s: s.add("demand", holder="AAA", item="missile", purpose="training", rate_per="year", need="1",
                        source="made", grade="assumed") and s.set("items", 2, "price", ""),
        "items", 2, "price", "",
    ),
    "no-priorities": (
        lambda s: s.write("priorities", s.rows("priorities")[:1]),
        "priorities", None, "", ""
    ),
    "objective-twice": (
        lambda s: s.set("priorities", 6, "objective", "need"),
        "priorities", 6, "objective", "need"
    ),
    "nobody-supplies": (
        lambda s: s.add("demand", holder="RRR", item="charge", purpose="operations", rate_per="month",
                        need="1", source="made", grade="assumed")
        and s.set("routes", 2, "item", "shell"),
        "demand", 5, "item", "charge",
    ),
    "probabilities-above-one": (
        lambda s: war(s, "0.7").add("regimes", regime="pause", source="made", grade="assumed")
        and s.add("transitions", from_regime="attrition", to_regime="pause", probability="0.4", source="made",
                  grade="assumed"),
        "transitions", 3, "probability", "1.1",
    ),
    "end-is-left": (
        lambda s: war(s).add("transitions", from_regime="ended", to_regime="attrition", probability="0.1",
                             source="made", grade="assumed"),
        "transitions", 3, "to_regime", "attrition",
    ),
    "durations-not-rising": (
        lambda s: durations(s, ("12", "0.5"), ("24", "0.4")), "durations", 3, "over", "0.4"
    ),
    "end-stated-twice": (lambda s: durations(war(s), ("12", "0.5")), "transitions", 2, "to_regime", "ended"),
    "durations-and-ages": (
        lambda s: durations(s, ("12", "0.5"), changes={"to_regime": "pause", "after": "6"}),
        "transitions", 2, "after", "6",
    ),
    "durations-without-end": (lambda s: durations(s, ("12", "0.5"), ends="no"), "durations", 2, "over", "0"),
    "start-not-certain": (
        lambda s: war(s).add("regimes", regime="pause", at_start="0.5", source="made", grade="assumed"),
        "regimes", 4, "at_start", "0.5",
    ),
    "regime-unreachable": (
        lambda s: war(s).add("regimes", regime="pause", source="made", grade="assumed"), "regimes", 4, "regime", "pause"
    ),
    "regime-without-need": (
        lambda s: war(s).add("demand", holder="RRR", item="charge", purpose="operations", regime="ended",
                             rate_per="month", need="0", source="made", grade="assumed"),
        "demand", 5, "regime", "attrition",
    ),
    "probabilities-not-one": (
        lambda s: branches(s, ("a", "", "", "1"), ("b", "a", "2024-06", "0.5"), ("c", "a", "2024-06", "0.4")),
        "branches", 4, "probability", "0.9",
    ),
    "branch-outside-horizon": (
        lambda s: branches(s, ("a", "", "", "1"), ("b", "a", "2051-06", "1")), "branches", 3, "from", "2051-06"
    ),
    "branch-inside-period": (  # a quarter, from January 2025 on
        lambda s: branches(s, ("a", "", "", "1"), ("b", "a", "2025-02", "1")), "branches", 3, "from", "2025-02"
    ),
    "idle-without-limit": (
        lambda s: (s.set("lines", 2, "max_rate", "unlimited"), s.set("lines", 2, "idle_cost", "3")),
        "lines", 2, "idle_cost", "shell-a",
    ),
    "falls-due-no-pledge": (lambda s: s.set("deliveries", 3, "from", "2023-08"), "deliveries", 3, "from", "2023-08"),
    "backfill-binds-nobody": (
        lambda s: s.set("deliveries", 2, "backfill_by", ""), "deliveries", 2, "backfill_due", "2025-01"),
    "backfill-without-date": (
        lambda s: s.set("deliveries", 3, "backfill_by", "AAA"), "deliveries", 3, "backfill_by", "AAA"),
    "backfill-after-plan": (
        lambda s: s.set("deliveries", 2, "backfill_due", "2050-01"), "deliveries", 2, "backfill_due", "2050-01"),
    "backfill-above-gift": (
        lambda s: s.set("deliveries", 2, "backfill_quantity", "1001"), "deliveries", 2, "backfill_quantity", "1001"),
    "backfill-unranked": (lambda s: s.remove("priorities", 7), "priorities", None, "objective", "backfill"),
    "orders-only-planned": (lambda s: s.set("orders", 2, "state", "planned"), "orders", 2, "state", "shell"),
    "slips-not-rising": (
        lambda s: [s.add("slips", kind="munition", state="awarded", ahead="12", chance=chance, delay=delay, source="made",
                         grade="assumed") for chance, delay in (("80", "5"), ("50", "6"))],
        "slips", 2, "delay", "5",
    ),
    "too-late": (lambda s: s.remove("stocks", 4), "requirements", 5, "from", "2024-01"),
}  # fmt: skip


@pytest.mark.parametrize("code", BREAK)
def test_a_check_names_the_place_the_value_and_the_remedy(sheets: Sheets, code: str):
    change, table, row, column, value = BREAK[code]
    change(sheets)
    case, findings = check_case(sheets.folder)
    (finding,) = [f for f in findings if f.code == code]
    assert (finding.table, finding.row, finding.column, finding.value) == (table, row, column, value)
    assert finding.file == f"{table}.csv"
    others = [str(f) for f in findings if f.code != code and f.severity == "error"]
    assert others == []
    assert (case is None) == (finding.severity == "error")
    for language in ("en", "fr"):
        assert finding.message(language)
        assert finding.remedy(language)
        assert "{" not in finding.sentence(language)
        assert "[" not in finding.sentence(language)


def test_every_check_of_a_case_has_a_test_here():
    package = files("rampart").joinpath("case/checking")
    source = "".join(f.read_text(encoding="utf-8") for f in package.iterdir() if f.name.endswith(".py"))
    named = {word for word in re.findall(r'"([a-z]+(?:-[a-z]+)+|blank)"', source) if word in catalogue()}
    assert named - BREAK.keys() - FLEET_BREAK.keys() - PLAN_BREAK.keys() == set()


def test_a_misspelt_code_is_answered_with_the_nearest(sheets: Sheets):
    sheets.set("stocks", 2, "item", "shel")
    finding = only(sheets.folder, "unknown-reference")
    assert "“shell”" in finding.expected("en")
    assert "« shell »" in finding.expected("fr")


def test_a_duplicate_names_both_rows_and_a_blank_is_its_default(sheets: Sheets):
    sheets.set("stocks", 3, "condition", "")
    sheets.set("stocks", 3, "lot", "2015-06")
    finding = only(sheets.folder, "key-twice")
    assert (finding.row, finding.details["first"]) == (3, 2)


def test_a_blank_first_month_is_the_first_month_of_the_plan(sheets: Sheets):
    sheets.add("demand", holder="AAA", item="shell", purpose="training", from_="2024-01", rate_per="month", need="9")
    assert only(sheets.folder, "key-twice").details["first"] == 4


def test_a_loop_is_named_whole(sheets: Sheets):
    close_loop(sheets)
    assert only(sheets.folder, "bill-loop").details["loop"] == "shell > charge > powder > shell"


def test_time_breaks_a_loop(sheets: Sheets):
    close_loop(sheets)
    sheets.set("bills", 4, "offset", "1")
    assert found(sheets.folder, "bill-loop") == []


def test_two_loops_are_two_findings(sheets: Sheets):
    close_loop(sheets)
    sheets.add("bills", item="missile", component="missile", quantity="1")
    assert len(found(sheets.folder, "bill-loop")) == 2


def test_a_bad_cell_is_reported_once_and_its_row_skipped_by_later_checks(sheets: Sheets):
    sheets.set("nations", 2, "role", "membre de droit")
    sheets.set("items", 2, "item", "sh\u200bell")
    assert {f.code for f in found(sheets.folder) if f.severity == "error"} == {
        "not-a-choice",
        "hidden-characters",
    }


def test_a_stock_answers_a_requirement_that_no_lead_time_could_meet(sheets: Sheets):
    sheets.set("requirements", 6, "from", "2024-01")
    assert found(sheets.folder, "too-late") == []


def test_a_route_answers_a_need_for_which_the_holder_has_no_source(sheets: Sheets):
    sheets.remove("stocks", 7)
    assert found(sheets.folder, "nobody-supplies") == []
    sheets.write("routes", sheets.rows("routes")[:1])
    assert only(sheets.folder, "nobody-supplies").details["holder"] == "RRR"


def test_a_stated_requirement_of_another_posture_is_no_conflict(sheets: Sheets):
    assert found(sheets.folder, "stated-and-layers") == []
    sheets.set("requirements", 4, "posture", "")
    assert only(sheets.folder, "stated-and-layers").row == 3


def test_quantity_and_rate_that_agree_are_no_conflict(sheets: Sheets):
    sheets.set("requirements", 3, "quantity", "15000")
    assert found(sheets.folder) == []


def test_one_item_alone_needs_no_price_to_be_weighed_by(sheets: Sheets):
    sheets.set("items", 2, "price", "")
    assert found(sheets.folder, "items-count-one") == []


def test_a_level_of_one_regime_is_held_against_the_need_of_that_regime(sheets: Sheets):
    war(sheets)
    sheets.add("demand", holder="RRR", item="shell", purpose="operations", regime="ended", rate_per="month", need="500",
               source="made", grade="assumed")  # fmt: skip
    level(sheets, "essential", quantity="900", regime="attrition")
    assert found(sheets.folder, "level-out-of-order") == []
    level(sheets, "desired", quantity="2500", regime="ended")
    assert found(sheets.folder, "level-out-of-order") == [], "the rows of no regime, of 3,000, do not hold there"
    sheets.set("levels", 2, "regime", "ended")
    assert only(sheets.folder, "level-out-of-order").details["need"] == "500"


def test_a_later_rate_is_checked_against_the_line(sheets: Sheets):
    sheets.add("rates", line="missile-b", from_="2024-06", max_rate="0.5", source="made", grade="assumed")
    finding = only(sheets.folder, "min-above-max")
    assert (finding.table, finding.row) == ("rates", 2)


def test_free_is_written_as_zero_and_is_not_unknown(sheets: Sheets):
    sheets.set("items", 3, "price", "")
    sheets.set("lines", 3, "unit_cost", "0")
    assert found(sheets.folder) == []


def test_what_a_line_asks_far_from_the_cost_of_the_item_is_doubted(sheets: Sheets):
    """A shell costs 3,000 to replace, and the line asks 28 for it: a hundredth, as where thousands are meant."""
    sheets.set("lines", 2, "unit_cost", "28")
    finding = only(sheets.folder, "price-unlike-cost")
    assert (finding.table, finding.row, finding.column, finding.value) == ("lines", 2, "unit_cost", "28")


def test_a_posture_setting_must_exist(sheets: Sheets):
    sheets.set("settings", 7, "value", "teritorial")
    finding = only(sheets.folder, "unknown-reference")
    assert (finding.table, finding.row, finding.details["near"]) == ("settings", 7, "territorial")


def test_all_findings_are_raised_at_once(sheets: Sheets):
    sheets.set("stocks", 2, "quantity", "many")
    sheets.set("stocks", 4, "holder", "BBX")
    sheets.set("lines", 5, "min_rate", "50")
    with pytest.raises(CaseError) as raised:
        read_case(sheets.folder)
    codes = {f.code for f in raised.value.findings if f.severity == "error"}
    assert codes == {"not-a-number", "unknown-reference", "min-above-max"}
    assert "stocks.csv, stocks, row 2, column quantity (C2)" in str(raised.value)


def test_a_thousand_alike_findings_are_counted_not_listed(sheets: Sheets):
    rows = sheets.rows("stocks")
    rows += [["AAA", "shell", "x", "", "", "", "", "made", "assumed"]] * 1000
    sheets.write("stocks", rows)
    assert len(found(sheets.folder, "not-a-number")) == 50
    assert only(sheets.folder, "more-errors").details == {"count": 950, "alike": "not-a-number"}


def test_a_row_without_source_is_a_note_and_the_plan_goes_on(sheets: Sheets):
    sheets.set("stocks", 2, "grade", "")
    sheets.set("stocks", 3, "source", "")
    case, findings = check_case(sheets.folder)
    (note,) = findings
    assert case is not None
    assert case.findings == findings
    assert (note.severity, note.details["count"], note.details["total"]) == ("note", 2, 6)


def test_rows_in_any_order_give_the_same_findings(sheets: Sheets):
    close_loop(sheets)
    sheets.set("demand", 2, "until", "2025-03")
    before = sorted((f.code, f.value) for f in found(sheets.folder))
    for path in sheets.folder.glob("*.csv"):
        header, *rows = sheets.rows(path.stem)
        sheets.write(path.stem, [header, *rows[::-1]])
    after = sorted((f.code, f.value) for f in found(sheets.folder))
    # The loop may be entered elsewhere; every other finding is the same.
    assert [f for f in before if f[0] != "bill-loop"] == [f for f in after if f[0] != "bill-loop"]
    assert any(f[0] == "bill-loop" for f in after)
