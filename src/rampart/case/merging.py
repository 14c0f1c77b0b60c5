"""Two editions of a case that were changed apart, made one again: cell by cell, against the edition that both came from.

A cell that one edition changed is as it says there; so is a row that one added or took away. What both changed and not to
the same is a conflict: it is named by table, row, column and the three values, and nobody's word is taken for it. A figure
and its range are one statement: where one edition changed the figure and the other its range, that is a conflict too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from rampart.case.draft import Origin, shown
from rampart.case.editions import Key, Row, key_told, rows_by_key
from rampart.case.headers import stored_columns
from rampart.case.in_file import InFile, of_setting
from rampart.case.soundness import require_sound
from rampart.case.tables import Case
from rampart.catalogues.choices import spelt
from rampart.catalogues.inputs import main_figures, tables
from rampart.findings import CaseError, Finding

NO_ROW = {"en": "(no such row)", "fr": "(ligne absente)"}
BLANK = {"en": "(blank)", "fr": "(vide)"}
NAMES = ("base", "A", "B")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that two editions changed and not to the same.

    key                  of the row, as a planner writes it
    base, first, second  what stands there: text, "" where it is blank, None where there is no such row
    """

    table: str
    key: Key
    column: str
    base: str | None
    first: str | None
    second: str | None

    def finding(
        self, names: Sequence[str] = NAMES, *, file: str = "", files: Sequence[InFile | None] = (None, None, None)
    ) -> Finding:
        """The conflict as bad news: which file, row and column, the three values and where each stands.

        names  of the common edition, the first and the second, as the reader knows them
        files  that they were read from; the words are those of the first one
        """
        base, sides = files[0], (self.base, self.first, self.second)
        details: dict[str, Any] = {"key": base.told(self.table, self.key) if base else key_told(self.key)}
        for part, name, value, of in zip(("base", "first", "second"), names, sides, files, strict=True):
            details[f"{part}_name"] = name
            for language, end in (("en", ""), ("fr", "_fr")):
                told = NO_ROW[language] if value is None else value or BLANK[language]
                details[part + end] = self._spelt(value, base) if value and base else told
                there = of is not None and value is not None
                details[f"{part}_at{end}"] = (
                    of.place(self.table, self.key, self.column, language) if there and of else ""
                )
        origin = base.origin(self.table) if base else Origin()
        return Finding(
            "merge-conflict", table=self.table, column=self.column, file=file, details=details, sheet=origin.sheet,
            header=origin.headers.get(self.column, ""), row=base.rows(self.table).get(self.key) if base else None,
            cell=base.cell(self.table, self.key, self.column) if base else "",
        )  # fmt: skip

    def _spelt(self, value: str, base: InFile) -> str:
        """A choice, yes or no, or "unlimited" in the words of the file."""
        column = of_setting(self.table, {"setting": self.key[0]}, self.column)
        told: Any = {"yes": True, "no": False}.get(value, value) if column.kind == "flag" else value
        told = float("inf") if value == "unlimited" and column.kind in ("limit", "number") else told
        return shown(spelt(told, column, base.language))


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of two editions.

    tables     by name as a case holds them, not yet checked; where the editions are in conflict, what the common one has
    conflicts  in the order of the tables, rows and columns
    """

    tables: Mapping[str, pl.DataFrame]
    conflicts: tuple[Conflict, ...]


def merge(base: Case, first: Case, second: Case) -> Merged:
    """Two editions of a case made one, against the one that both came from.

    ``merge(base, a, base)`` is a; the order of the two changes nothing but which of the values of a conflict comes first.
    Rows keep the order of the common edition; what is added comes after, sorted by key.
    """
    made, conflicts = {}, list[Conflict]()
    for name in tables():
        frames = base.tables[name], first.tables[name], second.tables[name]
        made[name] = _merged(name, *frames, conflicts)
    return Merged(made, tuple(conflicts))


def merged_case(base: Case, first: Case, second: Case, *, names: Sequence[str] = NAMES) -> Case:
    """Two editions of a case made one and checked like a case that is read.

    names  of the three, as the reader knows them

    Raises ``CaseError``: with every conflict where there are any, else with what is wrong with the case that comes of it
    (one edition may have taken away what the other newly names).
    """
    found = merge(base, first, second)
    if found.conflicts:
        files = [InFile.of(one) for one in (base, first, second)]
        raise CaseError(c.finding(names, file=_file(base, c.table), files=files) for c in found.conflicts)
    case = Case(found.tables)
    require_sound(case)
    return case


def _file(case: Case, table: str) -> str:
    """The file in which a planner finds a table of the common edition."""
    path = case.path
    return path.name if path is not None and path.is_file() else f"{table}.csv"


def _merged(
    name: str, base: pl.DataFrame, first: pl.DataFrame, second: pl.DataFrame, conflicts: list[Conflict]
) -> pl.DataFrame:
    if first.equals(second) or second.equals(base):
        return first
    if first.equals(base):
        return second
    sides = rows_by_key(name, base), rows_by_key(name, first), rows_by_key(name, second)
    rows, found = merged_rows(name, *sides, statements=tuple(_statements(name)))
    conflicts += found
    return pl.DataFrame(list(rows.values()), schema=base.schema, orient="row")


Rows = Mapping[Key, Row]


def merged_rows(
    name: str, base: Rows, first: Rows, second: Rows, *, statements: Sequence[Sequence[str]]
) -> tuple[dict[Key, Row], list[Conflict]]:
    """Rows of two editions made one, against the rows that both came from, and what stands against it.

    name        of their table, for the conflicts
    statements  the columns, those that say one thing together in one
    """
    rows, conflicts = dict[Key, Row](), list[Conflict]()
    for key in (*base, *sorted((first.keys() | second.keys()) - base.keys())):
        row, found = _row(name, statements, key, *(side.get(key) for side in (base, first, second)))
        conflicts += found
        if row is not None:
            rows[key] = row
    return rows, conflicts


def _row(
    name: str, statements: Sequence[Sequence[str]], key: Key, base: Row | None, first: Row | None, second: Row | None
) -> tuple[Row | None, list[Conflict]]:
    """What becomes of a row, None where it is taken away, and what stands against it."""
    if first == second or second == base:
        return first, []
    if first == base:
        return second, []
    if (
        base is None or first is None or second is None
    ):  # added twice and not alike, or taken away here and changed there
        there = [row for row in (base, first, second) if row is not None]
        every = [column for one in statements for column in one]
        differ = [c for c in every if any(row[c] != there[0][c] for row in there)]
        return base, [_conflict(name, key, column, base, first, second) for column in differ]
    row, conflicts = dict(base), list[Conflict]()
    for columns in statements:
        parts = [tuple(side[c] for c in columns) for side in (base, first, second)]
        if parts[1] == parts[2] or parts[2] == parts[0]:
            row |= {c: first[c] for c in columns}
        elif parts[1] == parts[0]:
            row |= {c: second[c] for c in columns}
        else:
            differ = [c for c in columns if first[c] != second[c]]
            conflicts += [_conflict(name, key, column, base, first, second) for column in differ]
    return row, conflicts


def _statements(name: str) -> Iterator[tuple[str, ...]]:
    """Columns that say one thing together: a figure with its range; every other column by itself."""
    table = tables()[name]
    ranged = (*main_figures(table), "low", "high") if main_figures(table) else ()
    if ranged:
        yield ranged
    yield from ((column,) for column in stored_columns(table) if column not in ranged)


def _conflict(name: str, key: Key, column: str, *rows: Row | None) -> Conflict:
    base, first, second = (None if row is None else shown(row[column]) for row in rows)
    return Conflict(name, key, column, base, first, second)
