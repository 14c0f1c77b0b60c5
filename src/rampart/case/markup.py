"""What the cells of a workbook are, judged from its markup before anything is allocated.

The fast reader gives blanks for errors and for formulas without a result, and sets aside memory for the whole
rectangle between its first and its last cell. Both are known here first, from the cells themselves: what a sheet says
of its own size (``dimension``) and how a writer spells an attribute are hints, and hints are not believed.
Sources: ECMA-376 part 1, 18.3.1.4 (cells of .xlsx); OpenDocument 1.3 part 3, 9.1 (cells of .ods).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_ERROR = re.compile(
    r"(?:#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA)|Err:\d+)\Z"
)
_PLACE = re.compile(r"\$?([A-Za-z]{1,7})\$?([0-9]{1,10})\Z")
_PIECE = 1 << 16
LAST = 2**32 - 1
"""Number of a row or column beyond which the fast reader counts round to somewhere else: no place of any sheet."""
MOST_HIDDEN = 1000
"""Errors and formulas of one sheet that are kept: more of them are one and the same news."""


class Damaged(Exception):
    """The markup is not that of a workbook; the text says why."""


@dataclass(frozen=True, slots=True)
class HiddenCell:
    """A cell that looks blank to the fast reader and is not: finding code, row and column from 1, what stands there."""

    code: str
    row: int
    column: int
    value: str


@dataclass
class Extent:
    """How far the cells of a sheet reach, and which of them hide something.

    rows, columns  last row and column with a value, from A1
    filled         how many cells hold a value
    struck         rows with a value that is struck through (.xlsx)
    unseen         rows and columns that are hidden from view: "row" or "column", and its number
    merged         first row and column, last row and column of merged cells (.ods; of .xlsx the fast reader tells)
    """

    rows: int = 0
    columns: int = 0
    filled: int = 0
    hidden: list[HiddenCell] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    unseen: list[tuple[str, int]] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)

    def take(self, row: int, column: int, *, rows: int = 1, columns: int = 1) -> None:
        """Count cells with a value."""
        self.rows = max(self.rows, row + rows - 1)
        self.columns = max(self.columns, column + columns - 1)
        self.filled += rows * columns

    def hide(self, code: str, row: int, column: int, value: str) -> None:
        """Keep a cell that hides something."""
        if len(self.hidden) < MOST_HIDDEN:
            self.hidden.append(HiddenCell(code, row, column, value))

    def unsee(self, way: str, first: int, last: int) -> None:
        """Keep rows or columns that are hidden from view."""
        room = MOST_HIDDEN - len(self.unseen)
        self.unseen += [(way, n) for n in range(first, min(last, first + room - 1) + 1)]


def sheets_of(parts: zipfile.ZipFile) -> dict[str, str]:
    """Part of the archive that holds each sheet of an .xlsx, by the name of the sheet."""
    found: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = (
                target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            )

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            ids = [value for key, value in attributes.items() if _local(key) == "id" and ":" in key]
            found.append((attributes.get("name", ""), ids[0] if ids else ""))

    names = {name.casefold(): name for name in parts.namelist()}
    for part, start in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        if part not in names:
            raise Damaged(f"{part} is missing")
        parser = _parser()
        parser.StartElementHandler = start
        with parts.open(names[part]) as stream:
            _feed(parser, stream)
    return {name: names.get(targets.get(key, "").casefold(), "") for name, key in found}


def struck_styles(parts: zipfile.ZipFile) -> frozenset[str]:
    """Numbers of the cell formats of an .xlsx that strike their text through."""
    names = {name.casefold(): name for name in parts.namelist()}
    if "xl/styles.xml" not in names:
        return frozenset()
    fonts: list[bool] = []
    formats: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "font" and within and within[-1] == "fonts":
            fonts.append(False)
        elif name == "strike" and within[-2:] == ["fonts", "font"]:
            fonts[-1] = attributes.get("val", "1").strip().lower() not in ("0", "false")
        elif name == "xf" and within and within[-1] == "cellXfs":
            formats.append(attributes.get("fontId", "0"))
        within.append(name)

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: within.pop()
    with parts.open(names["xl/styles.xml"]) as stream:
        _feed(parser, stream)
    struck = {str(n) for n, is_struck in enumerate(fonts) if is_struck}
    return frozenset(str(n) for n, font in enumerate(formats) if font in struck)


def extent_of(stream: IO[bytes], struck: frozenset[str] = frozenset()) -> Extent:
    """How far the cells of a sheet of an .xlsx reach, and which of them hide something.

    struck  numbers of the formats that strike a text through
    """
    return _Sheet(stream, struck).extent


def extents_of(stream: IO[bytes]) -> dict[str, Extent]:
    """The same of every sheet of an .ods, by name, from its ``content.xml``."""
    return _Tables(stream).extents


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser(separator: str | None = None) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=separator)
    parser.buffer_text = True

    def refuse(name: str, *_: Any) -> None:
        # Without a document type there are no entities to expand and none to fetch.
        raise Damaged(f"document type {name}")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Damaged(str(error)) from None


class _Sheet:
    """The cells of a sheet of an .xlsx, one after the other."""

    def __init__(self, stream: IO[bytes], struck: frozenset[str] = frozenset()) -> None:
        self.extent = Extent()
        self.struck = struck
        self.style = ""
        self.row = self.column = 0
        self.rows_seen: set[int] = set()
        self.columns_seen: set[int] = set()
        self.kind = self.formula = self.result = ""
        self.in_cell = self.has_formula = self.has_result = False
        self.into: list[str] | None = None
        parser = _parser()
        self.parser = parser
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        # Inside a value the fast reader stops at them: 40<!-- -->00 would be 40, and no writer of workbooks does that.
        parser.CommentHandler = parser.StartCdataSectionHandler = self._between
        parser.ProcessingInstructionHandler = self._between
        _feed(parser, stream)

    def _between(self, *_: str) -> None:
        if self.in_cell:
            raise Damaged(f"row {self.row}, column {self.column}: a value in pieces")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "row":
            self.row = _row(attributes.get("r", ""), self.row + 1)
            if self.row in self.rows_seen:
                raise Damaged(f"row {self.row} stands twice")
            self.rows_seen.add(self.row)
            self.column = 0
            self.columns_seen = set()
            if _is_set(attributes.get("hidden")):
                self.extent.unsee("row", self.row, self.row)
        elif name == "col" and _is_set(attributes.get("hidden")):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.extent.unsee("column", int(first), int(last))
        elif name == "c":
            self._cell(attributes)
        elif self.in_cell and name in ("v", "is", "f"):
            if name == "f":
                self.has_formula = True
            elif self.has_result:
                raise Damaged(f"row {self.row}, column {self.column}: two values")
            else:
                self.has_result = True
            if name == "f" or self.has_formula or self.kind == "e":
                self.into = []
                self.parser.CharacterDataHandler = self.into.append

    def _cell(self, attributes: dict[str, str]) -> None:
        self.column += 1
        if told := attributes.get("r", "").strip():
            place = _PLACE.match(told)
            if place is None:
                raise Damaged(f"cell {told[:40]}")
            self.column = _number(place[1])
            if int(place[2]) != self.row:
                raise Damaged(f"cell {told[:40]} in row {self.row}")
        if self.column > LAST or self.column in self.columns_seen:
            raise Damaged(f"row {self.row}, column {self.column}: twice, or beyond any sheet")
        self.columns_seen.add(self.column)
        self.kind = attributes.get("t", "n").strip()
        self.style = attributes.get("s", "")
        self.in_cell, self.has_formula, self.has_result = True, False, False
        self.formula = self.result = ""

    def _end(self, name: str) -> None:
        name = _local(name)
        if self.into is not None and name in ("v", "is", "f"):
            text, self.into = "".join(self.into), None
            self.parser.CharacterDataHandler = None
            self.formula, self.result = (text, self.result) if name == "f" else (self.formula, text)
        elif name == "c" and self.in_cell:
            self.in_cell = False
            if self.has_formula or self.has_result:
                self.extent.take(self.row, self.column)
                if self.style in self.struck:
                    self.extent.struck.add(self.row)
            if self.kind == "e":
                self.extent.hide("error-value", self.row, self.column, self.result.strip() or "#")
            elif self.has_formula:
                self._formula()

    def _formula(self) -> None:
        """A formula is its stored result; an empty one counts where the cell says that the result is a text."""
        if _ERROR.match(self.result.strip()):
            self.extent.hide("error-value", self.row, self.column, self.result.strip())
        elif not self.has_result or (not self.result.strip() and self.kind != "str"):
            self.extent.hide("formula-without-value", self.row, self.column, f"={self.formula}")


def _is_set(value: str | None) -> bool:
    return (value or "").strip().lower() in ("1", "true")


def _row(told: str, otherwise: int) -> int:
    """The row that an attribute names, or otherwise the one that is next."""
    told = told.strip()
    if told and not (told.isascii() and told.isdecimal() and len(told) < 11 and 1 <= int(told) <= LAST):
        raise Damaged(f"row {told[:40]}")
    return int(told) if told else otherwise


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number


class _Tables:
    """The cells of every table of an .ods, repeated ones counted as often as they stand."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.extents: dict[str, Extent] = {}
        self.extent = Extent()
        self.row = self.row_times = self.laid = 0
        self.column = self.times = 0
        self.cell: dict[str, str] | None = None
        self.text: list[str] = []
        self.aside = self.tables = 0
        parser = _parser(" ")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._said
        _feed(parser, stream)

    def _said(self, text: str) -> None:
        if self.cell is not None and not self.aside:
            self.text.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _OFFICE + "annotation":
            self.aside += 1
        elif name == _TABLE + "table":
            self.tables += 1
            if self.tables == 1:  # a table inside a cell is no sheet
                self.extent = self.extents.setdefault(attributes.get(_TABLE + "name", ""), Extent())
                self.row = self.row_times = self.laid = 0
        elif name == _TABLE + "table-column":
            first, self.laid = self.laid + 1, self.laid + _times(attributes.get(_TABLE + "number-columns-repeated"))
            self._unseen("column", first, self.laid, attributes)
        elif name == _TABLE + "table-row":
            self.row += max(self.row_times, 1) if self.row else 1
            self.row_times = _times(attributes.get(_TABLE + "number-rows-repeated"))
            self.column = self.times = 0
            self._unseen("row", self.row, self.row + self.row_times - 1, attributes)
        elif name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self.column += self.times or 1
            self.times = _times(attributes.get(_TABLE + "number-columns-repeated"))
            self.cell, self.text = attributes, []

    def _unseen(self, way: str, first: int, last: int, attributes: dict[str, str]) -> None:
        if attributes.get(_TABLE + "visibility") in ("collapse", "filter"):
            self.extent.unsee(way, first, last)

    def _end(self, name: str) -> None:
        if name == _OFFICE + "annotation":
            self.aside -= 1
        elif name == _TABLE + "table":
            self.tables -= 1
        elif name in (_TABLE + "table-cell", _TABLE + "covered-table-cell") and self.cell is not None:
            self._cell(self.cell, "".join(self.text).strip())
            self.cell = None

    def _cell(self, given: dict[str, str], text: str) -> None:
        kinds = {value for key, value in given.items() if key.endswith(" value-type")}
        formula = given.get(_TABLE + "formula")
        across, down = (_times(given.get(f"{_TABLE}number-{way}-spanned")) for way in ("columns", "rows"))
        if across * down > 1:
            self.extent.merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        if not kinds and not text and formula is None:
            return
        self.extent.take(self.row, self.column, rows=self.row_times, columns=self.times)
        if "error" in kinds or (formula is not None and _ERROR.match(text)):
            self.extent.hide("error-value", self.row, self.column, text or "#")
        elif formula is not None and not kinds and not text:
            self.extent.hide("formula-without-value", self.row, self.column, formula)


def _times(text: str | None) -> int:
    """A count of repetitions; what is no count is one."""
    return int(text) if text and text.isdecimal() and len(text) < 11 and int(text) else 1
