"""Units of the catalogues in French (``data/units.csv``)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from rampart.catalogues.inputs import table_named
from rampart.findings import Language, curly

AS = "as "
"""How the unit of a range begins: the rest is the column whose unit it has."""


@lru_cache(maxsize=1)
def french_units() -> Mapping[str, str]:
    """French of each unit, by the unit as the catalogues write it."""
    text = files("rampart").joinpath("data/units.csv").read_text(encoding="utf-8")
    return {row["unit"]: curly(row["fr"]) for row in csv.DictReader(text.splitlines())}


def unit_in(unit: str, language: Language, *, table: str = "") -> str:
    """A unit of the catalogues in a language; blank where there is none.

    table  whose column it is: "as quantity" is the unit of another column of it, named by its label in French
    """
    if language == "en":
        return unit
    if unit.startswith(AS) and unit not in french_units():
        column = table_named(table).columns.get(unit.removeprefix(AS)) if table else None
        return f"celle de « {column.label['fr'] if column else unit.removeprefix(AS)} »"
    return french_units().get(unit, unit)
