"""Bad news as values: what is wrong, where, which value, what was expected, how to mend it, EN and FR.

Texts live in ``data/findings.csv``: one row a code, with ``{placeholders}`` filled from the finding. What
stands between [brackets] is left out when one of its placeholders is blank. ``{count:row|rows}`` is the number and the word
that goes with it, ``{count!w:is|are}`` the word alone; the words of ``data/words.csv`` are filled in the same way.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal

Language = Literal["en", "fr"]
Severity = Literal["error", "warning", "note"]

_APOSTROPHE = re.compile(r"(?<=\w)'(?=[\w{])")
_FIGURES = (
    "range-order", "below-minimum", "above-maximum", "not-above-zero", "not-whole", "total-row", "price-of-millions",
    "probabilities-above-one", "probabilities-not-one",
)  # fmt: skip
"""Codes whose value is one or several numbers, which each language writes with its own decimal sign."""
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_SEVERITY_WORDS = {
    "en": {"error": "error", "warning": "warning", "note": "note"},
    "fr": {"error": "erreur", "warning": "avertissement", "note": "remarque"},
}


def curly(text: str) -> str:
    """A French text with the apostrophe of print."""
    return _APOSTROPHE.sub("’", text)


class _Numbered(Formatter):
    """Fills places, and chooses the word that goes with a number: of one, or of any other."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return _Alone(value) if conversion == "w" else super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        if "|" not in format_spec:
            return super().format_field(value, format_spec)
        number = str(value.of if isinstance(value, _Alone) else value)
        one, other = format_spec.split("|")
        word = one if is_one(number, self.language) else other
        return word if isinstance(value, _Alone) else f"{number} {word}"


@dataclass(frozen=True, slots=True)
class _Alone:
    """A number of which only the word is wanted."""

    of: Any


def is_one(number: str, language: Language) -> bool:
    """Whether a number, as it is written, takes the singular: 1 in English, anything below 2 in French."""
    try:
        value = float(re.sub(r"[\s\u00a0\u202f\u2212]", "", number).replace(",", "." if language == "fr" else ""))
    except ValueError:
        return False
    return abs(value) < 2.0 if language == "fr" else number == "1"


LANGUAGES: tuple[Language, ...] = ("en", "fr")
"""Languages in which everything is said."""


