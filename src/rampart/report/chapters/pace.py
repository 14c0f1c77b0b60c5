"""The chapter on the pace of lines: how steadily they work, and where output jumps."""

from __future__ import annotations

from rampart.language.in_words import InWords
from rampart.language.rooms import steadied
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.report.chapters.stock import chapter, item_cell

MOST = 4
"""Falls that are told in a sentence."""


def pace(answer: InWords) -> Chapter | None:
    """Changes of output before and after they were evened out, and those beyond the ramp limit; None where there are none."""
    tables = [_steadiness(answer), _jumps(answer)]
    if not any(one.rows for one in tables):
        return None
    says = (answer.words("chapter.pace.says"), *(said for said in (steadied(answer), falls(answer)) if said))
    return chapter(answer, "pace", figures=(), listings=tables, says=says)


def falls(answer: InWords) -> str:
    """Falls of output steeper than their limit, the steepest first, and why they are allowed; empty where there are none."""
    words = answer.words
    steep = [r for r in answer["pace"].iter_rows(named=True) if r["after"] < r["before"]]
    steep.sort(key=lambda r: (r["after"] - r["before"], r["period"], answer.place("lines", r["line"])))
    parts = [
        words(
            "pace.fall", line=answer.name(r["line"], table="lines"), month=words.month(r["month"]),
            before=words.number(r["before"]), after=words.number(r["after"]), why=words.choice("why", r["why"]),
        )
        for r in steep[:MOST]
    ]  # fmt: skip
    if steep[MOST:]:
        parts.append(words("pace.falls_more", n=len(steep) - MOST))
    return words("pace.falls", parts=words.list(parts)) if parts else ""


def _steadiness(answer: InWords) -> Listing:
    """Sum of the changes of each line that changes at all."""
    words = answer.words
    heads = [
        Head(words("head.line")), Head(words("head.item")), Head(words("head.changes_before"), numeric=True),
        Head(words("head.changes_after"), numeric=True),
    ]  # fmt: skip
    rows = [
        [
            answer.name(r["line"], table="lines"),
            item_cell(answer, r["item"]),
            words.number(r["before"]),
            words.number(r["after"]),
        ]
        for r in answer["steadiness"].iter_rows(named=True)
        if max(r["before"], r["after"]) > 0
    ]
    return listing(answer, words("table.steadiness"), heads, rows)


def _jumps(answer: InWords) -> Listing:
    """Changes beyond the ramp limit, and why they are allowed."""
    words = answer.words
    heads = [
        Head(words("head.line")), Head(words("head.item")), Head(words("head.month")),
        *(Head(words(f"head.{key}"), numeric=True) for key in ("rate_before", "rate_after", "ramp_limit")),
        Head(words("head.allowed_because")),
    ]  # fmt: skip
    rows = [
        [
            answer.name(r["line"], table="lines"), item_cell(answer, r["item"]), words.month(r["month"], short=True),
            *(words.number(r[column]) for column in ("before", "after", "limit")), words.choice("why", r["why"]),
        ]
        for r in answer["pace"].iter_rows(named=True)
    ]  # fmt: skip
    return listing(answer, words("table.pace"), heads, rows, repeat=2)
