"""One table as it stands in a file: text and numbers of every cell, before it is known what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from rampart.findings import Finding

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
"""What a file that is read as a workbook is named like."""
MOST_BYTES = 500_000_000
"""A file that unpacks to more than this is not opened: no case is that large, and memory is finite."""
MOST_CELLS = 30_000_000


@dataclass(frozen=True)
class Sheet:
    """Cells of one table, column by column.

    table      catalogue name
    headers    header cells as text, blank cells as ""; one for each of ``texts`` and ``numbers``
    rows       row in the file of every data row
    texts      text of the cells, null where blank or a number
    numbers    cells that the file itself holds as numbers, null elsewhere; None for a column without any
    separator  of a CSV file, else ""
    dtypes     column types of a Parquet file, else empty
    ragged     rows left out since their cells cannot be distinguished; they have been reported
    header_row  row in the file of the names of columns
    merged     merged cells as top, left, bottom and right, each from 1; they have been reported
    """

    table: str
    file: str
    sheet: str
    headers: tuple[str, ...]
    rows: pl.Series
    texts: Sequence[pl.Series]
    numbers: Sequence[pl.Series | None]
    separator: str = ""
    dtypes: tuple[pl.DataType, ...] = ()
    ragged: frozenset[int] = frozenset()
    merged: Sequence[tuple[int, int, int, int]] = ()
    header_row: int = 1


@dataclass(frozen=True)
class Found:
    """What a reader brings back: sheets, tables that could not be opened, and findings."""

    sheets: list[Sheet] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def is_breakdown(error: BaseException) -> bool:
    """Whether this is a library giving up on a damaged file, panics of Rust code included, and not Ctrl-C."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def plain(value: float) -> str:
    """Text of a number cell that stands where a word is wanted: 155.0 is the code 155."""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
