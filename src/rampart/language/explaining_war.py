"""What is short before each end of a war, and on which branch what is decided otherwise."""

from __future__ import annotations

import polars as pl

from rampart.language.branches import amount, branches
from rampart.language.in_words import InWords
from rampart.results.ends_of_war import supply_by_end

NOTICEABLE = 0.005
"""Share of a need from which it is said to be short."""


def explain_war(answer: InWords, holder: str | None, item: str | None) -> list[str]:
    """Sentences by recipient and item, a line an end of the war; then one a branch, where all is asked for."""
    words, supply = answer.words, supply_by_end(answer.result)
    for column, value in (("holder", holder), ("item", item)):
        supply = supply.filter(pl.col(column) == value) if value else supply
    short = supply.filter(pl.col("need") - pl.col("served") > NOTICEABLE * pl.col("need"))
    lines: list[str] = []
    for (who, what), ends in short.group_by("holder", "item", maintain_order=True):
        lines.append(words("explain.war.item", item=answer.item(str(what)), holder=answer.nation(str(who))))
        lines += [
            "  – " + words(
                "explain.war.end" if row["ends"] else "explain.war.no_end",
                month=words.month(row["ends"]), chance=words.share(row["chance"], digits=1),
                served=amount(answer, row["served"]), need=answer.quantity(row["need"], str(what)),
                short=amount(answer, row["need"] - row["served"]), share=words.share(1 - row["served"] / row["need"]),
            )
            for row in ends.iter_rows(named=True)
        ]  # fmt: skip
    said = branches(answer) if holder is None and item is None else []
    if said:
        lines += ["", words("explain.war.branches"), *(f"  – {sentence}" for sentence in said)]
    return lines if short.height else [words("explain.nothing"), *lines]
