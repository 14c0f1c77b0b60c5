"""The chapter on what leaves as agreed, and on how short others are."""

from __future__ import annotations

import pytest

import rampart
from cases_small import case, month, need
from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.report.chapters.agreed import agreed

STOCK = {"holder": "AAA", "item": "shell", "quantity": 90.0}
LEAVES = {"holder": "AAA", "item": "shell"}


@pytest.mark.parametrize(("language", "others"), [("en", "others"), ("fr", "d’autres")])
def test_departures_are_added_up_by_year_and_destination(language: Language, others: str) -> None:
    """The plan begins in March; one row is before it, one leaves nothing."""
    rows = [(0, 4.0, None), (1, 6.0, None), (10, 3.0, None), (0, 5.0, "UUU"), (-1, 7.0, None), (2, 0.0, "UUU")]
    leaves = [LEAVES | {"month": month(n), "quantity": q, "to": to} for n, q, to in rows]
    plan = rampart.plan(case(12, stocks=[STOCK], demand=[need(1.0)], agreed=leaves))
    found = agreed(InWords(plan, language))
    assert found is not None
    units = {"en": "rounds", "fr": "coups"}[language]
    shown = [tuple(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row) for row in found.listings[0].rows]
    first, second = month(0)[:4], month(10)[:4]
    assert [(*row[:2], *row[3:]) for row in shown if row[2] == others] == [
        ("AAA", "shell", first, f"10 {units}"), ("AAA", "shell", second, f"3 {units}")
    ]  # fmt: skip
    assert [(row[2], row[4]) for row in shown if row[2] != others] == [("UUU", f"5 {units}")]
    assert len(found.says) == 1


def test_a_case_without_either_has_no_such_chapter() -> None:
    plan = rampart.plan(case(2, stocks=[STOCK], demand=[need(1.0)]))
    assert agreed(InWords(plan, "en")) is None


def test_how_short_others_are_is_told() -> None:
    ask = {"holder": "AAA", "item": "shell", "layer": "stated", "quantity": 100.0}
    short = [{"item": "shell", "missing": 0.4}]
    plan = rampart.plan(case(2, ["requirement"], stocks=[STOCK], requirements=[ask], elsewhere=short))
    found = agreed(InWords(plan, "en"))
    assert found is not None and not found.listings
    assert "worst-off of the others" in found.says[0]
