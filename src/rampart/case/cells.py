"""Text of a cell into a number, month, flag, choice or code; whatever could be read in two ways is refused.

Everything is a Polars expression over whole columns: the values, null where blank or refused, and the reason.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

import polars as pl

from rampart.catalogues.choices import bare_cells, spellings
from rampart.catalogues.inputs import Column

# "en": the dot is decimal. "fr": the comma is. "mixed": the file speaks both; what may be either is refused.
Locale = Literal["en", "fr", "mixed"]

_SIGN = "^[+-]?"
_PLAIN = _SIGN + r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
_SPACED = _SIGN + r"[0-9]{1,3}(?:[ \x{a0}\x{202f}\x{2009}][0-9]{3})+"
_DOT_MAYBE_THOUSAND = _SIGN + r"[1-9][0-9]{0,2}\.[0-9]{3}$"
_COMMA_MAYBE_THOUSAND = _SIGN + r"[1-9][0-9]{0,2},[0-9]{3}$"
_COMMA_DECIMAL = _SIGN + r"[0-9]+,[0-9]+(?:[eE][+-]?[0-9]{1,3})?$"
_COMMA_THOUSANDS = _SIGN + r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})$"
_DOT_THOUSANDS = _SIGN + r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})$"
_DIGITS_AND_MARKS = _SIGN + r"[0-9][0-9., \x{a0}\x{202f}\x{2009}]*$"

_UNLIMITED = ["unlimited", *(f"illimit{e}{end}" for e in "ée" for end in ("", "e", "s", "es"))]
_FLAGS = {
    "yes": True, "oui": True, "true": True, "vrai": True,
    "no": False, "non": False, "false": False, "faux": False,
}  # fmt: skip
_NOT_KNOWN = (
    *(
        "n/a",
        "na",
        "n.a.",
        "nc",
        "n.c.",
        "nd",
        "n.d.",
        "tbd",
        "tbc",
        "unknown",
        "not known",
        "?",
        "??",
        "???",
        "-",
        "--",
        "–",
        "—",
    ),
    *(
        "inconnu",
        "inconnue",
        "non connu",
        "non connue",
        "non communiqué",
        "non communiquée",
        "à définir",
        "à confirmer",
        "à compléter",
        "à préciser",
        "à renseigner",
        "à venir",
        "en attente",
        "non disponible",
        "non renseigné",
        "not available",
        "not stated",
        "to be completed",
        "pending",
        "s.o.",
        "s/o",
        "sans objet",
    ),
)
"""What people write where they do not know: a blank says so."""
_NONE = ("néant", "aucun", "aucune", "rien", "zéro", "none", "nil", "nothing", "zero")
"""What people write where there is none of something."""
_NO_LIMIT = (
    *("∞", "infinite", "infinity", "no limit", "without limit", "unbounded"),
    *("infini", "infinie", "sans limite", "pas de limite", "aucune limite", "non limité", "non limitée"),
)
"""What people write where there is no limit, in place of the word for it."""
_INVISIBLE = r"[\p{Cc}\p{Cf}\p{Co}\p{Cn}]"
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f\x{fffe}\x{ffff}]"
_LONGEST = {"code": 200, "choice": 200, "text": 32_000}
_DATE = "^(?:19|20|21)[0-9]{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?$"
# A time behind a day, and a time zone behind that, move no day: the day is the one that was written.
_ZONE = "(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?$"
_TIME = "^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?" + _ZONE
_DAY_OR_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?$|^[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?$"
_PERCENT = r"^[+-]?[0-9]+(?:[.,][0-9]+)?[ \x{a0}\x{202f}]?%$"
_MONTH = "^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])$"


_MONTHS = (
    ("jan", "janv", "janvier", "january"), ("feb", "fev", "fevr", "fevrier", "february"), ("mar", "mars", "march"),
    ("apr", "avr", "avril", "april"), ("may", "mai"), ("jun", "juin", "june"), ("jul", "juil", "juillet", "july"),
    ("aug", "aout", "august"), ("sep", "sept", "septembre", "september"), ("oct", "octobre", "october"),
    ("nov", "novembre", "november"), ("dec", "decembre", "december"),
)  # fmt: skip
_YEAR, _MONTH_NUMBER, _DAY = r"((?:19|20|21)[0-9]{2})", r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12][0-9]|3[01])"


_LAST_DAY = 73_051
"""Number of the first day of 2100, as a spreadsheet counts days."""


_AROUND = re.compile(
    r"(?:(?:au |le |a |the )?(?:debut|mi|fin|courant|des|depuis|a partir de|a compter de|early|mid|late|end of|start of"
    r"|beginning of|from|since|as of)(?: de| d| du mois de| of)?[ ’'-]*)(.*)"
)
"""Where in a month, or from it on: the month is the one that is named."""
_ENDS_OF_A_YEAR = {"debut": "01", "des": "01", "depuis": "01", "early": "01", "fin": "12", "end": "12", "late": "12"}


def month_meant(text: str, *, day_first: bool = False) -> str:
    """The month that a text can only mean, as YYYY-MM; blank where it can be read in two ways or not at all.

    day_first  days stand before months, as in French
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)).strip()
    if (found := _AROUND.fullmatch(bare)) and found[1]:
        if re.fullmatch(_YEAR, found[1]):
            month = next((month for word, month in _ENDS_OF_A_YEAR.items() if word in bare), "")
            return f"{found[1]}-{month}" if month else ""
        return month_meant(found[1], day_first=day_first)
    if day_first and (
        found := re.fullmatch(r"(0[1-9]|1[0-2])[/.](2[0-9]|[3-4][0-9])", bare)
    ):  # no day and month: 24 is none
        return f"20{found[2]}-{found[1]}"
    if found := re.fullmatch(rf"(?:{_DAY}(?:er)? )?([a-z]+)\.?[ -](?:{_YEAR}|([0-9]{{2}}))", bare):
        numbers = [n for n, names in enumerate(_MONTHS, 1) if found[2] in names]
        return f"{found[3] or '20' + found[4]}-{numbers[0]:02}" if numbers else ""
    if re.fullmatch("[0-9]{5}", bare) and int(bare) < _LAST_DAY:  # a spreadsheet counts days so
        return f"{date(1899, 12, 30) + timedelta(days=int(bare)):%Y-%m}"
    if found := re.fullmatch(rf"{_YEAR}(0[1-9]|1[0-2])", bare):
        return f"{found[1]}-{found[2]}"
    if found := re.fullmatch(rf"{_MONTH_NUMBER}[/.-]{_YEAR}", bare):
        return f"{found[2]}-{int(found[1]):02}"
    if found := re.fullmatch(rf"{_YEAR}[/.-]{_MONTH_NUMBER}(?:[/.-]{_DAY})?(?:[t ].*)?", bare):
        return f"{found[1]}-{int(found[2]):02}"
    if day_first and (found := re.fullmatch(r"(0?[1-9]|[12][0-9]|3[01])[/.](0?[1-9]|1[0-2])[/.]([0-9]{2})", bare)):
        return f"20{found[3]}-{int(found[2]):02}"  # as French writes a day
    if found := re.fullmatch(rf"([0-9]{{1,2}})[/.-]([0-9]{{1,2}})[/.-]{_YEAR}", bare):
        first, second = int(found[1]), int(found[2])
        if first > 12 or day_first or first == second:
            return f"{found[3]}-{second:02}" if 1 <= second <= 12 else ""
        return f"{found[3]}-{first:02}" if second > 12 else ""
    return ""


