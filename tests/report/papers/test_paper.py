"""The decision paper: what its first page says, in both languages, as HTML and as PDF."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import typst

from rampart.findings import TakenError
from rampart.language.in_words import InWords
from rampart.report.papers.content import Paper, paper_of
from rampart.report.papers.paper import fonts, html, pdf, sources, write_paper
from rampart.results.largest_gap import gaps
from rampart.results.result import Result
from report.page_reader import Page, numbers
from report.report_sample import without

LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def papers(plan: Result) -> dict[str, Paper]:
    return {"en": paper_of(plan, "en"), "fr": paper_of(plan, "fr")}


def ends(paper: Paper) -> tuple[int, int]:
    """Pages on which the decision and the paper end."""
    made = sources(paper)
    first, last = (
        json.loads(typst.query(made, f"<{name}>", field="value", one=True, font_paths=fonts()))
        for name in ("decision-ends", "paper-ends")
    )
    return first, last


def test_the_largest_gap_is_the_dearest_and_not_the_smallest_share(plan: Result) -> None:
    # 1,915,488 shells at EUR 3,600 are worth more than 1,159.5 interceptors at EUR 1.15 m, which are met to a smaller share.
    found = gaps(plan)
    prices = dict(plan.case["items"].select("item", "price").iter_rows())
    values = [gap.missing * prices[gap.item] for gap in found if prices.get(gap.item) is not None]
    assert len(values) > 1
    assert values == sorted(values, reverse=True)
    assert found[0].item == "shell"
    needed = plan["demand"].filter((pl.col("item") == "shell") & (pl.col("holder") == "UKR"))
    assert found[0].missing == pytest.approx(needed["unmet"].sum())
    assert sum(asked - had for _, asked, had in found[0].years) == pytest.approx(found[0].missing)


def test_the_headline_is_the_decision_and_what_is_missing_comes_first_below(
    plan: Result, papers: dict[str, Paper]
) -> None:
    needed = plan["demand"].filter((pl.col("item") == "shell") & (pl.col("holder") == "UKR"))
    missing, asked = needed["unmet"].sum(), needed["need"].sum()
    for language in LANGUAGES:
        decided = numbers(papers[language].headline, language)
        assert decided[0] == plan["decisions"].height
        assert decided[1] == pytest.approx(plan["decisions"]["money"].sum(), abs=0.51)
        said = numbers(papers[language].says[0], language)
        assert said[0] == pytest.approx(missing, rel=0.005)
        assert said[1] == pytest.approx(asked, rel=0.005)


def test_deadlines_differ_and_hold_every_decision_once(plan: Result, papers: dict[str, Paper]) -> None:
    dates = papers["en"].dates
    assert dates is not None
    months = [row[0] for row in dates.rows]
    assert len(set(months)) == len(months) > 1
    assert sum(numbers(row[2], "en")[0] for row in dates.rows) == pytest.approx(plan["decisions"]["money"].sum(), abs=3)


def test_both_languages_say_the_same_numbers(papers: dict[str, Paper]) -> None:
    pages = {language: Page(html(papers[language])) for language in LANGUAGES}
    english, french = ([numbers(cell, language) for cell in pages[language].numeric] for language in LANGUAGES)
    assert len(english) > 30
    assert english == french


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_decision_is_one_page_and_the_paper_at_most_six(papers: dict[str, Paper], language: str) -> None:
    first, last = ends(papers[language])
    assert first == 1
    assert 2 <= last <= 6


def test_more_to_say_is_said_smaller_on_the_same_page(papers: dict[str, Paper]) -> None:
    paper = papers["en"]
    long = replace(paper, says=tuple(paper.says) * 4)
    assert ends(long)[0] == 1
    assert paper.dates is not None
    rows = [(by, what, money, "; ".join([loss or "a loss"] * 8)) for by, what, money, loss in paper.dates.rows]
    losses = replace(paper.dates, rows=tuple(rows))
    assert ends(replace(long, dates=losses))[0] == 1


def test_the_pdf_is_tagged_and_the_same_twice(papers: dict[str, Paper]) -> None:
    made = pdf(papers["fr"], banner="ESSAI")
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made
    assert pdf(papers["fr"], banner="ESSAI") == made
    assert pdf(papers["fr"]) != made


def test_a_plan_that_lacks_nothing_says_so(plan: Result) -> None:
    bare = paper_of(
        without(
            plan,
            "demand",
            "stock",
            "decisions",
            "shortages",
            "short",
            "reasons",
            "money",
            "pledges",
            "backfill",
            "fleets",
        ),
        "en",
    )
    assert bare.headline == "Nothing has to be decided now."
    assert bare.says[0] == "With this plan nothing that is asked for lacks more than a hundredth."
    assert bare.figure is None
    assert bare.dates is None
    assert ends(bare)[0] == 1
    assert "figure-gap" not in html(bare)


def test_files_appear_and_are_not_overwritten(plan: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.report.papers.paper.pdf", lambda paper, *, banner: b"%PDF-")
    made = write_paper(plan, tmp_path / "out", language="fr", banner="DIFFUSION RESTREINTE")
    assert [path.name for path in made] == ["paper.fr.html", "paper.fr.pdf"]
    text = made[0].read_text(encoding="utf-8")
    assert text.count("DIFFUSION RESTREINTE") >= 2
    assert not re.search(r"https?://", text)
    with pytest.raises(TakenError):
        write_paper(plan, tmp_path / "out", language="fr")


def test_money_adds_up_to_what_the_first_page_says(plan: Result, papers: dict[str, Paper]) -> None:
    money = next(chapter for chapter in papers["en"].chapters if chapter.key == "money")
    totals = [table.rows[-1] for table in money.listings]
    assert len(totals) == 2
    for row in totals:
        assert row[0] == "All together"
        assert numbers(row[1], "en")[0] == pytest.approx(plan["money"]["commitments"].sum(), abs=0.51)
        assert numbers(row[2], "en")[0] == pytest.approx(plan["money"]["payments"].sum(), abs=0.51)


def test_of_one_date_the_decision_that_waiting_takes_most_of_is_named_first(
    plan: Result, papers: dict[str, Paper]
) -> None:
    dates = papers["en"].dates
    assert dates is not None
    names = InWords(plan, "en")
    first = plan["decisions"].filter(pl.col("decide_by") == pl.col("decide_by").min())
    most = first.sort("rank").row(0, named=True)
    assert first.height > 1 and most["delay_units"] > 0
    assert dates.rows[0][1].startswith(f"{names.nation(most['nation'])}: ")
