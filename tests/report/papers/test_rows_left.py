"""What a paper leaves out is where the paper says: a chapter of the report, a sheet of the workbook; order of what it shows."""

from __future__ import annotations

import re

import openpyxl
import pytest

from rampart.language.in_words import InWords
from rampart.report.papers import content
from rampart.report.papers import plan as plan_paper
from rampart.report.papers.content import cut, paper_of, rows_left


@pytest.fixture(params=["en", "fr"])
def language(request):
    return request.param


@pytest.fixture
def cut_short(plan, language, monkeypatch):
    """Tables of the paper of the sample plan, of which each shows one row only."""

    def shorter(words, table, most, where=None):
        return cut(words, table, 1, where)

    for module in (content, plan_paper):
        monkeypatch.setattr(module, "cut", shorter)
    monkeypatch.setattr(content, "NOT_WORTH_CUTTING", 0)
    return [table for chapter in paper_of(plan, language).chapters for table in chapter.listings if table.left]


def test_the_rows_that_a_paper_leaves_out_stand_where_it_says(plan, pages, workbooks, cut_short, language):
    words = InWords(plan, language).words
    book = openpyxl.load_workbook(workbooks[language], read_only=True)
    heads = re.findall(r"<h2[^>]*>(.*?)</h2>", pages[language])
    told = [table for table in cut_short if table.where]
    assert len(told) >= 2
    for table in told:
        chapter, sheet = table.where
        assert any(head.endswith(chapter) for head in heads), (chapter, heads)
        assert sheet in book.sheetnames
        assert table.more == rows_left(words, table.left, table.where)
        assert chapter in table.more and sheet in table.more
    book.close()


def test_one_row_is_told_in_the_singular(plan, language):
    words = InWords(plan, language).words
    ends = {
        "en": (" row in the report.", " rows in the report."),
        "fr": (" ligne de plus dans le rapport.", " lignes de plus dans le rapport."),
    }
    for n, end in zip((1, 2), ends[language], strict=True):
        assert rows_left(words, n, None).replace("\u00a0", " ").endswith(end)


def test_a_table_is_not_cut_for_one_row(plan, language):
    words = InWords(plan, language).words
    table = next(t for chapter in paper_of(plan, language).chapters for t in chapter.listings if len(t.rows) > 2)
    (whole,) = cut(words, table, len(table.rows) - 1)
    assert whole.rows == table.rows and not whole.more
    (short,) = cut(words, table, len(table.rows) - 2)
    assert len(short.rows) == len(table.rows) - 2 and short.left == 2 and short.more


def test_assumptions_say_in_which_order_they_stand(plan, language):
    """The note under the table names the rules, and how many rows of one table of the case there are at most."""
    table = next(c for c in paper_of(plan, language).chapters if c.key == "trust").listings[0]
    for said in {"en": ("Order:", "bottleneck", "range"), "fr": ("Ordre", "goulet", "intervalle")}[language]:
        assert said in table.note
    most = next(int(word) for word in table.note.replace("\u00a0", " ").split() if word.isdecimal())
    first = [row[0].split(":")[0].strip() for row in table.rows]
    assert max(first.count(one) for one in first) <= most