def period_meant(text: str) -> str:
    """The month or the year that a head of a column can only mean; blank where it means neither."""
    bare = text.strip()
    return (
        bare if re.fullmatch("(?:19|20|21)[0-9]{2}", bare) else month_meant(bare) if re.search("[0-9]{2}", bare) else ""
    )


def days_meant(text: str) -> tuple[str, ...]:
    """The days that a text may mean, as YYYY-MM-DD: one where it can be read in one way only, day or month first; two; none."""
    if found := re.fullmatch(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})", text.strip()):
        readings = [(found[1], found[2], found[3])]
    elif found := re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text.strip()):
        readings = [(found[3], found[2], found[1]), (found[3], found[1], found[2])]
    else:
        return ()
    days: list[str] = []
    for year, month, day in readings:
        with suppress(ValueError):
            days.append(date(int(year), int(month), int(day)).isoformat())
    return tuple(dict.fromkeys(days))


_PART = re.compile(
    rf"(?:([tq])\.? ?([1-4])|([1-4])(?:er|e|eme|st|nd|rd|th)? (?:trimestre|trim\.?|quarter)|([sh])\.? ?([12])"
    rf"|([12])(?:er|e|eme|st|nd)? (?:semestre|sem\.?|half))(?: de| of)?[ /-]?{_YEAR}"
    rf"|{_YEAR}[ /-]?(?:([tq]) ?([1-4])|([sh]) ?([12]))|{_YEAR}"
)
"""A quarter, a half or a year as people write it."""


