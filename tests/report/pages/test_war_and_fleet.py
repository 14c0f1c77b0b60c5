"""Pages of wars and fleets: the same numbers in both languages, nothing from outside, readable without seeing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl
import pytest

from rampart.language.in_words import InWords
from rampart.report.pages import fleet, war
from rampart.results.result import Result
from report.page_reader import Page, numbers

LANGUAGES = ("en", "fr")


@pytest.fixture(scope="session", params=["war", "war over paths", "fleets"])
def texts(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """One page in both languages."""
    if request.param == "fleets":
        made, html = request.getfixturevalue("fleets"), fleet.html
    else:
        made, html = request.getfixturevalue("wars")["paths" if request.param.endswith("paths") else "tree"], war.html
    yield {language: html(made, language) for language in LANGUAGES}


@pytest.fixture
def read(texts: dict[str, str]) -> dict[str, Page]:
    return {language: Page(text) for language, text in texts.items()}


def test_both_languages_hold_the_same_numbers(read: dict[str, Page]) -> None:
    english, french = ([numbers(cell, language) for cell in read[language].numeric] for language in LANGUAGES)
    assert len(english) > 20
    assert english == french


def test_both_languages_say_the_same_numbers_in_sentences(read: dict[str, Page]) -> None:
    assert len(read["en"].items) == len(read["fr"].items)
    for english, french in zip(read["en"].items, read["fr"].items, strict=True):
        assert sorted(numbers(english, "en")) == sorted(numbers(french, "fr")), (english, french)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_comes_from_outside(texts: dict[str, str], read: dict[str, Page], language: str) -> None:
    tags = read[language].tags
    assert {t for t, _ in tags} & {"script", "link", "iframe", "img", "object", "embed"} == set()
    for tag, attributes in tags:
        for name, value in attributes.items():
            if name in ("href", "src", "xlink:href", "action"):
                assert (value or "").startswith("#"), (tag, name, value)
            assert not name.startswith("on"), (tag, name)
    assert "@import" not in texts[language]
    assert set(re.findall(r"url\((.)", texts[language])) <= {"#"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screen_reader_can_follow(read: dict[str, Page], language: str) -> None:
    tags = read[language].tags
    assert ("html", {"lang": language}) in tags
    assert all(a.get("scope") in ("col", "row") for t, a in tags if t == "th")
    pictures = [a for _, a in tags if a.get("role") == "img"]
    assert len(pictures) >= 3
    assert all(len(a["aria-label"] or "") > 30 for a in pictures)
    captions, every = (sum(t == tag for t, _ in tags) for tag in ("caption", "table"))
    assert captions == every > 0
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a.get("href") or a["xlink:href"] for t, a in tags if t == "a"} <= {f"#{i}" for i in ids}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_not_a_number(read: dict[str, Page], language: str) -> None:
    words = " ".join(read[language].text).split()
    assert not {"nan", "NaN", "inf", "None", "null"} & set(words)


def test_drawn_paths_behind_each_end_are_counted_where_costs_go_up_and_down(wars) -> None:
    """One path an end, costs that fall once: the note says so; costs that only rise say nothing."""
    from rampart.report.chapters.war import uneven

    paths = wars["paths"]
    ends = paths["ends"].drop_nulls("ends").sort("ends").unique("ends", keep="first", maintain_order=True).head(3)
    assert ends.height == 3
    for costs, told in (([1.0, 3.0, 2.0], 1), ([1.0, 2.0, 3.0], 0), ([3.0, 2.0, 1.0], 0)):
        tables = {**paths.tables, "ends": ends.with_columns(cost=pl.Series(costs))}
        one = Result.of("war", paths.case, tables, dict(paths.manifest))
        said = uneven(InWords(one, "fr"))
        assert len(said) == told
        assert all("derrière chaque fin\u00a0: 1." in sentence for sentence in said)
    assert uneven(InWords(wars["tree"], "en")) == []  # a tree is no sample
