"""Why something is short, in sentences: amounts and months worked out by hand, names in place of codes."""

from __future__ import annotations

import re

import pytest

from rampart.findings import Language
from results.short_plan import short_plan


@pytest.mark.parametrize(
    ("language", "named", "month", "amount"),
    [("en", ("Shell 155 mm", "Alpha"), "March 2024", "6 rounds"),
     ("fr", ("Obus de 155 mm", "Alphonie"), "mars 2024", "6 coups")],
)  # fmt: skip
def test_the_shortage_and_its_cause_are_named(
    language: Language, named: tuple[str, ...], month: str, amount: str
) -> None:
    """10 a month are needed, 4 made: 6 are short from the first month on, because of the line."""
    sentences = [text.replace("\u00a0", " ") for text in short_plan(4.0).explain(language=language)]
    assert all(word in sentences[0] for word in (*named, month, amount))
    assert "plant" in sentences[1]
    assert re.search(r"100\s?%", sentences[1])
    assert not re.search(r"\b(AAA|shell|own_use|max_rate)\b", " ".join(sentences))


def test_nothing_short_is_said_to_be_so() -> None:
    enough = short_plan(10.0)
    texts = {language: enough.explain(language=language) for language in ("en", "fr")}
    assert all(len(lines) == 1 for lines in texts.values())
    assert texts["en"] != texts["fr"]


def test_another_holder_has_nothing_to_explain() -> None:
    assert len(short_plan(4.0).explain(item="shell")) >= 2
    assert short_plan(4.0).explain(holder="AAA")[0] == short_plan(4.0).explain()[0]
