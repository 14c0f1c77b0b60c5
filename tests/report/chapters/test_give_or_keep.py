"""Giving and keeping in the report: in both languages, drawn, in the workbook, and absent where no chance is stated."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from rampart.language.in_words import InWords
from rampart.report.books.plan import write_workbook
from rampart.report.chapters.give_or_keep import give_or_keep_chapter
from rampart.report.charts.give_or_keep import give_or_keep_chart
from report.page_reader import Page
from report.report_sample import without


@pytest.mark.parametrize(("language", "title"), [("en", "Give or keep"), ("fr", "Donner ou garder")])
def test_the_page_has_its_chapter(pages, language, title):
    assert title in " ".join(Page(pages[language]).text)


def test_each_donor_has_its_break_even_or_why_it_has_none(plan):
    switches, _, _ = give_or_keep_chapter(InWords(plan, "en")).listings
    assert [row[1:] for row in switches.rows] == [
        ("Germany", "30,000", "0.20%", "a higher rank asks for the gift", "–"),
        ("France", "60,000", "0.20%", "0.45%", "5.3%"),
        ("Norway", "0", "0.20%", "it gives nothing", "–"),
        ("Poland", "0", "0.20%", "at no chance", "–"),
    ]


def test_gifts_stand_by_donor_and_chance_with_their_sum(plan):
    _, gifts, _ = give_or_keep_chapter(InWords(plan, "en")).listings
    assert [head.label for head in gifts.heads[2:]] == [f"At {q} a year" for q in ("0%", "2%", "5%", "10%", "20%")]
    assert [row[1:] for row in gifts.rows] == [
        ("Germany", "30,000", "30,000", "30,000", "28,000", "0"),
        ("France", "60,000", "60,000", "55,000", "40,000", "10,000"),
        ("all donors", "90,000", "90,000", "85,000", "68,000", "10,000"),
    ]


def test_what_all_serve_and_miss_is_told_with_both_chances(plan):
    together = give_or_keep_chapter(InWords(plan, "fr")).listings[2]
    assert [head.label for head in together.heads[2:]] == [
        "Valeur fournie, M\u00a0EUR", "Coût chez soi d’un appel, M\u00a0EUR", "Coût attendu chez soi, M\u00a0EUR"
    ]  # fmt: skip
    assert [row[:2] for row in together.rows][:3] == [
        ("0\u202f%", "0\u202f%"), ("2\u202f%", "0,17\u202f%"), ("5\u202f%", "0,43\u202f%")
    ]  # fmt: skip


def test_the_chart_stacks_the_donors(plan):
    (panel,) = give_or_keep_chart(InWords(plan, "en")).spec["concat"]
    bars = panel["data"]["values"]
    tops = {x: max(bar["y2"] for bar in bars if bar["x"] == x) for x in ("0%", "20%")}
    assert tops == {"0%": 90_000.0, "20%": 10_000.0}


def test_there_is_none_where_no_chance_is_stated(plan):
    bare = InWords(without(plan, "give_or_keep", "break_even"), "en")
    assert give_or_keep_chapter(bare) is None and give_or_keep_chart(bare) is None


@pytest.mark.parametrize(("language", "sheets"), [("en", ("Give or keep", "Break-even of donors")),
                                                  ("fr", ("Donner ou garder", "Seuil des donateurs"))])  # fmt: skip
def test_the_workbook_has_both_tables(plan, tmp_path, language, sheets):
    book = load_workbook(write_workbook(plan, tmp_path / "book.xlsx", language))
    assert set(sheets) <= set(book.sheetnames)
    values = list(book[sheets[0]].iter_rows(min_row=5, values_only=True))
    assert len(values) == plan["give_or_keep"].height
    assert values[3][2] == {"en": "all donors", "fr": "tous les donateurs"}[language]
