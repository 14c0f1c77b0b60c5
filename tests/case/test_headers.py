"""Names as people write them lead to the catalogue's, and to no other."""

from __future__ import annotations

import pytest

from rampart.case.headers import (
    fold,
    is_comment,
    language_of,
    match_column,
    match_setting,
    match_table,
    nearest_column,
    nearest_table,
)
from rampart.catalogues.inputs import tables

LANGUAGES = ("en", "fr")


@pytest.mark.parametrize("table", list(tables()))
def test_codes_and_labels_in_any_case_lead_to_their_own_table_and_column(table: str) -> None:
    for name in (table, table.upper(), *(tables()[table].label[language] for language in LANGUAGES)):
        assert match_table(f"  {name} ") == table
    if table == "settings":
        return
    for column in tables()[table].columns.values():
        assert match_column(table, column.name) == column.name
        for language in LANGUAGES:
            assert match_column(table, column.label[language].upper()) == column.name, column.label[language]


def test_settings_are_known_by_code_and_label() -> None:
    for column in tables()["settings"].columns.values():
        for name in (column.name, *(column.label[language] for language in LANGUAGES)):
            assert match_setting(name) == column.name


def test_accents_case_and_marks_do_not_count() -> None:
    assert fold("  Quantité_MAXIMALE (t) ") == "quantite maximale t"
    assert match_column("contracts", "QUANTITE   maximale") == "max_quantity"
    assert fold("--") == ""


def test_what_is_no_name_leads_nowhere() -> None:
    assert match_table("weather") is None
    assert match_column("contracts", "colour") is None
    assert match_setting("") is None


def test_the_nearest_is_offered_where_one_is_near() -> None:
    assert nearest_table("contrcts") == "contracts"
    assert nearest_column("contracts", "max quantty") == "max_quantity"
    assert nearest_table("zzzz") == ""
    assert nearest_column("contracts", "zzzz") == ""


@pytest.mark.parametrize(
    ("headers", "language"),
    [(["buyer", "line"], "en"), (["acheteur", "chaîne"], "fr"), (["acheteur", "line"], "mixed"), (["zzzz"], "")],
)
def test_headers_say_which_language_they_are_in(headers: list[str], language: str) -> None:
    assert language_of("contracts", headers) == language


def test_a_hash_keeps_what_is_the_users_own() -> None:
    assert is_comment("# my notes")
    assert is_comment("  #x")
    assert not is_comment("notes #2")


def test_french_labels_of_earlier_versions_are_still_read() -> None:
    assert [match_table(name) for name in ("Itinéraires", "Besoins", "Régimes")] == [
        "routes",
        "requirements",
        "regimes",
    ]
    assert match_table("Voies d'acheminement") == "routes"
    assert match_table("Consommation") == match_table("Besoin") == "demand"
    assert (
        match_column("demand", "peut être servi en retard")
        == match_column("demand", "peut être satisfait en retard")
        == "late"
    )
    assert match_column("demand", "Régime") == match_column("demand", "phase") == "regime"
    assert match_column("transitions", "Régime d'arrivée") == "to_regime"
    assert match_setting("régime actuel") == match_setting("phase actuelle") == "regime"
    assert match_column("lines", "limite de montée en cadence") == "ramp"
    assert match_setting("months between reviews") == match_setting("mois entre révisions") == "revise_every"
