"""Values inside the overrides table, judged when the case is read and kept in one spelling.

``value`` and ``where`` hold text that belongs to columns of other tables. In a French file 1,5 is one and a half there
too; what may be read in two ways is refused there too, whether or not the override is ever asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import polars as pl

from rampart.case.cells import Locale, read_cell
from rampart.case.draft import ROW, shown
from rampart.case.headers import match_column, match_setting, match_table, stored_column
from rampart.case.pairs import parse_pairs, written_pairs
from rampart.catalogues.inputs import Column, tables

FACTOR = Column("overrides", "value", "number", "", True, "", None, 999.0, (), "", False, "public", {}, {})
"""What a step multiplies by: no figure is made a thousand times as large, so that 1,125 in a French file has one reading."""
KINDS_FR = {
    "number": "nombre", "integer": "nombre entier", "limit": "nombre ou « illimité »", "flag": "oui ou non",
    "choice": "un des choix", "month": "mois, AAAA-MM", "code": "code", "text": "texte",
}  # fmt: skip
"""What a column holds, in French."""
_NUMBERS = ("number", "integer", "limit")
Report = Callable[[str, str, int, str, Column], None]


def judged(frame: pl.DataFrame, locale: Locale, report: Report) -> pl.DataFrame:
    """The overrides with their numbers spelt plainly (1.5).

    report  called with code, column of the table, row, value and the column that it is to stand in, for what is refused
    """
    rows = []
    for row in frame.iter_rows(named=True):
        table = match_table(row["table"] or "")
        if table is not None:
            refuse = partial(_refuse, report, row[ROW])
            where = _pairs(table, row["where"], locale, partial(refuse, "where"))
            if row["action"] == "add":
                value = _pairs(table, row["value"], locale, partial(refuse, "value"))
            else:
                value = _one(_target(table, row), row["value"], locale, partial(refuse, "value"))
            row = {**row, "where": where, "value": value}
        rows.append(row)
    return pl.DataFrame(rows, schema=frame.schema) if rows else frame


def _refuse(report: Report, row: int, cell: str, column: Column, value: str, problem: str) -> None:
    report("ambiguous-number" if problem == "ambiguous-number" else "override-value", cell, row, value, column)


def _target(table: str, row: Mapping[str, Any]) -> Column | None:
    """The column that a step sets or multiplies; of a setting the one that the condition names."""
    if row["action"] == "remove":
        return None
    if row["action"] == "multiply":
        return FACTOR
    if table == "settings":
        return _setting((parse_pairs(row["where"] or "") or {}).get("setting"))
    name = match_column(table, row["column"] or "")
    return None if name is None else stored_column(table, name)


def _setting(name: str | None) -> Column | None:
    found = match_setting(name or "")
    return None if found is None else tables()["settings"].columns[found]


def _one(
    column: Column | None, text: str | None, locale: Locale, refuse: Callable[[Column, str, str], None]
) -> str | None:
    if column is None or text is None or column.kind not in _NUMBERS:
        return text
    value, problem = read_cell(text, column, locale)
    if problem is not None:
        refuse(column, text, problem)
        return text
    # English spelling is kept as it was written; other spellings become the plain one.
    return text if locale == "en" or value is None else shown(float(value))


def _pairs(table: str, text: str | None, locale: Locale, refuse: Callable[[Column, str, str], None]) -> str | None:
    pairs = parse_pairs(text or "")
    if not pairs:
        return text
    changed = {}
    for header, cell in pairs.items():
        name = match_column(table, header)
        column = None if name is None else stored_column(table, name)
        if table == "settings" and name == "value":
            column = _setting(next((v for k, v in pairs.items() if match_column(table, k) == "setting"), None))
        changed[header] = _one(column, cell, locale, refuse) or ""
    return text if changed == pairs else written_pairs(changed)
