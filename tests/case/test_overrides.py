"""Named changes to a case: they stack in order, and the result is checked again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case.editing import SMALL, Sheets, only
from rampart.case.doors import check_case, read_case
from rampart.case.editions import difference
from rampart.case.pairs import parse_pairs, written_pairs

SHIPPED = Path(__file__).parents[2] / "cases"


def override(sheets: Sheets, name: str = "try", /, **cells: str) -> int:
    return sheets.add("overrides", override=name, step="1", **cells)


def changed(*names: str):
    case = read_case(SMALL, overrides=names)
    rows = difference(read_case(SMALL), case).rows()
    return case, rows


def test_a_number_is_multiplied_in_the_rows_that_match():
    case, rows = changed("double-need")
    assert case.tables["demand"]["need"].to_list() == [6000, 4000, 1200]
    assert case.overrides == ("double-need",)
    assert rows == [
        ("demand", "RRR, shell, operations", "need", "changed", "3000", "6000"),
        ("demand", "RRR, shell, operations, 2025-01", "need", "changed", "2000", "4000"),
    ]


def test_rows_are_removed_and_added():
    case, rows = changed("no-market", "more-stock")
    assert case.tables["market"].is_empty()
    assert case.tables["stocks"].row(-1, named=True)["quantity"] == 700
    assert [(row[0], row[3]) for row in rows] == [("stocks", "added"), ("market", "removed")]
    assert rows[0][5] == "holder=AAA; item=charge; quantity=700; source=made; grade=assumed"


def test_a_setting_is_set():
    case, rows = changed("late-end")
    assert case.settings["end"] == "2026-06"
    assert rows == [("settings", "end", "value", "changed", "2025-12", "2026-06")]


def test_overrides_stack_in_the_order_given(sheets: Sheets):
    override(sheets, "fixed", table="demand", column="need", action="set", value="100")
    by = {
        names: read_case(sheets.folder, overrides=names).tables["demand"]["need"][0]
        for names in (("fixed", "double-need"), ("double-need", "fixed"), ("double-need", "double-need"))
    }
    assert list(by.values()) == [200, 100, 12000]


def test_steps_of_an_override_follow_their_numbers(sheets: Sheets):
    sheets.add("overrides", override="two", step="2", table="demand", column="need", action="multiply", value="3")
    sheets.add("overrides", override="two", step="1", table="demand", column="need", action="set", value="10")
    assert read_case(sheets.folder, overrides=["two"]).tables["demand"]["need"].to_list() == [30, 30, 30]


def test_labels_blanks_and_defaults_may_be_named(sheets: Sheets):
    override(sheets, table="Stocks", where="état=serviceable; lot=", column="quantité", action="set", value="7")
    quantities = read_case(sheets.folder, overrides=["try"]).tables["stocks"]["quantity"].to_list()
    assert quantities == [12000, 500, 7, 40000, 60, 7]


def test_unlimited_stays_unlimited_and_unknown_stays_unknown(sheets: Sheets):
    override(sheets, table="routes", column="capacity", action="multiply", value="0.5")
    override(sheets, "low", table="stocks", column="low", action="multiply", value="0.5")
    case = read_case(sheets.folder, overrides=["try", "low"])
    assert case.tables["routes"]["capacity"].to_list() == [5000, float("inf"), float("inf")]
    assert case.tables["stocks"]["low"].to_list() == [5000, None, None, None, None, None]


def test_the_range_of_a_figure_follows_it(sheets: Sheets):
    first = {"table": "stocks", "where": "holder=AAA; lot=2015-06", "column": "quantity"}
    override(sheets, "twice", **first, action="multiply", value="2")
    override(sheets, "fixed", **first, action="set", value="99")
    row = read_case(sheets.folder, overrides=["twice"]).tables["stocks"].row(0, named=True)
    assert (row["low"], row["quantity"], row["high"]) == (20000, 24000, 30000)
    row = read_case(sheets.folder, overrides=["fixed"]).tables["stocks"].row(0, named=True)
    assert (row["low"], row["quantity"], row["high"]) == (None, 99, None)


def test_a_range_stays_when_another_figure_changes(sheets: Sheets):
    override(sheets, table="items", column="shelf_life", action="set", value="300")
    assert read_case(sheets.folder, overrides=["try"]).tables["items"]["low"][0] == 2500


BAD = {
    "override-table": ({"table": "stokcs", "action": "remove"}, "table", "stokcs"),
    "override-column": (
        {"table": "stocks", "column": "quantitty", "action": "set", "value": "1"}, "column", "quantitty"),
    "override-syntax": (
        {"table": "stocks", "where": "holder AAA", "action": "remove"}, "where", "holder AAA"),
    "override-no-row": (
        {"table": "stocks", "where": "holder=ZZZ", "action": "remove"}, "where", "holder=ZZZ"),
    "override-value": (
        {"table": "stocks", "column": "quantity", "action": "set", "value": "lots"}, "value", "lots"),
    "override-not-a-number-column": (
        {"table": "stocks", "column": "holder", "action": "multiply", "value": "2"}, "column", "holder"),
    "override-multiplies-nothing": (
        {"table": "items", "column": "book_value", "action": "multiply", "value": "2"},
        "column", "book_value",
    ),
    "unknown-setting": (
        {"table": "settings", "action": "add", "value": "setting=ende; value=2026-01"}, "value", "ende"),
}  # fmt: skip


@pytest.mark.parametrize("code", BAD)
def test_a_wrong_override_is_a_finding_at_its_row(sheets: Sheets, code: str):
    cells, column, value = BAD[code]
    row = override(sheets, **cells)
    case, findings = check_case(sheets.folder, overrides=["try"])
    assert [(f.code, f.table, f.row, f.column, f.value) for f in findings] == [(code, "overrides", row, column, value)]
    assert (case is None) == (findings[0].severity == "error")
    unasked = [
        (f.code, f.row) for f in check_case(sheets.folder)[1]
    ]  # a name that there is not is told before it is asked for
    assert ((code, row) in unasked) == (code in ("override-table", "override-column", "override-value"))
    assert (("override-idle", row) in unasked) == (code == "override-no-row")


def test_a_step_is_tried_after_those_before_it_and_not_where_rows_could_not_be_read(sheets: Sheets):
    added = "holder=BBB; item=charge; quantity=9; source=made; grade=assumed"
    for step, cells in (("1", {"action": "add", "value": added}), ("2", {"action": "remove"})):
        where = {} if step == "1" else {"where": "holder=BBB; item=charge; quantity=9"}
        sheets.add("overrides", override="try", step=step, table="stocks", **cells, **where)
    override(sheets, "idle", table="stocks", where="holder=ZZZ", action="remove")
    assert [f.code for f in check_case(sheets.folder)[1]] == ["override-idle"]
    sheets.set("stocks", 2, "quantity", "many")
    assert "override-idle" not in [f.code for f in check_case(sheets.folder)[1]]


def test_an_unknown_override_is_answered_with_the_nearest_and_all(sheets: Sheets):
    _, (finding,) = check_case(sheets.folder, overrides=["double-ned"])
    assert finding.code == "unknown-override"
    assert "“double-need”" in finding.expected("en")
    assert "no-market" in finding.expected("fr")


def test_the_result_is_checked_and_points_to_the_override(sheets: Sheets):
    row = override(sheets, table="stocks", action="add", value="holder=ZZZ; item=shell; quantity=5")
    _, findings = check_case(sheets.folder, overrides=["try"])
    (finding,) = [f for f in findings if f.severity == "error"]
    assert (finding.code, finding.table, finding.row) == ("unknown-reference", "overrides", row)


def test_two_rows_added_twice_are_named_by_their_rows_in_the_overrides(sheets: Sheets):
    value = "holder=AAA; item=missile; quantity=5; source=made; grade=assumed"
    first = override(sheets, table="stocks", action="add", value=value)
    second = sheets.add("overrides", override="try", step="2", table="stocks", action="add", value=value)
    _, (finding,) = check_case(sheets.folder, overrides=["try"])
    assert (finding.code, finding.row) == ("key-twice", second)
    assert f"row {first} (overrides)" in finding.message("en")


def test_an_added_row_must_be_whole(sheets: Sheets):
    row = override(sheets, table="stocks", action="add", value="holder=AAA; item=missile")
    _, findings = check_case(sheets.folder, overrides=["try"])
    assert [(f.code, f.table, f.row) for f in findings if f.severity == "error"] == [("blank", "overrides", row)]


def test_an_override_may_not_break_a_setting(sheets: Sheets):
    override(sheets, table="settings", where="setting=start", column="value", action="set", value="soon")
    _, findings = check_case(sheets.folder, overrides=["try"])
    assert [f.code for f in findings] == ["override-value"]


def test_equal_cases_have_no_difference():
    assert difference(read_case(SMALL), read_case(SMALL)).is_empty()


@given(st.dictionaries(st.from_regex("[a-z_]+", fullmatch=True), st.text(st.characters(exclude_categories=["Cs"]))))
def test_pairs_hold_any_value_when_it_is_quoted(pairs):
    text = "; ".join(f'{name}="{value.replace(chr(34), chr(34) * 2)}"' for name, value in pairs.items())
    assert parse_pairs(text) == pairs


@pytest.mark.parametrize("text", ["a", "=1", "a=1 b=2;=", 'a="1', "a=1; a=2", ";"])
def test_pairs_that_cannot_be_told_apart_are_refused(text):
    assert parse_pairs(text) is None


def french(sheets: Sheets, *rows: list[str]) -> None:
    head = ["variante", "étape", "table", "lignes", "colonne", "action", "valeur"]
    sheets.write("overrides", [head, *rows], separator=";")


def test_values_of_french_overrides_are_read_with_french_rules(sheets: Sheets):
    french(
        sheets,
        ["try", "1", "demand", "", "need", "multiply", "1,5"],
        ["try", "2", "stocks", "quantité=12 000", "quantity", "set", "12.345,5"],
        ["try", "3", "demand", "", "need", "multiply", "1,125"],
    )
    case = read_case(sheets.folder, overrides=["try"])
    before = read_case(SMALL).tables["demand"]["need"]
    assert case.tables["demand"]["need"].to_list() == (before * 1.5 * 1.125).to_list()
    assert case.tables["stocks"]["quantity"][0] == 12345.5


def test_a_case_with_french_overrides_is_the_same_when_saved_and_read(sheets: Sheets, tmp_path: Path):
    french(sheets, ["try", "1", "demand", "", "need", "multiply", "1,5"])
    case = read_case(sheets.folder)
    again = case.save(tmp_path / "again")
    assert (
        read_case(again, overrides=["try"])
        .tables["demand"]
        .equals(read_case(sheets.folder, overrides=["try"]).tables["demand"])
    )


@pytest.mark.parametrize(
    ("action", "where", "value", "column"),
    [
        ("multiply", "", "1.234", "value"),
        ("set", "", "8,000", "value"),
        ("add", "", "détenteur=AAA; article=shell; quantité=8,000", "value"),
        ("set", "quantité=1.234", "5", "where"),
    ],
)
def test_an_ambiguous_value_of_an_override_is_seen_by_check(
    sheets: Sheets, action: str, where: str, value: str, column: str
):
    french(sheets, ["try", "1", "stocks", where, "" if action == "add" else "quantity", action, value])
    finding = only(sheets.folder, "ambiguous-number")
    assert (finding.table, finding.row, finding.column) == ("overrides", 2, column)


def test_a_setting_in_a_french_override_is_read_as_the_setting_is(sheets: Sheets):
    french(sheets, ["try", "1", "settings", "", "", "add", "réglage=urgency; valeur=0,5"])
    assert read_case(sheets.folder, overrides=["try"]).settings["urgency"] == "0.5"


@given(st.dictionaries(st.from_regex("[a-z_]+", fullmatch=True), st.text(st.characters(exclude_categories=["Cs"]))))
def test_pairs_are_written_as_they_are_read(pairs):
    assert parse_pairs(written_pairs(pairs)) == pairs


def test_a_variant_has_a_name_in_both_languages_in_one_of_its_rows(tmp_path: Path) -> None:
    """French falls back to English, English to the short name that --with takes; every variant shipped has both."""
    folder = tmp_path / "case"
    shutil.copytree(SHIPPED / "tiny", folder)
    head = "override,step,table,where,column,action,value,name_en,name_fr"
    change = "settings,setting=posture,value,set,x"
    rows = ["bare,1,{},,", "both,1,{},,", "both,2,{},War,Guerre", "english,1,{},Peace,"]
    (folder / "overrides.csv").write_text(
        "\n".join([head, *(row.format(change) for row in rows)]) + "\n", encoding="utf-8"
    )
    case = check_case(folder)[0]
    assert case is not None
    assert case.names("overrides") == {"bare": "bare", "both": "War", "english": "Peace"}
    assert case.names("overrides", "fr") == {"bare": "bare", "both": "Guerre", "english": "Peace"}
    for path in SHIPPED.glob("*/overrides.csv"):
        every = read_case(path.parent)
        for language in ("en", "fr"):
            assert [code for code, name in every.names("overrides", language).items() if name == code] == []
