"""Chapter: what the plan changes against the one taken over."""

from __future__ import annotations

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, listing


def taken(answer: InWords) -> Chapter | None:
    """The chapter; None where nothing was taken over."""
    words = answer.words
    if answer.result.case["taken"].is_empty():
        return None
    given = (pl.col("firm") - pl.col("now")).clip(lower_bound=0.0)
    table = answer["changes"].sort(given, pl.col("change").abs(), descending=True, maintain_order=True)
    heads = [
        Head(words("head.what")),
        Head(words("head.decided_in")),
        Head(words("head.firm"), numeric=True),
        Head(words("head.before_taken"), numeric=True),
        Head(words("head.now_planned"), numeric=True),
    ]
    rows = [
        [
            words("cause_of", cause=words.choice("kind", row["kind"]), name=answer.named(row["key"])),
            words.month(row["month"], short=True),
            *(words.number(row[name]) for name in ("firm", "before", "now")),
        ]
        for row in table.iter_rows(named=True)
    ]
    says = (words("chapter.taken.says"),) if rows else (words("chapter.taken.says"), words("chapter.taken.kept"))
    listings = (listing(answer, words("table.changes"), heads, rows),) if rows else ()
    return Chapter("taken", words("chapter.taken"), says, listings=listings)
