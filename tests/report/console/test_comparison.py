"""A comparison on a terminal: both sides and the change, nothing where nothing differs."""

from __future__ import annotations

import re

import pytest

from rampart.language.compared import Compared
from rampart.report.console.comparison import print_comparison
from results.short_plan import short_plan


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, runs of spaces as one."""
    return " ".join(capsys.readouterr().out.split())


def test_a_comparison_shows_both_sides_and_the_change(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = short_plan(4.0), short_plan(7.0)
    print_comparison(Compared([first, second], ["one", "two"]))
    text = shown(capsys)
    assert "Alpha" in text
    assert re.search(r"\b12\b.*\b21\b.*\b9\b", text)
    print_comparison(Compared([first, first], ["one", "two"]))
    same = shown(capsys)
    assert same
    assert not re.search(r"\d", same)
