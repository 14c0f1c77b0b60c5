"""A plan on a terminal: hand-worked figures, names in place of codes, wide enough to be read."""

from __future__ import annotations

import re

import pytest

from rampart.report.console.plan import print_decisions
from results.short_plan import short_plan


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, runs of spaces as one."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("language", "what"),
    [("en", ("Order Shell 155 mm for Alpha", "4 rounds", "EUR 24.0", "Capacity, a tenth more")),
     ("fr", ("Obus de 155 mm", "Alphonie", "4 coups", "24,0 EUR", "capacité, un dixième de plus"))],
)  # fmt: skip
def test_sentences_and_decisions(capsys: pytest.CaptureFixture[str], language: str, what: tuple[str, ...]) -> None:
    """4 a month at 2 each for three months: 24; the first 4 are to be ordered at once."""
    print_decisions(short_plan(4.0), language)
    text = shown(capsys)
    for words in what:
        assert words in text
    assert not re.search(r"\b(AAA|shell|own_use)\b", text)
