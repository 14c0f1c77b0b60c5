from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib.resources import files
from string import Formatter

import pytest

import rampart
from places import CASES
from rampart.findings import catalogue, filled, is_one
from rampart.language.in_words import InWords
from rampart.language.words import Words, french_spaces, phrases
from rampart.results.result import Result

PLURAL = re.compile(r"\{(\w+)\}[ \u00a0](?:more |other |further )?([a-z-]+s)\b")
VERBS = {
    "is", "was", "has", "says", "gains", "goes", "buys", "brings", "stands", "comes", "takes", "offers", "names", "costs",
    "depends", "begins", "states", "owes", "lies", "needs", "pays", "holds", "varies", "supplies", "matches", "rises", "less",
    "does", "speaks", "makes",
}  # fmt: skip
"""Words in -s after a place that are no plural nouns."""
EN, FR = Words("en"), Words("fr")


def test_every_key_has_both_languages_with_the_same_places():
    text = files("rampart").joinpath("data/words.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len({row["key"] for row in rows}) == len(rows)
    for row in rows:
        assert row["en"] and row["fr"], row["key"]
        english, french = (
            {name for _, name, _, _ in Formatter().parse(row[language]) if name} for language in ("en", "fr")
        )
        assert english == french, row["key"]


def texts() -> Iterator[tuple[str, str, str]]:
    """Every text of the catalogues of words and findings: its key, in English, in French."""
    for key, text in phrases().items():
        yield key, text["en"], text["fr"]
    for code, row in catalogue().items():
        for part in ("message", "expected", "remedy"):
            yield code, row[f"{part}_en"], row[f"{part}_fr"]


def test_no_text_writes_a_number_before_a_plural_that_it_cannot_change():
    """ "After {n} months" would say "after 1 months"."""
    wrong = [
        (key, found[0])
        for key, english, _ in texts()
        for found in PLURAL.finditer(english)
        if found[2] not in VERBS and not key.endswith(".other")
    ]
    assert wrong == []


def test_a_number_and_its_word_agree_in_both_languages():
    for key, english, french in texts():
        counted = {
            n for n, _, spec, _ in ((n, t, s or "", c) for t, n, s, c in Formatter().parse(english)) if "|" in spec
        }
        for text, language in ((english, "en"), (french, "fr")):
            for _, name, spec, conversion in Formatter().parse(text):
                if not spec or "|" not in spec:
                    continue
                assert name in counted or language == "fr", key
                one, other = spec.split("|")
                place = "{" + f"{name}{'!w' if conversion else ''}:{spec}" + "}"
                for number, word in (("1", one), ("2", other)):
                    assert filled(place, {name: number}, language) == (word if conversion else f"{number} {word}")


def test_one_is_one_in_english_and_anything_below_two_in_french():
    assert [is_one(number, "en") for number in ("1", "0", "1.5", "2", "1,200", "many")] == [True, *[False] * 5]
    assert [is_one(number, "fr") for number in ("1", "0", "1,5", "2", "1\u202f200", "many")] == [
        *[True] * 3,
        *[False] * 3,
    ]


def test_quantities_agree_with_their_unit():
    assert [EN.quantity(n, "rounds").replace("\u00a0", " ") for n in (0, 1, 1.5, 2)] == [
        "0 rounds", "1 round", "1.5 rounds", "2 rounds",
    ]  # fmt: skip
    assert [FR.quantity(n, "rounds").replace("\u00a0", " ") for n in (0, 1, 1.5, 2)] == [
        "0 coup", "1 coup", "1,5 coup", "2 coups",
    ]  # fmt: skip
    assert EN.quantity(1, "widgets").replace("\u00a0", " ") == "1 widget"  # of a word of the case's own too


def test_every_plural_has_its_forms():
    counted = {key.removesuffix(".other") for key in phrases() if key.endswith(".other")}
    assert counted
    assert {key for key in counted if f"{key}.one" not in phrases()} == set()


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (1234567.0, "1,234,567", "1\u202f234\u202f567"),
        (1234.56, "1,235", "1\u202f235"),
        (12.34, "12.3", "12,3"),
        (1.5, "1.5", "1,5"),
        (0.012, "0.012", "0,012"),
        (-0.0, "0", "0"),
        (None, "not known", "non connu"),
        (float("nan"), "not known", "non connu"),
        (float("inf"), "unlimited", "illimité"),
    ],
)
def test_numbers(value, english, french):
    assert (EN.number(value), FR.number(value)) == (english, french)


def test_what_is_worked_out_to_next_to_nothing_is_said_to_be_that_and_a_figure_of_the_case_is_not():
    assert (FR.worked_out(1.4e-7), EN.worked_out(-2e-5)) == ("<\u00a00,0001", ">\u00a0\u22120.0001")
    assert (EN.worked_out(0.0), FR.worked_out(0.00012), EN.worked_out(None)) == ("0", "0,00012", "not known")
    assert EN.number(2.5e-05) == "0.000025"


