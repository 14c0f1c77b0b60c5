"""Words, numbers, dates and money of a report, in English or French.

Texts live in ``data/words.csv`` (key, en, fr) as templates with ``{places}``, filled as those of findings are; Babel writes
numbers and dates.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rampart.case.ranks import FIRST, objective_and_rank
from rampart.findings import Language, curly, filled, is_one, require_language

if TYPE_CHECKING:
    from datetime import date

LOCALES: Mapping[str, str] = {"en": "en_GB", "fr": "fr_FR"}
_NARROW = "\u202f"
_FIXED = "\u00a0"
MINUS = "\u2212"
"""The sign of what is below nothing, as wide as a plus: a hyphen is none."""


LEAST_SHOWN = 1e-4
"""What is worked out is written by its own figures from here on."""
_BEFORE_A_VOWEL = re.compile(r"\b([Dd])e (?=(?:avril|août|octobre|environ)\b)")


_REGULAR = re.compile(r"(?<=\w\w)(ies|ches|shes|sses|xes|(?<![siu])s)$")
"""How regular plurals end, in English; what the case writes in French ends in s as well."""


def french_spaces(text: str) -> str:
    """Put the fixed spaces that French typography asks for, so that no line starts with ``:`` or ``%``, and its apostrophe."""
    text = re.sub(r" (?=[;!?%])", _NARROW, curly(text))
    text = re.sub(r" (?=[:»])", _FIXED, text)
    return text.replace("« ", "«" + _FIXED)


def singular(unit: str) -> str:
    """One of a unit that the case names in the plural: "tanks", "motor cases", "pairs of boots"."""
    what, of, rest = unit.partition(" of ")
    return _REGULAR.sub(lambda m: {"ies": "y", "s": ""}.get(m[1], m[1][:-2]), what) + of + rest


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, Mapping[str, str]]:
    """All texts by key and language."""
    text = files("rampart").joinpath("data/words.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["key"]: {"en": row["en"], "fr": french_spaces(row["fr"])} for row in rows}


@dataclass(frozen=True)
class Words:
    """Everything that turns a value into text for one reader.

    language    "en" or "fr"
    currency    ISO 4217 code of all money
    money_unit  one, thousand or million: the unit of totals
    own         further texts by key and language
    """

    language: Language = "en"
    currency: str = "EUR"
    money_unit: str = "million"
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """What is said is said in a language that there is."""
        require_language(self.language)

    @property
    def locale(self) -> str:
        """Babel locale."""
        return LOCALES[self.language]

    def __call__(self, key: str, **places: Any) -> str:
        """The text of a key with its places filled. A missing key is a defect and raises KeyError."""
        text = phrases()[key] if key in phrases() else self.own[key]
        told = filled(text[self.language], places, self.language)
        return _BEFORE_A_VOWEL.sub(r"\1’", told) if self.language == "fr" else told

    def has(self, key: str) -> bool:
        """Whether a text exists."""
        return key in phrases() or key in self.own

    def count(self, key: str, number: int, **places: Any) -> str:
        """The singular or plural text (``key.one`` / ``key.other``) with ``{n}`` filled."""
        form = "one" if is_one(str(number), self.language) else "other"
        return self(f"{key}.{form}", n=self.number(number), **places)

    def quantity(self, value: float | None, unit: str) -> str:
        """A quantity with its unit, that of one where it is one: "1 round", "12,000 rounds"."""
        number = self.number(value)
        return self("quantity", number=number, unit=self.unit_of(number, unit))

    def unit_of(self, number: str, unit: str) -> str:
        """A unit as it stands after a number as it is written: that of one where it is one."""
        if not is_one(number.rpartition(" ")[2], self.language):  # "less than 1" stands before what 1 does
            return self.unit(unit)
        one = f"unit.{unit}.one"
        return (
            self(one) if self.has(one) else self.unit(unit) if self.has(f"unit.{unit}") else singular(self.unit(unit))
        )

    def choice(self, group: str, value: str | None) -> str:
        """A choice value in words; a value the catalogue does not know is shown as it is written."""
        if value is None:
            return self("none")
        key = f"{group}.{value}"
        if group == "objective" and not self.has(key):
            objective, rank = objective_and_rank(value)
            if rank > FIRST and self.has(f"objective.{objective}"):
                return self("objective_ranked", objective=self(f"objective.{objective}"), rank=str(rank))
        return self(key) if self.has(key) else value.replace("_", " ") if group else value

    def unit(self, unit: str) -> str:
        """Unit of an item in the reader's language; the case's own word where it is not a common one."""
        return self.choice("unit", unit)

    def counted(self, group: str, unit: str, number: float) -> str:
        """A unit as it stands after a number: "1 round", "0.861 days", "0,861 jour"."""
        key = f"{group}.{unit}.one"
        few = is_one(self.number(number), self.language)
        return self(key) if few and self.has(key) else self.choice(group, unit)

    def number(self, value: float | None, *, digits: int | None = None) -> str:
        """A number with as many decimals as its size deserves, or with ``digits`` decimals."""
        from babel.numbers import format_decimal

        if value is None or math.isnan(value):
            return self("unknown")
        if math.isinf(value):
            return self("unlimited")
        if digits is None:
            size = abs(value)
            most = (
                0
                if size >= 100
                else 1
                if size >= 10
                else 2
                if size >= 1 or size == 0
                else 3 - math.ceil(math.log10(size))
            )
            pattern = "#,##0" + ("." + "#" * most if most else "")
        else:
            most, pattern = digits, "#,##0" + ("." + "0" * digits if digits else "")
        value = round(value, most) + 0.0  # adding zero drops the sign of a negative zero
        return format_decimal(value, format=pattern, locale=self.locale).replace("-", MINUS)  # type: ignore[no-any-return]

    def worked_out(self, value: float | None) -> str:
        """A number that was worked out: where it is so small that its figures are those that a solver leaves, how small."""
        if value is None or not 0 < abs(value) < LEAST_SHOWN:
            return self.number(value)
        return f"<{_FIXED}{self.number(LEAST_SHOWN)}" if value > 0 else f">{_FIXED}{self.number(-LEAST_SHOWN)}"

    def share(self, value: float | None, *, digits: int = 0) -> str:
        """A share as a percentage. What is not quite whole is not shown as 100 %."""
        if value is None or math.isnan(value):
            return self("unknown")
        if math.isinf(value):
            return self("unlimited")
        sign = _NARROW + "%" if self.language == "fr" else "%"
        whole = round(100 * value, digits) + 0.0
        if whole == 100 and value < 1 - 1e-9:
            nines, finer = (99.9, 1) if digits < 2 else (99.99, 2)
            if 100 * value > nines:
                return self("almost", figure=self.number(nines, digits=finer) + sign)
            return self.number(math.floor(100 * value * 10**finer + 1e-9) / 10**finer, digits=finer) + sign
        return self.number(whole, digits=digits) + sign

    @property
    def money_label(self) -> str:
        """Unit of money for headers: "EUR m", "M EUR"."""
        return self(f"money.{self.money_unit}", currency=self.currency)

    def money(self, value: float | None) -> str:
        """An amount in the money unit with its unit: "EUR 1,250 m", "1 250 M EUR"."""
        if value is None or math.isnan(value) or math.isinf(value):
            return self.number(value)
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
        return self(
            f"money_amount.{self.money_unit}",
            currency=self.currency,
            amount=self.number(value, digits=digits),
        )

    def month(self, month: date | str | None, *, short: bool = False) -> str:
        """A month, "2024-01" or a day in it, as "January 2024" or "janvier 2024"; short: "Jan 2024", "janv. 2024"."""
        from datetime import date

        from babel.dates import format_date

        if month is None:
            return self("unknown")
        first = date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
        return format_date(first, format="LLL y" if short else "LLLL y", locale=self.locale)  # type: ignore[no-any-return]

    def span(self, first: date | str | None, last: date | str | None, *, short: bool = False) -> str:
        """Two months as a span, or the one month that both are."""
        if first == last or last is None:
            return self.month(first, short=short)
        start, end = self.month(first, short=short), self.month(last, short=short)
        return self("cell.span" if short else "span_in_text", start=start, end=end)

    def date(self, stamp: str) -> str:
        """An ISO date or time as a day: "15 January 2024", "15 janvier 2024", "1er janvier 2024"."""
        from datetime import date

        from babel.dates import format_date

        day = date.fromisoformat(stamp[:10])
        first = "d'er' MMMM y" if self.language == "fr" and day.day == 1 else "d MMMM y"
        return format_date(day, format=first, locale=self.locale)  # type: ignore[no-any-return]

    def at_least(self, text: str, unsure: bool) -> str:
        """A figure that is only a lower limit, because it starts from something that is not known."""
        return self("at_least", figure=text) if unsure else text

    def inside(self, text: str) -> str:
        """A heading's words inside a sentence: the first letter small, unless the word is an abbreviation."""
        return text[:1].lower() + text[1:] if text[1:2].islower() or text.startswith(("A ", "À ")) else text

    def list(self, parts: list[str]) -> str:
        """Parts in a row: "a, b and c", "a, b et c"."""
        from babel.lists import format_list

        return format_list(parts, locale=self.locale) if parts else ""  # type: ignore[no-any-return,unused-ignore]
