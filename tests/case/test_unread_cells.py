"""A cell that cannot be read is the news; what follows from its row being set aside is not said as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from case.editing import SMALL, Sheets, copy_small
from rampart.case.doors import check_case
from rampart.catalogues.inputs import tables

UNREAD = "12 or so?"


def numbers_of(table: str) -> list[str]:
    """Columns of a table of the small case that hold a number or a month and are filled in its first row."""
    head, first, *_ = Sheets(SMALL).rows(table)
    columns = tables()[table].columns
    kinds = ("number", "integer", "limit", "month")
    return [
        name
        for name, cell in zip(head, first, strict=False)
        if cell and name in columns and columns[name].kind in kinds
    ]


FILLED = sorted(p.stem for p in SMALL.glob("*.csv") if len(Sheets(SMALL).rows(p.stem)) > 1 and numbers_of(p.stem))


@pytest.mark.parametrize("table", FILLED)
def test_nothing_else_is_said_than_what_cannot_be_read(table: str, tmp_path: Path) -> None:
    sheets = Sheets(copy_small(tmp_path))
    column = numbers_of(table)[0]
    for row in range(2, len(sheets.rows(table)) + 1):  # all of them, so that nothing is left that says it
        sheets.set(table, row, column, UNREAD)
    case, findings = check_case(sheets.folder)
    assert case is None
    own = [f for f in findings if (f.table, f.column) == (table, column)]
    assert own and all(f.severity == "error" for f in own)
    assert [(f.code, f.table) for f in findings if f.severity != "error"] == []


def test_what_no_row_says_is_said_where_all_rows_could_be_read(tmp_path: Path) -> None:
    sheets = Sheets(copy_small(tmp_path))
    sheets.write("stocks", sheets.rows("stocks")[:1])
    for table in ("lines", "contracts", "orders", "market", "deliveries"):
        if (sheets.folder / f"{table}.csv").exists():
            sheets.write(table, sheets.rows(table)[:1])
    _, findings = check_case(sheets.folder)
    assert "nobody-supplies" in {f.code for f in findings}
