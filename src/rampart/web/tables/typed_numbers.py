"""Numbers as somebody types or pastes them into a page: the decimal comma of a French hand, the spaces of a spreadsheet.

A page keeps numbers with a decimal dot. What can only be meant one way is turned into that; what may be two numbers (1,234)
stays as it was typed, and is told by whoever checks it.
"""

from __future__ import annotations

import re

from rampart.findings import Language

NUMBERS = ("number", "integer", "limit")
"""Kinds of columns that hold numbers."""
_SPACES = " \u00a0\u202f\u2009"
_COMMA = re.compile(rf"[+-]?(?:\d+|\d{{1,3}}(?:[{_SPACES}]\d{{3}})+),\d+\Z", re.ASCII)
_DOTTED_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})\Z", re.ASCII)
_MAYBE_THOUSAND = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}\Z", re.ASCII)
_COMMA_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})\Z", re.ASCII)
_SPACED = re.compile(rf"[+-]?\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:\.\d+)?\Z", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)\Z", re.ASCII)
_DECIMAL = re.compile(r"-?\d+\.\d+\Z", re.ASCII)


def pointed(text: str) -> str:
    """A number with a decimal dot and without marks of thousands; whatever is none, or may be two, as it is."""
    text = text.replace("\u2212", "-") if text[:1] == "\u2212" else text
    if _MAYBE_THOUSAND.match(text):
        return text
    bare = text.translate({ord(space): None for space in _SPACES})
    if _COMMA.match(text):
        return _short(bare.replace(",", "."))
    if _DOTTED_THOUSANDS.match(text):
        return _short(bare.replace(".", "").replace(",", "."))
    if _COMMA_THOUSANDS.match(text):
        return bare.replace(",", "")
    return bare if _SPACED.match(text) else text


def number_typed(text: str) -> float | None:
    """The number that was typed; None where it is none, or may be two."""
    text = text.strip()
    bare = pointed(text)
    return float(bare) if _PLAIN.match(bare) and not _MAYBE_THOUSAND.match(text) else None


def to_type(text: str, language: Language) -> str:
    """A number of a page as its reader would type it: with a comma in French, where it comes back the same."""
    if language != "fr" or not _DECIMAL.match(text):
        return text
    comma = text.replace(".", ",")
    comma = comma + "0" if _MAYBE_THOUSAND.match(comma) else comma
    return comma if pointed(comma) == text else text


def _short(text: str) -> str:
    """Without the noughts at its end that say nothing."""
    return text.rstrip("0").rstrip(".") if "." in text else text
