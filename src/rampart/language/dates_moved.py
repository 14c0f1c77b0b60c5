"""That a plan counts on other months than promised: how many deliveries on order come later, and by how much."""

from __future__ import annotations

import polars as pl

from rampart.case.calendar import month_number
from rampart.language.in_words import InWords


def dates_moved(answer: InWords) -> str:
    """At which confidence dates stand, and what that moved; empty where they stand as promised."""
    words, case = answer.words, answer.result.case
    confidence = case.settings["confidence"]
    if confidence is None:
        return ""
    orders = case["orders"].filter(pl.col("promised").is_not_null())
    later = [
        month_number(come) - month_number(promised) for come, promised in orders.select("month", "promised").iter_rows()
    ]
    later = [months for months in later if months > 0]
    share = words.share(int(str(confidence)) / 100)
    if not later:
        return words("headline.confidence_none", share=share)
    return words(
        "headline.confidence", share=share, count=words.number(len(later)), all=words.number(case["orders"].height),
        mean=words.number(round(sum(later) / len(later), 1)), most=words.number(max(later)),
    )  # fmt: skip
