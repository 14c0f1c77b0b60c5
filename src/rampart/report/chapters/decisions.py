"""Chapter: decisions to take now."""

from __future__ import annotations

from dataclasses import replace

from rampart.language.decisions_and_causes import decision_name, delay, how_much, in_year
from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Head, Listing, listing

MOST_DECISIONS = 5


def decisions_listing(answer: InWords, *, most: int | None = MOST_DECISIONS) -> Listing | None:
    """What to decide, who, how much, by when, what a month's delay costs."""
    words = answer.words
    table = answer["decisions"].sort("rank")
    if not table.height:
        return None
    heads = [
        Head(words("head.what"), wide=True),
        Head(words("head.who")),
        Head(words("head.how_much"), numeric=True),
        Head(words("head.in_year"), numeric=True),
        Head(words("head.commitment", unit=words.money_label), numeric=True),
        Head(words("head.by")),
        Head(words("head.delay"), wide=True),
    ]
    rows = [
        [
            decision_name(answer, row),
            answer.nation(row["nation"]),
            how_much(answer, row),
            in_year(answer, row),
            words.number(row["money"], digits=1),
            words.month(row["decide_by"], short=True) if row["decide_by"] else words("blank.decide_by"),
            delay(answer, row),
        ]
        for row in table.iter_rows(named=True)
    ]
    done = listing(answer, words("table.decisions"), heads, rows, most=most)
    left = len(rows) - len(done.rows)
    return replace(done, more=words.count("decisions_left", left)) if left and most == MOST_DECISIONS else done
