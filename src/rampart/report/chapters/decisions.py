"""Chapter: decisions to take now."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rampart.language.decisions_and_causes import (
    deadline,
    decided_now,
    decision_name,
    delay,
    delay_costs,
    gained,
    how_much,
    in_year,
    least_delay,
    marks,
    waiting,
    what_waits,
)
from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Head, Listing, listing

MOST_DECISIONS = 5


def decisions_listing(answer: InWords, *, most: int | None = MOST_DECISIONS) -> Listing | None:
    """What to decide, who, how much, by when, what a month's delay costs."""
    words = answer.words
    table = answer["decisions"].sort("decide_by", "rank", nulls_last=True)
    if not table.height:
        return None
    heads = [
        Head(words("head.what")),
        Head(words("head.who")),
        Head(words("head.how_much"), numeric=True),
        Head(words("head.in_year", n=decided_now(answer)), numeric=True),
        Head(words("head.commitment", unit=words.money_label), numeric=True),
        Head(words("head.by")),
        Head(delay_costs(answer, "head.delay")),
    ]
    rows = [
        [
            decision_name(answer, row),
            answer.nation(row["nation"]),
            how_much(answer, row),
            in_year(answer, row),
            words.number(row["money"], digits=1),
            deadline(answer, row, marked=True),
            delay(answer, row, marked=True),
        ]
        for row in table.iter_rows(named=True)
    ]
    done = listing(answer, words("table.decisions"), heads, rows, most=most)
    done = replace(done, note=marks(answer, done.rows))
    left = len(rows) - len(done.rows)
    return replace(done, more=words.count("decisions_left", left)) if left and most == MOST_DECISIONS else done


def delays_listing(answer: InWords, shown: pl.DataFrame | None = None, *, named: int | None = None) -> Listing | None:
    """What waiting costs, where it costs something: together a month and six months later, and each decision six months.

    shown  rows of ``delays`` in place of these
    named  names at most of what waits together
    """
    words, table = answer.words, answer["delays"]
    if shown is None:
        shown = table.filter(
            pl.col("objective").is_not_null() & ((pl.col("together") != "") | (pl.col("months") > least_delay(answer)))
        ).sort(pl.col("together") == "", maintain_order=True)
    if shown.is_empty():
        return None
    heads = [
        Head(words("head.delayed")), Head(words("head.waiting")), Head(words("head.gained")),
        Head(words("head.lost")),
    ]  # fmt: skip
    rows = [
        [
            what_waits(answer, row, named), words.count("delays.months", row["months"]),
            gained(answer, row), waiting(answer, row, row["item"], marked=True),
        ]
        for row in shown.iter_rows(named=True)
    ]  # fmt: skip
    each = ("together", "kind", "nation", "code", "item", "to")
    counts = table.drop_nulls("objective").group_by(each).agg(pl.col("objective").n_unique())["objective"]
    first_only = words("delays.first_only") if (counts > 1).any() else ""
    note = " ".join(said for said in (first_only, marks(answer, rows)) if said)
    return listing(answer, words("delays.title"), heads, rows, most=None, note=note)
