"""The workbook of fleets: whole where tables are short, the largest rows where they are long, and said so."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from rampart.report.books import fleet
from rampart.results.result import Result


@pytest.mark.parametrize("language", ["en", "fr"])
def test_long_tables_hold_their_largest_rows(
    fleets: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(fleet, "MOST", 30)
    book = openpyxl.load_workbook(fleet.write_workbook(fleets, tmp_path / "book.xlsx", language))  # type: ignore[arg-type]
    whole = fleets["shortages"]
    sheet = next(s for s in book.worksheets if "shortages.parquet" in "".join(str(s.cell(r, 1).value) for r in (2, 3)))
    place = whole.columns.index("backorders") + 1
    kept = [sheet.cell(row, place).value for row in range(5, sheet.max_row + 1)]
    assert sorted(kept) == pytest.approx(sorted(whole["backorders"].to_list())[-30:])
    assert f"{whole.height}" in "".join(str(sheet.cell(r, 1).value) for r in (2, 3))


def test_the_order_of_the_table_stays() -> None:
    frame = pl.DataFrame({"part": list("abcde"), "backorders": [1.0, 5.0, 3.0, 0.0, 4.0]})
    assert fleet.largest(frame, "backorders", 3)["part"].to_list() == ["b", "c", "e"]
