"""French texts of the catalogues speak of sheets, columns, choices and units as a French workbook shows them."""

from __future__ import annotations

import re

import pytest

from rampart.catalogues.choices import french
from rampart.catalogues.inputs import layouts, tables
from rampart.catalogues.results import KINDS, result_tables
from rampart.catalogues.units import AS, french_units, unit_in
from rampart.findings import catalogue

CODE = re.compile(r"(?<![\w`«{-])[a-z]+(?:_[a-z]+)+(?![\w}`-])")
"""A name of the catalogue that is no word: two words joined from below."""
FOREIGN = ("jbook", "tracker", "ramp", "p21", "import", "backtest", "releases", "ledger")
"""Findings about files of others, whose names are English."""


def _own(text: str) -> str:
    """The text without placeholders and without what is typed as it stands."""
    return re.sub(r"\{[^}]*\}|`[^`]*`", "", text)


@pytest.mark.parametrize("catalogues", [tables, layouts], ids=["tables", "layouts"])
def test_every_unit_has_a_french_one(catalogues) -> None:
    units = {(t.name, c.unit) for t in catalogues().values() for c in t.columns.values() if c.unit}
    for table, unit in units:
        assert unit in french_units() or unit.removeprefix(AS) in tables()[table].columns, (table, unit)


def test_every_unit_of_a_result_has_a_french_one() -> None:
    units = {c.unit for kind in KINDS for t in result_tables(kind).values() for c in t.columns.values() if c.unit}
    assert units <= french_units().keys()


def test_no_unit_is_there_for_nothing() -> None:
    used = {c.unit for known in (tables(), layouts()) for t in known.values() for c in t.columns.values()}
    used |= {c.unit for kind in KINDS for t in result_tables(kind).values() for c in t.columns.values()}
    assert french_units().keys() <= used


def test_the_unit_of_a_range_is_named_by_its_column() -> None:
    assert unit_in("as quantity", "fr", table="stocks") == "celle de « quantité »"
    assert unit_in("as quantity", "en", table="stocks") == "as quantity"


def test_help_in_french_names_choices_by_their_words() -> None:
    words = french()
    for table in tables().values():
        for column in table.columns.values():
            said = set(re.findall(r"(?<![\w`'’-])[a-z_]+(?=(?: :|, | \())", column.help["fr"]))
            codes = {value for value in column.values if words.get(value, value) != value}
            assert not said & codes, (table.name, column.name, said & codes)


def test_help_in_french_names_no_column_by_its_code() -> None:
    for table in tables().values():
        for text in (table.help["fr"], *(column.help["fr"] for column in table.columns.values())):
            assert not CODE.findall(_own(text)), (table.name, text)


def test_findings_in_french_name_no_table_or_column_by_its_code() -> None:
    plain = {
        "requirements",
        "demand",
        "deliveries",
        "slips",
        "fleets",
        "repairs",
        "contracts",
        "priorities",
        "deflators",
    }
    for code, texts in catalogue().items():
        if code.startswith(FOREIGN):
            continue
        for part in ("message_fr", "expected_fr", "remedy_fr"):
            text = _own(texts[part])
            assert not CODE.findall(text), (code, text)
            assert not plain & set(re.findall(r"[a-zà-ÿ]+", text)), (code, text)
