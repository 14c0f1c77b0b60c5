"""The catalogue of result tables: complete in both languages, typed, with keys and references that hold."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from rampart.catalogues.inputs import tables
from rampart.catalogues.results import KINDS, Kind, complete, frame, result_tables, types_of
from rampart.findings import Language
from rampart.language.words import phrases

TYPES = {"code", "choice", "text", "number", "integer", "flag", "month", "key"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_and_column_is_whole(kind: Kind) -> None:
    for table in result_tables(kind).values():
        assert table.label["en"] and table.label["fr"], table.name
        assert table.help["en"] and table.help["fr"], table.name
        assert table.key, f"{table.name} has no key"
        for column in table.columns.values():
            assert column.table == table.name
            assert column.label["en"] and column.label["fr"], (table.name, column.name)
            assert bool(column.help["en"]) == bool(column.help["fr"]), (table.name, column.name)
            assert column.type in TYPES, (table.name, column.name)
            assert set(column.reference) <= set(tables()), (table.name, column.name)
            assert not column.blank or column.blank in phrases(), (table.name, column.name)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_name_of_a_table_is_whole_on_a_sheet_of_excel(language: Language) -> None:
    every = [table for kind in KINDS for table in result_tables(kind).values()] + list(tables().values())
    assert [table.label[language] for table in every if len(table.label[language]) > 31] == []


def test_a_code_of_the_case_says_in_which_table_it_is_at_home() -> None:
    for kind in KINDS:
        for table in result_tables(kind).values():
            for name in {"item", "line", "fleet", "part", "site", "shop", "holder"} & set(table.columns):
                assert table.columns[name].reference, (kind, table.name, name)


def test_months_are_dates_from_text_and_from_dates() -> None:
    by_text = frame("plan", "periods", [(0, "2024-01", 1), (1, "2024-02", 2)])
    by_date = frame(
        "plan", "periods", {"period": [0, 1], "month": [date(2024, 1, 1), date(2024, 2, 1)], "months": [1, 2]}
    )
    assert by_text.equals(by_date)
    assert by_text["month"].dtype == pl.Date
    with pytest.raises(pl.exceptions.InvalidOperationError):
        frame("plan", "periods", [(0, "2024-13", 1)])


def test_rows_by_name_and_by_place_are_the_same_and_what_is_left_out_is_blank() -> None:
    by_place = frame("war", "values", [("plan", 1.5), ("gap", float("nan"))])
    assert by_place.equals(frame("war", "values", [{"name": "plan", "value": 1.5}, {"name": "gap"}]))
    assert by_place["value"].to_list() == [1.5, None]


def test_a_wrong_type_is_no_blank() -> None:
    with pytest.raises(Exception, match="many"):
        frame("plan", "periods", [(0, "2024-01", "many")])
    with pytest.raises(KeyError):
        frame("plan", "periods", {"period": [0], "month": ["2024-01"], "length": [1]})


@pytest.mark.parametrize("kind", KINDS)
def test_tables_without_rows_keep_their_types(kind: Kind) -> None:
    made = complete(kind, {})
    assert list(made) == list(result_tables(kind))
    for name, table in made.items():
        assert table.is_empty()
        assert dict(table.schema) == types_of(kind, name)


def test_tables_of_other_catalogues_come_behind() -> None:
    fees = pl.DataFrame({"line": ["a"], "fee": [1.0]})
    made = complete("plan", {"fees": fees})
    assert list(made)[-1] == "fees"
    assert made["fees"].equals(fees)
