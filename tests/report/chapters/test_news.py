"""The chapter on what changed since the plan before: there only for a plan made anew from a ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.actual.went_as_planned import tiny
from rampart.catalogues.results import frame
from rampart.language.in_words import InWords
from rampart.report.chapters.news import IN_SHORT, news, news_in_short
from rampart.results.result import Result

NEWS = {"why": "late", "nation": "XAA", "item": "round", "kind": "production", "month": "2025-01", "planned": 600.0,
        "actual": 400.0, "difference": -200.0}  # fmt: skip
MOVED = {"kind": "order", "code": "round_line", "key": [{"of": "line", "code": "round_line"}], "month": "2025-02",
         "change": 50.0}  # fmt: skip


def in_words(language: Any = "en", **tables: list[dict[str, Any]]) -> InWords:
    made = {name: frame("plan", name, rows) for name, rows in ({"news": [], "because": []} | tables).items()}
    return InWords(Result.of("plan", tiny(), made, {"replanned": {"known": 1}}), language)


def test_other_plans_have_no_such_chapter() -> None:
    answer = in_words()
    assert news(InWords(replace(answer.result, manifest={}), "en")) is None
    chapter = news(answer)
    assert chapter is not None and chapter.listings == () and "as planned" in chapter.says[-1]


def test_what_happened_and_what_it_moved() -> None:
    because = MOVED | {"why": "news", "nation": "XAA", "item": "round", "what": "production", "difference": -200.0}
    chapter = news(in_words("fr", news=[NEWS], because=[because, MOVED | {"month": "2025-03", "why": "shared"}]))
    assert chapter is not None
    told, moved = chapter.listings
    assert told.rows[0][0] == "appris tardivement" and told.rows[0][1].endswith("produit") and told.rows[0][-1] == "400"
    assert moved.rows[0][-1].endswith("produit") and moved.rows[1][-1].startswith("ce qui est partagé avec d’autres")


@pytest.mark.parametrize(("why", "en", "fr"), [
    ("whole", "comes whole", "unités entières"), ("room", "room", "latitude"), ("beliefs", "believed", "croit"),
])  # fmt: skip
def test_what_moves_a_decision_where_nothing_happened(why: str, en: str, fr: str) -> None:
    for language, word in (("en", en), ("fr", fr)):
        chapter = news(in_words(language, because=[MOVED | {"why": why}]))
        assert chapter is not None and word in chapter.listings[0].rows[0][-1]


def test_the_first_page_tells_the_most_of_it() -> None:
    many = [NEWS | {"month": f"2024-{n:02d}"} for n in range(1, 10)]
    short = news_in_short(in_words(news=many))
    assert short is not None and len(short.listings[0].rows) == IN_SHORT and short.listings[0].more.startswith("3")
    nothing = in_words()
    told = news_in_short(nothing)
    assert told is not None and told.listings == () and told.says == ("Everything that is known happened as planned.",)
    assert news_in_short(InWords(replace(nothing.result, manifest={}), "en")) is None


def test_the_first_page_says_how_many_decisions_change_because_of_what_and_which_are_the_soonest() -> None:
    moved = [MOVED | {"why": "beliefs", "month": f"2026-{n:02d}"} for n in range(1, 9)]
    late = MOVED | {"why": "news", "nation": "XAA", "item": "round", "what": "production", "change": -9.0}
    short = news_in_short(in_words("fr", news=[NEWS], because=[*moved, late, late | {"change": 70.0}]))
    assert short is not None
    assert short.says == (
        "10 montants de décisions changent, à cause de\N{NO-BREAK SPACE}: ce que l’on croit de la guerre un mois plus tard (8) "
        "et ce qui s’est passé autrement que prévu (2).",
    )
    rows = short.listings[1].rows
    assert [row[2] for row in rows[:2]] == ["70", "−9"] and len(rows) == IN_SHORT
    assert short.listings[1].more.startswith("4")
