"""Promised and expected months in the report: in both languages, whole in the workbook, absent without orders."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from openpyxl import load_workbook

from rampart.language.in_words import InWords
from rampart.report.books.plan import write_workbook
from rampart.report.chapters.promises import promises, promises_chapter
from rampart.report.charts.promises import promises_chart
from rampart.report.pages.plan import html
from report.page_reader import Page
from report.report_sample import without


@pytest.fixture(scope="module")
def idle(plan):
    """The plan without any order, placed or planned."""
    tables = dict(plan.case.tables) | {"orders": plan.case.tables["orders"].clear()}
    return replace(without(plan, "orders"), case=type(plan.case)(tables=tables))


@pytest.mark.parametrize(("language", "title"), [("en", "When orders will really come"), ("fr", "Quand les commandes")])
def test_the_page_shows_promised_beside_expected(plan, pages, language, title):
    text = " ".join(Page(pages[language]).text)
    assert title in text
    chapter = promises_chapter(InWords(plan, language))
    parts = plan.case["bills"]["component"].to_list()
    every = promises(InWords(plan, language)).filter((pl.col("state") == "awarded") | ~pl.col("item").is_in(parts))
    (table,) = chapter.listings
    assert len(table.rows) == len(every.group_by("state", "item", "line", "buyer", "ship_to").len())
    assert {row[0] for row in table.rows} == (
        {"already ordered", "ordered by the plan"} if language == "en" else {"déjà commandé", "commandé par le plan"}
    )
    assert all("[" in row[6] and "[" in row[8] for row in table.rows)


def test_an_order_shows_its_first_and_last_delivery(plan):
    answer = InWords(plan, "en")
    frame = promises(answer)
    key = frame.row(0, named=True)
    same = frame.filter(
        pl.all_horizontal(pl.col(c).eq_missing(key[c]) for c in ("state", "item", "line", "buyer", "ship_to"))
    )
    (table,) = promises_chapter(answer).listings
    row = next(r for r in table.rows if r[5] == answer.words.month(key["promised"], short=True)
               and r[4] == answer.words.number(same["quantity"].sum(), digits=0))  # fmt: skip
    assert row[7] == answer.words.month(same["promised"].max(), short=True)
    assert answer.words.month(key["expected"], short=True) in row[6].replace("\u00a0", " ")


def test_nothing_on_order_gives_no_chapter_no_chart_and_no_sheet(idle, tmp_path):
    answer = InWords(idle, "en")
    assert promises_chapter(answer) is None
    assert promises_chart(answer) is None
    assert "When orders will really come" not in html(idle, "en")
    book = load_workbook(write_workbook(idle, tmp_path / "idle.xlsx", "en"), read_only=True)
    assert "Promised and expected" not in book.sheetnames


@pytest.mark.parametrize(("language", "name"), [("en", "Promised and expected"), ("fr", "Promis et attendu")])
def test_the_workbook_holds_every_delivery(plan, workbooks, language, name):
    sheet = load_workbook(workbooks[language], read_only=True)[name]
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    frame = promises(InWords(plan, language))
    months = [tuple(f"{cell:%Y-%m}" for cell in row[7:11]) for row in rows]  # real dates, for filters and timelines
    assert months == frame.select("promised", "expected", "low", "high").rows()
    assert [row[11] for row in rows] == pytest.approx(frame["late"].to_list())
    assert [row[6] for row in rows] == frame["quantity"].to_list()
