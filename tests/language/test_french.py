"""French names of works and lines in a sentence."""

from __future__ import annotations

import pytest

from rampart.language.french import forms


@pytest.mark.parametrize(
    ("name", "alone", "of", "to"),
    [
        ("Usines européennes de poudre", "les usines européennes de poudre", "des usines européennes de poudre",
         "aux usines européennes de poudre"),
        ("Autres usines européennes de fusées", "les autres usines européennes de fusées",
         "des autres usines européennes de fusées", "aux autres usines européennes de fusées"),
        ("Chaîne d’obusiers tractés", "la chaîne d’obusiers tractés", "de la chaîne d’obusiers tractés",
         "à la chaîne d’obusiers tractés"),
        ("Usine de Bourges", "l’usine de Bourges", "de l’usine de Bourges", "à l’usine de Bourges"),
        ("Site de Bergerac", "le site de Bergerac", "du site de Bergerac", "au site de Bergerac"),
        ("chaîne plant (AAA)", "la chaîne plant (AAA)", "de la chaîne plant (AAA)", "à la chaîne plant (AAA)"),
        ("Troy", "Troy", "du site de Troy", "au site de Troy"),
        ("Eurenco Bergerac", "Eurenco Bergerac", "du site d’Eurenco Bergerac", "au site d’Eurenco Bergerac"),
        ("Scranton AAP et Orange (États-Unis)", "Scranton AAP et Orange (États-Unis)",
         "des sites de Scranton AAP et d’Orange (États-Unis)", "aux sites de Scranton AAP et d’Orange (États-Unis)"),
        ("Troy (Allemagne et Norvège)", "Troy (Allemagne et Norvège)", "du site de Troy (Allemagne et Norvège)",
         "au site de Troy (Allemagne et Norvège)"),
        ("Iowa AAP, chargement et mise en caisse", "Iowa AAP, chargement et mise en caisse",
         "du site d’Iowa AAP, chargement et mise en caisse", "au site d’Iowa AAP, chargement et mise en caisse"),
        ("Arsenaux de l’État", "les arsenaux de l’État", "des arsenaux de l’État", "aux arsenaux de l’État"),
    ],
)  # fmt: skip
def test_a_name_takes_its_article_and_preposition(name: str, alone: str, of: str, to: str) -> None:
    assert forms(name) == (alone, of, to)


def test_no_name_is_no_name() -> None:
    assert forms("").alone == ""
