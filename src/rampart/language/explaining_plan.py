"""Why something of a plan is short: how much by year, and what a step in each limit would bring, found by planning again."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.decisions_and_causes import equals
from rampart.language.giving_and_keeping import giving_and_keeping
from rampart.language.in_words import InWords
from rampart.language.more_room import bought_by_room
from rampart.language.reasons_in_words import KEYS, as_if_split, dashed, in_all, limit_and_step, shortages, told
from rampart.results.reasons import kinds_and_pairs

RANKED = 10


def explain_plan(answer: InWords, holder: str | None, item: str | None) -> list[str]:
    """Sentences about every shortage of the chosen holder and item, the ranking of bottlenecks, then what is given and kept."""
    plan, words = answer.result, answer.words
    everything = holder is None and item is None
    same = equals(answer) if everything else ""
    weighed = giving_and_keeping(answer, holder, item)
    weighed = ["", words("explain.keep"), *weighed] if weighed else []
    lacking = plan["shortages"]
    for column, value in (("holder", holder), ("item", item)):
        lacking = lacking.filter(pl.col(column) == value) if value else lacking
    found = shortages(answer, holder, item)
    if lacking.is_empty() and not found:
        return [words("explain.nothing"), *weighed, *([same] if same else [])]
    lines: list[str] = [as_if_split(answer)] if found and as_if_split(answer) else []
    for short, reasons in found:
        lines.append(_shortage(answer, short, helpless=reasons.is_empty()))
        lines += told(answer, short, reasons)
    if found and plan.manifest.get("reasons") == "kinds":
        lines.append(words("explain.kinds_only"))
    known = {tuple(short[key] for key in KEYS) for short, _ in found}
    others = lacking.filter(pl.struct(KEYS).map_elements(lambda who: tuple(who.values()) not in known, pl.Boolean))
    if others.height:
        lines += [words("explain.left_out"), *_plainly(answer, others)]
    ranking = kinds_and_pairs(plan["bottlenecks"]).head(RANKED)
    if everything and ranking.height:
        lines += ["", words("explain.ranking")]
        lines += [_ranked(answer, row) for row in ranking.iter_rows(named=True)]
    if everything and (bought := bought_by_room(answer)):
        lines += ["", words("explain.more_room")]
        lines += [
            dashed(words("explain.more_room.line", objective=name, gives=gives, bought=below))
            for name, gives, below in bought
        ]
    lines += weighed
    if same:
        lines += ["", same]
    return lines


def _who(answer: InWords, short: dict[str, Any]) -> str:
    """Who lacks what, in which objective."""
    return answer.words(
        "explain.who", objective=answer.words.choice("objective", short["objective"]),
        item=answer.item(short["item"]), holder=answer.nation(short["holder"]),
    )  # fmt: skip


def _shortage(answer: InWords, short: dict[str, Any], *, helpless: bool) -> str:
    key = "explain.short_helpless" if helpless else "explain.short"
    return answer.words(key, who=_who(answer, short), total=in_all(answer, short))


def _plainly(answer: InWords, lacking: pl.DataFrame) -> list[str]:
    """What is short at the end of the plan, where what would relieve it was not worked out."""
    summed = lacking.group_by("objective", "holder", "item", maintain_order=True).agg(
        pl.col("month").min().alias("first"), pl.col("month").max().alias("last"), pl.col("amount").max()
    )
    words = answer.words
    return [
        words("explain.plainly", who=_who(answer, row), span=words.span(row["first"], row["last"]),
              most=answer.quantity(row["amount"], row["item"]))
        for row in summed.iter_rows(named=True)
    ]  # fmt: skip


def _ranked(answer: InWords, row: dict[str, Any]) -> str:
    words = answer.words
    objective = words.inside(words.choice("objective", row["objective"]))
    share = words.share(row["share"], digits=1)
    return words("explain.ranked", name=limit_and_step(answer, row), objective=objective, share=share)
