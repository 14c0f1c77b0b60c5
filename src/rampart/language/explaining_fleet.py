"""What holds the systems of fleets back: parts, shops, damage, upkeep; and what would bring most of them back."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from rampart.language.fleet_on_one_page import best_lever
from rampart.language.in_words import InWords

SAID = 5  # causes said of one fleet, largest first


def explain_fleets(answer: InWords, holder: str | None, item: str | None) -> list[str]:
    """Sentences by fleet with its causes; then the shops with more work than bays, and what a million buys best.

    holder  only fleets of this nation
    item    only this fleet, or only what this part holds back
    """
    words, result = answer.words, answer.result
    of = dict(result.case["fleets"].select("fleet", "holder").iter_rows())
    causes = result["holding_back"].filter(pl.col("fleet").is_in([f for f, who in of.items() if holder in (None, who)]))
    if item is not None:
        causes = causes.filter((pl.col("fleet") == item) | (pl.col("part") == item))
    lines: list[str] = []
    for (fleet,), group in causes.group_by("fleet", maintain_order=True):
        lines.append(_fleet(answer, str(fleet), group))
        lines += [f"  – {_cause(answer, row)}" for row in _largest(group)]
    if not lines:
        return [words("explain.nothing")]
    if holder is None and item is None:
        lines += _shops(answer)
        lines += _levers(answer)
    return lines


def _fleet(answer: InWords, fleet: str, group: pl.DataFrame) -> str:
    """Where the fleet stands in the month asked for, and its worst month."""
    words, asked = answer.words, date.fromisoformat(f"{answer.result.manifest['month']}-01")
    own = answer["availability"].filter(pl.col("fleet") == fleet)
    now = own.filter(pl.col("month") == asked).row(0, named=True)
    worst = group.group_by("month").agg(pl.col("systems").sum()).sort("systems", "month", descending=[True, False])
    return words(
        "explain.fleet", fleet=answer.name(fleet, table="fleets"), held=words.number(now["held"], digits=0),
        available=words.number(now["available"], digits=0), month=words.month(asked),
        most=words.number(worst["systems"][0]), worst=words.month(worst["month"][0]),
    )  # fmt: skip


def _largest(group: pl.DataFrame) -> list[dict[str, Any]]:
    """Causes over all months, largest share first, with the month in which each holds most back."""
    total = group["systems"].sum()
    summed = group.group_by("cause", "part").agg(
        share=pl.col("systems").sum() / total,
        most=pl.col("systems").max(),
        month=pl.col("month").sort_by("systems").last(),
    )
    summed = summed.filter(pl.col("share") >= 0.005)
    return summed.sort("share", "cause", "part", descending=[True, False, False], nulls_last=True).head(SAID).to_dicts()


def _cause(answer: InWords, row: dict[str, Any]) -> str:
    words = answer.words
    part = row["cause"] == "part"
    cause = answer.name(row["part"], table="parts") if part else words(f"sustain.cause.{row['cause']}")
    return words(
        "explain.fleet.cause", share=words.share(row["share"]), cause=cause, most=words.number(row["most"]),
        month=words.month(row["month"], short=True),
    )  # fmt: skip


def _shops(answer: InWords) -> list[str]:
    """Shops with more work than bays, in their fullest month."""
    words = answer.words
    over = answer["shops"].filter((pl.col("load") > pl.col("bays")) & (pl.col("load") > 0))
    worst = over.sort("jobs", "month", descending=[True, False]).unique("shop", keep="first", maintain_order=True)
    return [
        words(
            "explain.fleet.shop", shop=answer.name(row["shop"], table="shops"), load=words.number(row["load"]),
            bays=words.number(row["bays"]), month=words.month(row["month"]), jobs=words.number(row["jobs"]),
        )
        for row in worst.iter_rows(named=True)
    ]  # fmt: skip


def _levers(answer: InWords) -> list[str]:
    """What brings most system-months for a million, over all types."""
    best = best_lever(answer)
    if best is None:
        return []
    name, gain = best
    return ["", answer.words("sustain.says.lever", lever=name, gain=gain, currency=answer.words.currency)]
