"""The catalogue of the tables of a case: whole, sound in itself, in both languages."""

from __future__ import annotations

import math
import re

import pytest

from rampart.catalogues.inputs import main_figures, tables

COLUMNS = [c for table in tables().values() for c in table.columns.values()]


@pytest.mark.parametrize("table", list(tables()))
def test_columns_say_what_they_are_in_both_languages(table: str) -> None:
    for column in tables()[table].columns.values():
        place = f"{table}.{column.name}"
        for text in (column.label, column.help):
            assert all(text[language].strip() for language in ("en", "fr")), place
        assert column.kind in ("code", "text", "number", "integer", "limit", "month", "flag", "choice"), place
        assert bool(column.values) == (column.kind == "choice"), place
        assert not (column.required and column.default), f"{place}: what must be filled needs no default"
        if column.minimum is not None and column.maximum is not None:
            assert column.minimum <= column.maximum, place


def test_a_reference_leads_to_a_key() -> None:
    for column in COLUMNS:
        if column.reference:
            table, _, name = column.reference.partition(".")
            assert name in tables()[table].key, f"{column.table}.{column.name} -> {column.reference}"


def test_every_table_has_a_key_and_labels() -> None:
    for table in tables().values():
        assert table.key or table.name == "settings"  # one value a row, by the name of the setting
        assert all(table.label[language] and table.help[language] for language in ("en", "fr"))
        labels = [[c.label[language] for c in table.columns.values()] for language in ("en", "fr")]
        assert all(len(set(column)) == len(column) for column in labels), f"{table.name}: two columns of one label"


def test_defaults_are_of_the_type_of_their_column() -> None:
    for column in COLUMNS:
        value = column.default_value
        if value is None:
            continue
        if column.kind in ("number", "limit", "integer"):
            assert isinstance(value, float | int)
            assert column.minimum is None or value >= column.minimum
            assert math.isfinite(value) or column.kind == "limit", "only a limit may be unlimited"
        if column.kind == "flag":
            assert isinstance(value, bool)
        if column.kind == "choice":
            assert value in column.values


def test_facts_carry_sources_and_grades() -> None:
    """Tables that hold a range state whose fact it is."""
    for table in tables().values():
        if "low" in table.columns:
            assert {"high", "source", "grade"} <= set(table.columns), table.name
            assert set(main_figures(table)) <= set(table.columns), table.name
        else:
            assert main_figures(table) == ()


def test_names_are_plain() -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", c.name) for c in COLUMNS)
