"""A workbook being written: one look for all of them, numbers as numbers, never a formula made of a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from rampart.language.words import Words

FORMATS = {"integer": "0", "share": "0.0%", "whole": "#,##0", "fine": "#,##0.00"}


def style_of(value: float, *, share: bool = False) -> str:
    """Format of a number: percent, whole, or with decimals where its size deserves them."""
    if share:
        return "share"
    return "whole" if abs(value) >= 1000 or float(value).is_integer() else "fine"


class Book:
    """A workbook being written: its formats, and writing that never makes a formula of a text."""

    def __init__(self, path: Path, words: Words, *, title: str, created: str | None = None, banner: str = "") -> None:
        import xlsxwriter

        self.words, self.banner = words, banner
        self.path, self.whole = path, BytesIO()
        self.file = xlsxwriter.Workbook(
            self.whole, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        properties: dict[str, Any] = {"title": title, "author": "Rampart"}
        if created is not None:  # the date of making is that of the answer: the same answer gives the same bytes
            made = datetime.fromisoformat(created)
            properties["created"] = made.astimezone(UTC).replace(tzinfo=None) if made.tzinfo else made
        self.file.set_properties(properties)
        font = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        self.formats = {name: self.file.add_format(font | {"num_format": f}) for name, f in FORMATS.items()}
        self.formats |= {
            "text": self.file.add_format(font),
            "wrap": self.file.add_format(font | {"text_wrap": True}),
            "right": self.file.add_format(font | {"align": "right"}),
            "head": self.file.add_format(font | {"bold": True, "text_wrap": True, "bottom": 1, "top": 1}),
            "title": self.file.add_format(font | {"bold": True, "font_size": 14}),
            "quiet": self.file.add_format(font | {"font_color": "#595959"}),
        }
        self.used: set[str] = set()

    def close(self) -> None:
        """Write the workbook to its path, in one go: nothing half made is left open where the disk is full."""
        self.file.close()
        self.path.write_bytes(self.whole.getvalue())

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
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        if self.banner:
            # In a page header & starts a code; doubled, it is a plain sign.
            sheet.set_header("&C" + self.banner.replace("&", "&&"))
        sheet.set_footer("&L" + self.words("made_by", version="", hash="").split("·")[0].strip() + "&R&P / &N")
        return sheet

    def head(self, sheet: Any, title: str, note: str, heads: Sequence[tuple[str, float]], *, row: int = 3) -> None:
        """Title, note, and the heads with their column widths; the heads stay in sight."""
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.write_string(1, 0, note, self.formats["quiet"])
        for column, (label, width) in enumerate(heads):
            sheet.write_string(row, column, label, self.formats["head"])
            sheet.set_column(column, column, width)
        sheet.freeze_panes(row + 1, 1)
        sheet.repeat_rows(row)

    def cell(self, sheet: Any, row: int, column: int, value: Any, style: str) -> None:
        """One value: numbers as numbers, yes and no as such, months as "2024-01", unlimited in words, all else as text."""
        if isinstance(value, date):
            sheet.write_string(row, column, f"{value:%Y-%m}", self.formats["text"])
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.formats["text"])
        elif isinstance(value, str):
            sheet.write_string(row, column, value, self.formats["text" if style in FORMATS else style])
        elif isinstance(value, float) and not math.isfinite(value):
            text = self.words("unlimited") if value > 0 else self.words("unknown")
            sheet.write_string(row, column, text, self.formats["right"])
        else:
            sheet.write_number(row, column, value, self.formats[style])

    def label(self, label: str, unit: str) -> str:
        """Label with its unit: "commitment (EUR m)"; shares show theirs in the cell, units of items stand beside the item."""
        words = self.words
        if not unit or unit in ("share", "units"):
            return label
        if unit == "currency":
            told = words.currency
        else:
            told = words.money_label if "money unit" in unit else words.choice("column_unit", unit)
        return words("cell.figure", column=label, unit=told)
