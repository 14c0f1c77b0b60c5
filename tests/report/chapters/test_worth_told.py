"""How worth, levels and beliefs are told: with their unit, in plain quantities, in both languages."""

from __future__ import annotations

from functools import cache

import pytest

import rampart
from cases_random import make_case
from cases_small import ITEM, month
from rampart.findings import Language
from rampart.language.headlines import sentences
from rampart.language.in_words import InWords
from rampart.report.chapters.stock import deliveries
from rampart.report.chapters.trust import solved
from rampart.results.result import Result

PARTNER = {
    "holder": "UUU",
    "item": "shell",
    "purpose": "operations",
    "rate_per": "month",
    "need": 20.0,
    "regime": "war",
}


@cache
def plan() -> Result:
    """30 for a need of 20 in a war that ends with one half a month: 20, 10, 0 of an expected 20, 10, 5 are supplied."""
    nations = [
        {"nation": "AAA", "name_en": "A", "role": "member"},
        {"nation": "UUU", "name_en": "U", "role": "recipient"},
    ]
    return rampart.plan(make_case(
        {"start": month(0), "end": month(2), "regime": "war"}, {
            "nations": nations, "items": [ITEM | {"price": 4.0}], "demand": [PARTNER],
            "stocks": [{"holder": "UUU", "item": "shell", "quantity": 30.0}],
            "regimes": [{"regime": "war", "name_en": "war", "name_fr": "guerre", "ends": False},
                        {"regime": "over", "name_en": "peace", "name_fr": "paix", "ends": True}],
            "transitions": [{"from_regime": "war", "to_regime": "over", "probability": 0.5}],
            "priorities": [{"rank": 1, "objective": "need"}, {"rank": 2, "objective": "money"}],
        }
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("language", "first", "met"),
    [
        ("en", "The course of the war is not taken as known", "shell 71% (25 rounds). Not met: 10 rounds"),
        ("fr", "L’évolution de la guerre n’est pas supposée connue", "shell 71 % (25 coups). Non satisfait : 10 coups"),
    ],
)
def test_the_plan_says_that_it_knows_no_end_once_it_has_said_what_is_missing(
    language: Language, first: str, met: str
) -> None:
    told = sentences(InWords(plan(), language))
    assert told[1].startswith(first)
    assert "25" in told[1], "the chance of war in the third month"
    assert any(met in sentence.replace("\u202f", " ").replace("\u00a0", " ") for sentence in told), told


def test_what_is_met_and_what_is_not_sum_to_the_expected_need_and_what_is_supplied_stands_beside() -> None:
    chapter = deliveries(InWords(plan(), "en"))
    (table,) = [one for one in chapter.listings if "what is met" in one.caption]
    # expected need 35; of the first month all 20 are met, of the second 5 of an expected 10, of the third nothing of 5
    assert [head.label for head in table.heads][2:] == ["Need", "Met", "Not met", "Met, share", "Supplied for use"]
    assert list(table.rows[0][2:]) == ["35", "25", "10", "71%", "30"]


@pytest.mark.parametrize(("language", "worth", "months"), [
    ("en", "EUR of worth", "0.5 months of need"), ("fr", "EUR de valeur", "0,5 mois de besoin"),
])  # fmt: skip
def test_worth_has_its_unit_and_months_stand_beside_it(language: Language, worth: str, months: str) -> None:
    """10 expected of a need that is 20 a month where there is one: half a month, lost in two months by a half each."""
    chapter = solved(InWords(plan(), language))
    row = next(row for row in chapter.listings[0].rows if row[0] == "1")
    assert row[3] == worth
    assert row[4].replace("\u00a0", " ").replace("\u202f", " ") == months
