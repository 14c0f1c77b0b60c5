"""Where a result comes from: when it was made, for which months, of which case."""

from __future__ import annotations

from collections.abc import Iterable

from rampart.case.calendar import month_text
from rampart.language.in_words import InWords


def origin(answer: InWords) -> dict[str, str]:
    """When the result was made, for which months, of which case and version of it."""
    words, result = answer.words, answer.result
    calendar = result.case.calendar
    created = words.date(str(result.manifest["created"]))
    digest = str(result.manifest.get("case_hash") or "")[:12]
    overrides = result.manifest.get("overrides") or ()
    return {
        "as_of": words("as_of", date=created),
        "span": words(
            "span", start=words.month(month_text(calendar.first)), end=words.month(month_text(calendar.last))
        ),
        "variants": variants(answer, overrides),
        "source_line": words("source_line", date=created, hash=digest),
        "made_by": words("made_by", version=result.manifest.get("rampart", ""), hash=digest),
    }


def variants(answer: InWords, overrides: Iterable[str]) -> str:
    """Which variants were applied, by the names that the case gives them; nothing where none was."""
    words = answer.words
    names = [words("override", name=answer.name(name, table="overrides")) for name in overrides]
    return words("overrides", names=words.list(names)) if names else ""
