"""That a plan counts on other months than promised: how many deliveries on order come later, and by how much.

Counted are those that were promised within the plan and arrive at all.
"""

from __future__ import annotations

from rampart.case.calendar import month_number
from rampart.case.orders import arriving
from rampart.language.in_words import InWords


def dates_moved(answer: InWords) -> str:
    """At which confidence dates stand, and what that moved; empty where they stand as promised."""
    words, case = answer.words, answer.result.case
    confidence = case.settings["confidence"]
    if confidence is None:
        return ""
    start, end = case.calendar.first, case.calendar.last
    late: list[tuple[int, int]] = []  # months later, month in which it comes
    counted = 0
    for month, promised in arriving(case).select("month", "promised").iter_rows():
        comes, expected = month_number(month), month_number(promised or month)
        if start <= expected <= end:  # of what is promised for later, or only asked for, nothing comes in any case
            counted += 1
            late += [(comes - expected, comes)] if comes > expected else []
    share = words.share(int(str(confidence)) / 100)
    if not late:
        return words("headline.confidence_none", share=share)
    later, beyond = [months for months, _ in late], sum(comes > end for _, comes in late)
    told = words(
        "headline.confidence", share=share, count=words.number(len(later)), all=words.number(counted),
        mean=words.number(round(sum(later) / len(later), 1)), most=words.number(max(later)),
    )  # fmt: skip
    return f"{told} {words('headline.confidence_beyond', n=words.number(beyond))}" if beyond else told
