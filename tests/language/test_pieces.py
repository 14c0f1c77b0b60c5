"""What is counted by the piece is told in whole pieces, in both languages; figures worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from cases_small import case
from rampart.case.tables import Case
from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.not_met import not_met
from rampart.results.result import Result


def answer(language: Language, unit: str) -> InWords:
    """The words of a result whose one item is counted in a unit."""
    of = case(1, ("money",))
    items = of.tables["items"].with_columns(unit=pl.lit(unit))
    return InWords(Result.of("plan", Case({**of.tables, "items": items}), {}, {}), language)


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.0, "0 howitzers", "0 obusier"),
        (0.0332, "less than 1 howitzer", "moins de 1 obusier"),
        (0.7, "1 howitzer", "1 obusier"),
        (1.0, "1 howitzer", "1 obusier"),
        (1.31, "1 howitzer", "1 obusier"),
        (8.37, "8 howitzers", "8 obusiers"),
        (8.0000001, "8 howitzers", "8 obusiers"),
        (57.3, "57 howitzers", "57 obusiers"),
        (1234.5678, "1,235 howitzers", "1\u202f235 obusiers"),
        (None, "not known", "non connu"),
    ],
)
def test_nobody_holds_a_part_of_a_howitzer(value: float | None, english: str, french: str) -> None:
    said = [answer(language, "howitzers").quantity(value, "shell").replace("\u00a0", " ") for language in ("en", "fr")]
    assert said == [english, french]


def test_what_is_weighed_and_what_a_month_brings_on_average_keep_their_figures() -> None:
    assert answer("fr", "tonnes").quantity(8.37, "shell").replace("\u00a0", " ") == "8,37 tonnes"
    assert answer("fr", "howitzers").rate(0.5, "shell").replace("\u00a0", " ") == "0,5 obusier"


def test_no_sentence_about_what_is_missing_has_a_part_of_a_thing() -> None:
    """Of 1.5 howitzers a month over one month none comes: 2 of 2 are missing."""
    import rampart

    wanted = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 1.5}
    plan = rampart.plan(case(1, ("need", "money"), demand=[wanted]), reasons="none")
    assert "2 of 2 " in not_met(InWords(plan, "en")).replace("\u00a0", " ")
    assert plan["demand"]["unmet"].sum() == pytest.approx(1.5)  # the table keeps the figure
