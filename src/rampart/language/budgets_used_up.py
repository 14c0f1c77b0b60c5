"""Budgets that are used to the last, in a sentence: which nation, commitments or payments, which fiscal years."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from rampart.language.in_words import InWords

USED_UP = 1.0 - 1e-6
"""Share of what is available from which a budget is used up."""
MOST = 6
"""Nations and kinds of budget that are named."""


def used_up(answer: InWords) -> str:
    """Which budgets have nothing left; empty where all have. What was carried over from the year before is available too."""
    words, each = answer.words, ["nation", "purpose", "kind"]
    rows = answer["budgets"].filter(pl.col("limit").is_finite() & (pl.col("limit") > 0))
    before = answer["budgets"].select(*each, (pl.col("fiscal_year") + 1).alias("fiscal_year"), into="carried")
    rows = rows.join(before, on=[*each, "fiscal_year"], how="left")
    rows = rows.filter(pl.col("used") >= USED_UP * (pl.col("limit") + pl.col("into").fill_null(0.0)))
    found: dict[tuple[str, str, str], list[int]] = {}
    for nation, purpose, kind, year in rows.sort("fiscal_year").select(*each, "fiscal_year").iter_rows():
        found.setdefault((nation, purpose, kind), []).append(year)
    order = sorted(found, key=lambda of: (answer.place("nations", of[0]), of[2], of[1]))
    parts = []
    for nation, purpose, kind in order[:MOST]:
        key = "headline.used_up_part" if purpose == "all" else "headline.used_up_purpose"
        parts.append(words(
            key, nation=answer.nation(nation), kind=words(f"series.{kind}"),
            years=_spans(found[nation, purpose, kind]), purpose=words.inside(words.choice("purpose", purpose)),
        ))  # fmt: skip
    if not parts:
        return ""
    told = words("between.semicolon").join(parts)
    if order[MOST:]:
        told += " " + words.count("paper.more", len(order) - MOST)
    return words("headline.used_up", parts=told)


def _spans(years: list[int]) -> str:
    """Years, those that follow each other together: "2025–2027, 2030"."""
    spans = [[years[0]]]
    for before, year in pairwise(years):
        if year != before + 1:
            spans.append([])
        spans[-1].append(year)
    return ", ".join(str(of[0]) if len(of) == 1 else f"{of[0]}–{of[-1]}" for of in spans)