def require_language(language: str) -> None:
    """Raise ValueError for a language that nothing is said in, naming those that there are."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; there are {' and '.join(map(repr, LANGUAGES))}")


def filled(text: str, places: Mapping[str, Any], language: Language) -> str:
    """A text of the catalogues with its places filled."""
    return _Numbered(language).vformat(text, (), places) if "|" in text else text.format_map(places)


def _digits(value: float) -> str:
    """A number without powers of ten where it is large, and to six figures where it is not."""
    return f"{value:.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:g}"


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Texts of all findings by code: severity, and message, expected, remedy in both languages.

    French has the apostrophe of print.
    """
    text = files("rampart").joinpath("data/findings.csv").read_text(encoding="utf-8")
    return {
        row["code"]: {k: curly(v) if k.endswith("_fr") else v for k, v in row.items()}
        for row in csv.DictReader(text.splitlines())
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    code      key into the catalogue, for example ``unknown-reference``
    table     catalogue table; ``row`` is 1-based in the file or sheet as its reader shows it
    column    catalogue column; ``header`` is how the file calls it, ``cell`` its address (``D17``)
    value     the offending value as read
    sheet     the sheet of a workbook, as it is named there
    details   further placeholders of the texts; a float is written with the decimal sign of the language
    """

    code: str
    table: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    file: str = ""
    sheet: str = ""
    header: str = ""
    cell: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Error stops the work; a warning is shown; a note informs."""
        return catalogue()[self.code]["severity"]  # type: ignore[return-value]

    def _text(self, part: str, language: Language) -> str:
        from collections import defaultdict

        require_language(language)
        places: dict[str, Any] = defaultdict(
            str,
            table=self.sheet or self.table,
            row="" if self.row is None else self.row,
            column=self.header or self.column,
            value=self.value if len(self.value) <= 60 else self.value[:57] + "...",
            file=self.file,
        )
        if language == "fr" and self.code in _FIGURES:
            places["value"] = re.sub(r"(?<=\d)\.(?=\d)", ",", places["value"])
        # A number is written as the language writes it.
        places.update(
            {k: _digits(v).replace(".", "," if language == "fr" else ".") if isinstance(v, float) else v
             for k, v in self.details.items()}
        )  # fmt: skip
        text = catalogue()[self.code][f"{part}_{language}"]

        def optional(match: re.Match[str]) -> str:
            names = (name for _, name, _, _ in Formatter().parse(match[1]) if name)
            return match[1] if all(places[name] is not None and str(places[name]) for name in names) else ""

        return filled(_OPTIONAL.sub(optional, text), places, language).strip()

    def message(self, language: Language = "en") -> str:
        """What is wrong."""
        return self._text("message", language)

    def expected(self, language: Language = "en") -> str:
        """What was expected there."""
        return self._text("expected", language)

    def remedy(self, language: Language = "en") -> str:
        """How to mend it."""
        return self._text("remedy", language)

    def where(self, language: Language = "en") -> str:
        """Place in words: file, table or sheet, row, column."""
        row, column = {"en": ("row", "column"), "fr": ("ligne", "colonne")}[language]
        parts = [self.file, self.sheet or self.table, f"{row} {self.row}" if self.row else ""]
        parts.append(f"{column} {self.header or self.column}" if self.column else "")
        place = ", ".join(part for part in parts if part)
        return f"{place} ({self.cell})" if self.cell else place

    def as_dict(self, language: Language = "en") -> dict[str, Any]:
        """The finding for ``--json``."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file,
            "table": self.table,
            "sheet": self.sheet,
            "cell": self.cell,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message(language),
            "expected": self.expected(language),
            "remedy": self.remedy(language),
        }

    def severity_word(self, language: Language = "en") -> str:
        """The severity in words."""
        return _SEVERITY_WORDS[language][self.severity]

    def sentence(self, language: Language = "en") -> str:
        """The whole finding in a line: severity, place, what is wrong, what was expected, remedy."""
        parts = (self.message(language), self.expected(language), self.remedy(language))
        colon = " : " if language == "fr" else ": "
        head = colon.join(part for part in (self.severity_word(language), self.where(language)) if part)
        return colon.join((head, " ".join(part for part in parts if part)))

    def __str__(self) -> str:
        return self.sentence()


class FindingsError(ValueError):
    """Work that cannot be done; ``findings`` says all that stands against it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [f for f in self.findings if f.severity == "error"]
        lines = [str(f) for f in errors[:20]]
        if len(errors) > 20:
            lines.append(f"... and {len(errors) - 20} more")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.findings,)  # comes whole out of another process


class CaseError(FindingsError):
    """A case that cannot be used; ``findings`` says all that is wrong with it."""


class PlaceError(FindingsError, OSError):
    """A place where nothing can be written, or nothing more: no right to, no room, a name that is too long."""


class TakenError(PlaceError, FileExistsError):
    """A place that is not overwritten without ``force=True``, or not at all: it is the source, or in use."""


class ResultError(FindingsError):
    """A folder of results that cannot be used: damaged, or of another kind than asked for."""


class NoResultError(ResultError, FileNotFoundError):
    """There is no folder of results."""


MOST_ALIKE = 50
"""Findings of one code in one column that are listed before the rest is only counted."""


def at_most_alike(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, of which long runs of one kind in one column are cut and counted in one more finding."""
    kept: list[Finding] = []
    counts: dict[tuple[str, str, str], int] = {}
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        kind = (finding.code, finding.table, finding.column)
        counts[kind] = counts.get(kind, 0) + 1
        first.setdefault(kind, finding)
        if counts[kind] <= MOST_ALIKE:
            kept.append(finding)
    for kind, count in counts.items():
        if count > MOST_ALIKE:
            seen = first[kind]
            code = f"more-{seen.severity}s"
            kept.append(
                Finding(
                    code,
                    table=seen.table,
                    column=seen.column,
                    file=seen.file,
                    sheet=seen.sheet,
                    header=seen.header,
                    details={"count": count - MOST_ALIKE, "alike": seen.code},
                )
            )
    return kept
