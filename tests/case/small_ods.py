"""An .ods workbook written by hand: a sheet for every table of a folder of CSV files."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

_SPACES = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def text_cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def cell(text: str) -> str:
    """A cell as a spreadsheet stores what was typed: numbers as numbers."""
    try:
        number = f'office:value-type="float" office:value="{float(text)!r}"'
        return f"<table:table-cell {number}><text:p>{text}</text:p></table:table-cell>"
    except ValueError:
        return text_cell(text)


def write_ods(
    folder: Path, target: Path, *, cells: dict[tuple[str, int, int], str] | None = None, tail: str = ""
) -> Path:
    """Write the tables of a folder; ``cells`` puts markup at (table, row, column) from 1, ``tail`` ends every table."""
    cells = cells or {}
    sheets = []
    for file in sorted(folder.glob("*.csv")):
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        made = [
            "<table:table-row>"
            + "".join(cells.get((file.stem, i, j), cell(text)) for j, text in enumerate(row, start=1))
            + "</table:table-row>"
            for i, row in enumerate(rows, start=1)
        ]
        sheets.append(f'<table:table table:name="{file.stem}">{"".join(made)}{tail}</table:table>')
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.3"><office:body>'
        f"<office:spreadsheet>{''.join(sheets)}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", kind)
        parts.writestr("META-INF/manifest.xml", manifest)
        parts.writestr("content.xml", content)
    return target