def test_shares_never_round_up_to_the_whole():
    assert EN.share(0.9991) == ">\u00a099.9%"
    assert EN.share(0.9979) == "99.7%"
    assert FR.share(0.9951) == "99,5\u202f%"
    assert EN.share(0.99996, digits=2) == ">\u00a099.99%"
    assert EN.share(1.0) == "100%"
    assert FR.share(0.854) == "85\u202f%"
    assert FR.share(None) == "non connu"


def test_money_with_its_unit():
    assert EN.money(1250.4) == "EUR\u00a01,250\u00a0m"
    assert FR.money(1250.4) == "1\u202f250\u00a0M\u00a0EUR"
    assert Words("en", "NOK", "one").money(5.25) == "NOK\u00a05.2"
    assert EN.money_label == "EUR\u00a0m" and FR.money_label == "M\u00a0EUR"


def test_months_and_dates():
    assert (EN.month("2024-01"), FR.month("2024-01")) == ("January 2024", "janvier 2024")
    assert FR.month("2024-08", short=True) == "août 2024"
    assert FR.date("2024-01-15T09:30:00+00:00") == "15 janvier 2024"
    assert (FR.date("2024-01-01"), EN.date("2024-01-01")) == ("1er janvier 2024", "1 January 2024")
    assert EN.span("2024-03", "2024-03") == "March 2024"
    assert FR.span("2024-01", "2025-09") == "de janvier 2024 à septembre 2025"


def test_plurals_follow_the_language():
    # French counts zero as singular, English does not.
    assert EN.count("rows_left", 0).startswith("0 more rows")
    assert FR.count("rows_left", 0).startswith("0 ligne de plus")
    assert FR.count("rows_left", 2).startswith("2 lignes de plus")


def test_french_typography():
    assert french_spaces("« besoin » : 85 % ; fin") == "«\u00a0besoin\u00a0»\u00a0: 85\u202f%\u202f; fin"


def test_a_choice_without_words_is_shown_as_written():
    assert FR.choice("cause", "some_new_cause") == "some new cause"


def test_a_missing_key_is_a_defect():
    with pytest.raises(KeyError):
        EN("no such key")


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("cause", "capacity lead_time opening closing construction cap ramp minimum contract market"),
        ("cause", "market_time route route_time stock storage age resource shop budget floor own_use"),
        ("cause", "pledge need later_need requirement objective all"),
        ("how", "kind object pair together gone"),
        ("objective", "floors pledges need own_use requirement requirement_worst requirement_sum money"),
        ("kind", "order expansion purchase transfer"),
        ("purpose", "procurement capacity placed transport all operations training sale"),
        ("limit_kind", "commitments payments"),
        ("grade", "published derived assumed none"),
        ("layer", "floor days_of_supply residual training stated"),
    ],
)  # fmt: skip
def test_every_choice_of_the_catalogues_has_words(group, values):
    for value in values.split():
        assert EN.has(f"{group}.{value}"), f"{group}.{value}"


def test_a_unit_of_an_objective_follows_its_number():
    """French counts in the singular below two, English at one alone."""
    assert FR.counted("objective_unit", "days of need", 0.861) == "jour de besoin"
    assert FR.counted("objective_unit", "days of need", 2) == "jours de besoin"
    assert EN.counted("objective_unit", "days of need", 0.861) == "days of need"
    assert FR.counted("unit", "bespoke units", 1) == "bespoke units"


def test_french_apostrophes_and_elisions():
    assert french_spaces("l'an d'ici") == "l’an d’ici"
    assert FR("span_in_text", start="avril 2024", end="août 2024") == "d’avril 2024 à août 2024"


def test_lines_and_prices_have_french_names():
    """The French name of a site where there is one, else the other; the same of the price base."""
    case = rampart.read_case(CASES / "alliance-2023")
    answers = {language: InWords(Result.of("plan", case, {}, {}), language) for language in ("en", "fr")}
    assert answers["en"].name("deu_round", table="lines") == "German works (Germany)"
    assert answers["fr"].name("deu_round", table="lines") == "Usines allemandes (Allemagne)"
    assert answers["fr"].name("usa_atgm", table="lines") == "Troy (États-Unis)"
    assert answers["fr"].price_base.startswith("Base de prix\u00a0: prix du début de 2023")
    assert answers["en"].price_base.startswith("Prices: prices of early 2023")


def test_a_heading_that_begins_with_an_article_is_small_inside_a_sentence() -> None:
    assert Words("en").inside("A tenth more capacity") == "a tenth more capacity"
    assert Words("en").inside("AAP works") == "AAP works"
