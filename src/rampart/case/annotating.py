"""A copy of the user's own case as a workbook, with red cells and notes where something was found."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.headers import match_table
from rampart.catalogues.inputs import tables
from rampart.engine.whole_file import whole_file
from rampart.findings import CaseError, Finding

if TYPE_CHECKING:
    from rampart.findings import Language

_COLOURS = {"error": "FFFF9999", "warning": "FFFFE699", "note": "FFDDEBF7"}
_RANK = {"error": 0, "warning": 1, "note": 2}


def write_annotated(
    source: str | Path, findings: Iterable[Finding], target: str | Path, *, language: Language = "en",
    force: bool = False,
) -> Path:  # fmt: skip
    """Write the annotated copy (.xlsx) and give its path.

    source    the workbook, or the folder of CSV, that was read
    findings  those of ``check_case``; each marks its cell (or its row's first cell), and all are listed, with
              links, in a first sheet ``#findings`` that the reader leaves alone
    force     also over a file that is there; never over the source

    Raises ``CaseError`` where the source cannot be opened at all, ``TakenError`` where the target is the source or is there,
    ``PlaceError`` where it cannot be written.
    """
    source, target = Path(source), Path(target)
    book = _book_of_folder(source) if source.is_dir() else _book_of_file(source)
    ordered = sorted(findings, key=lambda finding: _RANK[finding.severity])
    placed = [(finding, *_place(book, finding)) for finding in ordered]
    notes: dict[tuple[str, str], list[Finding]] = {}
    for finding, sheet, cell in placed:
        if cell:
            notes.setdefault((sheet, cell), []).append(finding)
    for (sheet, cell), found in notes.items():
        _mark(book[sheet][cell], found, language)
    _list(book, placed, language)
    whole = BytesIO()
    book.save(whole)
    with whole_file(target, force=force, sources=[source]) as part:
        part.write_bytes(whole.getvalue())
    return target


def _book_of_file(path: Path) -> Any:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return load_workbook(path)
    except (OSError, ValueError, KeyError, BadZipFile, InvalidFileException) as fault:
        raise CaseError([Finding("unreadable", file=path.name, details={"why": str(fault)})]) from fault


def _book_of_folder(folder: Path) -> Any:
    """The CSV files of a folder as they are, one sheet each: text only, so that nothing changes."""
    import csv

    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for file in sorted(folder.glob("*.csv")):
        sheet = book.create_sheet(match_table(file.stem) or file.stem[:31])
        text = file.read_bytes().decode("utf-8-sig", errors="replace")
        separator = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
        for i, row in enumerate(csv.reader(text.splitlines(keepends=True), delimiter=separator), start=1):
            for j, value in enumerate(row, start=1):
                if value:
                    cell = sheet.cell(i, j, printable(value))
                    cell.data_type = "s"
    return book


def _place(book: Any, finding: Finding) -> tuple[str, str]:
    """Sheet and cell that a finding is about, blank where it is about none."""
    names = [finding.sheet, finding.table]
    names += [name for name in book.sheetnames if finding.table and match_table(name) == finding.table]
    sheet = next((name for name in names if name and name in book.sheetnames), "")
    if not sheet:
        return "", ""
    if finding.cell:
        return sheet, finding.cell
    if finding.row:
        return sheet, f"A{finding.row}"
    return sheet, "A1" if finding.table in tables() else ""


def _mark(cell: Any, found: list[Finding], language: Language) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    colour = _COLOURS[found[0].severity]
    texts = [" ".join((f.message(language), f.expected(language), f.remedy(language))).strip() for f in found[:8]]
    if len(found) > 8:
        texts.append(f"(+ {len(found) - 8})")
    if type(cell).__name__ != "MergedCell":
        cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
        cell.comment = Comment(printable("\n\n".join(texts)), "Rampart", width=420, height=160)


def _list(book: Any, placed: list[tuple[Finding, str, str]], language: Language) -> None:
    """The first sheet: every finding in a row, with a link to its cell."""
    sheet = book.create_sheet("#findings", 0)
    heads = {
        "en": ("severity", "place", "value", "what is wrong", "expected", "what to do"),
        "fr": ("gravité", "endroit", "valeur", "ce qui ne va pas", "attendu", "que faire"),
    }
    for j, head in enumerate(heads[language], start=1):
        sheet.cell(1, j, head)
        sheet.column_dimensions[chr(64 + j)].width = (12, 40, 24, 60, 50, 50)[j - 1]
    sheet.freeze_panes = "A2"
    for i, (finding, name, cell) in enumerate(placed, start=2):
        texts = (
            finding.severity_word(language), finding.where(language), finding.value,
            finding.message(language), finding.expected(language), finding.remedy(language),
        )  # fmt: skip
        for j, text in enumerate(texts, start=1):
            at = sheet.cell(i, j)
            at.value = printable(text)
            at.data_type = "s"
        if cell:
            sheet.cell(i, 2).hyperlink = f"#'{name}'!{cell}"
    book.active = 0


def printable(text: str) -> str:
    """Text without the characters that a workbook cannot hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text))[:32_000]
