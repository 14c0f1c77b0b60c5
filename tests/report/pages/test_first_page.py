"""The first page of the report and of the paper: each figure is worked out again from the tables of the saved plan."""

from __future__ import annotations

import html as text_of_html
from pathlib import Path

import pytest

import rampart
from places import CASES
from rampart.language import on_one_page
from rampart.language.headlines import key_figures, sentences
from rampart.language.in_words import InWords
from rampart.report.pages.plan import html
from rampart.results.result import Result
from report.first_page_by_hand import Tables, key_figure, sentence, sums_by_deadline


def worked_out_again(plan: Result, folder: Path) -> None:
    """Both first pages of a plan, from its folder."""
    plan.save(folder)
    answer, tables = InWords(plan, "en"), Tables(folder)
    page = text_of_html.unescape(html(plan, "en"))
    for key in key_figures(answer):
        assert key.figure in page and key.label in page
        key_figure(tables, key.figure, key.label)
    for told in sentences(answer):
        assert told in page
        sentence(tables, told)
    gap = on_one_page.largest_gap(answer)
    assert gap is not None
    sentence(tables, on_one_page.headline(answer))
    for key in on_one_page.figures(answer, gap):
        key_figure(tables, key.figure, key.label)
    for told in on_one_page.sentences(answer, gap):
        sentence(tables, told)
    sums_by_deadline(tables, [(one.by, one.money) for one in on_one_page.deadlines(answer)])


def test_each_figure_of_a_small_case_is_in_its_tables(tmp_path: Path) -> None:
    plan = rampart.plan(rampart.read_case(CASES / "tiny"), reasons="kinds")
    worked_out_again(plan, tmp_path / "plan")
    # 500 fewer for another by a month's delay than by six: the page says that these are two objectives
    answer = InWords(plan, "en")
    assert any(
        "already costs up to 500" in told for told in on_one_page.sentences(answer, on_one_page.largest_gap(answer))
    )
    assert "a longer delay can show the smaller figure" in html(plan, "en")


def test_a_figure_that_is_not_in_the_tables_is_seen(tmp_path: Path) -> None:
    """The test would fail: one digit more, a name in another's place, a sentence that nobody worked out."""
    plan = rampart.plan(rampart.read_case(CASES / "tiny"))
    plan.save(tmp_path / "plan")
    tables = Tables(tmp_path / "plan")
    told = next(one for one in sentences(InWords(plan, "en")) if one.startswith("Members hold"))
    sentence(tables, told)
    for wrong in (told.replace("64%", "65%"), told.replace("95%", "94%"), told.replace("0 of 2", "1 of 2"), "7 ships."):
        with pytest.raises(AssertionError):
            sentence(tables, wrong)


@pytest.mark.slow
def test_each_figure_of_the_real_case_is_in_its_tables(tmp_path: Path) -> None:
    plan = rampart.plan(
        rampart.read_case(CASES / "alliance-2023", overrides=("no-fleets",)), reasons="kinds", give_or_keep=False
    )
    worked_out_again(plan, tmp_path / "plan")
