"""A case as known by, or as said by, a month: later rows go, and what hangs on them; what has no date stays."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from case.editing import Sheets
from rampart.case.doors import check_case, read_case
from rampart.case.states import month_of, name_of, read_name


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2023-03-20", "2023-03"), ("2023-03", "2023-03"), ("2023", "2023-12"), ("2012/2016", "2016-12"),
        ("2022-11-30 to 2023-02-01", "2023-02"), ("2023-01 view", "2023-01"), ("n.d.", None), ("", None), (None, None),
        ("about 12345", None), ("2023-13", "2023-12"),
    ],
)  # fmt: skip
def test_a_date_is_the_last_month_that_it_may_mean(date: str | None, month: str | None):
    assert month_of(date) == month


def test_names_of_states():
    assert name_of("known", "2023-03") == "known-by-2023-03"
    assert read_name("said-by-2023-03") == ("said", "2023-03")
    assert [read_name(n) for n in ("known-by-2023-13", "known-by-2023", "known-by", "late-end")] == [None] * 4


def stocks(sheets: Sheets, *names: str) -> list[str]:
    return read_case(sheets.folder, overrides=names).tables["stocks"]["item"].to_list()


def test_a_row_goes_by_the_month_of_what_it_states(sheets: Sheets):
    before = stocks(sheets)
    sheets.set("stocks", 2, "known", "2024-06")
    assert stocks(sheets) == before
    assert stocks(sheets, "known-by-2024-06") == before
    assert stocks(sheets, "known-by-2024-05") == before[1:]
    _, findings = check_case(sheets.folder, overrides=["known-by-2024-05"])
    notes = [f for f in findings if f.code == "rows-known-later"]
    assert [(f.table, f.value, f.details["month"]) for f in notes] == [("stocks", "1", "2024-05")]
    assert "2024-05" in notes[0].message("en") and "2024-05" in notes[0].message("fr")


def test_a_row_goes_by_the_date_of_its_source(sheets: Sheets):
    before = stocks(sheets)
    sheets.add("sources", source="late", title="A late paper", date="2031-06-30")
    sheets.add("sources", source="undated", title="A paper without a date")
    sheets.set("stocks", 2, "source", "late")
    sheets.set("stocks", 3, "source", "undated")
    assert stocks(sheets, "said-by-2031-06") == before
    assert stocks(sheets, "said-by-2031-05") == before[1:]
    assert stocks(sheets, "known-by-2024-05") == before
    _, findings = check_case(sheets.folder, overrides=["said-by-2031-05"])
    assert [f.value for f in findings if f.code == "source-undated"] == ["undated"]


def test_what_hangs_on_a_row_that_goes_goes_with_it(sheets: Sheets):
    line = sheets.rows("lines")[1][sheets.rows("lines")[0].index("line")]
    sheets.set("lines", 2, "known", "2024-06")
    whole, early = (read_case(sheets.folder, overrides=names) for names in ((), ("known-by-2024-05",)))
    hanging = [t for t, frame in whole.tables.items() if "line" in frame.columns and line in frame["line"].to_list()]
    assert {"lines", "orders"} <= set(hanging)
    assert not [t for t in hanging if line in early.tables[t]["line"].to_list()]


def test_a_state_comes_before_the_overrides_and_is_named(sheets: Sheets):
    sheets.set("stocks", 2, "known", "2024-06")
    item = sheets.rows("stocks")[1][sheets.rows("stocks")[0].index("item")]
    holder = sheets.rows("stocks")[1][sheets.rows("stocks")[0].index("holder")]
    value = f"holder={holder}; item={item}; quantity=7; source=made; grade=assumed"
    sheets.add("overrides", override="as-guessed", step="1", table="stocks", action="add", value=value)
    case = read_case(sheets.folder, overrides=["known-by-2024-05", "as-guessed"])
    assert case.tables["stocks"].filter(holder=holder, item=item)["quantity"].to_list()[-1] == 7
    assert case.overrides == ("known-by-2024-05", "as-guessed")


def test_the_command_line(sheets: Sheets):
    from rampart.cli.main import main

    sheets.set("stocks", 2, "known", "2024-06")
    shown = CliRunner().invoke(main, ["check", str(sheets.folder), "--known-by", "2024-05", "--json"])
    assert (shown.exit_code, [f["table"] for f in json.loads(shown.output) if f["code"] == "rows-known-later"]) == (
        0, ["stocks"],
    )  # fmt: skip
    wrong = CliRunner().invoke(main, ["check", str(sheets.folder), "--said-by", "2024"])
    assert wrong.exit_code == 2 and "YYYY-MM" in wrong.output
