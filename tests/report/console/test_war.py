"""A war plan on a terminal, in both languages."""

from __future__ import annotations

import pytest

from rampart.report.console.war import print_war
from rampart.results.result import Result
from report.page_reader import numbers


@pytest.mark.parametrize("way", ["tree", "paths"])
def test_both_languages_show_the_same_figures(
    wars: dict[str, Result], way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {}
    for language in ("en", "fr"):
        print_war(wars[way], language)
        found[language] = capsys.readouterr().out
    assert found["en"] != found["fr"]
    assert len(numbers(found["en"], "en")) > 5
    assert sorted(numbers(found["en"], "en")) == sorted(numbers(found["fr"], "fr"))


def test_the_cost_of_the_plan_is_shown(wars: dict[str, Result], capsys: pytest.CaptureFixture[str]) -> None:
    value = wars["tree"]["values"].filter(name="plan")["value"][0]
    print_war(wars["tree"], "en")
    shown = numbers(capsys.readouterr().out, "en")
    assert min(abs(n - value) for n in shown) <= max(0.005 * abs(value), 0.5)
