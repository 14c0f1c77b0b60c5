"""Choices of the catalogue in both languages (``data/choices.csv``): how a cell may spell them, and how they are offered."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rampart.findings import curly

if TYPE_CHECKING:
    import polars as pl

    from rampart.catalogues.inputs import Column
    from rampart.findings import Language


@lru_cache(maxsize=1)
def french() -> Mapping[str, str]:
    """French word of each choice that has one, by its code."""
    text = files("rampart").joinpath("data/choices.csv").read_text(encoding="utf-8")
    return {row["value"]: curly(row["fr"]) for row in csv.DictReader(text.splitlines())}


def offered(values: Sequence[str], language: Language) -> list[str]:
    """Choices as a drop-down offers them: codes, or their French words."""
    return [french().get(value, value) if language == "fr" else value for value in values]


def spelt(value: Any, column: Column, language: str) -> Any:
    """A value as a file of that language writes it: choices, yes and no, and "unlimited" have French words."""
    if language != "fr" or value is None:
        return value
    if column.kind == "choice":
        return offered([value], "fr")[0]
    if value == float("inf"):
        return "illimité"
    return {True: "oui", False: "non"}[value] if isinstance(value, bool) else value


def spellings(values: Sequence[str]) -> dict[str, str]:
    """Codes by every spelling, bare: a code, and its French word unless that is another's code."""
    words = {bare(french()[value]): value for value in values if value in french()}
    return words | {bare(value): value for value in values}


def bare(text: str) -> str:
    """A word without case and accents, its parts apart by a blank: what its spellings have in common."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[\s_’'\-]+", " ", plain).strip()


def bare_cells(text: pl.Expr) -> pl.Expr:
    """The same of every cell of a column."""
    plain = text.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return plain.str.replace_all(r"[\s_’'\-]+", " ").str.strip_chars()
