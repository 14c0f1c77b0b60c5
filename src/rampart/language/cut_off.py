"""What became of the rows of a case out of which another was cut, in sentences."""

from __future__ import annotations

from rampart.case.extract import CHANGES, Extract
from rampart.catalogues.inputs import tables
from rampart.findings import Language
from rampart.language.words import Words


def cut_off(found: Extract, language: Language = "en") -> list[str]:
    """A sentence for each table and reason, with the number of rows: what is cut, then what is changed, then what is added."""
    words, order = Words(language), list(tables())
    counts: dict[tuple[int, int, str], int] = {}
    for f in found.changes:
        key = CHANGES.index(f.code.split("-")[0]), order.index(f.table), f.message(language)
        counts[key] = counts.get(key, 0) + 1
    return [
        words(f"cut_off.{CHANGES[change]}", table=tables()[order[table]].label[language], count=count, why=why)
        for (change, table, why), count in sorted(counts.items())
    ]
