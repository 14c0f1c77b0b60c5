"""Cases under other codes: any spelling that a cell may hold, the same codes in several tables, another order."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import polars as pl

from rampart.case.tables import Case
from rampart.catalogues.inputs import Column, tables

NASTY = (
    "155|HE", "charge#2", "a>b", "[x]", "[/red]", "[bold]", 'say "x"', "d'été", "Łódź", "two words", "7", "12.5", "=1+1",
    "<b>", "a&b", "a;b", "a,b", "a+b", "all", "none", "\\n", "%s", "{name}", ":smile:", "-", "(x)", "x" * 180, "ZZ", "aa",
    "made", "ends", "*", "a/b", "€", "弾", "null", "operations", "own", "0", "1e3", "true", "|", "||", "#", "a|", "|a",
)  # fmt: skip
"""Codes that a cell may hold."""
Names = Mapping[str, Mapping[str, str]]
"""New code by what it is a code of and the old code."""


def of_what(table: str, column: Column) -> str:
    """What a code is a code of; types of systems and parts share the column of what is taken apart."""
    if (table, column.name) in {("fleets", "type"), ("breakdown", "parent")}:
        return "parts.part"
    return column.reference or f"{table}.{column.name}"


def codes_of(case: Case) -> dict[str, list[str]]:
    """Codes of a case by what they are codes of, sources left out."""
    found: dict[str, dict[str, None]] = {}
    for table, column in _columns():
        known = found.setdefault(of_what(table, column), {})
        known.update(dict.fromkeys(case.tables[table][column.name].drop_nulls().to_list()))
    return {of: list(codes) for of, codes in found.items()}


def spelled(case: Case, chance: Random) -> Names:
    """New codes for a case; one spelling may stand for a nation, an item and a line."""
    return {of: dict(zip(codes, chance.sample(NASTY, len(codes)), strict=True)) for of, codes in codes_of(case).items()}


def renamed(case: Case, names: Names) -> Case:
    """The same case under other codes, its rows in another order; what it would say of overrides is left out."""
    frames = dict(case.tables)
    for table, column in _columns():
        new = names.get(of_what(table, column), {})
        frames[table] = frames[table].with_columns(pl.col(column.name).replace(dict(new)))
    for setting, of in (("posture", "postures.posture"), ("regime", "regimes.regime")):
        if of in names:
            own, value = pl.col("setting") == setting, pl.col("value")
            frames["settings"] = frames["settings"].with_columns(
                pl.when(own).then(value.replace(dict(names[of]))).otherwise(value).alias("value")
            )
    frames["overrides"] = frames["overrides"].clear()
    return Case(tables=frames)


def _columns() -> list[tuple[str, Column]]:
    return [
        (name, column)
        for name, table in tables().items()
        for column in table.columns.values()
        if column.kind == "code" and name not in ("settings", "sources", "overrides") and column.name != "source"
    ]


def with_names(case: Case) -> Case:
    """The case with a name of its own, in both languages, for everything that may have one, so that no code is read."""
    frames, number = dict(case.tables), 0
    for name, table in tables().items():
        frame = frames[name]
        for column in ("name_en", "name_fr", "site") if name == "lines" else ("name_en", "name_fr"):
            if name == "settings" or column not in table.columns:
                continue
            number += 1
            own = [f"{name} {column} {number}n{n}" for n in range(frame.height)]
            frame = frame.with_columns(pl.Series(column, own, dtype=pl.String))
        frames[name] = frame
    return Case(tables=frames)
