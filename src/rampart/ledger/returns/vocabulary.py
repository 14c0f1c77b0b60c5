"""The words of a national return: what a planner writes for a kind of document, a condition and an outcome."""

from __future__ import annotations

from collections.abc import Mapping

from rampart.case.headers import fold
from rampart.findings import Language

Words = Mapping[str, Mapping[Language, str]]

KINDS: Words = {
    "opening": {"en": "opening stock", "fr": "stock d'ouverture"},
    "count": {"en": "stock at the end", "fr": "stock en fin de mois"},
    "production": {"en": "produced", "fr": "produit"},
    "purchase": {"en": "purchased", "fr": "acheté"},
    "issue": {"en": "issued", "fr": "distribué"},
    "use": {"en": "used", "fr": "consommé"},
    "consumption": {"en": "taken as component", "fr": "pris comme composant"},
    "condemnation": {"en": "condemned", "fr": "réformé"},
    "reconditioning": {"en": "reconditioned", "fr": "reconditionné"},
    "repair in": {"en": "sent to repair", "fr": "envoyé en réparation"},
    "repair out": {"en": "back from repair", "fr": "revenu de réparation"},
    "demilitarisation": {"en": "demilitarised", "fr": "démilitarisé"},
    "pledge": {"en": "pledged", "fr": "promis"},
    "contract": {"en": "contracted", "fr": "sous contrat"},
    "dispatch": {"en": "sent", "fr": "envoyé"},
    "receipt": {"en": "received", "fr": "reçu"},
    "decision due": {"en": "decision due", "fr": "décision attendue"},
    "decision taken": {"en": "decision taken", "fr": "décision prise"},
    "decision refused": {"en": "decision refused", "fr": "décision refusée"},
    "decision postponed": {"en": "decision postponed", "fr": "décision reportée"},
    "award": {"en": "awarded", "fr": "notifié"},
    "order": {"en": "ordered", "fr": "commandé"},
    "commitment": {"en": "committed", "fr": "engagé"},
    "payment": {"en": "paid", "fr": "payé"},
    "cancellation": {"en": "cancelled", "fr": "annulé"},
}
"""Kinds of documents that a return can make."""

CONDITIONS: Words = {
    "serviceable": {"en": "serviceable", "fr": "bon"},
    "unserviceable": {"en": "unserviceable", "fr": "hors service"},
    "suspended": {"en": "suspended", "fr": "suspendu"},
    "condemned": {"en": "condemned", "fr": "réformé"},
}
OUTCOMES: Words = {
    "received": {"en": "received", "fr": "reçu"},
    "returned": {"en": "returned", "fr": "renvoyé"},
    "condemned": {"en": "condemned", "fr": "réformé"},
    "lost": {"en": "lost", "fr": "perdu"},
}


def word_of(words: Words, text: str) -> str:
    """The name behind what was written, in either language, whatever its case and accents; blank for none."""
    asked = fold(text)
    return next((name for name, said in words.items() if asked in {fold(name), *map(fold, said.values())}), "")


def listed(words: Words, language: Language) -> list[str]:
    """The words of one language, as a drop-down lists them."""
    return [said[language] for said in words.values()]
