"""What later passes took, in sentences: who got what was shared fairly, what steadier output took and evened out."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.language.in_words import InWords

FULL = 0.995
"""Share from which a requirement counts as held."""


def shared(answer: InWords) -> str:
    """Who holds which share at the end of the item that is shared most unevenly, some being past help; else empty."""
    words, table = answer.words, answer["shares"]
    last = table.filter((pl.col("period") == pl.col("period").max()) & (pl.col("share") < FULL))
    spread = last.group_by("item").agg((pl.col("share").max() - pl.col("share").min()).alias("spread"))
    uneven = [(-round(s, 9), answer.place("items", i), i) for i, s in spread.iter_rows() if s > 1 - FULL]
    if not uneven:
        return ""
    item = min(uneven)[-1]
    rows = sorted(
        last.filter(pl.col("item") == item).iter_rows(named=True),
        key=lambda r: (-round(r["share"], 9), answer.place("nations", r["holder"])),
    )
    parts = [
        words(
            "share.part",
            nation=answer.nation(r["holder"]),
            share=words.share(r["share"]),
            quantity=words.number(r["held"]),
        )
        for r in rows
    ]
    end = words.month(month_text(answer.result.case.calendar.last))
    return words("share.who", item=answer.item(item), month=end, parts=words.list(parts))


def steadied(answer: InWords) -> str:
    """What steadier output took of the needs, and what it evened out; empty where the case does not count it."""
    words, said = answer.words, answer.result.manifest.get("steady")
    if not said or "changes_before" not in said or not said["changes_before"] > 0:
        return ""
    took: dict[str, Any] = said["took"]
    reached = sum(one["reached"] for one in took.values())
    after = sum(one["after"] for one in took.values())
    share = (after - reached) / reached if reached > 0 else 0.0
    less = 1.0 - said["changes_after"] / said["changes_before"]
    may = words.share(said["may_take"], digits=1)
    taken = words("steady.took", share=words.share(max(0.0, share), digits=2), may=may) if took else ""
    return words("steady.evened", less=words.share(less)) + taken
