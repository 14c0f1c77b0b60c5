"""What a workbook looks like when it is opened and printed: heads whole, figures apart from texts, dates as dates."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from rampart.catalogues.results import result_tables
from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.plan.parts.stock import FLOWS
from rampart.report.books.book import BUTTON, WHOLE, WIDEST, Book, head_width, lines
from rampart.report.books.fleet import write_workbook as write_fleet_workbook
from rampart.report.books.plan import _day_or_year, plan_cells
from rampart.report.books.printed import BESIDE, LANDSCAPE, LETTER, SMALLEST, Paper, on_paper, pixels


@pytest.fixture(scope="module", params=["en", "fr"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def book(workbooks, language):
    found = openpyxl.load_workbook(workbooks[language])
    yield found
    found.close()


def _tables(book):
    return [(sheet, table) for sheet in book.worksheets for table in sheet.tables.values()]


def _widths(sheet):
    """Width by column; columns of one width that stand side by side are kept as one by the file."""
    return {n: of.width for of in sheet.column_dimensions.values() for n in range(of.min, of.max + 1)}


def test_heads_stand_whole_over_their_columns(book):
    """A head over several lines has the height for them, beside the button of its filter."""
    for sheet, table in _tables(book):
        row = int(table.ref.split(":")[0].lstrip("A"))
        for number, column in enumerate(table.tableColumns, 1):
            width = _widths(sheet)[number]
            longest = max(len(word) for word in column.name.replace("\u00a0", "_").split() or [""])
            assert width >= longest + BUTTON, (sheet.title, column.name)
            assert sheet.row_dimensions[row].height >= 13 * lines(column.name, width - BUTTON), (
                sheet.title,
                column.name,
            )


def test_what_is_printed_can_be_read_and_each_page_names_its_rows(book):
    """Seven points of ten or more; where that is too wide for a page, breaks between columns and the first columns on each."""
    wide = 0
    for sheet, table in _tables(book):
        widths = [_widths(sheet)[n] - BESIDE / LETTER for n in range(1, len(table.tableColumns) + 1)]
        if sheet.sheet_properties.pageSetUpPr is not None and sheet.sheet_properties.pageSetUpPr.fitToPage:
            assert LANDSCAPE / pixels(widths) >= SMALLEST - 0.01, sheet.title
            assert not sheet.col_breaks.brk
            continue
        wide += 1
        scale, ends = sheet.page_setup.scale / 100, [one.id for one in sheet.col_breaks.brk]
        assert SMALLEST - 0.01 <= scale <= 1.0, sheet.title
        first, last = sheet.print_title_cols.replace("$", "").split(":")
        kept = openpyxl.utils.column_index_from_string(last)
        assert first == "A" and kept < ends[0]
        for start, end in zip([kept, *ends], [*ends, len(widths)], strict=True):
            assert pixels(widths[:kept] + widths[start:end]) * scale <= LANDSCAPE + 10, (sheet.title, start)
    assert wide


def test_columns_are_dealt_over_as_few_pages_as_can_be_read():
    whole = pixels([10.0] * 10)
    assert on_paper([10.0] * 14, 3, whole) == Paper(None, (), 0, 14)  # seven tenths of the size
    fifteen = on_paper([10.0] * 15, 3, whole)
    assert (fifteen.breaks, fifteen.kept, fifteen.first) == ((9,), 3, 9) and fifteen.scale == 1.0
    assert on_paper([10.0, 90.0, 90.0], 3, whole).kept == 1  # names leave room for what is told of them
    assert on_paper([10.0, 10.0, 300.0], 1, whole).breaks == (2,)  # a column too wide for a page stands alone


def test_a_column_of_units_is_said_once(book, language):
    """Beside a column of units no head repeats that it counts in them."""
    said = {"en": "item's unit)", "fr": "unité de l’article)"}[language]
    for sheet, table in _tables(book):
        heads = [column.name for column in table.tableColumns]
        unit = {"en": "unit", "fr": "unité"}[language]
        if sum(head.lower() == unit for head in heads) == 1 and table.name != "t_delays":
            assert not [head for head in heads if said in head], sheet.title


def test_an_extension_is_not_counted_in_rounds(plan, book, language):
    sheet, table = next((s, t) for s, t in _tables(book) if t.name == "t_decisions")
    heads = [column.name for column in table.tableColumns]
    place = next(n for n, head in enumerate(heads, 1) if head.lower() in ("unit", "unité"))
    wanted = {"en": "units", "fr": "unités"}[language]
    kinds = plan["decisions"]["kind"].to_list()
    assert "expansion" in kinds
    for number, kind in enumerate(kinds, 5):
        assert (sheet.cell(number, place).value == wanted) == (kind == "expansion")


def test_movements_are_in_the_words_of_the_reader(plan, language):
    answer = InWords(plan, language)
    column = result_tables("plan")["movements"].columns["kind"]
    for kind in (*FLOWS, "ordered"):
        assert answer.words.has(f"movement.{kind}")
        assert plan_cells(answer)(column, {"kind": kind}) == answer.words(f"movement.{kind}")


def test_promised_and_expected_months_are_dates(book):
    sheet = next(s for s, t in _tables(book) if t.name == "t_promises")
    assert sheet.max_row > 4
    for row in range(5, sheet.max_row + 1):
        assert all(sheet.cell(row, column).is_date for column in range(8, 12))


def test_what_is_told_of_the_run_has_the_height_that_it_needs(book):
    sheet = next(s for s, t in _tables(book) if t.name == "t_manifest")
    for row in sheet.iter_rows(min_row=5):
        needed = max(lines(str(cell.value), _widths(sheet)[cell.column]) for cell in row[:2])
        assert sheet.row_dimensions[row[0].row].height >= 13 * needed, row[0].value


def test_dates_of_sources_are_dates_and_years_numbers():
    assert _day_or_year("2023") == (2023, "year")
    assert _day_or_year("2023-04") == (date(2023, 4, 1), "month")
    assert _day_or_year("2023-04-17") == (date(2023, 4, 17), "day")
    assert _day_or_year("spring 2023") == ("spring 2023", "text")


def test_a_head_needs_its_longest_word_and_a_third_of_its_length():
    assert head_width("rank") < 12
    assert head_width("approvisionnements") > 18 + BUTTON
    assert head_width("a" + " a" * 44) >= 90 / 3


def test_the_workbook_of_fleets_begins_with_sentences_and_draws_on_one_sheet(fleets, tmp_path, language):
    path = write_fleet_workbook(fleets, tmp_path / "fleets.xlsx", language)
    book = openpyxl.load_workbook(path)
    first = book.worksheets[0]
    sentences = [row[0].value for row in first.iter_rows(min_row=4, max_row=5, max_col=1)]
    assert all(text and text.endswith(".") for text in sentences)
    assert [bool(sheet._charts) for sheet in book.worksheets] == [False, True, *[False] * (len(book.worksheets) - 2)]
    types = {fleet.lower() for fleet in fleets.case["fleets"]["type"].to_list()}
    named = {
        n for n, held in zip(fleets.case["fleets"]["name_en"], fleets.case["fleets"]["type"], strict=True) if n != held
    }
    shown = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value}
    assert not named or not (shown & types)
    book.close()


def test_a_long_name_is_broken_over_lines_that_are_all_seen(tmp_path):
    """Up to three lines; a longer text stays in one, but where its column is one of texts."""
    book = Book(tmp_path / "long.xlsx", Words("en"), title="long")
    sheet = book.sheet("long")
    book.head(sheet, "long", "", [("name", 20.0), ("short", 12.0), ("note", 20.0)])
    name, essay = "a long name " * 7, "a word " * 60
    for row, (first, third) in enumerate([(name, "short"), (essay, "short"), ("short", essay), ("short", "short")], 4):
        book.cell(sheet, row, 0, first, "text")
        book.cell(sheet, row, 1, 1.0, "fine")
        book.cell(sheet, row, 2, third, "wrap")
    book.table(sheet, "long", ["name", "short", "note"], 4)
    book.close()
    made = openpyxl.load_workbook(book.path)["Long"]
    heights = [made.row_dimensions[row].height or 13.5 for row in range(5, 9)]
    assert _widths(made)[1] == pytest.approx(WIDEST + BESIDE / LETTER, abs=0.05)
    assert [cell.alignment.wrap_text for cell in made["A"][4:8]] == [True, None, None, None]
    assert heights == [13.5 * lines(name, WIDEST), 13.5, 13.5 * lines(essay, 20.0), 13.5]
    assert lines(name, WIDEST) == 3 and lines(essay, 20.0) > 3


def test_names_that_are_hardly_longer_stand_in_a_line(tmp_path):
    """A column of names of forty letters is a little wider, and no row is twice as high for nothing."""
    book = Book(tmp_path / "names.xlsx", Words("en"), title="names")
    sheet = book.sheet("names")
    book.head(sheet, "names", "", [("name", 20.0)])
    book.cell(sheet, 4, 0, "a name of forty letters, as there are so", "text")
    book.table(sheet, "names", ["name"], 1)
    book.close()
    made = openpyxl.load_workbook(book.path)["Names"]
    assert (made.row_dimensions[5].height or 13.5) == 13.5
    assert 40 < _widths(made)[1] <= WHOLE + 3
