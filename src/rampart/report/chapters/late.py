"""The chapter on orders in hand that are late: what a plan before ordered and its line cannot make in time."""

from __future__ import annotations

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, listing
from rampart.report.chapters.stock import chapter, item_cell


def late(answer: InWords) -> Chapter | None:
    """What is held back, made up and overdue, month by month; None where nothing is late."""
    if answer["late"].is_empty():
        return None
    words = answer.words
    heads = [
        Head(words("head.line")), Head(words("head.item")), Head(words("head.ship_to")), Head(words("head.month")),
        *(Head(words(f"head.{key}"), numeric=True) for key in ("held_back", "made_up", "overdue")),
    ]  # fmt: skip
    rows = [
        [
            answer.name(r["line"], table="lines"), item_cell(answer, r["item"]), answer.nation(r["ship_to"]),
            words.month(r["month"], short=True), *(words.number(r[name]) for name in ("held_back", "made_up", "overdue")),
        ]
        for r in answer["late"].iter_rows(named=True)
    ]  # fmt: skip
    return chapter(answer, "late", figures=(), listings=[listing(answer, words("table.late"), heads, rows, repeat=3)])
