"""What a plan leaves missing, in few words: the largest thing by itself, and every kind of thing with its largest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rampart.case.calendar import month_text
from rampart.language.in_words import InWords
from rampart.results.largest_gap import FALLS_DUE, LASTING, Gap, by_objective, by_rank, gaps
from rampart.results.most_short import NOTICEABLE

FIGURES = 3
"""Significant figures of quantities that are to be remembered; the tables are to be added up."""
MOST_HOLDERS = 3
MOST_ITEMS = 3
"""Items of a kind that are named; one more than these is named too, since to count it takes as many words."""


def rough(value: float) -> float:
    """A quantity to three figures, where it has more before the decimal sign."""
    if not value or not math.isfinite(value):
        return value
    digits = FIGURES - 1 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits < 0 else value


def missing(answer: InWords, gap: Gap) -> str:
    """The sentence about one thing that stays missing: how much of what is asked, of whom, by when."""
    words = answer.words
    month = answer.end_of(gap.when) if gap.objective in LASTING else month_text(answer.result.case.calendar.last)
    part, whole = _of(answer, gap)
    told = words(
        f"missing.{gap.objective}", missing=part, whole=whole,
        item=answer.item(gap.item), month=words.month(month), who=_who(answer, gap), good=_good(answer, gap),
    )  # fmt: skip
    return f"{told} {words('missing.expected')}" if gap.objective == "need" and is_expected(answer) else told


def _good(answer: InWords, gap: Gap) -> str:
    """From when on nothing of it is missing any more, of what falls due bit by bit."""
    words = answer.words
    return "" if gap.good is None else words("not_met.good", month=words.month(answer.end_of(gap.good)))


def _of(answer: InWords, gap: Gap) -> tuple[str, str]:
    """What is missing and what is asked, as in "3 of 12 rounds", "3 coups sur 12": the unit stands once."""
    part, whole = rough(gap.missing), rough(gap.asked)
    if answer.language == "fr":
        return answer.quantity(part, gap.item), answer.pieces(whole, gap.item)
    return answer.pieces(part, gap.item), answer.quantity(whole, gap.item)


def _who(answer: InWords, gap: Gap) -> str:
    names = [answer.nation(holder) for holder in gap.holders[:MOST_HOLDERS]]
    if left := len(gap.holders) - len(names):
        names.append(answer.words.count("floors.more", left))
    return answer.words.list(names)


def is_expected(answer: InWords) -> bool:
    """Whether need, and what is met of it, are those expected over several courses of the war."""
    return bool(answer.result.manifest.get("believed"))


def not_met(answer: InWords, *, beside: Gap | None = None) -> str:
    """Every kind of thing that is not met with its items, the dearest first, the kind that lacks most first; empty where
    nothing lacks.

    beside  a gap that is told elsewhere, and left out here
    """
    words = answer.words
    kinds = by_objective(gap for gap in gaps(answer.result) if gap != beside)
    parts = [_kind(answer, of) for of in kinds]
    key = "not_met" if beside is None else "not_met.also"
    return words(key, parts=words("between.semicolon").join(parts)) if parts else ""


def slightly_short(answer: InWords) -> str:
    """Every kind of which less than a noticeable share lacks, with its items, in the order of the case."""
    kinds = by_rank(answer.result, gaps(answer.result, slight=True))
    parts = [_kind(answer, of) for of in kinds]
    between = answer.words("between.semicolon")
    return (
        answer.words("not_met.slightly", share=answer.words.share(NOTICEABLE), parts=between.join(parts))
        if parts
        else ""
    )


def _kind(answer: InWords, of: Sequence[Gap]) -> str:
    words = answer.words
    named = of[: MOST_ITEMS if len(of) > MOST_ITEMS + 1 else len(of)]
    parts = [_part(answer, gap) for gap in named]
    if left := len(of) - len(named):
        parts.append(words.count("headline.unmet_more", left))
    return words("not_met.kind", kind=words.inside(words.choice("objective", of[0].objective)), parts=words.list(parts))


def _part(answer: InWords, gap: Gap) -> str:
    """How much of an item is missing, and in which month most of what lasts."""
    words, (part, whole) = answer.words, _of(answer, gap)
    told = {"missing": part, "whole": whole, "item": answer.item(gap.item)}
    if gap.objective not in LASTING:
        return words("not_met.part", **told)
    key = "not_met.due" if gap.objective in FALLS_DUE else "not_met.lasting"
    return words(key, **told, month=words.month(answer.end_of(gap.when)), good=_good(answer, gap))