def months_within(text: str) -> tuple[str, str]:
    """First and last month of a week, a quarter, a half or a year, as YYYY-MM; blank where the text is none of them."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)).strip()
    if found := re.fullmatch(rf"mi[ -]{_YEAR}|mid[ -]{_YEAR}", bare):
        return f"{found[1] or found[2]}-06", f"{found[1] or found[2]}-07"
    if found := re.fullmatch(rf"(?:s|w|kw|sem\.?|semaine|week) ?([0-9]{{2}})(?: de| of)?[ /-]?{_YEAR}", bare):
        with suppress(ValueError):
            return tuple(f"{date.fromisocalendar(int(found[2]), int(found[1]), day):%Y-%m}" for day in (1, 7))  # type: ignore[return-value]
    if not (found := _PART.fullmatch(bare)):
        return "", ""
    _, q, q_word, _, h, h_word, first_year, then_year, _, then_q, _, then_h, only = found.groups()
    year = first_year or then_year or only
    length = 3 if q or q_word or then_q else 6 if h or h_word or then_h else 12
    place = int(q or q_word or then_q or h or h_word or then_h or 1)
    return f"{year}-{length * (place - 1) + 1:02}", f"{year}-{length * place:02}"


def clean(text: pl.Expr) -> pl.Expr:
    """Text without surrounding blanks, one form of accents and line ends; nothing left is null."""
    text = text.str.normalize("NFC").str.replace_all("\r\n?", "\n").str.strip_chars()
    return pl.when(text != "").then(text)


def _number_text(text: pl.Expr, locale: Locale, *, below_thousand: bool = False) -> pl.Expr:
    """Each number as plain text with a decimal dot; null where the text is no number or has two readings.

    below_thousand  the column holds nothing of a thousand or more, so that a comma before three figures is decimal
    """
    t = text.str.replace("\u2212", "-", literal=True)
    unspaced = t.str.replace_all(r"[ \x{a0}\x{202f}\x{2009}]", "")
    spaced_dot = t.str.contains(_SPACED + r"(?:\.[0-9]+)?$")
    dotted = t.str.contains(_PLAIN)
    safe_dotted = dotted & ~t.str.contains(_DOT_MAYBE_THOUSAND)
    if locale == "en":
        no_commas = t.str.replace_all(",", "", literal=True)
        return (
            pl.when(dotted).then(t).when(spaced_dot).then(unspaced)
            .when(t.str.contains(_COMMA_THOUSANDS)).then(no_commas)
        )  # fmt: skip
    if locale == "mixed":
        return pl.when(safe_dotted).then(t).when(t.str.contains(_SPACED + "$")).then(unspaced)
    comma = t.str.contains(_COMMA_DECIMAL)
    if not below_thousand:
        # A French file may have come from an English hand: 8,000 rounds are not 8.
        comma = comma & ~t.str.contains(_COMMA_MAYBE_THOUSAND)
    pointed = t.str.replace(",", ".", literal=True)
    no_dots = t.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return (
        pl.when(safe_dotted).then(t)
        .when(comma).then(pointed)
        .when(t.str.contains(_SPACED + "(?:,[0-9]+)?$")).then(unspaced.str.replace(",", ".", literal=True))
        .when(t.str.contains(_DOT_THOUSANDS)).then(no_dots)
    )  # fmt: skip


def _numbers(text: pl.Expr, native: pl.Expr | None, column: Column, locale: Locale) -> tuple[pl.Expr, pl.Expr]:
    small = column.maximum is not None and column.maximum < 1000
    value = _number_text(text, locale, below_thousand=small).cast(pl.Float64, strict=False)
    blank = text.is_null()
    # 1e400 would become infinite and 1e-400 nothing: neither is what is written.
    lost = ((value == 0) & text.str.contains("[1-9].*[eE]")).fill_null(False)
    unlimited = text.str.to_lowercase().is_in(_UNLIMITED).fill_null(False)
    if native is not None:
        value, blank = pl.coalesce(native, value), blank & native.is_null()
        unlimited = unlimited | (native == float("inf")).fill_null(False)
    sound = (value.is_finite() & ~lost).fill_null(False)
    if column.kind == "integer":  # whole numbers have no decimals: 4.000 may be four thousand
        thousand = text.str.contains(_DOT_MAYBE_THOUSAND).fill_null(False)
        sound &= ~(thousand if native is None else thousand & native.is_null())
    if column.kind == "limit":
        value = pl.when(unlimited).then(pl.lit(float("inf"))).otherwise(value)
        sound = sound | unlimited
    two_readings = text.str.contains(_DIGITS_AND_MARKS) & text.str.contains("[.,]")
    whole = (value == value.round(0)) & (value.abs() <= 2.0**53) if column.kind == "integer" else pl.lit(True)
    word = text.str.to_lowercase()
    no_limit = word.is_in(list(_NO_LIMIT)) if column.kind == "limit" else pl.lit(False)
    problem = (
        pl.when(blank | (sound & whole)).then(None)
        .when(sound).then(pl.lit("not-whole"))
        .when(no_limit).then(pl.lit("write-unlimited"))
        .when(word.is_in([*_UNLIMITED, *_NO_LIMIT])).then(pl.lit("not-unlimited"))
        .when(word.is_in(list(_NOT_KNOWN))).then(pl.lit("row-without-figure" if column.required else "leave-blank"))
        .when(word.is_in(list(_NONE))).then(pl.lit("write-zero"))
        .when(text.str.contains(_DAY_OR_TIME)).then(pl.lit("date-for-number"))
        .when(text.str.contains(_PERCENT)).then(pl.lit("percent-in-text"))
        .when(two_readings).then(pl.lit("ambiguous-number"))
        .otherwise(pl.lit("not-a-number"))
    )  # fmt: skip
    kept = pl.when(sound & whole).then(value)
    return (kept.cast(pl.Int64) if column.kind == "integer" else kept), problem


def _words(text: pl.Expr, column: Column) -> tuple[pl.Expr, pl.Expr]:
    value, problem = text, pl.lit(None, dtype=pl.String)
    if column.kind == "flag":
        value = text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
        problem = pl.when(text.is_not_null() & value.is_null()).then(pl.lit("not-a-flag"))
        return value, problem
    if column.kind == "choice":
        value = bare_cells(text).replace_strict(spellings(column.values), default=None, return_dtype=pl.String)
        problem = pl.when(text.is_not_null() & value.is_null()).then(pl.lit("not-a-choice"))
    elif column.kind == "month":
        problem = pl.when(~text.str.contains(_MONTH)).then(pl.lit("not-a-month"))
    elif column.kind == "date":
        value = text.str.replace(_TIME, "$1")
        no_day = (value.str.len_chars() == 10) & value.str.to_date("%Y-%m-%d", strict=False).is_null()
        problem = pl.when(~value.str.contains(_DATE) | no_day).then(pl.lit("not-a-date"))
    else:
        hidden = text.str.contains(_INVISIBLE if column.kind == "code" else _CONTROL)
        problem = (
            pl.when(hidden).then(pl.lit("hidden-characters"))
            .when(text.str.len_chars() > _LONGEST[column.kind]).then(pl.lit("too-long"))
        )  # fmt: skip
    return pl.when(problem.is_null()).then(value), problem


def read_cells(text: pl.Expr, native: pl.Expr | None, column: Column, locale: Locale) -> tuple[pl.Expr, pl.Expr]:
    """Value (in the column's type) and problem (finding code, null when sound) of clean text.

    native  numbers that the file itself holds as numbers (Excel, Parquet), null elsewhere; never misread
    """
    if column.kind in ("number", "integer", "limit"):
        return _numbers(text, native, column, locale)
    return _words(text, column)


@lru_cache(maxsize=10_000)
def read_cell(text: str | None, column: Column, locale: Locale = "en") -> tuple[Any, str | None]:
    """Value and problem of one cell. Kept: the overrides of a case say the same names and numbers over and over."""
    value, problem = _reading(column, locale)
    frame = pl.LazyFrame({"t": [text]}, schema={"t": pl.String}).select(clean(pl.col("t")))
    row = frame.select(value, problem).collect().row(0)
    return row[0], row[1]


@lru_cache(maxsize=1_000)
def _reading(column: Column, locale: Locale) -> tuple[pl.Expr, pl.Expr]:
    """What reads the text ``t`` as a cell of a column."""
    value, problem = read_cells(pl.col("t"), None, column, locale)
    return value.alias("value"), problem.alias("problem")
