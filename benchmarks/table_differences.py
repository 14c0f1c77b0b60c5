"""What differs between an old and a new table, or between two texts in JSON: rows found by their keys, months mapped.

A blank, a NaN and a null are one thing here. A month is text (``2023-05``) or a date (the first of the month); both are
read as the text. Two numbers agree when they lie no further apart than the tolerance times the larger of 1 and the old one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TOLERANCE = 1e-9
ROW, TURN, OTHER = "\0row", "\0turn", "\0other"  # names that no table has
FIRST_OF_MONTH = r"^(\d{4}-\d{2})-01$"


@dataclass(frozen=True)
class Rules:
    """How two answers are held side by side.

    tolerance  of numbers
    left_out   whether a column of a table (by their names; "" for the whole table) is not looked at
    renamed    new names of columns, by table and old name
    """

    tolerance: float = TOLERANCE
    left_out: Callable[[str, str], bool] = lambda table, column: False
    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)


STRICT = Rules()


@dataclass(frozen=True)
class Difference:
    """Where two answers differ.

    place     table, or path in a text of JSON; ``column`` is "" for whole rows or tables
    rows      how many rows differ, or are lost or added
    absolute  largest difference; infinite where a number stands against a blank, NaN where no numbers differ
    relative  the same over the larger of 1 and the old number
    example   the first row that differs, and both values
    """

    place: str
    column: str
    rows: int
    absolute: float = math.nan
    relative: float = math.nan
    example: str = ""


@dataclass
class Found:
    """Differences, what is worth a note but is no difference (rows in another order, columns added), and how much was held
    side by side: tables, rows, cells.
    """

    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: int = 0
    rows: int = 0
    cells: int = 0

    def add(self, other: Found) -> None:
        """Take in what was found elsewhere."""
        self.differences += other.differences
        self.notes += other.notes
        self.tables += other.tables
        self.rows += other.rows
        self.cells += other.cells


def plain(column: pl.Series) -> pl.Series:
    """A column as whole numbers, numbers (a blank for NaN) or text (months as ``2023-05``)."""
    kind = column.dtype
    if kind == pl.Null:
        return column
    if kind.is_integer():
        return column.cast(pl.Int64)
    if kind.is_numeric():
        return column.cast(pl.Float64).fill_nan(None)
    if kind.is_nested() or kind == pl.Object:
        return pl.Series(column.name, [None if v is None else str(v) for v in column.to_list()], dtype=pl.String)
    return column.cast(pl.String).str.replace(FIRST_OF_MONTH, "$1")


def alike(old: pl.Series, new: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """Both columns, made plain, in one type: that of the other where one is blank throughout, numbers where both are; None
    where one is of text and the other of numbers.
    """
    a, b = plain(old), plain(new)
    kinds = {a.dtype, b.dtype} - {pl.Null}
    if len(kinds) > 1 and pl.String in kinds:
        return None
    kind = pl.Float64 if len(kinds) > 1 else next(iter(kinds), pl.String)
    return a.cast(kind), b.cast(kind)


def compare_tables(
    place: str, old: pl.DataFrame, new: pl.DataFrame, *, table: str | None = None, rules: Rules = STRICT
) -> Found:
    """Hold two tables side by side: as they stand, and where that fails row by row of the same texts, months and whole
    numbers (equal ones in the order of their numbers). Of the two, what tells less to differ is told.

    table  its name for the rules, where that is not ``place``
    """
    table = place if table is None else table
    if rules.left_out(table, ""):
        return Found()
    old = old.rename({c: rules.renamed.get((table, c), c) for c in old.columns})
    old, new = (f.select(c for c in f.columns if not rules.left_out(table, c)) for f in (old, new))
    found = Found(tables=1, rows=old.height)
    for column in old.columns:
        if column not in new.columns:
            found.differences.append(Difference(place, column, old.height, example="the column is gone"))
    for column in new.columns:
        if column not in old.columns:
            found.notes.append(f"{place}: column {column} is new")
    shared = [c for c in old.columns if c in new.columns]
    found.cells = old.height * len(shared)
    pairs = {c: alike(old[c], new[c]) for c in shared}
    for column, pair in pairs.items():
        if pair is None:
            kinds = f"{old[column].dtype} -> {new[column].dtype}"
            found.differences.append(Difference(place, column, old.height, example=kinds))
    left, right = (pl.DataFrame([p[side] for p in pairs.values() if p]) for side in (0, 1))
    if not left.width:
        return found
    standing = _cells(place, left, right, rules.tolerance) if left.height == right.height else None
    if standing == []:
        return found
    matched = _matched(place, left, right, rules.tolerance)
    if not matched:
        found.notes.append(f"{place}: rows in another order")
    chosen = matched if standing is None or _weight(matched, left) < _weight(standing, left) else standing
    found.differences += chosen
    return found


def _weight(differences: Sequence[Difference], frame: pl.DataFrame) -> int:
    """How many cells differ; a row lost or added counts whole."""
    return sum(d.rows * (1 if d.column else frame.width) for d in differences)


def _cells(place: str, left: pl.DataFrame, right: pl.DataFrame, tolerance: float) -> list[Difference]:
    """Differences of the same columns and the same number of rows, row by row."""
    found = []
    for column in left.columns:
        a, b = left[column], right[column]
        absolute: Floats | None = None
        relative: Floats | None = None
        if a.dtype == pl.String:
            differs = a.ne_missing(b).to_numpy()
        else:
            x, y = a.to_numpy().astype(np.float64), b.to_numpy().astype(np.float64)
            absolute = apart(x, y)
            relative = absolute / np.maximum(1.0, np.where(np.isfinite(x), np.abs(x), 1.0))
            differs = ~(relative <= tolerance) if a.dtype == pl.Float64 else a.ne_missing(b).to_numpy()
        if differs.any():
            first = int(np.flatnonzero(differs)[0])
            found.append(Difference(
                place, column, int(differs.sum()),
                math.nan if absolute is None else float(absolute[differs].max()),
                math.nan if relative is None else float(relative[differs].max()),
                f"{_row(left, first, column)}{_shown(a[first])} -> {_shown(b[first])}",
            ))  # fmt: skip
    return found


def apart(x: Floats, y: Floats) -> Floats:
    """How far numbers lie apart; NaN is a blank: nothing from another blank, without limit from a number."""
    with np.errstate(invalid="ignore"):
        distance = np.where(x == y, 0.0, np.abs(x - y))  # infinity less infinity is no number
    return np.where(np.isnan(x) & np.isnan(y), 0.0, np.where(np.isnan(distance), np.inf, distance))


def _matched(place: str, left: pl.DataFrame, right: pl.DataFrame, tolerance: float) -> list[Difference]:
    """Differences of rows found by their keys: those lost, those added, and those of the numbers of the others."""
    keys = [c for c in left.columns if left[c].dtype != pl.Float64]
    a, b = (_turns(frame, keys) for frame in (left, right))
    on = [*keys, TURN]
    pairs = a.join(b.rename({ROW: OTHER}), on=on, how="full", nulls_equal=True, coalesce=True, maintain_order="left")
    found = []
    for there, away, frame, word in ((ROW, OTHER, left, "lost"), (OTHER, ROW, right, "added")):
        alone = pairs.filter(pl.col(away).is_null())[there].sort()
        if len(alone):
            found.append(
                Difference(place, "", len(alone), example=f"{word}: {_row(frame, alone[0], ROW).rstrip(': ')}")
            )
    both = pairs.filter(pl.col(ROW).is_not_null() & pl.col(OTHER).is_not_null())
    return found + _cells(place, left[both[ROW]], right[both[OTHER]], tolerance)


def _turns(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Keys of each row, its place, and its turn among the rows of the same keys: by their numbers, roughly."""
    numbers = [c for c in frame.columns if c not in keys]
    sorted_rows = (
        frame.with_row_index(ROW)
        .with_columns(pl.col(numbers).round_sig_figs(8))
        .sort([*keys, *numbers], maintain_order=True)
    )
    turn = pl.int_range(pl.len()).over(keys) if keys else pl.int_range(pl.len())
    return sorted_rows.select(*keys, ROW, turn.alias(TURN))


