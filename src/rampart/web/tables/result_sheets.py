"""Tables of a result as sheets: names in place of codes, links to what they name, and "why" behind what is short."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import polars as pl

from rampart.catalogues.results import ResultColumn, ResultTable, result_tables
from rampart.language.in_words import InWords
from rampart.report.books.plan import plan_cells
from rampart.web.sight import SEEN_BY
from rampart.web.tables.in_frame import FrameRows
from rampart.web.tables.sheet import Kind, Sheet, SheetCell, SheetColumn, Value

NOT_SHOWN = ("duals",)
"""About rows of the model, many and for experts."""
KINDS: Mapping[str, Kind] = {"integer": "number", "number": "number", "month": "month", "flag": "flag", "text": "text"}
SHORT: Mapping[tuple[str, str], tuple[str, str]] = {
    ("stock", "shortfall"): ("holder", "item"),
    ("stock", "below_floor"): ("holder", "item"),
    ("demand", "unmet"): ("holder", "item"),
    ("shortages", "amount"): ("holder", "item"),
    ("short", "amount"): ("holder", "item"),
    ("pledges", "owed"): ("recipient", "item"),
    ("backfill", "owed"): ("donor", "item"),
}
"""Figures that are bad news where they are above zero, and the columns of who lacks what."""
PAGES: Mapping[str, str] = {"nations": "nations", "items": "items", "lines": "lines", "contracts": "contracts"}
"""Pages of what a code names, by the table in which the code is at home."""
LEAST = 1e-6
"""What the solver leaves of nothing is nothing."""


def plan_path(plan: str, *parts: str, **asked: Any) -> str:
    """Path of a page of a plan from the root of the application."""
    from urllib.parse import quote

    path = "/".join(["/plans", quote(plan, safe=""), *(quote(part, safe="") for part in parts)])
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path


PLACES = {"plan": "plans", "war": "wars", "fleet": "fleets"}


def result_path(kind: str, name: str) -> str:
    """Path of the page of a result of any kind from the root of the application."""
    from urllib.parse import quote

    return f"/{PLACES[kind]}/{quote(name, safe='')}"


def tables_of(answer: InWords) -> Mapping[str, ResultTable]:
    """Tables of a plan that have something to say to the reader, by name."""
    known = {**result_tables("plan"), **answer.result.own_tables}
    return {name: table for name, table in known.items() if name not in NOT_SHOWN and answer[name].height}


def result_sheet(answer: InWords, plan: str, name: str, frame: pl.DataFrame | None = None) -> Sheet:
    """A table of a plan as a sheet.

    plan   name of the folder, for links
    frame  rows of the table in place of all
    """
    table = {**result_tables("plan"), **answer.result.own_tables}[name]
    rows = answer.at_ends(name, answer[name] if frame is None else frame)
    columns = [_column(answer, column) for column in table.columns.values() if column.type != "key"]
    where = {column.key: table.columns[column.key] for column in columns}
    if "item" in where:
        columns.insert(next(n for n, c in enumerate(columns) if c.key == "item") + 1, _unit_column(answer))
        units = {item: answer.unit(item) for item in rows["item"].unique()}
        rows = rows.with_columns(item_unit=pl.col("item").replace_strict(units, return_dtype=pl.String, default=None))
    label = table.label[answer.language]
    words = plan_cells(answer)

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        if column.key == "item_unit":
            return SheetCell(row["item_unit"], row["item_unit"])
        return _cell(answer, plan, where[column.key], row, words)

    def known(column: SheetColumn, row: Mapping[str, Any]) -> Value:
        value = row[column.key]
        return None if value == "" or (isinstance(value, float) and math.isnan(value)) else value

    said = {key: _hangs_on(column, rows.columns) for key, column in where.items()}
    made = FrameRows(rows, said | {"item_unit": ("item",)})
    return Sheet(name, label[:1].upper() + label[1:], table.help[answer.language], columns, made, cell, known)


def _hangs_on(column: ResultColumn, columns: Sequence[str]) -> Sequence[str] | None:
    """Columns on which the words of a cell hang (``plan_cells``); None: on the whole row."""
    if column.type == "code" and (column.name in ("code", "what") and "key" in columns):
        return None
    if (column.table, column.name) == ("passes", "status"):
        return None
    if column.type == "code" and len(column.reference) > 1:
        return [column.name, *(c for c in ("kind", "lever", "from_kind", "objective") if c in columns)]
    return [column.name]


def _unit_column(answer: InWords) -> SheetColumn:
    return SheetColumn("item_unit", answer.words("head.unit"), "code")


def _column(answer: InWords, column: ResultColumn) -> SheetColumn:
    kind = KINDS.get(column.type, "code")
    return SheetColumn(
        column.name, column.label[answer.language], kind, unit_of(answer, column.unit), column.unit == "share"
    )


def unit_of(answer: InWords, unit: str) -> str:
    """Unit of a column as it stands in its head; units of items stand beside the item, shares show theirs in the cell."""
    words = answer.words
    if not unit or unit in ("share", "units", "item unit"):
        return ""
    if unit == "currency":
        return words.currency
    return words.money_label if "money unit" in unit else words.choice("column_unit", unit)


def _cell(
    answer: InWords, plan: str, column: ResultColumn, row: Mapping[str, Any], said: Callable[..., str]
) -> SheetCell:
    words, value = answer.words, row[column.name]
    blank = words(column.blank or "unknown")
    if column.type in ("number", "integer"):
        if value is None or math.isnan(value):
            return SheetCell(None, blank)
        return _figure(answer, plan, column, row, float(value))
    if column.type == "month":
        return SheetCell(value, blank if value is None else words.month(value, short=True))
    if column.type == "flag":
        return SheetCell(value, blank if value is None else words("web.yes" if value else "web.no"))
    if value is None or value == "":
        return SheetCell(None, blank)
    if column.type == "text":
        return SheetCell(value, value)
    home = PAGES.get(column.reference[0]) if len(column.reference) == 1 else None
    link = plan_path(plan, home, value) if home else ""
    return SheetCell(value, said(column, row), link)


def _figure(answer: InWords, plan: str, column: ResultColumn, row: Mapping[str, Any], value: float) -> SheetCell:
    words = answer.words
    if column.type == "integer" and column.unit == "":
        return SheetCell(value, str(int(value)))  # a year or a rank has no thousands
    text = words.share(value, digits=1) if column.unit == "share" else words.number(value)
    of = SHORT.get((column.table, column.name))
    if of is None or value <= LEAST:
        return SheetCell(value, text)
    holder, item = (row[name] for name in of)
    own = answer.result.manifest.get(SEEN_BY)
    if own is not None and holder != own:  # why another lacks it is not told to a nation
        return SheetCell(value, text)
    return SheetCell(value, text, plan_path(plan, "why", holder=holder, item=item), alarm=True)
