"""The one catalogue of tables and columns, read from ``data/tables.csv``.

Readers, checks, templates, the data dictionary and all labels come from here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from rampart.findings import curly

Kind = Literal["code", "text", "number", "integer", "limit", "month", "date", "flag", "choice"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table.

    kind       code (short name), text, number, integer, limit (a number or the word "unlimited"),
               month (YYYY-MM), date (YYYY, YYYY-MM or a day), flag (yes/no), choice (one of ``values``)
    required   blank is an error; otherwise blank means ``default`` or, with no default, unknown
    present    the column must be there, its cells may be blank
    reference  "table.column" that must hold the value
    key        part of the table's key; blank is a legal key value unless required
    """

    table: str
    name: str
    kind: Kind
    unit: str
    required: bool
    default: str
    minimum: float | None
    maximum: float | None
    values: tuple[str, ...]
    reference: str
    key: bool
    sensitivity: str
    label: Mapping[str, str] = field(hash=False)
    help: Mapping[str, str] = field(hash=False)
    present: bool = False

    @property
    def default_value(self) -> float | int | bool | str | None:
        """What a blank cell means, in the column's type; None where blank means unknown."""
        if not self.default:
            return None
        if self.kind in ("number", "limit"):
            return float("inf") if self.default == "unlimited" else float(self.default)
        if self.kind == "integer":
            return int(self.default)
        return self.default == "yes" if self.kind == "flag" else self.default


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns by name, in catalogue order."""

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    columns: Mapping[str, Column]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns; no two rows may share all of them."""
        return tuple(c.name for c in self.columns.values() if c.key)


def _number(text: str) -> float | None:
    return float(text) if text else None


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Table]:
    """All tables of a case by name, in catalogue order."""
    return _read("tables.csv")


@lru_cache(maxsize=1)
def layouts() -> Mapping[str, Table]:
    """Layouts of public tables that are read as those of a case are (``data/layouts.csv``), by name."""
    return _read("layouts.csv")


def table_named(name: str) -> Table:
    """A table of a case, or a layout. Raises KeyError for neither."""
    return tables()[name] if name in tables() else layouts()[name]


def _read(file: str) -> Mapping[str, Table]:
    text = files("rampart").joinpath(f"data/{file}").read_text(encoding="utf-8")
    heads: dict[str, dict[str, str]] = {}
    columns: dict[str, dict[str, Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        name = row["table"]
        if not row["column"]:
            heads[name], columns[name] = row, {}
            continue
        columns[name][row["column"]] = Column(
            table=name,
            name=row["column"],
            kind=row["type"],  # type: ignore[arg-type]
            unit=row["unit"],
            required=row["required"] == "yes",
            default=row["default"],
            minimum=_number(row["minimum"]),
            maximum=_number(row["maximum"]),
            values=tuple(row["values"].split("|")) if row["values"] else (),
            reference=row["reference"],
            key=row["key"] == "yes",
            sensitivity=row["sensitivity"],
            label={"en": row["label_en"], "fr": curly(row["label_fr"])},
            help={"en": row["help_en"], "fr": curly(row["help_fr"])},
            present=row["required"] in ("yes", "column"),
        )
    return {
        name: Table(
            name,
            {"en": head["label_en"], "fr": curly(head["label_fr"])},
            {"en": head["help_en"], "fr": curly(head["help_fr"])},
            columns[name],
        )
        for name, head in heads.items()
    }


def main_figures(table: Table) -> tuple[str, ...]:
    """Columns that the range low-high of a row is about; none for a table without ranges.

    A requirement may state its figure as a quantity or as a daily rate and days.
    """
    if "low" not in table.columns:
        return ()
    main = table.columns["low"].unit.removeprefix("as ")
    return (main, "daily_rate", "days") if table.name == "requirements" else (main,)
