"""A case that starts from the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.small_ledgers import doc
from places import ROOT
from rampart.case.doors import read_case
from rampart.ledger.ledger import Ledger, moment, open_ledger
from rampart.ledger.opening_stock import with_stock


def rows(ledger: Ledger, **when: str) -> dict[tuple[str, str, str | None, str], float]:
    case = with_stock(read_case(ROOT / "cases" / "tiny"), ledger, **when)
    return {
        (r["holder"], r["item"], r["lot"], r["condition"]): r["quantity"] for r in case["stocks"].iter_rows(named=True)
    }


def test_the_ledger_tells_what_it_knows_and_the_case_the_rest(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a", create=True) as ledger:
        ledger.post(
            doc("a", "opening", "2024-03-05", 50, lot="A", grade="published"),
            doc("b", "opening", "2024-04-05", 30, lot="B", expires="2024-06-30"),
            doc("c", "condemnation", "2024-05-01", 5, lot="A"),
            doc("d", "dispatch", "2024-05-02", 10, lot="A", to="XUU"),
            doc("e", "opening", "2024-05-02", 7, nation="XBB", grade="published"),
            doc("f", "use", "2024-05-03", 7, nation="XBB", grade="published"),
            doc("g", "opening", "2024-05-02", 1, item="pen"),
            at=moment("2024-06-01"),
        )  # fmt: skip
        ledger.post(doc("late", "use", "2024-05-09", 20, lot="A"), at=moment("2024-12-31"))
        case = with_stock(read_case(ROOT / "cases" / "tiny"), ledger)
        assert rows(ledger) == {
            ("XAA", "round", "2024-03", "serviceable"): 15,
            ("XAA", "round", "2024-04", "suspended"): 30,
            ("XBB", "round", None, "serviceable"): 0,  # known to be nothing
            ("XAA", "charge", None, "serviceable"): 600,
            ("XAA", "powder", None, "serviceable"): 800,
        }
        assert rows(ledger, known="2024-06-30")["XAA", "round", "2024-03", "serviceable"] == 35
        assert rows(ledger, on="2024-05-01")["XBB", "round", None, "serviceable"] == 3000
        with open_ledger(tmp_path / "a", nations=["XBB"]) as one:
            assert rows(one)["XAA", "round", None, "serviceable"] == 4000
    found = {f.code: f.value for f in case.findings}
    assert found["ledger-not-in-case"] == "XAA / pen" and found["ledger-stock-kept"] == "2"
    grades = {(r["holder"], r["item"]): r["grade"] for r in case["stocks"].iter_rows(named=True)}
    assert grades["XAA", "round"] == "assumed" and grades["XBB", "round"] == "derived"
    case.save(tmp_path / "new")
    again = read_case(tmp_path / "new")
    assert again == case
    with open_ledger(tmp_path / "b", create=True) as empty:
        assert with_stock(again, empty)["sources"].height == again["sources"].height


@pytest.mark.parametrize("first", ["2024-01-01"])
def test_a_ledger_that_knows_nothing_changes_no_stock(tmp_path: Path, first: str) -> None:
    with open_ledger(tmp_path / "a", create=True) as ledger:
        assert len(rows(ledger, on=first)) == 4
