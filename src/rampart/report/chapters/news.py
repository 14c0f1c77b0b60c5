"""Chapter: what changed since the plan before, and why; it stands first where a plan was made anew from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, listing

IN_SHORT = 6
"""Rows on the first page."""


def news(answer: InWords) -> Chapter | None:
    """The chapter; None where the plan was not made anew from a ledger."""
    words = answer.words
    if "replanned" not in answer.result.manifest:
        return None
    says = [words("chapter.news.says")]
    listings = []
    if answer["news"].is_empty():
        says.append(words("chapter.news.nothing"))
    else:
        heads = [
            Head(words("head.why")), Head(words("head.what")), Head(words("head.of_month")),
            Head(words("head.planned"), numeric=True), Head(words("head.happened"), numeric=True),
        ]  # fmt: skip
        rows = [
            [
                words(f"news.{r['why']}"), _about(answer, r, r["kind"]), words.month(r["month"], short=True),
                *(words.number(r[name]) for name in ("planned", "actual")),
            ]
            for r in answer["news"].iter_rows(named=True)
        ]  # fmt: skip
        listings.append(listing(answer, words("table.news"), heads, rows, repeat=1))
    if not answer["because"].is_empty():
        heads = [
            Head(words("head.what")), Head(words("head.decided_in")), Head(words("head.change"), numeric=True),
            Head(words("head.because_of")),
        ]  # fmt: skip
        says.append(_changed(answer))
        rows = [
            [
                words("cause_of", cause=words.choice("kind", r["kind"]), name=answer.named(r["key"])),
                words.month(r["month"], short=True), words.number(r["change"]),
                _about(answer, r, r["what"]) if r["item"] else words(f"because.{r['why']}"),
            ]
            for r in sorted(answer["because"].iter_rows(named=True), key=lambda r: (r["month"], -abs(r["change"])))
        ]  # fmt: skip
        listings.append(listing(answer, words("table.because"), heads, rows))
    return Chapter("news", words("chapter.news"), tuple(says), listings=tuple(listings))


def news_in_short(answer: InWords) -> Chapter | None:
    """What happened otherwise, the most of each reason first, and the decisions that changed, the soonest first, as they stand
    on the first page; None as for the chapter.
    """
    whole = news(answer)
    if whole is None:
        return None
    sizes = [answer[name].height for name in ("news", "because") if not answer[name].is_empty()]
    short = []
    for told, size in zip(whole.listings, sizes, strict=True):
        more = answer.words.count("rows_left", size - IN_SHORT) if size > IN_SHORT else ""
        short.append(replace(told, rows=told.rows[:IN_SHORT], more=more))
    return replace(whole, says=whole.says[1:], listings=tuple(short))


def _changed(answer: InWords) -> str:
    """How many amounts of decisions change, and because of what, the most frequent first."""
    words = answer.words
    of = answer["because"].group_by("why").len().sort(("len", "why"), descending=(True, False))
    parts = [words("because.times", because=words(f"because.{why}"), n=words.number(n)) for why, n in of.iter_rows()]
    return words.count("chapter.news.changed", answer["because"].height, because=words.list(parts))


def _about(answer: InWords, row: Mapping[str, Any], kind: str) -> str:
    """Nation, item and what happened, in the reader's words."""
    names = (answer.nation(row["nation"]), answer.item(row["item"]), answer.words(f"news.{kind}"))
    return ", ".join(str(name) for name in names)
