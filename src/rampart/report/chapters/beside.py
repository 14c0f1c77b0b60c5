"""Chapter: what a need gets more than in another plan, and where it comes from."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.language.origins import origins_told
from rampart.report.chapters.listing import Chapter, Head, listing
from rampart.report.chapters.stock import item_cell

SUMMED = ("earlier", "within", "later", "lost")
"""Kinds of which each month has a row, told in one line."""


def beside(answer: InWords) -> Chapter | None:
    """The chapter; None where no other plan was given, or nothing is gained."""
    words, table = answer.words, answer["origins"]
    if table.is_empty():
        return None
    need = ["holder", "item", "from", "until", "gain"]
    rows = table.group_by([*need, "kind", "of"], maintain_order=True).agg(
        pl.col("quantity").sum(), pl.col("month").min().alias("first"), pl.col("month").max().alias("last")
    )
    heads = [
        Head(words("head.holder")), Head(words("head.item")), Head(words("head.month")),
        Head(words("head.more_served"), numeric=True), Head(words("head.comes_from")),
        Head(words("head.quantity"), numeric=True),
    ]  # fmt: skip
    cells = [
        [
            answer.nation(r["holder"]), item_cell(answer, r["item"]), words.span(r["from"], r["until"], short=True),
            words.number(r["gain"]), _source(answer, r), words.number(r["quantity"]),
        ]
        for r in rows.iter_rows(named=True)
    ]  # fmt: skip
    made = listing(answer, words("table.origins"), heads, cells, repeat=4)
    return Chapter(
        "beside", words("chapter.beside"), (words("chapter.beside.says"), *origins_told(answer)), listings=(made,)
    )


def _source(answer: InWords, row: dict[str, Any]) -> str:
    words = answer.words
    name = words.choice("origin", row["kind"])
    if row["kind"] in SUMMED:
        return words("cause_of", cause=name, name=words.span(row["first"], row["last"], short=True))
    return words("cause_of", cause=name, name=answer.nation(row["of"])) if row["of"] else name
