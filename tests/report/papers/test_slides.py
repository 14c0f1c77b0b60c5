"""Slides: native charts and tables with the numbers of the plan, in both languages."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pptx import Presentation

from rampart.report.chapters.listing import Head, Listing
from rampart.report.charts import drawing
from rampart.report.papers.content import paper_of
from rampart.report.papers.slides import MOST_SAID, Deck, rows_that_fit, shortened, write_slides
from rampart.results.largest_gap import gaps
from rampart.results.result import Result


@pytest.fixture(scope="module")
def decks(plan: Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Presentation]:
    folder = tmp_path_factory.mktemp("slides")
    return {lang: Presentation(write_slides(plan, folder, language=lang, banner="EXERCISE")) for lang in ("en", "fr")}


def texts(slide) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_slide_has_a_title_the_banner_and_its_language(plan: Result, decks, language: str) -> None:
    slides = decks[language].slides
    assert 4 <= len(slides) <= 8
    assert slides[0].shapes.title.text_frame.text == paper_of(plan, language).headline
    for slide in slides:
        assert slide.shapes.title.text_frame.text
        assert "EXERCISE" in texts(slide)
        marks = {
            run.get("lang") for run in slide._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr")
        }
        assert marks == {{"en": "en-GB", "fr": "fr-FR"}[language]}


def test_the_chart_is_native_and_holds_the_gap(plan: Result, decks) -> None:
    (chart,) = (shape.chart for shape in decks["en"].slides[0].shapes if shape.has_chart)
    gap = gaps(plan)[0]
    plot = chart.plots[0]
    assert list(plot.categories) == [str(year) for year, _, _ in gap.years]
    had, missing = plot.series
    assert list(had.values) == pytest.approx([had for _, _, had in gap.years])
    assert list(missing.values) == pytest.approx([asked - had for _, asked, had in gap.years])
    assert f"#{had.format.fill.fore_color.rgb}".lower() == drawing.STOCK


def test_money_by_year_is_a_chart(plan: Result, decks) -> None:
    charts = [shape.chart for slide in list(decks["fr"].slides)[1:] for shape in slide.shapes if shape.has_chart]
    (money,) = charts
    assert sum(money.plots[0].series[0].values) == pytest.approx(plan["money"]["commitments"].sum())


def test_a_chart_begins_below_what_stands_under_the_title(plan: Result) -> None:
    """By hand: 12.1 inches hold 145 letters of 12 points; 400 letters are three lines of a fifth of an inch below 1.32."""
    paper = paper_of(plan, "fr")
    says = ("Budgets épuisés " * 25,)
    long = replace(paper, chapters=tuple(replace(one, says=says) for one in paper.chapters if one.key in paper.bars))
    (slide,) = list(Deck(long, "").deck.slides)[2:]
    (chart,) = (shape for shape in slide.shapes if shape.has_chart)
    assert chart.top / 914400 >= 1.32 + 3 * 0.2


def test_tables_are_tables(decks) -> None:
    tables = [shape.table for slide in decks["en"].slides for shape in slide.shapes if shape.has_table]
    assert len(tables) >= 3
    assert all(len(list(table.rows)) <= 10 for table in tables)


def test_long_cells_make_fewer_rows_and_smaller_letters() -> None:
    heads = (Head("what"), Head("cost", numeric=True))
    short, long = ("a word", "1"), ("word " * 60, "1")
    assert rows_that_fit(Listing("", heads, (short,) * 8), [10, 2], 5.0) == (8, 14.0)
    # by hand: 300 letters in ten inches at 10 points are three lines, of 12 points each, and 8 of room: 44 points a row
    assert rows_that_fit(Listing("", heads, (long,) * 9), [10, 2], (44 * 3 + 20) / 72) == (3, 10.0)


def test_of_a_long_note_whole_sentences_stand_on_the_slide() -> None:
    assert shortened("In EUR m. " + "And more. " * 40).startswith("In EUR m. And more.")
    assert len(shortened("In EUR m. " + "And more. " * 40)) <= 170
    assert shortened("x" * 300) == ""


def test_the_first_title_is_set_so_that_it_keeps_off_what_stands_under_it(plan: Result) -> None:
    paper = paper_of(plan, "en")
    sizes = []
    for headline in (paper.headline, paper.headline + " " + "And so much more has to be said of it. " * 2):
        title = Deck(replace(paper, headline=headline), "").deck.slides[0].shapes.title
        sizes.append(title.text_frame.paragraphs[0].runs[0].font.size.pt)
        lines = math.ceil(len(headline) * sizes[-1] * 0.5 / (title.width / 914400 * 72))
        assert lines * 1.2 * sizes[-1] <= title.height / 914400 * 72
    assert sizes[1] < sizes[0]


def test_a_slide_repeats_no_list_of_everything(plan: Result, decks) -> None:
    told = [text for text in texts(decks["en"].slides[0]) if text.startswith("•")]
    assert told
    assert max(len(sentence) for text in told for sentence in text.split("\n")) <= MOST_SAID + 2
