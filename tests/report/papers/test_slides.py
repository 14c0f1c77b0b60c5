"""Slides: native charts and tables with the numbers of the plan, in both languages."""

from __future__ import annotations

import pytest
from pptx import Presentation

from rampart.report.charts import drawing
from rampart.report.papers.content import paper_of
from rampart.report.papers.slides import write_slides
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


def test_tables_are_tables(decks) -> None:
    tables = [shape.table for slide in decks["en"].slides for shape in slide.shapes if shape.has_table]
    assert len(tables) >= 3
    assert all(len(list(table.rows)) <= 10 for table in tables)
