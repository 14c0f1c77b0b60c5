"""Why something of a plan is short or late: amounts, dates, the bottleneck and what one more unit of it would do."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.decisions_and_causes import bottleneck_in_text, bottleneck_name, equals
from rampart.language.giving_and_keeping import giving_and_keeping
from rampart.language.in_words import InWords

SAID = 5  # causes said of one shortage, largest first
RANKED = 10
ALIKE = 1e-6
"""Share by which two shortages may differ and still be as large."""


def explain_plan(answer: InWords, holder: str | None, item: str | None) -> list[str]:
    """Sentences about every shortage of the chosen holder and item, the ranking of bottlenecks, then what is given and kept."""
    plan, words = answer.result, answer.words
    causes = plan["causes"]
    for column, value in (("holder", holder), ("item", item)):
        causes = causes.filter(pl.col(column) == value) if value else causes
    everything = holder is None and item is None
    same = equals(answer) if everything else ""
    weighed = giving_and_keeping(answer, holder, item)
    weighed = ["", words("explain.keep"), *weighed] if weighed else []
    if causes.is_empty():
        return [words("explain.nothing"), *weighed, *([same] if same else [])]
    lines: list[str] = []
    order = {name: n for n, name in enumerate(dict.fromkeys(plan["bottlenecks"]["objective"].to_list()))}
    keys = ["objective", "holder", "item"]
    groups = causes.group_by(keys, maintain_order=True)
    for (objective, who, what), group in sorted(groups, key=lambda g: (order.get(g[0][0], 99), g[0][1], g[0][2])):
        lines.append(_shortage(answer, str(objective), str(who), str(what), group))
        lines += [f"  – {_cause(answer, row, str(what))}" for row in _largest(answer, group)]
    if everything:
        lines += ["", words("explain.ranking")]
        lines += [_ranked(answer, row) for row in plan["bottlenecks"].head(RANKED).iter_rows(named=True)]
    lines += weighed
    if same:
        lines += ["", same]
    return lines


def _shortage(answer: InWords, objective: str, holder: str, item: str, group: pl.DataFrame) -> str:
    by_period = group.group_by("period", "month").agg(pl.col("amount").sum()).sort("period")
    most = float(by_period.select(pl.col("amount").max()).item()) * (
        1 - ALIKE
    )  # of months that are as short, the first
    worst = by_period.filter(pl.col("amount") >= most).row(0, named=True)
    return answer.words(
        "explain.shortage",
        objective=answer.words.choice("objective", objective),
        item=answer.item(item),
        holder=answer.nation(holder),
        span=answer.words.span(by_period["month"][0], by_period["month"][-1]),
        worst=answer.quantity(worst["amount"], item),
        month=answer.words.month(worst["month"]),
    )


def _largest(answer: InWords, group: pl.DataFrame) -> list[dict[str, Any]]:
    """Causes over all periods of a shortage, largest share first."""
    total = group["amount"].sum()
    summed = group.group_by("cause", "code").agg(
        pl.col("key").first(),
        pl.col("amount").sum() / total,
        pl.col("from").min(),
        pl.col("until").max(),
        pl.col("relief").mean(),
    )
    found = summed.filter(pl.col("amount") >= 0.005).to_dicts()
    return sorted(found, key=lambda r: (-round(r["amount"], 9), r["cause"], answer.place_of(r["key"])))[:SAID]


def _cause(answer: InWords, row: dict[str, Any], item: str) -> str:
    words = answer.words
    said = words(
        "explain.cause",
        share=words.share(row["amount"]),
        cause=bottleneck_in_text(answer, row["cause"], row["key"]),
        span=words.span(row["from"], row["until"], short=True),
    )
    if row["relief"] is None or row["relief"] <= 0:
        return said
    key = "explain.relief_money" if row["cause"] == "budget" else "explain.relief"
    places = {"amount": answer.quantity(row["relief"], item), "money": words.money(1.0)}
    return said + " " + words(key, **places)


def _ranked(answer: InWords, row: dict[str, Any]) -> str:
    words = answer.words
    return words(
        "explain.ranked",
        rank=row["rank"],
        name=bottleneck_name(answer, row["cause"], row["key"]),
        item=answer.item(row["item"]),
        objective=words.inside(words.choice("objective", row["objective"])),
        share=words.share(row["share"]),
        span=words.span(row["from"], row["until"], short=True),
    )
