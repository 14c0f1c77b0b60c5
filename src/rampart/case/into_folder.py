"""What a case says now, written into copies of the text files that it came from: heads, choices, numbers as they were written.

A cell is written as an edition of the case has it that says the same; only what no edition says is put into words here.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.editions import Key, Row, rows_by_key
from rampart.case.folder import read_folder
from rampart.case.headers import stored_column, stored_columns
from rampart.case.in_file import InFile, of_setting
from rampart.case.sheets import Sheet
from rampart.case.writing import content_hash, csv_text
from rampart.catalogues.choices import spelt
from rampart.catalogues.inputs import tables

if TYPE_CHECKING:
    from rampart.case.tables import Case


@dataclass(frozen=True, eq=False)
class Written:
    """An edition of a case with the text of its cells."""

    case: Case
    file: InFile

    @classmethod
    def of(cls, case: Case) -> Written | None:
        """A case in a folder of text files; None for any other."""
        if case.path is None or not case.path.is_dir() or any(case.path.glob("*.[pP][aA][rR][qQ]*")):
            return None
        file = InFile.of(case)
        return cls(case, file) if file is not None else None

    @cached_property
    def sheets(self) -> dict[str, Sheet]:
        """Text of its tables by name."""
        assert self.case.path is not None
        return {sheet.table: sheet for sheet in read_folder(self.case.path).sheets}

    def bytes_of(self, table: str) -> bytes:
        """The file of a table as it is."""
        assert self.case.path is not None
        return (self.case.path / self.sheets[table].file).read_bytes()

    @cached_property
    def _places(self) -> dict[str, dict[int, int]]:
        return {name: {row: n for n, row in enumerate(sheet.rows)} for name, sheet in self.sheets.items()}

    @cached_property
    def _rows(self) -> dict[str, Mapping[Key, Row]]:
        return {name: rows_by_key(name, self.case.tables[name]) for name in self.sheets}

    def text(self, table: str, key: Key, column: str, value: Any, separator: str) -> str | None:
        """What stands in a cell that says a value; None where there is no such cell, or it would be read otherwise in a file
        with this separator.
        """
        sheet, row = self.sheets.get(table), self.file.rows(table).get(key)
        position = self.file.origin(table).positions.get(column)
        if sheet is None or row is None or position is None or self._rows[table][key][column] != value:
            return None
        if sheet.separator != separator and isinstance(value, float):
            return None
        return sheet.texts[position][self._places[table][row]] or ""


def into_folder(editions: Sequence[Case], made: Case, folder: Path) -> bool:
    """Write a case into a folder as its editions wrote it, the first of them before the others.

    Nothing is written, and False given, where an edition is no folder of text files, or what was written would not be read
    as that case.
    """
    from rampart.case.reading import read

    written = [one for one in map(Written.of, editions) if one is not None]
    if len(written) < len(editions):
        return False
    for name in tables():
        one = next((of for of in written if name in of.sheets), None)
        if one is not None and one.case.tables[name].equals(made.tables[name]):
            (folder / one.sheets[name].file).write_bytes(one.bytes_of(name))
        elif made.tables[name].height:
            _write_table(written, one, name, made, folder)
    case, _ = read(folder)
    if case is not None and content_hash(case.tables) == content_hash(made.tables):
        return True
    for file in folder.glob("*.csv"):
        file.unlink()
    return False


def _write_table(written: Sequence[Written], one: Written | None, name: str, made: Case, folder: Path) -> None:
    """A table in the form of one edition, the first that has it: rows in their order, those that are new below."""
    language = one.file.language if one is not None else written[0].file.language
    sheet = one.sheets[name] if one is not None else None
    heads = list(sheet.headers) if sheet is not None else []
    separator = sheet.separator if sheet is not None else ","
    places = dict(one.file.origin(name).positions) if one is not None else {}
    before: Mapping[Key, Row] = rows_by_key(name, one.case.tables[name]) if one is not None else {}
    after = rows_by_key(name, made.tables[name])
    for column in stored_columns(tables()[name]):
        if column not in places and any(row[column] is not None for row in after.values()):
            places[column] = len(heads)
            heads.append(_head(written, name, column, language))

    def line(key: Key, row: Row, there: Sequence[str]) -> list[str]:
        cells = [*there, *[""] * (len(heads) - len(there))]
        for column, place in places.items():
            if key in before and before[key][column] == row[column] and place < len(there):
                continue
            texts = (of.text(name, key, column, row[column], separator) for of in written)
            cells[place] = next(
                (text for text in texts if text is not None), _told(name, row, column, language, separator)
            )
        return cells

    lines = []
    if one is not None and sheet is not None:
        at = {row: key for key, row in one.file.rows(name).items()}
        for n, number in enumerate(sheet.rows):
            key, there = at.get(number), [texts[n] or "" for texts in sheet.texts]
            if key is None:  # a note between the rows
                lines.append(there)
            elif key in after:
                lines.append(line(key, after[key], there))
    lines += [line(key, row, ()) for key, row in after.items() if key not in before]
    bytes_there = one.bytes_of(name) if one is not None else b""
    target = folder / (sheet.file if sheet is not None else f"{name}.csv")
    with target.open("w", encoding="utf-8-sig" if bytes_there.startswith(BOM_UTF8) else "utf-8", newline="") as file:
        end = "\r\n" if b"\r\n" in bytes_there else "\n"
        csv.writer(file, delimiter=separator, lineterminator=end).writerows([heads, *lines])


def _head(written: Sequence[Written], name: str, column: str, language: str) -> str:
    """A column that a file had not: its head as another edition has it, else as the heads beside it are."""
    for of in written:
        if head := of.file.origin(name).headers.get(column):
            return head
    return stored_column(name, column).label["fr"] if language == "fr" else column


def _told(name: str, row: Row, column: str, language: str, separator: str) -> str:
    """A value that no edition has: in the words of the file, with its decimal sign."""
    of = of_setting(name, row, column)
    text = csv_text(spelt(row[column], of, language), of.kind)
    return text.replace(".", ",") if separator == ";" and isinstance(row[column], float) else text
