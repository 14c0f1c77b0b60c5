"""Likeness: what every code of a case is, apart from its name.

Two codes are alike when all data about them are the same, and they stand to codes that are alike: refined round by round,
as in the test of graphs of Weisfeiler and Leman (1968). What is blank says nothing, so that a column that a case does not
fill changes nothing. With it things are put in an order that hangs on data alone, so
that another spelling of a code changes nothing; only what is alike in every datum is distinguished by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rampart.catalogues.inputs import Column, tables

Words = NDArray[np.uint64]

UNSAID = {"source", "known", "grade"}
"""Columns that say where a figure comes from and of when it is, and not what it is."""
SILENT = {"sources", "overrides"}
"""Tables that say nothing about what is planned: sources, and changes that are made or not made before."""
TAKEN_APART = {("fleets", "type"), ("breakdown", "parent")}
"""Columns of types of systems and of what is taken apart, type or part: their codes are of one kind with the parts."""
MOST_ROUNDS = 12
WRAP = 2**64 - 1
BLANK = np.uint64(0x5BD1E995)


def mixed(x: Words) -> Words:
    """Numbers spread over 64 bits (splitmix64: Steele, Lea and Flood 2014); wrapping round is meant."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def mixed_one(x: int) -> int:
    """One number spread in the same way."""
    x = (x + 0x9E3779B97F4A7C15) & WRAP
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & WRAP
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & WRAP
    return x ^ (x >> 31)


@lru_cache(maxsize=65_536)
def word(text: str) -> np.uint64:
    """A number of a text, the same on every machine."""
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest()))


@dataclass(frozen=True, eq=False)
class Likeness:
    """A number for every code of a case, the same for codes that are alike.

    by_table  number of each code, by the table that names it
    """

    by_table: Mapping[str, Mapping[str, int]]

    def of(self, table: str, code: str | None) -> int:
        """Number of a code; of one that no table names, that of its spelling."""
        if code is None:
            return int(BLANK)
        known = self.by_table.get(table, {})
        return known[code] if code in known else int(word(code))

    def alike(self) -> dict[str, list[list[str]]]:
        """Codes that are equal in every datum, by table: groups of two or more, by name."""
        found: dict[str, list[list[str]]] = {}
        for table, numbers in self.by_table.items():
            groups: dict[int, list[str]] = {}
            for code, number in numbers.items():
                groups.setdefault(number, []).append(code)
            several = sorted(sorted(group) for group in groups.values() if len(group) > 1)
            if several:
                found[table] = several
        return found


@dataclass(eq=False)
class _Seen:
    """Rows of one table: a number of the data of each row, and which codes it names."""

    data: Words
    codes: list[tuple[np.uint64, str, NDArray[np.int64]]] = field(default_factory=list)


def likeness(frames: Mapping[str, pl.DataFrame]) -> Likeness:
    """Likeness of the codes of a case.

    frames  its tables by name
    """
    places: dict[str, dict[str, int]] = {}
    seen = [_read(name, frame, places) for name, frame in _named(frames)]
    numbers = {table: np.full(len(codes), word(table)) for table, codes in places.items()}
    distinct = 0
    for _ in range(MOST_ROUNDS):
        numbers = _refined(seen, numbers)
        now = sum(len(np.unique(of)) for of in numbers.values())
        if now == distinct:
            break
        distinct = now
    return Likeness({
        table: dict(zip(codes, numbers[table].tolist(), strict=True)) for table, codes in places.items()
    })  # fmt: skip


def _named(frames: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tables that say something; each setting is a table of one row and column."""
    for name, frame in frames.items():
        if name != "settings":
            if name not in SILENT and not frame.is_empty():
                yield name, frame
            continue
        for setting, value in frame.iter_rows():
            if setting in tables()["settings"].columns:
                yield f"settings.{setting}", pl.DataFrame({setting: [value]})


def _column(table: str, name: str) -> Column:
    return tables()[table.split(".", 1)[0]].columns[name]


def home_of(table: str, column: Column) -> str:
    """What the codes of a column are: the table that names them; column and table where none does."""
    if (table, column.name) in TAKEN_APART:
        return "parts"
    return column.reference.partition(".")[0] or (table if column.key else f"{table}.{column.name}")


def _read(table: str, frame: pl.DataFrame, places: dict[str, dict[str, int]]) -> _Seen:
    data = np.full(frame.height, word(table))
    result = _Seen(data)
    with np.errstate(over="ignore"):
        for series in frame.get_columns():
            name = series.name
            column = _column(table, name)
            if (
                name in UNSAID
                or column.kind == "text"
                or (series.null_count() == len(series) and column.kind != "code")
            ):
                continue
            sign = word(f"{table}.{name}")
            if column.kind == "code":
                home = home_of(table, column)
                known = places.setdefault(home, {})
                codes = series.to_list()
                at = [-1 if code is None else known.setdefault(code, len(known)) for code in codes]
                result.codes.append((sign, home, np.array(at, dtype=np.int64)))
            else:
                said = series.is_not_null().to_numpy()
                result.data[said] += mixed(sign + _numbers(series))[said]
    return result


def _numbers(series: pl.Series) -> Words:
    """A number for each value."""
    if series.dtype == pl.String:
        of = {value: word(value) for value in series.unique().drop_nulls().to_list()}
        return np.array([of.get(value, BLANK) for value in series.to_list()], dtype=np.uint64)
    return series.cast(pl.Float64).fill_null(0.0).to_numpy().copy().view(np.uint64)


def _refined(seen: list[_Seen], numbers: dict[str, Words]) -> dict[str, Words]:
    """One round: each code takes in the rows that name it, each row the codes that it names."""
    result = {table: of.copy() for table, of in numbers.items()}
    with np.errstate(over="ignore"):
        for rows in seen:
            whole = rows.data.copy()
            for sign, home, at in rows.codes:
                named = at >= 0
                whole[named] += mixed(sign + numbers[home][at[named]])
            for sign, home, at in rows.codes:
                named = at >= 0
                np.add.at(result[home], at[named], mixed(mixed(whole[named]) ^ sign))
    return {table: mixed(of) for table, of in result.items()}
