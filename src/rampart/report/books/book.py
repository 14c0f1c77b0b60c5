"""A workbook being written: one look for all of them, numbers as numbers, never a formula made of a text."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from rampart.language.words import Words
from rampart.report.books.printed import MARGIN, on_paper

FORMATS = {"integer": "0", "share": "0.0%", "whole": "#,##0", "fine": "#,##0.00"}
FONT = {"font_name": "Arial", "font_size": 10, "font_scheme": False}
MONTH = "mmm yyyy"
"""Format of a month, which Excel and LibreOffice write in the language of the reader's machine."""
DAY = "yyyy-mm-dd"
TABLE_STYLE = "Table Style Light 1"
WIDEST = 38.0
"""Letters that a column of texts shows in a line, where some are longer than ``WHOLE``."""
WHOLE = 44
"""Letters of texts that their column shows whole."""
NAME_LINES = 3
"""Lines over which a long name is broken; a longer text stays in one line and is cut by the cell beside it."""
BUTTON = 3.0
"""Letters that the button of a table's filter takes from a head."""
HEAD_LINES = 3
"""Lines over which a head may stand."""
FIRST_SHEET = (30.0, 62.0, 8.0)
"""Widths of the columns of the first sheet: a sheet's name, what it says, its rows."""


def style_of(value: float, *, share: bool = False) -> str:
    """Format of a number: percent, whole, or with decimals where its size deserves them."""
    if share:
        return "share"
    return "whole" if abs(value) >= 1000 or float(value).is_integer() else "fine"


def lines(text: str, width: float) -> int:
    """Lines that a text needs in a column of a width in digits: a letter takes about one, and half a word a line is lost."""
    return max(1, math.ceil(len(text) * 0.97 / max(width - 2, 1)))


def head_width(head: str) -> float:
    """Letters that a head needs over at most ``HEAD_LINES`` lines, beside the button of its filter."""
    words = head.replace("\u00a0", "_").replace("\u202f", "_").split()
    return max([math.ceil(len(head) / HEAD_LINES) + 2.0, *(len(word) * 1.15 for word in words)]) + BUTTON


@dataclass
class Filled:
    """What a column of a sheet holds so far: its longest text or figure, how many are figures, whether texts are wrapped."""

    letters: int = 0
    figures: int = 0
    texts: int = 0
    wrapped: bool = False


