"""What is short before each end of a war, what would relieve it, and on which branch what is decided otherwise."""

from __future__ import annotations

from datetime import date

import polars as pl

from rampart.language.branches import amount, branches
from rampart.language.in_words import InWords
from rampart.language.what_to_do import last_period
from rampart.results.ends_of_war import by_end, supply_by_end

NOTICEABLE = 0.005
"""Share of a need from which it is said to be short."""
NAMED, LEAST = 7, 0.1
"""Steps that are named at most, and the share of the best from which one is."""


def explain_war(answer: InWords, holder: str | None, item: str | None) -> list[str]:
    """Sentences by recipient and item, a line an end of the war; then one a branch, where all is asked for."""
    words, supply = answer.words, supply_by_end(answer.result)
    for column, value in (("holder", holder), ("item", item)):
        supply = supply.filter(pl.col(column) == value) if value else supply
    short = supply.filter(pl.col("need") - pl.col("served") > NOTICEABLE * pl.col("need"))
    lines: list[str] = []
    chances = _chances(answer)
    for (who, what), ends in short.group_by("holder", "item", maintain_order=True):
        lines.append(words("explain.war.item", item=answer.item(str(what)), holder=answer.nation(str(who))))
        lines += [
            "  – " + words(
                "explain.war.end" if row["ends"] else "explain.war.no_end",
                month=words.month(row["ends"] or last_period(answer)),
                chance=chances[row["ends"]],
                served=amount(answer, row["served"]), need=answer.quantity(row["need"], str(what)),
                short=amount(answer, row["need"] - row["served"]), share=words.share(1 - row["served"] / row["need"]),
            )
            for row in ends.iter_rows(named=True)
        ]  # fmt: skip
        lines += _relief(answer, str(who), str(what))
    said = branches(answer) if holder is None and item is None else []
    if said:
        lines += ["", words("explain.war.branches"), *(f"  – {sentence}" for sentence in said)]
    return lines if short.height else [words("explain.nothing"), *lines]


def _chances(answer: InWords) -> dict[date | None, str]:
    """The chance of each end; where paths are drawn, with the end before it after which it counts."""
    words, found, before = answer.words, dict[date | None, str](), None
    for end, chance in by_end(answer.result).select("ends", "chance").iter_rows():
        found[end] = words.share(chance, digits=1)
        if "sampling" in answer.result.manifest and end is not None:
            key = "explain.war.chance_by" if before is None else "explain.war.chance_between"
            found[end] = words(key, chance=found[end], before=words.month(before) if before else "")
            before = end
    return found


def _relief(answer: InWords, holder: str, item: str) -> list[str]:
    """The steps that would relieve a recipient most, each with what it brings; nothing where none was worked out."""
    words = answer.words
    found = answer["relief"].filter(pl.col("relief") > 0, holder=holder, item=item).sort("relief", descending=True)
    named = found.filter(pl.col("relief") >= LEAST * pl.col("relief").max()).head(NAMED)
    lines = [words("explain.war.relief")] if named.height else []
    for row in named.iter_rows(named=True):
        limit = words("reason.step", limit=words(f"cause.{row['cause']}"), step=words(f"step.{row['cause']}"))
        brings = answer.quantity(row["relief"], item)
        lines.append("  – " + words("explain.war.brings", limit=limit, relief=brings, share=words.share(row["share"])))
    return lines