def _row(frame: pl.DataFrame, row: int, but: str) -> str:
    """What tells a row from others, to read; without one column."""
    keys = [c for c in frame.columns if c != but and frame[c].dtype != pl.Float64][:12]
    told = [f"{c}={frame[c][row]}" for c in keys if frame[c][row] is not None]
    return f"{' '.join(told)}: " if told else f"row {row}: "


def _shown(value: Any) -> str:
    return "blank" if value is None else repr(value)


def compare_json(place: str, old: Any, new: Any, *, key: str = "", rules: Rules = STRICT) -> Found:
    """Hold two texts of JSON side by side, path by path. A list of rows is a table: its name is the last key of its path.

    key  last key of the path so far. The rules see each key of an object as a column of this key, and as a table.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        found, known = Found(), set()
        for was, value in old.items():
            name = rules.renamed.get((key, was), was)
            known.add(name)
            path = f"{place}.{name}".lstrip(".")
            if rules.left_out(key, name) or rules.left_out(name, ""):
                continue
            if name in new:
                found.add(compare_json(path, value, new[name], key=name, rules=rules))
            else:
                found.differences.append(Difference(path, "", 1, example="gone"))
        added = [n for n in new if n not in known and not rules.left_out(key, n)]
        found.notes += [f"{f'{place}.{n}'.lstrip('.')} is new" for n in added]
        return found
    if isinstance(old, list) and isinstance(new, list):
        rows = [*old, *new]
        if rows and all(isinstance(row, Mapping) and not any(map(_nested, row.values())) for row in rows):
            a, b = table_of(old, new)
            return compare_tables(place, a, b, table=key, rules=rules)
        found = Found()
        if len(old) != len(new):
            found.differences.append(
                Difference(place, "", abs(len(old) - len(new)), example=f"{len(old)} -> {len(new)}")
            )
        for n, (a, b) in enumerate(zip(old, new, strict=False)):
            found.add(compare_json(f"{place}[{n}]", a, b, key=key, rules=rules))
        return found
    return _value(place, old, new, rules.tolerance)


def _value(place: str, old: Any, new: Any, tolerance: float) -> Found:
    """Hold two single values side by side."""
    pair = None
    if not (_nested(old) or _nested(new) or isinstance(old, bool) != isinstance(new, bool)):
        pair = alike(_column("", [old]), _column("", [new]))
    if pair is None:
        return Found([Difference(place, "", 1, example=f"{_short(old)} -> {_short(new)}")], cells=1)
    found = _cells(place, pl.DataFrame(pair[0]), pl.DataFrame(pair[1]), tolerance)
    return Found([replace(d, example=f"{_short(old)} -> {_short(new)}") for d in found], cells=1)


def _nested(value: Any) -> bool:
    return isinstance(value, list | Mapping)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "..."


def table_of(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of JSON as tables; one without rows gets the columns of the other, since JSON does not tell them."""
    made = []
    for rows, others in ((old, new), (new, old)):
        columns = list(dict.fromkeys(c for row in rows or others for c in row))
        made.append(pl.DataFrame([_column(c, [row.get(c) for row in rows]) for c in columns]))
    return made[0], made[1]


def _column(name: str, values: list[Any]) -> pl.Series:
    """A column of JSON: numbers, whole numbers or text, whatever its first row looks like."""
    kinds = {type(v) for v in values if v is not None}
    kind = pl.Null if not kinds else pl.Int64 if kinds == {int} else pl.Float64 if kinds <= {int, float} else pl.String
    if kind == pl.String:
        values = [v if v is None or isinstance(v, str) else repr(v).lower() for v in values]
    return pl.Series(name, values, dtype=kind)