class Book:
    """A workbook being written: its formats, and writing that never makes a formula of a text."""

    def __init__(self, path: Path, words: Words, *, title: str, created: str | None = None, banner: str = "") -> None:
        import xlsxwriter

        self.words, self.banner = words, banner
        self.path, self.whole = path, BytesIO()
        self.file = xlsxwriter.Workbook(
            self.whole,
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                # Widths count in digits of the first font: one that LibreOffice has too, so that columns are as wide there.
                "default_format_properties": dict(FONT),
                "default_row_height": 17,
            },
        )
        properties: dict[str, Any] = {"title": title, "author": "Rampart"}
        if created is not None:  # the date of making is that of the answer: the same answer gives the same bytes
            made = datetime.fromisoformat(created)
            properties["created"] = made.astimezone(UTC).replace(tzinfo=None) if made.tzinfo else made
        self.file.set_properties(properties)
        font = FONT | {"valign": "top"}
        # Figures and dates keep away from what stands beside them.
        figure = font | {"align": "right", "indent": 1}
        self.formats = {name: self.file.add_format(figure | {"num_format": f}) for name, f in FORMATS.items()}
        self.formats |= {
            "text": self.file.add_format(font),
            "wrap": self.file.add_format(font | {"text_wrap": True}),
            "right": self.file.add_format(figure),
            "month": self.file.add_format(font | {"num_format": MONTH, "align": "left", "indent": 1}),
            "day": self.file.add_format(font | {"num_format": DAY, "align": "left", "indent": 1}),
            "year": self.file.add_format(font | {"num_format": "0", "align": "left"}),
            "link": self.file.add_format(font | {"font_color": "#1f4e79", "underline": 1}),
            "head": self.file.add_format(font | {"bold": True, "text_wrap": True, "bottom": 1, "top": 1}),
            "head_right": self.file.add_format(
                font | {"bold": True, "text_wrap": True, "bottom": 1, "top": 1, "align": "right", "indent": 1}
            ),
            "note": self.file.add_format(font | {"font_color": "#595959", "text_wrap": True}),
            "title": self.file.add_format(font | {"bold": True, "font_size": 14}),
            "quiet": self.file.add_format(font | {"font_color": "#595959"}),
        }
        self.used: set[str] = set()
        self.filled: dict[str, dict[int, Filled]] = defaultdict(lambda: defaultdict(Filled))
        self.broken: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        """Row, column and text of the cells of a sheet whose text may be broken over lines."""
        self.given: dict[str, list[float]] = {}
        """Widths of the columns of a sheet as they were asked for."""
        self.notes: dict[str, str] = {}
        self.listed: list[tuple[str, str, int | None]] = []
        """Sheets in their order: name, what it says, rows of its table; None where it has none."""

    def as_bytes(self) -> bytes:
        """The whole workbook; nothing can be written into it any more."""
        self.file.close()
        return self.whole.getvalue()

    def close(self) -> None:
        """Write the workbook to its path, in one go: nothing half made is left open where the disk is full."""
        self.path.write_bytes(self.as_bytes())

    def sheet(self, name: str) -> Any:
        """A new sheet; names are cut to what Excel allows and kept apart."""
        name = name.replace("'", "’")
        for sign in "[]:*?/\\":
            name = name.replace(sign, " ")
        name = name[:1].upper() + name[1:31].rstrip()
        base, number = name, 2
        while name.lower() in self.used:
            name, number = f"{base[:28]} {number}", number + 1
        self.used.add(name.lower())
        sheet = self.file.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=MARGIN, right=MARGIN)
        sheet.print_across()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_row(0, 20)  # the title
        if self.banner:
            # In a page header & starts a code; doubled, it is a plain sign.
            sheet.set_header("&C" + self.banner.replace("&", "&&"))
        sheet.set_footer("&L" + self.words("made_by", version="", hash="").split("·")[0].strip() + "&R&P / &N")
        return sheet

    def head(self, sheet: Any, title: str, note: str, heads: Sequence[tuple[str, float]], *, row: int = 3) -> None:
        """Title, note, and the heads with their column widths; the heads stay in sight.

        ``table`` fits the widths to what the columns hold: those given here are for columns of wrapped texts.
        """
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.write_string(1, 0, note, self.formats["quiet"])
        self.notes[sheet.get_name()] = note
        self.given[sheet.get_name()] = [width for _, width in heads]
        for column, (label, width) in enumerate(heads):
            sheet.write_string(row, column, label, self.formats["head"])
            sheet.set_column(column, column, width)
        sheet.freeze_panes(row + 1, 1)
        sheet.repeat_rows(row)

    def table(self, sheet: Any, name: str, heads: Sequence[str], rows: int, *, says: str = "", row: int = 3) -> None:
        """Make heads and the rows below them an Excel table with a name, and list the sheet for the first one.

        Widths follow what the columns hold, heads stand over figures as those do, and what is too wide for a page to read is
        printed over several, each with the columns that name its rows.

        name   of the table, the same in every language, so that formulas and queries are too
        heads  as written; of equal ones the later get a number, since Excel wants them apart
        """
        seen: set[str] = set()
        columns = []
        filled = self.filled[sheet.get_name()]
        for place, head in enumerate(heads):
            base, told, number = head or " ", head or " ", 2
            while told.lower() in seen:
                told, number = f"{base} {number}", number + 1
            seen.add(told.lower())
            figures = filled[place].figures > filled[place].texts
            columns.append({"header": told, "header_format": self.formats["head_right" if figures else "head"]})
        if rows:
            look = {"name": f"t_{name}", "columns": columns, "style": TABLE_STYLE, "banded_rows": False}
            sheet.add_table(row, 0, row + rows, len(heads) - 1, look)
        self.fit(sheet, heads, row)
        self.listed.append((sheet.get_name(), says, rows))

    def fit(self, sheet: Any, heads: Sequence[str], row: int) -> None:
        """Widths of the columns by what they hold, height of the heads, pages across."""
        name = sheet.get_name()
        filled, given = self.filled[name], self.given.get(name, [])
        widths = []
        for place, head in enumerate(heads):
            held = filled[place]
            wide = (
                given[place]
                if held.wrapped and place < len(given)
                else (held.letters + 2.5 if held.letters <= WHOLE else WIDEST)
            )
            widths.append(max(wide, head_width(head)))
            sheet.set_column(place, place, widths[-1])
        sheet.set_row(row, 13.5 * max(lines(head, width - BUTTON) for head, width in zip(heads, widths, strict=True)))
        tall: dict[int, int] = {}
        for at, place, text in self.broken[name]:
            tall[at] = max(tall.get(at, 1), lines(text, widths[place]))
        for at, needed in tall.items():
            sheet.set_row(at, 13.5 * needed)
        figures = [bool(filled[place].figures) for place in range(len(heads))]
        ranked = figures[:1] == [True]  # a number may stand before the names of a row
        self._print(sheet, widths, next((n for n in range(ranked, len(heads)) if figures[n]), len(heads)))

    def _print(self, sheet: Any, widths: Sequence[float], names: int) -> None:
        """Pages across, and the note of the table over the first of them: on paper a text ends where the page does."""
        paper, note = on_paper(widths, names), self.notes.get(sheet.get_name(), "")
        if paper.first > 1 and len(note) > sum(widths[: paper.first]):
            sheet.merge_range(1, 0, 1, paper.first - 1, note, self.formats["note"])
            sheet.set_row(1, 13.5 * lines(note, sum(widths[: paper.first])))
        if paper.scale is not None:
            sheet.set_print_scale(math.floor(100 * paper.scale))
            sheet.set_v_pagebreaks(list(paper.breaks))
            sheet.repeat_columns(0, paper.kept - 1)

    def first_sheet(self, sheet: Any, title: str, under: str, sentences: Sequence[str]) -> int:
        """Title, a quiet line and the sentences of the first sheet, printed on two pages at most; the row that follows."""
        sheet.set_portrait()
        sheet.fit_to_pages(1, 2)
        for column, width in enumerate(FIRST_SHEET):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, title, self.formats["title"])
        for row, sentence in (1, under), *enumerate(sentences, 3):
            sheet.merge_range(row, 0, row, 2, sentence, self.formats["note" if row == 1 else "wrap"])
            sheet.set_row(row, 13.5 * lines(sentence, sum(FIRST_SHEET)))
        return 3 + len(sentences) + 1

    def contents(self, sheet: Any, row: int) -> None:
        """What the workbook holds, sheet by sheet with a link, from a row of the first sheet on."""
        for column, key in enumerate(("sheet", "says", "rows")):
            sheet.write_string(row, column, self.words(f"war.book.{key}"), self.formats["head"])
        for number, (name, says, rows) in enumerate(self.listed, row + 1):
            sheet.write_url(number, 0, f"internal:'{name}'!A1", self.formats["link"], name)
            told = says.partition(". ")[0].rstrip(".")
            self.wrapped(sheet, number, 1, told, FIRST_SHEET[1])
            if rows is not None:
                sheet.write_number(number, 2, rows, self.formats["whole"])

    def wrapped(self, sheet: Any, row: int, column: int, text: str, width: float) -> None:
        """A text over as many lines as it needs in a column so wide, with the height that they need."""
        sheet.write_string(row, column, text, self.formats["wrap"])
        sheet.set_row(row, 13.5 * lines(text, width))

    def cell(self, sheet: Any, row: int, column: int, value: Any, style: str) -> None:
        """One value: numbers as numbers, yes and no in words, months as dates, unlimited in words, all else as text."""
        held = self.filled[sheet.get_name()][column]
        if isinstance(value, date):
            at = datetime(value.year, value.month, value.day if style == "day" else 1)
            sheet.write_datetime(row, column, at, self.formats["day" if style == "day" else "month"])
            shown = 10
        elif isinstance(value, bool):
            told = self.words("web.yes" if value else "web.no")
            sheet.write_string(row, column, told, self.formats["text"])
            held.texts += 1
            shown = len(told)
        elif isinstance(value, str):
            style = "text" if style in FORMATS else style
            if style == "wrap":
                held.wrapped = True
                self.broken[sheet.get_name()].append((row, column, value))
            elif style == "text" and 1 < lines(value, WIDEST) <= NAME_LINES:
                style = "wrap"
                self.broken[sheet.get_name()].append((row, column, value))
            sheet.write_string(row, column, value, self.formats[style])
            held.texts += style != "right"
            shown = len(value)
        elif isinstance(value, float) and not math.isfinite(value):
            text = self.words("unlimited") if value > 0 else self.words("unknown")
            sheet.write_string(row, column, text, self.formats["right"])
            shown = len(text)
        else:
            sheet.write_number(row, column, value, self.formats[style])
            held.figures += style in FORMATS
            shown = len(f"{value:,.2f}" if style == "fine" else f"{value:,.0f}") + 1
        held.letters = max(held.letters, shown)

    def label(self, label: str, unit: str) -> str:
        """Label with its unit: "commitment (EUR m)"; shares show theirs in the cell, units of items stand beside the item, and
        units times months are named by what they count.
        """
        words = self.words
        if not unit or unit in ("share", "units", "item unit-months"):
            return label
        if unit == "currency":
            told = words.currency
        else:
            told = words.money_label if "money unit" in unit else words.choice("column_unit", unit)
        return words("cell.figure", column=label, unit=told)
